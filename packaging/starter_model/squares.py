"""Photos as the squares the starter model looks at, made as the program makes them."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from towers import IMAGE_SIDE_PX

from photo_clip.adapters.images import make_square
from photo_clip.core.ports import Fit, Resampling, SquareSpec

SQUARE = SquareSpec(IMAGE_SIDE_PX, Fit.SQUASH, Resampling.BICUBIC)
"""Squashed: what lies at the edges of a photo can be asked for too."""


def square_batches(
    photos: Sequence[Path], square: SquareSpec = SQUARE, *, count: int = 32
) -> Iterator[NDArray[np.uint8]]:
    """Yield the photos as arrays (up to `count`, side, side, 3), in order, reading one batch ahead."""
    rest = iter(photos)
    chunks = iter(lambda: list(islice(rest, count)), [])
    with ThreadPoolExecutor(1) as pool:
        coming = None
        for chunk in chunks:
            ready, coming = coming, pool.submit(_read, chunk, square)
            if ready is not None:
                yield ready.result()
        if coming is not None:
            yield coming.result()


def _read(photos: Sequence[Path], square: SquareSpec) -> NDArray[np.uint8]:
    return np.stack([_square(photo, square) for photo in photos])


def _square(photo: Path, square: SquareSpec) -> NDArray[np.uint8]:
    with Image.open(photo) as image:
        return make_square(image.convert("RGB"), square)
