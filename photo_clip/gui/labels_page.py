"""The labels: their lists, what each suggests, and how sure that is."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QProgressBar,
    QSplitter,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from photo_clip.core.amounts import photos_in_words
from photo_clip.core.labels import tag_name
from photo_clip.core.printable import printable
from photo_clip.core.progress import Progress
from photo_clip.core.tags import Undone
from photo_clip.gui.announcing import announce
from photo_clip.gui.buttons import IconButton, push_button
from photo_clip.gui.commands import add_keys
from photo_clip.gui.gaps_dialog import GapsDialog
from photo_clip.gui.jobs import Job, Jobs, Lane
from photo_clip.gui.label_details import LabelDetails, sure_ids
from photo_clip.gui.label_lists_panel import LabelListsPanel
from photo_clip.gui.label_model import Column, LabelModel
from photo_clip.gui.plain import plain_input, plain_label
from photo_clip.gui.sidecar_changes import SidecarNotice
from photo_clip.services.label_judge import Judged
from photo_clip.services.label_lists import Standing, effect_of_renaming
from photo_clip.services.library import Library

_RENAMING_WIDTH_PX = 460


class LabelsPage(QWidget):
    """Judges all photos when it is opened, and again when something changes."""

    closed = Signal()
    review_wanted = Signal(object)
    """A Label."""
    photos_wanted = Signal(str)
    """A search for the photos of a label."""
    told = Signal(str)
    changed = Signal()
    """Tags were given or taken away."""
    failed = Signal(object)

    def __init__(self, jobs: Jobs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("labels")
        self._jobs = jobs
        self._library: Library | None = None
        self._judging: Job | None = None
        self.lists = LabelListsPanel(jobs, self._standing)
        self.lists.changed.connect(self.judge)
        self.lists.failed.connect(self._fail)
        self.labels = LabelModel(self)
        self.view = QTreeView()
        self.view.setModel(self.labels)
        header = self.view.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setResizeContentsPrecision(0)  # the rows in view alone: of thousands, those below take half a second
        header.setSectionResizeMode(Column.LABEL, QHeaderView.ResizeMode.Stretch)
        self.view.selectionModel().currentRowChanged.connect(lambda *_: self._show_label())
        self.view.setAccessibleName("Labels")
        self.view.setRootIsDecorated(False)
        self.view.setUniformRowHeights(True)
        self.view.setTextElideMode(Qt.TextElideMode.ElideLeft)  # the child tells more than its parent
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.view.activated.connect(lambda _: self._review())
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.gaps = push_button("Gaps …", self.show_gaps)
        self.sidecars = SidecarNotice(jobs)
        self.details = LabelDetails(jobs)
        self.details.review_wanted.connect(self._review)
        self.details.photos_wanted.connect(self._want_photos)
        self.details.accepting_wanted.connect(self._accept_sure)
        self.details.renaming_wanted.connect(self._ask_for_name)
        self.details.undo_wanted.connect(self._undo)
        self.details.line_drawn.connect(self._keep_line)
        add_keys(self, (("Esc", self.closed.emit),), below=True)
        self._arrange()

    def _arrange(self) -> None:
        left = QWidget()
        left.setMinimumWidth(360)
        column = QVBoxLayout(left)
        column.setContentsMargins(16, 14, 8, 14)
        top = QHBoxLayout()
        top.addWidget(IconButton("back", "Back to the photos (Esc)", self.closed.emit))
        heading = plain_label("Label lists")
        heading.setProperty("heading", True)
        top.addWidget(heading, 1)
        column.addLayout(top)
        column.addWidget(self.lists)
        column.addWidget(self.bar)
        column.addWidget(self.view, 1)
        below = QHBoxLayout()
        below.addWidget(self.gaps)
        below.addStretch()
        below.addWidget(self.sidecars)
        column.addLayout(below)
        parts = QSplitter(Qt.Orientation.Horizontal)
        parts.addWidget(left)
        parts.addWidget(self.details)
        parts.setSizes([380, 700])
        parts.setChildrenCollapsible(False)
        parts.setHandleWidth(1)
        whole = QHBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(parts)

    def use(self, library: Library) -> None:
        """Show this library's labels from now on."""
        self._library = library
        for part in (self.lists, self.details, self.sidecars):
            part.use(library)

    def open(self) -> None:
        """Show what there is now."""
        if self._library is not None:
            self.lists.open()
            self.sidecars.open()
            self.judge()

    def show_gaps(self) -> None:
        """Look for photos that no label fits."""
        if self._library is not None and self._judging is None:
            dialog = GapsDialog(self._library, self._jobs, self.labels.judged, self)
            dialog.label_wanted.connect(self.lists.add_label)
            self.lists.changed.connect(dialog.take_stored)
            self.lists.failed.connect(dialog.take_failed)
            dialog.open()

    def _standing(self) -> Standing:
        return {each.label.name: (len(each.suggested), sum(each.decided.values())) for each in self.labels.judged}

    def judge(self) -> None:
        """Judge all photos by all labels anew."""
        if self._library is None:
            return
        if self._judging is not None:
            self._judging.cancel()
        library = self._library
        self.bar.setRange(0, 0)
        self._show_judging(True)
        self._judging = self._jobs.start(
            Lane.SEARCH,
            lambda: library.label_judge.judge_all(library.label_judge.labels()),
            on_done=self._take,
            on_failed=self._fail,
            on_progress=self._progress,
        )

    def _show_judging(self, is_judging: bool) -> None:
        self.bar.setVisible(is_judging)
        self.gaps.setEnabled(not is_judging)  # what fits no label is not known before

    def _progress(self, progress: Progress) -> None:
        self.bar.setRange(0, progress.total or 0)
        self.bar.setValue(progress.done)

    def _take(self, judged: list[Judged]) -> None:
        self._judging = None
        self._show_judging(False)
        name = self._current.label.name if self._current is not None else ""
        self.labels.show(judged)
        row = next((row for row, each in enumerate(self.labels.judged) if each.label.name == name), 0)
        if judged:
            self.view.setCurrentIndex(self.labels.index(row, 0))
            if self.isVisible() and not self.lists.lists.hasFocus():
                self.view.setFocus()
        self._show_label()

    @property
    def _current(self) -> Judged | None:
        row = self.view.currentIndex().row()
        return self.labels.judged[row] if 0 <= row < len(self.labels.judged) else None

    def _show_label(self) -> None:
        self.details.show_label(self._current)

    def _keep_line(self, line: float | None) -> None:
        judged = self._current
        if judged is None or self._library is None:
            return
        tags = self._library.catalog.tags
        self._jobs.start(
            Lane.DECISIONS,
            tags.set_line,
            judged.label.name,
            line,
            on_done=lambda _: self.judge_again(judged.label.name),
            on_failed=self._fail,
        )

    def judge_again(self, name: str) -> None:
        """Judge one label anew."""
        library = self._library
        label = next((each.label for each in self.labels.judged if each.label.name == name), None)
        if library is not None and label is not None:
            self._jobs.start(Lane.SEARCH, library.label_judge.judge, label, on_done=self._retake, on_failed=self._fail)

    def _retake(self, judged: Judged) -> None:
        self.labels.replace(judged)
        self._show_label()

    # decisions

    def _review(self) -> None:
        if self._current is not None:
            self.review_wanted.emit(self._current.label)

    def _want_photos(self) -> None:
        if self._current is not None:
            self.photos_wanted.emit(self._current.label.name)

    def _ask_for_name(self) -> None:
        if self._current is not None:
            name = self._current.label.name
            box = plain_input(self, "Rename a label")
            box.setMinimumWidth(_RENAMING_WIDTH_PX)
            standing = self._standing()

            def tell(to: str) -> None:
                box.setLabelText(
                    f"Another name for “{printable(name)}”; “/” moves it below a parent.\n"
                    + effect_of_renaming(name, tag_name(to), standing)
                )

            tell(name)
            box.setTextValue(name)
            box.textValueChanged.connect(tell)
            box.textValueSelected.connect(lambda to: self._rename(name, to))
            box.open()

    def _rename(self, name: str, to: str) -> None:
        if self._library is not None and to != name:
            self._jobs.start(
                Lane.DECISIONS,
                self._library.tagger.rename,
                name,
                to,
                on_done=lambda _: self._show_change(),
                on_failed=self._fail_to_change,
            )

    def _show_change(self) -> None:
        self.changed.emit()
        self.open()

    def _fail_to_change(self, error: Exception) -> None:
        self.failed.emit(error)
        self._show_change()  # where a sidecar alone was missed, the change is stored

    def _accept_sure(self) -> None:
        judged = self._current
        if judged is None or self._library is None:
            return
        sure = sure_ids(judged)
        name = judged.label.name
        self._jobs.start(
            Lane.DECISIONS,
            self._library.tagger.accept,
            {name: sure},
            on_done=lambda _: self._decided(f"“{name}” for {photos_in_words(len(sure))}", name),
            on_failed=self._fail_to_change,
        )

    def _undo(self) -> None:
        if self._library is not None:
            self._jobs.start(
                Lane.DECISIONS, self._library.tagger.undo, on_done=self._undone, on_failed=self._fail_to_change
            )

    def _undone(self, undone: Undone | None) -> None:
        self._say("Nothing is left to take back" if undone is None else undone.told)
        self.changed.emit()
        self.judge()

    def _decided(self, told: str, name: str) -> None:
        self._say(told)
        self.changed.emit()
        self.judge_again(name)

    def _say(self, sentence: str) -> None:
        announce(self.view, sentence)
        self.told.emit(sentence)

    def _fail(self, error: Exception) -> None:
        self._judging = None
        self._show_judging(False)
        self.failed.emit(error)
