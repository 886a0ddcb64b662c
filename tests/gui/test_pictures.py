"""Thumbnails as pictures."""

from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import QSize

from photo_clip.core.photo import Photo, TakenSource
from photo_clip.gui.pictures import fitted, picture_of
from photo_clip.services.photo_files import stamp_of
from photo_clip.services.thumbnails import Thumbnails
from tests.fakes import FakeReader

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>'
HASH = "abcdef0123"


def encoded(file_format: str, size: tuple[int, int] = (30, 20)) -> bytes:
    """Return a red picture."""
    written = BytesIO()
    Image.new("RGB", size, "red").save(written, file_format)
    return written.getvalue()


class Reader(FakeReader):
    """Makes this of every photo."""

    made = encoded("JPEG")

    def thumbnail(self, path: Path) -> bytes:
        return self.made


@pytest.fixture
def reader() -> Reader:
    return Reader()


@pytest.fixture
def thumbnails(tmp_path: Path, reader: Reader) -> Thumbnails:
    return Thumbnails(tmp_path / "thumbnails", reader)


@pytest.fixture
def photo(tmp_path: Path) -> Photo:
    path = tmp_path / "a.jpg"
    path.write_bytes(b"any")
    stamp = stamp_of(path)
    assert stamp is not None
    return Photo(1, 1, str(path), stamp, content_hash=HASH, taken_source=TakenSource.MTIME)


@pytest.mark.parametrize("is_kept", [True, False])
@pytest.mark.parametrize(
    ("room", "size"),
    [(None, (30, 20)), (QSize(15, 15), (15, 10)), (QSize(60, 80), (60, 40)), (QSize(90, 20), (30, 20))],
)
def test_a_picture_is_as_large_as_its_room(
    thumbnails: Thumbnails, photo: Photo, is_kept: bool, room: QSize | None, size: tuple[int, int]
) -> None:
    if is_kept:
        thumbnails.store(HASH, encoded("JPEG"))
    assert (thumbnails.file(photo) is not None) == is_kept
    picture = picture_of(thumbnails, photo, room)
    assert (picture.width(), picture.height()) == size
    assert picture.pixelColor(5, 5).red() > 240
    assert thumbnails.file(photo) is not None  # it is made once


@pytest.mark.parametrize("is_kept", [True, False])
@pytest.mark.usefixtures("qapp")
@pytest.mark.parametrize("size", [(300, 1), (1, 300)])
def test_a_line_of_pixels_is_a_picture(
    thumbnails: Thumbnails, reader: Reader, photo: Photo, is_kept: bool, size: tuple[int, int]
) -> None:
    reader.made = encoded("JPEG", size)
    if is_kept:
        thumbnails.store(HASH, reader.made)
    picture = picture_of(thumbnails, photo, QSize(90, 90))
    assert (picture.width(), picture.height()) == (min(size[0], 90), min(size[1], 90))
    assert fitted(picture, QSize(50, 50), 1.0).width() == min(size[0], 50)


@pytest.mark.parametrize("other", [b"", SVG, encoded("PNG")])
def test_what_is_no_jpeg_is_not_guessed_at(thumbnails: Thumbnails, reader: Reader, photo: Photo, other: bytes) -> None:
    reader.made = other
    assert picture_of(thumbnails, photo).isNull()
    assert picture_of(thumbnails, photo, QSize(9, 9)).isNull()


def test_a_damaged_thumbnail_is_made_anew(thumbnails: Thumbnails, photo: Photo) -> None:
    thumbnails.store(HASH, encoded("JPEG"))
    file = thumbnails.file(photo)
    assert file is not None
    file.write_bytes(encoded("JPEG")[:200])
    assert thumbnails.file(photo) is None
    assert picture_of(thumbnails, photo).width() == 30
    assert thumbnails.file(photo) == file
