"""Saves what can still be read of a damaged catalogue into a new one; the damaged file is kept."""

import json
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from photo_clip.adapters.catalog_schema import APPLICATION_ID, connect, make_tables, version_of
from photo_clip.core.amounts import photos_in_words

_PAGE = 4096
"""SQLite's own choice."""
_INTERIOR = 5
"""The kind of a page that points to others."""
_COMPANIONS = ("", "-wal", "-shm")
"""What SQLite keeps beside a file belongs to it."""
_KEY_OF = {
    "folders": "id",
    "contents": "id",
    "photos": "id",
    "models": "id",
    "embeddings": "id",
    "labels": "id",
    "decisions": "photo_id",
    "marks": "photo_id",
    "saved_searches": "id",
    "journal": "id",
    "tiled_folders": "folder_id",
    "tiles": "id",
    "sidecars": "photo_id",
}
"""The number each table is sorted by, in the order they are saved in: what others refer to first."""
_WITHOUT_NUMBERS = ("settings", "label_lists")
"""Small tables whose rows have no number; they are read from both ends."""
_FROM_INDEX = {
    "folders": ("sqlite_autoindex_folders_1", "id, path, '0' device, '0' inode, 'offline' state"),
    "photos": ("sqlite_autoindex_photos_1", "id, folder_id, relative_path, 0 size_bytes, 0 mtime_ns"),
    "labels": ("sqlite_autoindex_labels_1", "id, name"),
    "decisions": ("decisions_by_label", "photo_id, label_id, accepted, decided_at_s, model_key"),
    "marks": ("marks_again", "photo_id, is_favourite, rating"),
}
"""What an index of a table knows too, and what is put where it knows nothing: the next look at the folders does the
rest."""
_MOST_TRIES = 200_000
"""Then what is left of a table is given up: each try costs microseconds."""
_TYPES: dict[str, type] = {"INTEGER": int, "REAL": float, "TEXT": str, "BLOB": bytes}
_READABLE: dict[str, Callable[[str], object]] = {
    "taken_at": datetime.fromisoformat,
    "exif_taken_at": datetime.fromisoformat,
    "keywords": json.loads,
    "before": json.loads,
}
"""Texts that must have a form: where they have not, the row was overwritten with something else."""


def marker_of(file: Path) -> Path:
    """Return the file that says that a catalogue was found to be damaged while it was in use."""
    return file.with_name(f"{file.name}.damaged")


def head_of(file: Path) -> Path:
    """Return where the pages are kept a second time that say where the tables lie: nothing can be found without."""
    return file.with_name(f"{file.name}.head")


def keep_head(file: Path) -> None:
    """Keep those pages of a sound catalogue that is not being written to. Lets OSError through."""
    with file.open("rb") as stream:
        first = stream.read(_PAGE)
        if int.from_bytes(first[68:72], "big") != APPLICATION_ID or int.from_bytes(first[16:18], "big") != _PAGE:
            return  # it was not written yet
        pages = []
        for number in _pages_of_schema(first):
            stream.seek((number - 1) * _PAGE)
            pages.append(number.to_bytes(4, "big") + stream.read(_PAGE))
    kept, content = head_of(file), b"".join(pages)
    if kept.exists() and kept.read_bytes() == content:
        return
    unfinished = kept.with_name(f"{kept.name}.new")
    unfinished.write_bytes(content)
    unfinished.replace(kept)


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


def is_due(file: Path) -> bool:
    """Whether a catalogue was found to be damaged, or its rescue was broken off."""
    return marker_of(file).exists() or _rescued(file).exists()


def salvage(file: Path) -> str:
    """Put a sound catalogue in the place of a damaged one, and return a sentence for the user about it.

    The damaged file is kept beside it under another name. Broken off anywhere, it is done by doing it again. Raises
    sqlite3.DatabaseError, with the file as it was, where nothing at all can be read of it; lets OSError through.
    """
    rescued = _rescued(file)
    if not rescued.exists():
        _rescue(file, rescued)
    with closing(sqlite3.connect(rescued)) as connection:
        photos, decisions = (
            connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608
            for table in ("photos", "decisions")
        )
    kept = _free_name(file)
    for companion in reversed(_COMPANIONS):
        with suppress(FileNotFoundError):
            Path(f"{file}{companion}").rename(f"{kept}{companion}")
    rescued.rename(file)
    marker_of(file).unlink(missing_ok=True)
    return (
        f"The library's file was damaged. Saved were {photos_in_words(photos)} and {decisions:,}"
        f" decision{'' if decisions == 1 else 's'} about them; the damaged file is kept as “{kept}”."
    )


