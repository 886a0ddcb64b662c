"""The catalogue: what the program remembers, in one SQLite file."""

import json
import os
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from photo_clip.adapters.catalog_schema import connect, open_for_reading, open_for_writing
from photo_clip.core.errors import StoreError
from photo_clip.core.photo import (
    FileStamp,
    Folder,
    FolderChanges,
    FolderIdentity,
    FolderState,
    KnownFile,
    MovedFile,
    Photo,
    PhotoFacts,
    TakenSource,
)
from photo_clip.core.ports import Counts, EmbeddedPhoto, StoredVectors
from photo_clip.core.taken import taken_at

_PHOTO = """
    SELECT p.id, p.folder_id, f.path, p.relative_path, p.size_bytes, p.mtime_ns, p.taken_at, p.taken_source,
           p.skip_reason, p.missing_since_s, f.state, c.content_hash, c.width_px, c.height_px, c.orientation,
           c.exif_taken_at, c.camera, c.latitude, c.longitude
    FROM photos p JOIN folders f ON f.id = p.folder_id LEFT JOIN contents c ON c.id = p.content_id
"""
_WAITING = """
    p.id > :after AND p.skip_reason = '' AND p.missing_since_s IS NULL AND f.state = 'online'
    AND NOT EXISTS (
        SELECT 1 FROM embeddings e WHERE e.model_id = :model AND e.content_id = p.content_id
    )
"""


