"""Finds the nearest embeddings: through the index when it is level with the catalogue, exactly otherwise."""

import threading
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from photo_clip.core.errors import StoreError
from photo_clip.core.ports import Catalog, StoredVectors, VectorIndex
from photo_clip.core.progress import Phase, Progress, Task
from photo_clip.core.scoring import best_rows, cosines

_BATCH = 2000


@dataclass(frozen=True, slots=True, eq=False)
class _Matrix:
    """The catalogue's vectors of a model, in memory."""

    model_key: str
    stored: StoredVectors


class Neighbours:
    """Answers from the index or from the catalogue's own vectors; both give the same order. Any thread may ask."""

    def __init__(self, catalog: Catalog, index: VectorIndex | None) -> None:
        """Without an index every answer is exact."""
        self._catalog = catalog
        self._index = index
        self._matrix: _Matrix | None = None
        self._lock = threading.Lock()
        self._ready: set[str] = set()
        """Models whose vectors the index gives at once; opening it takes seconds, which no search waits for."""
        self.index_trouble: StoreError | None = None
        """Why the index is not used any more; None while it is."""

    def nearest(
        self, model_key: str, query: NDArray[np.float32], count: int
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Return the content ids of up to `count` nearest embeddings and their cosines, best first.

        `query` has shape (dimensions,) and unit length. Contents of removed photos may be among them.
        """
        if self._index is not None and model_key in self._ready and self.is_level(model_key):
            try:
                found = self._index.nearest(model_key, query, count)
            except StoreError as trouble:
                self.index_trouble = trouble
            else:
                with self._lock:
                    self._matrix = None  # the memory is not needed while the index answers
                return found
        stored = self._vectors(model_key)
        if not len(stored.content_ids):
            return np.empty(0, np.int64), np.empty(0, np.float32)
        scores = cosines(stored.vectors, query)
        rows = best_rows(scores, count)
        return stored.content_ids[rows], np.clip(scores[rows], -1, 1)

    def is_level(self, model_key: str) -> bool:
        """Whether the index holds all that the catalogue holds for the model."""
        if self._index is None or self.index_trouble is not None:
            return False
        try:
            return self._index.level(model_key) >= self._catalog.last_vector_row(model_key)
        except StoreError as trouble:
            self.index_trouble = trouble
            return False

    def catch_up(self, model_key: str) -> Task[int]:
        """Bring the index level with the catalogue and return how many embeddings were added.

        Trouble with the index ends its use, not the task: search goes on exactly. An index in which most
        vectors belong to photos that were removed is filled anew.
        """
        added = 0
        if self._index is None or self.index_trouble is not None or not self._catalog.last_vector_row(model_key):
            return added
        try:
            level = self._index.level(model_key)
            stored = self._catalog.vectors(model_key, after_row=level)
            if self._index.size(model_key) > 2 * (self._catalog.count_vectors(model_key) + _BATCH):
                self._index.remove_model(model_key)
                stored = self._catalog.vectors(model_key)
            total = len(stored.content_ids)
            for start in range(0, total, _BATCH):
                part = slice(start, start + _BATCH)
                last = stored.last_row if start + _BATCH >= total else self._index.level(model_key)
                self._index.add(model_key, StoredVectors(stored.content_ids[part], stored.vectors[part], last))
                added = min(start + _BATCH, total)
                yield Progress(Phase.LEVELLING, added, total)
            if added:
                self._ready.add(model_key)
        except StoreError as trouble:
            self.index_trouble = trouble
        return added

    def open_index(self, model_key: str) -> None:
        """Let the index answer from now on, where it is level; opening it takes a second or two. Twice is once."""
        if self._index is not None and self.is_level(model_key):
            try:
                self._index.open()
                self._ready.add(model_key)
            except StoreError as trouble:
                self.index_trouble = trouble

    def warm_up(self, model_key: str) -> None:
        """Have the vectors in memory that answer until the index does."""
        if model_key not in self._ready:
            self._vectors(model_key)

    def forget(self) -> None:
        """Drop what is held in memory, because embeddings were removed."""
        with self._lock:
            self._matrix = None

    def _vectors(self, model_key: str) -> StoredVectors:
        with self._lock:
            held = self._matrix.stored if self._matrix and self._matrix.model_key == model_key else None
            if held is None or not len(held.content_ids):  # an empty one does not know its dimensions
                held = self._catalog.vectors(model_key)
            elif self._catalog.last_vector_row(model_key) > held.last_row:
                more = self._catalog.vectors(model_key, after_row=held.last_row)
                held = StoredVectors(
                    np.concatenate([held.content_ids, more.content_ids]),
                    np.concatenate([held.vectors, more.vectors]),
                    more.last_row,
                )
            self._matrix = _Matrix(model_key, held)
            return held