def _rescue(file: Path, rescued: Path) -> None:
    """Make a whole catalogue at `rescued` of what can be read of `file`."""
    copy, fresh = (file.with_name(f"{file.name}.{word}") for word in ("being-read", "being-made"))
    try:
        for left in (copy, fresh):
            _remove(left)
        _copy(file, copy)
        with closing(_opened_all_the_same(copy)) as damaged:
            _save(damaged, fresh)
        fresh.rename(rescued)
    finally:
        for left in (copy, fresh):
            _remove(left)


def _opened_all_the_same(copy: Path) -> sqlite3.Connection:
    """Open a file even if it is shorter than it says, which SQLite refuses to do otherwise."""
    connection = sqlite3.connect(copy, isolation_level=None)
    connection.execute("PRAGMA writable_schema = ON")
    return connection


def _rescued(file: Path) -> Path:
    return file.with_name(f"{file.name}.rescued")


def _save(damaged: sqlite3.Connection, fresh: Path) -> None:
    damaged.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    if damaged.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
        raise sqlite3.DatabaseError("it is no catalogue")
    with closing(connect(fresh, read_only=False)) as target:
        make_tables(target, version_of(damaged))
        target.execute("PRAGMA foreign_keys = OFF")
        target.execute("PRAGMA synchronous = OFF")
        target.execute("BEGIN")
        for table, key in _KEY_OF.items():
            _save_table(target, table, _rows_by_number(damaged, table, key))
            if table in _FROM_INDEX:
                _save_from_index(damaged, target, table)
        for table in ("folders", "contents", "photos", "embeddings", "journal", "tiles"):  # no number is given twice
            _raise_sequence(target, table, _highest(damaged, table))
        for table in _WITHOUT_NUMBERS:
            _save_table(target, table, _rows_from_both_ends(damaged, table))
        _loosen(target)
        target.execute("COMMIT")
        target.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with fresh.open("rb") as stream:
        os.fsync(stream.fileno())


def _save_table(target: sqlite3.Connection, table: str, rows: Iterator[tuple[Any, ...]]) -> None:
    columns = [(name, kind, not_null) for _, name, kind, not_null, *_ in target.execute(f"PRAGMA table_info({table})")]
    if not columns:
        return  # that version had no such table
    statement = f"INSERT OR IGNORE INTO {table} VALUES ({', '.join('?' * len(columns))})"  # noqa: S608
    dimensions = dict(target.execute("SELECT id, dimensions FROM models")) if table == "embeddings" else {}
    for row in rows:
        if _is_sound(row, columns) and (not dimensions or len(row[3]) == 2 * dimensions.get(row[1], 0)):
            target.execute(statement, row)


def _is_sound(row: tuple[Any, ...], columns: list[tuple[str, str, int]]) -> bool:
    for value, (name, kind, not_null) in zip(row, columns, strict=True):
        if value is None:
            if not_null:
                return False
            continue
        if not isinstance(value, _TYPES[kind]):
            return False
        if name in _READABLE and isinstance(value, str):
            try:
                _READABLE[name](value)
            except ValueError:
                return False
    return True


def _rows_by_number(damaged: sqlite3.Connection, table: str, key: str) -> Iterator[tuple[Any, ...]]:
    """Yield what can be read of a table, whatever lies between; halves around what cannot are tried on their own."""
    ends = []
    for order in ("ASC", "DESC"):
        try:
            row = damaged.execute(f"SELECT {key} FROM {table} ORDER BY {key} {order} LIMIT 1").fetchone()  # noqa: S608
        except sqlite3.Error:
            row = (0 if order == "ASC" else _highest(damaged, table),)
        if row is None:
            return
        ends.append(int(row[0]))
    waiting, tries = [(ends[0], ends[1])], _MOST_TRIES
    while waiting and tries:
        first, last = waiting.pop()
        reached = first - 1
        try:
            for number, *row in damaged.execute(
                f"SELECT {key}, * FROM {table} WHERE {key} BETWEEN ? AND ? ORDER BY {key}",  # noqa: S608
                (first, last),
            ):
                reached = max(reached, number)
                yield tuple(row)
        except sqlite3.Error:
            tries -= 1
            if first <= reached < last:
                waiting.append((reached + 1, last))
            elif first < last and reached < first:
                middle = (first + last) // 2
                waiting.extend(((middle + 1, last), (first, middle)))


