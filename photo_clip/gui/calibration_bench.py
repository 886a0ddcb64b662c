"""How one label does: how its probabilities lie, the photos around its line, and how many of them are likely right."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from photo_clip.core.tagging import histogram
from photo_clip.gui import theme
from photo_clip.gui.flow_layout import FlowLayout
from photo_clip.gui.pictures import fitted
from photo_clip.gui.plain import plain_label, plain_tip
from photo_clip.services.label_judge import Judged

_BINS = 40
_STEP = 0.01
_LEAST, _MOST = 0.02, 0.99
_SIDE_PX = 96


class Histogram(QWidget):
    """Photos by probability, with a line to be dragged or moved by the arrow keys. Heights are logarithmic."""

    line_moved = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._counts: list[int] = []
        self._line = 0.5
        self.setMinimumHeight(110)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.SplitHCursor)
        self.setAccessibleName("The line from which on the label is suggested")

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(400, 110)

    def show_judged(self, judged: Judged) -> None:
        """Show a label's probabilities and its line."""
        self._counts = histogram(judged.probabilities, _BINS)
        self._line = judged.line
        self._say()
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        self._move_to(event.position().x() / max(1, self.width()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        self._move_to(event.position().x() / max(1, self.width()))

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_PageDown: -10, Qt.Key.Key_PageUp: 10}
        step = steps.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
        else:
            self._move_to(self._line + step * _STEP)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002, N802
        colours = theme.colours()
        painter = QPainter(self)
        ground = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(QPen(QColor(colours.ring if self.hasFocus() else colours.line)))
        painter.setBrush(QColor(colours.base))
        painter.drawRoundedRect(ground, 6, 6)
        highest = max(self._counts, default=0)
        wide = self.width() / _BINS
        painter.setPen(Qt.PenStyle.NoPen)
        for number, count in enumerate(self._counts):
            if count:
                share = (1 + count).bit_length() / (1 + highest).bit_length()
                high = max(2.0, share * (self.height() - 12))
                is_above = (number + 0.5) / _BINS >= self._line
                painter.setBrush(QColor(colours.accent if is_above else colours.quiet))
                painter.drawRect(QRectF(number * wide + 1, self.height() - 3 - high, wide - 2, high))
        painter.setPen(QPen(QColor(colours.text), 2))
        at = self._line * self.width()
        painter.drawLine(QPointF(at, 2), QPointF(at, self.height() - 3))
        painter.end()

    def _move_to(self, line: float) -> None:
        line = round(min(_MOST, max(_LEAST, line)), 2)
        if line != self._line:
            self._line = line
            self._say()
            self.update()
            self.line_moved.emit(line)

    def _say(self) -> None:
        self.setToolTip(plain_tip(f"Suggested from {self._line:.0%} on"))
        self.setAccessibleDescription(f"{self._line:.0%}; the arrow keys move it.")


class Strip(QWidget):
    """A row of small photos with their probabilities; several where there is little room."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        heading = plain_label(title)
        heading.setProperty("heading", True)
        self._row = FlowLayout()
        self._row.setContentsMargins(0, 0, 0, 0)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(heading)
        column.addLayout(self._row)

    def show_photos(self, pictures: Sequence[QImage | None], chances: Sequence[float] | None) -> None:
        """Show these, in this order, with their probabilities or without."""
        while self._row.count():
            item = self._row.takeAt(0)
            widget = item.widget() if item is not None else None
            if widget is not None:
                widget.deleteLater()
        ratio = self.devicePixelRatioF()
        side = round(_SIDE_PX * ratio)
        for number, picture in enumerate(pictures):
            told = "" if chances is None else f"{chances[number]:.0%}"
            cell = QWidget()
            column = QVBoxLayout(cell)
            column.setContentsMargins(0, 0, 0, 0)
            column.setSpacing(2)
            photo = plain_label(alignment=Qt.AlignmentFlag.AlignCenter)
            photo.setFixedSize(_SIDE_PX, _SIDE_PX)
            photo.setAccessibleName(f"A photo, {told}" if told else "A photo")
            if picture is not None:
                photo.setPixmap(fitted(picture, QSize(side, side), ratio))
            column.addWidget(photo)
            if told:
                words = plain_label(told, alignment=Qt.AlignmentFlag.AlignCenter)
                words.setProperty("quiet", True)
                column.addWidget(words)
            self._row.addWidget(cell)
