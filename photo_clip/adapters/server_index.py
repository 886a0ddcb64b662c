"""The search index on a Chroma server: the catalogue's vectors once more, on another computer or in another program."""

import contextlib
import threading
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from photo_clip.adapters.index_process import Holding, IndexProcess, IndexServer
from photo_clip.core.addresses import is_address
from photo_clip.core.errors import StoreError
from photo_clip.core.printable import printable
from photo_clip.core.stores import StoredVectors

_LONGEST_ANSWER_S = 10.0
"""Chroma itself would wait for a silent server for ever, and people wait for the answer."""


class ServerIndex:
    """Keeps the `VectorIndex` contract, one collection a model and library. Any thread may use it.

    Only vectors and the numbers of contents go there, no photo and no name. How far the server is level lies beside the
    vectors: whatever becomes of the server, what it holds and what it says of it belong together. The client has a
    process of its own, because a thousand vectors as text keep Python to themselves, too.
    """

    is_remote = True

    def __init__(self, server: IndexServer) -> None:
        """Nothing is asked of the server until it is used."""
        self._server = server
        self._lock = threading.RLock()
        self._process: IndexProcess | None = None
        self._holdings: dict[str, Holding] = {}

    def level(self, model_key: str) -> int:
        return self._holding(model_key).level

    def mark(self, model_key: str) -> str:
        return self._holding(model_key).mark

    def size(self, model_key: str) -> int:
        return self._holding(model_key).size

    def open(self) -> None:
        with self._connected() as process:
            process.call("open", longest_s=_LONGEST_ANSWER_S)

    def add(self, model_key: str, stored: StoredVectors, mark: str = "") -> None:
        with self._connected() as process:
            self._holdings.pop(model_key, None)
            size = process.call("add", model_key, stored.content_ids, stored.vectors)
            process.call("note_level", model_key, stored.last_row, mark)
            self._holdings[model_key] = Holding(stored.last_row, size, mark)

    def nearest(
        self, model_key: str, query: NDArray[np.float32], count: int
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        size = self.size(model_key)
        if not size:
            return np.empty(0, np.int64), np.empty(0, np.float32)
        with self._connected() as process:
            found: tuple[NDArray[np.int64], NDArray[np.float32]] = process.call(
                "nearest", model_key, query, count, size, longest_s=_LONGEST_ANSWER_S
            )
        return found

    def remove_model(self, model_key: str) -> None:
        held = self._holding(model_key)
        if held.level or held.size:
            with self._connected() as process:
                self._holdings.pop(model_key, None)
                process.call("remove_model", model_key)

    def close(self) -> None:
        with self._lock:
            self._end_process(wait_s=1)

    def _holding(self, model_key: str) -> Holding:
        known = self._holdings.get(model_key)
        if known is None:
            with self._connected() as process:
                known = process.call("holding", model_key, longest_s=_LONGEST_ANSWER_S)
                self._holdings[model_key] = known
        return known

    @contextlib.contextmanager
    def _connected(self) -> Iterator[IndexProcess]:
        """Hold the process, and explain what goes wrong. Raises StoreError."""
        with self._lock:
            try:
                if self._process is None:
                    _refuse_no_address(self._server.url)
                    self._process = IndexProcess(self._server)
                yield self._process
            except (OSError, EOFError, RuntimeError) as error:
                self._holdings.clear()  # it may be another server that comes back
                self._end_process(wait_s=0)
                raise StoreError(
                    f"The search server “{printable(self._server.url)}” cannot be used ({_in_short(error)}).",
                    advice="Search goes on without it, exactly, on this computer. It is asked again at the next look at"
                    " the folders; its address, token and certificate are in the settings.",
                ) from error

    def _end_process(self, wait_s: float) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.end(wait_s)


def _refuse_no_address(url: str) -> None:
    if not is_address(url):
        raise OSError("it is no address such as https://host:8000")


def _in_short(error: BaseException) -> str:
    """Return the first line of what the client said, which may go on for a page."""
    told = str(error).strip().partition("\n")[0]
    return printable(told[:200]) or "its process has ended"
