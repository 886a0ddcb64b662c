"""Asks drives what may never be answered: a server that went away holds a question, and nothing ends that."""

import errno
import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import CancelledError
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

Answer = TypeVar("Answer")

ANSWER_TIME_S = 60.0
"""For one question, or from one answer to the next: longer than a server takes to wake its disks."""
_TOGETHER_S = 0.02
"""What is answered so soon after another is told with it: to hand on an answer takes as long as to have it."""


class Asker:
    """Asks in threads of its own, which are left behind where no answer comes; any thread may use it.

    Nothing else is asked about a place, or what is below it, while a question about it hangs: so no more threads are
    left than there are places.
    """

    def __init__(self, answer_time_s: float = ANSWER_TIME_S) -> None:
        self._answer_time_s = answer_time_s
        self._lock = threading.Lock()
        self._hanging: dict[Path, threading.Thread] = {}
        self._waiting: set[SimpleQueue[tuple[str, Any]]] = set()
        self._is_closed = False

    def close(self) -> None:
        """Ask nothing any more; who waits for an answer, or asks from now on, gets CancelledError."""
        with self._lock:
            self._is_closed = True
            for told in self._waiting:
                told.put(("raised", CancelledError()))

    def ask(self, place: Path, question: Callable[..., Answer], *arguments: object) -> Answer:
        """Return what `question` returns for `arguments`, about what is at or below a place; raise what it raises.

        Raises TimeoutError, which is an OSError, where no answer comes in time.
        """
        return next(self.each(place, (question(*each) for each in (arguments,))))

    def each(self, place: Path, answers: Iterable[Answer]) -> Iterator[Answer]:
        """Yield what is asked for one after another, as `ask` does; it is asked for ahead of its use."""
        if self.is_silent(place):
            raise _silence(place)
        told: SimpleQueue[tuple[str, Any]] = SimpleQueue()
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
                        self._hanging[place] = asking
                    raise _silence(place) from None
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
            self._hanging = {each: thread for each, thread in self._hanging.items() if thread.is_alive()}
            return any(place.is_relative_to(each) for each in self._hanging)

    def _told(self, _asking: threading.Thread, told: "SimpleQueue[tuple[str, Any]]") -> tuple[str, Any]:
        """Return what a thread tells next. Raises Empty where it tells nothing in time."""
        return told.get(timeout=self._answer_time_s)


def _silence(place: Path) -> TimeoutError:
    return TimeoutError(errno.ETIMEDOUT, os.strerror(errno.ETIMEDOUT), str(place))


def _ask(answers: Iterable[object], told: "SimpleQueue[tuple[str, Any]]", is_over: threading.Event) -> None:
    some: list[object] = []
    told_s = time.monotonic()
    try:
        for answer in answers:
            some.append(answer)
            if is_over.is_set():
                return
            if time.monotonic() - told_s >= _TOGETHER_S:
                told.put(("answers", some))
                some, told_s = [], time.monotonic()
        told.put(("ended", some))
    except Exception as error:  # noqa: BLE001 - it is raised where the answer is waited for
        told.put(("answers", some))
        told.put(("raised", error))