def _highest(damaged: sqlite3.Connection, table: str) -> int:
    """Return a number that no row of the table is above, where its end cannot be read."""
    with suppress(sqlite3.Error):
        row = damaged.execute("SELECT seq FROM sqlite_sequence WHERE name = ?", (table,)).fetchone()
        if row is not None:
            return int(row[0])
    pages: int = damaged.execute("PRAGMA page_count").fetchone()[0]
    return 500 * pages  # rows are longer than eight bytes


def _raise_sequence(target: sqlite3.Connection, table: str, number: int) -> None:
    target.execute(
        "INSERT INTO sqlite_sequence (name, seq) SELECT ?, 0 WHERE ? NOT IN (SELECT name FROM sqlite_sequence)",
        (table, table),
    )
    target.execute("UPDATE sqlite_sequence SET seq = max(seq, ?) WHERE name = ?", (number, table))


def _rows_from_both_ends(damaged: sqlite3.Connection, table: str) -> Iterator[tuple[Any, ...]]:
    for order in ("ASC", "DESC"):
        with suppress(sqlite3.Error):
            yield from damaged.execute(f"SELECT * FROM {table} ORDER BY 1 {order}")  # noqa: S608


def _save_from_index(damaged: sqlite3.Connection, target: sqlite3.Connection, table: str) -> None:
    index, columns = _FROM_INDEX[table]
    names = [each.split()[-1] for each in columns.split(", ")]
    statement = f"INSERT OR IGNORE INTO {table} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"  # noqa: S608
    with suppress(sqlite3.Error):
        for row in damaged.execute(f"SELECT {columns} FROM {table} INDEXED BY {index}"):  # noqa: S608
            target.execute(statement, row)


def _loosen(target: sqlite3.Connection) -> None:
    """Take out what refers to what was lost; a photo whose content was lost is read again."""
    target.execute(
        """UPDATE photos SET content_id = NULL, taken_at = NULL, taken_source = NULL
           WHERE content_id NOT IN (SELECT id FROM contents)"""
    )
    lost = target.execute("PRAGMA foreign_key_check").fetchall()
    for table, row_id in {(table, row_id) for table, row_id, *_ in lost if row_id is not None}:
        target.execute(f"DELETE FROM {table} WHERE rowid = ?", (row_id,))  # noqa: S608
    target.execute(  # its rows have no numbers to be named by
        """DELETE FROM decisions WHERE photo_id NOT IN (SELECT id FROM photos)
           OR label_id NOT IN (SELECT id FROM labels)"""
    )


def _copy(file: Path, copy: Path) -> None:
    """Copy the file with what belongs to it; where the table of tables is unreadable, with the one that was kept."""
    _copy_as_it_is(file, copy)
    if head_of(file).exists() and not _can_be_opened(copy):
        _remove(copy)  # trying may have changed it
        _copy_as_it_is(file, copy)
        content = head_of(file).read_bytes()
        with copy.open("r+b") as stream:
            for start in range(0, len(content), 4 + _PAGE):
                stream.seek((int.from_bytes(content[start : start + 4], "big") - 1) * _PAGE)
                stream.write(content[start + 4 : start + 4 + _PAGE])


def _copy_as_it_is(file: Path, copy: Path) -> None:
    for companion in ("", "-wal"):
        with suppress(FileNotFoundError):
            shutil.copyfile(f"{file}{companion}", f"{copy}{companion}")


def _can_be_opened(copy: Path) -> bool:
    try:
        with closing(_opened_all_the_same(copy)) as tried:
            return bool(tried.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0])
    except sqlite3.DatabaseError:
        return False


def _free_name(file: Path) -> Path:
    number = 1
    while (kept := file.with_name(f"{file.name}.damaged-{number}")).exists():
        number += 1
    return kept


def _remove(file: Path) -> None:
    for companion in (*_COMPANIONS, "-journal"):
        Path(f"{file}{companion}").unlink(missing_ok=True)
