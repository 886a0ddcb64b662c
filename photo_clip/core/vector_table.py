"""A model's embeddings in memory, and the nearest of them: a shortlist by a sketch, then exact cosines."""

from typing import Self

import numpy as np
from numpy.typing import NDArray

from photo_clip.core.halves import widened, widened_blocks
from photo_clip.core.ports import Vectors
from photo_clip.core.scoring import best_rows, cosines
from photo_clip.core.stores import StoredVectors

_SKETCH_DIMENSIONS = 128
"""Of 768, they hold 0.80 of the squared length of real photos' embeddings."""
_SHORTLIST = 6
"""How many candidates are looked at exactly for each one wanted. Measured with 18 sentences over 100,000 embeddings
resampled from 15,488 real ones: recall@500 0.996 with 3,000 candidates, 0.990 with 2,000."""
_LEAST_SHORTLIST, _LEAST_SHARE = 4000, 0.01
"""The share is for large libraries: of a million, 3,810 candidates hold 0.994 of the best hundred, 10,000 all of them.
More dimensions cost more time for the same gain."""
_FEW = 0.25
_SAMPLE = 20_000
_GROWN = 2
"""The sketch is drawn anew when there are so many times the embeddings it was drawn from."""


class VectorTable:
    """Embeddings of shape (n, d), float16 and of unit length, each with the id of its content.

    The sketch is each embedding in the coordinates of the first principal components (Pearson 1901; taken around
    zero, not the mean, so that dot products are kept), as float32: with 128 dimensions, 51 MB for 100,000 photos.
    Without a sketch every cosine is computed.
    """

    def __init__(self, stored: StoredVectors) -> None:
        self.content_ids = stored.content_ids
        self.last_row = stored.last_row
        self._vectors = stored.vectors
        self._axes: NDArray[np.float32] | None = None
        self._sketch: NDArray[np.float32] | None = None
        self._drawn_from = 0
        self._sorter: NDArray[np.intp] | None = None

    def __len__(self) -> int:
        return len(self.content_ids)

    @property
    def is_sketched(self) -> bool:
        """Whether a shortlist can be made."""
        return self._sketch is not None

    def of(self, content_ids: NDArray[np.int64]) -> Vectors:
        """Return the embeddings of contents, all of which are here, shape (k, d)."""
        return self.rows(self.rows_of(content_ids))

    def rows_of(self, content_ids: NDArray[np.int64]) -> NDArray[np.intp]:
        """Return where the embeddings of contents are, -1 for one that has none, shape (k,)."""
        if not len(self):
            return np.full(len(content_ids), -1, np.intp)
        if self._sorter is None:
            self._sorter = np.argsort(self.content_ids, kind="stable")
        places = np.searchsorted(self.content_ids, content_ids, sorter=self._sorter)
        rows = self._sorter[np.minimum(places, len(self) - 1)]
        return np.where(self.content_ids[rows] == content_ids, rows, -1)

    @property
    def stored(self) -> NDArray[np.float16]:
        """All embeddings, as they are stored."""
        return self._vectors

    def products(self, directions: Vectors) -> Vectors:
        """Return the dot products of directions, shape (k, d), with all embeddings, shape (k, n).

        Several at once are faster than one by one: each number is widened once.
        """
        found = np.empty((len(directions), len(self)), np.float32)
        for here, block in widened_blocks(self._vectors):
            found[:, here] = directions @ block.T
        return found

    def rows(self, rows: NDArray[np.intp]) -> Vectors:
        """Return some embeddings, in this order, shape (k, d)."""
        return widened(self._vectors[rows])

    def begins(self, other: Self) -> bool:
        """Whether another table begins with all that is in this one."""
        return bool(np.array_equal(other.content_ids[: len(self)], self.content_ids))

    def row_of(self, content_id: int) -> int | None:
        """Return where a content's embedding is, None where it has none."""
        rows = np.flatnonzero(self.content_ids == content_id)
        return int(rows[0]) if len(rows) else None

    def cosines(self, query: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the cosine of every embedding with a query of shape (d,) and unit length."""
        return cosines(self._vectors, query)

    def extended(self, more: StoredVectors) -> Self:
        """Return a table with more embeddings; this one stays as it is, for those who use it this moment."""
        joined = StoredVectors(
            np.concatenate([self.content_ids, more.content_ids]),
            np.concatenate([self._vectors, more.vectors]),
            more.last_row,
        )
        table = type(self)(joined)
        if self._axes is not None and self._sketch is not None and len(table) < _GROWN * self._drawn_from:
            table._axes, table._drawn_from = self._axes, self._drawn_from
            table._sketch = np.concatenate([self._sketch, _projected(more.vectors, self._axes)])
        return table

    def draw_sketch(self) -> None:
        """Make the sketch, which takes half a second for 100,000 embeddings; of few ones none is needed."""
        if self._sketch is not None or len(self) <= _LEAST_SHORTLIST or self._vectors.shape[1] <= _SKETCH_DIMENSIONS:
            return
        rows = np.random.default_rng(0).choice(len(self), min(len(self), _SAMPLE), replace=False)
        sample = widened(self._vectors[rows])
        _, axes = np.linalg.eigh(sample.T @ sample)  # ascending by how much of the length lies along each
        self._axes = np.ascontiguousarray(axes[:, -_SKETCH_DIMENSIONS:])
        self._drawn_from = len(self)
        self._sketch = _projected(self._vectors, self._axes)

    def nearest(
        self, query: NDArray[np.float32], count: int, allowed: NDArray[np.int64] | None = None
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Return the content ids of up to `count` nearest embeddings and their cosines, best first.

        `query` has shape (d,) and unit length. With `allowed`, only these contents count. Cosines are exact; with
        a sketch, of many embeddings a few of the last ones may be missing.
        """
        if not len(self) or count <= 0:
            return np.empty(0, np.int64), np.empty(0, np.float32)
        mask = None if allowed is None else np.isin(self.content_ids, allowed)
        left = len(self) if mask is None else int(mask.sum())
        asked = max(_LEAST_SHORTLIST, _SHORTLIST * count, round(_LEAST_SHARE * left))
        rows = None if mask is None else np.flatnonzero(mask)
        if self._sketch is not None and self._axes is not None and asked < left:
            place = query @ self._axes
            if rows is not None and left < _FEW * len(self):
                rough = self._sketch[rows] @ place
                rows = rows[np.argpartition(rough, left - asked)[left - asked :]]
            else:  # all are reckoned: picking most of the rows first would take longer
                rough = self._sketch @ place
                if mask is not None:
                    rough[~mask] = -np.inf
                rows = np.argpartition(rough, len(rough) - asked)[len(rough) - asked :]
            rows = np.sort(rows)  # in order, so that equals stay in theirs
        scores = cosines(self._vectors, query, rows)
        best = best_rows(scores, count)
        found = best if rows is None else rows[best]
        return self.content_ids[found], np.clip(scores[best], -1, 1)


def _projected(vectors: NDArray[np.float16], axes: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the embeddings in the coordinates of the axes; widened a block at a time, so that memory stays bounded."""
    result = np.empty((len(vectors), axes.shape[1]), dtype=np.float32)
    for here, block in widened_blocks(vectors):
        np.matmul(block, axes, out=result[here])
    return result