class SqliteCatalog:
    """Keeps the `Catalog` contract. Each thread has a connection of its own, so that readers never wait for a writer.

    Photos of a folder that is removed take their decisions with them: removing is the user's own act, and asked back.
    """

    def __init__(self, file: Path, *, read_only: bool = False) -> None:
        """Open or make the catalogue; with `read_only` it must be there. Raises StoreError."""
        self._file = file
        self._read_only = read_only
        self._write_lock = threading.RLock()
        self._connections_lock = threading.Lock()
        self._of_thread = threading.local()
        self._connections: list[sqlite3.Connection] = []
        if read_only and not file.exists():
            raise StoreError("There is no library yet.", advice="Add a folder first: photo-clip index FOLDER")
        with _errors_explained(file):
            self._adopt(open_for_reading(file) if read_only else open_for_writing(file))

    # folders

    def folders(self) -> list[Folder]:
        with self._reading() as connection:
            rows = connection.execute("SELECT id, path, device, inode, state, offline_reason FROM folders").fetchall()
        return sorted((_folder(row) for row in rows), key=lambda folder: folder.path)

    def add_folder(self, path: Path, identity: FolderIdentity) -> Folder:
        with self._writing() as connection:
            connection.execute(
                "INSERT INTO folders (path, device, inode, state) VALUES (?, ?, ?, ?) ON CONFLICT (path) DO NOTHING",
                (os.fsencode(path), str(identity.device), str(identity.inode), FolderState.ONLINE),
            )
            row = connection.execute(
                "SELECT id, path, device, inode, state, offline_reason FROM folders WHERE path = ?",
                (os.fsencode(path),),
            ).fetchone()
        return _folder(row)

    def update_folder(
        self, folder_id: int, state: FolderState, *, offline_reason: str = "", identity: FolderIdentity | None = None
    ) -> None:
        with self._writing() as connection:
            connection.execute(
                "UPDATE folders SET state = ?, offline_reason = ? WHERE id = ?", (state, offline_reason, folder_id)
            )
            if identity is not None:
                connection.execute(
                    "UPDATE folders SET device = ?, inode = ? WHERE id = ?",
                    (str(identity.device), str(identity.inode), folder_id),
                )

    def remove_folder(self, folder_id: int) -> None:
        with self._writing() as connection:
            connection.execute("DELETE FROM folders WHERE id = ?", (folder_id,))
            connection.execute(
                "DELETE FROM contents WHERE NOT EXISTS (SELECT 1 FROM photos WHERE content_id = contents.id)"
            )

    # files

    def known_files(self, folder_id: int) -> dict[str, KnownFile]:
        with self._reading() as connection:
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
        with self._writing() as connection:
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
        with self._writing() as connection:
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
        with self._reading() as connection:
            rows = connection.execute(
                f"{_PHOTO} WHERE p.id IN (SELECT value FROM json_each(?))",  # noqa: S608
                (_json_list(photo_ids),),
            ).fetchall()
        found = {row[0]: _photo(row) for row in rows}
        return [found[int(photo_id)] for photo_id in photo_ids if int(photo_id) in found]

    def photo_at(self, path: Path) -> Photo | None:
        for folder in self.folders():
            if path.is_relative_to(folder.path):
                relative = os.fsencode(path.relative_to(folder.path).as_posix())
                with self._reading() as connection:
                    row = connection.execute(
                        f"{_PHOTO} WHERE p.folder_id = ? AND p.relative_path = ?",
                        (folder.id, relative),
                    ).fetchone()
                if row is not None:
                    return _photo(row)
        return None

    def newest_photo_ids(self) -> NDArray[np.int64]:
        with self._reading() as connection:
            rows = connection.execute(
                """SELECT id FROM photos WHERE content_id IS NOT NULL AND missing_since_s IS NULL
                   ORDER BY taken_at DESC, id DESC"""
            ).fetchall()
        return np.fromiter((row[0] for row in rows), dtype=np.int64, count=len(rows))

    def count_in_folders(self) -> dict[int, int]:
        with self._reading() as connection:
            rows = connection.execute(
                """SELECT folder_id, count(*) FROM photos
                   WHERE content_id IS NOT NULL AND missing_since_s IS NULL GROUP BY folder_id"""
            ).fetchall()
        return dict(rows)

    def photo_ids_of(self, content_ids: Sequence[int]) -> dict[int, list[int]]:
        with self._reading() as connection:
            rows = connection.execute(
                """SELECT content_id, id FROM photos
                   WHERE content_id IN (SELECT value FROM json_each(?)) AND missing_since_s IS NULL ORDER BY id""",
                (_json_list(content_ids),),
            ).fetchall()
        found: dict[int, list[int]] = {}
        for content_id, photo_id in rows:
            found.setdefault(content_id, []).append(photo_id)
        return found

    def skipped_photos(self) -> list[Photo]:
        with self._reading() as connection:
            rows = connection.execute(f"{_PHOTO} WHERE p.skip_reason <> '' AND p.missing_since_s IS NULL").fetchall()
        return sorted((_photo(row) for row in rows), key=lambda photo: photo.path)

    def forget_skips(self) -> None:
        with self._writing() as connection:
            connection.execute("UPDATE photos SET skip_reason = '' WHERE skip_reason <> ''")

    # embedding

    def waiting(self, model_key: str, *, after_photo_id: int = 0, limit: int = 1000) -> list[Photo]:
        with self._reading() as connection:
            rows = connection.execute(
                f"{_PHOTO} WHERE {_WAITING} ORDER BY p.id LIMIT :limit",
                {"after": after_photo_id, "model": _model_id(connection, model_key), "limit": limit},
            ).fetchall()
        return [_photo(row) for row in rows]

    def count_waiting(self, model_key: str) -> int:
        with self._reading() as connection:
            row = connection.execute(
                f"SELECT count(*) FROM photos p JOIN folders f ON f.id = p.folder_id WHERE {_WAITING}",  # noqa: S608
                {"after": 0, "model": _model_id(connection, model_key)},
            ).fetchone()
        count: int = row[0]
        return count

    def known_contents(self, model_key: str, content_hashes: Iterable[str]) -> set[str]:
        with self._reading() as connection:
            rows = connection.execute(
                # CROSS JOIN keeps SQLite to this order; of its own accord it goes through all embeddings of the model.
                """SELECT c.content_hash FROM json_each(?) wanted
                   CROSS JOIN contents c ON c.content_hash = wanted.value
                   CROSS JOIN embeddings e ON e.model_id = ? AND e.content_id = c.id""",
                (json.dumps(list(content_hashes)), _model_id(connection, model_key)),
            ).fetchall()
        return {row[0] for row in rows}

    def store(self, model_key: str, embedded: Sequence[EmbeddedPhoto], skipped: Mapping[int, str]) -> None:
        with self._writing() as connection:
            for photo in embedded:
                _store_photo(connection, model_key, photo)
            connection.executemany(
                "UPDATE photos SET skip_reason = ? WHERE id = ?",
                ((reason, photo_id) for photo_id, reason in skipped.items()),
            )

    def counts(self, model_key: str) -> Counts:
        with self._reading() as connection:
            row = connection.execute(
                """SELECT count(*),
                   coalesce(sum(p.missing_since_s IS NOT NULL), 0),
                   coalesce(sum(p.missing_since_s IS NULL AND p.skip_reason <> ''), 0),
                   coalesce(sum(p.missing_since_s IS NULL AND p.skip_reason = '' AND e.id IS NOT NULL), 0)
                   FROM photos p LEFT JOIN embeddings e ON e.model_id = ? AND e.content_id = p.content_id""",
                (_model_id(connection, model_key),),
            ).fetchone()
        photos, missing, skipped, embedded = row
        return Counts(photos, embedded, skipped, photos - missing - skipped - embedded, missing)

    # vectors

    def vectors(self, model_key: str, *, after_row: int = 0) -> StoredVectors:
        with self._reading() as connection:
            model = connection.execute("SELECT id, dimensions FROM models WHERE key = ?", (model_key,)).fetchone()
            if model is None:
                return StoredVectors(np.empty(0, np.int64), np.empty((0, 0), np.float16), after_row)
            rows = connection.execute(
                "SELECT id, content_id, vector FROM embeddings WHERE model_id = ? AND id > ? ORDER BY id",
                (model[0], after_row),
            ).fetchall()
        content_ids = np.fromiter((row[1] for row in rows), dtype=np.int64, count=len(rows))
        vectors = np.frombuffer(b"".join(row[2] for row in rows), dtype="<f2").reshape(len(rows), model[1])
        return StoredVectors(content_ids, vectors, rows[-1][0] if rows else after_row)

    def vectors_of(self, model_key: str, content_hash: str) -> NDArray[np.float32] | None:
        with self._reading() as connection:
            row = connection.execute(
                """SELECT e.vector FROM embeddings e JOIN contents c ON c.id = e.content_id
                   WHERE e.model_id = ? AND c.content_hash = ?""",
                (_model_id(connection, model_key), content_hash),
            ).fetchone()
        if row is None:
            return None
        vector = np.frombuffer(row[0], dtype="<f2").astype(np.float32)
        unit: NDArray[np.float32] = vector / max(float(np.linalg.norm(vector)), 1e-12)
        return unit

    def vectors_of_contents(self, model_key: str, content_ids: Sequence[int]) -> dict[int, NDArray[np.float32]]:
        with self._reading() as connection:
            rows = connection.execute(
                """SELECT content_id, vector FROM embeddings
                   WHERE model_id = ? AND content_id IN (SELECT value FROM json_each(?))""",
                (_model_id(connection, model_key), _json_list(content_ids)),
            ).fetchall()
        return {content_id: np.frombuffer(vector, dtype="<f2").astype(np.float32) for content_id, vector in rows}

    def embedded_contents(self, model_key: str) -> NDArray[np.int64]:
        with self._reading() as connection:
            rows = connection.execute(
                "SELECT content_id FROM embeddings WHERE model_id = ? ORDER BY content_id",
                (_model_id(connection, model_key),),
            ).fetchall()
        return np.fromiter((row[0] for row in rows), dtype=np.int64, count=len(rows))

    def last_vector_row(self, model_key: str) -> int:
        with self._reading() as connection:
            row = connection.execute(
                "SELECT coalesce(max(id), 0) FROM embeddings WHERE model_id = ?", (_model_id(connection, model_key),)
            ).fetchone()
        last: int = row[0]
        return last

    def count_vectors(self, model_key: str) -> int:
        with self._reading() as connection:
            row = connection.execute(
                "SELECT count(*) FROM embeddings WHERE model_id = ?", (_model_id(connection, model_key),)
            ).fetchone()
        count: int = row[0]
        return count

    def model_keys(self) -> list[str]:
        with self._reading() as connection:
            rows = connection.execute("SELECT key FROM models ORDER BY id").fetchall()
        return [row[0] for row in rows]

    def remove_model(self, model_key: str) -> None:
        with self._writing() as connection:
            connection.execute("DELETE FROM models WHERE key = ?", (model_key,))

    # decisions of people

    def decide(self, photo_id: int, label: str, accepted: bool, *, now_s: float) -> None:
        with self._writing() as connection:
            connection.execute("INSERT INTO labels (name) VALUES (?) ON CONFLICT (name) DO NOTHING", (label,))
            connection.execute(
                """INSERT INTO decisions (photo_id, label_id, accepted, decided_at_s)
                   SELECT ?, id, ?, ? FROM labels WHERE name = ?
                   ON CONFLICT (photo_id, label_id) DO UPDATE
                   SET accepted = excluded.accepted, decided_at_s = excluded.decided_at_s""",
                (photo_id, int(accepted), now_s, label),
            )

    def decisions(self, photo_id: int) -> dict[str, bool]:
        with self._reading() as connection:
            rows = connection.execute(
                "SELECT l.name, d.accepted FROM decisions d JOIN labels l ON l.id = d.label_id WHERE d.photo_id = ?",
                (photo_id,),
            ).fetchall()
        return {name: bool(accepted) for name, accepted in rows}

    # settings of the library

    def setting(self, name: str) -> str | None:
        with self._reading() as connection:
            row = connection.execute("SELECT value FROM settings WHERE name = ?", (name,)).fetchone()
        return None if row is None else str(row[0])

    def set_setting(self, name: str, value: str | None) -> None:
        with self._writing() as connection:
            if value is None:
                connection.execute("DELETE FROM settings WHERE name = ?", (name,))
            else:
                connection.execute("INSERT OR REPLACE INTO settings (name, value) VALUES (?, ?)", (name, value))

    def close(self) -> None:
        """Close every thread's connection; no other thread may be using the catalogue. Twice is once."""
        with self._write_lock, self._connections_lock:
            connections, self._connections = self._connections, []
            self._of_thread = threading.local()
        for connection in connections:
            connection.close()

    def _adopt(self, connection: sqlite3.Connection) -> sqlite3.Connection:
        self._of_thread.connection = connection
        with self._connections_lock:
            self._connections.append(connection)
        return connection

    def _connection(self) -> sqlite3.Connection:
        mine: sqlite3.Connection | None = getattr(self._of_thread, "connection", None)
        return mine if mine is not None else self._adopt(connect(self._file, read_only=self._read_only))

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with _errors_explained(self._file):
            yield self._connection()

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._write_lock, _errors_explained(self._file):
            connection = self._connection()
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise


