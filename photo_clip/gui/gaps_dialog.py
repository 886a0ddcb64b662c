"""Groups of photos that no label fits, each with a name to begin with."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLineEdit, QProgressBar, QScrollArea, QVBoxLayout, QWidget

from photo_clip.core.amounts import photos_in_words
from photo_clip.core.errors import PhotoClipError, UsageError
from photo_clip.core.labels import label_name
from photo_clip.gui.buttons import push_button
from photo_clip.gui.calibration_bench import Strip
from photo_clip.gui.jobs import Jobs, Lane
from photo_clip.gui.pictures import pictures_of
from photo_clip.gui.plain import plain_label
from photo_clip.services.label_judge import Judged
from photo_clip.services.labelled_photos import Gap
from photo_clip.services.library import Library

_SHOWN = 6
_MOST = 12


class GapsDialog(QDialog):
    """Looks for groups as soon as it is opened; a click makes one's name a label."""

    label_wanted = Signal(str)

    def __init__(self, library: Library, jobs: Jobs, judged: Sequence[Judged], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Gaps")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(860, 640)
        self.told = plain_label("Looking at the photos that no label fits …", wordWrap=True)
        self.told.setProperty("title", True)
        self.bar = QProgressBar()
        self.bar.setRange(0, 0)
        self.bar.setTextVisible(False)
        self._inner = QWidget()
        self._column = QVBoxLayout(self._inner)
        self._column.addStretch()
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setWidget(self._inner)
        self.names: list[QLineEdit] = []
        self._known = {each.label.name.casefold() for each in judged}
        """The names of labels that are on, in small letters."""
        self._storing: list[tuple[QLineEdit, QWidget]] = []
        """The lines and buttons of labels that are on their way to their list, the first one first."""
        buttons = QHBoxLayout()
        buttons.addStretch()
        close = push_button("Close", self.accept, primary=True)
        close.setAutoDefault(False)  # Enter in a line for a name makes that a label
        buttons.addWidget(close)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 22, 24, 18)
        column.addWidget(self.told)
        column.addWidget(self.bar)
        column.addWidget(area, 1)
        column.addLayout(buttons)

        def look() -> tuple[list[Gap], int, list[list[QImage | None]]]:
            gaps, total = library.labelled.gaps(judged)
            photos = [library.catalog.photos(gap.photo_ids[:_SHOWN]) for gap in gaps[:_MOST]]
            return gaps[:_MOST], total, [pictures_of(library.thumbnails, each) for each in photos]

        self._looking = jobs.start(Lane.SEARCH, look, on_done=self._show)

    def done(self, result: int) -> None:
        """Close, and give up looking."""
        self._looking.cancel()
        super().done(result)

    def _show(self, found: tuple[list[Gap], int, list[list[QImage | None]]]) -> None:
        gaps, total, pictures = found
        self.bar.hide()
        self.told.setText(
            f"{photos_in_words(total)} fit none of the labels that are on"
            + (
                f"; {len(gaps)} group{'' if len(gaps) == 1 else 's'} of them"
                if gaps
                else "; too few, or too different, to group"
            )
        )
        for number, (gap, some) in enumerate(zip(gaps, pictures, strict=True)):
            self._column.insertWidget(number, self._row(gap, some))

    def _row(self, gap: Gap, pictures: list[QImage | None]) -> QWidget:
        row = QWidget()
        strip = Strip(photos_in_words(len(gap.photo_ids)))
        strip.show_photos(pictures, None)
        name = QLineEdit(gap.name)
        name.setAccessibleName("A name for these photos")
        self.names.append(name)
        add = push_button("New label", lambda: self._add(name, add))
        add.setAutoDefault(False)
        name.returnPressed.connect(add.click)
        line = QHBoxLayout()
        line.addWidget(name, 1)
        line.addWidget(add)
        column = QVBoxLayout(row)
        column.setContentsMargins(0, 0, 0, 14)
        column.addWidget(strip)
        column.addLayout(line)
        return row

    def _add(self, name: QLineEdit, button: QWidget) -> None:
        try:
            wanted = label_name(name.text())
            if wanted.casefold() in self._known:
                raise UsageError(f"A label “{wanted}” is there already.", advice="Give these photos another name.")
        except UsageError as error:
            self.told.setText(f"{error.sentence} {error.advice}")
            return
        self._storing.append((name, button))
        for part in (name, button):
            part.setEnabled(False)
        self._known.add(wanted.casefold())
        self.label_wanted.emit(wanted)

    def take_stored(self) -> None:
        """Hear that the next of the wanted labels is in its list."""
        del self._storing[:1]

    def take_failed(self, error: Exception) -> None:
        """Hear that the next of the wanted labels could not be made; it can be tried again."""
        if not self._storing:
            return
        name, button = self._storing.pop(0)
        self._known.discard(label_name(name.text()).casefold())
        for part in (name, button):
            part.setEnabled(True)
        if isinstance(error, PhotoClipError):
            self.told.setText(f"{error.sentence} {error.advice}")
