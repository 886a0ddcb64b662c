"""The vector index: one contract for Chroma and for the fake, and what only Chroma needs."""

import multiprocessing
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from photo_clip.adapters.index_process import IndexServer
from photo_clip.adapters.server_index import ServerIndex
from photo_clip.adapters.vector_index import ChromaIndex
from photo_clip.core.errors import StoreError
from photo_clip.core.ports import VectorIndex
from photo_clip.core.scoring import best_rows, unit_rows
from photo_clip.core.stores import StoredVectors
from tests.chroma_server import chroma_server, free_port
from tests.fakes import FakeIndex

MODEL = "architecture|weights|squash 260"


def clustered(count: int, seed: int = 1, dimensions: int = 64) -> NDArray[np.float32]:
    """Return unit vectors in groups, as photos are."""
    numbers = np.random.default_rng(seed)
    centres = numbers.normal(size=(20, dimensions))
    return unit_rows(centres[numbers.integers(0, 20, count)] + 0.6 * numbers.normal(size=(count, dimensions)))


def stored(vectors: NDArray[np.float32], first_id: int = 1, last_row: int = 0) -> StoredVectors:
    ids = np.arange(first_id, first_id + len(vectors), dtype=np.int64)
    return StoredVectors(ids, vectors.astype(np.float16), last_row or int(ids[-1]))


@pytest.fixture(scope="module")
def server_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with chroma_server(tmp_path_factory.mktemp("server"), free_port()) as url:
        yield url


