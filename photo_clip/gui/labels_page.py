"""The labels: their lists, what each suggests, and how sure that is."""

from dataclasses import replace

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QInputDialog,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QProgressBar,
    QSplitter,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from photo_clip.core.amounts import photos_in_words
from photo_clip.core.labels import LabelList
from photo_clip.core.progress import Progress
from photo_clip.core.tagging import LINE, precision_above
from photo_clip.gui.announcing import announce
from photo_clip.gui.buttons import IconButton, push_button
from photo_clip.gui.calibration_bench import Histogram, Strip
from photo_clip.gui.gaps_dialog import GapsDialog
from photo_clip.gui.jobs import Job, Jobs, Lane
from photo_clip.gui.label_editor import LabelEditor
from photo_clip.gui.label_model import Column, LabelModel
from photo_clip.gui.pictures import pictures_of
from photo_clip.services.label_judge import Judged
from photo_clip.services.label_lists import all_lists, effect_of
from photo_clip.services.library import Library

_SURE = 0.95
_OWN_LIST = "my labels"
_AROUND = 7
_LINE_PAUSE_MS = 250


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
        self._around: Job | None = None
        self._line = LINE
        self.lists = QListWidget()
        self.lists.setAccessibleName("Label lists")
        self.lists.itemChanged.connect(self._switch)
        self.lists.itemDoubleClicked.connect(lambda _: self.edit())
        self.labels = LabelModel(self)
        self.view = QTreeView()
        self.view.setModel(self.labels)
        header = self.view.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
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
        self.title = QLabel("Labels")
        self.title.setProperty("title", True)
        self.about = QLabel(wordWrap=True)
        self.about.setProperty("quiet", True)
        self.histogram = Histogram()
        self.above, self.below = Strip("Just above the line"), Strip("Just below the line")
        self._drawing = QTimer(self, singleShot=True, interval=_LINE_PAUSE_MS)
        self._drawing.timeout.connect(self._keep_line)
        self.histogram.line_moved.connect(self._move_line)
        self.review = push_button("Review …", self._review, primary=True)
        self.show_photos = push_button("Show photos", self._want_photos)
        self.accept_sure = push_button("", self._accept_sure)
        self.undo = push_button("Undo", self._undo)
        self.rename = push_button("Rename …", self._ask_for_name)
        self._arrange()

    def _arrange(self) -> None:
        left = QWidget()
        left.setMinimumWidth(360)
        column = QVBoxLayout(left)
        column.setContentsMargins(16, 14, 8, 14)
        top = QHBoxLayout()
        top.addWidget(IconButton("back", "Back to the photos (Esc)", self.closed.emit))
        heading = QLabel("Label lists")
        heading.setProperty("heading", True)
        top.addWidget(heading, 1)
        column.addLayout(top)
        self.lists.setMaximumHeight(140)
        column.addWidget(self.lists)
        buttons = QHBoxLayout()
        buttons.addWidget(push_button("Edit …", self.edit))
        buttons.addWidget(push_button("New …", lambda: self._open_editor(LabelList("", ""))))
        buttons.addWidget(push_button("Gaps …", self.show_gaps))
        buttons.addStretch()
        column.addLayout(buttons)
        column.addWidget(self.bar)
        column.addWidget(self.view, 1)
        right = QWidget()
        column = QVBoxLayout(right)
        column.setContentsMargins(16, 20, 20, 18)
        column.setSpacing(12)
        for part in (self.title, self.about, self.histogram, self.above, self.below):
            column.addWidget(part)
        column.addStretch()
        buttons = QHBoxLayout()
        for button in (self.review, self.accept_sure, self.show_photos):
            buttons.addWidget(button)
        buttons.addStretch()
        buttons.addWidget(self.rename)
        buttons.addWidget(self.undo)
        column.addLayout(buttons)
        parts = QSplitter(Qt.Orientation.Horizontal)
        parts.addWidget(left)
        parts.addWidget(right)
        parts.setSizes([380, 700])
        parts.setChildrenCollapsible(False)
        parts.setHandleWidth(1)
        whole = QHBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(parts)

    def use(self, library: Library) -> None:
        """Show this library's labels from now on."""
        self._library = library

    def open(self) -> None:
        """Show what there is now."""
        if self._library is not None:
            self._jobs.start(
                Lane.SEARCH, all_lists, self._library.catalog.tags, on_done=self._show_lists, on_failed=self._fail
            )
            self.judge()

    # lists

    def _show_lists(self, lists: list[LabelList]) -> None:
        self.lists.blockSignals(True)
        self.lists.clear()
        for each in lists:
            item = QListWidgetItem(each.name)
            item.setData(Qt.ItemDataRole.UserRole, each)
            item.setCheckState(Qt.CheckState.Checked if each.is_on else Qt.CheckState.Unchecked)
            self.lists.addItem(item)
        self.lists.blockSignals(False)
        if self.lists.count() and self.lists.currentRow() < 0:
            self.lists.setCurrentRow(0)

    def _switch(self, item: QListWidgetItem) -> None:
        each = item.data(Qt.ItemDataRole.UserRole)
        self._save(replace(each, is_on=item.checkState() is Qt.CheckState.Checked))

    def edit(self) -> None:
        """Edit the list that is chosen."""
        item = self.lists.currentItem()
        if item is not None:
            self._open_editor(item.data(Qt.ItemDataRole.UserRole))

    def _open_editor(self, each: LabelList) -> None:
        if self._library is None:
            return
        folders = [str(folder.path) for folder in self._library.folders.all()]
        editor = LabelEditor(each, lambda changed: effect_of(each, changed), folders, self)
        editor.saved.connect(self._save)
        editor.open()

    def show_gaps(self) -> None:
        """Look for photos that no label fits."""
        if self._library is not None and self._judging is None:
            dialog = GapsDialog(self._library, self._jobs, self.labels.judged, self)
            dialog.label_wanted.connect(self._add_label)
            dialog.open()

    def _add_label(self, name: str) -> None:
        items = [self.lists.item(row).data(Qt.ItemDataRole.UserRole) for row in range(self.lists.count())]
        own = next((each for each in items if each.name == _OWN_LIST), LabelList(_OWN_LIST, ""))
        self._save(replace(own, text=f"{own.text.rstrip()}\n{name}\n".lstrip(), is_on=True))

    def _save(self, each: LabelList) -> None:
        if self._library is None:
            return
        library = self._library

        def save() -> list[LabelList]:
            library.catalog.tags.save_list(each)
            return all_lists(library.catalog.tags)

        self._jobs.start(Lane.SEARCH, save, on_done=self._saved, on_failed=self._fail)

    def _saved(self, lists: list[LabelList]) -> None:
        self._show_lists(lists)
        self.judge()

    # judging

    def judge(self) -> None:
        """Judge all photos by all labels anew."""
        if self._library is None:
            return
        if self._judging is not None:
            self._judging.cancel()
        library = self._library
        self.bar.show()
        self.bar.setRange(0, 0)
        self._judging = self._jobs.start(
            Lane.SEARCH,
            lambda: library.label_judge.judge_all(library.label_judge.labels()),
            on_done=self._take,
            on_failed=self._fail,
            on_progress=self._progress,
        )

    def _progress(self, progress: Progress) -> None:
        self.bar.setRange(0, progress.total or 0)
        self.bar.setValue(progress.done)

    def _take(self, judged: list[Judged]) -> None:
        self._judging = None
        self.bar.hide()
        name = self._current.label.name if self._current is not None else ""
        self.labels.show(judged)
        row = next((row for row, each in enumerate(self.labels.judged) if each.label.name == name), 0)
        if judged:
            self.view.setCurrentIndex(self.labels.index(row, 0))
            if self.isVisible() and not self.lists.hasFocus():
                self.view.setFocus()
        self._show_label()

    @property
    def _current(self) -> Judged | None:
        row = self.view.currentIndex().row()
        return self.labels.judged[row] if 0 <= row < len(self.labels.judged) else None

    def _show_label(self) -> None:
        judged = self._current
        for part in (
            self.histogram,
            self.above,
            self.below,
            self.review,
            self.accept_sure,
            self.show_photos,
            self.rename,
        ):
            part.setVisible(judged is not None)
        if judged is None:
            self.title.setText("Labels")
            self.about.setText(
                "Switch a list on at the left, or write one: its labels are then suggested for your photos."
            )
            return
        self.title.setText(judged.label.name)
        self.histogram.show_judged(judged)
        self._describe(judged, judged.line)
        sure = self._sure(judged)
        self.accept_sure.setText(f"Accept {len(sure):,} above {_SURE:.0%}")
        self.accept_sure.setEnabled(bool(sure))
        self._show_around(judged, judged.line)

    @staticmethod
    def _sure(judged: Judged) -> list[int]:
        rows = judged.suggested
        found: list[int] = judged.photo_ids[rows[judged.probabilities[rows] >= _SURE]].tolist()
        return found

    def _describe(self, judged: Judged, line: float) -> None:
        chance_of = judged.chance_of
        decided = [
            (chance_of[photo_id], accepted) for photo_id, accepted in judged.decided.items() if photo_id in chance_of
        ]
        above = judged.probabilities >= line
        share, low, high = precision_above(judged.probabilities, line, decided)
        accepted = sum(judged.decided.values())
        learned = (
            f" Learned from {len(judged.decided):,} decisions."
            if judged.has_learned
            else " Judged by its words alone; a few decisions make it better."
        )
        self.about.setText(
            f"{photos_in_words(int(above.sum()))} from {line:.0%} on, about {share:.0%} of them right"
            f" ({low:.0%} to {high:.0%}). {accepted:,} accepted, {len(judged.decided) - accepted:,} rejected.{learned}"
        )

    def _show_around(self, judged: Judged, line: float) -> None:
        if self._library is None:
            return
        library = self._library
        order = (-judged.probabilities).argsort(kind="stable")
        place = int((judged.probabilities >= line).sum())
        above, below = order[max(0, place - _AROUND) : place], order[place : place + _AROUND]
        if self._around is not None:
            self._around.cancel()

        def load() -> tuple[list[QImage | None], list[QImage | None]]:
            photos = library.catalog.photos
            return (
                pictures_of(library.thumbnails, photos(judged.photo_ids[above].tolist())),
                pictures_of(library.thumbnails, photos(judged.photo_ids[below].tolist())),
            )

        def show(pictures: tuple[list[QImage | None], list[QImage | None]]) -> None:
            self._around = None
            for strip, rows, found in zip((self.above, self.below), (above, below), pictures, strict=True):
                strip.show_photos(found, judged.probabilities[rows][: len(found)].tolist())

        self._around = self._jobs.start(Lane.SEARCH, load, on_done=show)

    # the line

    def _move_line(self, line: float) -> None:
        if self._current is not None:
            self._describe(self._current, line)
            self._line = line
            self._drawing.start()

    def _keep_line(self) -> None:
        judged = self._current
        if judged is None or self._library is None:
            return
        line = None if abs(self._line - LINE) < 0.005 else self._line
        tags = self._library.catalog.tags
        self._jobs.start(
            Lane.SEARCH, tags.set_line, judged.label.name, line, on_done=lambda _: self.judge_again(judged.label.name)
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
            accepted = sum(self._current.decided.values())
            box = QInputDialog(self)
            box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            box.setWindowTitle("Rename a label")
            box.setLabelText(
                f"Another name for “{name}”; “/” moves it below a parent.\nThe tags of {photos_in_words(accepted)} are"
                " renamed with it, and all decisions stay."
            )
            box.setTextValue(name)
            box.textValueSelected.connect(lambda to: self._rename(name, to))
            box.open()

    def _rename(self, name: str, to: str) -> None:
        if self._library is not None and to != name:
            self._jobs.start(
                Lane.DECISIONS,
                self._library.tagger.rename,
                name,
                to,
                on_done=lambda _: self._renamed(),
                on_failed=self._fail,
            )

    def _renamed(self) -> None:
        self.changed.emit()
        self.open()

    def _accept_sure(self) -> None:
        judged = self._current
        if judged is None or self._library is None:
            return
        sure = self._sure(judged)
        name = judged.label.name
        self._jobs.start(
            Lane.DECISIONS,
            self._library.tagger.accept,
            {name: sure},
            on_done=lambda _: self._decided(f"“{name}” for {photos_in_words(len(sure))}", name),
            on_failed=self._fail,
        )

    def _undo(self) -> None:
        if self._library is not None:
            self._jobs.start(Lane.DECISIONS, self._library.tagger.undo, on_done=self._undone, on_failed=self._fail)

    def _undone(self, undone: object) -> None:
        self._say("Nothing is left to take back" if undone is None else "Taken back")
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
        self.bar.hide()
        self.failed.emit(error)
