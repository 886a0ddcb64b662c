"""How alike two photos are as pictures, and which of them is sharper; all on small pictures."""

import numpy as np
from numpy.typing import NDArray

HASH_WIDTH, HASH_HEIGHT = 9, 8
"""Size of the picture that a fingerprint is made of."""


def fingerprint(grey: NDArray[np.uint8]) -> int:
    """Return the difference hash of a grey picture of shape (8, 9): 64 bits, as a signed number.

    A bit is set where a pixel is darker than its right neighbour (N. Krawetz, "Kind of like that", 2013,
    hackerfactor.com). Photos of one scene differ in few bits, and it does not change with size or light.
    """
    bits = np.packbits(grey[:, :-1] < grey[:, 1:])
    return int.from_bytes(bits.tobytes(), "big", signed=True)


def bits_apart(one: NDArray[np.int64], other: NDArray[np.int64]) -> NDArray[np.uint8]:
    """Return in how many bits fingerprints differ, 0 to 64, element by element; the shapes are broadcast."""
    return np.bitwise_count(np.bitwise_xor(one, other).view(np.uint64))


def sharpness(grey: NDArray[np.uint8]) -> float:
    """Return the variance of the Laplacian of a grey picture, shape (h, w): the higher the sharper, 0 for a plain one.

    A usual measure of focus (Pech-Pacheco et al. 2000, "Diatom autofocusing in brightfield microscopy"). It can be
    compared for pictures of one scene at one size, and for no others. Pictures under 3 pixels a side give 0.
    """
    if min(grey.shape) < 3:
        return 0.0
    light = grey.astype(np.float32)
    around = light[:-2, 1:-1] + light[2:, 1:-1] + light[1:-1, :-2] + light[1:-1, 2:]
    return float(np.var(around - 4 * light[1:-1, 1:-1]))
