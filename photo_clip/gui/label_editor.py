"""Edits a label list as the text that people share."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from photo_clip.core.coach import advice_on_list
from photo_clip.core.errors import UsageError
from photo_clip.core.label_files import as_csv, as_keywords, labels_in
from photo_clip.core.labels import LabelList
from photo_clip.core.printable import printable
from photo_clip.core.typed_text import one_line
from photo_clip.gui.buttons import push_button
from photo_clip.gui.confirming import ConfirmDialog
from photo_clip.gui.jobs import Job, Jobs, Lane
from photo_clip.gui.plain import plain_label

_HINT = (
    "One label a line; “/” between a parent and its child. What may follow: | synonym, synonym = what the model is"
    " asked for; another ! what is easily taken for it. Lines that begin with # are notes; “# language: de” says in"
    " which language the labels are."
)
_CHECKED_AFTER_MS = 200


def _as_it_is(exported: LabelList) -> str:
    return exported.text


_EXPORTS: dict[str, Callable[[LabelList], str]] = {
    "Label list (*.txt)": _as_it_is,
    "Keywords for Lightroom and digiKam (*.txt)": lambda exported: as_keywords(exported.labels()),
    "Table (*.csv)": lambda exported: as_csv(exported.labels()),
}
"""The kinds of files that labels are exported to, and what makes their texts of a list."""


@dataclass(frozen=True, slots=True)
class _Checked:
    """What is said of a list as it is written."""

    told: str
    noted: str
    is_right: bool


class LabelEditor(QDialog):
    """Saves nothing that cannot be read, and says which line that is; reads beside the window: lists may be long."""

    saved = Signal(object)
    """A LabelList."""

    def __init__(
        self,
        jobs: Jobs,
        edited: LabelList,
        effect: Callable[[LabelList], str],
        folders: Sequence[str] = (),
        languages: str = "",
        parent: QWidget | None = None,
        *,
        taken: Iterable[str] = (),
    ) -> None:
        """`effect` says in the background what saving a list would change, `folders` are those it may be for.

        `languages` are those that the model in use knows, in words for people; `taken` are the names of other lists.
        """
        super().__init__(parent)
        self.setWindowTitle("Label list")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(620, 560)
        self._jobs = jobs
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
        hint = plain_label(_HINT, wordWrap=True)
        hint.setProperty("quiet", True)
        self.text = QPlainTextEdit(edited.text)
        self.text.setAccessibleName("Labels")
        self.told = plain_label(wordWrap=True)
        self.noted = plain_label(wordWrap=True)
        self.noted.setProperty("quiet", True)
        self.save = push_button("Save", self._save, primary=True)
        self.save.setEnabled(False)
        self._is_saving = False
        """Whether it is to be saved if it is right."""
        self._checking: Job | None = None
        self._importing: Job | None = None
        self._pause = QTimer(self, singleShot=True, interval=_CHECKED_AFTER_MS)
        self._pause.timeout.connect(self._check)
        self.text.textChanged.connect(self._pause.start)
        self.name.textChanged.connect(lambda _: self._pause.start())
        self.folder.currentIndexChanged.connect(lambda _: self._pause.start())
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

    def _check(self) -> None:
        self._pause.stop()
        if self._checking is not None:
            self._checking.cancel()
        wanted = self._list
        self._checking = self._jobs.start(
            Lane.SEARCH, self._checked, wanted, on_done=lambda checked: self._show(wanted, checked)
        )

    def _checked(self, wanted: LabelList) -> _Checked:
        """Read a list; in the background."""
        try:
            if wanted.name.casefold() in self._taken:
                raise UsageError(
                    f"A list “{printable(self._taken[wanted.name.casefold()])}” is there already.",
                    advice="Give this one another name, or change that one.",
                )
            labels = wanted.labels()
        except UsageError as error:
            return _Checked(f"{error.sentence} {error.advice}", "", is_right=False)
        count = f"{len(labels):,} label{'' if len(labels) == 1 else 's'}"
        language = f" in {wanted.language}" if wanted.language else ""
        return _Checked(
            f"{count}{language}. {self._effect(wanted)}".strip(),
            advice_on_list(wanted.language, labels, self._languages),
            is_right=bool(wanted.name),
        )

    def _show(self, wanted: LabelList, checked: _Checked) -> None:
        self._checking = None
        self.told.setText(checked.told)
        self.noted.setText(checked.noted)
        self.noted.setVisible(bool(checked.noted))
        self.save.setEnabled(checked.is_right)
        if self._is_saving and checked.is_right:
            self.saved.emit(wanted)
            self.accept()
        self._is_saving = False
        self.setEnabled(True)

    def _save(self) -> None:
        self._is_saving = True
        self.setEnabled(False)  # what is written after it would not be saved
        self._check()

    def done(self, result: int) -> None:
        """Close, and give up what is under way."""
        self._pause.stop()
        for job in (self._checking, self._importing):
            if job is not None:
                job.cancel()
        super().done(result)

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
        self.told.setText(f"Reading “{printable(file.name)}” …")
        self._importing = self._jobs.start(
            Lane.SEARCH, labels_in, file, on_done=lambda new: self._add(new, file.stem), on_failed=self._tell
        )

    def _add(self, new: str, name: str) -> None:
        before = self.text.toPlainText().rstrip("\n")
        self.text.setPlainText("\n".join(filter(None, (before, new))))
        if not self.name.text():
            self.name.setText(name)

    def _tell(self, error: Exception) -> None:
        if isinstance(error, UsageError):
            self.told.setText(f"{error.sentence} {error.advice}")
        else:
            self._jobs.failed_unheard.emit(error)

    def _export(self) -> None:
        chosen, kind = QFileDialog.getSaveFileName(
            self, "Export labels", f"{self._list.name or 'labels'}.txt", ";;".join(_EXPORTS)
        )
        if chosen:
            self.write_file(Path(chosen), kind)

    def write_file(self, file: Path, kind: str) -> None:
        """Write the labels to a file, in one of the kinds that `_EXPORTS` names."""
        try:
            file.write_text(_EXPORTS.get(kind, _as_it_is)(self._list), encoding="utf-8")
        except UsageError as error:
            self.told.setText(f"{error.sentence} {error.advice}")
        except OSError as error:
            self.told.setText(f"“{file}” cannot be written: {error.strerror}.")
