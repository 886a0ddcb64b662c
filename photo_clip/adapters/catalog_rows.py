"""The catalogue's rows as the program's own values, and back."""

import json
import os
import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from photo_clip.adapters.catalog_damage import rows_understood, time_of, words_of
from photo_clip.core.arranging import Bearings
from photo_clip.core.likeness import HASH_HEIGHT, HASH_WIDTH, Looks
from photo_clip.core.photo import FileStamp, Folder, FolderIdentity, FolderState, Photo, PhotoFacts, TakenSource
from photo_clip.core.stores import EmbeddedPhoto
from photo_clip.core.taken import taken_at

PHOTO = """
    SELECT p.id, p.folder_id, f.path, p.relative_path, p.size_bytes, p.mtime_ns, p.taken_at, p.taken_source,
           p.skip_reason, p.missing_since_s, f.state, c.content_hash, c.width_px, c.height_px, c.orientation,
           c.exif_taken_at, c.camera, c.latitude, c.longitude, c.rating, c.caption, c.keywords, c.fingerprint,
           c.sharpness, c.miniature, m.is_favourite, m.rating, s.rating, s.caption, s.keywords
    FROM photos p JOIN folders f ON f.id = p.folder_id LEFT JOIN contents c ON c.id = p.content_id
    LEFT JOIN marks m ON m.photo_id = p.id LEFT JOIN sidecars s ON s.photo_id = p.id
"""


IS_READ = "p.taken_source IS NOT NULL"
"""Whether the content of a photo is that of its file; where it is not, the file changed and was not read since."""
CHOSEN = "AND p.id IN (SELECT value FROM json_each(?))"
_HASHED = HASH_WIDTH * HASH_HEIGHT
LOOKS = f"""
    SELECT p.id AS id, p.content_id AS content, coalesce(c.fingerprint, 0) AS fingerprint,
           coalesce(c.sharpness, 0) AS sharpness, c.width_px * c.height_px AS pixels,
           CASE WHEN p.taken_source = 'file time' THEN NULL
               ELSE (julianday(p.taken_at) - 2440587.5) * 86400 END AS taken_s,
           coalesce(m.is_favourite, 0) OR coalesce(m.rating, 0) > 0 AS is_marked,
           coalesce(nullif(c.miniature, x''), zeroblob({_HASHED})) AS miniature
    FROM photos p JOIN contents c ON c.id = p.content_id LEFT JOIN marks m ON m.photo_id = p.id
"""  # noqa: S608
LOOKS_JOINED = """json_group_array(id), json_group_array(content), json_group_array(fingerprint),
    json_group_array(sharpness), json_group_array(pixels), json_group_array(taken_s), json_group_array(is_marked),
    CAST(group_concat(miniature, '') AS BLOB)"""
BEARINGS_JOINED = """json_group_array(id), json_group_array(taken_at), json_group_array(folder_id),
    CAST(group_concat(relative_path, x'00') AS BLOB)"""
"""The columns of many rows, as one row: after each row of an answer, Python is given away and waited for, which takes
ten times and more what the row takes, beside a thread that is busy."""


_Number = TypeVar("_Number", np.int64, np.float64)
_OFFLINE = FolderState.OFFLINE.value
_SOURCES: dict[str | None, TakenSource | None] = {None: None, **{source.value: source for source in TakenSource}}


@rows_understood()
def looks_of(ids: str, contents: str, fingerprints: str, sharpness: str, pixels: str, *others: Any) -> Looks:
    """Return what tells near-duplicates from LOOKS_JOINED."""
    taken_s, is_marked, miniatures = others
    return Looks(
        numbers_of(ids),
        numbers_of(contents),
        numbers_of(fingerprints),
        fractions_of(sharpness).astype(np.float32),
        numbers_of(pixels),
        fractions_of(taken_s),
        numbers_of(is_marked).astype(np.bool_),
        np.frombuffer(miniatures or b"", np.uint8).reshape(-1, _HASHED),
    )


