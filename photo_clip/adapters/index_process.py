"""The process that Chroma runs in: it keeps Python to itself for a second at a time, which no window may wait for.

Measured with chromadb 1.5.9: while 2,000 vectors are added, other threads of the process stand still for 0.7 to 1.3 s.
"""

import contextlib
import multiprocessing
import os
import signal
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from photo_clip.adapters.memory_limit import limit_memory

_LONGEST_CALL_S = 120.0
"""Adding 5,000 vectors takes 3 s; what takes this long hangs."""
_LONGEST_END_S = 10.0
_LONGEST_START_S = 60.0
"""Importing Chroma takes a second or two, and on a busy computer many times that."""
_MOST_OF_SERVER_MB = 1000
"""What a server tells may go on for ever. A million ids with their distances take 250 MB here."""
_LARGEST = 2**63 - 1
"""The catalogue counts no further."""
NONSENSE = "what it tells makes no sense"


@dataclass(frozen=True, slots=True)
class IndexServer:
    """A Chroma server, and what belongs to this library there."""

    url: str
    """Such as https://host:8000."""
    library: str
    """What tells this library from others that live there."""
    token: str = ""
    """Sent along where there is one, as a bearer token and in Chroma's own header."""
    certificate: str = ""
    """A file with the certificate of whom to trust, beside https; empty for those that the system trusts."""


@dataclass(frozen=True, slots=True)
class Holding:
    """What a database has of one model."""

    level: int = 0
    size: int = 0
    mark: str = ""

    def __post_init__(self) -> None:
        """Raise ValueError where that is nothing to be had, as a damaged file or a server may say it."""
        if not all(isinstance(told, int) and 0 <= told <= _LARGEST for told in (self.level, self.size)):
            raise ValueError(NONSENSE)


class IndexProcess:
    """Chroma's process, seen from the program; one thread uses it.

    It ends with `close`, and by itself when the program is no more.
    """

    def __init__(self, place: Path | IndexServer) -> None:
        context = multiprocessing.get_context("spawn")
        self._connection, other_end = context.Pipe()
        self._process = context.Process(target=_serve, args=(other_end, place), name="photo-clip index", daemon=True)
        self._process.start()
        self._has_begun = False
        other_end.close()

    def call(self, method: str, *arguments: Any, longest_s: float = _LONGEST_CALL_S) -> Any:
        """Call a method of ChromaCollections there, and return what it returns.

        `longest_s` counts from when the process is there. Raises RuntimeError with the reason in words, EOFError or
        OSError where the process has ended, and TimeoutError where it hangs.
        """
        self._connection.send((method, arguments))
        if not self._has_begun:
            if not self._connection.poll(_LONGEST_START_S):
                raise TimeoutError("its process does not start")
            self._connection.recv()
            self._has_begun = True
        if not self._connection.poll(longest_s):
            raise TimeoutError("it does not answer")
        succeeded, result = self._connection.recv()
        if not succeeded:
            raise RuntimeError(result)
        return result

    def end(self, wait_s: float = _LONGEST_END_S) -> None:
        """End the process, whatever it does when so many seconds are over."""
        self._connection.close()
        self._process.join(wait_s)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
        self._process.close()


def _serve(connection: Connection, place: Path | IndexServer) -> None:
    """Answer calls until the other end is closed."""
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):  # they are for the program, which then ends this process
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    os.umask(0o077)
    from photo_clip.adapters.chroma_collections import ChromaCollections, reason_of

    if isinstance(place, IndexServer):
        limit_memory(_MOST_OF_SERVER_MB)
    program = multiprocessing.parent_process()
    collections: ChromaCollections | None = None
    with contextlib.suppress(OSError):
        connection.send(None)  # it is there
    while True:
        try:
            method, arguments = connection.recv()
        except (EOFError, OSError):
            os._exit(0)  # whoever comes next begins anew: nothing more is to be written
        if program is not None and not program.is_alive():
            os._exit(0)  # it asked before it was killed, and whoever comes next is at work
        try:
            if collections is None:
                collections = ChromaCollections(place)
            answer = (True, getattr(collections, method)(*arguments))
        except Exception as error:  # noqa: BLE001 - Chroma lets errors of many libraries through
            answer = (False, reason_of(error))
        connection.send(answer)
