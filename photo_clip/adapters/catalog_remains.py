"""Reads what is left of a damaged catalogue, row by row, into a new one."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from photo_clip.adapters.catalog_damage import HIGHEST_NUMBER, UNREADABLE, is_readable
from photo_clip.adapters.catalog_schema import (
    APPLICATION_ID,
    MIGRATIONS,
    connect,
    has_all_tables,
    make_tables,
    version_of_tables,
)

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
_PROBES = 200
"""So many numbers are looked for before a table is given up of which neither end can be read."""
_TYPES: dict[str, type] = {"INTEGER": int, "REAL": float, "TEXT": str, "BLOB": bytes}
_Columns = list[tuple[str, str, int]]
"""Name, type, and whether there is always a value."""


def opened_all_the_same(copy: Path) -> sqlite3.Connection:
    """Open a file even if it is shorter than it says, which SQLite refuses to do otherwise."""
    connection = sqlite3.connect(copy, isolation_level=None)
    connection.execute("PRAGMA writable_schema = ON")
    return connection


def save_remains(damaged: sqlite3.Connection, fresh: Path) -> tuple[int, int]:
    """Make a catalogue of what can be read; return how many decisions of people, and rows in all, it has.

    Raises one of UNREADABLE where it is no catalogue at all.
    """
    kind = damaged.execute("PRAGMA application_id").fetchone()[0]
    if kind != APPLICATION_ID and not has_all_tables(damaged):
        raise sqlite3.DatabaseError("it is no catalogue")
    version = version_of_tables(damaged)
    with closing(connect(fresh, read_only=False)) as target:
        make_tables(target, version if version > 0 else len(MIGRATIONS))
        target.execute("PRAGMA foreign_keys = OFF")
        target.execute("PRAGMA synchronous = OFF")
        target.execute("BEGIN")
        for table, key in _KEY_OF.items():
            _save_table(target, table, _rows_by_number(damaged, table, key))
            if table in _FROM_INDEX:
                _save_from_index(damaged, target, table)
        for table in ("folders", "contents", "photos", "embeddings", "journal", "tiles"):  # no number is given twice
            last = _last_number(damaged, table)
            _raise_sequence(target, table, _more_than_fit(damaged) if last is None else last)
        for table in _WITHOUT_NUMBERS:
            _save_table(target, table, _rows_from_both_ends(damaged, table))
        _loosen(target)
        counts = {
            table: target.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608
            for table in (*_KEY_OF, *_WITHOUT_NUMBERS)
            if _columns_of(target, table)
        }
        target.execute("COMMIT")
        target.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with fresh.open("r+b") as stream:  # Windows does it for nobody who may but read
        os.fsync(stream.fileno())
    return counts["decisions"] + counts.get("marks", 0), sum(counts.values())


def _columns_of(target: sqlite3.Connection, table: str) -> _Columns:
    """Return the columns of a table; none where that version has no such table."""
    return [(name, kind, not_null) for _, name, kind, not_null, *_ in target.execute(f"PRAGMA table_info({table})")]


def _save_table(target: sqlite3.Connection, table: str, rows: Iterator[tuple[Any, ...]]) -> None:
    columns = _columns_of(target, table)
    if not columns:
        return
    statement = f"INSERT OR IGNORE INTO {table} VALUES ({', '.join('?' * len(columns))})"  # noqa: S608
    dimensions: dict[int, int] = {}
    if table in ("embeddings", "tiles"):
        dimensions = dict(target.execute("SELECT id, dimensions FROM models"))
    for row in rows:
        if _is_sound(row, columns) and (not dimensions or _has_vectors(row, dimensions.get(row[1], 0), table)):
            target.execute(statement, row)


def _is_sound(row: tuple[Any, ...], columns: _Columns) -> bool:
    return len(row) == len(columns) and all(
        not not_null if value is None else isinstance(value, _TYPES[kind]) and is_readable(name, value)
        for value, (name, kind, not_null) in zip(row, columns, strict=True)
    )


def _has_vectors(row: tuple[Any, ...], dimensions: int, table: str) -> bool:
    size = 2 * dimensions
    return size > 0 and (len(row[3]) % size == 0 if table == "tiles" else len(row[3]) == size)


def _rows_by_number(damaged: sqlite3.Connection, table: str, key: str) -> Iterator[tuple[Any, ...]]:
    """Yield what can be read of a table, whatever lies between; halves around what cannot are tried on their own."""
    if (ends := _ends(damaged, table, key)) is None:
        return
    waiting, tries = [ends], _MOST_TRIES
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
        except UNREADABLE:
            tries -= 1
            if first <= reached < last:
                waiting.append((reached + 1, last))
            elif first < last and reached < first:
                middle = (first + last) // 2
                waiting.extend(((middle + 1, last), (first, middle)))


def _ends(damaged: sqlite3.Connection, table: str, key: str) -> tuple[int, int] | None:
    """Return numbers that no row of the table is below, and above; None where no row can be read."""
    try:
        damaged.execute(f"SELECT {key}, * FROM {table} LIMIT 0")  # noqa: S608
    except UNREADABLE:
        return None  # there is no such table
    found = []
    for order in ("ASC", "DESC"):
        with suppress(*UNREADABLE):
            row = damaged.execute(f"SELECT {key} FROM {table} ORDER BY {key} {order} LIMIT 1").fetchone()  # noqa: S608
            if row is None:
                return None
            if isinstance(row[0], int):
                found.append(row[0])
    if len(found) == 2:
        return found[0], found[1]
    last = _last_number(damaged, table) or _more_than_fit(damaged)
    return (0, last) if found or _is_anything_left(damaged, table, key, last) else None


def _is_anything_left(damaged: sqlite3.Connection, table: str, key: str, last: int) -> bool:
    """Whether some rows can be looked for at all, wherever they may be: without a table's root, none can."""
    for number in (*(last * part // _PROBES for part in range(_PROBES)), *(2**power for power in range(32))):
        with suppress(*UNREADABLE):
            damaged.execute(f"SELECT {key} FROM {table} WHERE {key} = ?", (number,)).fetchone()  # noqa: S608
            return True
    return False


def _last_number(damaged: sqlite3.Connection, table: str) -> int | None:
    """Return the last number that a row of the table was given; None where that cannot be read."""
    try:
        row = damaged.execute("SELECT seq FROM sqlite_sequence WHERE name = ?", (table,)).fetchone()
    except UNREADABLE:
        return None
    is_number = row is not None and isinstance(row[0], int) and 0 <= row[0] <= HIGHEST_NUMBER
    return row[0] if is_number else None


def _more_than_fit(damaged: sqlite3.Connection) -> int:
    """Return more than the rows that fit into the file: they are longer than eight bytes."""
    pages: int = damaged.execute("PRAGMA page_count").fetchone()[0]
    return 500 * pages


def _raise_sequence(target: sqlite3.Connection, table: str, number: int) -> None:
    target.execute(
        "INSERT INTO sqlite_sequence (name, seq) SELECT ?, 0 WHERE ? NOT IN (SELECT name FROM sqlite_sequence)",
        (table, table),
    )
    target.execute("UPDATE sqlite_sequence SET seq = max(seq, ?) WHERE name = ?", (number, table))


def _rows_from_both_ends(damaged: sqlite3.Connection, table: str) -> Iterator[tuple[Any, ...]]:
    for order in ("ASC", "DESC"):
        with suppress(*UNREADABLE):
            yield from damaged.execute(f"SELECT * FROM {table} ORDER BY 1 {order}")  # noqa: S608


def _save_from_index(damaged: sqlite3.Connection, target: sqlite3.Connection, table: str) -> None:
    index, columns = _FROM_INDEX[table]
    names = [each.split()[-1] for each in columns.split(", ")]
    types = {name: (name, kind, not_null) for name, kind, not_null in _columns_of(target, table)}
    if not types.keys() >= set(names):
        return  # that version had no such index
    statement = f"INSERT OR IGNORE INTO {table} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"  # noqa: S608
    with suppress(*UNREADABLE):
        for row in damaged.execute(f"SELECT {columns} FROM {table} INDEXED BY {index}"):  # noqa: S608
            if _is_sound(row, [types[name] for name in names]):
                target.execute(statement, row)


def _loosen(target: sqlite3.Connection) -> None:
    """Take out what refers to what was lost; a photo whose content was lost is read again."""
    target.execute(
        """UPDATE photos SET content_id = NULL, taken_at = NULL, taken_source = NULL
           WHERE content_id NOT IN (SELECT id FROM contents)"""
    )
    while lost := {tuple(row[:2]) for row in target.execute("PRAGMA foreign_key_check") if row[1] is not None}:
        for table, row_id in lost:  # and then what refers to those
            target.execute(f"DELETE FROM {table} WHERE rowid = ?", (row_id,))  # noqa: S608
    target.execute(  # its rows have no numbers to be named by
        """DELETE FROM decisions WHERE photo_id NOT IN (SELECT id FROM photos)
           OR label_id NOT IN (SELECT id FROM labels)"""
    )
