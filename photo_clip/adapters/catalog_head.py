"""Keeps the pages that say where the catalogue's tables lie a second time: nothing can be found without them.

They never change but with the catalogue's version, so that pages which differ from what was kept tell of damage.
"""

from pathlib import Path
from typing import BinaryIO

from photo_clip.adapters.catalog_schema import APPLICATION_ID
from photo_clip.core.whole_files import put_in_place

PAGE = 4096
"""SQLite's own choice."""
_INTERIOR = 5
"""The kind of a page that points to others."""
_KEPT = 4 + PAGE
"""A page with its number before it."""


def head_of(file: Path) -> Path:
    """Return where a catalogue's pages are kept."""
    return file.with_name(f"{file.name}.head")


def keep_head(file: Path) -> None:
    """Keep those pages of a catalogue that is known to be sound, and is whole without its journal.

    Lets OSError through.
    """
    with file.open("rb") as stream:
        first = stream.read(PAGE)
        if not _begins_a_catalogue(first):
            return  # it lies in the journal still
        pages = []
        for number in _pages_of_schema(first):
            stream.seek((number - 1) * PAGE)
            pages.append(number.to_bytes(4, "big") + stream.read(PAGE))
    kept = head_of(file)
    unfinished = kept.with_name(f"{kept.name}.new")
    unfinished.write_bytes(b"".join(pages))
    put_in_place(unfinished, kept)


def kept_pages(file: Path) -> dict[int, bytes]:
    """Return the pages that were kept, by their numbers from 1 on; none where they cannot be used."""
    try:
        content = head_of(file).read_bytes()
    except OSError:
        return {}
    parts = [content[at : at + _KEPT] for at in range(0, len(content), _KEPT)]
    pages = {int.from_bytes(part[:4], "big"): part[4:] for part in parts}
    first = pages.get(1, b"")
    in_file = int.from_bytes(first[28:32], "big")
    is_sound = _begins_a_catalogue(first) and all(
        0 < number <= in_file and len(page) == PAGE for number, page in pages.items()
    )
    return pages if is_sound else {}


def differs(file: Path, pages: dict[int, bytes]) -> bool:
    """Whether pages of a file are others than those, or its drive does not give some; not where it gives none."""
    try:
        with file.open("rb", buffering=0) as stream:  # else more would be read than is asked for
            now = {number: page_of(stream, number) for number in pages}
    except OSError:
        return False
    given = {number: page for number, page in now.items() if page is not None}
    is_other = any(_lasting(number, page) != _lasting(number, pages[number]) for number, page in given.items())
    return is_other or 0 < len(given) < len(pages)


def page_of(stream: BinaryIO, number: int) -> bytes | None:
    """Return a page, counted from 1 on; None where the file's drive does not give it, as it has bad sectors."""
    try:
        stream.seek((number - 1) * PAGE)
        return stream.read(PAGE)
    except OSError:
        return None


def put_pages(copy: Path, pages: dict[int, bytes]) -> None:
    """Put pages into the copy of a damaged file, and have SQLite measure it, whatever it says of its length."""
    with copy.open("r+b") as stream:
        for number, page in pages.items():
            stream.seek((number - 1) * PAGE)
            stream.write(page)
        # The length holds where the first of these numbers is the second: see “In-header database size”.
        for place, number in ((24, 1), (92, 0)):
            stream.seek(place)
            stream.write(number.to_bytes(4, "big"))


def version_in(first: bytes) -> int:
    """Return the version of a catalogue that its first page tells."""
    return int.from_bytes(first[60:64], "big")


def _begins_a_catalogue(first: bytes) -> bool:
    return int.from_bytes(first[68:72], "big") == APPLICATION_ID and int.from_bytes(first[16:18], "big") == PAGE


def _lasting(number: int, page: bytes) -> bytes:
    """Return what of a page lasts: in the first, changes are counted, and the file's length and its free pages told.

    See “The Database Header” in https://sqlite.org/fileformat2.html.
    """
    return page[:24] + page[40:92] + page[100:] if number == 1 else page


def _pages_of_schema(first: bytes) -> list[int]:
    """Return the pages of the table of tables, whose root is the first page: it, and what it points to.

    See “B-tree Pages” in https://sqlite.org/fileformat2.html.
    """
    if first[100] != _INTERIOR:
        return [1]
    count = int.from_bytes(first[103:105], "big")
    cells = [int.from_bytes(first[112 + 2 * row : 114 + 2 * row], "big") for row in range(count)]
    children = [int.from_bytes(first[cell : cell + 4], "big") for cell in cells]
    return [1, *children, int.from_bytes(first[108:112], "big")]
