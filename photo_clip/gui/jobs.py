"""Runs work beside the window: the only place where threads are started."""

import logging
import threading
import time
from collections.abc import Callable, Generator
from concurrent.futures import Future, ThreadPoolExecutor
from enum import Enum
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal, Slot

from photo_clip.core.progress import Progress

_log = logging.getLogger(__name__)

_SECONDS_BETWEEN_PROGRESS = 0.1


class Lane(Enum):
    """Work of one lane is done one after another; the value is how many at a time."""

    INDEX = ("index", 1)
    """Everything that writes."""
    SEARCH = ("search", 2)
    THUMBNAILS = ("thumbnails", 2)


class Job:
    """A piece of work on a lane. Exactly one of done and failed is told, unless it is cancelled first."""

    def __init__(
        self,
        on_done: Callable[[Any], object] | None,
        on_failed: Callable[[Exception], object] | None,
        on_progress: Callable[[Progress], object] | None,
    ) -> None:
        self._on_done = on_done
        self._on_failed = on_failed
        self._on_progress = on_progress
        self._cancelled = threading.Event()
        self._going = threading.Event()
        self._going.set()
        self.future: Future[None] | None = None

    @property
    def is_cancelled(self) -> bool:
        """Whether nothing will be told of it any more."""
        return self._cancelled.is_set()

    @property
    def is_paused(self) -> bool:
        """Whether it waits to be resumed."""
        return not self._going.is_set()

    def cancel(self) -> None:
        """Tell nothing of it any more, and end it at its next step."""
        self._cancelled.set()
        self._going.set()
        if self.future is not None:
            self.future.cancel()

    def pause(self) -> None:
        """Wait before the next step of a task."""
        self._going.clear()

    def resume(self) -> None:
        """Go on after a pause."""
        self._going.set()

    def run(self, work: Callable[[], Any], tell: Callable[["Job", str, Any], None]) -> None:
        """Do the work, in a thread of its lane; a generator is driven to its end as a task."""
        if self.is_cancelled:
            return
        try:
            result = work()
            if isinstance(result, Generator):
                result = self._drive(result, tell)
        except Exception as error:  # noqa: BLE001 - whatever it is, the window says it or logs it
            tell(self, "failed", error)
        else:
            tell(self, "done", result)

    def _drive(self, task: Generator[Progress, None, Any], tell: Callable[["Job", str, Any], None]) -> Any:
        told_s, told_phase = 0.0, None
        try:
            while not self.is_cancelled:
                self._going.wait()
                try:
                    progress = next(task)
                except StopIteration as stop:
                    return stop.value
                now_s = time.monotonic()
                if progress.phase is not told_phase or now_s - told_s >= _SECONDS_BETWEEN_PROGRESS:
                    told_s, told_phase = now_s, progress.phase
                    tell(self, "progress", progress)
            return None
        finally:
            task.close()

    def hear(self, what: str, value: Any) -> None:
        """Pass on what the thread told, in the window's thread."""
        if self.is_cancelled:
            return
        if what == "progress":
            if self._on_progress is not None:
                self._on_progress(value)
        elif what == "done":
            if self._on_done is not None:
                self._on_done(value)
        elif self._on_failed is not None:
            self._on_failed(value)
        else:
            _log.error("A job failed that nobody listens to", exc_info=value)


class Jobs(QObject):
    """Starts jobs and brings what they tell into the window's thread."""

    _told = Signal(object, str, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lanes = {
            lane: ThreadPoolExecutor(lane.value[1], thread_name_prefix=f"photo-clip {lane.value[0]}") for lane in Lane
        }
        self._jobs: set[Job] = set()
        self._is_closed = False
        self._told.connect(self._hear, Qt.ConnectionType.QueuedConnection)

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
        raised. After `cancel()`, or once everything is closed, nothing is called.
        """
        job = Job(on_done, on_failed, on_progress)
        if self._is_closed:
            job.cancel()
            return job
        self._jobs.add(job)
        job.future = self._lanes[lane].submit(job.run, lambda: function(*args, **kwargs), self._told.emit)
        return job

    def close(self) -> None:
        """Cancel everything and wait for the step under way. Twice is once."""
        self._is_closed = True
        for job in list(self._jobs):
            job.cancel()
        for lane in self._lanes.values():
            lane.shutdown(wait=True, cancel_futures=True)
        self._jobs.clear()

    @Slot(object, str, object)
    def _hear(self, job: Job, what: str, value: Any) -> None:
        if what != "progress":
            self._jobs.discard(job)
        job.hear(what, value)
