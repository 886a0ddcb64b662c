"""Copies and near-duplicates side by side; what is not to be kept goes to the bin, after a question."""

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QAbstractListModel, QModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QHBoxLayout,
    QListView,
    QMessageBox,
    QProgressBar,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from photo_clip.core.amounts import photos_in_words, size_in_words
from photo_clip.core.errors import PhotoClipError
from photo_clip.core.photo import Photo
from photo_clip.core.printable import printable
from photo_clip.core.progress import Progress, Task
from photo_clip.gui.buttons import push_button
from photo_clip.gui.commands import add_keys
from photo_clip.gui.flow_layout import FlowLayout
from photo_clip.gui.jobs import Job, Jobs, Lane
from photo_clip.gui.photo_card import PhotoCard
from photo_clip.gui.photo_list_model import AnyIndex
from photo_clip.gui.pictures import pictures_of
from photo_clip.gui.plain import plain_label
from photo_clip.services.duplicates import Stack, without
from photo_clip.services.library import Library

_NO_PARENT = QModelIndex()
_ROW_HEIGHT_PX = 44
_KINDS: dict[str, Callable[[Stack], bool]] = {
    "Copies and near-duplicates": lambda _: True,
    "Exact copies": lambda stack: stack.is_exact,
    "Near-duplicates": lambda stack: not stack.is_exact,
}


