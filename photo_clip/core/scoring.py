"""Cosines, probabilities and the order of hits: plain numbers."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from photo_clip.core.halves import widened_blocks
from photo_clip.core.ports import Vectors


def unit_rows(rows: NDArray[Any]) -> Vectors:
    """Return `rows`, shape (n, d), as float32 with length 1 each; a row of zeros stays zeros."""
    rows32 = np.asarray(rows, dtype=np.float32)
    lengths = np.linalg.norm(rows32, axis=1, keepdims=True)
    return (rows32 / np.where(lengths == 0, 1, lengths)).astype(np.float32)


def spread_rows(count: int, most: int) -> NDArray[np.intp]:
    """Return up to `most` rows from all over `count` rows, evenly, ascending."""
    return np.linspace(0, count, min(count, most), endpoint=False).astype(np.intp)


def cosines(
    vectors: NDArray[Any], query: NDArray[np.float32], among: NDArray[np.intp] | None = None
) -> NDArray[np.float32]:
    """Return the dot product of each row of `vectors`, shape (n, d), with `query`, shape (d,).

    For rows and a query of unit length that is the cosine similarity, -1 to 1. With `among`, shape (k,), only these
    rows are reckoned, in this order. float16 rows are widened a block at a time, so that memory stays bounded.
    """
    result = np.empty(len(vectors) if among is None else len(among), dtype=np.float32)
    for here, block in widened_blocks(vectors, among):
        result[here] = block @ query
    return result


def best_rows(scores: NDArray[np.float32], count: int) -> NDArray[np.intp]:
    """Return the rows of the `count` highest `scores`, best first, ties by row; fewer if there are fewer."""
    if count <= 0:
        return np.empty(0, dtype=np.intp)
    rows = leading_rows(scores, count)
    return rows[np.argsort(-scores[rows], kind="stable")][:count]


def leading_rows(scores: NDArray[np.float32], count: int) -> NDArray[np.intp]:
    """Return the rows of the `count` highest `scores`, at least 1, and of all that equal their lowest, ascending.

    All rows where there are no more. It takes two thirds of the time that argpartition does.
    """
    if count >= len(scores):
        return np.arange(len(scores))
    lowest = np.partition(scores, len(scores) - count)[len(scores) - count]
    return np.flatnonzero(scores >= lowest)


def probabilities(cosine_row: NDArray[np.float32], logit_scale: float) -> NDArray[np.float64]:
    """Return one probability a label: softmax of `logit_scale` × cosine, summing to 1.

    `cosine_row` has shape (m,). This is zero-shot classification as Radford et al. 2021
    (arXiv 2103.00020, section 3.1.2) do it. No label gives shape (0,).
    """
    logits: NDArray[np.float64] = cosine_row.astype(np.float64) * logit_scale
    if not len(logits):
        return logits
    weights = np.exp(logits - logits.max())
    result: NDArray[np.float64] = weights / weights.sum()
    return result
