"""Kept searches over a real catalogue."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from photo_clip.core.errors import UsageError
from photo_clip.core.photo import SavedSearch
from photo_clip.core.stores import MarkStore
from photo_clip.services.saved_searches import rename_search
from tests.fakes import open_fake_library

SEARCHES = [SavedSearch("Blue", "sky"), SavedSearch("blue", "sea")]


@pytest.fixture
def marks(tmp_path: Path) -> Iterator[MarkStore]:
    """Marks of a library whose searches differ in capitals alone, as former versions kept them."""
    library = open_fake_library(tmp_path / "library")
    for search in SEARCHES:
        library.catalog.marks.save_search(search)
    yield library.catalog.marks
    library.close()


def kept(marks: MarkStore) -> set[tuple[str, str]]:
    return {(search.name, search.query) for search in marks.saved_searches()}


def test_renaming_loses_no_search(marks: MarkStore) -> None:
    one, other = SEARCHES
    for search in SEARCHES:
        rename_search(marks, search, search.name)
    for search, name in ((one, other.name), (other, one.name), (one, "BLUE")):
        with pytest.raises(UsageError, match="is kept already"):
            rename_search(marks, search, name)
    assert kept(marks) == {("Blue", "sky"), ("blue", "sea")}
    rename_search(marks, one, "Sky")
    rename_search(marks, SavedSearch("blue", "sea"), "BLUE")
    assert kept(marks) == {("Sky", "sky"), ("BLUE", "sea")}
