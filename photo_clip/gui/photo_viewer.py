"""One photo, large: zoomed, moved, and left again by keys and mouse."""

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPixmap, QWheelEvent
from PySide6.QtWidgets import QWidget

from photo_clip.core.errors import UnreadablePhotoError
from photo_clip.core.photo import Photo
from photo_clip.core.ports import PhotoReader, RgbImage
from photo_clip.core.printable import printable
from photo_clip.gui.jobs import Job, Jobs, Lane
from photo_clip.gui.photo_list_model import PhotoListModel, Role

_LONGEST_PX = 6000
"""Photos are shown with at most so many pixels a side; more is no use on today's screens and takes memory."""
_MOST_FITTED = 2.0
"""A small photo is enlarged so far by itself."""
_STEP = 1.25
_MOST = 16.0
_STRIP_PX = 38


class PhotoViewer(QWidget):
    """Shows the photo at a row of the model; the arrows go on to its neighbours."""

    closed = Signal()
    row_shown = Signal(int)

    def __init__(self, photos: PhotoListModel, jobs: Jobs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Photo")
        self.setCursor(Qt.CursorShape.OpenHandCursor)
        self._photos = photos
        self._jobs = jobs
        self._reader: PhotoReader | None = None
        self._row = 0
        self._photo: Photo | None = None
        self._pixmap: QPixmap | None = None
        self._full_size = QSize()
        self._words = ""
        self._job: Job | None = None
        self._scale: float | None = None
        """Screen pixels a pixel of the photo; None fits it into the window."""
        self._centre = QPointF(0.5, 0.5)
        """Which part of the photo, 0 to 1 across and down, is in the middle of the window."""
        self._dragged_from: QPointF | None = None
        photos.dataChanged.connect(lambda first, *_: self._take_thumbnail(first.row()))

    def use(self, reader: PhotoReader) -> None:
        """Read photos by this reader from now on."""
        self._reader = reader

    @property
    def photo(self) -> Photo | None:
        """The photo shown, once it is known."""
        return self._photo

    def show_row(self, row: int) -> None:
        """Show the photo at a row: its thumbnail at once, itself when it was read."""
        self._row = max(0, min(row, self._photos.rowCount() - 1))
        self._scale, self._centre = None, QPointF(0.5, 0.5)
        self._photo, self._pixmap, self._full_size, self._words = None, None, QSize(), ""
        if self._job is not None:
            self._job.cancel()
            self._job = None
        self.row_shown.emit(self._row)
        self._take_thumbnail(self._row)
        self.update()

    def _take_thumbnail(self, row: int) -> None:
        """Begin with what the grid has; called again when the grid has more."""
        if row != self._row or self._photo is not None or not self._photos.rowCount():
            return
        index = self._photos.index(self._row)
        photo, thumbnail = index.data(Role.PHOTO), index.data(Role.THUMBNAIL)
        if not isinstance(photo, Photo):
            return
        self._photo = photo
        self._pixmap = thumbnail if isinstance(thumbnail, QPixmap) else None
        if photo.facts is not None:
            self._full_size = QSize(photo.facts.width_px, photo.facts.height_px)
        self.setAccessibleDescription(str(index.data(Qt.ItemDataRole.AccessibleTextRole)))
        if photo.offline:
            self._words = "The drive of this photo is not connected; this is its thumbnail."
        elif self._reader is not None:
            self._job = self._jobs.start(
                Lane.THUMBNAILS,
                self._reader.view,
                photo.path,
                _LONGEST_PX,
                on_done=self._take_image,
                on_failed=self._take_reason,
            )
        self.update()

    def _take_image(self, pixels: RgbImage) -> None:
        pixels = np.ascontiguousarray(pixels)
        height, width, _ = pixels.shape
        image = QImage(pixels.data, width, height, 3 * width, QImage.Format.Format_RGB888)
        self._pixmap = QPixmap.fromImage(image)
        if self._full_size.isEmpty():
            self._full_size = QSize(width, height)
        self.update()

    def _take_reason(self, error: Exception) -> None:
        if not isinstance(error, UnreadablePhotoError):
            raise error
        self._words = f"This photo cannot be shown: {error.reason}."
        self.update()

    def _fitting_scale(self) -> float:
        if self._full_size.isEmpty():
            return 1.0
        return min(self.width() / self._full_size.width(), self.height() / self._full_size.height(), _MOST_FITTED)

    def _zoom(self, factor: float) -> None:
        scale = (self._scale or self._fitting_scale()) * factor
        self._scale = None if scale <= self._fitting_scale() else min(scale, _MOST)
        if self._scale is None:
            self._centre = QPointF(0.5, 0.5)
        self.update()

    def _toggle_full_size(self) -> None:
        self._scale = None if self._scale is not None else 1.0 / self.devicePixelRatioF()
        self._centre = QPointF(0.5, 0.5)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002, N802
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor("#101113"))
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        if self._pixmap is not None:
            size = self._full_size if not self._full_size.isEmpty() else self._pixmap.size()
            scale = self._scale or self._fitting_scale()
            width, height = size.width() * scale, size.height() * scale
            left = self.width() / 2 - self._centre.x() * width
            top = self.height() / 2 - self._centre.y() * height
            painter.drawPixmap(QRectF(left, top, width, height), self._pixmap, QRectF(self._pixmap.rect()))
        self._paint_words(painter, self._caption(), 0)
        self._paint_words(painter, self._words, self.height() - _STRIP_PX)

    def _caption(self) -> str:
        if self._photo is None:
            return ""
        taken = self._photo.taken_at
        when = f"  ·  {taken.day} {taken:%B %Y}" if taken is not None else ""
        place = f"  ·  {self._row + 1:,} of {self._photos.rowCount():,}"
        return f"{printable(self._photo.path.name)}{when}{place}"

    def _paint_words(self, painter: QPainter, words: str, top_px: int) -> None:
        if words:
            strip = QRectF(0, top_px, self.width(), _STRIP_PX)
            painter.fillRect(strip, QColor(0, 0, 0, 150))
            painter.setPen(QColor("#F0F0F0"))
            painter.drawText(strip, Qt.AlignmentFlag.AlignCenter, words)

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802
        if event.angleDelta().y():
            self._zoom(_STEP if event.angleDelta().y() > 0 else 1 / _STEP)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        self._dragged_from = event.position()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        if self._dragged_from is None or self._scale is None or self._full_size.isEmpty():
            return
        moved = event.position() - self._dragged_from
        self._dragged_from = event.position()
        across = self._centre.x() - moved.x() / (self._full_size.width() * self._scale)
        down = self._centre.y() - moved.y() / (self._full_size.height() * self._scale)
        self._centre = QPointF(max(0.0, min(1.0, across)), max(0.0, min(1.0, down)))
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: ARG002, N802
        self._dragged_from = None

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: ARG002, N802
        self._toggle_full_size()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        match event.key():
            case Qt.Key.Key_Escape | Qt.Key.Key_Return | Qt.Key.Key_G:
                self.closed.emit()
            case Qt.Key.Key_Right | Qt.Key.Key_Down | Qt.Key.Key_PageDown | Qt.Key.Key_Space:
                self._go(self._row + 1)
            case Qt.Key.Key_Left | Qt.Key.Key_Up | Qt.Key.Key_PageUp | Qt.Key.Key_Backspace:
                self._go(self._row - 1)
            case Qt.Key.Key_Home:
                self._go(0)
            case Qt.Key.Key_End:
                self._go(self._photos.rowCount() - 1)
            case Qt.Key.Key_Plus | Qt.Key.Key_Equal:
                self._zoom(_STEP)
            case Qt.Key.Key_Minus:
                self._zoom(1 / _STEP)
            case Qt.Key.Key_Z:
                self._toggle_full_size()
            case _:
                super().keyPressEvent(event)

    def _go(self, row: int) -> None:
        if 0 <= row < self._photos.rowCount() and row != self._row:
            self.show_row(row)
