"""How likely each photo of a library deserves a label: by words at first, and by what people decided as they go on."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from photo_clip.core.halves import widened_blocks
from photo_clip.core.ports import Vectors
from photo_clip.core.ranking import direction
from photo_clip.core.relevance import BEST_HITS, SAME_MEANING, library_spread
from photo_clip.core.scoring import best_rows, spread_rows

TEMPLATES = ("{}", "a photo of a {}", "a photo of the {}", "a close photo of a {}", "{} in a photo")
"""Sentences that a label's words are put in; their embeddings are averaged on the unit sphere, as in Radford et al.
2021 (arXiv 2103.00020, section 3.1.4). They are a choice for photos out of those published with CLIP; on 121 labels
mean F1 is 0.02 higher than with the bare words, and 0.01 than with open_clip's seven."""
LINE = 0.5
"""From this probability on a label is suggested."""

_KEPT_PHRASES, _BEST_PHRASES = 16, 3
_LEAST_SPREAD = 1e-6
_MARGIN_WEIGHT, _BEST_WEIGHT, _DEPTH_WEIGHT, _OFFSET = 1.418, 2.007, 0.421, 1.42
_FARTHEST_BEHIND = -3.0
_DEPTH = slice(100, 200)
_LEAST_DEPTH, _HIGHEST_DEPTH = -2.0, 4.0

_ROOM, _SCALE_TRUST, _OFFSET_TRUST = 0.05, 40.0, 0.1
"""Precisions of what is learned, around what the words say: of the direction, of the scale and of the offset.

The scale is held tightly: what the deck asks lies near the line, where words err most, and such decisions alone make
all too unsure. The room for the direction was chosen on a third of bench_tagging's labels: with 0.02, 0.05, 0.1, 0.2
F1 after 30 decisions is 0.951, 0.952, 0.940, 0.921 there.
"""
_OTHERS, _WEIGHT_OF_OTHERS = 500, 0.02
"""So many photos that nobody judged keep what is learned near what the words say, each with that weight."""
_STEPS = 20
FEWEST_DECISIONS = 3
"""Fewer teach nothing."""


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """What photos show in general: the generic phrases that fit each best."""

    phrases: NDArray[np.int32]
    """Their rows, best first, shape (n, k)."""
    cosines: NDArray[np.float32]
    """Shape (n, k)."""
    spreads: NDArray[np.float32]
    """The standard deviation of all phrases' cosines with each photo, shape (n,)."""

    def __len__(self) -> int:
        return len(self.spreads)

    def joined(self, other: "Ground") -> "Ground":
        """Return the ground of more photos."""
        return Ground(
            np.concatenate([self.phrases, other.phrases]),
            np.concatenate([self.cosines, other.cosines]),
            np.concatenate([self.spreads, other.spreads]),
        )


def ground_of(vectors: NDArray[np.float16] | Vectors, phrases: Vectors) -> Ground:
    """Return the ground of photos, shape (n, d), among phrases, shape (m, d) with m of at least 1."""
    kept = min(_KEPT_PHRASES, len(phrases))
    rows = np.empty((len(vectors), kept), np.int32)
    cosines = np.empty((len(vectors), kept), np.float32)
    spreads = np.empty(len(vectors), np.float32)
    for here, block in widened_blocks(vectors):
        found = block @ phrases.T
        best = np.argpartition(-found, kept - 1, axis=1)[:, :kept]
        order = np.argsort(-np.take_along_axis(found, best, axis=1), axis=1)
        rows[here] = np.take_along_axis(best, order, axis=1)
        cosines[here] = np.take_along_axis(found, rows[here], axis=1)
        spreads[here] = np.maximum(found.std(axis=1), _LEAST_SPREAD)
    return Ground(rows, cosines, spreads)


def embedding_of(words: Sequence[str], embed: Callable[[Sequence[str]], Vectors]) -> NDArray[np.float32]:
    """Return the embedding of a label's words, shape (d,)."""
    rows = embed([template.replace("{}", word) for word in words for template in TEMPLATES])
    return direction(rows, [1] * len(rows))


