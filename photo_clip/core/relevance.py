"""How likely a photo shows what was asked for: a margin over what photos show in general, not a fixed cosine."""

import numpy as np
from numpy.typing import NDArray

from photo_clip.core.ports import Vectors

LINE = 0.5
"""From here on a hit counts as a match."""

_BEST_PHRASES = 3
SAME_MEANING = 0.65
"""Cosine of two texts from which on they say the same: a phrase is no ground against a query that means it, “a dog on
grass” for “a dog”."""
BEST_HITS = 5
_MARGIN_WEIGHT, _LIBRARY_WEIGHT, _BEST_WEIGHT, _OFFSET = 0.5, 0.14, 0.42, -0.38
_LEAST_SPREAD = 1e-6
_ROWS_AT_ONCE = 4096
"""Of hits compared with all phrases, which takes some kB of memory a hit."""


def library_spread(cosines: NDArray[np.float32]) -> float:
    """Return how far the cosines of a query with photos of the library, shape (s,), are spread.

    That is from their tenth part to their half, which stays what it is when many photos match; above 0.
    """
    tenth, half = np.quantile(cosines, (0.1, 0.5))
    return max(float(half - tenth), _LEAST_SPREAD)


def relevances(
    query: NDArray[np.float32],
    hits: Vectors,
    phrases: Vectors,
    sample: Vectors,
    handicaps: NDArray[np.float32] | None = None,
) -> NDArray[np.float64]:
    """Return for each hit, shape (k, d), the probability that it is a match, 0 to 1; no hit gives shape (0,).

    `query`, shape (d,), is a text's embedding, `phrases`, (m, d), those of generic phrases, `sample`, (s, d), those
    of photos of the library; all have unit length, and there are phrases and a sample. The best are among the hits.
    `handicaps`, shape (k,), are taken off the cosines of hits that are parts of photos; none where there is None.

    Three measures without a unit, so that they mean the same for every model, are weighed such that most of the right
    photos and few others are matches, for labels and captions whose photos are known
    (tests/benchmarks/bench_relevance.py measures it, and tells how they were found): how far the query stands above the
    three phrases that fit the photo best, in standard deviations of all phrases over that photo, a ground for each
    photo, as the other labels are in CLIP's softmax (Radford et al. 2021, arXiv 2103.00020); how far the cosine stands
    above the library's lower quarter, in units of the spread between its tenth part and its half (`library_spread`);
    and how far, in that unit, it stays behind the five best hits.
    """
    if not len(hits):
        return np.empty(0, np.float64)
    cosines = hits @ query if handicaps is None else hits @ query - handicaps
    in_library = sample @ query
    quarter = float(np.quantile(in_library, 0.25))
    above_library = np.clip((cosines - quarter) / library_spread(in_library), -3, 20)
    behind_best = above_library - np.sort(above_library)[-BEST_HITS:].mean()
    logits = _MARGIN_WEIGHT * _margins(cosines, hits, query, phrases) + _LIBRARY_WEIGHT * above_library
    result: NDArray[np.float64] = 1 / (1 + np.exp(-(logits + _BEST_WEIGHT * behind_best + _OFFSET).astype(np.float64)))
    return result


def rivals(photo: NDArray[np.float32], queries: Vectors, phrases: Vectors) -> NDArray[np.intp]:
    """Return which phrases a photo, shape (d,), must stand out from, best fitting first: those that say none of the
    queries, shape (k, d); fewer than three where there are fewer phrases."""
    others = np.flatnonzero((phrases @ queries.T < SAME_MEANING).all(axis=1))
    return others[np.argsort(-(phrases[others] @ photo), kind="stable")][:_BEST_PHRASES]


def _margins(
    cosines: NDArray[np.float32], hits: Vectors, query: NDArray[np.float32], phrases: Vectors
) -> NDArray[np.float32]:
    others = phrases @ query < SAME_MEANING
    margins = np.empty(len(hits), np.float32)
    for start in range(0, len(hits), _ROWS_AT_ONCE):
        rows = slice(start, start + _ROWS_AT_ONCE)
        ground = hits[rows] @ phrases.T
        spread = np.maximum(ground.std(axis=1), _LEAST_SPREAD)
        if others.any():
            ground[:, ~others] = -np.inf
        margins[rows] = (cosines[rows] - _mean_of_best(ground, int(others.sum()) or len(others))) / spread
    return margins


def _mean_of_best(ground: NDArray[np.float32], known: int) -> NDArray[np.float32]:
    """Return the mean of the three highest of each row, of which `known` are finite; they are struck out meanwhile."""
    count = min(_BEST_PHRASES, known)
    rows = np.arange(len(ground))
    result = np.zeros(len(ground), np.float32)
    for _ in range(count):  # in a seventh of the time that partitioning the rows takes
        best = ground.argmax(axis=1)
        result += ground[rows, best] / count
        ground[rows, best] = -np.inf
    return result
