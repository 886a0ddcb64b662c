"""Runs work that may crash, hang or take too much memory in processes of its own, and replaces those it ruins."""

import faulthandler
import logging
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import CancelledError, Future, InvalidStateError
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from functools import partial
from multiprocessing.context import SpawnContext, SpawnProcess
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from photo_clip.adapters.memory_limit import TOO_MUCH_MEMORY, TOOK_TOO_MUCH
from photo_clip.core.errors import PhotoClipError, PhotoClosedError, PhotoGoneError, UnreadablePhotoError

if TYPE_CHECKING:  # pebble takes a fifth of a second to import, and many runs read no photo
    from pebble import ProcessPool

_log = logging.getLogger(__name__)

Result = TypeVar("Result")

_BATCH_AHEAD = 32
"""Files worked on ahead while a batch of results is used, beside three for every process."""
_TRIES = 2
"""How often a file is tried whose process went away, as something else may have ended it."""
_LOOK_EVERY_S = 5.0
_GRACE_S = 5.0
"""A process that nobody ends when its time is over, as the program was killed, ends by itself so much later."""
_DIES_WITHIN_S = 1.0
"""A process that is killed and lives on for longer hangs in its drive, where nothing ends it but the drive's answer."""
_FILES_A_PROCESS = 2000
"""Then a fresh process takes over, so that what decoders leak is given back."""
_CRASHED = "reading it crashed the reader"


class _ProcessGoneError(Exception):
    """The process that was to do something went away, with it or before it."""

    def __init__(self, reason: str = _CRASHED) -> None:
        super().__init__(reason)
        self.reason = reason
        """A clause for people."""


class LeavableProcess(SpawnProcess):
    """A process that is killed when it is to end, as it has nothing to put in order, and that nobody waits for then.

    One that does not die is left to the system; it counts as dead here.
    """

    _is_left = False

    def terminate(self) -> None:
        self.kill()

    def join(self, timeout: float | None = None) -> None:
        if not self._is_left:
            super().join(_DIES_WITHIN_S if timeout is None else min(timeout, _DIES_WITHIN_S))
            self._is_left = super().is_alive()

    def is_alive(self) -> bool:
        return not self._is_left and super().is_alive()


class _Leavable(SpawnContext):
    Process = LeavableProcess


