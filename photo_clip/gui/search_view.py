"""The search line: it wants photos, starts the search, and gives out what was found."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from photo_clip.core.photo import Photo
from photo_clip.core.printable import printable
from photo_clip.gui.buttons import push_button
from photo_clip.gui.jobs import Job, Jobs, Lane
from photo_clip.services.library import Library
from photo_clip.services.searcher import DEFAULT_LIMIT

_TYPING_PAUSE_MS = 200


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """Photos in the order they are to be shown."""

    photo_ids: NDArray[np.int64]
    cosines: list[float] | None
    """One a photo; None where all photos are shown, newest first."""
    total: int
    """How many photos could have been found."""


class SearchView(QWidget):
    """A search line and a line about the answer; what is found goes out by `answered`."""

    answered = Signal(object)
    failed = Signal(object)

    def __init__(self, jobs: Jobs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._library: Library | None = None
        self._job: Job | None = None
        self._similar_to: Photo | None = None
        self.line = QLineEdit()
        self.line.setObjectName("searchLine")
        self.line.setPlaceholderText("What do you remember? “a black cat sleeping on a red sofa”")
        self.line.setAccessibleName("Search")
        self.line.setAccessibleDescription("Describe the photo in your own words; the best photos appear below.")
        self.line.setClearButtonEnabled(True)
        self.line.setMaxLength(1000)
        self._about = QLabel()
        self._about.setProperty("quiet", True)
        self._about.setAccessibleName("Answer")
        self._all = push_button("Show all photos", self._leave_similar)
        self._all.hide()
        about = QHBoxLayout()
        about.addWidget(self._about, 1)
        about.addWidget(self._all)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self.line)
        column.addLayout(about)
        self._typing = QTimer(self, singleShot=True, interval=_TYPING_PAUSE_MS)
        self._typing.timeout.connect(self.search)
        self.line.textEdited.connect(lambda _: self._typing_goes_on())
        self.line.textChanged.connect(lambda text: None if text else self._typing_goes_on())
        self.line.returnPressed.connect(self.search)

    def use(self, library: Library) -> None:
        """Search in this library from now on."""
        self._library = library

    @property
    def told(self) -> str:
        """What is said of the answer."""
        return self._about.text()

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
            self.line.text(),
            self._similar_to,
            on_done=self._take,
            on_failed=self.failed.emit,
        )

    def show_similar(self, photo: Photo) -> None:
        """Ask for photos that look like this one."""
        self._similar_to = photo
        self.line.blockSignals(True)
        self.line.clear()
        self.line.blockSignals(False)
        self._all.show()
        self.search()

    def _leave_similar(self) -> None:
        self._similar_to = None
        self._all.hide()
        self.search()

    def _typing_goes_on(self) -> None:
        self._similar_to = None
        self._all.hide()
        self._typing.start()

    def _take(self, answer: Answer) -> None:
        self._job = None
        self._about.setText(self._sentence(answer))
        self.answered.emit(answer)

    def _sentence(self, answer: Answer) -> str:
        count, total = len(answer.photo_ids), answer.total
        if answer.cosines is None:
            return f"{total:,} photos, newest first" if total else "No photo is embedded yet."
        if not count:
            return "Nothing to show: no photo is embedded yet."
        if self._similar_to is not None:
            return f"Photos like {printable(self._similar_to.path.name)}, most alike first"
        return (
            f"The {count:,} best of {total:,} photos, best first" if count < total else f"{count:,} photos, best first"
        )


def _answer(library: Library, words: str, similar_to: Photo | None) -> Answer:
    if similar_to is None and not words.strip():
        photo_ids = library.catalog.newest_photo_ids()
        return Answer(photo_ids, None, len(photo_ids))
    if similar_to is not None:
        hits = library.searcher.similar(similar_to.id, DEFAULT_LIMIT)
    else:
        hits = library.searcher.search(words, DEFAULT_LIMIT)
    total = library.catalog.counts(library.models.active_key()).embedded
    photo_ids = np.array([hit.photo.id for hit in hits], dtype=np.int64)
    return Answer(photo_ids, [hit.cosine for hit in hits], total)
