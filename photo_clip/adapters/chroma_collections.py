"""Chroma itself, as the index's own process runs it, embedded or on a server: one collection a model."""

import hashlib
import json
import socket
import ssl
import warnings
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import chromadb
import numpy as np
from chromadb.api import ClientAPI
from chromadb.config import Settings
from chromadb.utils.embedding_functions import known_embedding_functions, sparse_known_embedding_functions
from numpy.typing import NDArray

from photo_clip.adapters.index_process import NONSENSE, Holding, IndexServer
from photo_clip.core.halves import widened

_BATCH = 5000
"""Chroma takes at most 5,461 records at once."""
_GRAPH = {"space": "cosine", "ef_construction": 200, "max_neighbors": 32}
_LEAST_CANDIDATES, _CANDIDATES_PER_ROOT = 300, 2.5
"""How many the graph search looks at (ef_search): with a number that does not grow with the vectors, recall falls.

Of the best hundred among 100,000 it found 0.92 with 300 of them and 0.97 with 800, in 6 and 13 ms; among 300,000 it
found 0.88 with 300 and 0.965 with 1,200, in 7 and 18 ms.
"""
_LEVEL, _MARK = "level", "mark"
_NONSENSICAL = (TypeError, AttributeError, LookupError, ArithmeticError, json.JSONDecodeError)
"""What Chroma's client raises where an answer is another than it takes for granted."""
_ROUNDING = 0.01


def reason_of(error: BaseException) -> str:
    """Return why Chroma cannot be used, for people; its client says of most that no server is running."""
    for each in _causes(error):
        if isinstance(each, ssl.SSLCertVerificationError):
            return f"its certificate is not trusted: {each.verify_message.rstrip('.')}"
        if isinstance(each, MemoryError):
            return "what it tells does not fit in memory"
        if isinstance(each, ConnectionError | socket.gaierror | ssl.SSLError):
            return "it cannot be reached"
        status = getattr(getattr(each, "response", None), "status_code", None)  # of the client that Chroma has
        if status in (401, 403):
            return "it does not let this program in; the token may be wrong"
        if status is not None and str(error)[:1] in ("", "<"):
            return f"it answers with a page and {status}, as a proxy does"
    return NONSENSE if isinstance(error, _NONSENSICAL) else str(error) or type(error).__name__


def _causes(error: BaseException) -> Iterator[BaseException]:
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        cause = cause.__cause__ or cause.__context__  # Chroma's client hides why


