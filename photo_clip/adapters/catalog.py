"""The catalogue: what the program remembers, in one SQLite file."""

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from photo_clip.adapters.catalog_connections import Connections
from photo_clip.adapters.catalog_filters import SHOWN, statement_of, teach_distance, vocabulary_of
from photo_clip.adapters.catalog_rows import (
    CHOSEN,
    LOOKS,
    PHOTO,
    bearings_of,
    folder_of,
    json_list,
    looks_of,
    model_id_of,
    photo_of,
    store_photo,
)
from photo_clip.adapters.catalog_tags import SqliteTags
from photo_clip.core.arranging import Bearings
from photo_clip.core.filters import AnyOf
from photo_clip.core.likeness import Looks
from photo_clip.core.photo import (
    FileStamp,
    Folder,
    FolderChanges,
    FolderIdentity,
    FolderState,
    KnownFile,
    MovedFile,
    Photo,
    SavedSearch,
)
from photo_clip.core.ports import Counts, EmbeddedPhoto, StoredVectors

_WAITING = """
    p.id > :after AND p.skip_reason = '' AND p.missing_since_s IS NULL AND f.state = 'online'
    AND NOT EXISTS (
        SELECT 1 FROM embeddings e WHERE e.model_id = :model AND e.content_id = p.content_id
    )
"""


