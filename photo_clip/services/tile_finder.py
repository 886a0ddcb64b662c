"""Finds photos by a part of them, and the part that fits best."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from photo_clip.core.ports import Vectors
from photo_clip.core.relevance import library_spread
from photo_clip.core.scoring import spread_rows
from photo_clip.core.stores import Catalog, StoredTiles
from photo_clip.core.tile_table import TileTable

_HANDICAP = 1.0
"""In spreads of the library's cosines. With less, parts of other photos come before what is wanted as a whole; with
more, fewer small things are found (tests/benchmarks/bench_where.py)."""
_SHORTLIST = 1500
"""Photos whose tiles are looked at exactly."""
_SAMPLE = 2000
_AT_ONCE = 1000
_GROWN = 2
"""The table is made anew when the library holds so many times the embeddings that its axes were drawn from."""


@dataclass(frozen=True, slots=True, eq=False)
class Parts:
    """The best tile of each of several contents, best first."""

    content_ids: NDArray[np.int64]
    numbers: NDArray[np.intp]
    """Which of the tiles of `core.tiles.tile_boxes`."""
    cosines: NDArray[np.float32]
    """Of the tile with the query."""
    vectors: Vectors
    """Its embedding, shape (n, d)."""


@dataclass(frozen=True, slots=True, eq=False)
class _Held:
    """What is in memory of a model."""

    model_key: str
    table: TileTable
    sample: Vectors
    drawn_from: int
    """How many embeddings there were when the sample was drawn."""


class TileFinder:
    """Keeps what it needs of the model that is in use. Any thread may ask."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._held: _Held | None = None
        self._lock = threading.Lock()

    def has_any(self, model_key: str) -> bool:
        """Whether any photo has tiles by the model."""
        return self._catalog.tiles.last_row(model_key) > 0

    def nearest(
        self, model_key: str, query: NDArray[np.float32], count: int, allowed: NDArray[np.int64] | None = None
    ) -> Parts:
        """Return the best tiles of up to `count` contents; with `allowed`, of these alone.

        `query` has shape (d,) and unit length. There are tiles. Cosines are exact; of many photos a few of the last
        ones may be missing.
        """
        rough = self._current(model_key).table.shortlist(query, max(_SHORTLIST, count), allowed)
        found = self.best(model_key, query, rough)
        return Parts(found.content_ids[:count], found.numbers[:count], found.cosines[:count], found.vectors[:count])

    def best(self, model_key: str, query: NDArray[np.float32], content_ids: NDArray[np.int64]) -> Parts:
        """Return the best tile of each of these contents, those without tiles left out."""
        tiles = self._catalog.tiles.of(model_key, content_ids.tolist())
        cosines = [vectors @ query for vectors in tiles.values()]
        numbers = np.array([int(each.argmax()) for each in cosines], np.intp)
        best = np.array([each.max() for each in cosines], np.float32)
        order = np.argsort(-best, kind="stable")
        vectors = [each[number] for each, number in zip(tiles.values(), numbers.tolist(), strict=True)]
        return Parts(
            np.array(list(tiles), np.int64)[order],
            numbers[order],
            np.clip(best[order], -1, 1),
            np.array(vectors, np.float32).reshape(len(vectors), len(query))[order],
        )

    def handicap(self, model_key: str, query: NDArray[np.float32]) -> float:
        """Return what is taken off a tile's cosine before it is held against those of whole photos."""
        return _HANDICAP * library_spread(self._current(model_key).sample @ query)

    def warm_up(self, model_key: str) -> None:
        """Have in memory what answers come from."""
        if self.has_any(model_key):
            self._current(model_key)

    def forget(self) -> None:
        """Drop what is held in memory, because tiles were removed."""
        with self._lock:
            self._held = None

    def _current(self, model_key: str) -> _Held:
        with self._lock:
            held = self._held
            count = self._catalog.embeddings.count(model_key)
            if held is None or held.model_key != model_key or count > _GROWN * held.drawn_from:
                sample = self._sample(model_key)
                held = _Held(model_key, TileTable(sample), sample, count)
            if held.table.last_row < self._catalog.tiles.last_row(model_key):
                table = held.table.extended(self._stored_after(model_key, held.table.last_row))
                held = replace(held, table=table)
            self._held = held
            return held

    def _stored_after(self, model_key: str, row: int) -> Iterator[StoredTiles]:
        while True:
            stored = self._catalog.tiles.stored(model_key, after_row=row, limit=_AT_ONCE)
            if not len(stored.content_ids):
                return
            yield stored
            row = stored.last_row

    def _sample(self, model_key: str) -> Vectors:
        contents = self._catalog.embeddings.embedded_contents(model_key)
        rows = spread_rows(len(contents), _SAMPLE)
        return np.array(
            list(self._catalog.embeddings.vectors_of_contents(model_key, contents[rows].tolist()).values()), np.float32
        )
