"""Judges how probably photos deserve labels: by words, and by what people decided."""

import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from photo_clip.core.errors import UsageError
from photo_clip.core.filters import Says, Text
from photo_clip.core.labels import Label
from photo_clip.core.ports import Encoder
from photo_clip.core.progress import Phase, Progress, Task
from photo_clip.core.stores import Catalog
from photo_clip.core.tagging import (
    FEWEST_DECISIONS,
    LINE,
    Ground,
    Learned,
    doubtful,
    ground_of,
    learned,
    logits_by_words,
    others_among,
    probability,
)
from photo_clip.core.vector_table import VectorTable
from photo_clip.services.background import Background
from photo_clip.services.label_embeddings import LabelEmbeddings
from photo_clip.services.label_lists import labels_on
from photo_clip.services.models import Models
from photo_clip.services.neighbours import Neighbours

_LABELS_AT_ONCE = 16
_LIKELY_EVERY = 5
_MOST_DOUBTFUL = 400
"""The photos nearest to the line, among which unlike ones are chosen to be judged."""


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """A label, and how probably each shown photo deserves it."""

    label: Label
    photo_ids: NDArray[np.int64]
    """Shape (n,)."""
    probabilities: NDArray[np.float32]
    """0 to 1, shape (n,)."""
    decided: dict[int, bool]
    """What people decided, by photo id; True for accepted."""
    line: float
    """From this probability on it is suggested."""
    has_learned: bool
    """Whether the probabilities come from decisions too."""
    suggested: NDArray[np.intp] = field(init=False)
    """The rows of photos on or above the line on which nobody decided, most probable first."""

    def __post_init__(self) -> None:
        """Find what is suggested where photos are judged: the window asks each of its labels."""
        rows = np.flatnonzero((self.probabilities >= self.line) & ~self.is_decided)
        object.__setattr__(self, "suggested", rows[np.argsort(-self.probabilities[rows], kind="stable")])

    @property
    def is_decided(self) -> NDArray[np.bool_]:
        """Whether somebody decided on each photo, shape (n,)."""
        return np.isin(self.photo_ids, np.array(list(self.decided), dtype=np.int64))

    @property
    def chance_of(self) -> dict[int, float]:
        """The probability of each photo on which somebody decided."""
        rows = np.flatnonzero(self.is_decided)
        return dict(zip(self.photo_ids[rows].tolist(), self.probabilities[rows].tolist(), strict=True))


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """The shown photos that are embedded, and what their embeddings say in general."""

    model_key: str
    version: int
    table: VectorTable
    ground: Ground
    photo_ids: NDArray[np.int64]
    rows: NDArray[np.intp]
    """Where each photo's embedding is in the table, shape (n,)."""
    scopes: Mapping[str, NDArray[np.bool_]]
    """Which photos a label is for that is for some folders alone, by its name in small letters, shape (n,) each."""


