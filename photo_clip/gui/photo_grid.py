"""The grid of photos: thumbnails in rows, selected and opened by mouse and keys."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import (
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPoint,
    QRect,
    QSize,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import (
    QColor,
    QHoverEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPixmap,
    QRegion,
    QResizeEvent,
    QShowEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QListView, QStyle, QStyleOptionViewItem, QWidget

from photo_clip.core.arranging import Section
from photo_clip.gui import theme
from photo_clip.gui.grid_geometry import GridGeometry
from photo_clip.gui.photo_delegate import PhotoDelegate, picture_box
from photo_clip.gui.photo_list_model import AnyIndex, PhotoListModel, Role
from photo_clip.gui.pictures import veil_of
from photo_clip.gui.row_selection import selected_rows, selection_of, selection_of_runs
from photo_clip.gui.thumbnail_loader import ThumbnailLoader

SMALLEST_PX, USUAL_PX, LARGEST_PX = 90, 170, 400
_ZOOM_STEP_PX = 20
_ASKED_AFTER_MS = 30
_FITTED_AFTER_MS = 200
"""How long a size stays before thumbnails are fitted to it; they are scaled when painted meanwhile."""


class PhotoGrid(QListView):
    """Shows a PhotoListModel; asks for the thumbnails of what is in view.

    It lays its cells out by itself: Qt's own layout takes a second for 100,000 photos, at each change of the window's
    width and at each photo that is added, and loses its place meanwhile. It stays a list view to screen readers.
    """

    opened = Signal(int)
    """The row of a photo that is to be shown large."""
    zoomed = Signal(int)
    """The side of a cell, in pixels, after the wheel changed it."""
    chosen_changed = Signal()
    drag_wanted = Signal()
    """The selected photos are being dragged out."""

    def __init__(self, photos: PhotoListModel, thumbnails: ThumbnailLoader, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("photoGrid")
        self.setAccessibleName("Photos")
        self.setAccessibleDescription("The arrow keys go from photo to photo, Enter shows one large.")
        self._photos = photos
        self._thumbnails = thumbnails
        self._side_px = USUAL_PX
        self._cells = GridGeometry(0, 0, USUAL_PX)
        self._sections: tuple[Section, ...] = ()
        self._starts: tuple[int, ...] = ()
        self._laid_out: tuple[int, ...] = ()
        """The starts of sections that the cells lie by."""
        self._when_empty = ""
        self._hovered_row = -1
        self._band: QRect | None = None
        """What a rubber band covers, counted from the top of the first row."""
        self._delegate = PhotoDelegate(self)
        self.setModel(photos)
        self.setItemDelegate(self._delegate)
        self.setUniformItemSizes(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setDragEnabled(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setMouseTracking(True)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_Hover)
        self._fitting = QTimer(self, singleShot=True, interval=_FITTED_AFTER_MS)
        self._fitting.timeout.connect(self._fit_thumbnails)
        self._asking = QTimer(self, singleShot=True, interval=_ASKED_AFTER_MS)
        self._asking.timeout.connect(self._ask_for_thumbnails)
        self.verticalScrollBar().valueChanged.connect(lambda _: self._ask_soon())
        thumbnails.outdated.connect(self._ask_soon)
        self.doubleClicked.connect(lambda index: self.opened.emit(index.row()))
        self.selectionModel().selectionChanged.connect(lambda *_: self.chosen_changed.emit())

    # what is shown

    def show_photos(
        self,
        photo_ids: NDArray[np.int64],
        cosines: Sequence[float] | None,
        *,
        sections: tuple[Section, ...] = (),
        stacks: Mapping[int, tuple[int, ...]] | None = None,
        by_part: frozenset[int] = frozenset(),
        same_question: bool,
    ) -> None:
        """Show other photos; where they answer the same question as before, what is in view and chosen stays."""
        anchor, offset_px = self._anchor()
        chosen, current = self.chosen_ids(), self._current_id()
        self._sections = sections
        self._starts = tuple(section.start for section in sections)
        self._photos.show(photo_ids, cosines, stacks, by_part)
        self.updateGeometries()
        if same_question:
            self._choose(chosen, current)
            row = None if anchor is None else self._photos.row_of(anchor)
            if row is not None and self.verticalOffset() > 0:
                self.verticalScrollBar().setValue(self._geometry().rect(row).top() - offset_px)
        else:
            self.scrollToTop()
        self._ask_soon()
        if not np.array_equal(chosen, self.chosen_ids()):
            self.chosen_changed.emit()  # Qt does not say so where the photos that were selected are gone

    def show_when_empty(self, words: str) -> None:
        """Show words where there are no photos."""
        self._when_empty = words
        self.viewport().update()

    def show_cosines(self, shown: bool) -> None:
        """Write each photo's cosine with the query on it, or not."""
        self._delegate.shows_cosines = shown
        self.viewport().update()

    def show_tags(self, shown: bool) -> None:
        """Write each photo's tags on it, or not."""
        self._delegate.shows_tags = shown
        self.viewport().update()

    def veil_sensitive(self, veiled: bool) -> None:
        """Hide what sensitive photos show, or not."""
        self._delegate.veils_sensitive = veiled
        self.viewport().update()

    @property
    def thumbnail(self) -> QPixmap | None:
        """The small picture of the current photo, veiled as it is here; None as long as there is none."""
        index = self.currentIndex()
        thumbnail = index.data(Role.THUMBNAIL)
        if not isinstance(thumbnail, QPixmap):
            return None
        return veil_of(thumbnail) if self._delegate.is_veiled(index) else thumbnail

    @property
    def side_px(self) -> int:
        """About how wide a cell is."""
        return self._side_px

    def set_side(self, side_px: int) -> None:
        """Make cells about so wide; the first photo in view stays there."""
        anchor, _ = self._anchor()
        self._side_px = max(SMALLEST_PX, min(LARGEST_PX, side_px))
        self._lay_out(anchor)

    # what is chosen

    def chosen_ids(self) -> NDArray[np.int64]:
        """Return the ids of the selected photos, in order; no photo gives shape (0,)."""
        ids = self._photos.photo_ids
        found: NDArray[np.int64] = ids[selected_rows(self.selectionModel().selection(), len(ids))]
        return found

    def invert_selection(self) -> None:
        """Select what is not selected."""
        if self._photos.rowCount():
            everything = selection_of_runs(self._photos, [(0, self._photos.rowCount() - 1)])
            self.selectionModel().select(everything, QItemSelectionModel.SelectionFlag.Toggle)

    def selectAll(self) -> None:  # noqa: N802
        if self._photos.rowCount():  # Qt's own way asks for each row
            everything = selection_of_runs(self._photos, [(0, self._photos.rowCount() - 1)])
            self.selectionModel().select(everything, QItemSelectionModel.SelectionFlag.ClearAndSelect)

    def go_to(self, row: int) -> None:
        """Let the keys act on a photo: it is selected in place of another one, but several stay selected."""
        flags = QItemSelectionModel.SelectionFlag
        command = flags.NoUpdate if len(self.chosen_ids()) > 1 else flags.ClearAndSelect
        self.selectionModel().setCurrentIndex(self._photos.index(row), command)

    def begin(self) -> None:
        """Give the keys to the grid, to its first photo if there was none before."""
        self.setFocus()
        if not self.currentIndex().isValid() and self._photos.rowCount():
            self.setCurrentIndex(self._photos.index(0))

    # geometry, in place of the list view's own

    def doItemsLayout(self) -> None:  # noqa: N802
        QAbstractItemView.doItemsLayout(self)

    def updateGeometries(self) -> None:  # noqa: N802
        bar = self.verticalScrollBar()
        grid = self._geometry()
        bar.setRange(0, max(0, grid.height_px - self.viewport().height()))
        bar.setPageStep(max(1, self.viewport().height() - grid.row_height_px // 2))
        bar.setSingleStep(max(1, grid.row_height_px // 3))

    def horizontalOffset(self) -> int:  # noqa: N802
        return 0

    def verticalOffset(self) -> int:  # noqa: N802
        return self.verticalScrollBar().value()

    def scrollContentsBy(self, dx: int, dy: int) -> None:  # noqa: N802
        self.viewport().scroll(dx, dy)
        if self._band is not None:
            self.viewport().update()

    def visualRect(self, index: AnyIndex) -> QRect:  # noqa: N802
        if not index.isValid():
            return QRect()
        return self._geometry().rect(index.row()).translated(0, -self.verticalOffset())

    def indexAt(self, point: QPoint) -> QModelIndex:  # noqa: N802
        row = self._geometry().at(point + QPoint(0, self.verticalOffset()))
        return QModelIndex() if row is None else self._photos.index(row)

    def scrollTo(  # noqa: N802
        self, index: AnyIndex, hint: QAbstractItemView.ScrollHint = QAbstractItemView.ScrollHint.EnsureVisible
    ) -> None:
        if not index.isValid():
            return
        cell = self._geometry().rect(index.row())
        bar, seen_px = self.verticalScrollBar(), self.viewport().height()
        margin_px = self._geometry().rect(0).top()
        if hint is QAbstractItemView.ScrollHint.PositionAtCenter:
            bar.setValue(cell.center().y() - seen_px // 2)
        elif hint is QAbstractItemView.ScrollHint.PositionAtTop or cell.top() < bar.value():
            bar.setValue(cell.top() - margin_px)
        elif hint is QAbstractItemView.ScrollHint.PositionAtBottom or cell.bottom() > bar.value() + seen_px:
            bar.setValue(cell.bottom() + margin_px - seen_px)

    def moveCursor(  # noqa: N802
        self,
        action: QAbstractItemView.CursorAction,
        modifiers: Qt.KeyboardModifier,  # noqa: ARG002
    ) -> QModelIndex:
        if not self._photos.rowCount():
            return QModelIndex()
        row, grid = self.currentIndex().row(), self._geometry()
        page = max(1, self.viewport().height() // grid.row_height_px)
        match action:
            case _ if row < 0:
                target = 0
            case QAbstractItemView.CursorAction.MoveLeft | QAbstractItemView.CursorAction.MovePrevious:
                target = grid.neighbour(row, across=-1)
            case QAbstractItemView.CursorAction.MoveRight | QAbstractItemView.CursorAction.MoveNext:
                target = grid.neighbour(row, across=1)
            case QAbstractItemView.CursorAction.MoveUp:
                target = grid.neighbour(row, down=-1)
            case QAbstractItemView.CursorAction.MoveDown:
                target = grid.neighbour(row, down=1)
            case QAbstractItemView.CursorAction.MovePageUp:
                target = grid.neighbour(row, down=-page)
            case QAbstractItemView.CursorAction.MovePageDown:
                target = grid.neighbour(row, down=page)
            case QAbstractItemView.CursorAction.MoveHome:
                target = 0
            case _:
                target = grid.count - 1
        return self._photos.index(target)

    def setSelection(self, rect: QRect, command: QItemSelectionModel.SelectionFlag) -> None:  # noqa: N802
        """Select what a rubber band touches, or, by keys and clicks, everything from one photo to another."""
        down = QPoint(0, self.verticalOffset())
        grid = self._geometry()
        if self.state() == QAbstractItemView.State.DragSelectingState:
            self._band = rect.normalized().translated(down)
            runs = grid.runs_within(self._band)
            self.viewport().update()
        else:
            one, other = grid.nearest(rect.topLeft() + down), grid.nearest(rect.bottomRight() + down)
            runs = [] if one is None or other is None else [(min(one, other), max(one, other))]
        self.selectionModel().select(selection_of_runs(self._photos, runs), command)

    def visualRegionForSelection(self, selection: QItemSelection) -> QRegion:  # noqa: ARG002, N802
        return QRegion(self.viewport().rect())

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self.viewport())
        offset = self.verticalOffset()
        option = QStyleOptionViewItem()
        self.initViewItemOption(option)
        usual: QStyle.StateFlag = option.state & ~QStyle.StateFlag.State_HasFocus
        has_focus = self.hasFocus()
        area = event.rect()
        for row in self._geometry().between(area.top() + offset, area.bottom() + 1 + offset):
            index = self._photos.index(row)
            option.rect = self.visualRect(index)
            if not event.region().intersects(option.rect):
                continue
            option.state = usual
            if self.selectionModel().isSelected(index):
                option.state |= QStyle.StateFlag.State_Selected
            if has_focus and index == self.currentIndex():
                option.state |= QStyle.StateFlag.State_HasFocus
            if row == self._hovered_row:
                option.state |= QStyle.StateFlag.State_MouseOver
            self._delegate.paint(painter, option, index)
        for section, heading in self._geometry().headings_between(area.top() + offset, area.bottom() + 1 + offset):
            self._paint_heading(painter, section, heading.translated(0, -offset))
        if not self._photos.rowCount():
            painter.setPen(QColor(theme.colours().quiet))
            painter.drawText(self.viewport().rect(), Qt.AlignmentFlag.AlignCenter, self._when_empty)
        if self._band is not None:
            ring = QColor(theme.colours().ring)
            painter.setPen(ring)
            ring.setAlpha(40)
            painter.fillRect(self._band.translated(0, -offset), ring)
            painter.drawRect(self._band.translated(0, -offset))
        painter.end()

    def _paint_heading(self, painter: QPainter, section: int, place: QRect) -> None:
        after = self._starts[section + 1] if section + 1 < len(self._starts) else self._photos.rowCount()
        count = after - self._starts[section]
        font = self.font()
        font.setBold(True)
        painter.setFont(font)
        painter.setPen(QColor(theme.colours().text))
        line = place.adjusted(2, 8, -2, -8)
        title = painter.fontMetrics().elidedText(
            self._sections[section].title, Qt.TextElideMode.ElideMiddle, line.width() - 120
        )
        painter.drawText(line, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, title)
        title_px = painter.fontMetrics().horizontalAdvance(title)
        painter.setFont(self.font())
        painter.setPen(QColor(theme.colours().quiet))
        painter.drawText(line.adjusted(title_px + 12, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, f"{count:,}")

    # what people do

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        anchor, _ = self._anchor(event.oldSize())
        super().resizeEvent(event)
        self._lay_out(anchor)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802
        super().showEvent(event)
        self._ask_soon()  # what was outdated meanwhile was not asked for

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        super().mouseReleaseEvent(event)
        if self._band is not None:
            self._band = None
            self.viewport().update()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
        opening = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)
        if opening and plain and self.currentIndex().isValid():
            self.opened.emit(self.currentIndex().row())
            return
        super().keyPressEvent(event)

    def keyboardSearch(self, search: str) -> None:  # noqa: N802
        """Letters are commands here; looking names up would ask every photo for its own."""

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.zoom(1 if event.angleDelta().y() > 0 else -1)
            return
        super().wheelEvent(event)

    def zoom(self, steps: int) -> None:
        """Make the cells larger, or smaller for a negative number."""
        self.set_side(self._side_px + steps * _ZOOM_STEP_PX)
        self.zoomed.emit(self._side_px)

    def startDrag(self, supported: Qt.DropAction) -> None:  # noqa: ARG002, N802
        self.drag_wanted.emit()

    def viewportEvent(self, event: QEvent) -> bool:  # noqa: N802
        if isinstance(event, QHoverEvent):  # Qt repaints the cells that are entered and left
            index = self.indexAt(event.position().toPoint())
            self._hovered_row = index.row() if event.type() is not QEvent.Type.HoverLeave else -1
        return super().viewportEvent(event)

    def _geometry(self, size: QSize | None = None) -> GridGeometry:
        """Return where the cells lie, just now or in a view of another size."""
        count, width = self._photos.rowCount(), (self.viewport() if size is None else size).width()
        known = (self._cells.count, self._cells.width_px, self._cells.side_px)
        if (count, width, self._side_px) != known or self._laid_out is not self._starts:
            self._laid_out = self._starts
            starts = tuple(start for start in self._starts if start < count)
            self._cells = GridGeometry(count, width, self._side_px, starts)
        return self._cells

    def _anchor(self, size: QSize | None = None) -> tuple[int | None, int]:
        """Return the id of the first photo in view, and how far below the top of the view it begins."""
        grid, offset = self._geometry(size), self.verticalOffset()
        for row in grid.between(offset + grid.row_height_px // 2, offset + 2 * grid.row_height_px):
            return int(self._photos.photo_ids[row]), grid.rect(row).top() - offset
        return None, 0

    def _lay_out(self, anchor: int | None) -> None:
        was_at_top = self.verticalOffset() == 0
        self.updateGeometries()
        row = None if anchor is None else self._photos.row_of(anchor)
        if row is not None and not was_at_top:
            self.scrollTo(self._photos.index(row), QAbstractItemView.ScrollHint.PositionAtTop)
        self.viewport().update()
        self._fitting.start()
        self._ask_soon()

    def _fit_thumbnails(self) -> None:
        self._thumbnails.fit_into(picture_box(self._geometry().rect(0).size()), self.devicePixelRatioF())

    def _current_id(self) -> int | None:
        index = self.currentIndex()
        return int(self._photos.photo_ids[index.row()]) if index.isValid() else None

    def _choose(self, chosen: NDArray[np.int64], current: int | None) -> None:
        """Select photos again after others were put among them."""
        row = None if current is None else self._photos.row_of(current)
        if row is not None and not self.currentIndex().isValid():
            self.selectionModel().setCurrentIndex(self._photos.index(row), QItemSelectionModel.SelectionFlag.NoUpdate)
        if len(chosen) and self.selectionModel().selection().isEmpty():
            rows = np.flatnonzero(np.isin(self._photos.photo_ids, chosen))
            selected = selection_of(self._photos, rows)
            self.selectionModel().select(selected, QItemSelectionModel.SelectionFlag.ClearAndSelect)

    def _ask_soon(self) -> None:
        if not self._asking.isActive():
            self._asking.start()

    def _ask_for_thumbnails(self) -> None:
        if not self.isVisible():
            return
        grid, top, seen_px = self._geometry(), self.verticalOffset(), self.viewport().height()
        seen = grid.between(top, top + seen_px)
        after = grid.between(top + seen_px, top + 2 * seen_px)
        before = grid.between(top - seen_px, top)
        ids = self._photos.photo_ids
        self._thumbnails.want([int(ids[row]) for row in dict.fromkeys((*seen, *after, *reversed(before)))])
