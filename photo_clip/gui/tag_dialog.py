"""Gives tags to the chosen photos, and takes them away."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QStringListModel, Qt, Signal
from PySide6.QtWidgets import (
    QCompleter,
    QDialog,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from photo_clip.core.amounts import photos_in_words
from photo_clip.core.labels import tag_name
from photo_clip.gui.buttons import push_button
from photo_clip.gui.jobs import Jobs, Lane
from photo_clip.gui.plain import plain_label
from photo_clip.services.library import Library


@dataclass(frozen=True, slots=True)
class _Known:
    """What the photos have, and what tags there are."""

    given: dict[str, int]
    """How many of the photos have each tag."""
    of_others: dict[str, str]
    """Tags that other programs gave, and where they stand."""
    all_tags: list[str]


class TagDialog(QDialog):
    """Shows the tags of photos with a tick; those that only some have are ticked in part."""

    decided = Signal(dict)
    """Whether each tag that was changed is given or taken away, by its name."""

    def __init__(self, library: Library, jobs: Jobs, photo_ids: Sequence[int], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Tags")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(380, 420)
        self._photo_ids = list(photo_ids)
        self._before: dict[str, Qt.CheckState] = {}
        title = plain_label(f"Tags of {photos_in_words(len(photo_ids))}")
        title.setProperty("heading", True)
        self.line = QLineEdit()
        self.line.setPlaceholderText("Another tag, such as “family/Anna”")
        self.line.setAccessibleName("Another tag")
        self.line.returnPressed.connect(self.add)
        self._known = QStringListModel(self)
        completer = QCompleter(self._known, self)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        self.line.setCompleter(completer)
        self.tags = QListWidget()
        self.tags.setAccessibleName("Tags")
        self.save = push_button("Done", self._save, primary=True)
        self.save.setAutoDefault(False)
        cancel = push_button("Cancel", self.reject)
        cancel.setAutoDefault(False)
        buttons = QHBoxLayout()
        buttons.addStretch()
        buttons.addWidget(self.save)
        buttons.addWidget(cancel)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        for part in (title, self.line):
            column.addWidget(part)
        column.addWidget(self.tags, 1)
        column.addLayout(buttons)
        self._loading = jobs.start(Lane.SEARCH, _known_of, library, self._photo_ids, on_done=self._show)
        self.is_loaded = False

    def _show(self, known: _Known) -> None:
        self._known.setStringList(known.all_tags)
        for name, count in known.given.items():
            is_whole = count == len(self._photo_ids)
            self._before[name] = Qt.CheckState.Checked if is_whole else Qt.CheckState.PartiallyChecked
            typed = self._item_of(name)
            if typed is None:
                self._add_item(name, self._before[name])
            else:
                typed.setText(name)
                typed.setData(Qt.ItemDataRole.UserRole, name)
        for name, place in known.of_others.items():
            item = QListWidgetItem(f"{name}  ({place})")
            item.setFlags(Qt.ItemFlag.ItemIsEnabled)
            self.tags.addItem(item)
        self.is_loaded = True
        self.line.setFocus()

    def _add_item(self, name: str, state: Qt.CheckState) -> None:
        item = QListWidgetItem(name)
        item.setData(Qt.ItemDataRole.UserRole, name)
        item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
        item.setCheckState(state)
        self.tags.addItem(item)

    def done(self, result: int) -> None:
        """Close."""
        self._loading.cancel()
        super().done(result)

    def add(self) -> None:
        """Give the tag that the line says; with an empty line, be done."""
        if tag_name(self.line.text()):
            self._take_typed()
        else:
            self._save()

    def _take_typed(self) -> None:
        name = tag_name(self.line.text())
        self.line.clear()
        item = self._item_of(name)
        if item is not None:
            item.setCheckState(Qt.CheckState.Checked)
        elif name:
            self._add_item(name, Qt.CheckState.Checked)

    def _item_of(self, name: str) -> QListWidgetItem | None:
        """Return the row of a tag that can be ticked, whatever its capitals."""
        items = (self.tags.item(row) for row in range(self.tags.count()))
        known = ((item, str(item.data(Qt.ItemDataRole.UserRole) or "")) for item in items)
        return next((item for item, other in known if other and other.casefold() == name.casefold()), None)

    def _save(self) -> None:
        self._take_typed()
        wanted: dict[str, bool] = {}
        for row in range(self.tags.count()):
            item = self.tags.item(row)
            name = item.data(Qt.ItemDataRole.UserRole)
            if name and item.checkState() is not self._before.get(name, Qt.CheckState.Unchecked):
                wanted[name] = item.checkState() is Qt.CheckState.Checked
        if wanted:
            self.decided.emit(wanted)
        self.accept()


def _known_of(library: Library, photo_ids: Sequence[int]) -> _Known:
    tags = [tag for tags in library.catalog.tags.tags_of(photo_ids).values() for tag in tags]
    labels = [label.name for label in library.label_judge.labels()]
    return _Known(
        dict(Counter(tag.name for tag in tags if tag.is_given_here)),
        {tag.name: tag.place for tag in tags if not tag.is_given_here},
        list(dict.fromkeys([*library.catalog.tags.counts(), *labels])),
    )
