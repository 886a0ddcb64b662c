"""Edits a label list as the text that people share."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from photo_clip.core.coach import advice_on_list
from photo_clip.core.errors import UsageError
from photo_clip.core.label_files import as_csv, as_keywords, imported
from photo_clip.core.labels import LabelList, parse_label_list
from photo_clip.core.printable import printable
from photo_clip.core.typed_text import one_line
from photo_clip.gui.buttons import push_button
from photo_clip.gui.confirming import ConfirmDialog

_HINT = (
    "One label a line; “/” between a parent and its child. What may follow: | synonym, synonym = what the model is"
    " asked for; another ! what is easily taken for it. Lines that begin with # are notes; “# language: de” says in"
    " which language the labels are."
)
_CHECKED_AFTER_MS = 200
_EXPORTS: dict[str, Callable[[str], str]] = {
    "Label list (*.txt)": str,
    "Keywords for Lightroom and digiKam (*.txt)": lambda text: as_keywords(parse_label_list(text)),
    "Table (*.csv)": lambda text: as_csv(parse_label_list(text)),
}
"""The kinds of files that labels are exported to, and what makes their texts of a list's text."""


class LabelEditor(QDialog):
    """Saves nothing that cannot be read, and says which line that is."""

    saved = Signal(object)
    """A LabelList."""

    def __init__(
        self,
        edited: LabelList,
        effect: Callable[[LabelList], str],
        folders: Sequence[str] = (),
        languages: str = "",
        parent: QWidget | None = None,
        *,
        taken: Iterable[str] = (),
    ) -> None:
        """`effect` says what saving a list would change, `folders` are those it may be for.

        `languages` are those that the model in use knows, in words for people; `taken` are the names of other lists.
        """
        super().__init__(parent)
        self.setWindowTitle("Label list")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(620, 560)
        self._edited = edited
        self._effect = effect
        self._languages = languages
        self._taken = {name.casefold(): name for name in taken}
        self.name = QLineEdit(edited.name)
        self.name.setPlaceholderText("The list's name")
        self.name.setAccessibleName("The list's name")
        self.name.setReadOnly(bool(edited.name))
        self.folder = QComboBox()
        self.folder.setAccessibleName("The photos it is for")
        self.folder.addItem("For all photos", "")
        for path in dict.fromkeys([*folders, *([edited.folder] if edited.folder else [])]):
            self.folder.addItem(f"For {printable(path)}", path)
        self.folder.setCurrentIndex(max(0, self.folder.findData(edited.folder)))
        hint = QLabel(_HINT, wordWrap=True)
        hint.setProperty("quiet", True)
        self.text = QPlainTextEdit(edited.text)
        self.text.setAccessibleName("Labels")
        self.told = QLabel(wordWrap=True)
        self.noted = QLabel(wordWrap=True)
        self.noted.setProperty("quiet", True)
        self.save = push_button("Save", self._save, primary=True)
        self._checking = QTimer(self, singleShot=True, interval=_CHECKED_AFTER_MS)
        self._checking.timeout.connect(self._check)
        self.text.textChanged.connect(self._checking.start)
        self.name.textChanged.connect(lambda _: self._checking.start())
        self.folder.currentIndexChanged.connect(lambda _: self._checking.start())
        buttons = QHBoxLayout()
        buttons.addWidget(push_button("Import …", self._import))
        buttons.addWidget(push_button("Export …", self._export))
        buttons.addStretch()
        buttons.addWidget(self.save)
        buttons.addWidget(push_button("Cancel", self.reject))
        column = QVBoxLayout(self)
        column.setContentsMargins(22, 20, 22, 18)
        column.setSpacing(10)
        for part in (self.name, self.folder, hint):
            column.addWidget(part)
        column.addWidget(self.text, 1)
        column.addWidget(self.told)
        column.addWidget(self.noted)
        column.addLayout(buttons)
        self._begun = self._list
        self._check()

    @property
    def _list(self) -> LabelList:
        return LabelList(
            one_line(self.name.text()), self.text.toPlainText(), self._edited.is_on, str(self.folder.currentData())
        )

    def _check(self) -> bool:
        wanted = self._list
        try:
            if wanted.name.casefold() in self._taken:
                raise UsageError(
                    f"A list “{printable(self._taken[wanted.name.casefold()])}” is there already.",
                    advice="Give this one another name, or change that one.",
                )
            labels = parse_label_list(wanted.text)
        except UsageError as error:
            self.told.setText(f"{error.sentence} {error.advice}")
            self.noted.clear()
            self.save.setEnabled(False)
            return False
        count = f"{len(labels):,} label{'' if len(labels) == 1 else 's'}"
        language = f" in {wanted.language}" if wanted.language else ""
        self.told.setText(f"{count}{language}. {self._effect(wanted)}".strip())
        self.noted.setText(advice_on_list(wanted.language, labels, self._languages))
        self.noted.setVisible(bool(self.noted.text()))
        self.save.setEnabled(bool(self._list.name))
        return self.save.isEnabled()

    def _save(self) -> None:
        if self._check():
            self.saved.emit(self._list)
            self.accept()

    def reject(self) -> None:
        """Close without saving; ask first where something was written."""
        if self._list == self._begun:
            super().reject()
            return
        ConfirmDialog(
            "Close without saving?",
            "What you wrote in this list is lost; the list stays as it was.",
            "Close without saving",
            lambda: self.done(QDialog.DialogCode.Rejected),
            self,
        ).open()

    def _import(self) -> None:
        chosen, _ = QFileDialog.getOpenFileName(
            self, "Import labels", "", "Label lists, keyword files, CSV (*.txt *.csv *.tsv);;All files (*)"
        )
        if chosen:
            self.read_file(Path(chosen))

    def read_file(self, file: Path) -> None:
        """Add the labels of a file: a list of ours, one keyword a line indented below its parent, or a CSV's column."""
        try:
            new = imported(file.read_text(encoding="utf-8-sig"), file.suffix)
        except UsageError as error:
            self.told.setText(f"“{file.name}”: {error.sentence} {error.advice}")
            return
        except (OSError, UnicodeDecodeError):
            self.told.setText(f"“{file.name}” cannot be read. Give a text file in UTF-8.")
            return
        before = self.text.toPlainText().rstrip("\n")
        self.text.setPlainText("\n".join(filter(None, (before, new))))
        if not self.name.text():
            self.name.setText(file.stem)

    def _export(self) -> None:
        chosen, kind = QFileDialog.getSaveFileName(
            self, "Export labels", f"{self._list.name or 'labels'}.txt", ";;".join(_EXPORTS)
        )
        if chosen:
            self.write_file(Path(chosen), kind)

    def write_file(self, file: Path, kind: str) -> None:
        """Write the labels to a file, in one of the kinds that `_EXPORTS` names."""
        try:
            file.write_text(_EXPORTS.get(kind, str)(self._list.text), encoding="utf-8")
        except UsageError as error:
            self.told.setText(f"{error.sentence} {error.advice}")
        except OSError as error:
            self.told.setText(f"“{file}” cannot be written: {error.strerror}.")
