"""Reads photos in processes of their own, with a time and a memory limit, so that a bad file harms nothing else."""

import logging
import multiprocessing
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import CancelledError, Future, InvalidStateError
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from functools import partial
from pathlib import Path
from threading import Lock
from typing import Any, Generic, TypeVar

from pebble import ProcessExpired, ProcessPool

from photo_clip.adapters import reading_process
from photo_clip.core.errors import PhotoClipError, PhotoGoneError, UnreadablePhotoError
from photo_clip.core.ports import ReadPhoto, RgbImage, SquareSpec

_log = logging.getLogger(__name__)

Result = TypeVar("Result")

_MOST_PROCESSES = 8
_BATCH_AHEAD = 32
"""Photos read ahead while a batch is embedded, beside three for every process."""
_TRIES = 3
"""How often a photo is tried whose process went away before it began."""
_LOOK_EVERY_S = 5.0
_FILES_A_PROCESS = 2000
"""Then a fresh process takes over, so that what decoders leak is given back."""


class ImageWorkers:
    """Keeps the `PhotoReader` contract; any thread may use it.

    Two pools of processes start when they are first needed: one for indexing, one for what the
    window waits for, which therefore never queues behind the indexing.
    """

    def __init__(self, *, time_limit_s: float, memory_limit_mb: int, processes: int = 0) -> None:
        """Limits are per photo and per process; 0 processes lets the number of cores decide."""
        self._time_limit_s = time_limit_s
        count = processes or min(_usable_cores(), _MOST_PROCESSES)
        self._indexing = _Pool(count, time_limit_s, memory_limit_mb, in_background=True)
        self._looking = _Pool(1, time_limit_s, memory_limit_mb, in_background=False)
        self._ahead = _BATCH_AHEAD + 3 * count

    def read(
        self, paths: Iterable[Path], square: SquareSpec
    ) -> Iterator[tuple[Path, ReadPhoto | UnreadablePhotoError]]:
        return self._each(paths, reading_process.read, square)

    def hashes(self, paths: Iterable[Path]) -> Iterator[tuple[Path, str | UnreadablePhotoError]]:
        return self._each(paths, reading_process.hash_of)

    def thumbnail(self, path: Path) -> bytes:
        return self._one(self._looking, reading_process.thumbnail, path)

    def view(self, path: Path, max_side_px: int) -> RgbImage:
        return self._one(self._looking, reading_process.view, path, max_side_px)

    def close(self) -> None:
        self._indexing.close()
        self._looking.close()

    def _each(
        self, paths: Iterable[Path], function: Callable[..., Result], *arguments: object
    ) -> Iterator[tuple[Path, Result | UnreadablePhotoError]]:
        self._indexing.check()
        ahead = _ReadAhead(self._indexing, function, arguments)
        asked: deque[tuple[Path, Future[Result]]] = deque()
        waiting = iter(paths)
        try:
            while True:
                while len(asked) < self._ahead and (path := next(waiting, None)) is not None:
                    asked.append((path, ahead.ask(path)))
                if not asked:
                    return
                path, future = asked.popleft()
                try:
                    result: Result | UnreadablePhotoError = self._result(self._indexing, future)
                except UnreadablePhotoError as error:
                    result = error
                except BrokenProcessPool:
                    result = self._again(path, function, *arguments)
                yield path, result
        finally:
            ahead.stop()

    def _again(self, path: Path, function: Callable[..., Result], *arguments: object) -> Result | UnreadablePhotoError:
        try:
            return self._one(self._indexing, function, path, *arguments)
        except UnreadablePhotoError as error:
            return error

    def _one(self, pool: "_Pool", function: Callable[..., Result], *arguments: object) -> Result:
        for _ in range(_TRIES):
            pool.check()
            with suppress(BrokenProcessPool):
                return self._result(pool, pool.schedule(function, arguments))
        if pool.has_worked:
            raise UnreadablePhotoError("reading it crashed the reader")
        raise PhotoClipError(
            "The processes that read photos cannot be started.",
            advice="Restart the computer; if that does not help, raise the memory a reader may take in the settings.",
        )

    def _result(self, pool: "_Pool", future: Future[Result]) -> Result:
        """Wait for a photo. Raises UnreadablePhotoError, or BrokenProcessPool if nobody has tried to read it."""
        while not future.done():
            with suppress(TimeoutError):
                future.exception(_LOOK_EVERY_S)
            pool.check()
        error = future.exception()
        if error is None:
            return future.result()
        if isinstance(error, UnreadablePhotoError | BrokenProcessPool):
            raise error
        raise self._explained(error) from error

    def _explained(self, error: BaseException) -> UnreadablePhotoError:
        if isinstance(error, TimeoutError):
            return UnreadablePhotoError(f"it took longer than {self._time_limit_s:g} s to read")
        if isinstance(error, ProcessExpired):
            return UnreadablePhotoError("reading it crashed the reader")
        if isinstance(error, MemoryError):
            return UnreadablePhotoError("reading it needs more memory than allowed")
        if isinstance(error, CancelledError):
            return PhotoGoneError("the program was closed while it was read")
        _log.error("A photo could not be read because of a mistake in the program", exc_info=error)
        return UnreadablePhotoError("a mistake in this program kept it from being read")


