"""Asks drives what may never be answered: a server that went away holds a question, and nothing ends that."""

import errno
import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import CancelledError
from contextlib import suppress
from pathlib import Path
from queue import Empty, Full, Queue
from typing import Any, TypeVar

Answer = TypeVar("Answer")

ANSWER_TIME_S = 60.0
"""For one question, or from one answer to the next: longer than a server takes to wake its disks."""
_TOGETHER_S, _AHEAD = 0.02, 64
"""What is answered so soon after another is told with it, as to hand on an answer takes as long as to have it; and how
often is told what nobody has taken yet."""
SEE_TO_DRIVE = "See whether it, or the computer it is on, is switched on and connected."
"""What people can do about a drive that does not answer."""
_LOOK_EVERY_S = 0.5
_ASK_ANEW_S = 600.0
"""Another drive may be at a place by then, where what was asked of the former one is never answered."""

_Told = Queue[tuple[str, Any]]
"""What a thread tells: what it is, and the answers or the error."""


class Asker:
    """Asks in threads of its own, which are left behind where no answer comes; any thread may use it.

    Nothing else is asked about a place, or what is below it, while a question about it hangs, but for one now and then:
    so few threads are left behind.
    """

    def __init__(self, answer_time_s: float = ANSWER_TIME_S) -> None:
        self._answer_time_s = answer_time_s
        self._lock = threading.RLock()  # what the collector finishes while it is held takes it again
        self._hanging: dict[Path, tuple[threading.Thread, float]] = {}
        """What hangs by its place, and when it was given up, monotonic seconds."""
        self._waiting: set[_Told] = set()
        self._is_closed = False

    def beside(self) -> "Asker":
        """Return one that knows of every place that does not answer here, as this one does there, and is not closed
        with this one."""
        other = Asker(self._answer_time_s)
        other._lock, other._hanging = self._lock, self._hanging
        return other

    def close(self) -> None:
        """Ask nothing any more; who waits for an answer, or asks from now on, gets CancelledError."""
        with self._lock:
            self._is_closed = True
            for told in self._waiting:
                with suppress(Full):  # then nobody waits
                    told.put_nowait(("raised", CancelledError()))

    def ask(self, place: Path, question: Callable[..., Answer], *arguments: object) -> Answer:
        """Return what `question` returns for `arguments`, about what is at or below a place; raise what it raises.

        Raises TimeoutError, which is an OSError, where no answer comes in time.
        """
        return next(self.each(place, (question(*each) for each in (arguments,))))

    def each(self, place: Path, answers: Iterable[Answer]) -> Iterator[Answer]:
        """Yield what is asked for one after another, as `ask` does; it is asked for ahead of its use."""
        if self.is_silent(place):
            raise _silence(place)
        told = _Told(_AHEAD)
        with self._lock:
            if self._is_closed:
                raise CancelledError
            self._waiting.add(told)
        is_over = threading.Event()
        asking = threading.Thread(
            target=_ask, args=(answers, told, is_over), name=f"photo-clip asks {place}", daemon=True
        )
        asking.start()
        try:
            while True:
                try:
                    what, answer = self._told(asking, told)
                except Empty:
                    with self._lock:
                        self._hanging[place] = asking, time.monotonic()
                    raise _silence(place) from None
                if self._is_closed:
                    raise CancelledError
                if what == "raised":
                    raise answer
                yield from answer
                if what == "ended":
                    return
        finally:
            is_over.set()
            with self._lock:
                self._waiting.discard(told)

    def is_silent(self, place: Path) -> bool:
        """Whether a question about a place, or about what is around it, still hangs."""
        with self._lock:
            for each, (thread, given_up_s) in list(self._hanging.items()):
                if not thread.is_alive() or time.monotonic() - given_up_s >= _ASK_ANEW_S:
                    del self._hanging[each]
            return any(place.is_relative_to(each) for each in self._hanging)

    def _told(self, _asking: threading.Thread, told: _Told) -> tuple[str, Any]:
        """Return what a thread tells next. Raises Empty where it tells nothing in time."""
        return told.get(timeout=self._answer_time_s)


def _silence(place: Path) -> TimeoutError:
    return TimeoutError(errno.ETIMEDOUT, os.strerror(errno.ETIMEDOUT), str(place))


def _ask(answers: Iterable[object], told: _Told, is_over: threading.Event) -> None:
    def tell(what: str, value: object) -> None:
        while not is_over.is_set():
            with suppress(Full):
                told.put((what, value), timeout=_LOOK_EVERY_S)
                return

    some: list[object] = []
    told_s = time.monotonic()
    try:
        for answer in answers:
            some.append(answer)
            if is_over.is_set():
                return
            if time.monotonic() - told_s >= _TOGETHER_S:
                tell("answers", some)
                some, told_s = [], time.monotonic()
        tell("ended", some)
    except Exception as error:  # noqa: BLE001 - it is raised where the answer is waited for
        tell("answers", some)
        tell("raised", error)
