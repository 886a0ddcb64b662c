"""Photos are read in other processes, in order, whatever is among them."""

import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import psutil
import pytest
from PIL import Image

from photo_clip.adapters.image_workers import ImageWorkers
from photo_clip.core.errors import PhotoGoneError, UnreadablePhotoError
from photo_clip.core.ports import PhotoReader, ReadPhoto
from photo_clip.core.windows_calls import settle_in
from tests.made_pictures import SQUARE, assert_quarters, quarters
from tests.raw_files import write_dng


@pytest.fixture(scope="module")
def workers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ImageWorkers]:
    workers = ImageWorkers(time_limit_s=30, memory_limit_mb=600, processes=2)
    path = save(tmp_path_factory.mktemp("first") / "photo.jpg")
    workers.thumbnail(path)
    assert len(list(workers.hashes([path]))) == 1
    yield workers
    workers.close()


def save(path: Path) -> Path:
    quarters().save(path, quality=95)
    return path


def slow_picture(path: Path, side_px: int) -> Path:
    """A small file that takes its time to be read: half a second for a side of 10,000 pixels."""
    Image.new("1", (side_px, side_px)).save(path, compress_level=1)
    return path


def test_image_workers_keep_the_contract(workers: ImageWorkers) -> None:
    reader: PhotoReader = workers

    assert list(reader.read([], SQUARE)) == []
    assert list(reader.hashes([])) == []


def test_photos_are_read_in_order_with_all_that_is_wanted(workers: ImageWorkers, tmp_path: Path) -> None:
    good, later = save(tmp_path / "good.jpg"), save(tmp_path / "later.jpg")
    (tmp_path / "bad.jpg").write_bytes(good.read_bytes()[:500])
    paths = [good, tmp_path / "bad.jpg", tmp_path / "gone.jpg", later]

    results = dict(workers.read(iter(paths), SQUARE))

    assert list(results) == paths
    first, bad, gone, last = results.values()
    assert isinstance(first, ReadPhoto)
    assert isinstance(last, ReadPhoto)
    assert_quarters(first.square)
    assert first.thumbnail_jpeg.startswith(b"\xff\xd8")
    assert (first.facts.width_px, first.facts.height_px) == (120, 80)
    assert first.content_hash == last.content_hash
    assert isinstance(bad, UnreadablePhotoError)
    assert bad.reason == "the file is cut off"
    assert isinstance(gone, PhotoGoneError)


def test_a_photo_may_lie_deep(workers: ImageWorkers, tmp_path: Path) -> None:
    settle_in()
    deep = tmp_path.joinpath(*["x" * 100] * 4)
    deep.mkdir(parents=True)
    quarters().save(deep / "photo.jpg")
    write_dng(deep / "photo.dng", quarters())

    results = dict(workers.read([deep / "photo.jpg", deep / "photo.dng"], SQUARE))

    assert all(isinstance(result, ReadPhoto) for result in results.values()), results
    assert workers.thumbnail(deep / "photo.jpg")


def test_hashes_are_those_of_reading(workers: ImageWorkers, tmp_path: Path) -> None:
    path = save(tmp_path / "photo.jpg")
    ((_, read),) = workers.read([path], SQUARE)
    (_, first), (_, second) = workers.hashes([path, tmp_path / "gone.jpg"])

    assert isinstance(read, ReadPhoto)
    assert first == read.content_hash
    assert isinstance(second, PhotoGoneError)


def test_the_window_gets_thumbnails_and_views(workers: ImageWorkers, tmp_path: Path) -> None:
    path = save(tmp_path / "photo.jpg")

    assert workers.thumbnail(path).startswith(b"\xff\xd8")
    assert_quarters(workers.view(path, 100))
    with pytest.raises(PhotoGoneError):
        workers.view(tmp_path / "gone.jpg", 100)


def test_the_window_does_not_wait_behind_the_indexing(workers: ImageWorkers, tmp_path: Path) -> None:
    path = save(tmp_path / "photo.jpg")
    slow = [slow_picture(tmp_path / f"slow-{number}.png", 10_000) for number in range(3)]
    outcomes: list[str] = []
    results = workers.read(slow, SQUARE)
    indexing = threading.Thread(target=lambda: outcomes.extend("indexed" for _ in results))
    indexing.start()

    workers.thumbnail(path)
    outcomes.append("shown")
    indexing.join()

    assert outcomes.index("shown") < 2


def test_a_picture_that_takes_too_long_is_skipped(tmp_path: Path) -> None:
    workers = ImageWorkers(time_limit_s=0.05, memory_limit_mb=1500, processes=1)
    slow = slow_picture(tmp_path / "slow.png", 16_000)
    try:
        ((_, result),) = workers.read([slow], SQUARE)
    finally:
        workers.close()

    assert isinstance(result, UnreadablePhotoError)
    assert result.reason == "it took longer than 0.05 s to read"


@pytest.mark.skipif(sys.platform == "darwin", reason="macOS does not limit the memory of a process")
def test_a_picture_that_needs_too_much_memory_is_skipped_and_the_next_is_read(
    workers: ImageWorkers, tmp_path: Path
) -> None:
    Image.fromarray(np.zeros((13_000, 13_000, 3), dtype=np.uint8)).save(tmp_path / "large.png", compress_level=1)
    next_one = save(tmp_path / "photo.jpg")

    (_, large), (_, read) = workers.read([tmp_path / "large.png", next_one], SQUARE)

    assert isinstance(large, UnreadablePhotoError)
    assert large.reason == "reading it needs more memory than allowed"
    assert isinstance(read, ReadPhoto)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other priorities")
def test_indexing_is_polite_and_the_window_is_not(tmp_path: Path) -> None:
    workers = ImageWorkers(time_limit_s=30, memory_limit_mb=600, processes=1)
    path = save(tmp_path / "photo.jpg")
    mine = psutil.Process().nice()
    others = {child.pid for child in psutil.Process().children()}
    try:
        workers.thumbnail(path)
        (looking,) = (child for child in new_workers(others))
        list(workers.hashes([path]))
        (indexing,) = (child for child in new_workers(others) if child.pid != looking.pid)

        assert (looking.nice(), indexing.nice()) == (mine, min(19, mine + 10))
    finally:
        workers.close()

    assert new_workers(others) == []


def new_workers(others: set[int]) -> list[psutil.Process]:
    return [
        child
        for child in psutil.Process().children()
        if child.pid not in others and "resource_tracker" not in " ".join(child.cmdline())
    ]
