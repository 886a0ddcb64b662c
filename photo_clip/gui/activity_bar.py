"""The line at the bottom: what the program is doing, how long that will take, and what it could not use."""

import time
from collections import deque

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QWidget

from photo_clip.core.ports import Counts
from photo_clip.core.progress import Phase, Progress
from photo_clip.gui.buttons import push_button, tool_button

_WORDS = {
    Phase.LOOKING: "Looking for photos",
    Phase.EMBEDDING: "Embedding",
    Phase.LEVELLING: "Updating the search index",
    Phase.DOWNLOADING: "Downloading",
    Phase.TRYING: "Trying the model",
}
_SPEED_OVER_S = 20.0
_TRUSTED_AFTER_S = 3.0


class ActivityBar(QWidget):
    """Shows progress with speed and time left, a button to pause, and the number of skipped photos."""

    pause_wanted = Signal(bool)
    skipped_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._said = QLabel("Opening the library …")
        self._said.setAccessibleName("Activity")
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setFixedWidth(200)
        self._bar.setAccessibleName("Progress")
        self._pause = tool_button("Pause", "Pause indexing", self._toggle)
        self._skipped = push_button("", self.skipped_wanted.emit)
        self._skipped.setFlat(True)
        self._is_paused = False
        self._seen: deque[tuple[float, int]] = deque()
        self._phase: Phase | None = None
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 6, 16, 6)
        row.addWidget(self._said, 1)
        row.addWidget(self._skipped)
        row.addWidget(self._bar)
        row.addWidget(self._pause)
        for hidden in (self._bar, self._pause, self._skipped):
            hidden.hide()

    def show_progress(self, progress: Progress) -> None:
        """Say how far a task is; the time left is said once the speed is known."""
        now_s = time.monotonic()
        if progress.phase is not self._phase:
            self._phase = progress.phase
            self._seen.clear()
        self._seen.append((now_s, progress.done))
        while now_s - self._seen[0][0] > _SPEED_OVER_S:
            self._seen.popleft()
        self._pause.show()
        self._bar.setVisible(progress.total is not None)
        words = [_WORDS[progress.phase]]
        if progress.total is None:
            words += [f"{progress.done:,} found"] if progress.done else ["…"]
        else:
            self._bar.setRange(0, max(1, progress.total))
            self._bar.setValue(progress.done)
            words.append(f"{progress.done:,} of {progress.total:,} photos")
            words += self._speed(progress)
        self._said.setText(" · ".join(words))

    def show_rest(self, counts: Counts) -> None:
        """Say what the library holds, when nothing is being done."""
        self._phase = None
        self._bar.hide()
        self._pause.setVisible(self._is_paused)
        waiting = f" · {counts.waiting:,} waiting" if counts.waiting else ""
        self._said.setText(f"{counts.embedded:,} photos can be found{waiting}")
        self.show_skipped(counts.skipped)

    def show_skipped(self, count: int) -> None:
        """Say how many photos could not be used."""
        self._skipped.setVisible(count > 0)
        self._skipped.setText(f"{count:,} skipped")
        self._skipped.setToolTip("Show which, and why")

    def show_paused(self, paused: bool) -> None:
        """Say that indexing waits, or goes on."""
        self._is_paused = paused
        self._seen.clear()
        self._pause.setText("Resume" if paused else "Pause")
        self._pause.setAccessibleName("Resume indexing" if paused else "Pause indexing")
        self._pause.setToolTip(self._pause.accessibleName())
        if paused:
            self._said.setText(f"Paused · {self._said.text()}")

    def _toggle(self) -> None:
        self.pause_wanted.emit(not self._is_paused)

    def _speed(self, progress: Progress) -> list[str]:
        (began_s, began), (now_s, now) = self._seen[0], self._seen[-1]
        if progress.total is None or now_s - began_s < _TRUSTED_AFTER_S or now <= began:
            return []
        a_second = (now - began) / (now_s - began_s)
        return [f"{a_second:,.0f} a second", f"{_duration((progress.total - now) / a_second)} left"]


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    if seconds < 90 * 60:
        return f"{round(seconds / 60)} min"
    return f"{seconds / 3600:.1f} h"
