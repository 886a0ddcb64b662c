"""One label: how its probabilities lie, the photos around its line, and what can be done with it."""

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from photo_clip.core.amounts import photos_in_words
from photo_clip.core.printable import printable
from photo_clip.core.tagging import LINE, precision_above
from photo_clip.gui.buttons import push_button
from photo_clip.gui.calibration_bench import Histogram, Strip
from photo_clip.gui.flow_layout import FlowLayout
from photo_clip.gui.jobs import Job, Jobs, Lane
from photo_clip.gui.pictures import pictures_of
from photo_clip.gui.plain import plain_label
from photo_clip.services.label_judge import Judged
from photo_clip.services.library import Library

SURE = 0.95
_AROUND = 7
_LINE_PAUSE_MS = 250


def sure_ids(judged: Judged) -> list[int]:
    """Return the photos for which a label is suggested beyond doubt."""
    rows = judged.suggested
    found: list[int] = judged.photo_ids[rows[judged.probabilities[rows] >= SURE]].tolist()
    return found


class LabelDetails(QWidget):
    """The calibration bench of a label."""

    review_wanted = Signal()
    photos_wanted = Signal()
    accepting_wanted = Signal()
    """All that is sure is to be accepted."""
    renaming_wanted = Signal()
    undo_wanted = Signal()
    line_drawn = Signal(object)
    """The probability from which on the label is to be suggested; None leaves it to the program."""

    def __init__(self, jobs: Jobs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._library: Library | None = None
        self._judged: Judged | None = None
        self._around: Job | None = None
        self._line = LINE
        self.title = plain_label("Labels", wordWrap=True)
        self.title.setProperty("title", True)
        self.about = plain_label(wordWrap=True)
        self.about.setProperty("quiet", True)
        self.histogram = Histogram()
        self.above, self.below = Strip("Just above the line"), Strip("Just below the line")
        self._drawing = QTimer(self, singleShot=True, interval=_LINE_PAUSE_MS)
        self._drawing.timeout.connect(self._draw_line)
        self.histogram.line_moved.connect(self._move_line)
        self.review = push_button("Review …", self.review_wanted.emit, primary=True)
        self.accept_sure = push_button("", self.accepting_wanted.emit)
        self.show_photos = push_button("Show photos", self.photos_wanted.emit)
        self.rename = push_button("Rename …", self.renaming_wanted.emit)
        self.undo = push_button("Undo", self.undo_wanted.emit)
        inner = QWidget()
        told = QVBoxLayout(inner)
        told.setContentsMargins(0, 0, 0, 0)
        told.setSpacing(12)
        for part in (self.title, self.about, self.histogram, self.above, self.below):
            told.addWidget(part)
        told.addStretch()
        area = QScrollArea(widgetResizable=True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(inner)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 20, 20, 18)
        column.setSpacing(12)
        column.addWidget(area, 1)
        buttons = FlowLayout()  # in a narrow window they take two lines
        buttons.setContentsMargins(0, 0, 0, 0)
        for button in (self.review, self.accept_sure, self.show_photos, self.rename, self.undo):
            buttons.addWidget(button)
        column.addLayout(buttons)
        self.show_label(None)

    @property
    def is_settled(self) -> bool:
        """Whether all that is to be shown of the label is there."""
        return self._around is None

    def use(self, library: Library) -> None:
        """Show this library's photos from now on."""
        self._library = library

    def show_label(self, judged: Judged | None) -> None:
        """Show a label as it was judged; with None, how to come by one."""
        self._judged = judged
        parts = (self.histogram, self.above, self.below, self.review, self.accept_sure, self.show_photos, self.rename)
        for part in parts:
            part.setVisible(judged is not None)
        if judged is None:
            self.title.setText("Labels")
            self.about.setText(
                "Switch a list on at the left, or write one: its labels are then suggested for your photos."
            )
            return
        self.title.setText(printable(judged.label.name))
        self.histogram.show_judged(judged)
        self._describe(judged, judged.line)
        sure = sure_ids(judged)
        self.accept_sure.setText(f"Accept {len(sure):,} above {SURE:.0%}")
        self.accept_sure.setEnabled(bool(sure))
        self._show_around(judged, judged.line)

    def _describe(self, judged: Judged, line: float) -> None:
        chance_of = judged.chance_of
        decided = [
            (chance_of[photo_id], accepted) for photo_id, accepted in judged.decided.items() if photo_id in chance_of
        ]
        above = judged.probabilities >= line
        share, low, high = precision_above(judged.probabilities, line, decided)
        accepted = sum(judged.decided.values())
        learned = (
            f" Learned from {len(judged.decided):,} decisions."
            if judged.has_learned
            else " Judged by its words alone; a few decisions make it better."
        )
        self.about.setText(
            f"{photos_in_words(int(above.sum()))} from {line:.0%} on, about {share:.0%} of them right"
            f" ({low:.0%} to {high:.0%}). {accepted:,} accepted, {len(judged.decided) - accepted:,} rejected.{learned}"
        )

    def _show_around(self, judged: Judged, line: float) -> None:
        if self._library is None:
            return
        library = self._library
        order = (-judged.probabilities).argsort(kind="stable")
        place = int((judged.probabilities >= line).sum())
        above, below = order[max(0, place - _AROUND) : place], order[place : place + _AROUND]
        if self._around is not None:
            self._around.cancel()

        def load() -> tuple[list[QImage | None], list[QImage | None]]:
            photos = library.catalog.photos
            return (
                pictures_of(library.thumbnails, photos(judged.photo_ids[above].tolist())),
                pictures_of(library.thumbnails, photos(judged.photo_ids[below].tolist())),
            )

        def show(pictures: tuple[list[QImage | None], list[QImage | None]]) -> None:
            self._around = None
            for strip, rows, found in zip((self.above, self.below), (above, below), pictures, strict=True):
                strip.show_photos(found, judged.probabilities[rows][: len(found)].tolist())

        self._around = self._jobs.start(Lane.SEARCH, load, on_done=show)

    def _move_line(self, line: float) -> None:
        if self._judged is not None:
            self._describe(self._judged, line)
            self._line = line
            self._drawing.start()

    def _draw_line(self) -> None:
        self.line_drawn.emit(None if abs(self._line - LINE) < 0.005 else self._line)