def logits_by_words(
    cosines: NDArray[np.float32],
    similar: NDArray[np.float32],
    ground: Ground,
    sample: NDArray[np.float32],
    contrasts: NDArray[np.float32] | None = None,
) -> NDArray[np.float32]:
    """Return for each photo the log odds that it deserves a label, shape (n,).

    `cosines`, shape (n,), are those of the label with the photos of `ground`; `similar`, shape (m,), with the phrases;
    `sample`, shape (s,) with s of at least 1, with photos from all over the library; `contrasts`, shape (n,), the
    highest of a photo with any contrast.

    Three measures without a unit, so that they mean the same for every label and model, weighed by a logistic
    regression (tests/benchmarks/bench_tagging.py measures them): how far the label stands above the three phrases that
    fit the photo best, or above a contrast, in standard deviations of all phrases over that photo; how far the photo
    stays behind the five best of the library, in units of the spread between the library's tenth part and its half; and
    how far the label stands above the phrases in the second hundred of the library, for a label of many photos.

    Labels that very many photos deserve stay few sure ones until there are decisions. What was tried against that and
    did not hold on labels kept out: the shape and the deeper ranks of a label's cosines as further measures, and the
    tail of its cosines against that of the phrases (an empirical null, Efron 2004). Where “dog” has a second mode,
    “child” and “man” have none, and what lifts “dog” lifts “two dogs” and other near relations with it.
    """
    if not len(cosines):
        return np.empty(0, np.float32)
    margins = (cosines - _fitting(ground, similar >= SAME_MEANING)) / ground.spreads
    if contrasts is not None:
        margins = np.minimum(margins, (cosines - contrasts) / ground.spreads)
    best = np.argpartition(-cosines, min(BEST_HITS, len(cosines)) - 1)[:BEST_HITS]
    behind = np.maximum((cosines - cosines[best].mean()) / library_spread(sample), _FARTHEST_BEHIND)
    deeper = best_rows(cosines, _DEPTH.stop)[_DEPTH]
    depth = float(margins[deeper].mean()) if len(deeper) else _LEAST_DEPTH
    depth = min(max(depth, _LEAST_DEPTH), _HIGHEST_DEPTH)
    result: NDArray[np.float32] = (
        _MARGIN_WEIGHT * margins + _BEST_WEIGHT * behind + _DEPTH_WEIGHT * depth + _OFFSET
    ).astype(np.float32)
    return result


