"""Embeddings in the catalogue, and which photos wait for theirs."""

import json
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from photo_clip.adapters.catalog_connections import Connections
from photo_clip.adapters.catalog_damage import rows_understood
from photo_clip.adapters.catalog_rows import (
    IS_READ,
    json_list,
    last_row_of,
    model_id_of,
    numbers_of,
    photos_where,
    store_photo,
)
from photo_clip.core.errors import PhotoClosedError, UnreadablePhotoError
from photo_clip.core.halves import widened
from photo_clip.core.photo import Photo
from photo_clip.core.stores import Counts, EmbeddedPhoto, StoredVectors

_WAITING = f"""
    p.id > :after AND p.skip_reason = '' AND p.missing_since_s IS NULL AND f.state = 'online'
    AND NOT p.only_in_cloud AND NOT ({IS_READ} AND EXISTS (
        SELECT 1 FROM embeddings e WHERE e.model_id = :model AND e.content_id = p.content_id
    ))
"""  # noqa: S608

_JOINED = "json_group_array(content_id), CAST(group_concat(vector, '') AS BLOB)"
"""Many embeddings as one row, as `BEARINGS_JOINED` does it and for the same reason: beside a thread that is busy,
100,000 rows take 7 s, and half a second so; alone both take 0.3 s."""
_AT_ONCE = 512
"""So many embeddings are joined, half a megabyte or more."""