class StackModel(QAbstractListModel):
    """Rows are stacks."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.stacks: list[Stack] = []

    def show(self, stacks: Sequence[Stack]) -> None:
        """Show other stacks."""
        self.beginResetModel()
        self.stacks = list(stacks)
        self.endResetModel()

    def rowCount(self, parent: AnyIndex = _NO_PARENT) -> int:  # noqa: N802
        return 0 if parent.isValid() else len(self.stacks)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        if role == Qt.ItemDataRole.SizeHintRole:
            return QSize(0, _ROW_HEIGHT_PX)
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            stack = self.stacks[index.row()]
            others = len(stack.photos) - 1
            kind = "near" if not stack.is_exact else "copy" if others == 1 else "copies"
            name = printable(stack.photos[0].path.name)
            return f"{name}\n{others} {kind}, {size_in_words(stack.spare_bytes)} to free"
        return None


class DuplicatesDialog(QDialog):
    """Looks for stacks as soon as it is opened, and shows them one by one."""

    discarded = Signal()
    """Files were moved to the bin."""

    def __init__(self, library: Library, jobs: Jobs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Duplicates")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(980, 640)
        self._library = library
        self._jobs = jobs
        self._found: list[Stack] = []
        self._choices: dict[int, bool] = {}
        """Which photos, by their ids, people want to keep and which not; the same in every stack that shows them."""
        self._stacks = StackModel(self)
        self.cards: list[PhotoCard] = []
        self._loading: Job | None = None
        self.told = plain_label("Looking for copies and near-duplicates …")
        self.told.setProperty("title", True)
        self.told.setWordWrap(True)
        self.noted = plain_label(wordWrap=True)
        self.trouble = plain_label(wordWrap=True)
        for words in (self.noted, self.trouble):
            words.hide()
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("Photos compared")
        self.kinds = QComboBox()
        self.kinds.addItems(list(_KINDS))
        self.kinds.setAccessibleName("Which to show")
        self.kinds.currentTextChanged.connect(lambda _: self._show_kind())
        self.view = QListView()
        self.view.setObjectName("stacks")
        self.view.setModel(self._stacks)
        self.view.selectionModel().currentChanged.connect(lambda *_: self._show_stack())
        self.view.setAccessibleName("Stacks of photos that are alike")
        self.view.setUniformItemSizes(True)
        self.view.setAlternatingRowColors(True)
        self.view.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self._side_by_side = QWidget()
        self._flow = FlowLayout(self._side_by_side)
        self.discard = push_button("Move the others to the bin …", self._ask_for_stack, primary=True)
        self.discard.setToolTip("Del")
        self.discard_copies = push_button("", self._ask_for_copies)
        self._arrange()
        add_keys(self, (("Del", self._ask_for_stack),), below=True)
        add_keys(self, [(str(number), partial(self._toggle, number)) for number in range(1, 10)], below=True)
        self._looking: Job | None = None
        self._discarding: Job | None = None
        self._look()

    def _arrange(self) -> None:
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(self._side_by_side)
        left = QVBoxLayout()
        left.addWidget(self.kinds)
        left.addWidget(self.view, 1)
        self.view.setFixedWidth(250)
        middle = QHBoxLayout()
        middle.setSpacing(16)
        middle.addLayout(left)
        middle.addWidget(area, 1)
        self._middle = QWidget()
        self._middle.setLayout(middle)
        middle.setContentsMargins(0, 0, 0, 0)
        hint = plain_label("Keys 1 to 9 keep a photo, or not.")
        hint.setProperty("quiet", True)
        buttons = QHBoxLayout()
        buttons.addWidget(self.discard_copies)
        buttons.addWidget(hint)
        buttons.addStretch()
        buttons.addWidget(self.discard)
        buttons.addWidget(push_button("Close", self.close))
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 22, 24, 20)
        column.setSpacing(12)
        for part in (self.told, self.bar, self.noted, self.trouble):
            column.addWidget(part)
        column.addWidget(self._middle, 1)
        column.addStretch()
        column.addLayout(buttons)

    # looking

    def _look(self) -> None:
        self._middle.hide()
        self.discard.hide()
        self.discard_copies.hide()
        self._looking = self._jobs.start(
            Lane.SEARCH,
            self._find,
            on_done=self._take,
            on_failed=self._say_trouble,
            on_progress=self._show_progress,
        )

    def _find(self) -> Task[tuple[list[Stack], int]]:
        """Find the stacks, and how many photos are not compared as they were not read yet."""
        stacks = yield from self._library.duplicates.find()
        key = self._library.models.active_key()
        return stacks, self._library.catalog.embeddings.counts(key).waiting

    def _show_progress(self, progress: Progress) -> None:
        self.bar.setRange(0, progress.total or 0)
        self.bar.setValue(progress.done)

    def _take(self, found: tuple[list[Stack], int]) -> None:
        self._looking = None
        self.bar.hide()
        self._found, waiting = found
        self.noted.setText(
            f"Not compared, as they are not indexed yet: {photos_in_words(waiting)}. Look again when they are."
        )
        self.noted.setVisible(waiting > 0)
        self._show_kind()

    def done(self, result: int) -> None:
        """Close, and give up what is under way."""
        for job in (self._looking, self._loading, self._discarding):
            if job is not None:
                job.cancel()
        if self._discarding is not None:
            self.discarded.emit()  # it goes on, and nobody hears of its end
        super().done(result)

    # showing

    def _show_kind(self) -> None:
        shown = [stack for stack in self._found if _KINDS[self.kinds.currentText()](stack)]
        row = self.view.currentIndex().row()
        self._stacks.show(shown)
        spare = sum(stack.spare_bytes for stack in shown)
        count = sum(len(stack.photos) - 1 for stack in shown)
        self.told.setText(
            f"{photos_in_words(count)} could go: {size_in_words(spare)}"
            if shown
            else "Nothing of that kind"
            if self._found
            else "No photo has a copy or a near-duplicate"
            if self.noted.isHidden()
            else "No photo has a copy or a near-duplicate so far"
        )
        self.discard_copies.setVisible(sum(len(stack.photos) - 1 for stack in self._found if stack.is_exact) > 1)
        self.discard.setVisible(bool(shown))
        self._middle.setVisible(bool(self._found))
        if shown:
            self.view.setCurrentIndex(self._stacks.index(min(max(row, 0), len(shown) - 1)))
            self.view.setFocus()
        self._show_stack()

    @property
    def _stack(self) -> Stack | None:
        row = self.view.currentIndex().row()
        return self._stacks.stacks[row] if 0 <= row < len(self._stacks.stacks) else None

    def _show_stack(self) -> None:
        if self._loading is not None:
            self._loading.cancel()
            self._loading = None
        for card in self.cards:
            self._flow.removeWidget(card)
            card.deleteLater()
        stack = self._stack
        self.cards = []
        self._count_kept()
        if stack is None:
            return
        for number, photo in enumerate(stack.photos, 1):
            card = PhotoCard(photo, number, stack.reason if number == 1 else "", is_kept=self._is_kept(stack, photo))
            card.keep.toggled.connect(partial(self._choose, photo))
            self._flow.addWidget(card)
            card.show()
            self.cards.append(card)
        self._loading = self._jobs.start(
            Lane.SEARCH, pictures_of, self._library.thumbnails, stack.photos, on_done=self._show_pictures
        )

    def _show_pictures(self, pictures: list[QImage | None]) -> None:
        self._loading = None
        for card, picture in zip(self.cards, pictures, strict=True):
            card.show_picture(picture)

    def _toggle(self, number: int) -> None:
        if number <= len(self.cards):
            self.cards[number - 1].keep.toggle()

    # moving to the bin

    def _is_kept(self, stack: Stack, photo: Photo) -> bool:
        return self._choices.get(photo.id, photo is stack.photos[0])

    def _choose(self, photo: Photo, is_kept: bool) -> None:
        self._choices[photo.id] = is_kept
        self._count_kept()

    def _unwanted(self, stack: Stack) -> list[Photo]:
        return [photo for photo in stack.photos if not self._is_kept(stack, photo)]

    def _unwanted_copies(self) -> list[tuple[Stack, list[Photo]]]:
        """Return what may go of the exact copies; a stack of which nothing is kept is left alone."""
        choices = ((stack, self._unwanted(stack)) for stack in self._found if stack.is_exact)
        return [(stack, unwanted) for stack, unwanted in choices if 0 < len(unwanted) < len(stack.photos)]

    def _count_kept(self) -> None:
        is_free, stack = self._discarding is None, self._stack
        count = 0 if stack is None else len(self._unwanted(stack))
        self.discard.setEnabled(is_free and stack is not None and 0 < count < len(stack.photos))
        self.discard.setText(f"Move {photos_in_words(count)} to the bin …" if count else "All are kept")
        copies = sum(len(unwanted) for _, unwanted in self._unwanted_copies())
        self.discard_copies.setText(f"Move all {copies:,} exact copies to the bin …")
        self.discard_copies.setEnabled(is_free and copies > 0)

    def _ask_for_stack(self) -> None:
        stack = self._stack
        if stack is not None and self.discard.isVisible() and self.discard.isEnabled():
            self._ask([(stack, self._unwanted(stack))])

    def _ask_for_copies(self) -> None:
        self._ask(self._unwanted_copies())

    def _ask(self, wanted: list[tuple[Stack, list[Photo]]]) -> None:
        photos = [photo for _, unwanted in wanted for photo in unwanted]
        size = size_in_words(sum(photo.stamp.size_bytes for photo in photos))
        question = QMessageBox(self, textFormat=Qt.TextFormat.PlainText)
        question.setObjectName("sure")
        question.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        question.setIcon(QMessageBox.Icon.Question)
        question.setText(f"Move {photos_in_words(len(photos))} ({size}) to the bin?")
        question.setInformativeText("They can be taken back from there until it is emptied.")
        question.addButton("Move to the bin", QMessageBox.ButtonRole.AcceptRole)
        question.setDefaultButton(question.addButton(QMessageBox.StandardButton.Cancel))
        question.accepted.connect(lambda: self._discard(wanted))
        question.open()

    def _discard(self, wanted: list[tuple[Stack, list[Photo]]]) -> None:
        self.trouble.hide()
        settled: list[Stack] = []
        moved: list[Photo] = []

        def discard() -> None:
            for stack, unwanted in wanted:
                self._library.duplicates.discard(stack, unwanted, moved.append)
                settled.append(stack)

        def end(error: Exception | None = None) -> None:
            self._forget(settled, moved)
            if error is not None:
                self._say_trouble(error)

        self._discarding = self._jobs.start(Lane.SEARCH, discard, on_done=end, on_failed=end)
        self._count_kept()

    def _forget(self, settled: list[Stack], moved: list[Photo]) -> None:
        self._discarding = None
        done = set(map(id, settled))
        left = [stack for stack in self._found if id(stack) not in done]
        self._found = without(left, frozenset(photo.id for photo in moved))
        self._show_kind()
        self.discarded.emit()

    def _say_trouble(self, error: Exception) -> None:
        if isinstance(error, PhotoClipError):
            self.trouble.setText(printable(f"{error.sentence} {error.advice}"))
            self.trouble.show()
        else:
            self._jobs.failed_unheard.emit(error)
        self.bar.hide()
