"""A process for what keeps Python to itself for long, which no window may wait for, or may end as a whole."""

import contextlib
import multiprocessing
import os
import signal
import threading
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from multiprocessing.util import Finalize
from queue import Empty, SimpleQueue
from typing import Any, Protocol

from photo_clip.core.windows_calls import settle_in, show_no_consoles

_LONGEST_START_S = 60.0
"""Importing a large library takes a second or two, and on a busy computer many times that."""
_LONGEST_END_S = 10.0
_BEFORE_ITS_LIBRARY = 10
"""At exit, multiprocessing politely ends what is left and waits for it: a process that does not hear that is ended
before."""
_ASKS, _DONE, _FAILED = range(3)
_here = threading.local()


class Work(Protocol):
    """What lives in the process; pickle sends it there."""

    def prepare(self) -> None:
        """Import what takes long."""

    def make(self) -> object:
        """Return what is called there; it is made at the first call, or once more after an error."""

    def explained(self, error: Exception) -> Exception:
        """Return what the program is to raise for an error; pickle sends it back."""


class ProcessBeside:
    """An object in a process of its own, seen from the program. So many calls are answered at once as it has lines.

    The process ends with `end`, and by itself when the program is no more or nobody knows this any longer.
    """

    def __init__(
        self, work: Work, name: str, *, lines: int = 1, longest_s: float | None = None, listener: object = None
    ) -> None:
        """`longest_s` is for one call, for ever where it is not given. `listener` is what `ask` calls."""
        context = multiprocessing.get_context("spawn")
        pipes = [context.Pipe() for _ in range(lines)]
        there = [theirs for _, theirs in pipes]
        self._process = context.Process(target=_serve, args=(work, there), name=f"photo-clip {name}", daemon=True)
        self._process.start()
        self._its_end = self._process.sentinel
        for each in there:
            each.close()
        self._is_new = {ours for ours, _ in pipes}
        self._free: SimpleQueue[Connection] = SimpleQueue()
        for ours, _ in pipes:
            self._free.put(ours)
        self._longest_s = longest_s
        self._listener = listener
        self._ending = threading.Lock()
        self._forgotten = Finalize(self, _kill, args=(self._process,), exitpriority=_BEFORE_ITS_LIBRARY)

    def call(self, method: str, *arguments: Any, longest_s: float | None = None) -> Any:
        """Call a method of the object there, and return what it returns.

        `longest_s` counts from when the process is there. Raises what the work makes of an error, EOFError or OSError
        where the process has ended, and TimeoutError where it hangs.
        """
        line = self._free.get()
        try:
            line.send((method, arguments))
            if line in self._is_new:
                self._hear(line, _LONGEST_START_S, "its process does not start")
                self._is_new.discard(line)
            limit_s = self._longest_s if longest_s is None else longest_s
            while (heard := self._hear(line, limit_s, "it does not answer"))[0] == _ASKS:
                asked, its_arguments = heard[1]
                line.send(getattr(self._listener, asked)(*its_arguments))
        except BaseException:
            line.close()  # nobody could tell what else comes by it; the process ends with it
            raise
        finally:
            self._free.put(line)
        how, result = heard
        if how == _FAILED:
            raise result
        return result

    @property
    def has_ended(self) -> bool:
        """Whether the process is no more, without having been asked to end."""
        return not self._process.is_alive()

    def end(self, wait_s: float = _LONGEST_END_S) -> None:
        """End the process, whatever it does when so many seconds are over; calls under way raise EOFError or OSError.

        Twice is once.
        """
        with self._ending:
            if not self._forgotten.still_active():
                return
            self._forgotten.cancel()
        unused = []
        with contextlib.suppress(Empty):
            while True:
                unused.append(self._free.get_nowait())
        for line in unused:
            line.close()
            self._free.put(line)  # who waits for one hears that it is closed
        if wait_s:
            self._process.join(wait_s)
        self._process.kill()
        self._process.join()
        self._process.close()

    def _hear(self, line: Connection, longest_s: float | None, otherwise: str) -> tuple[int, Any]:
        if not wait([line, self._its_end], longest_s):
            raise TimeoutError(otherwise)
        if not line.poll():  # on Windows a line stays open whose process ended before it took its other end
            raise EOFError
        heard: tuple[int, Any] = line.recv()
        return heard


def ask(method: str, *arguments: Any) -> Any:
    """In the process, while it is called: call a method of the program's listener, and return what it returns."""
    line: Connection = _here.line
    line.send((_ASKS, (method, arguments)))
    return line.recv()


def _kill(process: BaseProcess) -> None:
    process.kill()


def _serve(work: Work, lines: list[Connection]) -> None:
    """Answer calls until an other end is closed."""
    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK"):  # they are for the program, which then ends this process
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    os.umask(0o077)
    settle_in()
    show_no_consoles()
    work.prepare()
    answering = _Answering(work)
    for line in lines[1:]:
        threading.Thread(target=answering.answer, args=(line,), daemon=True).start()
    answering.answer(lines[0])


class _Answering:
    """What the process's threads have in common."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._program = multiprocessing.parent_process()
        self._making = threading.Lock()
        self._made: object = None

    def answer(self, line: Connection) -> None:
        """Answer what comes by a line; the process ends with it."""
        _here.line = line
        with contextlib.suppress(OSError):
            line.send((_DONE, None))  # it is there
        while True:
            try:
                method, arguments = line.recv()
            except (EOFError, OSError):
                os._exit(0)  # whoever comes next begins anew: nothing more is to be written
            if self._program is not None and not self._program.is_alive():
                os._exit(0)  # it asked before it was killed, and whoever comes next is at work
            try:
                answer = (_DONE, getattr(self._object(), method)(*arguments))
            except Exception as error:  # noqa: BLE001 - libraries let all kinds through
                answer = (_FAILED, self._work.explained(error))
            try:
                line.send(answer)
            except Exception:  # noqa: BLE001 - the program is gone, or waits for what cannot be sent
                os._exit(0)

    def _object(self) -> object:
        with self._making:
            if self._made is None:
                self._made = self._work.make()
            return self._made
