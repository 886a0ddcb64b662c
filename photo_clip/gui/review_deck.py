"""Asks of one photo after another whether a label fits, with one key for each answer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QCheckBox,
    QHBoxLayout,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from photo_clip.core.amounts import photos_in_words
from photo_clip.core.errors import PhotoClipError
from photo_clip.core.labels import Label
from photo_clip.core.printable import printable
from photo_clip.gui.announcing import announce
from photo_clip.gui.buttons import IconButton, push_button
from photo_clip.gui.commands import add_keys, key_name
from photo_clip.gui.jobs import Job, Jobs, Lane
from photo_clip.gui.pictures import fitted
from photo_clip.gui.plain import plain_label
from photo_clip.gui.review_round import Card, Round, round_of
from photo_clip.services.label_judge import Judged
from photo_clip.services.library import Library

_ENOUGH = 30
"""After so many decisions a label hardly gets better (tests/benchmarks/bench_tagging.py)."""


@dataclass(slots=True, eq=False)
class _Answer:
    """A decision that was made here, and can be taken back."""

    cards: list[Card]
    """What need not be asked any more because of it."""
    is_stored: bool = False
    """Set and read on the lane of decisions, which comes to the taking back after the decision."""

    def is_among(self, decided: Mapping[int, bool]) -> bool:
        """Whether decisions, by photo id, hold it: a catalogue takes all of one answer, or nothing."""
        return any(card.photo.id in decided for card in self.cards)


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What came of a change."""

    decided: dict[int, bool]
    """The decisions on the label that are stored now, by photo id."""
    trouble: PhotoClipError | None


