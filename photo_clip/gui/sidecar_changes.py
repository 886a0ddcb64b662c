"""What other programs changed in sidecars that this one wrote, until somebody has seen it."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from photo_clip.core.amounts import photos_in_words
from photo_clip.core.printable import printable
from photo_clip.core.sidecars import SidecarConflict
from photo_clip.gui.buttons import push_button
from photo_clip.gui.jobs import Jobs, Lane
from photo_clip.gui.plain import plain_label, plain_tip
from photo_clip.services.library import Library

_SHOWN = 2000


class SidecarNotice(QWidget):
    """A button that is there as long as there are such changes."""

    def __init__(self, jobs: Jobs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._library: Library | None = None
        self._conflicts: list[SidecarConflict] = []
        self.button = push_button("", self._show_list)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.button)
        row.addStretch()
        self.hide()

    def use(self, library: Library) -> None:
        """Tell of this library's sidecars from now on."""
        self._library = library

    def open(self) -> None:
        """Show whether there are changes now."""
        if self._library is not None:
            self._jobs.start(Lane.SEARCH, self._library.catalog.sidecars.conflicts, on_done=self._take)

    def _take(self, conflicts: list[SidecarConflict]) -> None:
        self._conflicts = conflicts
        self.setVisible(bool(conflicts))
        count = len(conflicts)
        self.button.setText(f"Sidecars changed elsewhere: {count:,} …")
        self.button.setToolTip("Another program changed tags or stars that photo-clip had written; both are kept")

    def _show_list(self) -> None:
        dialog = SidecarChanges(self._conflicts, self)
        dialog.acknowledged.connect(self._acknowledge)
        dialog.open()

    def _acknowledge(self, photo_ids: list[int]) -> None:
        if self._library is not None:
            store = self._library.catalog.sidecars

            def acknowledge() -> list[SidecarConflict]:
                store.acknowledge(photo_ids)
                return store.conflicts()

            self._jobs.start(Lane.DECISIONS, acknowledge, on_done=self._take)


class SidecarChanges(QDialog):
    """Lists photos with what was changed; those that were seen go out by `acknowledged`."""

    acknowledged = Signal(list)
    """Photo ids."""

    def __init__(self, conflicts: Sequence[SidecarConflict], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Sidecars changed elsewhere")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(760, 440)
        self._conflicts = list(conflicts)
        title = plain_label(f"Another program changed the sidecars of {photos_in_words(len(conflicts))}")
        title.setProperty("title", True)
        title.setWordWrap(True)
        words = plain_label(
            "Nothing is lost: what it wrote counts from now on, and the tags given here stay in the library. They are"
            " written again, beside its own, with the next change of the photo's tags. To give a tag up here too, take"
            " it away in the photo's tags (T)."
        )
        words.setWordWrap(True)
        words.setProperty("quiet", True)
        self.view = QTreeWidget()
        self.view.setHeaderLabels(["Photo", "What was changed", "Noticed"])
        self.view.setAccessibleName("Sidecars changed elsewhere")
        self.view.setRootIsDecorated(False)
        self.view.setWordWrap(True)
        self.view.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        header = self.view.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        for each in self._conflicts[:_SHOWN]:
            at, told = each.noticed_at, printable(each.change.in_words())
            item = QTreeWidgetItem([_name(each.path), told, f"{at.day} {at:%B %Y}, {at:%H:%M}"])
            item.setData(0, Qt.ItemDataRole.UserRole, each.photo_id)
            item.setToolTip(0, plain_tip(printable(str(each.path))))
            item.setToolTip(1, plain_tip(told))
            self.view.addTopLevelItem(item)
        buttons = QHBoxLayout()
        buttons.addStretch()
        self.some = push_button("Seen: the selected", self._acknowledge_selected)
        self.some.setEnabled(False)
        self.view.itemSelectionChanged.connect(lambda: self.some.setEnabled(bool(self.view.selectedItems())))
        self.every = push_button("Seen: all", self._acknowledge_all)
        buttons.addWidget(self.some)
        buttons.addWidget(self.every)
        buttons.addWidget(push_button("Close", self.accept, primary=True))
        column = QVBoxLayout(self)
        column.setContentsMargins(22, 20, 22, 18)
        column.setSpacing(10)
        column.addWidget(title)
        column.addWidget(words)
        column.addWidget(self.view, 1)
        column.addLayout(buttons)
        self.view.setCurrentIndex(self.view.model().index(0, 0))

    def _acknowledge_selected(self) -> None:
        items = self.view.selectedItems()
        if items:
            self.acknowledged.emit([item.data(0, Qt.ItemDataRole.UserRole) for item in items])
            for item in items:
                self.view.takeTopLevelItem(self.view.indexOfTopLevelItem(item))
        if not self.view.topLevelItemCount():
            self.accept()

    def _acknowledge_all(self) -> None:
        self.acknowledged.emit([each.photo_id for each in self._conflicts])
        self.accept()


def _name(path: Path) -> str:
    return printable(f"{path.parent.name}/{path.name}")
