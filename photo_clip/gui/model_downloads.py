"""The downloads of models that are under way."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from photo_clip.core.models import ModelSource
from photo_clip.core.progress import Progress, Task
from photo_clip.gui.download_pace import DownloadPace
from photo_clip.gui.jobs import Job, Jobs, Lane


class ModelDownloads(QObject):
    """Runs downloads one after another. A pause ends one; what came is kept, and the next begins there."""

    changed = Signal()
    """One came further."""
    ended = Signal()
    """One came to its end, was stopped, or failed: the files on the disk are others."""
    failed = Signal(object)

    def __init__(self, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._under_way: dict[ModelSource, tuple[Job, DownloadPace]] = {}

    def pace_of(self, source: ModelSource) -> DownloadPace | None:
        """Return how fast a model comes; None while it does not."""
        found = self._under_way.get(source)
        return None if found is None else found[1]

    def start(self, source: ModelSource, task: Callable[[], Task[None]]) -> None:
        """Fetch a model by a task; one that is being fetched already is left alone."""
        if source in self._under_way:
            return
        pace = DownloadPace()

        def hear(progress: Progress) -> None:
            pace.hear(progress)
            self.changed.emit()

        def end() -> None:
            del self._under_way[source]
            self.ended.emit()

        def fail(error: Exception) -> None:
            end()
            self.failed.emit(error)

        job = self._jobs.start(Lane.DOWNLOADS, task, on_done=lambda _: end(), on_failed=fail, on_progress=hear)
        self._under_way[source] = job, pace
        self.changed.emit()

    def stop(self, source: ModelSource, then: Callable[[], object] | None = None) -> None:
        """End a download that may be under way, then do something in the background when its last step is over."""
        if source in self._under_way:
            job, _ = self._under_way.pop(source)
            job.cancel()
            self.changed.emit()
        # behind the download on its lane, so that it has let go of its files
        self._jobs.start(
            Lane.DOWNLOADS, then or (lambda: None), on_done=lambda _: self.ended.emit(), on_failed=self.failed.emit
        )
