"""The search index: an embedded Chroma database over the catalogue's vectors, which may be deleted at any time."""

import contextlib
import dataclasses
import hashlib
import json
import os
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from photo_clip.core.errors import StoreError
from photo_clip.core.ports import StoredVectors

if TYPE_CHECKING:
    import chromadb

_MARKER = "in-use"
_HOLDINGS = "holdings.json"
_BATCH = 5000
"""Chroma takes at most 5,461 records at once."""
_GRAPH = {"space": "cosine", "ef_construction": 200, "max_neighbors": 32}
_LEAST_EF_SEARCH = 300
"""How many candidates the graph search keeps; as many as the results of a usual query, or recall suffers."""


@dataclasses.dataclass(frozen=True, slots=True)
class _Holding:
    """What the index has of one model."""

    level: int = 0
    size: int = 0


class ChromaIndex:
    """Keeps the `VectorIndex` contract, one collection a model. Any thread may use it.

    A marker lies in the folder while the database is open. If it lies there at the start, the program was
    killed, and the database may be damaged in ways that show only later (chromadb 1.5.9 did in 9 of 30 kills):
    the folder is deleted without opening it, and begins anew.
    """

    def __init__(self, folder: Path) -> None:
        """Look at the folder; the database is opened at its first use. Raises StoreError."""
        self._folder = folder
        self._lock = threading.RLock()
        self._client: chromadb.api.ClientAPI | None = None
        with _errors_explained(folder):
            if (folder / _MARKER).exists():
                shutil.rmtree(folder)
            self._holdings = _read_holdings(folder)

    def level(self, model_key: str) -> int:
        return self._holdings.get(model_key, _Holding()).level

    def size(self, model_key: str) -> int:
        return self._holdings.get(model_key, _Holding()).size

    def open(self) -> None:
        with self._lock, _errors_explained(self._folder):
            self._opened()

    def add(self, model_key: str, stored: StoredVectors) -> None:
        with self._lock, _errors_explained(self._folder):
            collection = self._collection(model_key)
            for start in range(0, len(stored.content_ids), _BATCH):
                part = slice(start, start + _BATCH)
                collection.upsert(
                    ids=[str(content_id) for content_id in stored.content_ids[part]],
                    embeddings=stored.vectors[part].astype(np.float32),
                )
            self._holdings[model_key] = _Holding(stored.last_row, collection.count())

    def nearest(
        self, model_key: str, query: NDArray[np.float32], count: int
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        with self._lock, _errors_explained(self._folder):
            collection = self._collection(model_key)
            wanted = min(count, collection.count())
            if wanted <= 0:
                return np.empty(0, np.int64), np.empty(0, np.float32)
            # The graph search loses some of the last ones: ask for a few more than are wanted.
            found = collection.query(
                query_embeddings=query[np.newaxis].astype(np.float32),
                n_results=min(max(wanted + wanted // 10, _LEAST_EF_SEARCH), collection.count()),
                include=["distances"],
            )
            ids = np.array([int(content_id) for content_id in found["ids"][0]], dtype=np.int64)
            distances = np.array((found["distances"] or [[]])[0], dtype=np.float32)
        return ids[:wanted], np.clip(1 - distances[:wanted], -1, 1)

    def remove_model(self, model_key: str) -> None:
        with self._lock, _errors_explained(self._folder):
            if self._holdings.pop(model_key, None) is not None:
                self._opened().delete_collection(_collection_name(model_key))

    def close(self) -> None:
        with self._lock:
            client, self._client = self._client, None
            if client is None:
                return
            with _errors_explained(self._folder):
                client.close()
                # The holdings count only once the marker is gone: after a kill in between all is made anew.
                written = {key: dataclasses.asdict(holding) for key, holding in self._holdings.items()}
                _write_synced(self._folder / _HOLDINGS, json.dumps(written))
                (self._folder / _MARKER).unlink()

    def _opened(self) -> "chromadb.api.ClientAPI":
        if self._client is None:
            import chromadb  # here, for it takes a second, and a run that changes nothing does without it
            from chromadb.config import Settings

            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            _write_synced(self._folder / _MARKER, str(os.getpid()))
            self._client = chromadb.PersistentClient(
                path=self._folder, settings=Settings(anonymized_telemetry=False, is_persistent=True)
            )
        return self._client

    def _collection(self, model_key: str) -> "chromadb.Collection":
        self._holdings.setdefault(model_key, _Holding())
        return self._opened().get_or_create_collection(
            _collection_name(model_key),
            configuration={"hnsw": {**_GRAPH, "ef_search": _LEAST_EF_SEARCH}},
            metadata={"model": model_key},
            embedding_function=None,
        )


def _collection_name(model_key: str) -> str:
    return "model-" + hashlib.sha256(model_key.encode()).hexdigest()[:32]


def _read_holdings(folder: Path) -> dict[str, _Holding]:
    try:
        found = json.loads((folder / _HOLDINGS).read_text(encoding="utf-8"))
        return {str(key): _Holding(int(told["level"]), int(told["size"])) for key, told in found.items()}
    except FileNotFoundError:
        # Without its holdings nobody knows what it holds.
        shutil.rmtree(folder, ignore_errors=True)
    except (ValueError, AttributeError, TypeError, KeyError):
        shutil.rmtree(folder)
    return {}


def _write_synced(file: Path, text: str) -> None:
    with file.open("w", encoding="utf-8") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())


@contextlib.contextmanager
def _errors_explained(folder: Path) -> Iterator[None]:
    try:
        yield
    except Exception as error:  # Chroma lets errors of many libraries through
        raise StoreError(
            f"The search index in “{folder}” cannot be used ({error}).",
            advice="Search goes on without it, a little slower; it is made anew at the next start.",
        ) from error
