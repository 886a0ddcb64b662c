"""How greyscale pictures of many bits, or of fractions, become ones of 8 bits."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

_FULL_WHITES = (255.0, 4095.0, 65535.0)
"""The white of 8, 12 and 16 bits. Scanners and microscopes write 12 bits into 16."""


def eight_bit(grey: NDArray[Any]) -> NDArray[np.uint8]:
    """Return `grey`, shape (height, width), not empty, scaled to 0..255.

    Whole numbers that are not negative are taken as the fewest bits they fit into, fractions up
    to 1 as parts of white; anything else is spread from its darkest to its lightest. What is no
    number is black.
    """
    is_fraction = np.issubdtype(grey.dtype, np.floating)
    scaled = grey.astype(np.float32)
    np.nan_to_num(scaled, copy=False, posinf=0.0, neginf=0.0)
    low, high = float(scaled.min()), float(scaled.max())
    whites = (1.0, *_FULL_WHITES) if is_fraction else _FULL_WHITES
    white = next((white for white in whites if low >= 0 and high <= white), None)
    if white is not None:
        low, high = 0.0, white
    scaled -= low
    scaled *= 255 / max(high - low, 1e-12)
    return np.rint(scaled, out=scaled).astype(np.uint8)
