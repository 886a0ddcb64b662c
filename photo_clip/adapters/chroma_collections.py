"""Chroma itself, as the index's own process runs it: one collection a model."""

import hashlib
from pathlib import Path

import chromadb
import numpy as np
from chromadb.config import Settings
from numpy.typing import NDArray

_BATCH = 5000
"""Chroma takes at most 5,461 records at once."""
_GRAPH = {"space": "cosine", "ef_construction": 200, "max_neighbors": 32}
_LEAST_EF_SEARCH = 300
"""How many candidates the graph search keeps; as many as the results of a usual query, or recall suffers."""


class ChromaCollections:
    """An embedded Chroma database; one thread uses it. Lets through whatever Chroma raises."""

    def __init__(self, folder: Path) -> None:
        self._client = chromadb.PersistentClient(
            path=folder, settings=Settings(anonymized_telemetry=False, is_persistent=True)
        )

    def open(self) -> None:
        """Be there."""

    def add(self, model_key: str, content_ids: NDArray[np.int64], vectors: NDArray[np.float16]) -> int:
        """Add vectors, shape (n, dimensions), those already there are replaced; return how many there are now."""
        collection = self._collection(model_key)
        for start in range(0, len(content_ids), _BATCH):
            part = slice(start, start + _BATCH)
            collection.upsert(
                ids=[str(content_id) for content_id in content_ids[part]], embeddings=vectors[part].astype(np.float32)
            )
        count: int = collection.count()
        return count

    def nearest(
        self, model_key: str, query: NDArray[np.float32], count: int
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Return up to `count` content ids and their cosines, best first."""
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
        """Forget a model's vectors, of which there are some."""
        self._client.delete_collection(_collection_name(model_key))

    def close(self) -> None:
        """Write what is to be written."""
        self._client.close()

    def _collection(self, model_key: str) -> chromadb.Collection:
        return self._client.get_or_create_collection(
            _collection_name(model_key),
            configuration={"hnsw": {**_GRAPH, "ef_search": _LEAST_EF_SEARCH}},
            metadata={"model": model_key},
            embedding_function=None,
        )


def _collection_name(model_key: str) -> str:
    return "model-" + hashlib.sha256(model_key.encode()).hexdigest()[:32]
