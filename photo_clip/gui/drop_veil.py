"""Takes folders that are dropped anywhere on the window, and says meanwhile that they can be."""

from pathlib import Path

from PySide6.QtCore import QEvent, QObject, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QDragEnterEvent, QDropEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from photo_clip.gui import theme

_MARGIN_PX = 14
_VEIL_ALPHA = 246


class DropVeil(QWidget):
    """Covers its window while something is dragged over it that can be dropped."""

    dropped = Signal(list)
    """Paths."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._is_open = False
        self._window = window
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()
        window.setAcceptDrops(True)
        window.installEventFilter(self)

    def open(self) -> None:
        """Take drops from now on."""
        self._is_open = True

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        if isinstance(event, QDragEnterEvent):
            if self._is_open and event.source() is None and _paths(event):  # what is dragged out does not come in
                event.acceptProposedAction()
                self.setGeometry(self._window.rect())
                self.raise_()
                self.show()
            return True
        if event.type() is QEvent.Type.DragLeave:
            self.hide()
            return True
        if isinstance(event, QDropEvent) and event.type() is QEvent.Type.Drop:
            self.hide()
            event.acceptProposedAction()
            self.dropped.emit(_paths(event))
            return True
        return super().eventFilter(watched, event)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002, N802
        colours = theme.colours()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        veil = QColor(colours.base)
        veil.setAlpha(_VEIL_ALPHA)
        painter.fillRect(self.rect(), veil)
        painter.setPen(QPen(QColor(colours.ring), 2, Qt.PenStyle.DashLine))
        frame = QRectF(self.rect()).adjusted(_MARGIN_PX, _MARGIN_PX, -_MARGIN_PX, -_MARGIN_PX)
        painter.drawRoundedRect(frame, 20, 20)
        font = self.font()
        font.setPointSizeF(1.7 * max(8.0, font.pointSizeF()))
        font.setBold(True)
        painter.setFont(font)
        painter.setPen(QColor(colours.text))
        painter.drawText(frame, Qt.AlignmentFlag.AlignCenter, "Drop folders to add them")
        painter.end()


def _paths(event: QDropEvent) -> list[Path]:
    return [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
