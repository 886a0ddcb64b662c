"""The models: which there are, how good and how large they are, and what is being done with them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLabel, QLineEdit, QMessageBox, QVBoxLayout, QWidget

from photo_clip import HOMEPAGE
from photo_clip.core.editions import Edition
from photo_clip.core.errors import PhotoClipError
from photo_clip.core.models import ModelSource
from photo_clip.core.printable import printable
from photo_clip.core.stores import Counts
from photo_clip.gui.buttons import push_button
from photo_clip.gui.jobs import Job, Jobs, Lane
from photo_clip.gui.model_details import Action, Known, ModelDetails
from photo_clip.gui.model_downloads import ModelDownloads
from photo_clip.gui.models_list import ModelsList
from photo_clip.gui.plain import plain_label
from photo_clip.gui.problems import ProblemBar
from photo_clip.services.library import Library
from photo_clip.services.model_trial import Trial
from photo_clip.services.models import ModelEntry, Models

_REFRESH_MS = 2000
_WAYS = "ARCHITECTURE/TAG,  hf-hub:NAME,  local-dir:FOLDER  or  file:ARCHITECTURE:FILE"
_OF_STANDARD = (
    "This is the standard edition of photo-clip: it comes with the starter model, and uses that alone."
    f' The <a href="{HOMEPAGE}">full edition</a> is many times larger and adds all models below, which find more, some'
    " of them in other languages. Both open the same library."
)
_WEIGHTS = "Weights (*.safetensors *.bin *.pt *.pth)"


@dataclass(frozen=True, slots=True)
class _Looked:
    """What there is, read in the background."""

    entries: list[ModelEntry]
    preparation: Counts | None
    leftovers: dict[str, int]


class ModelsPage(QWidget):
    """Lists the models above what is known of the chosen one. Downloads go on while it is hidden."""

    change_wanted = Signal(object, object)
    """Something that writes to the library, and who hears what it returned; for `IndexKeeper.interrupt`."""

    def __init__(self, library: Library, jobs: Jobs, problems: ProblemBar, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._library = library
        self._models: Models = library.models
        self._jobs = jobs
        self._problems = problems
        self._known: dict[ModelSource, Known] = {}
        self._by_hand: list[ModelSource] = []
        """Named here, and neither on this computer nor in use."""
        self._trials: dict[ModelSource, Trial] = {}
        self._trial: tuple[ModelSource, Job] | None = None
        self._looking: Job | None = None
        self.downloads = ModelDownloads(jobs, self)
        self.list = ModelsList()
        self.details = ModelDetails()
        self.edition_note = QLabel(
            _OF_STANDARD, wordWrap=True, openExternalLinks=True, textFormat=Qt.TextFormat.RichText
        )
        self.name_line = QLineEdit()
        self._leftovers = plain_label()
        self.remove_leftovers = push_button("Remove", self._remove_leftovers, flat=True)
        self._arrange()
        self.list.chosen_changed.connect(self._show_chosen)
        self.list.first_wanted.connect(self._do_first)
        self.details.wanted.connect(self._do)
        self.downloads.changed.connect(self._update)
        self.downloads.ended.connect(self.refresh)
        self.downloads.failed.connect(problems.show_problem)
        self._refresh_timer = QTimer(self, interval=_REFRESH_MS)
        self._refresh_timer.timeout.connect(self.refresh)

    def _arrange(self) -> None:
        other = plain_label("Another open_clip model")
        other.setBuddy(self.name_line)
        self.name_line.setPlaceholderText(_WAYS)
        self.name_line.setAccessibleName("Another open_clip model")
        self.name_line.returnPressed.connect(self._add_by_hand)
        by_hand_row = QWidget()
        by_hand = QHBoxLayout(by_hand_row)
        by_hand.setContentsMargins(0, 0, 0, 0)
        by_hand.setSpacing(10)
        by_hand.addWidget(other)
        by_hand.addWidget(self.name_line, 1)
        by_hand.addWidget(push_button("Show", self._add_by_hand))
        self._leftovers.setProperty("quiet", True)
        leftovers = QHBoxLayout()
        leftovers.addWidget(self._leftovers)
        leftovers.addWidget(self.remove_leftovers)
        leftovers.addStretch()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(14)
        column.addWidget(self.edition_note)
        column.addWidget(self.list, 1)
        column.addWidget(self.details)
        column.addWidget(by_hand_row)
        column.addLayout(leftovers)
        self._leftovers.hide()
        self.remove_leftovers.hide()
        self.edition_note.setVisible(self._models.edition is Edition.STANDARD)
        by_hand_row.setVisible(self._models.edition is Edition.FULL)

    @property
    def chosen(self) -> Known | None:
        """The model that was clicked; None where there is none."""
        source = self.list.chosen
        return None if source is None else self._known.get(source)

    def refresh(self) -> None:
        """Look again which models there are and how far they are."""
        if self._looking is None:
            self._looking = self._jobs.start(
                Lane.SEARCH, _look, self._models, tuple(self._by_hand), on_done=self._show, on_failed=self._not_looked
            )

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802
        self.refresh()
        self._refresh_timer.start()
        super().showEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802
        self._refresh_timer.stop()
        super().hideEvent(event)

    # what is shown

    def _show(self, looked: _Looked) -> None:
        self._looking = None
        self._known = {
            entry.source: Known(
                entry,
                looked.preparation if entry.is_wanted else None,
                licence=self._models.word_on_licence(entry.source),
            )
            for entry in looked.entries
        }
        photos = sum(looked.leftovers.values())
        self._leftovers.setText(f"A former version of photo-clip left its work on {photos:,} photos in the library.")
        self._leftovers.setVisible(bool(looked.leftovers))
        self.remove_leftovers.setVisible(bool(looked.leftovers))
        self._update()

    def _not_looked(self, error: Exception) -> None:
        self._looking = None
        self._problems.show_problem(error)

    def _update(self) -> None:
        """Say of every model what it is just now."""
        for source, known in self._known.items():
            known.pace = self.downloads.pace_of(source)
            known.trial = self._trials.get(source)
            known.is_tried = self._trial is not None and self._trial[0] == source
        self.list.show_models(list(self._known.values()))
        self._show_chosen()

    def _show_chosen(self) -> None:
        known = self.chosen
        self.details.setVisible(known is not None)
        if known is not None:
            self.details.show_model(known)

    # what people do

    def _do_first(self) -> None:
        known = self.chosen
        if known is not None and known.actions:
            self._do(known.actions[0])

    def _do(self, action: Action) -> None:
        known = self.chosen
        if known is None or action not in known.actions:
            return
        source, models = known.entry.source, self._models
        self._problems.hide()
        match action:
            case Action.DOWNLOAD | Action.RESUME:
                self.downloads.start(source, lambda: models.download(source))
            case Action.PAUSE:
                self.downloads.stop(source)
            case Action.CANCEL:
                self.downloads.stop(source, lambda: models.discard_download(source))
            case Action.TAKE_FILE:
                self._take(source, QFileDialog.getOpenFileName(self, "Choose a file of weights", "", _WEIGHTS)[0])
            case Action.TAKE_FOLDER:
                self._take(source, QFileDialog.getExistingDirectory(self, "Choose the folder of the model"))
            case Action.USE:
                self._change(models.use, source)
            case Action.CHANGE_NOW:
                self._change(models.complete_switch, source)
            case Action.STAY:
                self._change(models.cancel_switch)
            case Action.TRY:
                self._try(source)
            case Action.REMOVE:
                self._ask_to_remove(known)

    def _take(self, source: ModelSource, path: str) -> None:
        if path:
            self.downloads.start(source, lambda: self._models.take(source, Path(path)))

    def _try(self, source: ModelSource) -> None:
        if self._trial is not None:
            self._trial[1].cancel()

        def end(trial: Trial) -> None:
            self._trial = None
            self._trials[source] = trial
            self._update()

        def fail(error: Exception) -> None:
            self._trial = None
            self._problems.show_problem(error)
            self._update()

        self._trial = source, self._jobs.start(Lane.SEARCH, self._models.trial, source, on_done=end, on_failed=fail)
        self._update()

    def _change(self, function: Callable[..., object], *arguments: object) -> None:
        """Do something that writes to the library, and show what comes of it."""

        def change() -> object:
            try:
                return function(*arguments)
            except PhotoClipError as error:  # told here, where it was asked for
                return error

        self.change_wanted.emit(change, self._changed)

    def _changed(self, result: object) -> None:
        if isinstance(result, PhotoClipError):
            self._problems.show_problem(result)
        self.refresh()

    def _ask_to_remove(self, known: Known) -> None:
        entry = known.entry
        box = QMessageBox(self.window(), textFormat=Qt.TextFormat.PlainText)
        box.setText(f"Remove “{printable(entry.name)}”?")
        files = f"Its files ({known.size}) are deleted. " if entry.size_bytes else ""
        work = f"What it saw in {entry.embedded:,} photos is forgotten. " if entry.embedded else ""
        box.setInformativeText(f"{files}{work}Photos, and what you decided about them, stay as they are.")
        agree = box.addButton("Remove", QMessageBox.ButtonRole.AcceptRole)
        cancel = box.addButton(QMessageBox.StandardButton.Cancel)
        box.setDefaultButton(QMessageBox.StandardButton.Cancel)
        box.setEscapeButton(cancel)
        agree.clicked.connect(lambda: self._remove(entry.source))
        box.finished.connect(box.deleteLater)
        box.open()

    def _remove(self, source: ModelSource) -> None:
        self._by_hand = [other for other in self._by_hand if other != source]
        self._change(self._library.remove_model, source)

    def _remove_leftovers(self) -> None:
        self._change(self._library.remove_leftovers)

    def _add_by_hand(self) -> None:
        try:
            source = self._models.find(self.name_line.text())
        except PhotoClipError as error:
            self._problems.show_problem(error)
            return
        self._problems.hide()
        self.name_line.clear()
        if source not in self._known:
            self._by_hand.append(source)
            self._known[source] = Known(self._models.entry_of(source), licence=self._models.word_on_licence(source))
            self._update()
        self.list.choose(source)
        self.list.setFocus()


def _look(models: Models, by_hand: Sequence[ModelSource]) -> _Looked:
    entries = models.entries()
    known = {entry.source for entry in entries}
    entries += [models.entry_of(source) for source in by_hand if source not in known]
    return _Looked(entries, models.preparation(), models.leftovers())
