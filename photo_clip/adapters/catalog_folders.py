"""The watched folders and the files in them, in the catalogue."""

import os
import sqlite3
from collections.abc import Sequence
from pathlib import Path

from photo_clip.adapters.catalog_connections import Connections
from photo_clip.adapters.catalog_rows import IS_READ, folder_of, json_list, numbers_of
from photo_clip.adapters.catalog_sidecars import note_seen
from photo_clip.core.photo import FileStamp, Folder, FolderChanges, FolderIdentity, FolderState, KnownFile, MovedFile
from photo_clip.core.scoring import spread_rows

_DECIDED = """(EXISTS (SELECT 1 FROM decisions WHERE photo_id = {0}.id)
    OR EXISTS (SELECT 1 FROM marks WHERE photo_id = {0}.id))"""
"""Whether people decided something of a photo: tags, stars, a favourite."""


class SqliteFolders:
    """Keeps the `FolderStore` contract.

    Photos of a folder that is removed take their decisions with them: removing is the user's own act, and asked back.
    """

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def all(self) -> list[Folder]:
        with self._connections.reading() as connection:
            rows = connection.execute("SELECT id, path, device, inode, state, offline_reason FROM folders").fetchall()
            return sorted(map(folder_of, rows), key=lambda folder: folder.path)

    def add(self, path: Path, identity: FolderIdentity) -> Folder:
        with self._connections.writing() as connection:
            connection.execute(
                "INSERT INTO folders (path, device, inode, state) VALUES (?, ?, ?, ?) ON CONFLICT (path) DO NOTHING",
                (os.fsencode(path), str(identity.device), str(identity.inode), FolderState.ONLINE),
            )
            row = connection.execute(
                "SELECT id, path, device, inode, state, offline_reason FROM folders WHERE path = ?",
                (os.fsencode(path),),
            ).fetchone()
            return folder_of(row)

    def update(
        self, folder_id: int, state: FolderState, *, offline_reason: str = "", identity: FolderIdentity | None = None
    ) -> None:
        with self._connections.writing() as connection:
            connection.execute(
                "UPDATE folders SET state = ?, offline_reason = ? WHERE id = ?", (state, offline_reason, folder_id)
            )
            if identity is not None:
                connection.execute(
                    "UPDATE folders SET device = ?, inode = ? WHERE id = ?",
                    (str(identity.device), str(identity.inode), folder_id),
                )

    def move(self, folder_id: int, path: Path, identity: FolderIdentity) -> None:
        with self._connections.writing() as connection:
            connection.execute(
                "UPDATE folders SET path = ?, device = ?, inode = ?, state = ?, offline_reason = '' WHERE id = ?",
                (os.fsencode(path), str(identity.device), str(identity.inode), FolderState.ONLINE, folder_id),
            )
            # The folder's name is among the words that find its photos; this writes them anew.
            connection.execute("UPDATE photos SET folder_id = folder_id WHERE folder_id = ?", (folder_id,))

    def forget(self, photo_ids: Sequence[int]) -> None:
        with self._connections.writing() as connection:
            connection.execute(
                "DELETE FROM photos WHERE id IN (SELECT value FROM json_each(?))", (json_list(photo_ids),)
            )
            _forget_unused_contents(connection)

    def remove(self, folder_id: int) -> None:
        with self._connections.writing() as connection:
            connection.execute("DELETE FROM folders WHERE id = ?", (folder_id,))
            _forget_unused_contents(connection)

    def known_files(self, folder_id: int) -> dict[str, KnownFile]:
        with self._connections.reading() as connection:
            rows = connection.execute(
                f"""SELECT p.relative_path, p.id, p.size_bytes, p.mtime_ns, c.content_hash, p.missing_since_s, s.seen,
                    p.only_in_cloud
                    FROM photos p LEFT JOIN contents c ON c.id = p.content_id AND {IS_READ}
                    LEFT JOIN sidecars s ON s.photo_id = p.id WHERE p.folder_id = ?""",  # noqa: S608
                (folder_id,),
            ).fetchall()
        return {
            os.fsdecode(path): KnownFile(
                photo_id, FileStamp(size, mtime), content_hash, missing_since, sidecars or "", bool(only_in_cloud)
            )
            for path, photo_id, size, mtime, content_hash, missing_since, sidecars, only_in_cloud in rows
        }

    def some_files(self, folder_id: int, most: int) -> dict[str, FileStamp]:
        with self._connections.reading() as connection:
            ids = numbers_of(
                connection.execute(
                    """SELECT json_group_array(id) FROM (SELECT id FROM photos
                       WHERE folder_id = ? AND missing_since_s IS NULL ORDER BY relative_path)""",
                    (folder_id,),
                ).fetchone()[0]
            )
            rows = connection.execute(
                "SELECT relative_path, size_bytes, mtime_ns FROM photos WHERE id IN (SELECT value FROM json_each(?))",
                (json_list(ids[spread_rows(len(ids), most)].tolist()),),
            ).fetchall()
        return {os.fsdecode(path): FileStamp(size, mtime) for path, size, mtime in rows}

    def apply_changes(self, folder_id: int, changes: FolderChanges, *, now_s: float) -> None:
        with self._connections.writing() as connection:
            connection.executemany(
                "INSERT INTO photos (folder_id, relative_path, size_bytes, mtime_ns) VALUES (?, ?, ?, ?)",
                (
                    (folder_id, os.fsencode(path), stamp.size_bytes, stamp.mtime_ns)
                    for path, stamp in changes.new.items()
                ),
            )
            connection.executemany(
                """UPDATE photos SET size_bytes = ?, mtime_ns = ?, taken_source = NULL, skip_reason = '',
                   missing_since_s = NULL WHERE id = ?""",  # it is shown as it was until it is read
                ((stamp.size_bytes, stamp.mtime_ns, photo_id) for photo_id, stamp in changes.changed.items()),
            )
            connection.executemany(
                "UPDATE photos SET missing_since_s = NULL WHERE id = ?", ((photo_id,) for photo_id in changes.returned)
            )
            connection.executemany(
                "UPDATE photos SET missing_since_s = ? WHERE id = ? AND missing_since_s IS NULL",
                ((now_s, photo_id) for photo_id in changes.missing),
            )
            connection.executemany(  # of a file that went before it was read, nothing is known to keep
                f"DELETE FROM photos AS p WHERE id = ? AND content_id IS NULL AND NOT {_DECIDED.format('p')}",  # noqa: S608
                ((photo_id,) for photo_id in changes.missing),
            )
            connection.executemany(
                "UPDATE photos SET only_in_cloud = ? WHERE folder_id = ? AND relative_path = ?",
                ((is_there, folder_id, os.fsencode(path)) for path, is_there in changes.in_cloud.items()),
            )
            note_seen(connection, folder_id, changes.sidecars)

    def move_photos(self, moves: Sequence[MovedFile]) -> None:
        with self._connections.writing() as connection:
            # Out of the way first: photos may change places with each other.
            connection.executemany(
                "UPDATE photos SET relative_path = ? WHERE id = ?",
                ((b"\0%d" % move.photo_id, move.photo_id) for move in moves),
            )
            for move in moves:
                place = (move.folder_id, os.fsencode(move.relative_path))
                connection.execute(
                    """UPDATE photos SET folder_id = ?, relative_path = ?, size_bytes = ?, mtime_ns = ?,
                       missing_since_s = NULL WHERE id = ?""",
                    (*place, move.stamp.size_bytes, move.stamp.mtime_ns, move.photo_id),
                )

    def copies_of_missing(self) -> list[tuple[MovedFile, MovedFile]]:
        with self._connections.reading() as connection:
            rows = connection.execute(
                f"""SELECT p.id, p.folder_id, p.relative_path, p.size_bytes, p.mtime_ns,
                    max(c.id), c.folder_id, c.relative_path, c.size_bytes, c.mtime_ns
                    FROM photos p JOIN photos c ON c.content_id = p.content_id
                    WHERE p.id IN (SELECT photo_id FROM decisions UNION SELECT photo_id FROM marks)
                    AND p.missing_since_s IS NOT NULL AND c.missing_since_s IS NULL AND NOT {_DECIDED.format("c")}
                    AND {IS_READ} AND c.taken_source IS NOT NULL
                    GROUP BY p.id"""  # noqa: S608
            ).fetchall()
        return [(_file_of(row[:5]), _file_of(row[5:])) for row in rows]


def _file_of(row: tuple[int, int, bytes, int, int]) -> MovedFile:
    photo_id, folder_id, path, size, mtime = row
    return MovedFile(photo_id, folder_id, os.fsdecode(path), FileStamp(size, mtime))


def _forget_unused_contents(connection: sqlite3.Connection) -> None:
    connection.execute("DELETE FROM contents WHERE NOT EXISTS (SELECT 1 FROM photos WHERE content_id = contents.id)")