class LabelJudge:
    """Judges photos by the active model's embeddings. Any thread may use it."""

    def __init__(self, catalog: Catalog, neighbours: Neighbours, models: Models, background: Background | None) -> None:
        """Without a background, photos cannot be judged."""
        self._catalog = catalog
        self._neighbours = neighbours
        self._models = models
        self._given_background = background
        self._held: Shown | None = None
        self._embeddings = LabelEmbeddings(None if background is None else background.folder)
        self._lock = threading.RLock()

    def labels(self) -> list[Label]:
        """Return the labels of all lists that are on, each once; what is wrong with others `labels_on` tells."""
        return labels_on(self._catalog.tags.lists()).labels

    def judge(self, label: Label) -> Judged:
        """Return how probably each photo deserves a label: by its words, and by what people decided."""
        return self.judge_some([label])[0]

    def judge_all(self, labels: Sequence[Label]) -> Task[list[Judged]]:
        """Judge all photos by several labels, some a step."""
        found: list[Judged] = []
        try:
            for start in range(0, len(labels), _LABELS_AT_ONCE):
                yield Progress(Phase.COMPARING, start, len(labels))
                found += self.judge_some(labels[start : start + _LABELS_AT_ONCE])
        finally:  # it may be closed at any yield
            self.keep()
        return found

    def judge_some(self, labels: Sequence[Label]) -> list[Judged]:
        """Judge all photos by a few labels at once."""
        encoder = self._models.active_encoder()
        shown = self.shown(encoder)
        by_words = self._logits_by_words(encoder, shown, labels)
        decided = [self._catalog.tags.decided(label.name) for label in labels]
        taught = [self._learned(shown, *told) for told in zip(by_words, decided, strict=True)]
        directions = [each.direction for each in taught if each is not None]
        along = iter(shown.table.products(np.stack(directions)) if directions else ())
        lines = {name.casefold(): line for name, line in self._catalog.tags.lines().items()}
        found: list[Judged] = []
        for label, words, known, learnt in zip(labels, by_words, decided, taught, strict=True):
            chances = probability(words if learnt is None else learnt.logits(next(along), words)).astype(np.float32)
            scope = shown.scopes.get(label.name.casefold(), slice(None))
            found.append(
                Judged(
                    label,
                    shown.photo_ids[scope],
                    chances[shown.rows[scope]],
                    known,
                    lines.get(label.name.casefold(), LINE),
                    learnt is not None,
                )
            )
        return found

    def to_judge(
        self, judged: Judged, count: int, *, doubtful_first: bool = True, later: Sequence[int] = ()
    ) -> list[int]:
        """Return up to `count` ids of photos on which a decision would help most, or the most probable ones.

        Nobody decided on them yet, and copies come once. Every fifth that helps most is a most probable one: doubtful
        ones alone are no fair sample, and what is learned from them is less sure than it should be. The photos of
        `later` come after all others, in that order.
        """
        shown = self.shown(self._models.active_encoder())
        _, here, there = np.intersect1d(judged.photo_ids, shown.photo_ids, assume_unique=True, return_indices=True)
        stored = np.full(len(judged.photo_ids), -1, np.intp)  # a photo that went meanwhile has no embedding
        stored[here] = shown.rows[there]
        is_open = ~judged.is_decided & (stored >= 0)
        is_later = is_open & np.isin(judged.photo_ids, np.array(later, np.int64))
        open_rows = np.flatnonzero(is_open & ~np.isin(stored, stored[is_later]))
        _, first = np.unique(stored[open_rows], return_index=True)
        open_rows = open_rows[np.sort(first)]
        likely = open_rows[np.argsort(-judged.probabilities[open_rows], kind="stable")]
        rows: list[int] = []
        if doubtful_first:
            chances = judged.probabilities[open_rows]
            away = np.abs(np.log(np.clip(chances, 1e-12, 1)) - np.log(np.clip(1 - chances, 1e-12, 1)))
            near = open_rows[np.argsort(away, kind="stable")[:_MOST_DOUBTFUL]]
            vectors = shown.table.rows(stored[near])
            few = count - count // _LIKELY_EVERY
            rows = near[doubtful(judged.probabilities[near], vectors, few, judged.line)].tolist()
        rows += [row for row in likely[: count + len(rows)].tolist() if row not in rows]
        still_open = set(judged.photo_ids[is_later].tolist())
        return [*judged.photo_ids[rows].tolist(), *(each for each in later if each in still_open)][:count]

    @property
    def background(self) -> Background:
        """What photos show in general. Raises UsageError where there is nothing to compare labels with."""
        if self._given_background is None:
            raise UsageError("There are no phrases to compare labels with.", advice="Install the program once more.")
        return self._given_background

    def shown(self, encoder: Encoder) -> Shown:
        """Return the shown photos; those embedded since the last time are looked at, the others are known."""
        key, version = encoder.identity.key, self._catalog.version()
        with self._lock:
            held = self._held
            if held is not None and (held.model_key, held.version) == (key, version):
                return held
            table = self._neighbours.table(key)
            phrases = self.background.phrases(encoder)
            known = held.ground if held is not None and held.model_key == key and held.table.begins(table) else None
            ground = ground_of(table.stored[len(known) if known else 0 :], phrases)
            if known is not None:
                ground = known.joined(ground)
            photo_ids, content_ids = self._catalog.photos_within([])
            rows = table.rows_of(content_ids)
            photo_ids, rows = photo_ids[rows >= 0], rows[rows >= 0]
            self._held = Shown(key, version, table, ground, photo_ids, rows, self._scopes(photo_ids))
            return self._held

    def _scopes(self, shown_ids: NDArray[np.int64]) -> dict[str, NDArray[np.bool_]]:
        """Return which photos the labels are for that are for some folders alone, by their names in small letters."""
        folders: dict[str, set[str]] = {}
        for each in self._catalog.tags.lists():
            if each.is_on:
                with suppress(UsageError):
                    for label in each.labels():
                        folders.setdefault(label.name.casefold(), set()).add(each.folder)
        inside: dict[str, NDArray[np.bool_]] = {}
        for folder in {folder for some in folders.values() if "" not in some for folder in some}:
            photo_ids, _ = self._catalog.photos_within([((Says(Text.FOLDER, folder.rstrip("/\\") + "/"), True),)])
            inside[folder] = np.isin(shown_ids, photo_ids)
        return {
            name: np.logical_or.reduce([inside[folder] for folder in some])
            for name, some in folders.items()
            if "" not in some
        }

    def embedding(self, encoder: Encoder, words: Sequence[str]) -> NDArray[np.float32]:
        """Return the embedding of what a label asks the model for, shape (d,)."""
        return self._embeddings.of(encoder, words)

    def keep(self) -> None:
        """Keep for the next start what labels mean to the model."""
        self._embeddings.keep()

    def forget(self, model_key: str) -> None:
        """Forget what labels mean to a model."""
        self._embeddings.forget(model_key)

    def _logits_by_words(self, encoder: Encoder, shown: Shown, labels: Sequence[Label]) -> list[NDArray[np.float32]]:
        vectors = [self.embedding(encoder, label.words) for label in labels]
        contrasts = [[self.embedding(encoder, [contrast]) for contrast in label.contrasts] for label in labels]
        if not len(shown.table):
            return [np.empty(0, np.float32) for _ in labels]
        cosines = shown.table.products(np.stack([*vectors, *(each for some in contrasts for each in some)]))
        phrases, sample = self.background.phrases(encoder), self.background.sample(encoder.identity.key)
        found, at = [], len(labels)
        for row, (vector, some) in enumerate(zip(vectors, contrasts, strict=True)):
            highest = cosines[at : at + len(some)].max(axis=0) if some else None
            at += len(some)
            found.append(logits_by_words(cosines[row], phrases @ vector, shown.ground, sample @ vector, highest))
        return found

    @staticmethod
    def _learned(shown: Shown, by_words: NDArray[np.float32], decided: dict[int, bool]) -> Learned | None:
        place = np.flatnonzero(np.isin(shown.photo_ids, np.array(list(decided), dtype=np.int64)))
        accepted_of = {  # of several copies the last decision counts
            int(shown.rows[each]): decided[int(shown.photo_ids[each])] for each in place
        }
        if len(accepted_of) < FEWEST_DECISIONS:
            return None
        rows = np.array(list(accepted_of), dtype=np.intp)
        others = np.setdiff1d(others_among(len(shown.table)), rows)
        return learned(
            shown.table.rows(rows),
            by_words[rows],
            np.array(list(accepted_of.values()), np.bool_),
            shown.table.rows(others),
            by_words[others],
        )