class GuardedPool:
    """Processes that work on files; any thread may use it. They start with the first file.

    A file whose work crashes, hangs or needs too much memory gives an UnreadablePhotoError, and
    its process is replaced. Should that not help, since one was ended from outside while it had
    nothing to do, for example, all of them are.
    """

    def __init__(
        self, processes: int, *, time_limit_s: float, prepare: Callable[..., None], preparation: tuple[object, ...]
    ) -> None:
        """`prepare` is called with `preparation` in each process before its first file. The limit is for one file."""
        self.processes = processes
        self._time_limit_s = time_limit_s
        self._prepare = prepare
        self._preparation = preparation
        self._lock = Lock()
        self._pool: ProcessPool | None = None
        self._open: set[Future[Any]] = set()
        self._has_worked = False
        self._closed = False

    def each(
        self, function: Callable[..., Result], paths: Iterable[Path], *arguments: object
    ) -> Iterator[tuple[Path, Result | UnreadablePhotoError]]:
        """Yield what `function` returns for each path, in order, working a bounded number ahead.

        `function` gets the path and `arguments`; it, they and its result must be picklable.
        """
        self._check()
        ahead = _WorkAhead(self, function, arguments)
        asked: deque[tuple[Path, Future[Result]]] = deque()
        waiting = iter(paths)
        try:
            while True:
                while len(asked) < _BATCH_AHEAD + 3 * self.processes and (path := next(waiting, None)) is not None:
                    asked.append((path, ahead.ask(path)))
                if not asked:
                    return
                path, future = asked.popleft()
                outcome = self._outcome(future, function, path, *arguments)
                yield path, outcome
        finally:
            ahead.stop()

    def one(self, function: Callable[..., Result], *arguments: object) -> Result:
        """Return what `function` returns for `arguments`. Raises UnreadablePhotoError."""
        return self._tried(_TRIES, function, *arguments)

    def close(self) -> None:
        """End the processes; what they were asked for ends with CancelledError."""
        with self._lock:
            self._closed = True
            pool, self._pool = self._pool, None
            left = tuple(self._open)
        if pool is not None:
            self._end(pool, left, CancelledError())

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
                work = (self._time_limit_s + _GRACE_S, function, *arguments)
                future = self._pool.schedule(_in_time, args=work, timeout=self._time_limit_s)
            except RuntimeError:  # it broke since the last look
                future = Future()
                future.set_exception(BrokenProcessPool())
                return future
            self._open.add(future)
        future.add_done_callback(self._forget)
        return future

    def _outcome(
        self, future: Future[Result], function: Callable[..., Result], *arguments: object
    ) -> Result | UnreadablePhotoError:
        try:
            try:
                return self._result(future)
            except _ProcessGoneError:
                return self._tried(_TRIES - 1, function, *arguments)
        except UnreadablePhotoError as error:
            return error

    def _tried(self, times: int, function: Callable[..., Result], *arguments: object) -> Result:
        reason = _CRASHED
        for _ in range(times):
            self._check()
            try:
                return self._result(self.schedule(function, arguments))
            except _ProcessGoneError as gone:
                reason = gone.reason
        if self._has_worked:
            raise UnreadablePhotoError(reason)
        raise PhotoClipError(
            "The processes that read photos cannot be started.",
            advice="Restart the computer; if that does not help, raise the memory a reader may take in the settings.",
        )

    def _result(self, future: Future[Result]) -> Result:
        """Wait for a result. Raises UnreadablePhotoError, or _ProcessGoneError where nobody can tell."""
        from pebble import ProcessExpired

        while not future.done():
            with suppress(TimeoutError):
                future.exception(_LOOK_EVERY_S)
            self._check()
        error = future.exception()
        if error is None:
            return future.result()
        if isinstance(error, UnreadablePhotoError):
            raise error
        if isinstance(error, ProcessExpired) and error.exitcode == TOOK_TOO_MUCH:
            raise _ProcessGoneError(TOO_MUCH_MEMORY) from error  # files before it may have left some behind
        if isinstance(error, BrokenProcessPool | ProcessExpired):
            raise _ProcessGoneError from error
        raise self._explained(error) from error

    def _explained(self, error: BaseException) -> UnreadablePhotoError:
        if isinstance(error, TimeoutError):
            return PhotoClosedError(f"it took longer than {self._time_limit_s:g} s to read")
        if isinstance(error, MemoryError):
            return UnreadablePhotoError(TOO_MUCH_MEMORY)
        if isinstance(error, CancelledError):
            return PhotoGoneError("the program was closed while it was read")
        _log.error("A photo could not be read because of a mistake in the program", exc_info=error)
        return UnreadablePhotoError("a mistake in this program kept it from being read")

    def _check(self) -> None:
        """Replace the processes if they cannot go on; what they were asked for ends with BrokenProcessPool.

        One of them may have been ended from outside while it had nothing to do, for example.
        """
        with self._lock:
            if self._pool is None or self._pool.active:
                return
            broken, self._pool = self._pool, None
            left = tuple(self._open)
        self._end(broken, left, BrokenProcessPool())

    def _start(self) -> "ProcessPool":
        from pebble import ProcessPool

        return ProcessPool(
            max_workers=self.processes,
            max_tasks=_FILES_A_PROCESS,
            initializer=self._prepare,
            initargs=self._preparation,
            context=_Leavable(),
        )

    def _end(self, pool: "ProcessPool", left: Iterable[Future[Any]], error: BaseException) -> None:
        pool.stop()  # type: ignore[no-untyped-call]
        pool.join()
        for future in left:
            with suppress(InvalidStateError):  # it ended on its own
                future.set_exception(error)

    def _forget(self, future: Future[Any]) -> None:
        with self._lock:
            self._open.discard(future)
            if not isinstance(future.exception(), BrokenProcessPool | CancelledError):
                self._has_worked = True


class _WorkAhead(Generic[Result]):
    """Keeps a pool busy with the files asked for, giving it few at a time, so that the rest can be forgotten."""

    def __init__(self, pool: GuardedPool, function: Callable[..., Result], arguments: tuple[object, ...]) -> None:
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


def _in_time(end_after_s: float, function: Callable[..., Result], *arguments: object) -> Result:
    """Call `function`, in its process, which ends if that takes too long.

    It may hang in a decoder, where neither Python nor a signal handler runs any more.
    """
    with open(os.devnull, "w") as nowhere:  # noqa: PTH123
        faulthandler.dump_traceback_later(end_after_s, exit=True, file=nowhere)
        try:
            return function(*arguments)
        finally:
            faulthandler.cancel_dump_traceback_later()
