"""What people want done with the photos they chose: copied, dragged, opened, shown where they lie."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QPixmap
from PySide6.QtWidgets import QMenu, QWidget

from photo_clip.core.amounts import photos_in_words
from photo_clip.core.errors import FolderError
from photo_clip.core.photo import Photo
from photo_clip.core.printable import printable
from photo_clip.core.stores import Catalog
from photo_clip.gui.commands import key_name
from photo_clip.gui.dragging import Files, drag_out, files_of, mime_of
from photo_clip.gui.jobs import Job, Jobs, Lane
from photo_clip.gui.reveal import check_is_there, open_with_usual_program, show_in_file_manager
from photo_clip.services.asking import Asker

_ANSWER_TIME_S = 10.0
_CHOICE_PAUSE_MS = 100
_MOST_ALIKE = 8
"""Photos that others can be like at once."""
_MOST_AT_HAND = 20_000
"""Photos that can be dragged at once; more are a matter for a file manager."""


class PhotoActions(QObject):
    """Does things with the chosen photos, or with the current one; what they are is asked for in the background."""

    large_wanted = Signal()
    similar_wanted = Signal(object)
    """Photos that others are to be like."""
    within_wanted = Signal(object)
    """A frozenset of ids: photos to search in."""
    why_wanted = Signal()
    marked = Signal()
    """Photos were rated, or made favourites; or a part of that failed."""
    tags_wanted = Signal()
    told = Signal(str)
    """A sentence on what was done."""

    def __init__(
        self,
        jobs: Jobs,
        chosen_ids: Callable[[], NDArray[np.int64]],
        current: Callable[[], Photo | None],
        parent: QObject | None = None,
    ) -> None:
        """`chosen_ids` returns the ids of the photos that are selected, `current` the one that the keys act on."""
        super().__init__(parent)
        self._jobs = jobs
        self._chosen_ids = chosen_ids
        self._current = current
        self._asker = Asker(_ANSWER_TIME_S)
        self._catalog: Catalog | None = None
        self._follow: Callable[[Sequence[int]], object] = lambda _photo_ids: None
        self._at_hand: list[Photo] = []
        """The chosen photos, fetched as they are chosen: a drag cannot wait for them."""
        self._fetching: Job | None = None
        self._pause = QTimer(self, singleShot=True, interval=_CHOICE_PAUSE_MS)
        self._pause.timeout.connect(self._fetch)

    def use(self, catalog: Catalog, follow: Callable[[Sequence[int]], object]) -> None:
        """Ask this catalogue what photos are from now on; `follow` hears of those that got stars."""
        self._catalog = catalog
        self._follow = follow

    def hear_of_choice(self) -> None:
        """Fetch the photos chosen now, as they are now, in case they are dragged or others are to be like them.

        Where the same are chosen as before, those at hand serve until then.
        """
        if self._fetching is not None:
            self._fetching.cancel()
        if [photo.id for photo in self._at_hand] != self._chosen_ids().tolist():
            self._at_hand = []
        self._pause.start()

    def drag(self, source: QWidget, thumbnail: QPixmap | None) -> None:
        """Drag the chosen photos out; as long as they are not at hand, the current one alone."""
        current = self._current()
        photos = self._at_hand or ([] if current is None else [current])
        if photos:
            drag_out(source, photos, thumbnail)

    def copy_files(self) -> None:
        """Put the chosen files on the clipboard, as files and as a text of paths."""
        self._with_files(self._take_files)

    def copy_paths(self) -> None:
        """Put the chosen files' paths on the clipboard, a line each."""
        self._with_files(self._take_paths)

    def find_similar(self) -> None:
        """Want photos that look like the current one, or like all of a few that are selected."""
        photo = self._current()
        if 1 < len(self._at_hand) <= _MOST_ALIKE:
            self.similar_wanted.emit(self._at_hand)
        elif photo is not None:
            self.similar_wanted.emit([photo])

    def search_within(self) -> None:
        """Want the selected photos to be searched in."""
        ids = self._chosen_ids()
        if len(ids) > 1:
            self.within_wanted.emit(frozenset(ids.tolist()))

    def rate(self, stars: int) -> None:
        """Give the chosen photos so many stars."""
        ids = self._chosen_ids().tolist()
        told = "No stars" if not stars else "1 star" if stars == 1 else f"{stars} stars"

        def rate(catalog: Catalog) -> str:
            catalog.marks.rate(ids, stars)
            self._follow(ids)
            return f"{told} for {_many(ids)}"

        self._mark(rate)

    def toggle_favourite(self) -> None:
        """Make the chosen photos favourites, or, where the current one is a favourite, no longer."""
        photo, ids = self._current(), self._chosen_ids().tolist()
        if photo is None:
            return
        photo_id = photo.id

        def toggle(catalog: Catalog) -> str:
            is_one = not any(known.is_favourite for known in catalog.photos([photo_id]))  # what is shown may be older
            catalog.marks.set_favourite(ids, is_one)
            return f"{'Favourite' if is_one else 'No longer a favourite'}: {_many(ids)}"

        self._mark(toggle)

    def open_current(self) -> None:
        """Open the current photo with the program the system has for it."""
        photo = self._current()
        if photo is not None:
            self._jobs.start(Lane.SEARCH, check_is_there, photo.path, self._asker, on_done=self._open)

    def reveal_current(self) -> None:
        """Show the current photo in the file manager."""
        photo = self._current()
        if photo is not None:
            self.reveal(photo.path)

    def reveal(self, path: Path) -> None:
        """Show a file or folder in the file manager."""
        self._jobs.start(
            Lane.SEARCH,
            show_in_file_manager,
            path,
            self._asker,
            on_done=lambda folder: None if folder is None else self._open(folder),
        )

    def show_menu(self, parent: QWidget, place: QPoint) -> QMenu | None:
        """Offer what can be done, at a place on the screen; nothing where no photo is chosen."""
        if self._current() is None:
            return None
        count = len(self._chosen_ids())
        menu = QMenu(parent)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("Show large\tEnter", self.large_wanted.emit)
        menu.addAction("Find similar photos\tS", self.find_similar)
        if count > 1:
            menu.addAction(f"Search in these {count:,} photos", self.search_within)
        menu.addAction("Why this photo?\tW", self.why_wanted.emit)
        menu.addSeparator()
        menu.addAction("Tags …\tT", self.tags_wanted.emit)
        menu.addAction("Favourite, or not\tF", self.toggle_favourite)
        stars = menu.addMenu("Stars")
        for number in range(6):
            stars.addAction(f"{'★' * number or 'None'}\t{number}", partial(self.rate, number))
        menu.addSeparator()
        menu.addAction(f"Open with its usual program\t{key_name('Ctrl+E')}", self.open_current)
        menu.addAction(f"Show in the file manager\t{key_name('Ctrl+R')}", self.reveal_current)
        menu.addSeparator()
        copy = "Copy file" if count <= 1 else f"Copy {count:,} files"
        menu.addAction(f"{copy}\t{key_name('Ctrl+C')}", self.copy_files)
        menu.addAction("Copy path" if count <= 1 else f"Copy {count:,} paths", self.copy_paths)
        menu.popup(place)
        return menu

    def _mark(self, change: Callable[[Catalog], str]) -> None:
        """Change marks, and tell what `change` returns; one after another, as each may depend on the one before."""
        catalog = self._catalog
        if catalog is None or not len(self._chosen_ids()):
            return

        def tell(sentence: str) -> None:
            self.told.emit(sentence)
            self.marked.emit()

        def fail(error: Exception) -> None:
            self._jobs.failed_unheard.emit(error)
            self.marked.emit()  # where a sidecar alone was missed, the marks are stored

        self._jobs.start(Lane.DECISIONS, lambda: change(catalog), on_done=tell, on_failed=fail)

    def _with_files(self, take: Callable[[Files], object]) -> None:
        ids = self._chosen_ids()
        if self._catalog is not None and len(ids):
            catalog = self._catalog
            self._jobs.start(Lane.SEARCH, lambda: files_of(catalog.photos(ids.tolist())), on_done=take)

    def _fetch(self) -> None:
        ids = self._chosen_ids()
        if self._catalog is not None and 0 < len(ids) <= _MOST_AT_HAND:
            self._fetching = self._jobs.start(
                Lane.SEARCH, self._catalog.photos, ids.tolist(), on_done=self._take_at_hand
            )

    def _take_at_hand(self, photos: list[Photo]) -> None:
        self._at_hand = photos

    def _take_files(self, files: Files) -> None:
        QGuiApplication.clipboard().setMimeData(mime_of(files))
        self.told.emit("Copied 1 file" if len(files.urls) == 1 else f"Copied {len(files.urls):,} files")

    def _take_paths(self, files: Files) -> None:
        QGuiApplication.clipboard().setText(files.paths)
        self.told.emit("Copied 1 path" if len(files.urls) == 1 else f"Copied {len(files.urls):,} paths")

    def _open(self, path: Path) -> None:
        if not open_with_usual_program(path):
            self._jobs.failed_unheard.emit(
                FolderError(
                    f"The system has no program to open “{printable(path.name)}” with.",
                    advice="Install one for this kind of file, or open it from the file manager.",
                )
            )


def _many(photo_ids: Sequence[int]) -> str:
    """Return how many photos were marked, and for several, which may have been chosen by mistake, the way back."""
    return photos_in_words(len(photo_ids)) + (f" ({key_name('Ctrl+Z')} takes it back)" if len(photo_ids) > 1 else "")
