"""What cannot be read has a true reason."""

import errno
import io
import os
import struct
import sys
import zlib
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import rawpy
from PIL import Image

from photo_clip.adapters import reading_trouble
from photo_clip.adapters.images import hash_photo, read_photo, read_thumbnail, read_view
from photo_clip.adapters.reading_trouble import explained
from photo_clip.core.errors import NOT_ALLOWED, NOT_GIVEN, PhotoClosedError, PhotoGoneError, UnreadablePhotoError
from tests.made_pictures import LYING_HEIC, SQUARE, exif_data, quarters, reason_for, scenery
from tests.raw_files import write_dng


def cut(path: Path, share: float) -> Path:
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
    return path


DENIED, NOT_READY, SHARING, LOCKED = 5, 21, 32, 33
"""What Windows calls why it does not open a file."""


@pytest.mark.parametrize(
    ("trouble", "told"),
    [
        (DENIED, PhotoClosedError(NOT_ALLOWED)),
        (NOT_READY, PhotoGoneError("its drive does not answer")),
        *((held, PhotoGoneError("another program keeps it to itself just now")) for held in (SHARING, LOCKED, None)),
    ],
    ids=repr,
)
def test_windows_is_asked_whether_a_photo_that_cannot_be_opened_may_be_read_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trouble: int | None, told: UnreadablePhotoError
) -> None:
    def create(*_: object) -> int:
        if trouble is None:
            return 1
        error = PermissionError(13, "Permission denied")
        error.winerror = trouble  # type: ignore[attr-defined]
        raise error

    winapi = SimpleNamespace(CreateFile=create, CloseHandle=lambda handle: None, GENERIC_READ=1 << 31, OPEN_EXISTING=3)
    monkeypatch.setitem(sys.modules, "_winapi", winapi)
    monkeypatch.setattr(sys, "platform", "win32")
    with pytest.raises(UnreadablePhotoError) as raised, explained(tmp_path / "photo.jpg"):
        raise PermissionError(13, "Permission denied")
    assert repr(raised.value) == repr(told)


@pytest.mark.parametrize("suffix", ["jpg", "png", "gif", "webp", "bmp", "avif"])
@pytest.mark.parametrize("share", [0.5, 0.9])
def test_a_file_that_is_cut_off_is_skipped(tmp_path: Path, suffix: str, share: float) -> None:
    scenery(500, 400).save(tmp_path / f"photo.{suffix}")

    assert reason_for(cut(tmp_path / f"photo.{suffix}", share)) == "the file is cut off"


def test_a_heic_that_is_cut_off_is_skipped(tmp_path: Path) -> None:
    (tmp_path / "photo.heic").write_bytes(LYING_HEIC.read_bytes())

    assert reason_for(cut(tmp_path / "photo.heic", 0.9)) == "the file is cut off"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "the file is empty"),
        (b"Dear diary", "it is not a picture that this program can read"),
        (bytes(100_000), "it is not a picture that this program can read"),
        (b"\0\0\0\x20ftypisom\0\0\2\0isomiso2mp41" + bytes(100), "it is not a picture but a video"),
        (b"8BPS\0\1" + bytes(100), "this program cannot read this kind of picture (Photoshop)"),
        (b"\xff\xd8\xff", "this JPEG file is damaged, or of a kind that this program cannot read"),
    ],
)
def test_what_is_no_picture_is_said_to_be_none(tmp_path: Path, content: bytes, reason: str) -> None:
    (tmp_path / "photo.jpg").write_bytes(content)

    assert reason_for(tmp_path / "photo.jpg") == reason


def png_of(width: int, height: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
    )


def test_a_small_file_with_a_huge_picture_is_refused(tmp_path: Path) -> None:
    (tmp_path / "bomb.png").write_bytes(png_of(50_000, 40_000))

    assert reason_for(tmp_path / "bomb.png") == "it would be 2,000 megapixels, more than the 325 this program opens"


@pytest.mark.parametrize(
    ("progressive", "reason"),
    [
        (False, "it would be 4,225 megapixels, more than the 1,083 this program opens"),
        (True, "it would be 4,225 megapixels, more than the 216 this program opens"),
    ],
)
def test_a_huge_jpeg_is_refused(tmp_path: Path, progressive: bool, reason: str) -> None:
    stream = io.BytesIO()
    Image.new("RGB", (16, 16)).save(stream, "JPEG", progressive=progressive)
    data = bytearray(stream.getvalue())
    frame = data.index(b"\xff\xc2" if progressive else b"\xff\xc0")
    data[frame + 5 : frame + 9] = struct.pack(">HH", 65_000, 65_000)
    (tmp_path / "bomb.jpg").write_bytes(data)

    assert reason_for(tmp_path / "bomb.jpg") == reason


def test_a_file_that_is_gone_is_no_bad_photo(tmp_path: Path) -> None:
    for read in (lambda p: read_photo(p, SQUARE), hash_photo, read_thumbnail, lambda p: read_view(p, 100)):
        with pytest.raises(PhotoGoneError):
            read(tmp_path / "gone.jpg")
        (tmp_path / "file").touch()
        with pytest.raises(PhotoGoneError):
            read(tmp_path / "file" / "gone.jpg")


