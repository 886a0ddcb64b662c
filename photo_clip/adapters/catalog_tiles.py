"""Embeddings of parts of photos in the catalogue."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from photo_clip.adapters.catalog_connections import Connections
from photo_clip.adapters.catalog_damage import rows_understood
from photo_clip.adapters.catalog_rows import IS_READ, json_list, last_row_of, model_id_of, photos_where
from photo_clip.core.halves import widened
from photo_clip.core.photo import Photo
from photo_clip.core.ports import Vectors
from photo_clip.core.stores import StoredTiles

_WAITING = f"""
    p.skip_reason = '' AND {IS_READ} AND p.missing_since_s IS NULL AND f.state = 'online' AND NOT p.only_in_cloud
    AND p.folder_id IN (SELECT folder_id FROM tiled_folders)
    AND EXISTS (SELECT 1 FROM embeddings e WHERE e.model_id = :model AND e.content_id = p.content_id)
    AND NOT EXISTS (SELECT 1 FROM tiles t WHERE t.model_id = :model AND t.content_id = p.content_id)
"""  # noqa: S608
_FIRST = f"""
    SELECT min(p.id) FROM photos p JOIN folders f ON f.id = p.folder_id WHERE {_WAITING} GROUP BY p.content_id
"""  # noqa: S608
"""One photo of each content."""


class SqliteTiles:
    """Keeps the `TileStore` contract."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def folders(self) -> frozenset[int]:
        with self._connections.reading() as connection:
            rows = connection.execute("SELECT folder_id FROM tiled_folders").fetchall()
        return frozenset(row[0] for row in rows)

    def switch(self, folder_id: int, *, on: bool) -> None:
        with self._connections.writing() as connection:
            if on:
                connection.execute(
                    """INSERT INTO tiled_folders (folder_id) SELECT id FROM folders WHERE id = ?
                       ON CONFLICT DO NOTHING""",
                    (folder_id,),
                )
            else:
                connection.execute("DELETE FROM tiled_folders WHERE folder_id = ?", (folder_id,))

    def waiting(self, model_key: str, *, after_photo_id: int = 0, limit: int = 1000) -> list[Photo]:
        with self._connections.reading() as connection:
            return photos_where(connection, f"p.id > :after AND p.id IN ({_FIRST})", model_key, after_photo_id, limit)

    def count_waiting(self, model_key: str) -> int:
        with self._connections.reading() as connection:
            row = connection.execute(
                f"SELECT count(*) FROM ({_FIRST})",  # noqa: S608
                {"model": model_id_of(connection, model_key)},
            ).fetchone()
        count: int = row[0]
        return count

    def store(self, model_key: str, vectors: Mapping[str, Vectors]) -> None:
        with self._connections.writing() as connection:
            connection.executemany(
                """INSERT INTO tiles (model_id, content_id, vectors)
                   SELECT :model, c.id, :vectors FROM contents c WHERE c.content_hash = :hash AND EXISTS (
                       SELECT 1 FROM photos p JOIN tiled_folders t ON t.folder_id = p.folder_id
                       WHERE p.content_id = c.id)
                   ON CONFLICT (model_id, content_id) DO NOTHING""",
                [
                    {"model": model_id_of(connection, model_key), "hash": key, "vectors": rows.astype("<f2").tobytes()}
                    for key, rows in vectors.items()
                ],
            )

    def stored(self, model_key: str, *, after_row: int = 0, limit: int = 1000) -> StoredTiles:
        with self._connections.reading() as connection:
            dimensions = connection.execute("SELECT dimensions FROM models WHERE key = ?", (model_key,)).fetchone()
            rows = connection.execute(
                "SELECT id, content_id, vectors FROM tiles WHERE model_id = ? AND id > ? ORDER BY id LIMIT ?",
                (model_id_of(connection, model_key), after_row, limit),
            ).fetchall()
            if rows:
                return _stored(rows, *dimensions)
        return StoredTiles(np.empty(0, np.int64), np.empty(0, np.int64), np.empty((0, 0), np.float16), after_row)

    def of(self, model_key: str, content_ids: Sequence[int]) -> dict[int, Vectors]:
        with self._connections.reading() as connection:
            rows = connection.execute(
                """SELECT t.content_id, t.vectors, m.dimensions FROM json_each(?) wanted
                   CROSS JOIN tiles t ON t.model_id = ? AND t.content_id = wanted.value
                   CROSS JOIN models m ON m.id = t.model_id WHERE t.vectors <> x''""",
                (json_list(content_ids), model_id_of(connection, model_key)),
            ).fetchall()
            return {content_id: widened(_vectors(blob, dimensions)) for content_id, blob, dimensions in rows}

    def last_row(self, model_key: str) -> int:
        with self._connections.reading() as connection:
            return last_row_of(connection, "tiles", model_key)


@rows_understood()
def _stored(rows: Sequence[tuple[int, int, bytes]], dimensions: int) -> StoredTiles:
    row_ids, content_ids, blobs = zip(*rows, strict=True)
    counts = np.array([len(blob) for blob in blobs], np.int64) // (2 * dimensions)
    return StoredTiles(np.array(content_ids, np.int64), counts, _vectors(b"".join(blobs), dimensions), row_ids[-1])


@rows_understood()
def _vectors(blob: bytes, dimensions: int) -> NDArray[np.float16]:
    return np.frombuffer(blob, dtype="<f2").reshape(-1, dimensions)
