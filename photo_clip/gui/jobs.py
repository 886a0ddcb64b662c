"""Runs work beside the window: the only place where threads are started."""

import logging
import threading
import time
from collections.abc import Callable, Generator
from contextlib import suppress
from enum import Enum
from queue import SimpleQueue
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal, Slot

from photo_clip.core.progress import Progress

_log = logging.getLogger(__name__)

_BETWEEN_PROGRESS_S = 0.1
_LONGEST_STEP_S = 40.0
"""How long closing waits for the step under way: longer than a photo may take to be read."""


class Lane(Enum):
    """Work of one lane is begun in the order it came; the value is how many pieces of it are done at a time."""

    INDEX = ("index", 1)
    """Everything that writes."""
    SEARCH = ("search", 2)
    """What somebody waits for."""
    DECISIONS = ("decisions", 1)
    """What people decide, one after another, so that it can be undone in that order."""
    THUMBNAILS = ("thumbnails", 2)
    DOWNLOADS = ("downloads", 1)
    """What takes as long as the network does."""
    PRESENCE = ("presence", 1)
    """What takes as long as a drive that may not answer at all."""


_LEFT_BEHIND_AFTER_S = {Lane.DOWNLOADS: 0.5, Lane.PRESENCE: 1.0}
"""How long closing waits for a connection, whose download goes on another time with what came, and for a drive."""


class Job:
    """A piece of work on a lane. Exactly one of done and failed is told, unless it is cancelled first.

    It belongs to the window's thread; a lane's thread calls `run` alone.
    """

    def __init__(
        self,
        work: Callable[[], Any],
        on_done: Callable[[Any], object] | None,
        on_failed: Callable[[Exception], object],
        on_progress: Callable[[Progress], object] | None,
    ) -> None:
        self._work = work
        self._on_done = on_done
        self._on_failed = on_failed
        self._on_progress = on_progress
        self._cancelled = threading.Event()
        self._going = threading.Event()
        self._going.set()
        self._has_begun = False

    @property
    def has_begun(self) -> bool:
        """Whether its lane has come to it; one that has not can be cancelled at no cost."""
        return self._has_begun

    @property
    def is_cancelled(self) -> bool:
        """Whether nothing will be told of it any more."""
        return self._cancelled.is_set()

    def cancel(self) -> None:
        """Tell nothing of it any more, and end it at its next step; one that was not begun never is."""
        self._cancelled.set()
        self._going.set()

    def pause(self) -> None:
        """Wait before the next step of a task; what is no task goes on."""
        self._going.clear()

    def resume(self) -> None:
        """Go on after a pause."""
        self._going.set()

    def run(self, tell: Callable[["Job", str, Any], None]) -> None:
        """Do the work, in a thread of its lane; a generator is driven to its end as a task."""
        if self.is_cancelled:
            tell(self, "done", None)
            return
        self._has_begun = True
        try:
            result = self._work()
            if isinstance(result, Generator):
                result = self._drive(result, tell)
        except Exception as error:  # noqa: BLE001 - whatever it is, somebody hears of it
            tell(self, "failed", error)
        else:
            tell(self, "done", result)

    def hear(self, what: str, value: Any) -> None:
        """Pass on what the lane's thread told, in the window's thread."""
        if self.is_cancelled:
            if what == "failed":
                _log.info("A cancelled job failed", exc_info=value)
            return
        if what == "failed":
            self._on_failed(value)
        elif what == "done" and self._on_done is not None:
            self._on_done(value)
        elif what == "progress" and self._on_progress is not None:
            self._on_progress(value)

    def _drive(self, task: Generator[Progress, None, Any], tell: Callable[["Job", str, Any], None]) -> Any:
        told_s, told_phase = 0.0, None
        try:
            while True:
                self._going.wait()
                if self.is_cancelled:
                    return None
                try:
                    progress = next(task)
                except StopIteration as stop:
                    return stop.value
                now_s = time.monotonic()
                if progress.phase is not told_phase or now_s - told_s >= _BETWEEN_PROGRESS_S:
                    told_s, told_phase = now_s, progress.phase
                    tell(self, "progress", progress)
        finally:
            task.close()


class Jobs(QObject):
    """Starts jobs and brings what they tell into the window's thread."""

    failed_unheard = Signal(object)
    """What was raised by a job that was started without `on_failed`."""
    _told = Signal(object, str, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._waiting: dict[Lane, SimpleQueue[Job | None]] = {lane: SimpleQueue() for lane in Lane}
        self._jobs: set[Job] = set()
        self._is_closed = False
        self._told.connect(self._hear, Qt.ConnectionType.QueuedConnection)
        # Daemons, so that one that hangs in a drive that went away cannot keep the program from ending.
        self._threads = [
            (threading.Thread(target=self._work_on, args=(queue,), name=f"photo-clip {name}", daemon=True), lane)
            for lane, queue in self._waiting.items()
            for name, count in [lane.value]
            for _ in range(count)
        ]
        for thread, _ in self._threads:
            thread.start()

    def start(
        self,
        lane: Lane,
        function: Callable[..., Any],
        *args: Any,
        on_done: Callable[[Any], object] | None = None,
        on_failed: Callable[[Exception], object] | None = None,
        on_progress: Callable[[Progress], object] | None = None,
        **kwargs: Any,
    ) -> Job:
        """Call `function` on a lane; if it returns a task, run that to its end.

        The callbacks are called in the window's thread: `on_done` with the result, or `on_failed` with what was
        raised; progress is told at most ten times a second, and when a phase begins. After `cancel()`, or once
        everything is closed, nothing is called.
        """
        job = Job(lambda: function(*args, **kwargs), on_done, on_failed or self.failed_unheard.emit, on_progress)
        if self._is_closed:
            job.cancel()
        else:
            self._jobs.add(job)
            self._waiting[lane].put(job)
        return job

    def cancel_all(self) -> None:
        """Begin nothing any more, and end what is under way at its next step."""
        self._is_closed = True
        for job in self._jobs:
            job.cancel()
        self._jobs.clear()

    def close(self, wait_s: float = _LONGEST_STEP_S) -> bool:
        """Cancel everything, wait for the steps under way, and return whether they ended in time. Twice is once.

        What may wait for others who do not answer is given a moment, and then left behind.
        """
        self.cancel_all()
        for lane in Lane:
            for _ in range(lane.value[1]):
                self._waiting[lane].put(None)
        begun_s = time.monotonic()
        for thread, lane in self._threads:
            most_s = min(wait_s, _LEFT_BEHIND_AFTER_S.get(lane, wait_s))
            thread.join(max(0.0, begun_s + most_s - time.monotonic()))
        left = [thread.name for thread, lane in self._threads if thread.is_alive() and lane not in _LEFT_BEHIND_AFTER_S]
        if left:
            _log.error("Work did not end in %d s: %s", wait_s, ", ".join(left))
        return not left

    def _work_on(self, waiting: "SimpleQueue[Job | None]") -> None:
        while (job := waiting.get()) is not None:
            job.run(self._tell)

    def _tell(self, job: Job, what: str, value: Any) -> None:
        with suppress(RuntimeError):  # the window is gone, and nobody listens any more
            self._told.emit(job, what, value)

    @Slot(object, str, object)
    def _hear(self, job: Job, what: str, value: Any) -> None:
        if what != "progress":
            self._jobs.discard(job)
        job.hear(what, value)
