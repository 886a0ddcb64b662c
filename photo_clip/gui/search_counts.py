"""Counts in the background what the kept searches match, again whenever there may be more."""

from collections.abc import Mapping, Sequence
from datetime import date

from PySide6.QtCore import QObject

from photo_clip.core.errors import PhotoClipError
from photo_clip.core.photo import SavedSearch
from photo_clip.core.query import parse
from photo_clip.gui.jobs import Job, Jobs, Lane
from photo_clip.gui.saved_searches import SavedSearches
from photo_clip.services.library import Library
from photo_clip.services.searcher import DEFAULT_LIMIT


class SearchCounts(QObject):
    """Keeps the counts beside the searches; one run at a time."""

    def __init__(self, jobs: Jobs, searches: SavedSearches) -> None:
        super().__init__(searches)
        self._jobs = jobs
        self._searches = searches
        self._library: Library | None = None
        self._job: Job | None = None
        self._is_outdated = False
        searches.changed.connect(self.refresh)

    def use(self, library: Library) -> None:
        """Count in this library from now on."""
        self._library = library
        self.refresh()

    def refresh(self) -> None:
        """Count again; where it is being done, once more after that."""
        if self._job is not None:
            self._is_outdated = True
        elif self._library is not None and self._searches.shown:
            self._is_outdated = False
            self._job = self._jobs.start(Lane.SEARCH, _counted, self._library, self._searches.shown, on_done=self._take)

    def _take(self, counts: Mapping[SavedSearch, str]) -> None:
        self._job = None
        self._searches.show_counts(counts)
        if self._is_outdated:
            self.refresh()


def _counted(library: Library, searches: Sequence[SavedSearch]) -> dict[SavedSearch, str]:
    """Return how many photos match each search, in figures; those of which nobody can say are left out."""
    counts: dict[SavedSearch, str] = {}
    for search in searches:
        query = parse(search.query, date.today())
        try:
            found = library.searcher.find(query)
        except PhotoClipError:  # it is told when the search is asked
            continue
        count = found.matches if query.descriptions else found.total
        if count is not None:
            counts[search] = f"{count:,}" + ("+" if query.descriptions and count >= DEFAULT_LIMIT else "")
    return counts
