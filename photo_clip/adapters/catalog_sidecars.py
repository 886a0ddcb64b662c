"""What the catalogue remembers of the sidecars of photos."""

import json
import os
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from photo_clip.adapters.catalog_connections import Connections
from photo_clip.adapters.catalog_damage import change_of, rows_understood, words_of
from photo_clip.adapters.catalog_rows import json_list
from photo_clip.core.sidecars import KnownSidecar, ReadSidecar, Said, SidecarChange, SidecarConflict

_KNOWN = """
    SELECT s.photo_id, f.path, p.relative_path, s.seen, s.written, s.rating, s.caption, s.keywords, s.read
    FROM sidecars s JOIN photos p ON p.id = s.photo_id JOIN folders f ON f.id = p.folder_id
"""


def note_seen(connection: sqlite3.Connection, folder_id: int, marks: Mapping[str, str]) -> None:
    """Remember the marks of sidecars, by the paths of their photos."""
    connection.executemany(
        """INSERT INTO sidecars (photo_id, seen) SELECT id, ? FROM photos WHERE folder_id = ? AND relative_path = ?
           ON CONFLICT (photo_id) DO UPDATE SET seen = excluded.seen""",
        ((mark, folder_id, os.fsencode(path)) for path, mark in marks.items()),
    )


class SqliteSidecars:
    """Keeps the `SidecarStore` contract."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def waiting(self, *, after_photo_id: int = 0, limit: int = 500) -> list[KnownSidecar]:
        with self._connections.reading() as connection:
            rows = connection.execute(
                f"""{_KNOWN} WHERE s.seen IS NOT s.read AND s.photo_id > ? AND p.missing_since_s IS NULL
                    AND f.state = 'online' ORDER BY s.photo_id LIMIT ?""",
                (after_photo_id, limit),
            ).fetchall()
            return [_known(row) for row in rows]

    def count_waiting(self) -> int:
        with self._connections.reading() as connection:
            row = connection.execute("SELECT count(*) FROM sidecars WHERE seen IS NOT read").fetchone()
        count: int = row[0]
        return count

    def known(self, photo_ids: Sequence[int]) -> dict[int, KnownSidecar]:
        with self._connections.reading() as connection:
            rows = connection.execute(
                f"{_KNOWN} WHERE s.photo_id IN (SELECT value FROM json_each(?))",  # noqa: S608
                (json_list(photo_ids),),
            ).fetchall()
            return {row[0]: _known(row) for row in rows}

    def store(self, read: Sequence[ReadSidecar], *, now_s: float) -> None:
        with self._connections.writing() as connection:
            for each in read:
                _let_file_speak_for_itself(connection, each)
                _store(connection, each)
                if each.change is not None:
                    _note_conflict(connection, each.photo_id, each.change, now_s)
                connection.execute(
                    "DELETE FROM sidecars WHERE photo_id = ? AND seen = '' AND change IS NULL", (each.photo_id,)
                )

    def conflicts(self) -> list[SidecarConflict]:
        with self._connections.reading() as connection:
            rows = connection.execute(
                """SELECT s.photo_id, f.path, p.relative_path, s.noticed_at_s, s.change FROM sidecars s
                   JOIN photos p ON p.id = s.photo_id JOIN folders f ON f.id = p.folder_id
                   WHERE s.change IS NOT NULL ORDER BY f.path, p.relative_path"""
            ).fetchall()
            return [_conflict(row) for row in rows]

    def acknowledge(self, photo_ids: Sequence[int]) -> None:
        with self._connections.writing() as connection:
            these = (json_list(photo_ids),)
            connection.execute(
                """UPDATE sidecars SET change = NULL, noticed_at_s = NULL
                   WHERE photo_id IN (SELECT value FROM json_each(?))""",
                these,
            )
            connection.execute(
                "DELETE FROM sidecars WHERE seen = '' AND photo_id IN (SELECT value FROM json_each(?))", these
            )


def _store(connection: sqlite3.Connection, read: ReadSidecar) -> None:
    connection.execute(
        "INSERT INTO sidecars (photo_id, seen) SELECT id, '' FROM photos WHERE id = ? ON CONFLICT DO NOTHING",
        (read.photo_id,),
    )
    said = read.said
    connection.execute(  # no upsert, which fires no trigger of the columns it changes
        "UPDATE sidecars SET seen = ?, read = ?, written = ?, rating = ?, caption = ?, keywords = ? WHERE photo_id = ?",
        (read.mark, read.mark, read.written, said.rating, said.caption, json.dumps(said.keywords), read.photo_id),
    )


def _note_conflict(connection: sqlite3.Connection, photo_id: int, change: SidecarChange, now_s: float) -> None:
    row = connection.execute("SELECT change FROM sidecars WHERE photo_id = ?", (photo_id,)).fetchone()
    if row is not None:
        whole = change if row[0] is None else _joined(row[0], change)
        connection.execute(
            "UPDATE sidecars SET change = ?, noticed_at_s = ? WHERE photo_id = ?",
            (json.dumps(asdict(whole)), now_s, photo_id),
        )


def _let_file_speak_for_itself(connection: sqlite3.Connection, read: ReadSidecar) -> None:
    """Take out of what a photo's file says what its sidecar said; former versions kept both as one."""
    row = connection.execute(
        """SELECT c.id, c.rating, c.caption, c.keywords FROM contents c JOIN photos p ON p.content_id = c.id
           WHERE p.id = ? AND c.says_for_sidecars""",
        (read.photo_id,),
    ).fetchone()
    if row is not None:
        content_id, rating, caption, keywords = row
        said = read.said
        words = {part for word in said.keywords for part in (word, word.rpartition("/")[2])}
        connection.execute(
            "UPDATE contents SET rating = ?, caption = ?, keywords = ?, says_for_sidecars = 0 WHERE id = ?",
            (
                None if rating == said.rating else rating,
                "" if caption == said.caption else caption,
                json.dumps([word for word in words_of(keywords) if word not in words]),
                content_id,
            ),
        )


@rows_understood()
def _known(row: tuple[Any, ...]) -> KnownSidecar:
    photo_id, folder, relative, seen, written, rating, caption, keywords, read = row
    said = Said(rating, caption, words_of(keywords))
    return KnownSidecar(photo_id, _path(folder, relative), seen, written, said, read)


@rows_understood()
def _conflict(row: tuple[Any, ...]) -> SidecarConflict:
    photo_id, folder, relative, at_s, change = row
    return SidecarConflict(photo_id, _path(folder, relative), datetime.fromtimestamp(at_s), change_of(change))


@rows_understood()
def _joined(before: str, change: SidecarChange) -> SidecarChange:
    return change_of(before).joined(change)


def _path(folder: bytes, relative: bytes) -> Path:
    return Path(f"{os.fsdecode(folder)}/{os.fsdecode(relative)}")