def store_photo(connection: sqlite3.Connection, model_key: str, photo: EmbeddedPhoto) -> None:
    facts = photo.facts
    if facts is not None:
        connection.execute(
            """INSERT INTO contents (content_hash, width_px, height_px, orientation, exif_taken_at, camera,
               latitude, longitude, rating, caption, keywords, fingerprint, sharpness, miniature)
               VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (content_hash) DO NOTHING""",
            (
                photo.content_hash,
                facts.width_px,
                facts.height_px,
                facts.orientation,
                facts.exif_taken_at.isoformat() if facts.exif_taken_at else None,
                facts.camera,
                facts.latitude,
                facts.longitude,
                facts.rating,
                facts.caption,
                json.dumps(facts.keywords),
                facts.fingerprint,
                facts.sharpness,
                facts.miniature,
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
            (model_id_of(connection, model_key), content_id, photo.vector.astype("<f2").tobytes()),
        )
    row = connection.execute(
        "SELECT relative_path FROM photos WHERE id = ? AND size_bytes = ? AND mtime_ns = ?",
        (photo.photo_id, photo.stamp.size_bytes, photo.stamp.mtime_ns),
    ).fetchone()
    if row is None:
        return  # changed or removed since it was asked for; the next look at its folder decides
    known = PhotoFacts(width_px, height_px, exif_taken_at=time_of(exif_taken_at))
    when, source = taken_at(known, os.fsdecode(row[0]).rsplit("/", 1)[-1], photo.stamp.mtime_ns)
    connection.execute(
        "UPDATE photos SET content_id = ?, taken_at = ?, taken_source = ?, skip_reason = '' WHERE id = ?",
        (content_id, when.isoformat(), source, photo.photo_id),
    )


def model_id_of(connection: sqlite3.Connection, model_key: str) -> int:
    """Return the model's row, 0 (which no row has) when it has no embeddings here."""
    row = connection.execute("SELECT id FROM models WHERE key = ?", (model_key,)).fetchone()
    return 0 if row is None else int(row[0])


def photos_where(
    connection: sqlite3.Connection, condition: str, model_key: str, after_photo_id: int, limit: int
) -> list[Photo]:
    """Return photos by id that a condition on `p`, `:after` and `:model` lets through, up to `limit`."""
    rows = connection.execute(
        f"{PHOTO} WHERE {condition} ORDER BY p.id LIMIT :limit",
        {"after": after_photo_id, "model": model_id_of(connection, model_key), "limit": limit},
    ).fetchall()
    return [photo_of(row) for row in rows]


def last_row_of(connection: sqlite3.Connection, table: str, model_key: str) -> int:
    """Return the highest row number of a model in a table, 0 when there is none."""
    row = connection.execute(
        f"SELECT id FROM {table} WHERE model_id = ? ORDER BY id DESC LIMIT 1",  # noqa: S608
        (model_id_of(connection, model_key),),
    ).fetchone()
    return 0 if row is None else int(row[0])


def json_list(numbers: Sequence[int]) -> str:
    return json.dumps([int(number) for number in numbers])


@rows_understood()
def numbers_of(array: str) -> NDArray[np.int64]:
    """Return the whole numbers of a JSON array; of 100,000 they come so in 30 ms, as rows in 80."""
    found = np.fromstring(array[1:-1], dtype=np.int64, sep=",") if len(array) > 2 else np.empty(0, np.int64)
    return _all_of(found, array)


@rows_understood()
def fractions_of(array: str) -> NDArray[np.float64]:
    """Return the numbers of a JSON array, whole or not; null becomes NaN."""
    found = np.fromstring(array[1:-1].replace("null", "nan"), sep=",") if len(array) > 2 else np.empty(0)
    return _all_of(found, array)


def _all_of(found: NDArray[_Number], array: str) -> NDArray[_Number]:
    """Return what was read of an array; numpy stops where no number stands."""
    if len(found) != (array.count(",") + 1 if len(array) > 2 else 0):
        raise ValueError(f"not all are numbers: {array[:200]}")
    return found


@rows_understood()
def folder_of(row: tuple[int, bytes, str, str, str, str]) -> Folder:
    folder_id, path, device, inode, state, offline_reason = row
    identity = FolderIdentity(int(device), int(inode))
    return Folder(folder_id, Path(os.fsdecode(path)), identity, FolderState(state), offline_reason)


@rows_understood()
def photo_of(row: tuple[Any, ...]) -> Photo:
    (photo_id, folder_id, folder, relative, size, mtime, taken, source, skip, missing, state, content_hash, *facts) = (
        row
    )
    *facts, is_favourite, rating, said_rating, said_caption, said_keywords = facts
    known = None if content_hash is None else facts_of(*facts)
    if known is not None and said_keywords is not None:
        known = replace(
            known,
            rating=known.rating if said_rating is None else said_rating,
            caption=said_caption or known.caption,
            keywords=tuple(dict.fromkeys([*known.keywords, *words_of(said_keywords)])),
        )
    return Photo(
        id=photo_id,
        folder_id=folder_id,
        location=f"{os.fsdecode(folder)}/{os.fsdecode(relative)}",
        stamp=FileStamp(size, mtime),
        content_hash=content_hash,
        facts=known,
        taken_at=time_of(taken),
        taken_source=_SOURCES[source],
        skip_reason=skip,
        missing=missing is not None,
        offline=state == _OFFLINE,
        is_favourite=bool(is_favourite),
        rating=known.rating if rating is None and known is not None else rating,
    )


@rows_understood()
def bearings_of(joined: tuple[str, str, str, bytes | None], folders: dict[int, str]) -> dict[int, Bearings]:
    """Return where and when each photo of BEARINGS_JOINED belongs, by its id; `folders` are paths by their ids.

    A folder that came or went meanwhile has no path.
    """
    *numbers, paths = joined
    ids, times, folder_ids = map(json.loads, numbers)
    told = zip(ids, times, folder_ids, paths.split(b"\0") if paths else (), strict=True)
    return {photo_id: _bearings(folders.get(folder_id, ""), path, time) for photo_id, time, folder_id, path in told}


def _bearings(folder: str, relative_path: bytes, taken_at_text: str | None) -> Bearings:
    inner, _, name = os.fsdecode(relative_path).rpartition("/")
    if inner:
        folder = f"{folder.removesuffix(os.sep)}{os.sep}{inner.replace('/', os.sep)}"
    return Bearings(time_of(taken_at_text), folder, name)


def facts_of(
    width: int, height: int, orientation: int, exif_taken_at: str | None, camera: str, *rest: Any
) -> PhotoFacts:
    """Return what a content's row says of the photo."""
    latitude, longitude, rating, caption, keywords, fingerprint, sharpness, miniature = rest
    return PhotoFacts(
        width,
        height,
        orientation,
        time_of(exif_taken_at),
        camera,
        latitude,
        longitude,
        rating,
        caption,
        () if keywords == "[]" else words_of(keywords),
        fingerprint,
        sharpness,
        miniature or b"",
    )
