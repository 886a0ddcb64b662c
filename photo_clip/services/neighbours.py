"""Finds the nearest embeddings: in memory, or through the index where there are too many or it is on a server."""

import json
import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from photo_clip.core.errors import StoreError
from photo_clip.core.kept_texts import texts_in
from photo_clip.core.ports import VectorIndex, Vectors
from photo_clip.core.progress import Phase, Progress, Task
from photo_clip.core.stores import Catalog, StoredVectors
from photo_clip.core.vector_table import VectorTable

_BATCH = 2000
_MARKS = "index marks of "
"""The setting that tells which states of a model's index are of this catalogue, before the model's key."""


def _random_mark() -> str:
    return uuid.uuid4().hex


@dataclass(frozen=True, slots=True, eq=False)
class _Held:
    """The embeddings of a model, in memory."""

    model_key: str
    table: VectorTable


class Neighbours:
    """Answers from a table in memory, or, of more embeddings than that may hold, from the index. Any thread may ask.

    An index on a server answers for small libraries, too; as long as it does not, the table does.

    Measured with 100,000 embeddings: the table takes 180 MB and 10 ms for 500 photos; Chroma's graph takes 260 MB and
    13 ms for their embeddings alone, and finds 0.97 of the best hundred.
    """

    def __init__(
        self,
        catalog: Catalog,
        index: VectorIndex | None,
        *,
        in_memory_up_to: int = 1_000_000,
        new_mark: Callable[[], str] = _random_mark,
    ) -> None:
        """Without an index the table answers always. `new_mark` returns another text each time."""
        self._catalog = catalog
        self._index = index
        self._in_memory_up_to = in_memory_up_to
        self._new_mark = new_mark
        self._marks: dict[str, list[str]] = {}
        """Those in the catalogue's settings; nobody else writes them while the library is open."""
        self._held: _Held | None = None
        self._lock = threading.Lock()
        self._ready: set[str] = set()
        """Models whose vectors the index gives at once; opening it takes seconds, which no search waits for."""
        self.index_trouble: StoreError | None = None
        """Why the index is not used, for now if it is on a server, else any more; None while it is."""

    def nearest(
        self, model_key: str, query: NDArray[np.float32], count: int, allowed: NDArray[np.int64] | None = None
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Return the content ids of up to `count` nearest embeddings and their cosines, best first.

        `query` has shape (dimensions,) and unit length. With `allowed`, only these contents count.
        """
        if self._index is not None and allowed is None and model_key in self._ready and self.is_level(model_key):
            try:
                found = self._through(self._index, model_key, query, count)
            except StoreError as trouble:
                self.index_trouble = trouble
            else:
                self.forget()  # the memory is not needed while the index answers
                return found
        return self.table(model_key).nearest(query, count, allowed)

    def _through(
        self, index: VectorIndex, model_key: str, query: NDArray[np.float32], count: int
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Return what the index finds, but for contents of removed photos, of which it does not know."""
        asked = count + count // 8  # some may be such
        while True:
            content_ids, cosines = index.nearest(model_key, query, asked)
            known = self._catalog.embeddings.are_embedded(model_key, content_ids)
            if not known.all():
                self._refuse_too_many_unknown(index, model_key, int((~known).sum()))
            if known.sum() >= count or len(content_ids) < asked:
                return content_ids[known][:count], cosines[known][:count]
            asked *= 2

    def _refuse_too_many_unknown(self, index: VectorIndex, model_key: str, count: int) -> None:
        """Have an index filled anew that finds more contents unknown to the catalogue than it can hold."""
        removed = index.size(model_key) - self._catalog.embeddings.count(model_key)
        if count > removed and self.is_level(model_key):  # else photos were added just now
            index.remove_model(model_key)
            raise StoreError(
                "The search index finds photos that the library does not have.",
                advice="Search goes on without it, exactly; the index is filled anew.",
            )

    def vectors_of(self, model_key: str, content_ids: NDArray[np.int64]) -> Vectors:
        """Return the embeddings of contents that `nearest` found, shape (k, d)."""
        held = self._held
        if held is not None and held.model_key == model_key:
            return held.table.of(content_ids)
        found = self._catalog.embeddings.vectors_of_contents(model_key, content_ids.tolist())
        return np.stack([found[content_id] for content_id in content_ids.tolist()])

    def places(
        self, model_key: str, queries: Vectors, content_id: int
    ) -> tuple[NDArray[np.float32] | None, list[int], int]:
        """Return a content's cosines with queries, shape (n, d), its place for each from 1, and how many there are.

        None and no places for a content that is not embedded. Every cosine is computed.
        """
        table = self.table(model_key)
        row = table.row_of(content_id)
        if row is None:
            return None, [], len(table)
        of_all = [table.cosines(query) for query in queries]
        cosines = np.array([each[row] for each in of_all], np.float32)
        return cosines, [int((each > each[row]).sum()) + 1 for each in of_all], len(table)

    def is_level(self, model_key: str) -> bool:
        """Whether the index holds all that the catalogue holds for the model."""
        if self._index is None or self.index_trouble is not None:
            return False
        try:
            has_all = self._index.level(model_key) >= self._catalog.embeddings.last_row(model_key)
            return has_all and self._is_of_catalogue(self._index, model_key)
        except StoreError as trouble:
            self.index_trouble = trouble
            return False

    def catch_up(self, model_key: str) -> Task[int]:
        """Bring the index level with the catalogue and return how many embeddings were added.

        Trouble with the index ends its use, not the task: search goes on exactly. A server is tried again each time.
        An index in which most vectors belong to photos that were removed is filled anew; so is one that was filled by a
        later state of the catalogue, whose file was put back from a copy and gives the same numbers a second time.
        """
        added = 0
        if self._index is not None and self._index.is_remote:
            self.index_trouble = None
        if self._index is None or self.index_trouble is not None or not self._catalog.embeddings.last_row(model_key):
            return added
        try:
            if not self._is_of_catalogue(self._index, model_key):
                self._index.remove_model(model_key)
            level = self._index.level(model_key)
            stored = self._catalog.embeddings.vectors(model_key, after_row=level)
            if self._index.size(model_key) > 2 * (self._catalog.embeddings.count(model_key) + _BATCH):
                self._index.remove_model(model_key)
                stored = self._catalog.embeddings.vectors(model_key)
            total = len(stored.content_ids)
            mark = self._marked(self._index.mark(model_key), model_key) if total else ""
            for start in range(0, total, _BATCH):
                part = slice(start, start + _BATCH)
                last = stored.last_row if start + _BATCH >= total else self._index.level(model_key)
                self._index.add(model_key, StoredVectors(stored.content_ids[part], stored.vectors[part], last), mark)
                added = min(start + _BATCH, total)
                yield Progress(Phase.LEVELLING, added, total)
            if added and model_key not in self._ready and not self._index.is_remote:
                self._index.close()  # it is whole on disk, and its memory is not needed
        except StoreError as trouble:
            self.index_trouble = trouble
        return added

    def warm_up(self, model_key: str) -> None:
        """Have the embeddings in memory that answers come from."""
        if not self._is_too_large(model_key):
            self.table(model_key)

    def speed_up(self, model_key: str, words: Callable[[], Vectors]) -> None:
        """Make the answers to come faster, which takes a second or two; nothing to be done, it takes no time.

        `words` returns embeddings of what people might ask for, shape (m, dimensions), m may be 0.
        """
        if not self._is_too_large(model_key):
            self._ready.discard(model_key)
            self.table(model_key).draw_sketch(words)
        elif self._index is not None and self.is_level(model_key):
            try:
                self._index.open()
                self._ready.add(model_key)
            except StoreError as trouble:
                self.index_trouble = trouble

    def forget(self) -> None:
        """Drop what is held in memory, because embeddings were removed."""
        with self._lock:
            self._held = None

    def _is_of_catalogue(self, index: VectorIndex, model_key: str) -> bool:
        """Whether what the index holds was told by this catalogue, or by an earlier state of it."""
        if model_key not in self._marks:
            self._marks[model_key] = texts_in(self._catalog.setting(_MARKS + model_key)) or [""]
        return not index.level(model_key) or index.mark(model_key) in self._marks[model_key]

    def _marked(self, former: str, model_key: str) -> str:
        """Return a new mark for the index, which the catalogue knows from now on, beside the one it has just now.

        It is stored after the embeddings that the index gets with it: each state of the catalogue that knows a mark has
        all embeddings of an index that bears it.
        """
        mark = self._new_mark()
        self._marks[model_key] = [former, mark]
        self._catalog.set_setting(_MARKS + model_key, json.dumps(self._marks[model_key]))
        return mark

    def _is_too_large(self, model_key: str) -> bool:
        if self._index is None:
            return False
        return self._index.is_remote or self._catalog.embeddings.count(model_key) > self._in_memory_up_to

    def table(self, model_key: str) -> VectorTable:
        """Return all embeddings of a model, in memory."""
        with self._lock:
            table = self._held.table if self._held and self._held.model_key == model_key else None
            if table is None or not len(table):  # an empty one does not know its dimensions
                table = VectorTable(self._catalog.embeddings.vectors(model_key))
            elif self._catalog.embeddings.last_row(model_key) > table.last_row:
                table = table.extended(self._catalog.embeddings.vectors(model_key, after_row=table.last_row))
            self._held = _Held(model_key, table)
            return table
