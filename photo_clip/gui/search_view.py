"""Where people say what they look for: it wants photos, starts the search, and gives out what was found."""

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QTimer, Signal
from PySide6.QtGui import QAction, QPalette
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from photo_clip.core.photo import Photo
from photo_clip.core.printable import printable
from photo_clip.core.query import Description, Query, Will, parse
from photo_clip.gui import icons
from photo_clip.gui.announcing import announce
from photo_clip.gui.buttons import push_button
from photo_clip.gui.jobs import Job, Jobs, Lane
from photo_clip.services.library import Library
from photo_clip.services.searcher import DEFAULT_LIMIT

_TYPING_PAUSE_MS = 200


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked for, as it is typed; empty for all photos."""

    text: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """Photos in the order they are to be shown."""

    question: Question
    photo_ids: NDArray[np.int64]
    cosines: list[float] | None
    """One a photo; None where all photos are shown, newest first."""
    total: int
    """How many photos could have been found."""
    matches: int | None = None
    """How many of them, the first ones, count as matches; None where nobody can say."""
    looks_like: str = ""
    """The names of the photos that others are to be like, where nothing else was asked."""
    is_new: bool = True
    """Whether something else was asked than before."""


class SearchView(QWidget):
    """A search line and a line about the answer; what is found goes out by `answered`."""

    answered = Signal(object)
    failed = Signal(object)

    def __init__(self, jobs: Jobs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._library: Library | None = None
        self._job: Job | None = None
        self._answer: Answer | None = None
        self._with_weaker = False
        self.line = QLineEdit()
        self.line.setObjectName("searchLine")
        self.line.setPlaceholderText("What do you remember? “a black cat on a red sofa”")
        self.line.setAccessibleName("Search")
        self.line.setAccessibleDescription("Describe the photo in your own words; the best photos appear below.")
        self.line.setMaxLength(1000)
        self.line.setAcceptDrops(False)  # folders are dropped on the whole window
        self._glass = QAction(self)
        self.line.addAction(self._glass, QLineEdit.ActionPosition.LeadingPosition)
        self._clear = QAction("Clear the search", self)
        self._clear.triggered.connect(self.clear)
        self.line.addAction(self._clear, QLineEdit.ActionPosition.TrailingPosition)
        self._about = QLabel()
        self._about.setProperty("quiet", True)
        self._about.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._chosen = QLabel()
        self._chosen.setProperty("quiet", True)
        self._chosen.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
        self._all = push_button("Show all photos", self.clear, flat=True)
        self._all.hide()
        self.weaker = push_button("", self._fold, flat=True)
        self.weaker.hide()
        self._typing = QTimer(self, singleShot=True, interval=_TYPING_PAUSE_MS)
        self._typing.timeout.connect(self.search)
        self.line.textChanged.connect(self._typing_goes_on)
        self.line.returnPressed.connect(self.search)
        self._arrange()
        self._draw_signs()

    def _arrange(self) -> None:
        about = QHBoxLayout()
        about.setContentsMargins(14, 0, 4, 0)
        about.setSpacing(12)
        about.addWidget(self._about, 1)
        about.addWidget(self._chosen)
        about.addWidget(self.weaker)
        about.addWidget(self._all)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self.line)
        column.addLayout(about)

    @property
    def told(self) -> str:
        """What is said of the photos shown."""
        return self._about.text()

    def use(self, library: Library) -> None:
        """Search in this library from now on."""
        self._library = library

    def search(self) -> None:
        """Ask for what the line says; a former question that is not answered yet is given up."""
        self._typing.stop()
        if self._library is None:
            return
        if self._job is not None:
            self._job.cancel()
        self._job = self._jobs.start(
            Lane.SEARCH,
            _answer,
            self._library,
            Question(self.line.text().strip()),
            on_done=self._take,
            on_failed=self._lose,
        )

    def refresh(self) -> None:
        """Ask the same again, because there may be more photos; not while something is being asked or typed."""
        if self._job is None and not self._typing.isActive():
            self.search()

    def show_similar(self, photo: Photo) -> None:
        """Ask for photos that look like this one."""
        self.line.setText(str(Query((Description(photo=str(photo.path)),))))
        self.search()

    def clear(self) -> None:
        """Show all photos again."""
        self.line.clear()
        self.line.setFocus()
        self.search()

    def show_chosen(self, count: int) -> None:
        """Say how many photos are selected, where it is more than the one that the keys act on."""
        self._chosen.setText(f"{count:,} selected" if count > 1 else "")

    def say(self, sentence: str) -> None:
        """Say for a while what was done; the next answer takes its place."""
        self._chosen.setText(sentence)
        announce(self.line, sentence)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802
        if event.type() is QEvent.Type.PaletteChange:
            self._draw_signs()
        super().changeEvent(event)

    def _typing_goes_on(self) -> None:
        self._clear.setVisible(bool(self.line.text()))
        self._typing.start()

    def _take(self, answer: Answer) -> None:
        self._job = None
        is_new = self._answer is None or answer.question != self._answer.question
        if is_new:
            self._with_weaker = False
        self._answer = answer
        self._show(answer, is_new=is_new)
        if is_new:
            announce(self.line, self._about.text())

    def _fold(self) -> None:
        """Show the weaker ones behind the matches, or the matches alone."""
        self._with_weaker = not self._with_weaker
        if self._answer is not None:
            self._show(self._answer, is_new=False)

    def _show(self, answer: Answer, *, is_new: bool) -> None:
        weaker = 0 if not answer.matches else len(answer.photo_ids) - answer.matches
        self.weaker.setVisible(bool(weaker))
        self.weaker.setText("Hide the weaker ones" if self._with_weaker else f"Show {weaker:,} weaker")
        if weaker and not self._with_weaker and answer.cosines is not None:
            shown = replace(
                answer, photo_ids=answer.photo_ids[: answer.matches], cosines=answer.cosines[: answer.matches]
            )
        else:
            shown = answer
        self._about.setText(_sentence(answer))
        self.answered.emit(replace(shown, is_new=is_new))

    def _lose(self, error: Exception) -> None:
        self._job = None
        self.failed.emit(error)

    def _draw_signs(self) -> None:
        colour = self.palette().color(QPalette.ColorRole.PlaceholderText)
        self._glass.setIcon(icons.icon("search", colour))
        self._clear.setIcon(icons.icon("close", colour))
        self._clear.setVisible(bool(self.line.text()))


def _answer(library: Library, question: Question) -> Answer:
    query = parse(question.text, date.today())
    if not query:
        photo_ids = library.catalog.newest_photo_ids()
        return Answer(question, photo_ids, None, len(photo_ids))
    found = library.searcher.find(query, DEFAULT_LIMIT)
    cosines = None if found.cosines is None else found.cosines.tolist()
    photos = [printable(Path(each.photo).name) for each in query.descriptions if each.will is Will.MORE and each.photo]
    names = "" if query.words or not photos else " and ".join(photos)
    return Answer(question, found.photo_ids, cosines, found.total, found.matches, names)


def _sentence(answer: Answer) -> str:
    count, total = len(answer.photo_ids), answer.total
    if not count:
        return "No photo can be found yet" if answer.question != Question() else ""
    if answer.cosines is None:
        return "1 photo" if total == 1 else f"{total:,} photos, newest first"
    if answer.looks_like:
        return f"Photos like {answer.looks_like}, most alike first"
    if answer.matches == 0:
        return f"Nothing surely matches among {total:,} photos; these are the nearest"
    if answer.matches is not None:
        return f"{answer.matches:,} {'match' if answer.matches == 1 else 'matches'} in {total:,} photos"
    return f"The {count:,} best of {total:,} photos" if count < total else f"{count:,} photos, best first"
