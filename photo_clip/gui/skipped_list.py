"""Which photos could not be used, and why."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from photo_clip.core.photo import Photo
from photo_clip.core.printable import printable
from photo_clip.gui.buttons import push_button
from photo_clip.gui.reveal import reveal

_PHOTO = int(Qt.ItemDataRole.UserRole)


class SkippedList(QDialog):
    """Lists skipped photos with their reasons; they can be looked at, and tried again."""

    try_again_wanted = Signal()

    def __init__(self, photos: Sequence[Photo], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Skipped photos")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(820, 480)
        words = QLabel(
            "These files look like photos by their names, but could not be used. The others are not affected."
        )
        words.setWordWrap(True)
        words.setProperty("quiet", True)
        self.list = QTreeWidget()
        self.list.setAccessibleName("Skipped photos")
        self.list.setHeaderLabels(["Photo", "Why", "Folder"])
        self.list.setRootIsDecorated(False)
        self.list.setUniformRowHeights(True)
        self.list.setAlternatingRowColors(True)
        for photo in photos:
            folder = printable(str(photo.path.parent))
            item = QTreeWidgetItem([printable(photo.path.name), photo.skip_reason, folder])
            item.setData(0, _PHOTO, photo)
            item.setToolTip(2, folder)
            self.list.addTopLevelItem(item)
        self.list.setSortingEnabled(True)
        self.list.sortByColumn(1, Qt.SortOrder.AscendingOrder)
        header = self.list.header()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.resizeSection(0, 240)
        header.resizeSection(1, 320)
        self.list.itemActivated.connect(self._reveal)
        buttons = QHBoxLayout()
        buttons.addWidget(push_button("Show in the file manager", self._reveal_current))
        buttons.addStretch()
        buttons.addWidget(push_button("Try them again", self._try_again))
        buttons.addWidget(push_button("Close", self.accept, primary=True))
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(12)
        column.addWidget(words)
        column.addWidget(self.list, 1)
        column.addLayout(buttons)

    def _reveal(self, item: QTreeWidgetItem) -> None:
        photo = item.data(0, _PHOTO)
        if isinstance(photo, Photo):
            reveal(photo.path)

    def _reveal_current(self) -> None:
        item = self.list.currentItem()
        if item is not None:
            self._reveal(item)

    def _try_again(self) -> None:
        self.try_again_wanted.emit()
        self.accept()
