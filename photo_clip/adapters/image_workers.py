"""Reads photos in processes of their own, with a time and a memory limit, so that a bad file harms nothing else."""

import contextlib
import multiprocessing
import os
import signal
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import CancelledError
from concurrent.futures import TimeoutError as FutureTimeoutError
from pathlib import Path
from threading import Lock
from typing import TypeVar

from pebble import ProcessExpired, ProcessFuture, ProcessPool

from photo_clip.core.errors import UnreadablePhotoError
from photo_clip.core.ports import ReadPhoto, RgbImage, SquareSpec

Result = TypeVar("Result")

_AHEAD = 48
"""Photos read before they are asked for: a batch being embedded, and enough for every process."""
_MOST_PROCESSES = 8


class ImageWorkers:
    """Keeps the `PhotoReader` contract; any thread may use it. The processes start with the first photo."""

    def __init__(self, *, time_limit_s: float, memory_limit_mb: int, processes: int = 0) -> None:
        """Limits are per photo and per process; 0 processes lets the number of cores decide."""
        self._time_limit_s = time_limit_s
        self._memory_limit_mb = memory_limit_mb
        self._processes = processes or min(os.cpu_count() or 1, _MOST_PROCESSES)
        self._lock = Lock()
        self._pools: dict[str, ProcessPool] = {}
        self._closed = False

    def read(
        self, paths: Iterable[Path], square: SquareSpec
    ) -> Iterator[tuple[Path, ReadPhoto | UnreadablePhotoError]]:
        return self._each(paths, _read, square)

    def hashes(self, paths: Iterable[Path]) -> Iterator[tuple[Path, str | UnreadablePhotoError]]:
        return self._each(paths, _hash)

    def thumbnail(self, path: Path) -> bytes:
        return self._one(_thumbnail, path)

    def view(self, path: Path, max_side_px: int) -> RgbImage:
        return self._one(_view, path, max_side_px)

    def close(self) -> None:
        with self._lock:
            self._closed = True
            pools, self._pools = self._pools, {}
        for pool in pools.values():
            pool.stop()  # type: ignore[no-untyped-call]
        for pool in pools.values():
            pool.join()

    def _each(
        self, paths: Iterable[Path], function: Callable[..., Result], *arguments: object
    ) -> Iterator[tuple[Path, Result | UnreadablePhotoError]]:
        pool = self._pool("indexing", self._processes)
        running: deque[tuple[Path, ProcessFuture[Result]]] = deque()
        waiting = iter(paths)
        try:
            while True:
                while len(running) < _AHEAD and (path := next(waiting, None)) is not None:
                    future = pool.schedule(function, args=(path, *arguments), timeout=self._time_limit_s)
                    running.append((path, future))
                if not running:
                    return
                path, future = running.popleft()
                try:
                    result: Result | UnreadablePhotoError = self._result(future)
                except UnreadablePhotoError as error:
                    result = error
                yield path, result
        finally:
            for _, future in running:
                if not future.running():  # cancelling one that runs would kill its process
                    future.cancel()  # type: ignore[no-untyped-call]

    def _one(self, function: Callable[..., Result], *arguments: object) -> Result:
        """Run what the window waits for, in a process that indexing does not use."""
        future = self._pool("looking", 1).schedule(function, args=arguments, timeout=self._time_limit_s)
        return self._result(future)

    def _result(self, future: ProcessFuture[Result]) -> Result:
        try:
            return future.result()
        except FutureTimeoutError as error:
            raise UnreadablePhotoError(f"reading it takes longer than {self._time_limit_s:g} s") from error
        except ProcessExpired as error:
            raise UnreadablePhotoError("reading it makes the reader crash") from error
        except MemoryError as error:
            raise UnreadablePhotoError("reading it needs more memory than is allowed") from error
        except CancelledError as error:
            raise UnreadablePhotoError("the program was closed while it was read") from error

    def _pool(self, purpose: str, processes: int) -> ProcessPool:
        with self._lock:
            if self._closed:
                raise RuntimeError("the reading processes were ended")
            if purpose not in self._pools:
                self._pools[purpose] = ProcessPool(
                    max_workers=processes,
                    initializer=_prepare_process,
                    initargs=(self._memory_limit_mb,),
                    context=multiprocessing.get_context("spawn"),
                )
            return self._pools[purpose]


def _prepare_process(memory_limit_mb: int) -> None:
    """Make this process one that reads photos and nothing else."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for the program, which then ends this process
    os.umask(0o077)
    if sys.platform != "win32":
        import resource

        with contextlib.suppress(OSError):
            os.nice(5)
        with contextlib.suppress(OSError, ValueError):
            limit = memory_limit_mb * 1024 * 1024
            resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # What decoders write to standard error about bad files is no message for anyone.
    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, 2)
    os.close(quiet)


def _read(path: Path, square: SquareSpec) -> ReadPhoto:
    from photo_clip.adapters.images import read_photo

    return read_photo(path, square)


def _hash(path: Path) -> str:
    from photo_clip.adapters.images import hash_photo

    return hash_photo(path)


def _thumbnail(path: Path) -> bytes:
    from photo_clip.adapters.images import read_thumbnail

    return read_thumbnail(path)


def _view(path: Path, max_side_px: int) -> RgbImage:
    from photo_clip.adapters.images import read_view

    return read_view(path, max_side_px)