@pytest.fixture(params=["chroma", "server", "fake"])
def index(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[VectorIndex]:
    index: VectorIndex
    match request.param:
        case "chroma":
            index = ChromaIndex(tmp_path / "index")
        case "server":
            index = ServerIndex(IndexServer(request.getfixturevalue("server_url"), tmp_path.name))
        case _:
            index = FakeIndex()
    yield index
    index.close()


def test_an_empty_index_finds_nothing(index: VectorIndex) -> None:
    ids, cosines = index.nearest(MODEL, clustered(1)[0], 10)
    assert (len(ids), len(cosines)) == (0, 0)
    assert (index.level(MODEL), index.mark(MODEL), index.size(MODEL)) == (0, "", 0)


def test_the_nearest_come_first_with_their_cosines(index: VectorIndex) -> None:
    vectors = clustered(500)
    index.add(MODEL, stored(vectors, last_row=777))
    assert (index.level(MODEL), index.size(MODEL)) == (777, 500)
    exact = vectors.astype(np.float16).astype(np.float32) @ vectors[3]
    ids, cosines = index.nearest(MODEL, vectors[3], 20)
    assert ids[0] == 4
    assert set(ids.tolist()) == set((best_rows(exact, 20) + 1).tolist())
    assert np.allclose(cosines, np.sort(exact)[::-1][:20], atol=2e-3)
    assert len(index.nearest(MODEL, vectors[0], 10_000)[0]) == 500


def test_adding_again_replaces(index: VectorIndex) -> None:
    vectors = clustered(10)
    index.add(MODEL, stored(vectors), "former")
    index.add(MODEL, stored(vectors[::-1].copy(), last_row=20), "later")
    assert (index.level(MODEL), index.mark(MODEL), index.size(MODEL)) == (20, "later", 10)
    assert index.nearest(MODEL, vectors[0], 1)[0].tolist() == [10]


def test_models_do_not_mix(index: VectorIndex) -> None:
    index.add(MODEL, stored(clustered(10)))
    index.add("other", stored(clustered(5, dimensions=32)))
    index.remove_model(MODEL)
    assert (index.size(MODEL), index.level(MODEL), index.mark(MODEL), index.size("other")) == (0, 0, "", 5)


def test_a_clean_close_keeps_everything(tmp_path: Path) -> None:
    vectors = clustered(100)
    index = ChromaIndex(tmp_path / "index")
    index.add(MODEL, stored(vectors, last_row=123), "a mark")
    index.close()
    index.close()
    again = ChromaIndex(tmp_path / "index")
    assert (again.level(MODEL), again.mark(MODEL), again.size(MODEL)) == (123, "a mark", 100)
    assert again.nearest(MODEL, vectors[7], 1)[0].tolist() == [8]
    again.close()


def test_an_index_that_was_not_closed_begins_anew_unopened(tmp_path: Path) -> None:
    folder = tmp_path / "index"
    folder.mkdir()
    (folder / "in-use").touch()
    (folder / "chroma.sqlite3").write_bytes(b"half written")
    index = ChromaIndex(folder)
    assert (index.level(MODEL), folder.exists()) == (0, False)
    index.add(MODEL, stored(clustered(5)))
    assert index.size(MODEL) == 5
    index.close()


def holdings_of(level: str, size: str = "1") -> str:
    return f'{{"database": "chroma", "models": {{"{MODEL}": {{"level": {level}, "size": {size}, "mark": ""}}}}}}'


@pytest.mark.parametrize(
    ("holdings", "level"),
    [
        (holdings_of("7"), 7),
        (None, 0),
        ("no json", 0),
        ("[1, 2]", 0),
        ('{"model": {"level": 1}}', 0),
        ("[" * 100_000, 0),
        (holdings_of("1e999"), 0),
        (holdings_of(str(10**22)), 0),
        (holdings_of("1", str(10**22)), 0),
        (holdings_of("-1"), 0),
        (holdings_of("null"), 0),
    ],
    ids=lambda told: str(told)[-50:],
)
def test_an_index_whose_holdings_are_lost_begins_anew(tmp_path: Path, holdings: str | None, level: int) -> None:
    folder = tmp_path / "index"
    (folder / "chroma").mkdir(parents=True)
    if holdings is not None:
        (folder / "holdings.json").write_text(holdings, encoding="utf-8")
    assert ChromaIndex(folder).level(MODEL) == level
    assert folder.exists() == (level > 0)


NO_FOLDERS: dict[str, Callable[[Path], object]] = {
    "a file": lambda place: place.write_text("no folder"),
    "a folder in place of the holdings": lambda place: (place / "holdings.json").mkdir(parents=True),
}
if os.name != "nt":  # links need rights there
    NO_FOLDERS["a link to nothing"] = lambda place: place.symlink_to("nowhere")


@pytest.mark.parametrize("kind", NO_FOLDERS)
def test_whatever_is_in_the_place_of_the_index_gives_way_to_it(tmp_path: Path, kind: str) -> None:
    NO_FOLDERS[kind](tmp_path / "index")
    assert ChromaIndex(tmp_path / "index").level(MODEL) == 0
    assert list(tmp_path.iterdir()) == []


def test_an_index_whose_place_cannot_be_cleared_says_so_when_it_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError("no rights")

    (tmp_path / "index").write_text("no folder")
    monkeypatch.setattr(Path, "replace", refuse)
    index = ChromaIndex(tmp_path / "index")
    assert (index.level(MODEL), index.size(MODEL)) == (0, 0)
    with pytest.raises(StoreError, match="cannot be used"):
        index.add(MODEL, stored(clustered(5)))
    index.close()


def test_an_index_whose_process_dies_says_so_and_begins_anew_the_next_time(tmp_path: Path) -> None:
    index = ChromaIndex(tmp_path / "index")
    index.add(MODEL, stored(clustered(5)))
    (process,) = [child for child in multiprocessing.active_children() if child.name == "photo-clip index"]
    process.kill()
    with pytest.raises(StoreError, match="cannot be used"):
        index.nearest(MODEL, clustered(1)[0], 1)
    index.close()
    again = ChromaIndex(tmp_path / "index")
    assert again.level(MODEL) == 0
    again.close()


def test_an_index_begins_anew_at_another_place_for_the_former_process_may_write_still(tmp_path: Path) -> None:
    folder = tmp_path / "index"
    index = ChromaIndex(folder)
    index.add(MODEL, stored(clustered(5)))
    (former,) = (each for each in folder.iterdir() if each.is_dir())
    (process,) = [child for child in multiprocessing.active_children() if child.name == "photo-clip index"]
    process.kill()  # the marker stays
    with pytest.raises(StoreError):
        index.open()

    again = ChromaIndex(folder)
    again.add(MODEL, stored(clustered(7)))
    former.mkdir()  # as Chroma does, that writes to it by its name
    (former / "chroma.sqlite3").write_bytes(b"of the killed program")
    (tmp_path / "index-removed-1").mkdir()
    again.close()
    third = ChromaIndex(folder)
    assert (third.size(MODEL), len(third.nearest(MODEL, clustered(1)[0], 10)[0])) == (7, 7)
    third.close()
    assert not former.exists()
    assert [each.name for each in tmp_path.iterdir()] == ["index"]


KILLED_PROGRAM = """
import multiprocessing, os, sys
from pathlib import Path
from photo_clip.adapters.vector_index import ChromaIndex

if __name__ == "__main__":
    index = ChromaIndex(Path(sys.argv[1]))
    index.open()
    assert multiprocessing.active_children()
    os._exit(1)
"""


KILLED_AS_IT_ASKS = """
import os, sys
from pathlib import Path
from photo_clip.adapters.index_process import IndexProcess

if __name__ == "__main__":
    process = IndexProcess(Path(sys.argv[1]))
    process._free.get().send(("open", ()))  # it starts for a second or two, and reads this then
    os._exit(1)
"""


def run_until_killed(code: str, folder: Path) -> None:
    """Run a program that is told where its index is, until it and every process that it started has ended."""
    script = folder / "program.py"
    script.write_text(code)
    program = subprocess.run(
        [sys.executable, str(script), str(folder / "index")],
        stdout=subprocess.PIPE,  # ends when the last process that holds it has ended
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        timeout=60,
        check=False,
    )
    assert program.returncode == 1


def test_what_a_killed_program_asked_of_its_index_process_is_not_begun(tmp_path: Path) -> None:
    run_until_killed(KILLED_AS_IT_ASKS, tmp_path)
    assert not (tmp_path / "index").exists(), "whoever came next would have found another at work there"


def test_the_index_process_of_a_killed_program_ends_by_itself(tmp_path: Path) -> None:
    run_until_killed(KILLED_PROGRAM, tmp_path)
