"""The label lists: switched on and off, written, changed and removed."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QListWidget, QListWidgetItem, QMessageBox, QVBoxLayout, QWidget

from photo_clip.core.labels import LabelList
from photo_clip.core.printable import printable
from photo_clip.core.stores import TagStore
from photo_clip.gui.buttons import push_button
from photo_clip.gui.jobs import Jobs, Lane
from photo_clip.gui.label_editor import LabelEditor
from photo_clip.gui.plain import plain_label, plain_tip
from photo_clip.services.label_lists import (
    Standing,
    all_lists,
    effect_of,
    effect_of_removing,
    effect_of_switching,
)
from photo_clip.services.library import Library

_OWN_LIST = "my labels"
_HIGHEST_PX = 140


@dataclass(frozen=True, slots=True)
class _Known:
    lists: list[LabelList]
    own: frozenset[str]
    """The names of those that are in the library; the others come with the program as they are."""
    effects: list[str]
    """What switching each on or off would do."""
    wrong: str
    """What is wrong with lists that cannot be read, and what to do; empty where nothing is."""


def _known_of(tags: TagStore) -> _Known:
    lists, unreadable = all_lists(tags)
    return _Known(
        lists,
        frozenset(each.name for each in tags.lists()),
        [effect_of_switching(each) for each in lists],
        "\n".join(f"{error.sentence} {error.advice}" for error in unreadable),
    )


def _add_to_own(tags: TagStore, name: str) -> None:
    """Let a label be in the list for what has no other, once, and that be on."""
    own = next((each for each in tags.lists() if each.name.casefold() == _OWN_LIST), LabelList(_OWN_LIST, ""))
    if name.casefold() not in {label.name.casefold() for label in own.labels()}:
        own = replace(own, text=f"{own.text.rstrip()}\n{name}\n".lstrip())
        own.labels()  # as many as a list may have are in it, perhaps
    tags.save_list(replace(own, is_on=True))


class LabelListsPanel(QWidget):
    """Says of each change what it does before it is made."""

    changed = Signal()
    """Lists were changed in the library."""
    failed = Signal(object)

    def __init__(self, jobs: Jobs, standing: Callable[[], Standing], parent: QWidget | None = None) -> None:
        """`standing` returns how the labels stand just now; it may be asked in the background."""
        super().__init__(parent)
        self._jobs = jobs
        self._standing = standing
        self._library: Library | None = None
        self._own: frozenset[str] = frozenset()
        self.lists = QListWidget()
        self.lists.setAccessibleName("Label lists")
        self.lists.setMaximumHeight(_HIGHEST_PX)
        self.lists.itemChanged.connect(self._switch)
        self.lists.itemDoubleClicked.connect(lambda _: self.edit())
        self.lists.currentRowChanged.connect(lambda _: self._offer())
        self.remove = push_button("Remove …", self.ask_to_remove)
        self._edit = push_button("Edit …", self.edit)
        buttons = QHBoxLayout()
        buttons.setSpacing(6)
        buttons.addWidget(self._edit)
        buttons.addWidget(push_button("New …", lambda: self._open_editor(LabelList("", ""))))
        buttons.addWidget(self.remove)
        buttons.addStretch()
        self.wrong = plain_label(wordWrap=True)
        self.wrong.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.lists)
        column.addLayout(buttons)
        column.addWidget(self.wrong)
        self._offer()

    def use(self, library: Library) -> None:
        """Show this library's lists from now on."""
        self._library = library

    def open(self) -> None:
        """Show the lists there are now."""
        if self._library is not None:
            tags = self._library.catalog.tags
            self._jobs.start(Lane.SEARCH, _known_of, tags, on_done=self._show, on_failed=self._fail)

    @property
    def all(self) -> list[LabelList]:
        """The lists shown."""
        return [self.lists.item(row).data(Qt.ItemDataRole.UserRole) for row in range(self.lists.count())]

    def edit(self) -> None:
        """Edit the list that is chosen."""
        each = self._current
        if each is not None:
            self._open_editor(each)

    def add_label(self, name: str) -> None:
        """Add a label to a list for what has no other."""
        if self._library is not None:
            self._change(_add_to_own, self._library.catalog.tags, name)

    def ask_to_remove(self) -> None:
        """Ask whether the list that is chosen is to go."""
        each = self._current
        if each is None:
            return
        box = QMessageBox(self, textFormat=Qt.TextFormat.PlainText, icon=QMessageBox.Icon.Question)
        box.setWindowTitle("Remove a list")
        box.setText(f"Remove the list “{printable(each.name)}”?")
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.setInformativeText(effect_of_removing(each, self._standing()))
        remove = box.addButton("Remove", QMessageBox.ButtonRole.DestructiveRole)
        box.setDefaultButton(box.addButton(QMessageBox.StandardButton.Cancel))
        remove.clicked.connect(lambda _checked: self._remove(each.name))
        box.open()

    @property
    def _current(self) -> LabelList | None:
        item = self.lists.currentItem()
        each = None if item is None else item.data(Qt.ItemDataRole.UserRole)
        return each if isinstance(each, LabelList) else None

    def _show(self, known: _Known) -> None:
        self._own = known.own
        row = max(0, self.lists.currentRow())
        self.lists.blockSignals(True)
        self.lists.clear()
        for each, effect in zip(known.lists, known.effects, strict=True):
            item = QListWidgetItem(printable(each.name))
            item.setData(Qt.ItemDataRole.UserRole, each)
            item.setCheckState(Qt.CheckState.Checked if each.is_on else Qt.CheckState.Unchecked)
            item.setToolTip(plain_tip(effect))
            item.setData(Qt.ItemDataRole.AccessibleDescriptionRole, effect)
            self.lists.addItem(item)
        self.lists.blockSignals(False)
        self.wrong.setText(known.wrong)
        self.wrong.setVisible(bool(known.wrong))
        self.lists.setCurrentRow(min(row, self.lists.count() - 1))
        self._offer()

    def _offer(self) -> None:
        """Let people do what can be done with the list that is chosen."""
        each = self._current
        self._edit.setEnabled(each is not None)
        self.remove.setEnabled(each is not None and each.name in self._own)

    def _switch(self, item: QListWidgetItem) -> None:
        each = item.data(Qt.ItemDataRole.UserRole)
        self._save(replace(each, is_on=item.checkState() is Qt.CheckState.Checked))

    def _open_editor(self, each: LabelList) -> None:
        if self._library is None:
            return
        library = self._library
        editor = LabelEditor(
            self._jobs,
            each,
            lambda changed: effect_of(each, changed, self._standing()),
            [str(folder.path) for folder in library.folders.all()],
            library.models.languages(library.models.active),
            self,
            taken=(other.name for other in self.all if other.name != each.name),
        )
        editor.saved.connect(self._save)
        editor.open()

    def _save(self, each: LabelList) -> None:
        if self._library is not None:
            self._change(self._library.catalog.tags.save_list, each)

    def _remove(self, name: str) -> None:
        if self._library is not None:
            self._change(self._library.catalog.tags.remove_list, name)

    def _change(self, change: Callable[..., object], *values: object) -> None:
        if self._library is None:
            return
        tags = self._library.catalog.tags

        def changed() -> _Known:
            change(*values)
            return _known_of(tags)

        self._jobs.start(Lane.DECISIONS, changed, on_done=self._take, on_failed=self._fail)

    def _take(self, known: _Known) -> None:
        self._show(known)
        self.changed.emit()

    def _fail(self, error: Exception) -> None:
        self.failed.emit(error)
