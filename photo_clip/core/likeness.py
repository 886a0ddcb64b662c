"""How alike two photos are as pictures, and which of them is sharper; all on small pictures."""

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

HASH_WIDTH, HASH_HEIGHT = 9, 8
"""Size of the picture that a fingerprint is made of."""


@dataclass(frozen=True, slots=True, eq=False)
class Looks:
    """What tells near-duplicates, row by row; every array has shape (n,) where nothing else is said."""

    photo_ids: NDArray[np.int64]
    content_ids: NDArray[np.int64]
    fingerprints: NDArray[np.int64]
    """See `fingerprint`; 0 where there is none."""
    sharpness: NDArray[np.float32]
    """See `sharpness`; 0 where it is not known."""
    pixels: NDArray[np.int64]
    taken_s: NDArray[np.float64]
    """Seconds by the camera's own clock, NaN where that is not known."""
    is_marked: NDArray[np.bool_]
    """Whether somebody rated it or made it a favourite here."""
    miniatures: NDArray[np.uint8]
    """The pictures that the fingerprints are made of, shape (n, 72); all 0 where there is none."""

    def __len__(self) -> int:
        return len(self.photo_ids)

    def rows(self, rows: NDArray[np.intp]) -> "Looks":
        """Return some rows, in this order."""
        return Looks(*(getattr(self, each.name)[rows] for each in fields(self)))


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


def correlations(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return how alike grey pictures are, -1 to 1, row by row; both have shape (n, p), the result (n,).

    Pearson's correlation of their pixels: neither brightness nor contrast change it. 0 for a picture of one colour.
    """
    a, b = (rows.astype(np.float32) - rows.mean(axis=1, keepdims=True, dtype=np.float32) for rows in (one, other))
    lengths = np.sqrt((a * a).sum(axis=1) * (b * b).sum(axis=1))
    result: NDArray[np.float32] = np.divide(
        (a * b).sum(axis=1), lengths, out=np.zeros(len(a), np.float32), where=lengths > 0
    )
    return result


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
