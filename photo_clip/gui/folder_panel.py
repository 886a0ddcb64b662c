"""The watched folders at the left: how many photos each has, whether it can be reached, and what can be done."""

from collections.abc import Collection, Mapping, Sequence

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QMenu,
    QVBoxLayout,
    QWidget,
)

from photo_clip.core.amounts import photos_in_words
from photo_clip.core.photo import Folder, FolderState
from photo_clip.core.printable import printable
from photo_clip.core.short_names import short_names
from photo_clip.core.tiles import cost_in_words
from photo_clip.gui.buttons import IconButton, push_button
from photo_clip.gui.commands import key_name
from photo_clip.gui.confirming import ConfirmDialog
from photo_clip.gui.folder_delegate import COUNT, FOLDER, FolderDelegate
from photo_clip.gui.plain import plain_label, plain_tip
from photo_clip.gui.saved_searches import SavedSearches
from photo_clip.services.folder_changes import EMPTY, GONE, LOSSES, OTHER_DEVICE


class FolderPanel(QWidget):
    """Lists folders; what is to be done with one goes out as a wish."""

    add_wanted = Signal()
    remove_wanted = Signal(int)
    losses_accepted = Signal(int)
    small_things_wanted = Signal(int, bool)
    """A folder's id, and whether small things are to be looked for there."""
    reveal_wanted = Signal(object)
    """A Path."""
    photos_wanted = Signal(object)
    """A Folder whose photos are to be shown."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._photos_in: Mapping[int, int] = {}
        self._tiled: Collection[int] = ()
        heading = plain_label("Folders")
        heading.setProperty("heading", True)
        self.list = QListWidget()
        self.list.setObjectName("folders")
        self.list.setAccessibleName("Watched folders")
        self.list.setItemDelegate(FolderDelegate(self.list))
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setMouseTracking(True)
        self.list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.list.customContextMenuRequested.connect(self._show_menu)
        top = QHBoxLayout()
        top.setContentsMargins(10, 0, 2, 0)
        top.addWidget(heading, 1)
        top.addWidget(IconButton("folder-plus", f"Add a folder ({key_name('Ctrl+O')})", self.add_wanted.emit))
        self.searches = SavedSearches()
        self._offline = QWidget()
        self._offline_words = plain_label(wordWrap=True)
        self._offline_words.setProperty("quiet", True)
        self._gone = push_button("These photos are really gone …", self._accept_losses)
        offline = QVBoxLayout(self._offline)
        offline.setContentsMargins(10, 4, 6, 4)
        offline.addWidget(self._offline_words)
        offline.addWidget(self._gone)
        self._offline.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 14, 8, 10)
        column.setSpacing(6)
        column.addLayout(top)
        column.addWidget(self.list, 1)
        column.addWidget(self._offline)
        column.addWidget(self.searches)
        remove = QShortcut(QKeySequence(Qt.Key.Key_Delete), self.list)
        remove.setContext(Qt.ShortcutContext.WidgetShortcut)
        remove.activated.connect(self._remove)
        self.list.itemActivated.connect(lambda item: self.photos_wanted.emit(item.data(FOLDER)))
        self.list.currentItemChanged.connect(lambda *_: self._show_chosen())
        self.setMinimumWidth(180)

    def show_folders(
        self,
        folders: Sequence[Folder],
        photos_in: Mapping[int, int] | None = None,
        tiled: Collection[int] | None = None,
    ) -> None:
        """Show these folders, with how many photos each has, by id; the chosen one stays chosen.

        `tiled` holds the ids of those where small things are looked for. Where nobody has counted again, what is
        known stays.
        """
        self._photos_in = self._photos_in if photos_in is None else photos_in
        self._tiled = self._tiled if tiled is None else tiled
        chosen = self.chosen
        self.list.blockSignals(True)
        self.list.clear()
        for folder, name in zip(folders, short_names([each.path for each in folders]), strict=True):
            item = _item(folder, name, self._photos_in.get(folder.id, 0), is_tiled=folder.id in self._tiled)
            self.list.addItem(item)
            if chosen is not None and chosen.id == folder.id:
                self.list.setCurrentItem(item)
        self.list.blockSignals(False)
        self._show_chosen()

    @property
    def chosen(self) -> Folder | None:
        """The folder that was clicked, None where there is none."""
        item = self.list.currentItem()
        folder = item.data(FOLDER) if item is not None else None
        return folder if isinstance(folder, Folder) else None

    def menu(self) -> QMenu | None:
        """Return what can be done with the chosen folder; None where there is none."""
        folder = self.chosen
        if folder is None:
            return None
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("Show its photos\tEnter", lambda: self.photos_wanted.emit(folder))
        menu.addAction("Show in the file manager", lambda: self.reveal_wanted.emit(folder.path))
        small = menu.addAction("Look for small things, too …", self._switch_small_things)
        small.setCheckable(True)
        small.setChecked(folder.id in self._tiled)
        if _may_be_losses(folder):
            menu.addAction(self._gone.text(), self._accept_losses)
        menu.addSeparator()
        remove = QAction("Remove from photo-clip …", menu)
        remove.setShortcut(QKeySequence(Qt.Key.Key_Delete))
        remove.triggered.connect(self._remove)
        menu.addAction(remove)
        return menu

    def _show_menu(self, place: QPoint) -> None:
        menu = self.menu() if self.list.itemAt(place) is not None else None
        if menu is not None:
            menu.popup(self.list.viewport().mapToGlobal(place))

    def _show_chosen(self) -> None:
        folder = self.chosen
        is_offline = folder is not None and folder.state is FolderState.OFFLINE
        self._offline.setVisible(is_offline)
        if folder is not None and is_offline:
            self._offline_words.setText(
                f"“{printable(folder.name)}” is offline: {folder.offline_reason}\nIts photos can still be found;"
                " it goes on by itself when it is back."
            )
            self._gone.setVisible(_may_be_losses(folder))

    def _switch_small_things(self) -> None:
        folder = self.chosen
        if folder is None:
            return
        is_on, name = folder.id in self._tiled, printable(folder.name)
        forgetting = "What is small in a photo is then no longer found there, and what was embedded for it is deleted."
        ConfirmDialog(
            f"Stop looking for small things in “{name}”?" if is_on else f"Look for small things in “{name}”, too?",
            forgetting
            if is_on
            else "What takes up a small part of a photo is then found as well, and “Why?” (W) points at it."
            f" {cost_in_words(self._photos_in.get(folder.id, 0))}",
            "Stop and delete" if is_on else "Look for them",
            lambda: self.small_things_wanted.emit(folder.id, not is_on),
            self.window(),
        ).open()

    def _remove(self) -> None:
        folder = self.chosen
        if folder is None:
            return
        ConfirmDialog(
            f"Remove “{printable(folder.name)}” from photo-clip?",
            "No photo file is touched. Its photos can no longer be found here, and what you decided about them is"
            " forgotten. You can add the folder again at any time.",
            "Remove",
            lambda: self.remove_wanted.emit(folder.id),
            self.window(),
        ).open()

    def _accept_losses(self) -> None:
        folder = self.chosen
        if folder is None:
            return
        ConfirmDialog(
            f"Are the missing photos of “{printable(folder.name)}” really gone?",
            "Say so if you deleted or moved them yourself. If their drive is only unplugged, connect it instead:"
            " nothing is lost meanwhile.",
            "They are gone",
            lambda: self.losses_accepted.emit(folder.id),
            self.window(),
        ).open()


def _may_be_losses(folder: Folder) -> bool:
    """Whether the folder is offline for a reason that deleting photos could be, too."""
    return folder.state is FolderState.OFFLINE and folder.offline_reason in (LOSSES, EMPTY, GONE, OTHER_DEVICE)


def _item(folder: Folder, name: str, count: int, *, is_tiled: bool) -> QListWidgetItem:
    name = printable(name)
    photos = photos_in_words(count)
    is_offline = folder.state is FolderState.OFFLINE
    item = QListWidgetItem(name)
    item.setData(FOLDER, folder)
    item.setData(COUNT, count)
    state = "\nSmall things are looked for, too" if is_tiled else ""
    state += f"\nOffline: {folder.offline_reason}" if is_offline else ""
    item.setToolTip(plain_tip(f"{printable(str(folder.path))}\n{photos}{state}"))
    item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{name}, {photos}{state}".replace("\n", ", "))
    return item
