"""Neighbours: the same answer from the index and without it, and no answer worse for trouble with the index."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from photo_clip.adapters.catalog import SqliteCatalog
from photo_clip.adapters.vector_index import ChromaIndex
from photo_clip.core.photo import FileStamp, FolderChanges, FolderIdentity, PhotoFacts
from photo_clip.core.scoring import unit_rows
from photo_clip.core.stores import EmbeddedPhoto
from photo_clip.services.neighbours import Neighbours
from tests.fakes import FakeIndex

MODEL = "model"
NUMBERS = np.random.default_rng(5)
VECTORS = unit_rows(NUMBERS.normal(size=(8, 32))[NUMBERS.integers(0, 8, 300)] + NUMBERS.normal(size=(300, 32)))


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[SqliteCatalog]:
    catalog = SqliteCatalog(tmp_path / "catalog.db")
    yield catalog
    catalog.close()


def add(catalog: SqliteCatalog, rows: range) -> None:
    folder = catalog.folders.add(Path("/photos"), FolderIdentity(1, 1))
    stamp = FileStamp(1, 1)
    catalog.folders.apply_changes(folder.id, FolderChanges(new={f"{row}.jpg": stamp for row in rows}), now_s=1)
    known = catalog.folders.known_files(folder.id)
    photos = [
        EmbeddedPhoto(known[f"{row}.jpg"].photo_id, stamp, str(row), PhotoFacts(1, 1), VECTORS[row]) for row in rows
    ]
    catalog.embeddings.store(MODEL, photos, {})


def no_words() -> NDArray[np.float32]:
    return np.empty((0, VECTORS.shape[1]), np.float32)


def catch_up(neighbours: Neighbours) -> None:
    for _ in neighbours.catch_up(MODEL):
        pass


def test_the_index_and_the_exact_way_give_the_same_order(catalog: SqliteCatalog, tmp_path: Path) -> None:
    add(catalog, range(300))
    index = ChromaIndex(tmp_path / "index")
    through_index, exact = Neighbours(catalog, index, in_memory_up_to=100), Neighbours(catalog, None)
    catch_up(through_index)
    through_index.speed_up(MODEL, no_words)
    assert through_index.is_level(MODEL)
    for query in VECTORS[:10]:
        found, expected = through_index.nearest(MODEL, query, 50), exact.nearest(MODEL, query, 50)
        assert found[0].tolist() == expected[0].tolist()
        assert np.allclose(found[1], expected[1], atol=2e-3)
    index.close()


def test_photos_are_found_before_the_index_has_them(catalog: SqliteCatalog) -> None:
    add(catalog, range(5))
    neighbours = Neighbours(catalog, FakeIndex())
    assert not neighbours.is_level(MODEL)
    assert neighbours.nearest(MODEL, VECTORS[3], 1)[0].tolist() == [4]
    catch_up(neighbours)
    add(catalog, range(5, 10))
    assert neighbours.nearest(MODEL, VECTORS[8], 1)[0].tolist() == [9]
    add(catalog, range(10, 12))
    assert neighbours.nearest(MODEL, VECTORS[11], 1)[0].tolist() == [12]


def test_an_index_in_trouble_is_left_alone_and_search_goes_on(catalog: SqliteCatalog) -> None:
    add(catalog, range(5))
    index = FakeIndex()
    neighbours = Neighbours(catalog, index, in_memory_up_to=3)
    catch_up(neighbours)
    neighbours.speed_up(MODEL, no_words)
    index.is_broken = True
    assert neighbours.nearest(MODEL, VECTORS[2], 1)[0].tolist() == [3]
    assert neighbours.index_trouble is not None
    catch_up(neighbours)


@pytest.mark.parametrize("damaged", ["{", "5", '[["a"]]'])
def test_an_index_whose_marks_are_damaged_is_filled_anew(catalog: SqliteCatalog, damaged: str) -> None:
    add(catalog, range(30))
    index = FakeIndex()
    catch_up(Neighbours(catalog, index))
    catalog.set_setting(f"index marks of {MODEL}", damaged)
    neighbours = Neighbours(catalog, index)
    assert not neighbours.is_level(MODEL)
    catch_up(neighbours)
    assert neighbours.is_level(MODEL)


def test_contents_of_removed_photos_are_left_out_of_what_the_index_finds(catalog: SqliteCatalog) -> None:
    add(catalog, range(100))
    neighbours = Neighbours(catalog, FakeIndex(is_remote=True))
    catch_up(neighbours)
    neighbours.speed_up(MODEL, no_words)
    best, _ = neighbours.nearest(MODEL, VECTORS[0], 50)
    removed, left = best[:40], best[40:]
    catalog.folders.forget(removed.tolist())  # each photo has the number of its content

    found, cosines = neighbours.nearest(MODEL, VECTORS[0], 10)

    assert found.tolist() == left.tolist()
    assert np.allclose(cosines, neighbours.vectors_of(MODEL, found) @ VECTORS[0], atol=2e-3)
    assert len(neighbours.nearest(MODEL, VECTORS[0], 100)[0]) == 60
    assert neighbours._held is None, "the index did not answer"


@pytest.mark.parametrize("is_remote", [True, False])
def test_an_index_that_finds_what_nobody_knows_is_left_alone_and_filled_anew(
    catalog: SqliteCatalog, is_remote: bool
) -> None:
    add(catalog, range(20))
    index = FakeIndex(is_remote=is_remote)
    neighbours = Neighbours(catalog, index, in_memory_up_to=3)
    catch_up(neighbours)
    neighbours.speed_up(MODEL, no_words)
    index.vectors[MODEL] = {content_id + 1000: vector for content_id, vector in index.vectors[MODEL].items()}

    assert neighbours.nearest(MODEL, VECTORS[2], 1)[0].tolist() == [3]
    assert neighbours.index_trouble is not None
    next_time = neighbours if is_remote else Neighbours(catalog, index, in_memory_up_to=3)
    catch_up(next_time)
    next_time.speed_up(MODEL, no_words)
    assert next_time.nearest(MODEL, VECTORS[2], 1)[0].tolist() == [3]
    assert next_time.index_trouble is None


def test_photos_that_are_added_while_the_index_answers_are_not_held_against_it(
    catalog: SqliteCatalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(catalog, range(20))
    index = FakeIndex(is_remote=True)
    neighbours = Neighbours(catalog, index)
    catch_up(neighbours)
    neighbours.speed_up(MODEL, no_words)
    catalog.folders.forget([3])
    answer, added = index.nearest, [range(20, 25)]

    def answer_slowly(*asked: Any) -> Any:
        while added:
            add(catalog, added.pop())
        return answer(*asked)

    monkeypatch.setattr(index, "nearest", answer_slowly)
    assert 3 not in neighbours.nearest(MODEL, VECTORS[2], 1)[0].tolist()
    assert neighbours.index_trouble is None


def test_more_embeddings_than_memory_may_hold_are_left_to_the_index(catalog: SqliteCatalog) -> None:
    add(catalog, range(5))
    index = FakeIndex()
    small, large = (Neighbours(catalog, index, in_memory_up_to=most) for most in (5, 4))
    catch_up(large)
    index.vectors[MODEL].pop(3)  # what only the index misses shows who answers
    for neighbours in (small, large):
        neighbours.warm_up(MODEL)
        neighbours.speed_up(MODEL, no_words)
    assert small.nearest(MODEL, VECTORS[2], 1)[0].tolist() == [3]
    assert large.nearest(MODEL, VECTORS[2], 5)[0].tolist() != [3]
    assert large.nearest(MODEL, VECTORS[2], 1, np.array([3, 5]))[0].tolist() == [3]


def test_a_server_answers_for_few_photos_too_and_is_tried_again_after_trouble(catalog: SqliteCatalog) -> None:
    add(catalog, range(5))
    index = FakeIndex(is_remote=True)
    neighbours = Neighbours(catalog, index)
    catch_up(neighbours)
    neighbours.speed_up(MODEL, no_words)
    index.vectors[MODEL].pop(3)  # what only the index misses shows who answers
    assert neighbours.nearest(MODEL, VECTORS[2], 5)[0].tolist() != [3]
    index.is_broken = True
    assert neighbours.nearest(MODEL, VECTORS[2], 1)[0].tolist() == [3]
    assert neighbours.index_trouble is not None

    index.is_broken = False
    assert neighbours.nearest(MODEL, VECTORS[2], 1)[0].tolist() == [3]
    add(catalog, range(5, 7))
    catch_up(neighbours)
    assert neighbours.index_trouble is None
    assert index.size(MODEL) == 6
    assert 3 not in neighbours.nearest(MODEL, VECTORS[2], 7)[0].tolist()


def test_an_index_that_was_filled_gives_its_memory_back(catalog: SqliteCatalog) -> None:
    add(catalog, range(5))
    index = FakeIndex()
    catch_up(Neighbours(catalog, index))
    assert index.is_closed


def test_catching_up_can_be_stopped_and_goes_on(catalog: SqliteCatalog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("photo_clip.services.neighbours._BATCH", 50)
    add(catalog, range(300))
    index = FakeIndex()
    task = Neighbours(catalog, index).catch_up(MODEL)
    next(task)
    task.close()
    neighbours = Neighbours(catalog, index)
    assert not neighbours.is_level(MODEL)
    catch_up(neighbours)
    assert neighbours.is_level(MODEL)
    assert index.size(MODEL) == 300


def test_an_index_of_mostly_dead_vectors_is_filled_anew(
    catalog: SqliteCatalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("photo_clip.services.neighbours._BATCH", 10)
    add(catalog, range(300))
    index = FakeIndex()
    neighbours = Neighbours(catalog, index)
    catch_up(neighbours)
    catalog.folders.remove(1)
    add(catalog, range(20))
    catch_up(neighbours)
    assert index.size(MODEL) == 20
    assert neighbours.is_level(MODEL)


@pytest.mark.parametrize("is_ahead", [True, False])
def test_an_index_is_filled_anew_where_the_catalogue_was_put_back_from_an_older_copy(
    tmp_path: Path, is_ahead: bool
) -> None:
    file, copy = tmp_path / "catalog.db", tmp_path / "copy.db"
    index = FakeIndex(is_remote=True)
    catalog = SqliteCatalog(file)
    add(catalog, range(5))
    catch_up(Neighbours(catalog, index))
    catalog.close()
    shutil.copyfile(file, copy)
    catalog = SqliteCatalog(file)
    add(catalog, range(5, 10))
    catch_up(Neighbours(catalog, index))
    catalog.close()

    shutil.copyfile(copy, file)
    catalog = SqliteCatalog(file)
    rows = range(20, 23 if is_ahead else 30)
    add(catalog, rows)  # they get numbers that the index knows others by
    assert (index.level(MODEL) > catalog.embeddings.last_row(MODEL)) is is_ahead
    neighbours = Neighbours(catalog, index)
    neighbours.speed_up(MODEL, no_words)
    assert not neighbours.is_level(MODEL)
    catch_up(neighbours)
    neighbours.speed_up(MODEL, no_words)
    assert neighbours.is_level(MODEL)
    assert index.size(MODEL) == 5 + len(rows)
    for number, row in enumerate(rows):
        ids, cosines = neighbours.nearest(MODEL, VECTORS[row], 1)
        assert ids.tolist() == [6 + number]
        assert cosines[0] > 0.99
    assert neighbours._held is None, "the index did not answer"
    catalog.close()


def test_an_index_that_bears_the_mark_of_an_earlier_state_is_kept(catalog: SqliteCatalog) -> None:
    """The catalogue was killed after it knew the new mark, and before the index was told."""
    add(catalog, range(5))
    index = FakeIndex()
    catch_up(Neighbours(catalog, index))
    add(catalog, range(5, 7))
    index.is_broken = True
    catch_up(Neighbours(catalog, index))
    index.is_broken = False
    index.vectors[MODEL].pop(3)  # it would be there again, were the index filled anew
    neighbours = Neighbours(catalog, index)
    catch_up(neighbours)
    assert index.size(MODEL) == 6
    assert neighbours.is_level(MODEL)


def test_an_index_of_a_version_without_marks_is_kept(catalog: SqliteCatalog) -> None:
    add(catalog, range(5))
    index = FakeIndex()
    index.add(MODEL, catalog.embeddings.vectors(MODEL))
    index.vectors[MODEL].pop(3)
    neighbours = Neighbours(catalog, index)
    assert neighbours.is_level(MODEL)
    catch_up(neighbours)
    assert index.size(MODEL) == 4


def test_removed_embeddings_are_forgotten(catalog: SqliteCatalog) -> None:
    add(catalog, range(20))
    neighbours = Neighbours(catalog, None)
    assert len(neighbours.nearest(MODEL, VECTORS[0], 100)[0]) == 20
    catalog.folders.remove(1)
    neighbours.forget()
    assert len(neighbours.nearest(MODEL, VECTORS[0], 100)[0]) == 0