class ReviewDeck(QWidget):
    """Asks for decisions in rounds; after each, the label has learned, and what that changed is said."""

    closed = Signal()
    changed = Signal()
    failed = Signal(object)

    def __init__(self, jobs: Jobs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("deck")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Photos to be decided on")
        self._jobs = jobs
        self._library: Library | None = None
        self._label: Label | None = None
        self._judged: Judged | None = None
        self._decided: dict[int, bool] = {}
        """The decisions that are stored, by photo id."""
        self._cards: list[Card] = []
        """What is still to be asked in this round, what is asked now first."""
        self._skipped: list[int] = []
        """The photos that were skipped since the label was begun, the last one last; another list each time."""
        self._answers: list[_Answer] = []
        """What was decided since the label was begun, the last one last; another list each time."""
        self._asking: Job | None = None
        self._storing = 0
        """How many decisions are on their way to the catalogue, or back; the next round waits for them."""
        self.title = plain_label(wordWrap=True)
        self.title.setProperty("title", True)
        self.about = plain_label()
        self.about.setProperty("quiet", True)
        self.gained = plain_label(wordWrap=True)
        self.picture = plain_label(alignment=Qt.AlignmentFlag.AlignCenter)
        self.picture.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        self.name = plain_label(alignment=Qt.AlignmentFlag.AlignCenter)
        self.name.setProperty("quiet", True)
        self.likely_first = QCheckBox("Most probable first")
        self.likely_first.setToolTip("Instead of the doubtful ones, which teach most")
        self.likely_first.toggled.connect(lambda _: self._ask_anew())
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
            ("Shift+A", lambda: self._decide(True, whole_burst=True)),
            ("Shift+R", lambda: self._decide(False, whole_burst=True)),
            ("Ctrl+Shift+A", lambda: self._decide_rest(True)),
            ("Ctrl+Shift+R", lambda: self._decide_rest(False)),
            ("Z", self._undo),
            ("Ctrl+Z", self._undo),
            ("Esc", self.closed.emit),
        )
        add_keys(self, keys, below=True)
        add_keys(self, (("Space", self._next),))  # on a button that Tab went to, it presses that
        for button in self.findChildren(QAbstractButton):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the keys with the deck

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
        self._answers, self._skipped = [], []
        for part in (self.gained, self.about, self.picture, self.name):
            part.clear()
        self.title.setText(f"Does “{label.name}” fit?")
        self._ask_anew()
        self.setFocus()

    def _ask_anew(self) -> None:
        self._stop_asking()
        self._cards = []
        self._go_on()

    def _stop_asking(self) -> None:
        if self._asking is not None:
            self._asking.cancel()
            self._asking = None

    def _go_on(self) -> None:
        """Show what is asked; where nothing is left, get the next round once all that was decided is stored."""
        library, label, doubtful = self._library, self._label, not self.likely_first.isChecked()
        if self._cards:
            self._show()
        elif library is not None and label is not None and self._asking is None and not self._storing:
            self._asking = self._jobs.start(
                Lane.SEARCH, round_of, library, label, doubtful, self._skipped, on_done=self._take, on_failed=self._fail
            )

    def _fail(self, error: Exception) -> None:
        self._asking = None
        self.failed.emit(error)

    def _take(self, found: Round) -> None:
        self._asking = None
        before = self._judged
        self._judged, self._cards = found.judged, found.cards
        self._decided = found.judged.decided
        if before is not None:
            then, now = (set(each.photo_ids[each.suggested].tolist()) for each in (before, found.judged))
            more, less = (len(some.difference(self._decided)) for some in (now - then, then - now))
            self.gained.setText(f"What your decisions changed: {more:,} more suggested, {less:,} dropped.")
        self._show()

    def _show(self) -> None:
        focused = QApplication.focusWidget()
        for part in (self.accept, self.reject, self.skip, self.accept_rest, self.reject_rest):
            part.setEnabled(bool(self._cards))
        count = len(self._cards[0].burst) if self._cards else 0
        self.accept_burst.setText(f"{key_name('Shift+A')}   all {count:,} of the burst")
        self.reject_burst.setText(f"{key_name('Shift+R')}   none of it")
        for part in (self.accept_burst, self.reject_burst):
            part.setVisible(count > 1)
        if focused is not None and self.isAncestorOf(focused) and not (focused.isVisible() and focused.isEnabled()):
            self.setFocus()  # not the button beside it, which the same key would press
        self._show_count()
        if not self._cards:
            self.picture.setText("No photo is left to be judged.")
            self.name.clear()
            return
        photo = self._cards[0].photo
        chance = self._chance(photo.id)
        self.name.setText(f"{printable(photo.path.name)}  ·  {chance:.0%}")
        self.picture.setAccessibleName(f"{printable(photo.path.name)}, {chance:.0%}")
        self.picture.clear()
        self._fit()
        announce(self, f"{printable(photo.path.name)}, {chance:.0%}")

    def _show_count(self) -> None:
        judged, made = self._judged, len(self._decided)
        if judged is not None:
            left = max(0, _ENOUGH - made)
            asks = f"about {left} more would make it better" if left else "more hardly make it better"
            self.about.setText(
                f"{made} decided; {asks}. {photos_in_words(len(judged.suggested))} suggested as it stands."
            )

    def _chance(self, photo_id: int) -> float:
        assert self._judged is not None  # noqa: S101  # photos come with it
        return float(self._judged.probabilities[(self._judged.photo_ids == photo_id).argmax()])

    def _fit(self) -> None:
        picture = self._cards[0].picture if self._cards else None
        if picture is None:
            return
        ratio = self.devicePixelRatioF()
        room = self.picture.size() * ratio
        limit = QSize(min(room.width(), 3 * picture.width()), min(room.height(), 3 * picture.height()))
        self.picture.setPixmap(fitted(picture, limit, ratio))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        self._fit()

    def _decide(self, accepted: bool, *, whole_burst: bool = False) -> None:
        if self._cards:
            first = self._cards[0]
            photo_ids = first.burst if whole_burst else [first.photo.id]
            self._answer(photo_ids, accepted, [card for card in self._cards if card.photo.id in photo_ids])

    def _decide_rest(self, accepted: bool) -> None:
        if self._cards:
            self._answer([card.photo.id for card in self._cards], accepted, self._cards)

    def _answer(self, photo_ids: list[int], accepted: bool, cards: list[Card]) -> None:
        library, label = self._library, self._label
        if library is None or label is None:
            return
        answer, answers = _Answer(cards), self._answers
        answers.append(answer)
        self._cards = [card for card in self._cards if card not in cards]

        def store() -> _Outcome:
            outcome = _outcome_of(
                lambda: library.tagger.decide(photo_ids, label.name, accepted, is_suggested=True), library, label
            )
            answer.is_stored = outcome.trouble is None or answer.is_among(outcome.decided)
            return outcome

        self._start(store, lambda outcome: self._stored(answers, answer, outcome))
        self._go_on()

    def _start(self, work: Callable[[], _Outcome], on_done: Callable[[_Outcome], None]) -> None:
        def hear(outcome: _Outcome) -> None:
            self._storing -= 1
            self.changed.emit()
            if outcome.trouble is not None:
                self.failed.emit(outcome.trouble)
            on_done(outcome)

        def fail(error: Exception) -> None:
            self._storing -= 1
            self.failed.emit(error)
            self._go_on()

        self._storing += 1
        self._jobs.start(Lane.DECISIONS, work, on_done=hear, on_failed=fail)

    def _stored(self, answers: list[_Answer], answer: _Answer, outcome: _Outcome) -> None:
        is_waiting = not self._cards
        if answers is self._answers:
            self._decided = outcome.decided
            self._show_count()
        if not answer.is_stored and answer in self._answers:
            answers.remove(answer)
            self._cards = [*self._cards, *answer.cards]  # last: what people look at stays under their fingers
        if is_waiting:
            self._go_on()

    def _next(self) -> None:
        skipped = [card.photo.id for card in self._cards[:1]]
        self._skipped = [each for each in self._skipped if each not in skipped] + skipped
        self._cards = self._cards[1:]
        self._go_on()

    def _undo(self) -> None:
        """Take back the last decision that was made here, and none that was made elsewhere."""
        library, label = self._library, self._label
        if library is None or label is None:
            return
        if not self._answers:
            self._tell_that_nothing_is_left()
            return
        answers = self._answers
        answer = answers.pop()

        def take_back() -> _Outcome:
            return _outcome_of(library.tagger.undo if answer.is_stored else lambda: None, library, label)

        self._stop_asking()
        self._start(take_back, lambda outcome: self._taken_back(answers, answer, outcome))

    def _taken_back(self, answers: list[_Answer], answer: _Answer, outcome: _Outcome) -> None:
        if answers is self._answers:
            self._decided = outcome.decided
            if not answer.is_among(outcome.decided):
                announce(self, "Taken back")
                self._cards = [*answer.cards, *self._cards]
            elif outcome.trouble is not None:
                answers.append(answer)
            else:
                self._tell_that_nothing_is_left()
        self._go_on()

    def _tell_that_nothing_is_left(self) -> None:
        self.gained.setText("Nothing that was decided here is left to take back.")
        announce(self, self.gained.text())


def _outcome_of(change: Callable[[], object], library: Library, label: Label) -> _Outcome:
    trouble = None
    try:
        change()
    except PhotoClipError as error:  # of the sidecars alone, perhaps: what is stored tells
        trouble = error
    return _Outcome(library.catalog.tags.decided(label.name), trouble)
