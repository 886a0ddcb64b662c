"""Keeps encoders in memory, each loaded once, by the thread that asks for it first."""

import threading
from collections.abc import Callable

from photo_clip.core.models import ModelSource
from photo_clip.core.ports import Encoder


class Encoders:
    """The encoders in memory. Any thread may ask; while one model is loaded, the others answer."""

    def __init__(self, load: Callable[[ModelSource], Encoder]) -> None:
        """`load` raises ModelError."""
        self._load = load
        self._lock = threading.Lock()
        self._kept: dict[ModelSource, Encoder] = {}
        self._loading: dict[ModelSource, threading.Lock] = {}

    def loaded(self, source: ModelSource) -> Encoder | None:
        """Return the encoder of a model if it is in memory."""
        with self._lock:
            return self._kept.get(source)

    def load(self, source: ModelSource) -> Encoder:
        """Return the encoder of a model, loading it where it is not in memory. Raises ModelError."""
        with self._lock:
            loading = self._loading.setdefault(source, threading.Lock())
        with loading:
            encoder = self.loaded(source)
            if encoder is None:
                encoder = self._load(source)
                with self._lock:
                    self._kept[source] = encoder
            return encoder

    def let_go(self, source: ModelSource) -> None:
        """Keep a model in memory no longer; who uses it this moment may end with it."""
        with self._lock:
            self._kept.pop(source, None)

    def close(self) -> None:
        """Give back all memory; no encoder can be used afterwards. Twice is once."""
        with self._lock:
            kept, self._kept = self._kept, {}
        for encoder in kept.values():
            encoder.close()
