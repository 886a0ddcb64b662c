"""Which one of several versions of a photo is worth keeping, and why."""

import re
from collections.abc import Callable, Sequence

from photo_clip.core.photo import Photo

_SAYS_COPY = re.compile(r"\bcop(?:y|ie)\b|\bkopie\b|\bedited\b|\bthumb|\(\d{1,3}\)$", re.IGNORECASE)

_LARGER, _SHARPER = 1.05, 1.2
"""How many times as large or sharp a photo must be for it to tell anything."""

_Rule = tuple[Callable[[Photo], float], float, Callable[[Photo], str]]
"""How good a photo is, how many times as good the best may be as one that passes for it, and what is said of them."""


def keeper(photos: Sequence[Photo], *, is_exact: bool) -> tuple[Photo, str]:
    """Return the photo to keep, and what it has before the others, words such as “largest (4000 × 3000), sharpest”.

    What people marked comes first. Exact copies differ in names and times alone. There must be a photo.
    """
    left, told = list(photos), list[Callable[[Photo], str]]()
    for goodness, times, words in (*_BY_MARKS, *(() if is_exact else _BY_LOOKS), *_BY_FILE):
        best = max(map(goodness, left))
        better = [photo for photo in left if goodness(photo) * times >= best]
        if len(better) < len(left):
            told.append(words)
            left = better
    left.sort(key=lambda photo: str(photo.path))
    return left[0], ", ".join(words(left[0]) for words in told) or "first by name"


def _pixels(photo: Photo) -> int:
    return 0 if photo.facts is None else photo.facts.width_px * photo.facts.height_px


def _sharpness(photo: Photo) -> float:
    return 0.0 if photo.facts is None else photo.facts.sharpness or 0.0


def _size(photo: Photo) -> str:
    facts = photo.facts
    return "largest" if facts is None else f"largest ({facts.width_px} × {facts.height_px})"


_BY_MARKS: tuple[_Rule, ...] = (
    (lambda photo: photo.is_favourite, 1, lambda _: "a favourite"),
    (lambda photo: photo.rating or 0, 1, lambda photo: f"rated {photo.rating} of 5"),
)
_BY_LOOKS: tuple[_Rule, ...] = (
    (_pixels, _LARGER, _size),
    (_sharpness, _SHARPER, lambda _: "sharpest"),
    (lambda photo: photo.stamp.size_bytes, 1, lambda _: "largest file"),
)
_BY_FILE: tuple[_Rule, ...] = (
    (lambda photo: not _SAYS_COPY.search(photo.path.stem), 1, lambda _: "not named as a copy"),
    (lambda photo: -len(photo.path.stem), 1, lambda _: "shortest name"),
    (lambda photo: -photo.stamp.mtime_ns, 1, lambda _: "oldest file"),
)
