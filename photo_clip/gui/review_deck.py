"""Asks of one photo after another whether a label fits, with one key for each answer."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QImage, QResizeEvent
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from photo_clip.core.amounts import photos_in_words
from photo_clip.core.labels import Label
from photo_clip.core.photo import Photo
from photo_clip.core.printable import printable
from photo_clip.gui.announcing import announce
from photo_clip.gui.buttons import IconButton, push_button
from photo_clip.gui.commands import add_keys, key_name
from photo_clip.gui.jobs import Job, Jobs, Lane
from photo_clip.gui.pictures import fitted, pictures_of
from photo_clip.services.label_judge import Judged
from photo_clip.services.library import Library

_AT_ONCE = 10
_ENOUGH = 30
"""After so many decisions a label hardly gets better (tests/benchmarks/bench_tagging.py)."""


@dataclass(frozen=True, slots=True)
class _Round:
    """What is asked at once."""

    judged: Judged
    photos: list[Photo]
    pictures: list[QImage | None]
    bursts: dict[int, list[int]]


class ReviewDeck(QWidget):
    """Asks for decisions in rounds; after each, the label has learned, and what that changed is said."""

    closed = Signal()
    changed = Signal()
    failed = Signal(object)

    def __init__(self, jobs: Jobs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("deck")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._jobs = jobs
        self._library: Library | None = None
        self._label: Label | None = None
        self._judged: Judged | None = None
        self._photos: list[Photo] = []
        self._pictures: list[QImage | None] = []
        self._bursts: dict[int, list[int]] = {}
        """Photos that show the same as each of the round, itself first, on which nobody decided before it."""
        self._at = 0
        self._asking: Job | None = None
        self._storing = 0
        """How many decisions are on their way to the catalogue; the next round waits for them."""
        self.title = QLabel()
        self.title.setProperty("title", True)
        self.about = QLabel()
        self.about.setProperty("quiet", True)
        self.gained = QLabel(wordWrap=True)
        self.picture = QLabel(alignment=Qt.AlignmentFlag.AlignCenter)
        self.picture.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        self.name = QLabel(alignment=Qt.AlignmentFlag.AlignCenter)
        self.name.setProperty("quiet", True)
        self.likely_first = QCheckBox("Most probable first")
        self.likely_first.setToolTip("Instead of the doubtful ones, which teach most")
        self.likely_first.toggled.connect(lambda _: self._ask())
        self.accept = push_button("A   fits", lambda: self._decide(True), primary=True)
        self.reject = push_button("R   does not", lambda: self._decide(False))
        self.skip = push_button("Space   skip", self._next)
        self.accept_burst = push_button("", lambda: self._decide(True, whole_burst=True), flat=True)
        self.reject_burst = push_button("", lambda: self._decide(False, whole_burst=True), flat=True)
        self.accept_rest = push_button(
            f"{key_name('Ctrl+Shift+A')}   all of this round", lambda: self._decide_rest(True), flat=True
        )
        self.reject_rest = push_button(
            f"{key_name('Ctrl+Shift+R')}   none of it", lambda: self._decide_rest(False), flat=True
        )
        self.undo = push_button("Z   undo", self._undo)
        self._arrange()
        keys: tuple[tuple[str, Callable[[], object]], ...] = (
            ("A", lambda: self._decide(True)),
            ("R", lambda: self._decide(False)),
            ("Space", self._next),
            ("Shift+A", lambda: self._decide(True, whole_burst=True)),
            ("Shift+R", lambda: self._decide(False, whole_burst=True)),
            ("Ctrl+Shift+A", lambda: self._decide_rest(True)),
            ("Ctrl+Shift+R", lambda: self._decide_rest(False)),
            ("Z", self._undo),
            ("Ctrl+Z", self._undo),
            ("Esc", self.closed.emit),
        )
        add_keys(self, keys, below=True)

    def _arrange(self) -> None:
        top = QHBoxLayout()
        top.addWidget(IconButton("back", "Back to the labels (Esc)", self.closed.emit))
        top.addWidget(self.title, 1)
        top.addWidget(self.likely_first)
        several = QHBoxLayout()
        for button in (self.accept_burst, self.reject_burst):
            several.addWidget(button)
        several.addStretch()
        for button in (self.accept_rest, self.reject_rest):
            several.addWidget(button)
        buttons = QHBoxLayout()
        buttons.addStretch()
        for button in (self.accept, self.reject, self.skip):
            buttons.addWidget(button)
        buttons.addStretch()
        buttons.addWidget(self.undo)
        column = QVBoxLayout(self)
        column.setContentsMargins(18, 14, 18, 16)
        column.setSpacing(8)
        column.addLayout(top)
        column.addWidget(self.about)
        column.addWidget(self.gained)
        column.addWidget(self.picture, 1)
        column.addWidget(self.name)
        column.addLayout(buttons)
        column.addLayout(several)

    def use(self, library: Library) -> None:
        """Review this library's photos from now on."""
        self._library = library

    def begin(self, label: Label) -> None:
        """Ask about a label."""
        self._label, self._judged = label, None
        self.gained.clear()
        self.title.setText(f"Does “{label.name}” fit?")
        self._ask()
        self.setFocus()

    def _ask(self) -> None:
        """Judge, and get the next round."""
        if self._library is None or self._label is None or self._storing:
            return
        if self._asking is not None:
            self._asking.cancel()
        library, label, doubtful = self._library, self._label, not self.likely_first.isChecked()

        def ask() -> _Round:
            judged = library.label_judge.judge(label)
            photos = library.catalog.photos(library.label_judge.to_judge(judged, _AT_ONCE, doubtful_first=doubtful))
            around = library.bursts.around([photo.id for photo in photos])
            bursts = {
                photo_id: [each for each in burst if each not in judged.decided] for photo_id, burst in around.items()
            }
            return _Round(judged, photos, pictures_of(library.thumbnails, photos), bursts)

        self._asking = self._jobs.start(Lane.SEARCH, ask, on_done=self._take, on_failed=self.failed.emit)

    def _take(self, found: _Round) -> None:
        self._asking = None
        before = self._judged
        self._judged, self._photos, self._pictures = found.judged, found.photos, found.pictures
        self._bursts = found.bursts
        self._at = 0
        if before is not None:
            then, now = (set(each.photo_ids[each.suggested].tolist()) for each in (before, self._judged))
            decided = set(self._judged.decided)
            more, less = len(now - then - decided), len(then - now - decided)
            self.gained.setText(f"What your decisions changed: {more:,} more suggested, {less:,} dropped.")
        self._show()

    def _show(self) -> None:
        judged = self._judged
        there = self._at < len(self._photos)
        for part in (self.accept, self.reject, self.skip, self.accept_rest, self.reject_rest):
            part.setEnabled(there)
        count = len(self._burst)
        self.accept_burst.setText(f"{key_name('Shift+A')}   all {count:,} of the burst")
        self.reject_burst.setText(f"{key_name('Shift+R')}   none of it")
        for part in (self.accept_burst, self.reject_burst):
            part.setVisible(count > 1)
        if judged is not None:
            made = len(judged.decided) + sum(1 for photo in self._photos[: self._at] if photo.id not in judged.decided)
            left = max(0, _ENOUGH - made)
            asks = f"about {left} more would make it better" if left else "more hardly make it better"
            self.about.setText(
                f"{made} decided; {asks}. {photos_in_words(len(judged.suggested))} suggested as it stands."
            )
        if not there:
            self.picture.setText("No photo is left to be judged.")
            self.name.clear()
            return
        photo = self._photos[self._at]
        chance = self._chance(photo.id)
        self.name.setText(f"{printable(photo.path.name)}  ·  {chance:.0%}")
        self.picture.setAccessibleName(f"{printable(photo.path.name)}, {chance:.0%}")
        self._fit()
        announce(self, f"{printable(photo.path.name)}, {chance:.0%}")

    def _chance(self, photo_id: int) -> float:
        assert self._judged is not None  # noqa: S101  # photos come with it
        return float(self._judged.probabilities[(self._judged.photo_ids == photo_id).argmax()])

    def _fit(self) -> None:
        picture = self._pictures[self._at] if self._at < len(self._pictures) else None
        if picture is None:
            return
        ratio = self.devicePixelRatioF()
        room = self.picture.size() * ratio
        limit = QSize(min(room.width(), 3 * picture.width()), min(room.height(), 3 * picture.height()))
        self.picture.setPixmap(fitted(picture, limit, ratio))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        self._fit()

    @property
    def _burst(self) -> list[int]:
        """The photo that is asked about, and those that show the same; nothing where none is left."""
        if self._at >= len(self._photos):
            return []
        photo_id = self._photos[self._at].id
        return self._bursts.get(photo_id, [photo_id])

    def _decide(self, accepted: bool, *, whole_burst: bool = False) -> None:
        if self._at < len(self._photos):
            burst = self._burst if whole_burst else [self._photos[self._at].id]
            self._store(burst, accepted)
            rows = [row for row, photo in enumerate(self._photos) if row <= self._at or photo.id not in burst]
            self._photos = [self._photos[row] for row in rows]
            self._pictures = [self._pictures[row] for row in rows]
            self._next()

    def _decide_rest(self, accepted: bool) -> None:
        rest = [photo.id for photo in self._photos[self._at :]]
        if rest:
            self._at = len(self._photos)
            self._store(rest, accepted)

    def _store(self, photo_ids: list[int], accepted: bool) -> None:
        library, label = self._library, self._label
        if library is not None and label is not None:
            self._storing += 1
            self._jobs.start(
                Lane.DECISIONS,
                lambda: library.tagger.decide(photo_ids, label.name, accepted, is_suggested=True),
                on_done=lambda _: self._stored(),
                on_failed=self._lose,
            )

    def _stored(self) -> None:
        self._storing -= 1
        self.changed.emit()
        if not self._storing and self._photos and self._at >= len(self._photos):
            self._ask()

    def _lose(self, error: Exception) -> None:
        self._storing -= 1
        self.failed.emit(error)

    def _next(self) -> None:
        self._at += 1
        if self._at >= len(self._photos) and self._photos:
            self._ask()
        else:
            self._show()

    def _undo(self) -> None:
        library = self._library
        if library is not None:
            self._jobs.start(
                Lane.DECISIONS,
                library.tagger.undo,
                on_done=self._undone,
                on_failed=self.failed.emit,
            )

    def _undone(self, undone: object) -> None:
        announce(self, "Nothing is left to take back" if undone is None else "Taken back")
        self.changed.emit()
        if undone is not None and 0 < self._at < len(self._photos):
            self._at -= 1
            self._show()
        else:
            self._ask()
