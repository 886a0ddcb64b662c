"""Which squares of a photo are looked at by themselves, so that small things are found and can be pointed at."""

import math
from dataclasses import dataclass

from photo_clip.core.amounts import photos_in_words, size_in_words

TILE_SIDE = 0.38
"""The side of a tile, as a share of the photo's shorter side. Smaller ones find more and cost more, larger ones the
other way round (tests/benchmarks/bench_where.py)."""
_MOST_ACROSS = 8
"""Of long panoramas, tiles lie further apart rather than being many."""
USUAL_TILES = 12
"""Of a photo of 4:3 or 3:2."""

_TIMES_AS_LONG = 5


@dataclass(frozen=True, slots=True)
class Box:
    """A part of a photo, in shares of its width and height, 0 to 1."""

    left: float
    top: float
    width: float
    height: float


def tile_boxes(width_px: int, height_px: int) -> tuple[Box, ...]:
    """Return the tiles of a photo of this size, which is not empty, row by row: squares.

    Nine of a square photo, twelve of one of 4:3 or 3:2; they reach to all four edges.
    """
    short = min(width_px, height_px)
    across, down = _places(width_px / short), _places(height_px / short)
    width, height = TILE_SIDE * short / width_px, TILE_SIDE * short / height_px
    return tuple(
        Box(left * short / width_px, top * short / height_px, width, height) for top in down for left in across
    )


def cost_in_words(photos: int) -> str:
    """Return what looking at the tiles of so many photos costs, sentences for people.

    The time was measured with photos of 12 megapixels and the bundled model (tests/benchmarks/bench_where.py); a
    vector of 768 dimensions takes 1,536 bytes.
    """
    disk = size_in_words(photos * USUAL_TILES * 1536)
    return (
        f"Of each photo about {USUAL_TILES} parts are embedded, too. That takes about {_TIMES_AS_LONG} times as long as"
        f" indexing did, and about {disk} of disk for {photos_in_words(photos)}. It goes on in the background, and new"
        " photos come first."
    )


def place_in_words(box: Box) -> str:
    """Return where in the photo a box lies: “upper left part”, “middle”."""
    across = _third(box.left + box.width / 2, "left", "right")
    down = _third(box.top + box.height / 2, "upper", "lower")
    if not across and not down:
        return "middle"
    return " ".join(filter(None, (down or ("middle" if across else ""), across, "part")))


def _places(length: float) -> list[float]:
    """Return where tiles begin along a side of this length; the photo's shorter side has length 1."""
    count = min(_MOST_ACROSS, math.ceil(length / TILE_SIDE))
    return [number * (length - TILE_SIDE) / (count - 1) for number in range(count)]


def _third(centre: float, first: str, last: str) -> str:
    return first if centre < 0.42 else last if centre > 0.58 else ""