class _ReadAhead(Generic[Result]):
    """Keeps a pool busy with the files asked for, giving it few at a time, so that the rest can be forgotten."""

    def __init__(self, pool: "_Pool", function: Callable[..., Result], arguments: tuple[object, ...]) -> None:
        self._pool = pool
        self._function = function
        self._arguments = arguments
        self._lock = Lock()
        self._queued: deque[tuple[Path, Future[Result]]] = deque()
        self._given = 0

    def ask(self, path: Path) -> Future[Result]:
        future: Future[Result] = Future()
        with self._lock:
            self._queued.append((path, future))
        self._give()
        return future

    def stop(self) -> None:
        """Forget what has not been begun. What has been is read to its end, as ending it would end its process."""
        with self._lock:
            self._queued.clear()

    def _give(self) -> None:
        while True:
            with self._lock:
                if not self._queued or self._given >= 2 * self._pool.processes:
                    return
                path, future = self._queued.popleft()
                self._given += 1
            self._pool.schedule(self._function, (path, *self._arguments)).add_done_callback(partial(self._take, future))

    def _take(self, future: "Future[Result]", done: "Future[Result]") -> None:
        with self._lock:
            self._given -= 1
        self._give()
        error = CancelledError() if done.cancelled() else done.exception()
        if error is None:
            future.set_result(done.result())
        else:
            future.set_exception(error)


class _Pool:
    """Processes that are replaced when they end, and as a whole when that cannot be told from where they stood."""

    def __init__(self, processes: int, time_limit_s: float, memory_limit_mb: int, *, in_background: bool) -> None:
        self.processes = processes
        self.has_worked = False
        self._time_limit_s = time_limit_s
        self._preparation = (time_limit_s, memory_limit_mb, in_background)
        self._lock = Lock()
        self._pool: ProcessPool | None = None
        self._open: set[Future[Any]] = set()
        self._closed = False

    def schedule(self, function: Callable[..., Result], arguments: tuple[object, ...]) -> Future[Result]:
        """Have `function` called in a process; the future may also end with BrokenProcessPool or CancelledError."""
        with self._lock:
            future: Future[Result]
            if self._closed:
                future = Future()
                future.set_exception(CancelledError())
                return future
            try:
                if self._pool is None:
                    self._pool = self._start()
                future = self._pool.schedule(function, args=arguments, timeout=self._time_limit_s)
            except RuntimeError:  # it broke since the last look
                future = Future()
                future.set_exception(BrokenProcessPool())
                return future
            self._open.add(future)
        future.add_done_callback(self._forget)
        return future

    def check(self) -> None:
        """Replace the processes if they cannot go on; what they were asked for ends with BrokenProcessPool.

        One of them may have been ended from outside while it had nothing to do, for example.
        """
        with self._lock:
            if self._pool is None or self._pool.active:
                return
            broken, self._pool = self._pool, None
            left = tuple(self._open)
        self._end(broken, left, BrokenProcessPool())

    def close(self) -> None:
        """End the processes; what they were asked for ends with CancelledError."""
        with self._lock:
            self._closed = True
            pool, self._pool = self._pool, None
            left = tuple(self._open)
        if pool is not None:
            self._end(pool, left, CancelledError())

    def _start(self) -> ProcessPool:
        return ProcessPool(
            max_workers=self.processes,
            max_tasks=_FILES_A_PROCESS,
            initializer=reading_process.prepare,
            initargs=self._preparation,
            context=multiprocessing.get_context("spawn"),
        )

    def _end(self, pool: ProcessPool, left: Iterable[Future[Any]], error: BaseException) -> None:
        pool.stop()  # type: ignore[no-untyped-call]
        pool.join()
        for future in left:
            with suppress(InvalidStateError):  # it ended on its own
                future.set_exception(error)

    def _forget(self, future: Future[Any]) -> None:
        with self._lock:
            self._open.discard(future)
            if not future.cancelled() and future.exception() is None:
                self.has_worked = True


def _usable_cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
