"""Keeps searches under names of which each is there once, whatever its capitals."""

from photo_clip.core.errors import UsageError
from photo_clip.core.photo import SavedSearch
from photo_clip.core.printable import printable
from photo_clip.core.stores import MarkStore


def keep_search(marks: MarkStore, query: str) -> None:
    """Keep a search under its own words. Raises UsageError where they are the name of another."""
    other = _named(marks, query)
    if other is None:
        marks.save_search(SavedSearch(query, query))
    elif other.query.casefold() != query.casefold():
        raise _is_taken(other)


def rename_search(marks: MarkStore, search: SavedSearch, name: str) -> None:
    """Give a search that was kept another name. Raises UsageError where another has it."""
    if name == search.name:
        return
    for other in marks.saved_searches():
        if other.name != search.name and other.name.casefold() == name.casefold():
            raise _is_taken(other)
    marks.save_search(SavedSearch(name, search.query))
    marks.forget_search(search.name)


def _named(marks: MarkStore, name: str) -> SavedSearch | None:
    return next((each for each in marks.saved_searches() if each.name.casefold() == name.casefold()), None)


def _is_taken(other: SavedSearch) -> UsageError:
    return UsageError(
        f"A search called “{printable(other.name)}” is kept already; it asks for “{printable(other.query)}”.",
        advice="Choose another name, or rename that one first (F2).",
    )
