"""Groups among photos that no label fits, so that labels can be found for them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from photo_clip.core.halves import widened, widened_blocks
from photo_clip.core.ports import Vectors
from photo_clip.core.scoring import spread_rows, unit_rows

_LEARNT_FROM = 6000
_PHOTOS_A_GROUP, _MOST_GROUPS, _FEWEST = 60, 24, 8
_ROUNDS = 15
_BELONGS = 0.35
"""The share of a group, those nearest to its middle, that is looked at to tell how tight it is."""


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """Photos that lie close together."""

    rows: NDArray[np.intp]
    """The nearest to the middle first."""
    middle: NDArray[np.float32]
    tightness: float
    """The mean cosine of the inner third with the middle."""


def groups_among(vectors: NDArray[np.float16] | Vectors, among: NDArray[np.intp]) -> list[Group]:
    """Return groups among some rows of `vectors`, shape (n, d), the tightest first; few rows, or none, make no group.

    The groups' rows are those of `vectors`. They are widened some thousand at a time.

    Spherical k-means (Dhillon and Modha 2001, "Concept decompositions for large sparse text data using clustering"),
    begun with photos as far from each other as may be, so that the same photos make the same groups.
    """
    count = min(_MOST_GROUPS, len(among) // _PHOTOS_A_GROUP)
    if not count:
        return []
    some = widened(vectors[among[spread_rows(len(among), _LEARNT_FROM)]])
    middles = _far_apart(some, count)
    for _ in range(_ROUNDS):
        nearest = (some @ middles.T).argmax(axis=1)
        sums = np.zeros_like(middles)
        np.add.at(sums, nearest, some)
        middles = np.where(np.any(sums, axis=1, keepdims=True), unit_rows(sums), middles).astype(np.float32)
    nearest, cosines = np.empty(len(among), np.intp), np.empty(len(among), np.float32)
    for here, block in widened_blocks(vectors, among):
        products = block @ middles.T
        nearest[here], cosines[here] = products.argmax(axis=1), products.max(axis=1)
    found: list[Group] = []
    for number in range(count):
        rows = np.flatnonzero(nearest == number)
        if len(rows) >= _FEWEST:
            rows = rows[np.argsort(-cosines[rows], kind="stable")]
            inner = rows[: max(1, round(len(rows) * _BELONGS))]
            found.append(Group(among[rows], middles[number], float(cosines[inner].mean())))
    return sorted(found, key=lambda group: -group.tightness)


def names_of(
    groups: Sequence[Group], phrases: Vectors, usual: NDArray[np.float32], free: NDArray[np.bool_]
) -> list[int]:
    """Return for each group the row of the phrase that names it best: what it shows more than photos do in general.

    `phrases` has shape (m, d); `usual`, shape (m,), is the mean cosine of each with photos from all over the library.
    No two groups have the same name, and none has one that is not `free`, shape (m,), as long as any is left.
    """
    names: list[int] = []
    left = free.copy()
    for group in groups:
        names.append(int(np.where(left, phrases @ group.middle - usual, -np.inf).argmax()))
        left[names[-1]] = False
    return names


def _far_apart(vectors: Vectors, count: int) -> Vectors:
    """Return photos of which each is as far from those before it as may be; the first is the nearest to the mean."""
    chosen = [int((vectors @ vectors.mean(axis=0)).argmax())]
    nearest = vectors @ vectors[chosen[0]]
    while len(chosen) < count:
        chosen.append(int(nearest.argmin()))
        nearest = np.maximum(nearest, vectors @ vectors[chosen[-1]])
    return vectors[chosen].copy()
