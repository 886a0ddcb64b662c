"""A model's tiles in memory, small enough for a hundred thousand photos, and which photos are worth a closer look."""

from collections.abc import Iterable
from typing import Self

import numpy as np
from numpy.typing import NDArray

from photo_clip.core.halves import widened_blocks
from photo_clip.core.ports import Vectors
from photo_clip.core.scoring import best_rows
from photo_clip.core.stores import StoredTiles

_DIMENSIONS = 128
_ROWS_AT_ONCE = 16_384
_LARGEST = 127
_SPARE = 1.25
"""Coordinates may be so much larger than the largest of the sample before they are cut off."""


class TileTable:
    """Each tile in the coordinates of the first principal components, a byte each: 128 bytes a tile.

    The components are those of a sample around zero, as in `VectorTable`. What is told is rough, and made to be
    followed by exact cosines of a shortlist.
    """

    def __init__(self, sample: Vectors) -> None:
        """`sample`, shape (s, d), holds embeddings from all over the library, at least one."""
        _, axes = np.linalg.eigh(sample.T @ sample)
        self._axes = np.ascontiguousarray(axes[:, -_DIMENSIONS:])
        largest = np.abs(sample @ self._axes).max(axis=0)
        self._steps = np.maximum(largest, 1e-3) * _SPARE / _LARGEST
        self.content_ids = np.empty(0, np.int64)
        self._begins = np.empty(0, np.int64)
        self._sketch = np.empty((0, self._axes.shape[1]), np.int8)
        self.last_row = 0

    def __len__(self) -> int:
        """How many contents have tiles."""
        return len(self.content_ids)

    def extended(self, more: Iterable[StoredTiles]) -> Self:
        """Return a table with more tiles; this one stays as it is, for those who use it this moment."""
        content_ids, begins, sketches = [self.content_ids], [self._begins], [self._sketch]
        count, last_row = len(self._sketch), self.last_row
        for stored in more:
            has_any = stored.counts > 0
            content_ids.append(stored.content_ids[has_any])
            begins.append((count + np.cumsum(stored.counts) - stored.counts)[has_any])
            sketches.append(self._drawn(stored.vectors))
            count, last_row = count + len(stored.vectors), stored.last_row
        table = object.__new__(type(self))
        table._axes, table._steps, table.last_row = self._axes, self._steps, last_row
        table.content_ids, table._begins = np.concatenate(content_ids), np.concatenate(begins)
        table._sketch = np.concatenate(sketches)
        return table

    def shortlist(
        self, query: NDArray[np.float32], count: int, allowed: NDArray[np.int64] | None = None
    ) -> NDArray[np.int64]:
        """Return the ids of up to `count` contents with the tiles nearest to a query, shape (d,), best first.

        With `allowed`, only these contents count.
        """
        if not len(self) or count <= 0:
            return np.empty(0, np.int64)
        asked = (query @ self._axes * self._steps).astype(np.float32)
        cosines = np.empty(len(self._sketch), np.float32)
        for start in range(0, len(cosines), _ROWS_AT_ONCE):
            block = self._sketch[start : start + _ROWS_AT_ONCE]
            np.matmul(block.astype(np.float32), asked, out=cosines[start : start + len(block)])
        best = np.maximum.reduceat(cosines, self._begins)
        rows = np.arange(len(self)) if allowed is None else np.flatnonzero(np.isin(self.content_ids, allowed))
        return self.content_ids[rows[best_rows(best[rows], count)]]

    def _drawn(self, vectors: NDArray[np.float16]) -> NDArray[np.int8]:
        drawn = np.empty((len(vectors), self._axes.shape[1]), np.int8)
        for here, block in widened_blocks(vectors):
            drawn[here] = np.clip(np.rint(block @ self._axes / self._steps), -_LARGEST, _LARGEST)
        return drawn
