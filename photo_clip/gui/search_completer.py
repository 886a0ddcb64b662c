"""Offers, below the search line, what the word being typed may become."""

from PySide6.QtCore import QStringListModel
from PySide6.QtWidgets import QCompleter, QLineEdit

from photo_clip.core.completion import FROM_LIBRARY, completions, wanted_key
from photo_clip.gui.jobs import Jobs, Lane
from photo_clip.services.library import Library


class SearchCompleter(QCompleter):
    """Completes filters and their values; plain words are left alone."""

    def __init__(self, line: QLineEdit, jobs: Jobs) -> None:
        super().__init__(line)
        self._line = line
        self._jobs = jobs
        self._library: Library | None = None
        self._known: dict[str, list[str]] = {}
        """What the library's photos have, by filter."""
        self._asked: set[str] = set()
        self._offered = QStringListModel(self)
        self.setModel(self._offered)
        self.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        self.setWidget(line)
        self.activated.connect(line.setText)
        line.textEdited.connect(self._offer)

    def use(self, library: Library) -> None:
        """Offer what this library's photos have."""
        self._library = library
        self.forget()

    def forget(self) -> None:
        """Ask the library again: there may be other photos."""
        self._known.clear()
        self._asked.clear()

    def _offer(self, text: str) -> None:
        key = wanted_key(text)
        if key in FROM_LIBRARY and key not in self._asked and self._library is not None:
            self._asked.add(key)
            self._jobs.start(
                Lane.SEARCH,
                self._library.catalog.vocabulary,
                key,
                on_done=lambda words: self._take(key, words),
            )
        is_at_end = self._line.cursorPosition() == len(text)
        made = completions(text, self._known.get(key or "", ())) if is_at_end else []
        self._offered.setStringList(made)
        if made:
            self.complete()
        else:
            popup = self.popup()
            if popup is not None:
                popup.hide()

    def _take(self, key: str, words: list[str]) -> None:
        self._known[key] = words
        if wanted_key(self._line.text()) == key:
            self._offer(self._line.text())
