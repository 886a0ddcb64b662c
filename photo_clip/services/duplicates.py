"""Finds copies and near-duplicates, says which one is worth keeping, and folds them in what was found."""

import filecmp
import os
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from photo_clip.core.errors import UsageError
from photo_clip.core.filters import Flag
from photo_clip.core.keeping import keeper
from photo_clip.core.likeness import Looks
from photo_clip.core.linked_paths import real_path
from photo_clip.core.photo import Photo
from photo_clip.core.ports import Vectors
from photo_clip.core.progress import Phase, Progress, Task
from photo_clip.core.stacks import (
    ROWS_A_STEP,
    Pairs,
    alike,
    best_first,
    copies,
    joined,
    least_cosine_of,
    shots_of_bursts,
    stacked,
    versions,
)
from photo_clip.core.stores import Catalog
from photo_clip.core.there import is_file
from photo_clip.services.background import Background
from photo_clip.services.models import Models

_STEPS_A_REPORT = 16


@dataclass(frozen=True, slots=True)
class Stack:
    """Photos that are copies or near-duplicates of the first of them."""

    photos: tuple[Photo, ...]
    """At least two, the one that is worth keeping first."""
    is_exact: bool
    """Whether they have one content, to the byte."""
    reason: str
    """Why the first one is, a clause."""

    @property
    def spare_bytes(self) -> int:
        """What all but the first take on the disk."""
        return sum(photo.stamp.size_bytes for photo in self.photos[1:])


class Duplicates:
    """Compares photos by content, as pictures, and by their embeddings; see core/stacks.py. Any thread may use it."""

    def __init__(
        self,
        catalog: Catalog,
        models: Models,
        background: Background | None,
        move_to_bin: Callable[[Path], None] | None,
    ) -> None:
        """Without a background, embeddings are not asked; `move_to_bin` raises StoreError where it cannot."""
        self._catalog = catalog
        self._models = models
        self._background = background
        self._move_to_bin = move_to_bin
        self._sample: Vectors = np.empty((0, 0), np.float32)
        self._least_cosine = least_cosine_of(self._sample)

    def find(self, *, exact_only: bool = False) -> Task[list[Stack]]:
        """Find all stacks of photos whose folders are online: exact copies first, most to free first.

        A photo of several copies is in a near stack with the one of them that is worth keeping.
        """
        looks = self._online(self._catalog.looks())
        exact = [
            _stack(photos, is_exact=True)
            for photos in self._photos_of(looks, stacked(copies(looks), range(len(looks))))
        ]
        if exact_only:
            return _most_first(exact)
        spare = np.array([photo.id for stack in exact for photo in stack.photos[1:]], dtype=np.int64)
        looks = looks.rows(np.flatnonzero(~np.isin(looks.photo_ids, spare)))
        found: list[Pairs] = [shots_of_bursts(looks)]
        yield Progress(Phase.COMPARING, 0, len(looks))
        for step, pairs in enumerate(versions(looks), 1):
            found.append(pairs)
            if step % _STEPS_A_REPORT == 0:
                yield Progress(Phase.COMPARING, min(step * ROWS_A_STEP, len(looks)), len(looks))
        near = self._alike(looks, joined(*found))
        stacks = self._photos_of(looks, stacked(near, best_first(looks)))
        return [*_most_first(exact), *_most_first(_stack(photos, is_exact=False) for photos in stacks)]

    def fold(self, photo_ids: Sequence[int]) -> list[list[int]]:
        """Return photos in stacks with their near-duplicates among them, the best of each first, those alone too.

        Each stack stands where the first of its photos stood.
        """
        looks = self._catalog.looks(photo_ids)
        pairs = self._alike(looks, joined(copies(looks), shots_of_bursts(looks), *versions(looks)))
        stacks = stacked(pairs, best_first(looks))
        folded = [looks.photo_ids[stack].tolist() for stack in stacks]
        changed = set(photo_ids).difference(looks.photo_ids.tolist())  # and not read since
        folded += [[photo.id] for photo in self._catalog.photos(sorted(changed))]
        places = {photo_id: place for place, photo_id in enumerate(photo_ids)}
        return sorted(folded, key=lambda stack: min(places[photo_id] for photo_id in stack))

    def discard(
        self, stack: Stack, photos: Iterable[Photo], on_moved: Callable[[Photo], object] = lambda _photo: None
    ) -> None:
        """Move photos of a stack to the system's bin, as long as another one of it stays; tell of each that was moved.

        Raises UsageError where none would, or where there is no bin, and StoreError where a file cannot be moved. Exact
        copies are compared once more, byte by byte, and what a photo that stays is a link to stays as well.
        """
        if self._move_to_bin is None:
            raise UsageError("There is no bin here.", advice="Delete the files in your file manager.")
        unwanted = list(photos)
        kept = [photo for photo in stack.photos if photo not in unwanted and is_file(photo.path)]
        if not kept:
            raise UsageError(
                f"No other photo of the stack with “{unwanted[0].path}” would be left, so nothing was moved.",
                advice="Keep at least one of them.",
            )
        needed = {_file_at(photo.path): photo for photo in kept}
        for photo in unwanted:
            if (same := needed.get(_file_at(photo.path))) is not None:
                raise UsageError(
                    f"“{photo.path}” and “{same.path}” are one file, so it was not moved.",
                    advice="One of them is a link; if you do not want that, delete it in your file manager.",
                )
            if stack.is_exact and not _is_same(photo.path, kept[0].path):
                raise UsageError(
                    f"“{photo.path}” is not the same as “{kept[0].path}” any more, so it was not moved.",
                    advice="Let photo-clip look at the folder again first.",
                )
            self._move_to_bin(photo.path)
            on_moved(photo)

    def _online(self, looks: Looks) -> Looks:
        online, _ = self._catalog.photos_within([((Flag.OFFLINE, False),)])
        return looks.rows(np.flatnonzero(np.isin(looks.photo_ids, online)))

    def _alike(self, looks: Looks, pairs: Pairs) -> Pairs:
        """Return those pairs that are near-duplicates by all that is known of them."""
        near, sure = alike(looks, pairs)
        unsure = near & ~sure
        near[unsure] = self._are_near(looks, (pairs[0][unsure], pairs[1][unsure]))
        return pairs[0][near | sure], pairs[1][near | sure]

    def _are_near(self, looks: Looks, pairs: Pairs) -> NDArray[np.bool_]:
        """Return which pairs are near by their embeddings; none of those that have none yet."""
        one, other = looks.content_ids[pairs[0]], looks.content_ids[pairs[1]]
        if not len(one):
            return np.empty(0, np.bool_)
        key = self._models.active_key()
        least = self._least(key)
        contents = np.unique(np.concatenate([one, other]))
        vectors = self._catalog.embeddings.vectors_of_contents(key, contents.tolist())
        near = [
            a in vectors and b in vectors and float(vectors[a] @ vectors[b]) >= least
            for a, b in zip(one.tolist(), other.tolist(), strict=True)
        ]
        return np.array(near, np.bool_)

    def _least(self, model_key: str) -> float:
        """Return the cosine of near-duplicates, computed anew when the library's sample is another one."""
        if self._background is not None:
            sample = self._background.sample(model_key)
            if sample is not self._sample:
                self._sample, self._least_cosine = sample, least_cosine_of(sample)
        return self._least_cosine

    def _photos_of(self, looks: Looks, stacks: Iterable[Sequence[int]]) -> Iterable[list[Photo]]:
        several = [looks.photo_ids[list(stack)].tolist() for stack in stacks if len(stack) > 1]
        photos = {photo.id: photo for photo in self._catalog.photos([each for stack in several for each in stack])}
        for stack in several:
            known = _each_file_once(photos[photo_id] for photo_id in stack if photo_id in photos)
            if len(known) > 1:
                yield known


