"""A picture that is zoomed and moved by wheel and mouse."""

from PySide6.QtCore import QPointF, QRectF, QSize, QSizeF, Qt, Signal
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPainter, QPaintEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QWidget

from photo_clip.core.tiles import Box
from photo_clip.gui.outline import draw_outline

_GROUND = QColor("#101114")
_STEP = 1.25
_LARGEST_SCALE = 16.0
_FITTED_AT_MOST = 2.0
"""Small pictures are enlarged no more than this to fit: their pixels would be all there is to see."""
_WHEEL_NOTCH = 120
_DIMMED_OPACITY = 0.45


class PhotoCanvas(QWidget):
    """Shows a picture as large as fits, or at a scale, around a point."""

    detail_wanted = Signal()
    """The picture is shown larger than the pixels that are there allow."""
    scale_changed = Signal()
    drag_wanted = Signal()
    """The picture, all of which is in view, is being dragged out."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._image = QImage()
        self._full_size = QSize()
        self._is_dimmed = False
        self._outlined: Box | None = None
        self._scale: float | None = None
        """Pixels of the window a pixel of the whole picture; None fits it in."""
        self._centre = QPointF(0.5, 0.5)
        """Which part of the picture, 0 to 1 across and down, is in the middle."""
        self._dragged_from: QPointF | None = None
        self.scale_changed.connect(self._show_hand)

    def show_picture(self, image: QImage, full_size: QSize, *, dimmed: bool = False) -> None:
        """Show another picture, fitted in; `full_size` is that of the photo, of which `image` may be a smaller one."""
        self._scale, self._centre = None, QPointF(0.5, 0.5)
        self._is_dimmed, self._outlined = dimmed, None
        self._full_size = full_size
        self.improve(image)
        self.scale_changed.emit()

    def improve(self, image: QImage) -> None:
        """Show the same picture from more pixels, where it is."""
        self._image = image
        if self._full_size.isEmpty():
            self._full_size = image.size()
        self.update()

    def outline(self, box: Box | None) -> None:
        """Draw around a part of the picture; around none where there is None, and after another picture."""
        self._outlined = box
        self.update()

    @property
    def outlined(self) -> Box | None:
        """The part that is drawn around."""
        return self._outlined

    @property
    def is_fitted(self) -> bool:
        """Whether the whole picture is shown."""
        return self._scale is None

    @property
    def scale(self) -> float:
        """Device pixels a pixel of the photo; 1 is 100 %."""
        return self._shown_scale() * self.devicePixelRatioF()

    def zoom(self, steps: float, at: QPointF | None = None) -> None:
        """Zoom in, or out for a negative number, so that what is at a point of the window stays there."""
        if self._full_size.isEmpty():
            return
        scale = self._shown_scale() * _STEP**steps
        self._set_scale(None if scale <= self._fitting_scale() else min(scale, _LARGEST_SCALE), at)

    def toggle_full_size(self, at: QPointF | None = None) -> None:
        """Show a pixel of the photo as one of the screen, or fit the photo in again."""
        if not self._full_size.isEmpty():
            self._set_scale(1.0 / self.devicePixelRatioF() if self._scale is None else None, at)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002, N802
        painter = QPainter(self)
        painter.fillRect(self.rect(), _GROUND)
        if not self._image.isNull():
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, self.scale < 4)
            painter.setOpacity(_DIMMED_OPACITY if self._is_dimmed else 1.0)
            painter.drawImage(self._place(), self._image, QRectF(self._image.rect()))
            if self._outlined is not None:
                draw_outline(painter, self._place(), self._outlined)
        painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        self._ask_for_detail()
        self.scale_changed.emit()

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802
        self.zoom(event.angleDelta().y() / _WHEEL_NOTCH, event.position())

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        if event.button() is Qt.MouseButton.LeftButton:
            self._dragged_from = event.position()
            self._show_hand()
        else:
            event.ignore()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        if self._dragged_from is None:
            return
        moved = event.position() - self._dragged_from
        if self._can_move:
            self._dragged_from = event.position()
            self._move(moved)
        elif moved.manhattanLength() >= QApplication.startDragDistance():
            self._dragged_from = None
            self.drag_wanted.emit()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: ARG002, N802
        self._dragged_from = None
        self._show_hand()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        self.toggle_full_size(event.position())

    @property
    def _can_move(self) -> bool:
        """Whether some of the picture is out of view."""
        size = self._place().size()
        return size.width() > self.width() + 1 or size.height() > self.height() + 1

    def _show_hand(self) -> None:
        if not self._can_move:
            self.unsetCursor()
        elif self._dragged_from is None:
            self.setCursor(Qt.CursorShape.OpenHandCursor)
        else:
            self.setCursor(Qt.CursorShape.ClosedHandCursor)

    def _shown_scale(self) -> float:
        return self._fitting_scale() if self._scale is None else self._scale

    def _fitting_scale(self) -> float:
        if self._full_size.isEmpty():
            return 1.0
        across, down = self.width() / self._full_size.width(), self.height() / self._full_size.height()
        return min(across, down, _FITTED_AT_MOST)

    def _place(self) -> QRectF:
        """Return where the whole picture lies, in the window's pixels."""
        size = QSizeF(self._full_size) * self._shown_scale()
        left = self.width() / 2 - self._centre.x() * size.width()
        top = self.height() / 2 - self._centre.y() * size.height()
        return QRectF(QPointF(left, top), size)

    def _set_scale(self, scale: float | None, at: QPointF | None) -> None:
        point = QPointF(self.rect().center()) if at is None else at
        before = self._place()
        across = (point.x() - before.left()) / before.width()
        down = (point.y() - before.top()) / before.height()
        self._scale = scale
        if scale is None:
            self._centre = QPointF(0.5, 0.5)
        else:
            after = self._place()
            self._move(QPointF(point.x() - after.left() - across * after.width(), 0.0))
            self._move(QPointF(0.0, point.y() - after.top() - down * after.height()))
        self._ask_for_detail()
        self.scale_changed.emit()
        self.update()

    def _ask_for_detail(self) -> None:
        shown_px = self._place().width() * self.devicePixelRatioF()
        if shown_px > 1.05 * self._image.width() and self._image.width() < self._full_size.width():
            self.detail_wanted.emit()

    def _move(self, by: QPointF) -> None:
        """Move the picture, no further than to its edges; a side that fits in stays in the middle."""
        place = self._place()
        self._centre = QPointF(
            _kept_within(self._centre.x() - by.x() / place.width(), self.width() / place.width()),
            _kept_within(self._centre.y() - by.y() / place.height(), self.height() / place.height()),
        )
        self.update()


def _kept_within(centre: float, seen: float) -> float:
    """Return a centre, 0 to 1, at which no more than `seen` of the whole, 0 to 1 and above, is in view."""
    if seen >= 1.0:
        return 0.5
    return min(max(centre, seen / 2), 1.0 - seen / 2)