class SqliteCatalog:
    """Keeps the `Catalog` contract.

    Photos of a folder that is removed take their decisions with them: removing is the user's own act, and asked back.
    """

    def __init__(self, file: Path, *, read_only: bool = False) -> None:
        """Open or make the catalogue; with `read_only` it must be there. Raises StoreError."""
        self._connections = Connections(file, read_only=read_only)
        self.tags = SqliteTags(self._connections)

    # folders

    def folders(self) -> list[Folder]:
        with self._connections.reading() as connection:
            rows = connection.execute("SELECT id, path, device, inode, state, offline_reason FROM folders").fetchall()
        return sorted((folder_of(row) for row in rows), key=lambda folder: folder.path)

    def add_folder(self, path: Path, identity: FolderIdentity) -> Folder:
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

    def update_folder(
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

    def remove_folder(self, folder_id: int) -> None:
        with self._connections.writing() as connection:
            connection.execute("DELETE FROM folders WHERE id = ?", (folder_id,))
            connection.execute(
                "DELETE FROM contents WHERE NOT EXISTS (SELECT 1 FROM photos WHERE content_id = contents.id)"
            )

    # files

    def known_files(self, folder_id: int) -> dict[str, KnownFile]:
        with self._connections.reading() as connection:
            rows = connection.execute(
                """SELECT p.relative_path, p.id, p.size_bytes, p.mtime_ns, c.content_hash, p.missing_since_s
                   FROM photos p LEFT JOIN contents c ON c.id = p.content_id WHERE p.folder_id = ?""",
                (folder_id,),
            ).fetchall()
        return {
            os.fsdecode(path): KnownFile(photo_id, FileStamp(size, mtime), content_hash, missing_since is not None)
            for path, photo_id, size, mtime, content_hash, missing_since in rows
        }

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
                """UPDATE photos SET size_bytes = ?, mtime_ns = ?, content_id = NULL, taken_at = NULL,
                   taken_source = NULL, skip_reason = '', missing_since_s = NULL WHERE id = ?""",
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
                """DELETE FROM photos WHERE id = ? AND content_id IS NULL
                   AND NOT EXISTS (SELECT 1 FROM decisions WHERE photo_id = photos.id)""",
                ((photo_id,) for photo_id in changes.missing),
            )

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
                    "DELETE FROM photos WHERE folder_id = ? AND relative_path = ? AND content_id IS NULL", place
                )
                connection.execute(
                    """UPDATE photos SET folder_id = ?, relative_path = ?, size_bytes = ?, mtime_ns = ?,
                       missing_since_s = NULL WHERE id = ?""",
                    (*place, move.stamp.size_bytes, move.stamp.mtime_ns, move.photo_id),
                )

    # photos

    def photos(self, photo_ids: Sequence[int]) -> list[Photo]:
        with self._connections.reading() as connection:
            rows = connection.execute(
                f"{PHOTO} WHERE p.id IN (SELECT value FROM json_each(?))",  # noqa: S608
                (json_list(photo_ids),),
            ).fetchall()
        found = {row[0]: photo_of(row) for row in rows}
        return [found[int(photo_id)] for photo_id in photo_ids if int(photo_id) in found]

    def photo_at(self, path: Path) -> Photo | None:
        for folder in self.folders():
            if path.is_relative_to(folder.path):
                relative = os.fsencode(path.relative_to(folder.path).as_posix())
                with self._connections.reading() as connection:
                    row = connection.execute(
                        f"{PHOTO} WHERE p.folder_id = ? AND p.relative_path = ?",
                        (folder.id, relative),
                    ).fetchone()
                if row is not None:
                    return photo_of(row)
        return None

    def newest_photo_ids(self) -> NDArray[np.int64]:
        with self._connections.reading() as connection:
            row = connection.execute(
                f"""SELECT json_group_array(id) FROM
                    (SELECT id FROM photos p WHERE {SHOWN} ORDER BY taken_at DESC, id DESC)"""  # noqa: S608
            ).fetchone()
        return _numbers(row[0])

    def photos_within(self, groups: Sequence[AnyOf]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        statement, values = statement_of(groups)
        with self._connections.reading() as connection:
            teach_distance(connection)
            photo_ids, content_ids = connection.execute(statement, values).fetchone()
        return _numbers(photo_ids), _numbers(content_ids)

    def photos_saying(self, words: Sequence[str], limit: int) -> list[int]:
        wanted = " AND ".join('"{}"*'.format(word.replace('"', '""')) for word in words)
        if not wanted:
            return []
        with self._connections.reading() as connection:
            rows = connection.execute(
                # Ranking would read every row; without it, SQLite stops at the limit.
                f"""SELECT p.id FROM photo_words w CROSS JOIN photos p ON p.id = w.rowid
                    WHERE photo_words MATCH ? AND {SHOWN} LIMIT ?""",  # noqa: S608
                (wanted, limit),
            ).fetchall()
        return [row[0] for row in rows]

    def count_in_folders(self) -> dict[int, int]:
        with self._connections.reading() as connection:
            rows = connection.execute(
                """SELECT folder_id, count(*) FROM photos
                   WHERE content_id IS NOT NULL AND missing_since_s IS NULL GROUP BY folder_id"""
            ).fetchall()
        return dict(rows)

    def photo_ids_of(self, content_ids: Sequence[int]) -> dict[int, list[int]]:
        with self._connections.reading() as connection:
            rows = connection.execute(
                """SELECT content_id, id FROM photos
                   WHERE content_id IN (SELECT value FROM json_each(?)) AND missing_since_s IS NULL ORDER BY id""",
                (json_list(content_ids),),
            ).fetchall()
        found: dict[int, list[int]] = {}
        for content_id, photo_id in rows:
            found.setdefault(content_id, []).append(photo_id)
        return found

    def bearings(self, photo_ids: Sequence[int]) -> list[Bearings]:
        with self._connections.reading() as connection:
            folders = dict(connection.execute("SELECT id, path FROM folders").fetchall())
            rows = connection.execute(
                """SELECT id, taken_at, folder_id, relative_path FROM photos
                   WHERE id IN (SELECT value FROM json_each(?))""",
                (json_list(photo_ids),),
            ).fetchall()
        found = {row[0]: bearings_of(folders[row[2]], row[3], row[1]) for row in rows}
        return [found.get(int(photo_id), Bearings(None, "", "")) for photo_id in photo_ids]

    def looks(self, photo_ids: Sequence[int] | None = None) -> Looks:
        chosen, values = ("", ()) if photo_ids is None else (CHOSEN, (json_list(photo_ids),))
        with self._connections.reading() as connection:
            rows = connection.execute(f"{LOOKS} WHERE {SHOWN} {chosen} ORDER BY p.id", values).fetchall()
        found = looks_of(rows)
        if photo_ids is None:
            return found
        wanted = np.asarray(photo_ids, dtype=np.int64)
        at = np.searchsorted(found.photo_ids, wanted)
        return found.rows(at[np.isin(wanted, found.photo_ids)])

    def vocabulary(self, key: str) -> list[str]:
        with self._connections.reading() as connection:
            return vocabulary_of(connection, key)

    def count_shown(self) -> int:
        with self._connections.reading() as connection:
            count: int = connection.execute(f"SELECT count(*) FROM photos p WHERE {SHOWN}").fetchone()[0]  # noqa: S608
        return count

    def version(self) -> int:
        return self._connections.version()

    def content_ids_of(self, photo_ids: Sequence[int]) -> NDArray[np.int64]:
        with self._connections.reading() as connection:
            rows = connection.execute(
                """SELECT DISTINCT content_id FROM photos
                   WHERE id IN (SELECT value FROM json_each(?)) AND content_id IS NOT NULL ORDER BY content_id""",
                (json_list(photo_ids),),
            ).fetchall()
        return np.array([row[0] for row in rows], dtype=np.int64)

    def skipped_photos(self) -> list[Photo]:
        with self._connections.reading() as connection:
            rows = connection.execute(f"{PHOTO} WHERE p.skip_reason <> '' AND p.missing_since_s IS NULL").fetchall()
        return sorted((photo_of(row) for row in rows), key=lambda photo: photo.path)

    def forget_skips(self) -> None:
        with self._connections.writing() as connection:
            connection.execute("UPDATE photos SET skip_reason = '' WHERE skip_reason <> ''")

    # embedding

    def waiting(self, model_key: str, *, after_photo_id: int = 0, limit: int = 1000) -> list[Photo]:
        with self._connections.reading() as connection:
            rows = connection.execute(
                f"{PHOTO} WHERE {_WAITING} ORDER BY p.id LIMIT :limit",
                {"after": after_photo_id, "model": model_id_of(connection, model_key), "limit": limit},
            ).fetchall()
        return [photo_of(row) for row in rows]

    def count_waiting(self, model_key: str) -> int:
        with self._connections.reading() as connection:
            row = connection.execute(
                f"SELECT count(*) FROM photos p JOIN folders f ON f.id = p.folder_id WHERE {_WAITING}",  # noqa: S608
                {"after": 0, "model": model_id_of(connection, model_key)},
            ).fetchone()
        count: int = row[0]
        return count

    def known_contents(self, model_key: str, content_hashes: Iterable[str]) -> set[str]:
        with self._connections.reading() as connection:
            rows = connection.execute(
                # CROSS JOIN keeps SQLite to this order; of its own accord it goes through all embeddings of the model.
                """SELECT c.content_hash FROM json_each(?) wanted
                   CROSS JOIN contents c ON c.content_hash = wanted.value
                   CROSS JOIN embeddings e ON e.model_id = ? AND e.content_id = c.id""",
                (json.dumps(list(content_hashes)), model_id_of(connection, model_key)),
            ).fetchall()
        return {row[0] for row in rows}

    def store(self, model_key: str, embedded: Sequence[EmbeddedPhoto], skipped: Mapping[int, str]) -> None:
        with self._connections.writing() as connection:
            for photo in embedded:
                store_photo(connection, model_key, photo)
            connection.executemany(
                "UPDATE photos SET skip_reason = ? WHERE id = ?",
                ((reason, photo_id) for photo_id, reason in skipped.items()),
            )

    def counts(self, model_key: str) -> Counts:
        with self._connections.reading() as connection:
            row = connection.execute(
                """SELECT count(*),
                   coalesce(sum(p.missing_since_s IS NOT NULL), 0),
                   coalesce(sum(p.missing_since_s IS NULL AND p.skip_reason <> ''), 0),
                   coalesce(sum(p.missing_since_s IS NULL AND p.skip_reason = '' AND e.id IS NOT NULL), 0)
                   FROM photos p LEFT JOIN embeddings e ON e.model_id = ? AND e.content_id = p.content_id""",
                (model_id_of(connection, model_key),),
            ).fetchone()
        photos, missing, skipped, embedded = row
        return Counts(photos, embedded, skipped, photos - missing - skipped - embedded, missing)

    # vectors

    def vectors(self, model_key: str, *, after_row: int = 0) -> StoredVectors:
        with self._connections.reading() as connection:
            model = connection.execute("SELECT id, dimensions FROM models WHERE key = ?", (model_key,)).fetchone()
            if model is None:
                return StoredVectors(np.empty(0, np.int64), np.empty((0, 0), np.float16), after_row)
            here = (model[0], after_row)
            count: int = connection.execute(
                "SELECT count(*) FROM embeddings WHERE model_id = ? AND id > ?", here
            ).fetchone()[0]
            content_ids, vectors = np.empty(count, np.int64), np.empty((count, model[1]), dtype="<f2")
            # Blob by blob into its place: with 100,000 that is faster than joining them, and takes half the memory.
            place, size, last_row = vectors.view(np.uint8).reshape(-1).data, 2 * model[1], after_row
            rows = connection.execute(
                "SELECT id, content_id, vector FROM embeddings WHERE model_id = ? AND id > ? ORDER BY id LIMIT ?",
                (*here, count),
            )
            read = 0
            for row_id, content_id, vector in rows:
                place[read * size : (read + 1) * size] = vector
                content_ids[read] = content_id
                last_row = row_id
                read += 1
        return StoredVectors(content_ids[:read], vectors[:read], last_row)

    def vectors_of(self, model_key: str, content_hash: str) -> NDArray[np.float32] | None:
        with self._connections.reading() as connection:
            row = connection.execute(
                """SELECT e.vector FROM embeddings e JOIN contents c ON c.id = e.content_id
                   WHERE e.model_id = ? AND c.content_hash = ?""",
                (model_id_of(connection, model_key), content_hash),
            ).fetchone()
        if row is None:
            return None
        vector = np.frombuffer(row[0], dtype="<f2").astype(np.float32)
        unit: NDArray[np.float32] = vector / max(float(np.linalg.norm(vector)), 1e-12)
        return unit

    def vectors_of_contents(self, model_key: str, content_ids: Sequence[int]) -> dict[int, NDArray[np.float32]]:
        with self._connections.reading() as connection:
            rows = connection.execute(
                """SELECT content_id, vector FROM embeddings
                   WHERE model_id = ? AND content_id IN (SELECT value FROM json_each(?))""",
                (model_id_of(connection, model_key), json_list(content_ids)),
            ).fetchall()
        return {content_id: np.frombuffer(vector, dtype="<f2").astype(np.float32) for content_id, vector in rows}

    def embedded_contents(self, model_key: str) -> NDArray[np.int64]:
        with self._connections.reading() as connection:
            rows = connection.execute(
                "SELECT content_id FROM embeddings WHERE model_id = ? ORDER BY content_id",
                (model_id_of(connection, model_key),),
            ).fetchall()
        return np.fromiter((row[0] for row in rows), dtype=np.int64, count=len(rows))

    def last_vector_row(self, model_key: str) -> int:
        with self._connections.reading() as connection:
            row = connection.execute(
                "SELECT id FROM embeddings WHERE model_id = ? ORDER BY id DESC LIMIT 1",
                (model_id_of(connection, model_key),),
            ).fetchone()
        return 0 if row is None else int(row[0])

    def count_vectors(self, model_key: str) -> int:
        with self._connections.reading() as connection:
            row = connection.execute(
                "SELECT count(*) FROM embeddings WHERE model_id = ?", (model_id_of(connection, model_key),)
            ).fetchone()
        count: int = row[0]
        return count

    def model_keys(self) -> list[str]:
        with self._connections.reading() as connection:
            rows = connection.execute("SELECT key FROM models ORDER BY id").fetchall()
        return [row[0] for row in rows]

    def remove_model(self, model_key: str) -> None:
        with self._connections.writing() as connection:
            connection.execute("DELETE FROM models WHERE key = ?", (model_key,))

    # marks of people

    def set_favourite(self, photo_ids: Sequence[int], is_favourite: bool) -> None:
        with self._connections.writing() as connection:
            connection.executemany(
                """INSERT INTO marks (photo_id, is_favourite) VALUES (?, ?)
                   ON CONFLICT (photo_id) DO UPDATE SET is_favourite = excluded.is_favourite""",
                ((int(photo_id), int(is_favourite)) for photo_id in photo_ids),
            )

    def rate(self, photo_ids: Sequence[int], stars: int | None) -> None:
        with self._connections.writing() as connection:
            connection.executemany(
                """INSERT INTO marks (photo_id, rating) VALUES (?, ?)
                   ON CONFLICT (photo_id) DO UPDATE SET rating = excluded.rating""",
                ((int(photo_id), stars) for photo_id in photo_ids),
            )

    def saved_searches(self) -> list[SavedSearch]:
        with self._connections.reading() as connection:
            rows = connection.execute("SELECT name, query FROM saved_searches ORDER BY name COLLATE NOCASE").fetchall()
        return [SavedSearch(name, query) for name, query in rows]

    def save_search(self, search: SavedSearch) -> None:
        with self._connections.writing() as connection:
            connection.execute(
                """INSERT INTO saved_searches (name, query) VALUES (?, ?)
                   ON CONFLICT (name) DO UPDATE SET query = excluded.query""",
                (search.name, search.query),
            )

    def forget_search(self, name: str) -> None:
        with self._connections.writing() as connection:
            connection.execute("DELETE FROM saved_searches WHERE name = ?", (name,))

    # settings of the library

    def setting(self, name: str) -> str | None:
        with self._connections.reading() as connection:
            row = connection.execute("SELECT value FROM settings WHERE name = ?", (name,)).fetchone()
        return None if row is None else str(row[0])

    def set_setting(self, name: str, value: str | None) -> None:
        with self._connections.writing() as connection:
            if value is None:
                connection.execute("DELETE FROM settings WHERE name = ?", (name,))
            else:
                connection.execute("INSERT OR REPLACE INTO settings (name, value) VALUES (?, ?)", (name, value))

    def close(self) -> None:
        """Close the file; no other thread may be using the catalogue. Twice is once."""
        self._connections.close()


def _numbers(array: str) -> NDArray[np.int64]:
    """Return the numbers of a JSON array; of 100,000 they come so in 30 ms, as rows in 80."""
    return np.fromstring(array[1:-1], dtype=np.int64, sep=",") if len(array) > 2 else np.empty(0, np.int64)