def without(stacks: Sequence[Stack], gone: Collection[int]) -> list[Stack]:
    """Return stacks without the photos that are gone, by their ids; what is left alone then is none any more."""
    left = [[photo for photo in stack.photos if photo.id not in gone] for stack in stacks]
    return [
        stack if len(photos) == len(stack.photos) else _stack(photos, is_exact=stack.is_exact)
        for stack, photos in zip(stacks, left, strict=True)
        if len(photos) > 1
    ]


def _stack(photos: Sequence[Photo], *, is_exact: bool) -> Stack:
    best, reason = keeper(photos, is_exact=is_exact)
    others = sorted((photo for photo in photos if photo is not best), key=lambda photo: str(photo.path))
    return Stack((best, *others), is_exact, reason)


def _most_first(stacks: Iterable[Stack]) -> list[Stack]:
    return sorted(stacks, key=lambda stack: -stack.spare_bytes)


def _each_file_once(photos: Iterable[Photo]) -> list[Photo]:
    """Return photos without those that are links to others of them, or are reached by one."""
    found: dict[object, Photo] = {}
    for photo in photos:
        file = _file_at(photo.path)
        if file not in found or real_path(photo.path) == photo.path:
            found[file] = photo
    return list(found.values())


def _file_at(path: Path) -> object:
    """Return what is the same for all paths that lead to one file; hard links are files of their own, as one outlives
    the other."""
    try:
        found = path.stat()
    except OSError:
        return path
    return (found.st_dev, found.st_ino) if found.st_nlink < 2 else os.path.realpath(path)


def _is_same(one: Path, other: Path) -> bool:
    with suppress(OSError):
        return filecmp.cmp(one, other, shallow=False)
    return False