def test_a_folder_named_like_a_photo_is_none(tmp_path: Path) -> None:
    (tmp_path / "photo.jpg").mkdir()

    assert reason_for(tmp_path / "photo.jpg") == "it is a folder"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_named_like_a_photo_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "photo.jpg")

    assert reason_for(tmp_path / "photo.jpg") == "it is not a file"
    with pytest.raises(UnreadablePhotoError):
        hash_photo(tmp_path / "photo.jpg")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_skipped(tmp_path: Path) -> None:
    quarters().save(tmp_path / "photo.jpg")
    (tmp_path / "photo.jpg").chmod(0)

    assert reason_for(tmp_path / "photo.jpg") == "you may not read this file"


DRIVE_TROUBLE = ["ESTALE", "EHOSTDOWN", "EHOSTUNREACH", "ENETUNREACH", "ECONNRESET", "ENOTCONN", "ETIMEDOUT"]


@pytest.mark.parametrize("name", [*DRIVE_TROUBLE, "EREMOTEIO", "EKEYEXPIRED", "EAGAIN", "EBUSY", "EMFILE"])
@pytest.mark.parametrize("file", ["photo.jpg", None], ids=["opening", "reading"])
def test_what_the_system_says_of_a_drive_says_nothing_about_the_photo(
    tmp_path: Path, name: str, file: str | None
) -> None:
    number = getattr(errno, name, errno.EIO)
    with pytest.raises(PhotoGoneError, match="its drive does not answer"), explained(tmp_path / "photo.jpg"):
        raise OSError(number, os.strerror(number), file)


def test_a_photo_on_a_bad_sector_is_told_but_may_be_a_good_one(tmp_path: Path) -> None:
    with pytest.raises(PhotoClosedError) as told, explained(tmp_path / "photo.jpg"):
        raise OSError(errno.EIO, os.strerror(errno.EIO))
    assert told.value.reason == NOT_GIVEN
    with pytest.raises(PhotoGoneError, match="its drive does not answer"), explained(tmp_path / "photo.jpg"):
        raise OSError(errno.EIO, os.strerror(errno.EIO), "photo.jpg")


def test_trouble_that_windows_has_no_name_for_is_of_the_drive(tmp_path: Path) -> None:
    with pytest.raises(PhotoGoneError, match="its drive does not answer"), explained(tmp_path / "photo.jpg"):
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL), "photo.jpg")


@pytest.mark.parametrize("name", ["EACCES", "EPERM"])
def test_a_photo_that_may_not_be_read_may_be_a_good_one(tmp_path: Path, name: str) -> None:
    number = getattr(errno, name)
    with pytest.raises(PhotoClosedError) as told, explained(tmp_path / "photo.jpg"):
        raise OSError(number, os.strerror(number), "photo.jpg")
    assert told.value.reason == NOT_ALLOWED


def test_a_damaged_file_that_sends_its_reader_before_its_beginning_is_damaged(tmp_path: Path) -> None:
    quarters().save(tmp_path / "photo.jpg")
    with pytest.raises(UnreadablePhotoError) as told, explained(tmp_path / "photo.jpg"):
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
    assert told.value.reason == "the file is damaged"


def fail_to_read(path: Path) -> str:
    raise OSError(errno.EHOSTDOWN, "Host is down")


@pytest.mark.parametrize("error", [OSError("decoder error -2"), ValueError("no such colour")], ids=str)
def test_a_photo_is_damaged_only_if_its_drive_gives_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    quarters().save(tmp_path / "photo.jpg")
    monkeypatch.setattr(reading_trouble, "content_hash", fail_to_read)
    with pytest.raises(PhotoGoneError, match="its drive does not answer"), explained(tmp_path / "photo.jpg"):
        raise error


def test_a_camera_file_is_cut_off_only_if_its_drive_gives_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_dng(tmp_path / "photo.dng", quarters())
    monkeypatch.setattr(reading_trouble, "content_hash", fail_to_read)

    def fail(path: str) -> None:
        raise rawpy.LibRawIOError(b"Input/output error")

    monkeypatch.setattr(rawpy, "imread", fail)
    with pytest.raises(PhotoGoneError, match="its drive does not answer"):
        read_photo(tmp_path / "photo.dng", SQUARE)


def test_a_file_of_which_a_server_gives_nothing_is_not_empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    photo = tmp_path / "photo.jpg"
    quarters().save(photo)
    monkeypatch.setattr(type(photo), "open", lambda *_: nullcontext(SimpleNamespace(read=lambda _: None)))
    with pytest.raises(PhotoGoneError, match="its drive does not answer"):
        read_photo(photo, SQUARE)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no error of its own for such links")
def test_links_that_go_in_circles_are_the_systems_trouble(tmp_path: Path) -> None:
    (tmp_path / "photo.jpg").symlink_to(tmp_path / "photo.jpg")

    assert reason_for(tmp_path / "photo.jpg").startswith("the system cannot open it")


@pytest.mark.parametrize("suffix", ["jpg", "png", "tif", "webp", "gif", "bmp", "jp2", "avif"])
def test_scrambled_files_give_a_photo_or_a_reason_and_nothing_else(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"photo.{suffix}"
    scenery(90, 70).save(path, exif=exif_data(6, make="A", taken="2021:07:04 12:34:56")) if suffix not in (
        "gif",
        "bmp",
        "jp2",
    ) else scenery(90, 70).save(path)
    whole = path.read_bytes()
    random = np.random.default_rng(11)
    outcomes = set()
    for _ in range(60):
        data = bytearray(whole)
        for place in random.integers(0, min(len(data), 400), 6):
            data[place] = random.integers(0, 256)
        path.write_bytes(data)
        try:
            outcomes.add(read_photo(path, SQUARE).square.shape)
        except UnreadablePhotoError as error:
            outcomes.add(error.reason)

    assert len(outcomes) > 1
