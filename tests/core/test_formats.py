"""What a file is: by the end of its name, and by its first bytes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photo_clip.core.formats import HEAD_BYTES, RAW, is_photo_name, kind_of, why_unreadable


@pytest.mark.parametrize(
    "name", ["a.jpg", "A.JPG", "b.JpEg", "c.heic", "d.CR3", "e.tar.png", "new\nline.webp", " .jpg"]
)
def test_photos_are_known_by_their_suffix(name: str) -> None:
    assert is_photo_name(name)


@pytest.mark.parametrize("name", ["jpg", ".jpg", "a.txt", "a.jpg.part", "a.mp4", "a.jpg~", "", "._", "a."])
def test_other_files_are_left_alone(name: str) -> None:
    assert not is_photo_name(name)


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "JPEG"),
        (b"\x89PNG\r\n\x1a\n", "PNG"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "WebP"),
        (b"\0\0\0\x20ftypheic", "HEIF"),
        (b"\0\0\0\x20ftypmif1", "HEIF"),
        (b"\0\0\0\x20ftypavif", "AVIF"),
        (b"\0\0\0\x18ftypcrx ", RAW),
        (b"II*\0\x10\0\0\0CR\2\0", RAW),
        (b"II*\0\x08\0\0\0", "TIFF"),
        (b"FUJIFILMCCD-RAW 0201", RAW),
    ],
)
def test_a_file_is_what_its_first_bytes_say(head: bytes, kind: str) -> None:
    assert kind_of(head) == kind


@pytest.mark.parametrize(
    ("head", "reason"),
    [
        (b"8BPS\0\1", "this program cannot read this kind of picture (Photoshop)"),
        (b"\0\0\0\x0cJXL \r\n\x87\n", "this program cannot read this kind of picture (JPEG XL)"),
        (b"P6\n640 480\n255\n", "this program cannot read this kind of picture (Netpbm)"),
        (b"\0\0\0\x20ftypisom", "it is not a picture but a video"),
        (b"%PDF-1.7", "it is not a picture but a PDF document"),
        (b"<!DOCTYPE html>", "it is not a picture but a web page"),
        (b"Dear diary", "it is not a picture that this program can read"),
    ],
)
def test_what_is_no_picture_is_called_what_it_is(head: bytes, reason: str) -> None:
    assert kind_of(head) == ""
    assert why_unreadable(head) == reason


@given(st.binary(max_size=HEAD_BYTES))
def test_no_bytes_raise(head: bytes) -> None:
    assert isinstance(kind_of(head), str)
    assert why_unreadable(head)
