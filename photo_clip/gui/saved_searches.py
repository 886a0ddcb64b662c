"""The searches that were kept, at the left: a click asks again, and the answer holds the photos that came since."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QColor, QKeySequence, QPainter, QShortcut
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListWidget,
    QListWidgetItem,
    QMenu,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from photo_clip.core.photo import SavedSearch
from photo_clip.core.printable import printable
from photo_clip.gui import theme
from photo_clip.gui.plain import plain_label, plain_tip

SEARCH = int(Qt.ItemDataRole.UserRole)
COUNT = SEARCH + 1
_ROW_PX = 32
_COUNT_MARGIN_PX = 10
_MOST_ROWS = 8


class _CountDelegate(QStyledItemDelegate):
    """Paints a search with its count at the right, as the folders above have theirs."""

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        super().paint(painter, option, index)
        painter.save()
        painter.setPen(QColor(theme.colours().quiet))
        room = option.rect.adjusted(0, 0, -_COUNT_MARGIN_PX, 0)
        painter.drawText(
            room, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, str(index.data(COUNT) or "")
        )
        painter.restore()

    def initStyleOption(  # noqa: N802
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        super().initStyleOption(option, index)
        count_px = option.fontMetrics.horizontalAdvance(f"{index.data(COUNT) or ''}  ")
        room_px = option.rect.width() - count_px - 2 * _COUNT_MARGIN_PX
        option.text = option.fontMetrics.elidedText(option.text, Qt.TextElideMode.ElideRight, room_px)


class SavedSearches(QWidget):
    """Lists searches; what is to be done with one goes out as a wish."""

    asked = Signal(str)
    """A query, as it is typed."""
    forget_wanted = Signal(str)
    """The name of a search."""
    rename_wanted = Signal(object, str)
    """A SavedSearch, and the name it is to have."""
    changed = Signal()
    """Others are shown than before."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        heading = plain_label("Searches")
        heading.setProperty("heading", True)
        heading.setContentsMargins(10, 0, 0, 0)
        self.list = QListWidget()
        self.list.setObjectName("searches")
        self.list.setItemDelegate(_CountDelegate(self.list))
        self.list.setAccessibleName("Searches that were kept")
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.list.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed)
        self.list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.list.customContextMenuRequested.connect(self._show_menu)
        self.list.itemClicked.connect(self._ask)
        self.list.itemActivated.connect(self._ask)
        self.list.itemChanged.connect(self._rename)
        delete = QShortcut(QKeySequence(Qt.Key.Key_Delete), self.list)
        delete.setContext(Qt.ShortcutContext.WidgetShortcut)
        delete.activated.connect(self._forget)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 6, 0, 0)
        column.setSpacing(6)
        column.addWidget(heading)
        column.addWidget(self.list)
        self.hide()

    def show_searches(self, searches: Sequence[SavedSearch]) -> None:
        """Show these; without any there is nothing to see."""
        self.list.blockSignals(True)
        self.list.clear()
        for search in searches:
            item = QListWidgetItem(printable(search.name))
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsEditable)
            item.setData(SEARCH, search)
            item.setToolTip(plain_tip(f"{printable(search.query)}\nF2 renames it, Delete forgets it."))
            self.list.addItem(item)
        self.list.blockSignals(False)
        self.list.setFixedHeight(min(_MOST_ROWS, max(1, len(searches))) * _ROW_PX + 4)
        self.setVisible(bool(searches))
        self.changed.emit()

    @property
    def shown(self) -> list[SavedSearch]:
        """The searches that are listed, in their order."""
        return [self.list.item(row).data(SEARCH) for row in range(self.list.count())]

    def show_counts(self, counts: Mapping[SavedSearch, str]) -> None:
        """Show in figures how many photos match each search; none for those that are left out."""
        self.list.blockSignals(True)
        for row in range(self.list.count()):
            item = self.list.item(row)
            search: SavedSearch = item.data(SEARCH)
            count = counts.get(search, "")
            item.setData(COUNT, count)
            spoken = f"{printable(search.name)}, {count} photos" if count else printable(search.name)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, spoken)
        self.list.blockSignals(False)
        self.list.viewport().update()

    def menu(self) -> QMenu | None:
        """Return what can be done with the chosen search; None where there is none."""
        item = self.list.currentItem()
        if item is None:
            return None
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("Search again", lambda: self._ask(item))
        menu.addAction("Rename\tF2", lambda: self.list.editItem(item))
        menu.addSeparator()
        menu.addAction("Forget this search\tDel", self._forget)
        return menu

    def _show_menu(self, place: QPoint) -> None:
        menu = self.menu() if self.list.itemAt(place) is not None else None
        if menu is not None:
            menu.popup(self.list.viewport().mapToGlobal(place))

    def _ask(self, item: QListWidgetItem) -> None:
        self.asked.emit(item.data(SEARCH).query)

    def _forget(self) -> None:
        item = self.list.currentItem()
        if item is not None:
            self.forget_wanted.emit(item.data(SEARCH).name)

    def _rename(self, item: QListWidgetItem) -> None:
        search, name = item.data(SEARCH), item.text().strip()
        if name and name != search.name:
            self.rename_wanted.emit(search, name)
        else:
            self.list.blockSignals(True)
            item.setText(printable(search.name))
            self.list.blockSignals(False)
