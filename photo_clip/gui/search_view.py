"""Where people say what they look for: it wants photos, starts the search, and gives out what was found."""

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QPalette
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QSizePolicy, QSlider, QVBoxLayout, QWidget

from photo_clip.core.arranging import Grouping, Sorting
from photo_clip.core.photo import Photo
from photo_clip.core.query import LONGEST_LINE, Description, Query, parse
from photo_clip.gui import icons
from photo_clip.gui.announcing import announce
from photo_clip.gui.answering import Answer, Question, answer
from photo_clip.gui.buttons import IconButton, push_button
from photo_clip.gui.commands import key_name
from photo_clip.gui.jobs import Job, Jobs, Lane
from photo_clip.gui.plain import plain_label
from photo_clip.gui.query_chips import QueryChips
from photo_clip.gui.search_completer import SearchCompleter
from photo_clip.services.library import Library

_TYPING_PAUSE_MS = 200
_LINE_PAUSE_MS = 60
LONGEST_TYPED = 10_000
"""What is typed or pasted beyond it is cut off: with each key, the window reads and lays out the whole line."""
_LINE_STEPS, _LINE_LOGITS = 100, 8.0
"""The line goes from a probability of 0.98 to one of 0.02, evenly in log odds."""


class SearchView(QWidget):
    """A search line, its parts as chips, and a line about the answer; what is found goes out by `answered`."""

    answered = Signal(object, bool)
    """An Answer, and whether something else was asked than before."""
    failed = Signal(object)
    save_wanted = Signal(str)
    """What is asked for is to be kept, as it is typed."""

    def __init__(self, jobs: Jobs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._library: Library | None = None
        self._job: Job | None = None
        self._question = Question()
        self._is_outdated = False
        """Whether there may be more photos than when the answer under way was asked for."""
        self._answer: Answer | None = None
        self._counts_chosen = True
        """Whether it is said how many photos are selected, and not what was done."""
        self.line = QLineEdit()
        self.line.setObjectName("searchLine")
        self.line.setPlaceholderText("What do you remember? “a black cat on a red sofa”")
        self.line.setAccessibleName("Search")
        self.line.setAccessibleDescription("Describe the photo in your own words; the best photos appear below.")
        self.line.setMaxLength(LONGEST_TYPED)
        self.line.setAcceptDrops(False)  # what is dropped is taken by the whole window
        self._glass = QAction("Search", self)
        self.line.addAction(self._glass, QLineEdit.ActionPosition.LeadingPosition)
        self._clear = QAction("Clear the search", self)
        self._clear.triggered.connect(self.clear)
        self.line.addAction(self._clear, QLineEdit.ActionPosition.TrailingPosition)
        self.top = QHBoxLayout()
        """The line, with room beside it for tools."""
        self.chips = QueryChips()
        self.chips.changed.connect(self.ask)
        self._about = _quiet_label(QSizePolicy.Policy.Ignored)
        self._about.setWordWrap(True)
        self._chosen = _quiet_label(QSizePolicy.Policy.Maximum)
        self._notes = _quiet_label(QSizePolicy.Policy.Ignored)
        self._notes.setWordWrap(True)
        self._notes.hide()
        self.within = push_button("", self.leave_selection, flat=True)
        self.within.hide()
        self.save = IconButton("keep", f"Keep this search in the list at the left ({key_name('Ctrl+S')})", self.keep)
        self.save.hide()
        self._all = push_button("Show all photos", self.clear, flat=True)
        self._all.hide()
        self.weaker = push_button("", self._fold, flat=True)
        self.weaker.hide()
        self.line_slider = QSlider(Qt.Orientation.Horizontal)
        self.line_slider.setRange(0, _LINE_STEPS)
        self.line_slider.setValue(_LINE_STEPS // 2)
        self.line_slider.setPageStep(10)
        self.line_slider.setFixedWidth(84)
        self.line_slider.setAccessibleName("How much counts as a match")
        self.line_slider.setToolTip("What counts as a match: at the left only what is sure, at the right what may be")
        self.line_slider.hide()
        self._typing = QTimer(self, singleShot=True, interval=_TYPING_PAUSE_MS)
        self._typing.timeout.connect(self.search)
        self._moving = QTimer(self, singleShot=True, interval=_LINE_PAUSE_MS)
        self._moving.timeout.connect(self.search)
        self.line_slider.valueChanged.connect(lambda _: self._moving.start())
        self._completer = SearchCompleter(self.line, jobs)
        self.line.textChanged.connect(self._typing_goes_on)
        self.line.returnPressed.connect(self.search)
        self._arrange()
        self._draw_signs()

    def _arrange(self) -> None:
        about = QHBoxLayout()
        about.setContentsMargins(14, 0, 4, 0)
        about.setSpacing(10)
        about.addWidget(self._about, 1)
        for part in (self._chosen, self.within, self.line_slider, self.weaker, self._all, self.save):
            about.addWidget(part)
        notes = QHBoxLayout()
        notes.setContentsMargins(14, 0, 4, 0)
        notes.addWidget(self._notes)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        self.top.setSpacing(8)
        self.top.addWidget(self.line, 1)
        column.addLayout(self.top)
        column.addWidget(self.chips)
        column.addLayout(about)
        column.addLayout(notes)

    @property
    def told(self) -> str:
        """What is said of the photos shown."""
        return self._about.text()

    @property
    def noted(self) -> str:
        """What is said of the question."""
        return "" if self._notes.isHidden() else self._notes.text()

    @property
    def question(self) -> Question:
        """What is asked for just now."""
        return self._question

    def use(self, library: Library) -> None:
        """Search in this library from now on."""
        self._library = library
        self._completer.use(library)

    def search(self) -> None:
        """Ask for what the line says; a former question that is not answered yet is given up."""
        self._typing.stop()
        self._moving.stop()
        self._is_outdated = False
        if self._library is None:
            return
        if self._job is not None:
            self._job.cancel()
        text = self.line.text().strip()
        is_same = text == self._question.text
        with_weaker = self._question.with_weaker and is_same
        unfolded = self._question.unfolded if is_same else frozenset[int]()
        line = 1 / (1 + math.exp(_LINE_LOGITS * (self.line_slider.value() / _LINE_STEPS - 0.5)))
        self._question = replace(self._question, text=text, line=line, with_weaker=with_weaker, unfolded=unfolded)
        self._job = self._jobs.start(
            Lane.SEARCH, answer, self._library, self._question, on_done=self._take, on_failed=self._lose
        )

    def refresh(self) -> None:
        """Ask the same again, because there may be more photos; where something is being asked or typed, after that."""
        self._completer.forget()
        if self._job is not None:
            self._is_outdated = True
        elif not self._typing.isActive():
            self.search()

    def ask(self, query: Query) -> None:
        """Ask this instead of what the line says."""
        self.ask_text(str(query))

    def ask_text(self, text: str) -> None:
        """Ask what is typed so, instead of what the line says."""
        length = min(2 * len(text), LONGEST_LINE)  # Qt counts some characters twice
        self.line.setMaxLength(max(length, LONGEST_TYPED))
        self.line.setText(text)
        self.search()

    def show_similar(self, photos: Sequence[Photo]) -> None:
        """Ask for photos that look like these."""
        self.ask(Query(tuple(Description(photo=str(photo.path)) for photo in photos)))

    def arrange(self, sorting: Sorting, grouping: Grouping, folding: bool) -> None:
        """Show what is found in another order, under other headings, or with near-duplicates folded or not."""
        self._question = replace(self._question, sorting=sorting, grouping=grouping, folding=folding)
        self.search()

    def unfold(self, photo_id: int) -> None:
        """Show the near-duplicates of a photo behind it, or no longer."""
        stacks = {} if self._answer is None else self._answer.stacks
        head = next((head for head, stack in stacks.items() if photo_id in stack), None)
        if head is not None:
            self._question = replace(self._question, unfolded=self._question.unfolded ^ {head})
            self.search()

    def search_within(self, photo_ids: frozenset[int]) -> None:
        """Choose from these photos alone, until that is ended."""
        self._question = replace(self._question, within=photo_ids)
        self.within.setText(f"In {len(photo_ids):,} selected ✕")
        self.within.setAccessibleName(f"Searching in {len(photo_ids):,} selected photos; press to search in all")
        self.within.show()
        self.line.setFocus()
        self.search()

    def leave_selection(self) -> None:
        """Choose from all photos again."""
        self.within.hide()
        self._question = replace(self._question, within=None)
        self.search()

    def keep(self) -> None:
        """Want what is asked for to be kept."""
        if self.line.text().strip():
            self.save_wanted.emit(self.line.text().strip())

    def clear(self) -> None:
        """Show all photos again."""
        self.within.hide()
        self._question = replace(self._question, within=None)
        self.line.clear()
        self.line.setFocus()
        self.search()

    def show_chosen(self, count: int) -> None:
        """Say how many photos are selected, where it is more than the one that the keys act on.

        With none, what was said of something else stays: those that were selected may be gone because of it.
        """
        if count or self._counts_chosen:
            self._chosen.setText(f"{count:,} selected" if count > 1 else "")
            self._counts_chosen = True

    def say(self, sentence: str) -> None:
        """Say for a while what was done; it goes when something else is answered."""
        self._chosen.setText(sentence)
        self._counts_chosen = False
        announce(self.line, sentence)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802
        if event.type() is QEvent.Type.PaletteChange:
            self._draw_signs()
        super().changeEvent(event)

    def _typing_goes_on(self) -> None:
        text = self.line.text()
        self._clear.setVisible(bool(text))
        self.chips.show_query(parse(text, date.today()), date.today())
        self._typing.start()

    def _take(self, found: Answer) -> None:
        self._job = None
        is_new = self._answer is None or _asked(found.question) != _asked(self._answer.question)
        self._answer = found
        if is_new:
            self._chosen.clear()
            self._counts_chosen = True
        is_plain = not found.question.text
        self.weaker.setVisible(bool(found.weaker))
        self.weaker.setText("Hide the weaker ones" if found.question.with_weaker else f"Show {found.weaker:,} weaker")
        self.line_slider.setVisible(found.matches is not None)
        self._all.setVisible(not is_plain and not len(found.photo_ids))
        self.save.setVisible(not is_plain)
        self._about.setText(found.told)
        self._notes.setText(" ".join(found.notes))
        self._notes.setVisible(bool(found.notes))
        self.answered.emit(found, is_new)
        if is_new:
            announce(self.line, " ".join((self._about.text(), *found.notes)))
        if self._is_outdated:
            self.search()

    def _fold(self) -> None:
        """Show the weaker ones behind the matches, or the matches alone."""
        self._question = replace(self._question, with_weaker=not self._question.with_weaker)
        self.search()

    def _lose(self, error: Exception) -> None:
        self._job = None
        self.failed.emit(error)

    def _draw_signs(self) -> None:
        colour = self.palette().color(QPalette.ColorRole.PlaceholderText)
        self._glass.setIcon(icons.icon("search", colour))
        self._clear.setIcon(icons.icon("close", colour))
        self._clear.setVisible(bool(self.line.text()))


def _asked(question: Question) -> Question:
    """Return what makes a question another one; moving the line or unfolding does not."""
    return replace(question, line=0.5, with_weaker=False, unfolded=frozenset())


def _quiet_label(width: QSizePolicy.Policy) -> QLabel:
    label = plain_label()
    label.setProperty("quiet", True)
    label.setSizePolicy(width, QSizePolicy.Policy.Preferred)
    return label
