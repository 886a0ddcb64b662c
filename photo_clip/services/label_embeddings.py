"""Embeds what labels ask a model for, once a model: ten thousand labels take it many minutes."""

import contextlib
import hashlib
import threading
import zipfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from photo_clip.core.halves import widened
from photo_clip.core.ports import Encoder
from photo_clip.core.tagging import TEMPLATES, embedding_of
from photo_clip.core.whole_files import put_in_place

_WRITTEN_AFTER = 256
"""So many new ones are lost in a crash, half a minute's work."""
_MOST = 30_000
"""Three of the longest lists: some 30 MB of a file for each model."""
_KEY_BYTES = 16

_Known = dict[bytes, NDArray[np.float16]]
"""Embeddings by what they are of; the longest unused first."""


class LabelEmbeddings:
    """Keeps those of the model that is in use. Any thread may ask."""

    def __init__(self, folder: Path | None) -> None:
        """`folder` is a cache; without one, nothing is kept from one start to the next."""
        self._folder = folder
        self._lock = threading.Lock()
        self._model_key = ""
        self._known: _Known = {}
        self._new = 0
        """How many of them are in no file yet."""

    def of(self, encoder: Encoder, words: Sequence[str]) -> NDArray[np.float32]:
        """Return the embedding of a label's words, shape (d,). Raises ModelError."""
        key = hashlib.sha256("\n".join([*TEMPLATES, *words]).encode(errors="replace")).digest()[:_KEY_BYTES]
        with self._lock:
            if encoder.identity.key != self._model_key:
                self._write()
                self._model_key = encoder.identity.key
                self._known = _read(self._file(self._model_key), encoder.dimensions)
            vector = self._known.pop(key, None)
            if vector is None:
                # as exact as it is kept, so that the next start judges alike
                vector = embedding_of(words, encoder.embed_texts).astype(np.float16)
                self._new += 1
            self._known[key] = vector
            if self._new >= _WRITTEN_AFTER:
                self._write()
            return widened(vector)

    def keep(self) -> None:
        """Write what is new, which happens by itself after so many."""
        with self._lock:
            self._write()

    def forget(self, model_key: str) -> None:
        """Remove what is kept of a model."""
        with self._lock:
            if model_key == self._model_key:
                self._model_key, self._known, self._new = "", {}, 0
            file = self._file(model_key)
            if file is not None:
                with contextlib.suppress(OSError):
                    file.unlink()

    def _file(self, model_key: str) -> Path | None:
        name = f"labels-{hashlib.sha256(model_key.encode()).hexdigest()[:32]}.npz"
        return None if self._folder is None else self._folder / name

    def _write(self) -> None:
        file = self._file(self._model_key)
        if not self._new or file is None:
            return
        self._new = 0
        kept = list(self._known.items())[-_MOST:]
        with contextlib.suppress(OSError):  # without it they are made again the next time
            file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            aside = file.with_suffix(".part")
            with aside.open("wb") as stream:
                keys = np.frombuffer(b"".join(key for key, _ in kept), np.uint8).reshape(-1, _KEY_BYTES)
                np.savez(stream, keys=keys, vectors=np.stack([vector for _, vector in kept]))
            put_in_place(aside, file)


def _read(file: Path | None, dimensions: int) -> _Known:
    """Return what a file keeps, with its checksums compared; nothing of one that is missing or damaged."""
    try:
        if file is None:
            return {}
        with file.open("rb") as stream, np.load(stream, allow_pickle=False) as kept:
            keys, vectors = kept["keys"], kept["vectors"]
    except (OSError, ValueError, EOFError, KeyError, RuntimeError, zipfile.BadZipFile):
        return {}
    whole = (keys.dtype, vectors.dtype, *keys.shape[1:], *vectors.shape) == (
        np.uint8,
        np.float16,
        _KEY_BYTES,
        len(keys),
        dimensions,
    )
    return dict(zip(map(bytes, keys), vectors, strict=True)) if whole else {}
