"""The real program is killed at chosen moments: it opens again, nothing is lost or done twice, and the index agrees."""

from pathlib import Path

import pytest

from tests.benchmarks.faults.bench import Bench
from tests.benchmarks.faults.ending import KILLED


@pytest.mark.parametrize("moment", ["commit:3", "index-add:1", "index-close:1", "sync:2", "thumbnail:4"])
def test_a_kill_while_photos_are_indexed_loses_nothing(tmp_path: Path, moment: str) -> None:
    bench = Bench(tmp_path / "bench", seed=1)
    bench.add_photos(8)
    done = bench.run("index", str(bench.photos), faults=(f"kill:{moment}:0",), ends=None)
    assert done.returncode == KILLED, done.stderr
    bench.check()
    bench.check_index_agrees()
    assert bench.status()["photos"]["embedded"] == 8


@pytest.mark.parametrize("moment", ["sync:2", "replace:2"])
def test_a_kill_while_sidecars_are_written_leaves_whole_ones(tmp_path: Path, moment: str) -> None:
    bench = Bench(tmp_path / "bench", seed=1)
    photos = bench.add_photos(3)
    bench.index()
    bench.tag("sea", *photos)
    done = bench.run("tags", "sidecars", faults=(f"kill:{moment}:0",), ends=None)
    assert done.returncode == KILLED, done.stderr
    bench.run("tags", "sidecars")
    assert {file.name for file in bench.photos.iterdir()} == {
        name for photo in photos for name in (photo.name, f"{photo.name}.xmp")
    }
    assert all("sea" in Path(f"{photo}.xmp").read_text(encoding="utf-8") for photo in photos)
    bench.check()
