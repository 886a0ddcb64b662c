"""The figures an encoder is judged by: retrieval, zero-shot classification and calibration."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from photo_clip.core.scoring import probabilities

Rows = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class NamedPhotos:
    """Embedded photos of a few classes and the classes' embedded labels."""

    photos: Rows
    """Shape (n, d)."""
    classes: NDArray[np.intp]
    """Shape (n,)."""
    plain: Rows
    """Shape (classes, d): the label itself."""
    templated: Rows
    """Shape (classes, d): "a photo of a" label."""


def recall_at(photos: Rows, texts: Rows, photo_of_text: NDArray[np.intp], ranks: Sequence[int]) -> list[float]:
    """Return, for each rank k, the per cent of texts whose photo is among their k nearest; ties count against."""
    cosines = texts @ photos.T
    own = cosines[np.arange(len(texts)), photo_of_text]
    better = (cosines >= own[:, None]).sum(1) - 1
    return [100 * float((better < rank).mean()) for rank in ranks]


def accuracy(named: NamedPhotos) -> float:
    """Return the per cent of photos whose nearest label is their own, mean of plain and templated labels."""
    right = [((named.photos @ labels.T).argmax(1) == named.classes).mean() for labels in (named.plain, named.templated)]
    return 100 * float(np.mean(right))


def recall_of_classes(folders: Sequence[NamedPhotos], *, per_class: int = 3, rank: int = 10) -> tuple[float, int]:
    """Return the per cent of a class's photos among the `rank` nearest of its templated label, mean of the classes.

    All folders together are searched, `per_class` photos of each class, so that labels compete
    with those of other kinds. The second number is how many photos that are.
    """
    photos, owners, queries = [], [], []
    for named in folders:
        for row, label in enumerate(named.templated):
            some = np.flatnonzero(named.classes == row)[:per_class]
            photos.append(named.photos[some])
            owners += [len(queries)] * len(some)
            queries.append(label)
    gallery, owner = np.concatenate(photos), np.array(owners)
    nearest = np.argsort(-(np.stack(queries) @ gallery.T), axis=1, kind="stable")[:, :rank]
    found = (owner[nearest] == np.arange(len(queries))[:, None]).sum(1)
    return 100 * float((found / np.bincount(owner)).mean()), len(gallery)


def calibration_error(named: NamedPhotos, logit_scale: float, *, bins: int = 15) -> float:
    """Return the expected calibration error in per cent (Guo et al. 2017, arXiv 1706.04599), of templated labels.

    The mean gap between how sure `classify` is of its first label and how often it is right.
    """
    rows = np.stack([probabilities(row, logit_scale) for row in named.photos @ named.templated.T])
    sure, right = rows.max(1), rows.argmax(1) == named.classes
    place = np.minimum((sure * bins).astype(int), bins - 1)
    gaps: list[Any] = [
        abs(sure[place == one].mean() - right[place == one].mean()) * (place == one).mean() for one in np.unique(place)
    ]
    return 100 * float(sum(gaps))


def fitted_logit_scale(folders: Sequence[NamedPhotos]) -> float:
    """Return the scale under which the right labels are most probable; each folder counts alike."""
    scales = np.geomspace(2, 100, 120)
    losses = [np.mean([_surprise(named, scale) for named in folders]) for scale in scales]
    return float(scales[int(np.argmin(losses))])


def _surprise(named: NamedPhotos, scale: float) -> float:
    """Return the mean negative log probability of the right label."""
    logits = scale * (named.photos @ named.templated.T).astype(np.float64)
    highest = logits.max(1, keepdims=True)
    total = np.log(np.exp(logits - highest).sum(1)) + highest[:, 0]
    return float((total - logits[np.arange(len(logits)), named.classes]).mean())
