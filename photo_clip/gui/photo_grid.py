"""The grid of photos: thumbnails in rows, selected and opened by mouse and keys."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetrics,
    QKeyEvent,
    QPainter,
    QPainterPath,
    QPalette,
    QPen,
    QPixmap,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from photo_clip.core.photo import Photo
from photo_clip.gui.photo_list_model import PhotoListModel, Role
from photo_clip.gui.theme import ACCENT
from photo_clip.gui.thumbnail_loader import ThumbnailLoader

SMALLEST_PX, USUAL_PX, LARGEST_PX = 90, 190, 400
_GAP_PX = 10
_CELL_SHAPE = 0.8
"""Height of a cell by its width: between the square and the 3:2 of most photos."""
_AHEAD_ROWS = 2
_CORNER_PX = 6


class PhotoGrid(QListView):
    """Shows a PhotoListModel; asks for the thumbnails of what is in view."""

    opened = Signal(int)
    """The row of a photo that is to be shown large."""
    zoomed = Signal(int)
    """The side of a cell, in pixels, after the wheel changed it."""

    def __init__(self, photos: PhotoListModel, thumbnails: ThumbnailLoader, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("photoGrid")
        self.setAccessibleName("Photos")
        self._photos = photos
        self._thumbnails = thumbnails
        self._delegate = _PhotoDelegate(self)
        self.setModel(photos)
        self.setItemDelegate(self._delegate)
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setMovement(QListView.Movement.Static)
        self.setLayoutMode(QListView.LayoutMode.Batched)
        self.setBatchSize(2000)
        self.setUniformItemSizes(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setDragEnabled(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setMouseTracking(True)
        self._side_px = USUAL_PX
        self._asking = QTimer(self, singleShot=True, interval=30)
        self._asking.timeout.connect(self._ask_for_thumbnails)
        self.verticalScrollBar().valueChanged.connect(lambda _: self._ask_soon())
        photos.modelReset.connect(self._begin_at_top)
        self.doubleClicked.connect(lambda index: self.opened.emit(index.row()))
        self.set_side(USUAL_PX)

    @property
    def shows_cosines(self) -> bool:
        """Whether each photo's cosine with the query is written on it."""
        return self._delegate.shows_cosines

    def show_cosines(self, shown: bool) -> None:
        """Write each photo's cosine with the query on it, or not."""
        self._delegate.shows_cosines = shown
        self.viewport().update()

    def set_side(self, side_px: int) -> None:
        """Make cells so large; the photo in the middle stays in view."""
        self._side_px = max(SMALLEST_PX, min(LARGEST_PX, side_px))
        middle = self.indexAt(self.viewport().rect().center())
        self._lay_out()
        if middle.isValid():
            self.scrollTo(middle, QAbstractItemView.ScrollHint.PositionAtCenter)
        self._ask_soon()

    def selected_photos(self) -> list[Photo]:
        """Return the selected photos that have come into view once, in order."""
        rows = sorted(self.selectedIndexes(), key=lambda index: index.row())
        return [photo for index in rows if isinstance(photo := index.data(Role.PHOTO), Photo)]

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        self._lay_out()
        super().resizeEvent(event)
        self._ask_soon()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and self.currentIndex().isValid():
            self.opened.emit(self.currentIndex().row())
            return
        super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.set_side(self._side_px + (20 if event.angleDelta().y() > 0 else -20))
            self.zoomed.emit(self._side_px)
            return
        super().wheelEvent(event)

    def _lay_out(self) -> None:
        """Spread the cells over the width, so that no strip stays empty at the right."""
        wide = self.viewport().width() - 2
        columns = max(1, wide // (self._side_px + _GAP_PX))
        across = max(SMALLEST_PX, wide // columns)
        self.setGridSize(QSize(across, int(across * _CELL_SHAPE)))

    def _begin_at_top(self) -> None:
        self.scrollToTop()
        self._ask_soon()

    def ask_again(self) -> None:
        """Ask for the thumbnails in view, because they were forgotten."""
        self._ask_soon()

    def _ask_soon(self) -> None:
        self._asking.start()

    def _ask_for_thumbnails(self) -> None:
        count = self._photos.rowCount()
        if not count or not self.isVisible():
            return
        columns = max(1, self.viewport().width() // self.gridSize().width())
        first = self.verticalOffset() // self.gridSize().height() * columns
        rows = self.viewport().height() // self.gridSize().height() + 2
        last = min(count, first + rows * columns)
        after = min(count, last + _AHEAD_ROWS * columns)
        before = max(0, first - _AHEAD_ROWS * columns)
        ids = self._photos.photo_ids
        self._thumbnails.want([int(n) for part in (ids[first:last], ids[last:after], ids[before:first]) for n in part])


class _PhotoDelegate(QStyledItemDelegate):
    """Paints one photo in its cell."""

    def __init__(self, grid: PhotoGrid) -> None:
        super().__init__(grid)
        self.shows_cosines = False

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:  # noqa: ARG002, N802
        grid = self.parent()
        return grid.gridSize() if isinstance(grid, PhotoGrid) else QSize(USUAL_PX, USUAL_PX)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        painter.save()
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        cell = option.rect.adjusted(_GAP_PX // 2, _GAP_PX // 2, -_GAP_PX // 2, -_GAP_PX // 2)
        colours: QPalette = option.palette
        state: QStyle.StateFlag = option.state
        pixmap, photo = index.data(Role.THUMBNAIL), index.data(Role.PHOTO)
        picture = cell
        if isinstance(pixmap, QPixmap):
            size = pixmap.size().scaled(cell.size(), Qt.AspectRatioMode.KeepAspectRatio)
            picture = QRect(QPoint(0, 0), size)
            picture.moveCenter(cell.center())
            frame = QPainterPath()
            frame.addRoundedRect(picture, _CORNER_PX, _CORNER_PX)
            painter.setClipPath(frame)
            painter.setOpacity(0.45 if isinstance(photo, Photo) and photo.offline else 1.0)
            painter.drawPixmap(picture, pixmap)
            painter.setOpacity(1.0)
            painter.setClipping(False)
        else:
            _paint_waiting(painter, cell, colours, str(index.data(Role.REASON) or ""))
        if isinstance(photo, Photo) and photo.offline:
            _paint_badge(painter, picture, "offline", Qt.AlignmentFlag.AlignLeft, option.fontMetrics)
        cosine = index.data(Role.COSINE)
        if self.shows_cosines and cosine is not None:
            _paint_badge(painter, picture, f"{cosine:.3f}", Qt.AlignmentFlag.AlignRight, option.fontMetrics)
        if state & QStyle.StateFlag.State_Selected or state & QStyle.StateFlag.State_HasFocus:
            selected = bool(state & QStyle.StateFlag.State_Selected)
            style = Qt.PenStyle.SolidLine if selected else Qt.PenStyle.DashLine
            painter.setPen(QPen(ACCENT, 3 if selected else 2, style))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(picture.adjusted(-2, -2, 1, 1), _CORNER_PX + 2, _CORNER_PX + 2)
        painter.restore()


def _paint_waiting(painter: QPainter, cell: QRect, colours: QPalette, reason: str) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    ground = colours.color(QPalette.ColorRole.Mid)
    ground.setAlphaF(0.35)
    painter.setBrush(ground)
    painter.drawRoundedRect(cell, _CORNER_PX, _CORNER_PX)
    if reason:
        painter.setPen(colours.color(QPalette.ColorRole.PlaceholderText))
        painter.drawText(cell.adjusted(8, 8, -8, -8), Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, reason)


def _paint_badge(painter: QPainter, picture: QRect, text: str, side: Qt.AlignmentFlag, metrics: QFontMetrics) -> None:
    badge = QRect(0, 0, metrics.horizontalAdvance(text) + 12, metrics.height() + 4)
    badge.moveTop(picture.top() + 6)
    if side == Qt.AlignmentFlag.AlignLeft:
        badge.moveLeft(picture.left() + 6)
    else:
        badge.moveRight(picture.right() - 6)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(0, 0, 0, 165))
    painter.drawRoundedRect(badge, badge.height() / 2, badge.height() / 2)
    painter.setPen(QColor(255, 255, 255))
    painter.drawText(badge, Qt.AlignmentFlag.AlignCenter, text)