class SqliteEmbeddings:
    """Keeps the `EmbeddingStore` contract."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def waiting(self, model_key: str, *, after_photo_id: int = 0, limit: int = 1000) -> list[Photo]:
        with self._connections.reading() as connection:
            return photos_where(connection, _WAITING, model_key, after_photo_id, limit)

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

    def store(
        self, model_key: str, embedded: Sequence[EmbeddedPhoto], skipped: Mapping[int, UnreadablePhotoError]
    ) -> None:
        with self._connections.writing() as connection:
            for photo in embedded:
                store_photo(connection, model_key, photo)
            connection.executemany(
                "UPDATE photos SET skip_reason = ? WHERE id = ?",
                ((error.reason, photo_id) for photo_id, error in skipped.items()),
            )
            connection.executemany(  # it is not what it was
                f"UPDATE photos AS p SET content_id = NULL, taken_at = NULL WHERE id = ? AND NOT {IS_READ}",  # noqa: S608
                ((photo_id,) for photo_id, error in skipped.items() if not isinstance(error, PhotoClosedError)),
            )

    def counts(self, model_key: str) -> Counts:
        with self._connections.reading() as connection:
            row = connection.execute(
                f"""SELECT count(*),
                   coalesce(sum(p.missing_since_s IS NOT NULL), 0),
                   coalesce(sum(p.missing_since_s IS NULL AND p.skip_reason <> ''), 0),
                   coalesce(sum(p.missing_since_s IS NULL AND p.skip_reason = '' AND e.id IS NOT NULL), 0),
                   coalesce(sum(p.missing_since_s IS NULL AND p.skip_reason = '' AND e.id IS NULL
                                AND p.only_in_cloud), 0)
                   FROM photos p
                   LEFT JOIN embeddings e ON e.model_id = ? AND e.content_id = p.content_id AND {IS_READ}""",  # noqa: S608
                (model_id_of(connection, model_key),),
            ).fetchone()
        photos, missing, skipped, embedded, only_in_cloud = row
        return Counts(photos, embedded, skipped, photos - missing - skipped - embedded, missing, only_in_cloud)

    def vectors(self, model_key: str, *, after_row: int = 0) -> StoredVectors:
        with self._connections.reading() as connection:
            model = connection.execute("SELECT id, dimensions FROM models WHERE key = ?", (model_key,)).fetchone()
            if model is None:
                return StoredVectors(np.empty(0, np.int64), np.empty((0, 0), np.float16), after_row)
            count: int = connection.execute(
                "SELECT count(*) FROM embeddings WHERE model_id = ? AND id > ?", (model[0], after_row)
            ).fetchone()[0]
            content_ids, vectors = np.empty(count, np.int64), np.empty((count, model[1]), dtype="<f2")
            read, last_row = 0, after_row
            while read < count:
                newest, *joined = connection.execute(
                    f"""SELECT max(id), {_JOINED} FROM (SELECT id, content_id, vector FROM embeddings
                        WHERE model_id = ? AND id > ? ORDER BY id LIMIT ?)""",  # noqa: S608
                    (model[0], last_row, min(_AT_ONCE, count - read)),
                ).fetchone()
                if newest is None:  # some were removed meanwhile
                    break
                ids, block = _parted(*joined)
                here = slice(read, read + len(ids))
                with rows_understood():
                    content_ids[here], vectors[here] = ids, block
                read, last_row = read + len(ids), newest
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
            with rows_understood():
                vector = widened(np.frombuffer(row[0], dtype="<f2"))
        unit: NDArray[np.float32] = vector / max(float(np.linalg.norm(vector)), 1e-12)
        return unit

    def vectors_of_contents(self, model_key: str, content_ids: Sequence[int]) -> dict[int, NDArray[np.float32]]:
        found: dict[int, NDArray[np.float32]] = {}
        with self._connections.reading() as connection:
            model_id = model_id_of(connection, model_key)
            for start in range(0, len(content_ids), _AT_ONCE):
                joined = connection.execute(
                    f"""SELECT {_JOINED} FROM embeddings
                        WHERE model_id = ? AND content_id IN (SELECT value FROM json_each(?))""",  # noqa: S608
                    (model_id, json_list(content_ids[start : start + _AT_ONCE])),
                ).fetchone()
                ids, vectors = _parted(*joined)
                found.update(zip(ids.tolist(), widened(vectors), strict=True))
        return found

    def are_embedded(self, model_key: str, content_ids: NDArray[np.int64]) -> NDArray[np.bool_]:
        with self._connections.reading() as connection:
            row = connection.execute(
                """SELECT json_group_array(content_id) FROM embeddings
                   WHERE model_id = ? AND content_id IN (SELECT value FROM json_each(?))""",
                (model_id_of(connection, model_key), json_list(content_ids.tolist())),
            ).fetchone()
        return np.isin(content_ids, numbers_of(row[0]))

    def embedded_contents(self, model_key: str) -> NDArray[np.int64]:
        with self._connections.reading() as connection:
            row = connection.execute(
                """SELECT json_group_array(content_id) FROM
                   (SELECT content_id FROM embeddings WHERE model_id = ? ORDER BY content_id)""",
                (model_id_of(connection, model_key),),
            ).fetchone()
            return numbers_of(row[0])

    def model_keys(self) -> list[str]:
        with self._connections.reading() as connection:
            rows = connection.execute("SELECT key FROM models ORDER BY id").fetchall()
        return [row[0] for row in rows]

    def remove_model(self, model_key: str) -> None:
        with self._connections.writing() as connection:
            connection.execute("DELETE FROM models WHERE key = ?", (model_key,))

    def last_row(self, model_key: str) -> int:
        with self._connections.reading() as connection:
            return last_row_of(connection, "embeddings", model_key)

    def count(self, model_key: str) -> int:
        with self._connections.reading() as connection:
            row = connection.execute(
                "SELECT count(*) FROM embeddings WHERE model_id = ?", (model_id_of(connection, model_key),)
            ).fetchone()
        count: int = row[0]
        return count


@rows_understood()
def _parted(content_ids: str, vectors: bytes | None) -> tuple[NDArray[np.int64], NDArray[np.float16]]:
    """Return what `_JOINED` joined: shapes (k,) and (k, d)."""
    ids = numbers_of(content_ids)
    return ids, np.frombuffer(vectors or b"", dtype="<f2").reshape(len(ids), -1 if len(ids) else 0)
