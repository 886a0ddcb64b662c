"""Which version of a photo is proposed to be kept, and the words for it."""

from dataclasses import replace

import pytest

from photo_clip.core.keeping import keeper
from photo_clip.core.photo import FileStamp, Photo, PhotoFacts


def photo(name: str, size: tuple[int, int] = (400, 300), sharpness: float = 100, file_bytes: int = 10) -> Photo:
    facts = PhotoFacts(*size, sharpness=sharpness)
    return Photo(1, 1, f"/photos/{name}", FileStamp(file_bytes, 5), "hash", facts)


PLAIN = photo("b.jpg")


@pytest.mark.parametrize(
    ("best", "reason"),
    [
        (replace(PLAIN, is_favourite=True), "a favourite"),
        (replace(PLAIN, rating=4), "rated 4 of 5"),
        (photo("b.jpg", size=(800, 600), sharpness=1), "largest (800 × 600)"),
        (photo("b.jpg", sharpness=200), "sharpest"),
        (photo("b.jpg", file_bytes=11), "largest file"),
        (replace(PLAIN, stamp=FileStamp(10, 4)), "oldest file"),
        (replace(PLAIN, location="/photos/a.jpg"), "first by name"),
    ],
)
def test_the_best_version_is_kept_for_a_reason(best: Photo, reason: str) -> None:
    others = [replace(PLAIN, location=f"/photos/{name}.jpg") for name in ("d", "c")]
    assert keeper([*others, best], is_exact=False) == (best, reason)


def test_reasons_that_left_several_are_told_too() -> None:
    best = photo("c.jpg", size=(800, 600), sharpness=300)
    assert keeper([PLAIN, photo("d.jpg", size=(801, 600)), best], is_exact=False) == (
        best,
        "largest (800 × 600), sharpest",
    )


@pytest.mark.parametrize("name", ["a copy.jpg", "a (2).jpg", "a - Kopie.jpg", "Copy of a.jpg", "a copy 2.jpg"])
def test_of_exact_copies_the_one_that_is_not_named_as_one_is_kept(name: str) -> None:
    assert keeper([replace(PLAIN, location=f"/photos/{name}"), PLAIN], is_exact=True) == (PLAIN, "not named as a copy")


def test_of_exact_copies_the_one_without_a_number_is_kept() -> None:
    numbered = replace(PLAIN, location="/photos/a~2.jpg")
    assert keeper([numbered, PLAIN], is_exact=True) == (PLAIN, "shortest name")


def test_a_photo_that_was_not_read_can_be_kept_too() -> None:
    unread = replace(PLAIN, facts=None)
    assert keeper([unread], is_exact=False) == (unread, "first by name")
