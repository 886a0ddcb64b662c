"""Which photos could not be used, and why."""

from collections.abc import Sequence
from enum import IntEnum

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QSize, Qt, Signal
from PySide6.QtCore import QObject as _QObject
from PySide6.QtWidgets import QDialog, QHBoxLayout, QTreeView, QVBoxLayout, QWidget

from photo_clip.core.photo import Photo
from photo_clip.core.printable import printable
from photo_clip.gui.buttons import push_button
from photo_clip.gui.photo_list_model import AnyIndex
from photo_clip.gui.plain import plain_label, plain_tip

_NO_PARENT = QModelIndex()
_ROW_HEIGHT_PX = 30


class _Column(IntEnum):
    PHOTO = 0
    REASON = 1
    FOLDER = 2


_TITLES = {_Column.PHOTO: "Photo", _Column.REASON: "Why", _Column.FOLDER: "Folder"}


class SkippedModel(QAbstractTableModel):
    """Rows are skipped photos, sorted as people click."""

    def __init__(self, photos: Sequence[Photo], parent: _QObject | None = None) -> None:
        super().__init__(parent)
        self._photos = list(photos)

    def photo(self, row: int) -> Photo:
        """Return the photo in a row."""
        return self._photos[row]

    def rowCount(self, parent: AnyIndex = _NO_PARENT) -> int:  # noqa: N802
        return 0 if parent.isValid() else len(self._photos)

    def columnCount(self, parent: AnyIndex = _NO_PARENT) -> int:  # noqa: N802
        return 0 if parent.isValid() else len(_Column)

    def headerData(  # noqa: N802
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return _TITLES[_Column(section)]
        return None

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if role == Qt.ItemDataRole.SizeHintRole:
            return QSize(0, _ROW_HEIGHT_PX)
        if not index.isValid() or role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return None
        text = _text(self._photos[index.row()], _Column(index.column()))
        return plain_tip(text) if role == Qt.ItemDataRole.ToolTipRole else text

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by a column; those alike in it stay in the order they were in."""
        self.layoutAboutToBeChanged.emit()
        self._photos.sort(
            key=lambda photo: _text(photo, _Column(column)).casefold(), reverse=order is Qt.SortOrder.DescendingOrder
        )
        self.layoutChanged.emit()


class SkippedList(QDialog):
    """Lists skipped photos with their reasons; they can be looked at, and tried again."""

    try_again_wanted = Signal()
    reveal_wanted = Signal(object)
    """A Path."""

    def __init__(self, photos: Sequence[Photo], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Skipped photos")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(860, 500)
        title = plain_label(_title(len(photos)))
        title.setProperty("title", True)
        words = plain_label("They look like photos by their names, but could not be used. All others are not affected.")
        words.setWordWrap(True)
        words.setVisible(bool(photos))
        words.setProperty("quiet", True)
        self._photos = SkippedModel(photos, self)
        self.view = QTreeView()
        self.view.setAccessibleName("Skipped photos")
        self.view.setModel(self._photos)
        self.view.setRootIsDecorated(False)
        self.view.setUniformRowHeights(True)
        self.view.setAlternatingRowColors(True)
        self.view.setSortingEnabled(True)
        self.view.sortByColumn(_Column.REASON, Qt.SortOrder.AscendingOrder)
        self.view.header().resizeSection(_Column.PHOTO, 240)
        self.view.header().resizeSection(_Column.REASON, 320)
        self.view.activated.connect(lambda _: self._reveal())
        if photos:
            self.view.setCurrentIndex(self._photos.index(0, 0))
        buttons = QHBoxLayout()
        for button in (
            push_button("Show in the file manager", self._reveal),
            push_button("Try all again", self._try_again),
        ):
            button.setEnabled(bool(photos))
            buttons.addWidget(button)
        buttons.addStretch()
        buttons.addWidget(push_button("Close", self.accept, primary=True))
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 22, 24, 20)
        column.setSpacing(12)
        column.addWidget(title)
        column.addWidget(words)
        column.addWidget(self.view, 1)
        column.addLayout(buttons)

    def _reveal(self) -> None:
        index = self.view.currentIndex()
        if index.isValid():
            self.reveal_wanted.emit(self._photos.photo(index.row()).path)

    def _try_again(self) -> None:
        self.try_again_wanted.emit()
        self.accept()


def _title(count: int) -> str:
    match count:
        case 0:
            return "No photo was skipped"
        case 1:
            return "1 photo was skipped"
        case _:
            return f"{count:,} photos were skipped"


def _text(photo: Photo, column: _Column) -> str:
    match column:
        case _Column.PHOTO:
            return printable(photo.path.name)
        case _Column.REASON:
            return photo.skip_reason
        case _Column.FOLDER:
            return printable(str(photo.path.parent))
