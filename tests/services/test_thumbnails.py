"""Small pictures: kept by content, made anew when they are gone, never in the way."""

import threading
from dataclasses import replace
from pathlib import Path

import pytest

from photo_clip.core.errors import PhotoGoneError, UnreadablePhotoError
from photo_clip.core.photo import Photo, TakenSource
from photo_clip.services.photo_files import stamp_of
from photo_clip.services.thumbnails import Thumbnails
from tests.fakes import FakeReader, break_drive, write_photo

JPEG = b"\xff\xd8 kept \xff\xd9"


class CountingReader(FakeReader):
    """Remembers which thumbnails it made."""

    def __init__(self) -> None:
        super().__init__()
        self.made: list[str] = []

    def thumbnail(self, path: Path) -> bytes:
        self.made.append(path.name)
        return super().thumbnail(path)


@pytest.fixture
def reader() -> CountingReader:
    return CountingReader()


@pytest.fixture
def thumbnails(tmp_path: Path, reader: CountingReader) -> Thumbnails:
    return Thumbnails(tmp_path / "cache" / "thumbnails", reader)


@pytest.fixture
def photo(tmp_path: Path) -> Photo:
    path = write_photo(tmp_path / "a.jpg", "red")
    stamp = stamp_of(path)
    assert stamp is not None
    return Photo(1, 1, str(path), stamp, content_hash="abcdef0123", taken_source=TakenSource.MTIME)


def kept(tmp_path: Path) -> list[str]:
    files = (tmp_path / "cache").rglob("*")
    return sorted(file.relative_to(tmp_path / "cache").as_posix() for file in files if file.is_file())


def test_what_was_stored_is_given_without_reading_the_photo(
    thumbnails: Thumbnails, reader: CountingReader, photo: Photo, tmp_path: Path
) -> None:
    thumbnails.store("abcdef0123", JPEG)
    assert kept(tmp_path) == ["thumbnails/ab/abcdef0123.jpg"]
    assert thumbnails.jpeg(photo) == JPEG
    assert thumbnails.jpeg(replace(photo, location=str(tmp_path / "unplugged" / "a.jpg"))) == JPEG
    assert reader.made == []


def test_a_thumbnail_that_is_not_there_is_made_once(
    thumbnails: Thumbnails, reader: CountingReader, photo: Photo
) -> None:
    first = thumbnails.jpeg(photo)
    assert thumbnails.jpeg(photo) == first
    assert reader.made == ["a.jpg"]


@pytest.mark.parametrize("left", [b"", JPEG[:5], b"\0" * 4096])
def test_a_thumbnail_that_a_power_cut_left_is_made_anew(
    thumbnails: Thumbnails, reader: CountingReader, photo: Photo, tmp_path: Path, left: bytes
) -> None:
    thumbnails.store("abcdef0123", left)
    made = thumbnails.jpeg(photo)
    assert made.startswith(b"\xff\xd8")
    assert (tmp_path / "cache/thumbnails/ab/abcdef0123.jpg").read_bytes() == made


def test_a_photo_never_read_gets_one_that_is_not_kept(thumbnails: Thumbnails, photo: Photo, tmp_path: Path) -> None:
    assert thumbnails.jpeg(replace(photo, content_hash=None))
    assert kept(tmp_path) == []


def test_a_photo_that_changed_since_is_shown_but_not_kept_for_its_old_content(
    thumbnails: Thumbnails, photo: Photo, tmp_path: Path
) -> None:
    write_photo(photo.path, "blue now", mtime_s=1_000_000_005)
    assert thumbnails.jpeg(photo)
    stamp = stamp_of(photo.path)
    assert stamp is not None
    assert thumbnails.jpeg(replace(photo, stamp=stamp, taken_source=None))  # as after a look
    assert kept(tmp_path) == []


def test_a_cache_that_cannot_be_written_to_breaks_nothing(reader: CountingReader, photo: Photo, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    thumbnails = Thumbnails(tmp_path / "file" / "thumbnails", reader)
    thumbnails.store("abcdef0123", JPEG)
    assert thumbnails.jpeg(photo)


def test_a_cache_whose_drive_is_broken_breaks_nothing(
    thumbnails: Thumbnails, photo: Photo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    break_drive(tmp_path / "cache", monkeypatch)
    assert thumbnails.jpeg(photo)


def test_a_full_disk_leaves_nothing_half_written(
    thumbnails: Thumbnails, photo: Photo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fill_disk(file: Path, data: bytes) -> int:
        with file.open("wb") as stream:
            stream.write(data[:3])
        raise OSError(28, "no space left on device")

    monkeypatch.setattr(Path, "write_bytes", fill_disk)
    thumbnails.store("abcdef0123", JPEG)
    assert thumbnails.jpeg(photo)
    assert kept(tmp_path) == []


def test_threads_that_store_the_same_one_do_not_spoil_it(thumbnails: Thumbnails, tmp_path: Path) -> None:
    large = b"\xff\xd8" + bytes(200_000) + b"\xff\xd9"
    threads = [threading.Thread(target=thumbnails.store, args=("abcdef0123", large)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert kept(tmp_path) == ["thumbnails/ab/abcdef0123.jpg"]
    assert (tmp_path / "cache/thumbnails/ab/abcdef0123.jpg").read_bytes() == large


def test_what_cannot_be_shown_says_why(thumbnails: Thumbnails, photo: Photo, tmp_path: Path) -> None:
    photo.path.unlink()
    with pytest.raises(PhotoGoneError):
        thumbnails.jpeg(photo)
    (tmp_path / "a.jpg").touch()
    with pytest.raises(UnreadablePhotoError, match="empty"):
        thumbnails.jpeg(photo)
