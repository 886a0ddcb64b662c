"""The catalogue: what the program remembers, in one SQLite file."""

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from photo_clip.adapters.catalog_connections import Connections
from photo_clip.adapters.catalog_embeddings import SqliteEmbeddings
from photo_clip.adapters.catalog_filters import SHOWN, ShownPhotos, vocabulary_of
from photo_clip.adapters.catalog_folders import SqliteFolders
from photo_clip.adapters.catalog_marks import SqliteMarks
from photo_clip.adapters.catalog_rows import (
    BEARINGS_JOINED,
    CHOSEN,
    IS_READ,
    LOOKS,
    LOOKS_JOINED,
    PHOTO,
    bearings_of,
    json_list,
    looks_of,
    numbers_of,
    photo_of,
)
from photo_clip.adapters.catalog_sidecars import SqliteSidecars
from photo_clip.adapters.catalog_tags import SqliteTags
from photo_clip.adapters.catalog_tiles import SqliteTiles
from photo_clip.core.arranging import Bearings
from photo_clip.core.filters import AnyOf
from photo_clip.core.id_rows import rows_of
from photo_clip.core.likeness import Looks
from photo_clip.core.photo import Photo


class SqliteCatalog:
    """Keeps the `Catalog` contract."""

    def __init__(self, file: Path, *, read_only: bool = False) -> None:
        """Open or make the catalogue; with `read_only` it must be there. Raises StoreError."""
        self._connections = Connections(file, read_only=read_only)
        self.salvaged = self._connections.salvaged
        self.folders = SqliteFolders(self._connections)
        self.embeddings = SqliteEmbeddings(self._connections)
        self.tiles = SqliteTiles(self._connections)
        self.tags = SqliteTags(self._connections)
        self.sidecars = SqliteSidecars(self._connections)
        self.marks = SqliteMarks(self._connections)
        self._shown: tuple[int, ShownPhotos | None] = (-1, None)
        """As they were at that version of the catalogue."""

    def photos(self, photo_ids: Sequence[int]) -> list[Photo]:
        with self._connections.reading() as connection:
            rows = connection.execute(
                f"{PHOTO} WHERE p.id IN (SELECT value FROM json_each(?))",  # noqa: S608
                (json_list(photo_ids),),
            ).fetchall()
            found = {row[0]: photo_of(row) for row in rows}
        return [found[int(photo_id)] for photo_id in photo_ids if int(photo_id) in found]

    def photo_at(self, path: Path) -> Photo | None:
        for folder in self.folders.all():
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
            return numbers_of(row[0])

    def photos_within(self, groups: Sequence[AnyOf]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        version = self.version()
        with self._connections.reading() as connection:
            kept_at, shown = self._shown
            if shown is None or kept_at != version:
                shown = ShownPhotos.read(connection)
                self._shown = version, shown
            passing = shown.passing(connection, groups)
        return shown.photo_ids[passing], shown.content_ids[passing]

    def photos_saying(self, words: Sequence[str], limit: int) -> list[int]:
        wanted = " AND ".join('"{}"*'.format(word.replace('"', '""')) for word in words)
        if not wanted:
            return []
        with self._connections.reading() as connection:
            (found,) = connection.execute(
                # Ranking would read every row; without it, SQLite stops at the limit.
                f"""SELECT json_group_array(id) FROM (
                    SELECT p.id FROM photo_words w CROSS JOIN photos p ON p.id = w.rowid
                    WHERE photo_words MATCH ? AND {SHOWN} LIMIT ?)""",  # noqa: S608
                (wanted, limit),
            ).fetchone()
            photo_ids: list[int] = numbers_of(found).tolist()
        return photo_ids

    def count_in_folders(self) -> dict[int, int]:
        with self._connections.reading() as connection:
            rows = connection.execute(
                """SELECT folder_id, count(*) FROM photos
                   WHERE content_id IS NOT NULL AND missing_since_s IS NULL GROUP BY folder_id"""
            ).fetchall()
        return dict(rows)

    def photos_with(self, content_ids: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.intp]]:
        with self._connections.reading() as connection:
            arrays = connection.execute(
                """SELECT json_group_array(id), json_group_array(content_id) FROM photos
                   WHERE content_id IN (SELECT value FROM json_each(?)) AND missing_since_s IS NULL""",
                (json_list(content_ids.tolist()),),
            ).fetchone()
            photo_ids, contents = map(numbers_of, arrays)
        places = rows_of(contents, content_ids)
        order = np.lexsort((photo_ids, places))
        return photo_ids[order], places[order]

    def bearings(self, photo_ids: Sequence[int]) -> list[Bearings]:
        with self._connections.reading() as connection:
            told = connection.execute("SELECT id, path FROM folders").fetchall()
            joined = connection.execute(
                f"SELECT {BEARINGS_JOINED} FROM photos WHERE id IN (SELECT value FROM json_each(?))",  # noqa: S608
                (json_list(photo_ids),),
            ).fetchone()
            found = bearings_of(joined, {folder_id: os.fsdecode(path) for folder_id, path in told})
        unknown = Bearings(None, "", "")
        return [found.get(photo_id, unknown) for photo_id in photo_ids]

    def looks(self, photo_ids: Sequence[int] | None = None) -> Looks:
        chosen, values = ("", ()) if photo_ids is None else (CHOSEN, (json_list(photo_ids),))
        with self._connections.reading() as connection:
            joined = connection.execute(
                f"SELECT {LOOKS_JOINED} FROM ({LOOKS} WHERE {SHOWN} AND {IS_READ} {chosen} ORDER BY p.id)",  # noqa: S608
                values,
            ).fetchone()
            found = looks_of(*joined)
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
            (found,) = connection.execute(
                """SELECT json_group_array(DISTINCT content_id) FROM photos
                   WHERE id IN (SELECT value FROM json_each(?)) AND content_id IS NOT NULL""",
                (json_list(photo_ids),),
            ).fetchone()
            return np.sort(numbers_of(found))

    def skipped_photos(self) -> list[Photo]:
        with self._connections.reading() as connection:
            rows = connection.execute(f"{PHOTO} WHERE p.skip_reason <> '' AND p.missing_since_s IS NULL").fetchall()
            return sorted(map(photo_of, rows), key=lambda photo: photo.path)

    def forget_skips(self, reason: str | None = None) -> None:
        with self._connections.writing() as connection:
            connection.execute(
                "UPDATE photos SET skip_reason = '' WHERE skip_reason <> '' AND skip_reason = coalesce(?, skip_reason)",
                (reason,),
            )

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

    def check(self) -> None:
        self._connections.check()

    def close(self) -> None:
        """Close the file; no other thread may be using the catalogue. Twice is once."""
        self._connections.close()