def _fitting(ground: Ground, means_same: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Return for each photo the mean cosine of the best phrases that do not mean the same, shape (n,).

    Of few photos such a phrase is among the best; only theirs are looked at one by one.
    """
    result: NDArray[np.float32] = ground.cosines[:, :_BEST_PHRASES].mean(axis=1)
    if not means_same.any():
        return result
    rows = np.flatnonzero(means_same[ground.phrases[:, :_BEST_PHRASES]].any(axis=1))
    means_other = ~means_same[ground.phrases[rows]]
    taken = means_other & (np.cumsum(means_other, axis=1) <= _BEST_PHRASES)
    cosines, count = ground.cosines[rows], np.maximum(1, taken.sum(axis=1))
    mean = np.where(taken, cosines, 0).sum(axis=1) / count
    result[rows] = np.where(taken.any(axis=1), mean, cosines[:, -1])
    return result


@dataclass(frozen=True, slots=True, eq=False)
class Learned:
    """What decisions taught about a label."""

    direction: NDArray[np.float32]
    scale: float
    offset: float

    def logits(self, along: NDArray[np.float32], by_words: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the log odds of photos, shape (n,), from their products with the direction and what the words say."""
        result: NDArray[np.float32] = (self.scale * by_words + along + self.offset).astype(np.float32)
        return result


def learned(
    examples: Vectors,
    by_words: NDArray[np.float32],
    accepted: NDArray[np.bool_],
    others: Vectors,
    others_by_words: NDArray[np.float32],
) -> Learned:
    """Learn a label from decisions on `examples`, shape (n, d), of which the words say so much.

    A logistic regression around what the words say, with a Gaussian prior on its scale (1), its offset (0) and a
    direction in the embeddings' space (0), found by Newton's method in the space of the examples. `others`, shape
    (m, d), are photos that nobody judged: they hold what is learned near what the words say of them, so that decisions
    on doubtful photos do not move all the rest.
    """
    weights = np.concatenate([np.ones(len(examples)), np.full(len(others), _WEIGHT_OF_OTHERS)])
    targets = np.concatenate([accepted.astype(np.float64), probability(others_by_words.astype(np.float64))])
    told = np.concatenate([by_words, others_by_words]).astype(np.float64)
    features = np.hstack([np.concatenate([examples, others]), told[:, np.newaxis], np.ones((len(told), 1))])
    prior = np.zeros(features.shape[1])
    prior[-2] = 1
    precision = np.full(features.shape[1], _ROOM)
    precision[-2:] = _SCALE_TRUST, _OFFSET_TRUST

    def loss(at: NDArray[np.float64]) -> float:
        logits = features @ at
        return float(
            (weights * (np.logaddexp(0, logits) - targets * logits)).sum() + 0.5 * (precision * (at - prior) ** 2).sum()
        )

    found, now = prior.copy(), loss(prior)
    for _ in range(_STEPS):
        chances = probability(features @ found)
        gradient = features.T @ (weights * (chances - targets)) + precision * (found - prior)
        curvature = weights * chances * (1 - chances) + 1e-9
        spread = features / precision
        inner = np.diag(1 / curvature) + spread @ features.T
        step = gradient / precision - spread.T @ np.linalg.solve(inner, features @ (gradient / precision))
        for halved in range(12):
            there = found - step / 2**halved
            value = loss(there)
            if value <= now:
                break
        else:
            break
        gained, found, now = now - value, there, value
        if gained < 1e-6:
            break
    return Learned(found[:-2].astype(np.float32), float(found[-2]), float(found[-1]))


def others_among(count: int) -> NDArray[np.intp]:
    """Return rows from all over `count` photos, to be the others that `learned` wants."""
    return spread_rows(count, _OTHERS)


def probability(logits: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return the probabilities of log odds."""
    return 1 / (1 + np.exp(-np.clip(logits.astype(np.float64), -40, 40)))


def doubtful(probabilities: NDArray[np.floating], vectors: Vectors, count: int, line: float = LINE) -> NDArray[np.intp]:
    """Return up to `count` rows whose decisions teach most: near the line, and unlike each other; shape (k,).

    Uncertainty sampling with diversity (Settles 2009, "Active learning literature survey", sections 3.1 and 3.5): a row
    counts less the more alike it is to one taken before.
    """
    probabilities = probabilities.astype(np.float64)
    with np.errstate(divide="ignore"):
        logits = np.log(probabilities) - np.log1p(-probabilities) - np.log(line / (1 - line))
    doubt = 1 / np.cosh(np.clip(logits / 2, -40, 40)) ** 2
    taken: list[int] = []
    alike = np.zeros(len(doubt), np.float32)
    for _ in range(min(count, len(doubt))):
        worth = doubt - 0.5 * alike
        worth[taken] = -np.inf
        row = int(worth.argmax())
        taken.append(row)
        alike = np.maximum(alike, vectors @ vectors[row])
    return np.array(taken, dtype=np.intp)


def precision_above(
    probabilities: NDArray[np.floating], line: float, decided: Sequence[tuple[float, bool]]
) -> tuple[float, float, float]:
    """Return the share of right ones among suggestions from a line on, with the ends of its 90 % interval, 0 to 1.

    What is expected from the probabilities counts as ten decisions, beside those on photos above the line, each with
    the probability it had; the interval is Wilson's (1927). Nothing above the line gives 0, 0, 1.
    """
    above = probabilities[probabilities >= line]
    right = [accepted for chance, accepted in decided if chance >= line]
    if not len(above) and not right:
        return 0.0, 0.0, 1.0
    expected = float(above.mean()) if len(above) else line
    count = 10 + len(right)
    share = (10 * expected + sum(right)) / count
    z = 1.645
    centre = (share + z * z / (2 * count)) / (1 + z * z / count)
    half = z / (1 + z * z / count) * float(np.sqrt(share * (1 - share) / count + z * z / (4 * count * count)))
    return share, max(0.0, centre - half), min(1.0, centre + half)


def histogram(probabilities: NDArray[np.floating], bins: int = 20) -> list[int]:
    """Return how many lie in each of `bins` equal parts of 0 to 1."""
    edges = np.linspace(0, 1, bins + 1)
    return [
        int(((probabilities >= low) & ((probabilities < high) | (high == 1))).sum()) for low, high in pairwise(edges)
    ]
