"""Pictures made for the tests, and how to tell them again."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from photo_clip.core.errors import UnreadablePhotoError
from photo_clip.core.ports import RgbImage, SquareSpec

SQUARE = SquareSpec(64)
LYING_HEIC = Path(__file__).parent / "data" / "lying.heic"
"""The quarters of `quarters`, 96 × 64, stored lying on its side; made with pillow-heif."""
RED, GREEN, BLUE, YELLOW = (220, 30, 30), (30, 200, 30), (30, 30, 220), (230, 220, 40)
TO_LIE = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}
"""How an upright picture is stored with each EXIF orientation."""


def quarters(width: int = 120, height: int = 80) -> Image.Image:
    """Red and green above blue and yellow."""
    picture = Image.new("RGB", (width, height))
    middle, half = width // 2, height // 2
    picture.paste(RED, (0, 0, middle, half))
    picture.paste(GREEN, (middle, 0, width, half))
    picture.paste(BLUE, (0, half, middle, height))
    picture.paste(YELLOW, (middle, half, width, height))
    return picture


def scenery(width: int, height: int) -> Image.Image:
    """Something like a photo: large shapes, small ones, and grain."""
    random = np.random.default_rng(7)
    total = np.zeros((height, width, 3), dtype=np.float32)
    for cells in (4, 16, 64, 256):
        coarse = random.integers(0, 256, (cells, cells, 3)).astype(np.uint8)
        total += np.asarray(Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC)) / cells**0.5
    return Image.fromarray((total * (255 / total.max())).astype(np.uint8))


def exif_data(orientation: int = 1, **details: Any) -> Image.Exif:
    """EXIF data with an orientation, a make, a model, the time taken, and GPS data, as far as they are given."""
    data = Image.Exif()
    if orientation != 1:
        data[0x0112] = orientation
    if "make" in details:
        data[0x010F] = details["make"]
    if "model" in details:
        data[0x0110] = details["model"]
    if "taken" in details:
        data.get_ifd(0x8769)[0x9003] = details["taken"]
    if "gps" in details:
        data.get_ifd(0x8825).update(details["gps"])
    return data


def corners(pixels: RgbImage) -> list[tuple[int, ...]]:
    """The colours near the corners: top left, top right, bottom left, bottom right."""
    height, width = pixels.shape[0] // 8, pixels.shape[1] // 8
    return [tuple(map(int, pixels[y, x])) for y in (height, -height) for x in (width, -width)]


def assert_quarters(pixels: RgbImage, *, tolerance: int = 12) -> None:
    """Check that these are the quarters, upright."""
    wanted = np.array([RED, GREEN, BLUE, YELLOW])
    assert np.abs(np.array(corners(pixels)) - wanted).max() <= tolerance, corners(pixels)


def reason_for(path: Path) -> str:
    """The reason why a photo cannot be read."""
    from photo_clip.adapters.images import read_photo

    with pytest.raises(UnreadablePhotoError) as caught:
        read_photo(path, SQUARE)
    return caught.value.reason
