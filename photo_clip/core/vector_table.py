"""A model's embeddings in memory, and the nearest of them: a shortlist by a sketch, then exact cosines."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from photo_clip.core.halves import widened, widened_blocks
from photo_clip.core.id_rows import rows_of
from photo_clip.core.ports import Vectors
from photo_clip.core.scoring import best_rows, cosines, leading_rows
from photo_clip.core.stores import StoredVectors

_SKETCH_DIMENSIONS = 128
_WORDS = 0.7
"""How much the sketch is drawn for words, the rest for photos as queries. Measured with 18 sentences, 12 photos and 12
of both together over 500,000 embeddings resampled from 15,488 real ones: among 5,000 candidates are 0.999 of the best
hundred for words, 1.000 for photos and for both; drawn for photos alone it is 0.984 for words. With 96 dimensions it
is 0.994, with 64 0.953."""
_SHORTLIST = 6
"""How many candidates are looked at exactly for each one wanted. Over 100,000 such embeddings, recall@500 for words is
0.995 with 3,000 candidates, 0.990 with 2,000."""
_LEAST_SHORTLIST, _LEAST_SHARE = 4000, 0.006
"""The share is for large libraries: of a million, 6,000 candidates hold 0.999 of the best hundred for words, and 0.990
of the best 500, of which 4,000 hold 0.979."""
_MOST_SHORTLIST = 100
"""More for each one wanted are too many: over 100,000 embeddings, 40 each find the best five for 200 captions."""
_LEAST_ALONG = 1e-6
"""Directions in which queries hardly lie count as if they did so much, as a share of the direction they lie in most."""
_SAMPLE = 20_000
_GROWN = 2
"""The sketch is drawn anew when there are so many times the embeddings it was drawn from."""


class VectorTable:
    """Embeddings of shape (n, d), float16 and of unit length, each with the id of its content.

    The sketch is each embedding in few coordinates, as float32: with 128, 51 MB for 100,000 photos. They are chosen
    such that dot products with queries are kept, which lie elsewhere than photos where they are words: the principal
    components (taken around zero, not the mean) after queries were made to lie evenly all around (LeanVec-Sphering,
    Tepper et al. 2024, arXiv 2410.22347). Without a sketch every cosine is computed.
    """

    def __init__(self, stored: StoredVectors) -> None:
        self.content_ids = stored.content_ids
        self.last_row = stored.last_row
        self._vectors = stored.vectors
        self._axes: _Axes | None = None
        self._sketch: NDArray[np.float32] | None = None
        self._drawn_from = 0
        self._sorter: NDArray[np.intp] | None = None
        self._products: tuple[NDArray[np.float32], NDArray[np.float32]] | None = None
        """The query asked last, and its dot products by the sketch: a search asks for its best hits in the whole
        library, too."""

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
        if self._sorter is None:
            self._sorter = np.argsort(self.content_ids, kind="stable")
        return rows_of(content_ids, self.content_ids, self._sorter)

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
            table._sketch = np.concatenate([self._sketch, _projected(more.vectors, self._axes.of_rows)])
        return table

    def draw_sketch(self, words: Callable[[], Vectors]) -> None:
        """Make the sketch, which takes half a second for 100,000 embeddings; of few ones none is needed.

        `words` returns embeddings of what people might ask for, shape (m, d), m may be 0; it is called if it is needed.
        """
        if self._sketch is not None or len(self) <= _LEAST_SHORTLIST or self._vectors.shape[1] <= _SKETCH_DIMENSIONS:
            return
        rows = np.random.default_rng(0).choice(len(self), min(len(self), _SAMPLE), replace=False)
        self._axes = _drawn_axes(widened(self._vectors[rows]), words())
        self._drawn_from = len(self)
        self._sketch = _projected(self._vectors, self._axes.of_rows)

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
        least = max(_LEAST_SHORTLIST, round(_LEAST_SHARE * left))
        asked = max(_SHORTLIST * count, min(least, _MOST_SHORTLIST * count))
        rows = None if mask is None else np.flatnonzero(mask)
        if self._sketch is not None and self._axes is not None and asked < left:
            rough = self._rough(query, self._sketch, self._axes)
            if rows is not None:
                rough = rough[rows]
            likely = leading_rows(rough, asked)
            rows = likely if rows is None else rows[likely]
        scores = cosines(self._vectors, query, rows)
        best = best_rows(scores, count)
        found = best if rows is None else rows[best]
        return self.content_ids[found], np.clip(scores[best], -1, 1)

    def _rough(self, query: NDArray[np.float32], sketch: NDArray[np.float32], axes: "_Axes") -> NDArray[np.float32]:
        asked = self._products
        if asked is None or not np.array_equal(asked[0], query):
            asked = self._products = query.copy(), sketch @ (query @ axes.of_queries)
        return asked[1]


@dataclass(frozen=True, slots=True, eq=False)
class _Axes:
    """Two matrices of shape (d, few): the dot product of a row by the one and a query by the other is nearly theirs."""

    of_rows: NDArray[np.float32]
    of_queries: NDArray[np.float32]


def _drawn_axes(rows: Vectors, words: Vectors) -> _Axes:
    """Return the axes for embeddings like `rows`, asked for by `words` and by rows."""
    spread_of_rows = _second_moment(rows)
    spread_of_queries = _WORDS * _second_moment(words) + (1 - _WORDS) * spread_of_rows if len(words) else spread_of_rows
    along, directions = np.linalg.eigh(spread_of_queries)
    stretch = np.sqrt(np.maximum(along, along[-1] * _LEAST_ALONG))
    evened = (directions * stretch).T @ spread_of_rows @ (directions * stretch)
    _, components = np.linalg.eigh(evened)  # ascending by how much of the products lies along each
    kept = components[:, -_SKETCH_DIMENSIONS:]
    both = ((directions * stretch) @ kept, (directions / stretch) @ kept)
    return _Axes(*(np.ascontiguousarray(axes, np.float32) for axes in both))


def _second_moment(rows: Vectors) -> NDArray[np.float64]:
    """Return the mean of the rows' outer products, shape (d, d), of trace 1."""
    moment: NDArray[np.float64] = (rows.T @ rows).astype(np.float64)
    moment /= np.trace(moment)
    return moment


def _projected(vectors: NDArray[np.float16], axes: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the embeddings in the coordinates of the axes; widened a block at a time, so that memory stays bounded."""
    result = np.empty((len(vectors), axes.shape[1]), dtype=np.float32)
    for here, block in widened_blocks(vectors):
        np.matmul(block, axes, out=result[here])
    return result
