"""The watched folders at the left, with their state."""

from collections.abc import Sequence

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QMenu,
    QMessageBox,
    QVBoxLayout,
    QWidget,
)

from photo_clip.core.photo import Folder, FolderState
from photo_clip.core.printable import printable
from photo_clip.gui.buttons import push_button
from photo_clip.gui.reveal import reveal

_FOLDER = int(Qt.ItemDataRole.UserRole)


class FolderPanel(QWidget):
    """Lists folders; adding, removing and confirming losses go out as wishes."""

    add_wanted = Signal()
    remove_wanted = Signal(int)
    losses_accepted = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        heading = QLabel("Folders")
        heading.setProperty("heading", True)
        self._list = QListWidget()
        self._list.setObjectName("folders")
        self._list.setAccessibleName("Watched folders")
        self._list.setWordWrap(True)
        self._list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self._list.customContextMenuRequested.connect(self._show_menu)
        heading.setBuddy(self._list)
        buttons = QHBoxLayout()
        buttons.addWidget(push_button("Add folder …", self.add_wanted.emit))
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 14, 12, 12)
        column.addWidget(heading)
        column.addWidget(self._list, 1)
        column.addLayout(buttons)
        remove = QShortcut(QKeySequence(Qt.Key.Key_Delete), self._list)
        remove.setContext(Qt.ShortcutContext.WidgetShortcut)
        remove.activated.connect(self._remove_current)
        self.setMinimumWidth(170)

    def show_folders(self, folders: Sequence[Folder]) -> None:
        """Show these folders; the selected one stays selected."""
        chosen = self._chosen()
        self._list.clear()
        for folder in folders:
            name = printable(folder.path.name or str(folder.path))
            offline = folder.state is FolderState.OFFLINE
            item = QListWidgetItem(f"{name}\nOffline: {folder.offline_reason}" if offline else name)
            item.setData(_FOLDER, folder)
            item.setToolTip(printable(str(folder.path)))
            item.setData(Qt.ItemDataRole.AccessibleTextRole, item.text().replace("\n", ". "))
            if offline:
                item.setForeground(self.palette().placeholderText())
            self._list.addItem(item)
            if chosen is not None and chosen.id == folder.id:
                self._list.setCurrentItem(item)

    def _chosen(self) -> Folder | None:
        item = self._list.currentItem()
        folder = item.data(_FOLDER) if item is not None else None
        return folder if isinstance(folder, Folder) else None

    def _show_menu(self, place: QPoint) -> None:
        folder = self._chosen()
        if folder is None or self._list.itemAt(place) is None:
            return
        menu = QMenu(self)
        menu.addAction("Show in the file manager", lambda: reveal(folder.path))
        if folder.state is FolderState.OFFLINE:
            menu.addAction("Its missing photos are really gone …", lambda: self._accept_losses(folder))
        menu.addAction("Remove from the library …", self._remove_current)
        menu.exec(self._list.viewport().mapToGlobal(place))

    def _remove_current(self) -> None:
        folder = self._chosen()
        if folder is not None and self._confirmed(
            f"Remove “{printable(folder.path.name)}” from the library?",
            "Its photos can no longer be found, and decisions on them are forgotten. No photo file is touched.",
        ):
            self.remove_wanted.emit(folder.id)

    def _accept_losses(self, folder: Folder) -> None:
        if self._confirmed(
            f"Are the missing photos in “{printable(folder.path.name)}” really gone?",
            "If their drive is only unplugged, choose No and connect it: nothing is lost meanwhile.",
        ):
            self.losses_accepted.emit(folder.id)

    def _confirmed(self, question: str, consequence: str) -> bool:
        box = QMessageBox(QMessageBox.Icon.Question, "photo-clip", question, parent=self.window())
        box.setInformativeText(consequence)
        box.setStandardButtons(QMessageBox.StandardButton.Yes | QMessageBox.StandardButton.No)
        box.setDefaultButton(QMessageBox.StandardButton.No)
        return box.exec() == QMessageBox.StandardButton.Yes