@contextmanager
def _errors_explained(file: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.OperationalError as error:
        sentence, advice = _explanation(str(error), file)
        raise StoreError(sentence, advice=advice) from error
    except sqlite3.IntegrityError:
        raise  # a bug of ours, not the user's trouble
    except sqlite3.DatabaseError as error:
        raise StoreError(
            f"The library's file “{file}” is damaged.",
            advice="Close photo-clip, put the file aside and index again; older copies may lie beside it.",
        ) from error


def _explanation(text: str, file: Path) -> tuple[str, str]:
    if "full" in text:
        return f"There is no room left on the disk of “{file}”.", "Make room; photo-clip goes on where it stopped."
    if "readonly" in text or "permission" in text:
        return f"The library's file “{file}” may not be written to.", "Give yourself the right to write to its folder."
    if "locked" in text or "busy" in text:
        return "Another program holds the library.", "Close it and try again."
    return (
        f"The library's file “{file}” cannot be used ({text}).",
        "See that its folder is there and can be written to.",
    )


def _store_photo(connection: sqlite3.Connection, model_key: str, photo: EmbeddedPhoto) -> None:
    facts = photo.facts
    if facts is not None:
        connection.execute(
            """INSERT INTO contents (content_hash, width_px, height_px, orientation, exif_taken_at, camera,
               latitude, longitude) VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (content_hash) DO NOTHING""",
            (
                photo.content_hash,
                facts.width_px,
                facts.height_px,
                facts.orientation,
                facts.exif_taken_at.isoformat() if facts.exif_taken_at else None,
                facts.camera,
                facts.latitude,
                facts.longitude,
            ),
        )
    content_id, width_px, height_px, exif_taken_at = connection.execute(
        "SELECT id, width_px, height_px, exif_taken_at FROM contents WHERE content_hash = ?", (photo.content_hash,)
    ).fetchone()
    if photo.vector is not None:
        connection.execute(
            "INSERT INTO models (key, dimensions) VALUES (?, ?) ON CONFLICT (key) DO NOTHING",
            (model_key, len(photo.vector)),
        )
        connection.execute(
            """INSERT INTO embeddings (model_id, content_id, vector) VALUES (?, ?, ?)
               ON CONFLICT (model_id, content_id) DO NOTHING""",
            (_model_id(connection, model_key), content_id, photo.vector.astype("<f2").tobytes()),
        )
    row = connection.execute(
        "SELECT relative_path FROM photos WHERE id = ? AND size_bytes = ? AND mtime_ns = ?",
        (photo.photo_id, photo.stamp.size_bytes, photo.stamp.mtime_ns),
    ).fetchone()
    if row is None:
        return  # changed or removed since it was asked for; the next look at its folder decides
    known = PhotoFacts(width_px, height_px, exif_taken_at=_time(exif_taken_at))
    when, source = taken_at(known, os.fsdecode(row[0]).rsplit("/", 1)[-1], photo.stamp.mtime_ns)
    connection.execute(
        "UPDATE photos SET content_id = ?, taken_at = ?, taken_source = ?, skip_reason = '' WHERE id = ?",
        (content_id, when.isoformat(), source, photo.photo_id),
    )


def _model_id(connection: sqlite3.Connection, model_key: str) -> int:
    """Return the model's row, 0 (which no row has) when it has no embeddings here."""
    row = connection.execute("SELECT id FROM models WHERE key = ?", (model_key,)).fetchone()
    return 0 if row is None else int(row[0])


def _json_list(numbers: Sequence[int]) -> str:
    return json.dumps([int(number) for number in numbers])


def _time(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _folder(row: tuple[int, bytes, str, str, str, str]) -> Folder:
    folder_id, path, device, inode, state, offline_reason = row
    identity = FolderIdentity(int(device), int(inode))
    return Folder(folder_id, Path(os.fsdecode(path)), identity, FolderState(state), offline_reason)


def _photo(row: tuple[Any, ...]) -> Photo:
    (photo_id, folder_id, folder, relative, size, mtime, taken, source, skip, missing, state, content_hash, *facts) = (
        row
    )
    width, height, orientation, exif_taken_at, camera, latitude, longitude = facts
    return Photo(
        id=photo_id,
        folder_id=folder_id,
        path=Path(os.fsdecode(folder), os.fsdecode(relative)),
        stamp=FileStamp(size, mtime),
        content_hash=content_hash,
        facts=None
        if content_hash is None
        else PhotoFacts(width, height, orientation, _time(exif_taken_at), camera, latitude, longitude),
        taken_at=_time(taken),
        taken_source=None if source is None else TakenSource(source),
        skip_reason=skip,
        missing=missing is not None,
        offline=state == FolderState.OFFLINE,
    )
