"""Which photos are near-duplicates of each other: other sizes and versions of one photo, or shots of one burst."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from photo_clip.core.likeness import Looks, bits_apart, correlations
from photo_clip.core.ports import Vectors

VERSION_BITS = 10
"""The fingerprints of two versions of one photo differ in no more bits; those of other photos rarely are as near
(tests/benchmarks/bench_duplicates.py tells how rarely)."""
BURST_BITS = 24
"""Shots of one burst may differ in more: the camera moves."""
BURST_S = 10.0
"""The seconds that two shots of one burst lie apart at most."""
VERSION_CORRELATION = 0.96
"""The miniatures of two versions of one photo are at least so alike. Fingerprints of a bare sea and sky are near those
of any other."""
BURST_CORRELATION = 0.7
"""That of two shots of one burst."""
SURE_CORRELATION = 0.995
"""Miniatures so alike need no second opinion: that is one photo in colour and without, say."""
_FEWEST = 200
"""Of fewer photos, chance brings hardly any two fingerprints near, and their cosines do not tell yet what is far."""
_SPREADS = 4.0
_UNTOLD = (0, -1)
"""The fingerprints of pictures of one colour, which say nothing."""
ROWS_A_STEP, _COLUMNS = 64, 4096
"""What is compared at once: small enough for a processor's cache, which makes it several times as fast."""

Pairs = tuple[NDArray[np.intp], NDArray[np.intp]]
"""Rows of one photo each, and of the other, shape (n, ) each."""


def copies(looks: Looks) -> Pairs:
    """Return the pairs of rows with one content: the first with each of the others."""
    order = np.argsort(looks.content_ids, kind="stable")
    contents = looks.content_ids[order]
    is_first = np.ones(len(order), np.bool_)
    is_first[1:] = contents[1:] != contents[:-1]
    first = order[is_first][np.cumsum(is_first) - 1]
    return first[~is_first], order[~is_first]


def shots_of_bursts(looks: Looks) -> Pairs:
    """Return the pairs of rows taken within seconds that look much the same."""
    known = np.flatnonzero(~np.isnan(looks.taken_s) & _told(looks))
    rows = known[np.argsort(looks.taken_s[known], kind="stable")]
    times, prints = looks.taken_s[rows], looks.fingerprints[rows]
    found: list[Pairs] = []
    for step in range(1, len(rows)):
        together = np.flatnonzero(times[step:] - times[:-step] <= BURST_S)
        if not len(together):
            break
        near = together[bits_apart(prints[together], prints[together + step]) <= BURST_BITS]
        found.append((rows[near], rows[near + step]))
    return joined(*found)


def versions(looks: Looks) -> Iterator[Pairs]:
    """Find the pairs of rows whose fingerprints say that they may be versions of one photo.

    Every row is compared with every later one: one step is a few of them. About a nanosecond a pair, so seconds for
    100,000 photos; each pair is found once, those of one content too.
    """
    rows = np.flatnonzero(_told(looks))
    prints = looks.fingerprints[rows]
    differing = np.empty((ROWS_A_STEP, _COLUMNS), np.int64)
    bits = np.empty((ROWS_A_STEP, _COLUMNS), np.uint8)
    for start in range(0, len(rows), ROWS_A_STEP):
        some = prints[start : start + ROWS_A_STEP, np.newaxis]
        found: list[Pairs] = []
        for at in range(start, len(rows), _COLUMNS):
            others = prints[np.newaxis, at : at + _COLUMNS]
            shape = np.s_[: len(some), : others.shape[1]]
            np.bitwise_xor(some, others, out=differing[shape])
            np.bitwise_count(differing[shape].view(np.uint64), out=bits[shape])
            near = bits[shape] <= VERSION_BITS
            if near.any():
                one, other = np.nonzero(near)
                later = other + at > one + start
                found.append((rows[one[later] + start], rows[other[later] + at]))
        yield joined(*found)


def alike(looks: Looks, pairs: Pairs) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return which pairs are alike as pictures, and which of them beyond doubt, shape (n,) each.

    Shots of a burst need be less so than versions of one photo.
    """
    one, other = pairs
    correlation = correlations(looks.miniatures[one], looks.miniatures[other])
    with np.errstate(invalid="ignore"):
        is_burst = np.abs(looks.taken_s[one] - looks.taken_s[other]) <= BURST_S
    same_content = looks.content_ids[one] == looks.content_ids[other]
    least = np.where(is_burst, BURST_CORRELATION, VERSION_CORRELATION)
    return correlation >= least, same_content | (correlation >= SURE_CORRELATION)


def least_cosine_of(sample: Vectors) -> float:
    """Return the cosine that embeddings of near-duplicates reach and other pairs of photos hardly do.

    It lies four standard deviations above the mean of all pairs of a library's photos; `sample` has shape (s, d). What
    such pairs have in common differs from model to model. A small sample gives -1: any two may be near-duplicates.
    """
    if len(sample) < _FEWEST:
        return -1.0
    cosines = (sample @ sample.T)[np.triu_indices(len(sample), 1)]
    return min(0.95, float(cosines.mean() + _SPREADS * cosines.std()))


def stacked(pairs: Pairs, order: Sequence[int]) -> list[list[int]]:
    """Return the rows of `order` in stacks, each with its first row first, rows alone too.

    A row joins the first stack whose first row it is paired with; so nothing is in a stack only because of a third.
    """
    paired: dict[int, list[int]] = {}
    for one, other in zip(pairs[0].tolist(), pairs[1].tolist(), strict=True):
        paired.setdefault(one, []).append(other)
        paired.setdefault(other, []).append(one)
    place = {row: number for number, row in enumerate(order)}
    stacks: dict[int, list[int]] = {}
    for row in order:
        heads = [near for near in paired.get(row, ()) if near in stacks]
        if heads:
            stacks[min(heads, key=place.__getitem__)].append(row)
        else:
            stacks[row] = [row]
    return list(stacks.values())


def best_first(looks: Looks) -> list[int]:
    """Return all rows: those that are marked, then the largest, then the sharpest; else as they were."""
    order: list[int] = np.lexsort((-looks.sharpness, -looks.pixels, ~looks.is_marked)).tolist()
    return order


def joined(*found: Pairs) -> Pairs:
    """Return all these pairs; none of none."""
    none = np.empty(0, np.intp)
    return np.concatenate([none, *(one for one, _ in found)]), np.concatenate([none, *(other for _, other in found)])


def _told(looks: Looks) -> NDArray[np.bool_]:
    return ~np.isin(looks.fingerprints, _UNTOLD)