class ChromaCollections:
    """A Chroma database; one thread uses it. Lets through whatever Chroma raises."""

    def __init__(self, place: Path | IndexServer) -> None:
        _make_no_embedding_functions()
        self._client = _embedded(place) if isinstance(place, Path) else _connected(place)
        self._library = "" if isinstance(place, Path) else place.library
        """Several libraries may live on one server."""

    def open(self) -> None:
        """Be there, and reach the server, if it is on one."""
        self._client.heartbeat()

    def holding(self, model_key: str) -> Holding:
        """Return the level last noted for a model, how many vectors of it there are, and the mark noted with the
        level."""
        collection = self._collection(model_key)
        noted = collection.metadata or {}
        return Holding(noted.get(_LEVEL, 0), collection.count(), str(noted.get(_MARK, "")))

    def note_level(self, model_key: str, level: int, mark: str) -> None:
        """Note up to which of the catalogue's rows a model's vectors are here, together with them, and a mark."""
        self._collection(model_key).modify(metadata={"model": model_key, _LEVEL: level, _MARK: mark})

    def add(self, model_key: str, content_ids: NDArray[np.int64], vectors: NDArray[np.float16]) -> int:
        """Add vectors, shape (n, dimensions), those already there are replaced; return how many there are now."""
        collection = self._collection(model_key)
        for start in range(0, len(content_ids), _BATCH):
            part = slice(start, start + _BATCH)
            collection.upsert(
                ids=[str(content_id) for content_id in content_ids[part]], embeddings=widened(vectors[part])
            )
        return Holding(size=collection.count()).size

    def nearest(
        self, model_key: str, query: NDArray[np.float32], count: int, size: int
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Return up to `count` content ids and their cosines, best first, of `size` vectors that are to be there."""
        collection = self._collection(model_key)
        if collection.count() < size:
            raise ValueError("it has lost some of what it held")
        wanted = min(count, size)
        found = collection.query(
            query_embeddings=query[np.newaxis].astype(np.float32),
            n_results=min(_candidates(wanted, size), size),
            include=["distances"],
        )
        ids, cosines = _understood(found)
        if len(ids) < wanted / 2:  # a graph search may miss some
            raise ValueError("it finds too few of what it holds")
        return ids[:wanted], cosines[:wanted]

    def remove_model(self, model_key: str) -> None:
        """Forget a model's vectors, of which there are some."""
        self._client.delete_collection(self._name(model_key))

    def close(self) -> None:
        """Write what is to be written."""
        self._client.close()

    def _collection(self, model_key: str) -> chromadb.Collection:
        return self._client.get_or_create_collection(
            self._name(model_key),
            configuration={"hnsw": {**_GRAPH, "ef_search": _LEAST_CANDIDATES}},
            metadata={"model": model_key},
            embedding_function=None,
        )

    def _name(self, model_key: str) -> str:
        told = f"{self._library}\n{model_key}" if self._library else model_key
        return "model-" + hashlib.sha256(told.encode()).hexdigest()[:32]


def _candidates(wanted: int, size: int) -> int:
    """Return how many of `size` vectors to ask for, so that hardly any of those that are wanted is missed."""
    return max(wanted + wanted // 10, _LEAST_CANDIDATES, int(_CANDIDATES_PER_ROOT * size**0.5))


def _understood(found: chromadb.QueryResult) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Return the ids and the cosines of an answer, in which a server may say anything."""
    try:
        ids = np.array([int(content_id) for content_id in found["ids"][0]], dtype=np.int64)
        cosines = 1 - np.array((found["distances"] or [[]])[0], dtype=np.float64)
    except ValueError as error:
        raise ValueError(NONSENSE) from error
    are_sound = cosines.shape == ids.shape and bool((np.abs(cosines) <= 1 + _ROUNDING).all())  # NaN is not
    if not are_sound or ids.min(initial=1) < 1 or len(np.unique(ids)) < len(ids):
        raise ValueError(NONSENSE)
    return ids, np.clip(cosines, -1, 1).astype(np.float32)


def _make_no_embedding_functions() -> None:
    """Have Chroma's client know none by name.

    Whoever may write to a server can name one with a collection, and what it is made of, such as a model of a hub; with
    each upsert the client makes it (chromadb 1.5.9, `Schema.deserialize_from_json`). Embeddings come from here alone.
    """
    known_embedding_functions.clear()
    sparse_known_embedding_functions.clear()
    warnings.filterwarnings("ignore", r"Could not reconstruct (sparse )?embedding function", UserWarning)


def _embedded(folder: Path) -> ClientAPI:
    return chromadb.PersistentClient(path=folder, settings=Settings(anonymized_telemetry=False, is_persistent=True))


def _connected(server: IndexServer) -> ClientAPI:
    address = urlsplit(server.url)
    is_safe = address.scheme == "https"
    settings = Settings(anonymized_telemetry=False)
    if server.certificate:
        if not _has_certificate(server.certificate):
            raise OSError(f"“{server.certificate}” is no file with a certificate that can be read")
        settings.chroma_server_ssl_verify = server.certificate
    headers = {"Authorization": f"Bearer {server.token}", "x-chroma-token": server.token} if server.token else {}
    port = address.port or (443 if is_safe else 80)
    return chromadb.HttpClient(address.hostname or "", port, is_safe, headers, settings)


def _has_certificate(file: str) -> bool:
    try:
        ssl.create_default_context(cafile=file)
    except OSError:
        return False
    return True
