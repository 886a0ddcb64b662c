"""What a search's answer must stand out from: generic phrases, embedded once a model, and a sample of the library."""

import contextlib
import hashlib
import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from photo_clip.core.halves import widened
from photo_clip.core.ports import Encoder, Vectors
from photo_clip.core.scoring import spread_rows
from photo_clip.core.stores import Catalog
from photo_clip.core.text_words import text_words
from photo_clip.core.whole_files import put_in_place

_SAMPLE = 2000
_GROWN = 1.25
"""A sample is drawn anew when the library holds so many times the embeddings it was drawn from."""
_AT_ONCE = 64


class Background:
    """Keeps both for the model that is in use. Any thread may ask."""

    def __init__(self, catalog: Catalog, phrases: Sequence[str], folder: Path) -> None:
        """`folder` is a cache: embeddings of texts lie in it; those of the phrases take a second or two to make."""
        self._catalog = catalog
        self._phrases = list(phrases)
        self._said = [frozenset(text_words(phrase)) for phrase in self._phrases]
        self.folder = folder
        self._lock = threading.Lock()
        self._embedded: dict[str, Vectors] = {}
        self._samples: dict[str, tuple[int, Vectors]] = {}

    def phrases(self, encoder: Encoder) -> Vectors:
        """Return the phrases' embeddings, shape (m, d); the first time for a model they are made. Raises ModelError."""
        key = encoder.identity.key
        with self._lock:
            if key not in self._embedded:
                file = self._file(key)
                found = _read(file, (len(self._phrases), encoder.dimensions))
                if found is None:
                    parts = range(0, len(self._phrases), _AT_ONCE)
                    rows = [encoder.embed_texts(self._phrases[start : start + _AT_ONCE]) for start in parts]
                    found = np.concatenate([np.empty((0, encoder.dimensions), np.float32), *rows])
                    _write(file, found)
                self._embedded = {key: found}
            return self._embedded[key]

    @property
    def words(self) -> list[str]:
        """The phrases."""
        return list(self._phrases)

    def beside(self, words: str) -> NDArray[np.intp]:
        """Return the numbers of the phrases that a description does not say itself, as “a street at night” says “a
        street”: what fits them is no less what was asked for.

        Measured with 315 spans of captions over 2,091 photos (tests/benchmarks/bench_relevance.py): F1 of the matches
        0.142 with those, too, 0.154 without; labels as before.
        """
        said = frozenset(text_words(words))
        beside = [number for number, each in enumerate(self._said) if not each or not each <= said]
        return np.array(beside or range(len(self._said)), np.intp)

    def sample(self, model_key: str) -> Vectors:
        """Return embeddings from all over the library, shape (s, d); none of an empty one."""
        last = self._catalog.embeddings.last_row(model_key)
        with self._lock:
            drawn_at, sample = self._samples.get(model_key, (0, np.empty((0, 0), np.float32)))
            if not drawn_at or last > _GROWN * drawn_at:
                contents = self._catalog.embeddings.embedded_contents(model_key)
                rows = spread_rows(len(contents), _SAMPLE)
                found = self._catalog.embeddings.vectors_of_contents(model_key, contents[rows].tolist())
                sample = np.array(list(found.values()), dtype=np.float32)
                self._samples = {model_key: (last, sample)}
            return sample

    def _file(self, model_key: str) -> Path:
        told = "\n".join([model_key, *self._phrases])
        return self.folder / f"phrases-{hashlib.sha256(told.encode()).hexdigest()[:32]}.npy"


def _read(file: Path, shape: tuple[int, int]) -> Vectors | None:
    try:
        found = np.load(file, allow_pickle=False)
    except (OSError, ValueError, EOFError):
        return None
    return widened(found) if found.shape == shape and found.dtype == np.float16 else None


def _write(file: Path, vectors: Vectors) -> None:
    with contextlib.suppress(OSError):  # without it they are made again the next time
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        aside = file.with_suffix(".part")
        with aside.open("wb") as stream:
            np.save(stream, vectors.astype(np.float16), allow_pickle=False)
        put_in_place(aside, file)
