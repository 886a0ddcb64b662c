"""Saves what can still be read of a damaged catalogue into a new one; the damaged file is kept."""

import errno
import math
import os
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

from photo_clip.adapters.catalog_damage import UNREADABLE, tells_of_damage
from photo_clip.adapters.catalog_head import PAGE, differs, head_of, kept_pages, page_of, put_pages, version_in
from photo_clip.adapters.catalog_remains import opened_all_the_same, save_remains
from photo_clip.adapters.catalog_schema import MIGRATIONS, connect, has_all_tables, make_tables, version_of
from photo_clip.core.amounts import photos_in_words
from photo_clip.core.whole_files import put_in_place

_MOST_LOST = 0.1
"""The share of a file's pages that may be lost in bad sectors."""
_COMPANIONS = ("", "-wal", "-shm")
"""What SQLite keeps beside a file belongs to it."""


def marker_of(file: Path) -> Path:
    """Return the file that says that a catalogue was found to be damaged while it was in use."""
    return file.with_name(f"{file.name}.damaged")


def is_due(file: Path) -> bool:
    """Whether a catalogue was found to be damaged, was cut off, or its rescue was broken off."""
    is_damaged = file.exists() and (marker_of(file).exists() or is_cut_off(file))
    return is_damaged or _saved_in(_rescued(file)) is not None


def is_cut_off(file: Path) -> bool:
    """Whether hardly anything is left of a catalogue; SQLite would take that for a new one, and make it."""
    return head_of(file).exists() and file.exists() and file.stat().st_size < PAGE


def salvage(file: Path) -> str:
    """Put a sound catalogue in the place of a damaged one, and return a sentence for the user about it.

    The damaged file is kept beside it under another name. Broken off anywhere, it is done by doing it again. Raises
    one of UNREADABLE, with the file as it was, where nothing at all can be read of it, and nothing tells that it was a
    catalogue; lets OSError through.
    """
    rescued = _rescued(file)
    if (saved := _saved_in(rescued)) is None:
        _rescue(file, rescued)
        saved = _saved_in(rescued) or (0, 0)
    photos, decisions = saved
    kept = _kept_as(file)
    for companion in reversed(_COMPANIONS):
        with suppress(FileNotFoundError):
            put_in_place(Path(f"{file}{companion}"), Path(f"{kept}{companion}"))
    with suppress(OSError):
        head_of(file).unlink()  # in the new file the tables lie elsewhere
    marker_of(file).unlink(missing_ok=True)
    put_in_place(rescued, file)
    return (
        f"The library's file was damaged. Saved were {photos_in_words(photos)} and {decisions:,}"
        f" decision{'' if decisions == 1 else 's'} about them; the damaged file is kept as “{kept}”."
    )


def _rescued(file: Path) -> Path:
    return file.with_name(f"{file.name}.rescued")


def _saved_in(rescued: Path) -> tuple[int, int] | None:
    """Return how many photos and decisions are in a catalogue that was rescued; None where there is no such file."""
    if not rescued.is_file():
        return None
    try:
        with closing(sqlite3.connect(rescued)) as connection:
            if version_of(connection) == len(MIGRATIONS) and not has_all_tables(connection):
                return None
            photos, decisions = (
                connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608
                for table in ("photos", "decisions")
            )
    except UNREADABLE as error:
        if not tells_of_damage(error):
            raise
        return None
    return photos, decisions


def _rescue(file: Path, rescued: Path) -> None:
    """Make a whole catalogue at `rescued` of what can be read of `file`, with its own head or with the kept one."""
    copy, fresh, best = (file.with_name(f"{file.name}.{word}") for word in ("being-read", "being-made", "being-kept"))
    most: tuple[int, int] | None = None
    trouble: Exception | None = None
    try:
        _remove(best)
        for pages in _heads(file):
            for left in (copy, fresh):
                _remove(left)
            _copy(file, copy, pages)
            try:
                with closing(opened_all_the_same(copy)) as damaged:
                    saved = save_remains(damaged, fresh)
            except UNREADABLE as error:
                if not tells_of_damage(error):
                    raise
                trouble = error
                continue
            if most is None or saved > most:
                most = saved
                put_in_place(fresh, best)
        if most is None:
            if trouble is not None and not head_of(file).exists():
                raise trouble
            with closing(connect(best, read_only=False)) as empty:
                make_tables(empty, len(MIGRATIONS))
        put_in_place(best, rescued)
    finally:
        for left in (copy, fresh, best):
            _remove(left)


def _heads(file: Path) -> list[dict[int, bytes]]:
    """Return the pages to put into the file, none for those that it has; first what is more to be trusted."""
    pages = kept_pages(file)
    if not differs(file, pages):
        return [{}]
    with file.open("rb", buffering=0) as stream:
        first = page_of(stream, 1) or b""
    is_older = version_in(pages[1]) < version_in(first) <= len(MIGRATIONS)
    return [{}, pages] if is_older else [pages, {}]


def _copy(file: Path, copy: Path, pages: dict[int, bytes]) -> None:
    """Copy the file with what belongs to it, and put pages into the copy."""
    for companion in ("", "-wal"):
        with suppress(FileNotFoundError):
            _copy_what_is_given(Path(f"{file}{companion}"), Path(f"{copy}{companion}"))
    put_pages(copy, pages)


def _copy_what_is_given(file: Path, copy: Path) -> None:
    """Copy a file, with zeros in place of pages that its drive does not give, as it has bad sectors.

    Raises OSError where it gives less than most of them: then the drive is the trouble, not the file.
    """
    with file.open("rb", buffering=0) as source, copy.open("wb") as target:
        size = source.seek(0, os.SEEK_END)
        count, lost = math.ceil(size / PAGE), 0
        for number in range(1, count + 1):
            page = page_of(source, number)
            if page is None:
                page, lost = bytes(min(PAGE, size - (number - 1) * PAGE)), lost + 1
                if lost > 1 + count * _MOST_LOST:
                    raise OSError(errno.EIO, os.strerror(errno.EIO), str(file))
            target.write(page)


def _kept_as(file: Path) -> Path:
    """Return where the damaged file is kept: under a free name, or where a rescue that broke off put it."""
    number = 1
    while (kept := file.with_name(f"{file.name}.damaged-{number}")).exists():
        number += 1
    return kept if file.exists() else file.with_name(f"{file.name}.damaged-{max(1, number - 1)}")


def _remove(file: Path) -> None:
    for companion in (*_COMPANIONS, "-journal"):
        Path(f"{file}{companion}").unlink(missing_ok=True)
