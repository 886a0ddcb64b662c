"""The line at the bottom: what the program is doing, how long that will take, and what it could not use."""

import time
from collections import deque

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QSizePolicy, QWidget

from photo_clip.core.errors import PhotoClipError
from photo_clip.core.progress import Phase, Progress
from photo_clip.core.stores import Counts
from photo_clip.gui.buttons import IconButton, push_button
from photo_clip.gui.plain import plain_label, plain_tip

_WORDS = {
    Phase.LOOKING: "Looking for photos",
    Phase.EMBEDDING: "Indexing",
    Phase.TILING: "Looking for small things",
    Phase.LEVELLING: "Updating the search index",
    Phase.DOWNLOADING: "Downloading",
    Phase.COMPARING: "Comparing photos",
    Phase.WRITING: "Writing sidecars",
    Phase.TRYING: "Trying the model",
}
_ABOUT_CLOUD = "Photos that are only in the cloud are read when you make them available on this computer."
_SPEED_OVER_S = 20.0
_TRUSTED_AFTER_S = 3.0


class ActivityBar(QWidget):
    """Shows progress with speed and time left, a button to pause, and the number of skipped photos."""

    pause_wanted = Signal(bool)
    skipped_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("activity")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._said = plain_label("Opening the library …")
        self._said.setAccessibleName("Activity")
        self._said.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setFixedWidth(180)
        self._bar.setAccessibleName("Progress")
        self.pause_button = IconButton("pause", "Pause indexing", self._toggle)
        self.skipped_button = push_button("", self.skipped_wanted.emit, flat=True)
        self._is_paused = False
        self._seen: deque[tuple[float, int]] = deque()
        """When, in monotonic seconds, how many photos were done."""
        self._phase: Phase | None = None
        row = QHBoxLayout(self)
        row.setContentsMargins(18, 4, 12, 4)
        row.setSpacing(12)
        row.addWidget(self._said, 1)
        row.addWidget(self.skipped_button)
        row.addWidget(self._bar)
        row.addWidget(self.pause_button)
        for hidden in (self._bar, self.pause_button, self.skipped_button):
            hidden.hide()
        self.setMinimumHeight(self.pause_button.sizeHint().height() + 9)  # the line does not jump as parts come and go

    @property
    def words(self) -> str:
        """What is being said."""
        return self._said.text()

    def show_progress(self, progress: Progress) -> None:
        """Say how far a task is; the time left is said once the speed is known."""
        now_s = time.monotonic()
        if progress.phase is not self._phase:
            self._phase = progress.phase
            self._seen.clear()
        self._seen.append((now_s, progress.done))
        while now_s - self._seen[0][0] > _SPEED_OVER_S:
            self._seen.popleft()
        self.pause_button.show()
        self._bar.setVisible(progress.total is not None)
        words = [_WORDS[progress.phase]]
        if progress.total is None:
            words += [f"{progress.done:,} found"] if progress.done else ["…"]
        else:
            self._bar.setRange(0, max(1, progress.total))
            self._bar.setValue(progress.done)
            words.append(f"{progress.done:,} of {progress.total:,} photos")
            words += self._speed(progress)
        self._said.setText("  ·  ".join(["Paused", *words] if self._is_paused else words))

    def say(self, words: str) -> None:
        """Say something that is no progress."""
        self._said.setText(words)

    def show_rest(self, counts: Counts, index_trouble: PhotoClipError | None = None) -> None:
        """Say what the library holds, when nothing is being done, and whether it does without its search index."""
        self._phase = None
        self._bar.hide()
        self.pause_button.setVisible(self._is_paused)
        can_be_found = "1 photo can be found" if counts.embedded == 1 else f"{counts.embedded:,} photos can be found"
        words = [can_be_found] if counts.photos else []
        waiting_here = counts.waiting - counts.only_in_cloud
        words += [f"{waiting_here:,} waiting"] if waiting_here else []
        words += [f"{counts.only_in_cloud:,} only in the cloud"] if counts.only_in_cloud else []
        words += ["without the search index"] if index_trouble else []
        self._said.setText("  ·  ".join(["Paused", *words] if self._is_paused else words))
        hints = [_ABOUT_CLOUD] if counts.only_in_cloud else []
        hints += [index_trouble.sentence, index_trouble.advice] if index_trouble else []
        self._said.setToolTip(plain_tip("\n".join(hints)))
        self.show_skipped(counts.skipped)

    def show_skipped(self, count: int) -> None:
        """Say how many photos could not be used."""
        self.skipped_button.setVisible(count > 0)
        self.skipped_button.setText(f"{count:,} skipped")
        self.skipped_button.setToolTip("Show which, and why")
        self.skipped_button.setAccessibleDescription("Shows which photos could not be used, and why")

    def show_paused(self, paused: bool) -> None:
        """Say that indexing waits, or goes on."""
        if paused == self._is_paused:
            return
        self._is_paused = paused
        self._seen.clear()
        self.pause_button.rename(
            "Resume indexing" if paused else "Pause indexing", sign="resume" if paused else "pause"
        )
        self.pause_button.show()
        words = self._said.text().removeprefix("Paused  ·  ")
        self._said.setText(f"Paused  ·  {words}" if paused else words)

    def _toggle(self) -> None:
        self.pause_wanted.emit(not self._is_paused)

    def _speed(self, progress: Progress) -> list[str]:
        (began_s, began), (now_s, now) = self._seen[0], self._seen[-1]
        if progress.total is None or now_s - began_s < _TRUSTED_AFTER_S or now <= began:
            return []
        a_second = (now - began) / (now_s - began_s)
        return [f"{a_second:,.0f} a second", f"{in_words((progress.total - now) / a_second)} left"]


def in_words(seconds: float) -> str:
    """Return how long something takes, no more exactly than anybody can know."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    if seconds < 90 * 60:
        return f"{round(seconds / 60)} min"
    return f"{seconds / 3600:.1f} h"
