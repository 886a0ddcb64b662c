"""Takes folders and photos that are dropped anywhere on the window, and says meanwhile that they can be."""

from PySide6.QtCore import QEvent, QObject, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QDragEnterEvent, QDragMoveEvent, QDropEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from photo_clip.core.there import is_folder
from photo_clip.gui import theme
from photo_clip.gui.photo_intake import Taking, paths_in

_MARGIN_PX = 14
_VEIL_ALPHA = 246
_WORDS = "Drop folders to add them,\nor photos to find others like them"


class DropVeil(QWidget):
    """Covers its window while something is dragged over it that can be dropped."""

    dropped = Signal(list)
    """Paths, folders or what is neither."""

    def __init__(self, window: QWidget, line: QWidget, take_photos: Taking) -> None:
        """`take_photos` is offered what is dropped first; what it does not take goes out by `dropped`.

        What is dragged within the window can be dropped on `line`, which is in it.
        """
        super().__init__(window)
        self._line = line
        self._take_photos = take_photos
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
            if self._is_open and event.source() is not None:
                event.acceptProposedAction()  # what is dragged from the grid may be dropped on the line
            elif self._is_open and (paths_in(event.mimeData()) or event.mimeData().hasImage()):
                event.acceptProposedAction()
                self.setGeometry(self._window.rect())
                self.raise_()
                self.show()
            return True
        if isinstance(event, QDragMoveEvent) and event.type() is QEvent.Type.DragMove:
            event.setAccepted(event.source() is None or self._is_over_line(event))
            return True
        if event.type() is QEvent.Type.DragLeave:
            self.hide()
            return True
        if isinstance(event, QDropEvent) and event.type() is QEvent.Type.Drop:
            self.hide()
            self._drop(event)
            return True
        return super().eventFilter(watched, event)

    def _is_over_line(self, event: QDropEvent) -> bool:
        place = self._line.mapFrom(self._window, event.position().toPoint())
        return self._line.rect().contains(place)

    def _drop(self, event: QDropEvent) -> None:
        if event.source() is not None:
            if self._is_over_line(event):
                event.setDropAction(Qt.DropAction.CopyAction)
                event.accept()
                self._take_photos(event.mimeData())
            return
        event.acceptProposedAction()
        paths = paths_in(event.mimeData())
        is_for_folders = any(is_folder(path) for path in paths)
        if is_for_folders or (not self._take_photos(event.mimeData()) and paths):
            self.dropped.emit(paths)

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
        painter.drawText(
            frame, Qt.AlignmentFlag.AlignCenter, "Drop folders to add them,\nphotos to find others like them"
        )
        painter.end()
