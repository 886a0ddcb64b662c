"""Filters as conditions of SQL."""

import math
import os
import sqlite3
from collections import Counter
from collections.abc import Sequence
from pathlib import PurePath

from photo_clip.adapters.catalog_rows import json_list
from photo_clip.core.filters import AnyOf, Between, Filter, Flag, IsOfType, Labelled, Near, Number, OneOf, Says, Text
from photo_clip.core.periods import Period

SHOWN = "p.content_id IS NOT NULL AND p.missing_since_s IS NULL"
"""Photos that were read and are not gone."""

_EARTH_RADIUS_KM = 6371.0
_KM_A_DEGREE = 110.5
_PATH = "replace(CAST(f.path AS TEXT) || '/' || CAST(p.relative_path AS TEXT), '\\', '/')"
_RELATIVE = "CAST(p.relative_path AS TEXT)"
_NAME = f"replace({_RELATIVE}, rtrim({_RELATIVE}, replace({_RELATIVE}, '/', '')), '')"
_LIKE = "{place} LIKE ? ESCAPE '\\'"
_ACCEPTED = "SELECT photo_id FROM decisions d JOIN labels l ON l.id = d.label_id WHERE d.accepted"
_COPIES = f"SELECT content_id FROM photos p WHERE {SHOWN} GROUP BY content_id HAVING count(*) > 1"  # noqa: S608
_LOOK_ALIKES = """SELECT fingerprint FROM contents WHERE fingerprint NOT IN (0, -1)
                  GROUP BY fingerprint HAVING count(*) > 1"""
"""Pictures of one colour have the fingerprint 0 or -1."""
_FLAGS = {
    Flag.FAVOURITE: "coalesce(m.is_favourite, 0)",
    Flag.DUPLICATE: f"(p.content_id IN ({_COPIES}) OR c.fingerprint IN ({_LOOK_ALIKES}))",
    Flag.OFFLINE: "f.state = 'offline'",
    Flag.PORTRAIT: "c.height_px > c.width_px",
    Flag.LANDSCAPE: "c.width_px > c.height_px",
    Flag.SQUARE: "c.width_px = c.height_px",
    Flag.PANORAMA: "c.width_px >= 2 * c.height_px",
    Flag.GPS: "c.latitude IS NOT NULL",
    Flag.TAG: f"(c.keywords <> '[]' OR coalesce(s.keywords, '[]') <> '[]' OR p.id IN ({_ACCEPTED}))",
    Flag.CAPTION: "(c.caption <> '' OR coalesce(s.caption, '') <> '')",
    Flag.CAMERA: "c.camera <> ''",
    Flag.DATE: "p.taken_source = 'exif'",
    Flag.RATING: "coalesce(m.rating, s.rating, c.rating) IS NOT NULL",
}
_NUMBERS = {
    Number.RATING: "coalesce(m.rating, s.rating, c.rating, 0)",
    Number.PIXELS: "c.width_px * c.height_px",
    Number.BYTES: "p.size_bytes",
}


def statement_of(groups: Sequence[AnyOf]) -> tuple[str, list[object]]:
    """Return a statement, and its values, for the shown photos that pass every group.

    It gives one row: the photos' ids and their contents' ids, as JSON arrays.
    """
    values: list[object] = []
    where = [SHOWN]
    for group in groups:
        told = []
        for wanted, is_wanted in group:
            condition, of_it = _condition(wanted)
            told.append(condition if is_wanted else f"NOT coalesce({condition}, 0)")
            values += of_it
        where.append(f"({' OR '.join(told)})")
    return (
        f"""SELECT json_group_array(p.id), json_group_array(p.content_id)
            FROM photos p JOIN folders f ON f.id = p.folder_id LEFT JOIN contents c ON c.id = p.content_id
            LEFT JOIN marks m ON m.photo_id = p.id LEFT JOIN sidecars s ON s.photo_id = p.id
            WHERE {" AND ".join(where)}""",  # noqa: S608  # values are bound
        values,
    )


def teach_distance(connection: sqlite3.Connection) -> None:
    """Give the connection the function that `Near` is told with."""
    connection.create_function("km_between", 4, km_between, deterministic=True)


def km_between(latitude: float, longitude: float, other_latitude: float, other_longitude: float) -> float:
    """Return the length of the great circle between two places given in degrees (the haversine formula)."""
    one, other = math.radians(latitude), math.radians(other_latitude)
    turn = math.radians(other_longitude - longitude)
    half = math.sin((other - one) / 2) ** 2 + math.cos(one) * math.cos(other) * math.sin(turn / 2) ** 2
    return 2 * _EARTH_RADIUS_KM * math.asin(min(1.0, math.sqrt(half)))


def _condition(wanted: Filter) -> tuple[str, list[object]]:
    match wanted:
        case Period(start, end):
            low, high = (None if at is None else at.isoformat() for at in (start, end))
            told = [("p.taken_at >= ?", low), ("p.taken_at < ?", high)]
            return " AND ".join(text for text, at in told if at), [at for _, at in told if at]
        case Says(where, word):
            return _says(where, word)
        case IsOfType(suffixes):
            told_suffixes = " OR ".join(_LIKE.format(place=_RELATIVE) for _ in suffixes)
            return f"({told_suffixes})", [f"%{_escaped(suffix)}" for suffix in suffixes]
        case Between(what, low_number, high_number):
            return f"{_NUMBERS[what]} BETWEEN ? AND ?", [low_number, high_number]
        case Near(latitude, longitude, km):
            return (
                "(c.latitude BETWEEN ? AND ? AND km_between(c.latitude, c.longitude, ?, ?) <= ?)",
                [latitude - km / _KM_A_DEGREE, latitude + km / _KM_A_DEGREE, latitude, longitude, km],
            )
        case OneOf(photo_ids):
            return "p.id IN (SELECT value FROM json_each(?))", [json_list(photo_ids)]
        case Flag():
            return _FLAGS[wanted], []
        case Labelled():
            raise AssertionError("the searcher knows which photos those are")


def _says(where: Text, word: str) -> tuple[str, list[object]]:
    if where is Text.TAG:
        cases = list(dict.fromkeys((word, word.lower(), word.upper(), word.title())))  # as below
        parts = [f"%/{_escaped(case)}/%" for case in cases]
        like = " OR ".join("'/' || {name} || '/' LIKE ? ESCAPE '\\'" for _ in cases)
        said = " OR ".join(
            f"({keywords} <> '[]' AND EXISTS (SELECT 1 FROM json_each({keywords}) WHERE {like.format(name='value')}))"  # noqa: S608  # values are bound
            for keywords in ("c.keywords", "coalesce(s.keywords, '[]')")
        )
        accepted = f"p.id IN ({_ACCEPTED} AND ({like.format(name='l.name')}))"
        return f"({said} OR {accepted})", [*parts, *parts, *parts]
    place = {Text.FOLDER: _PATH, Text.NAME: _NAME, Text.CAMERA: "c.camera"}[where]
    if where is Text.FOLDER:
        word = word.replace("\\", "/")
    end = "%/%" if where is Text.FOLDER and not word.endswith("/") else "%"
    cases = list(
        dict.fromkeys((word, word.lower(), word.upper(), word.title()))
    )  # LIKE knows the cases of a to z alone
    told = " OR ".join(_LIKE.format(place=place) for _ in cases)
    return f"({told})", [f"%{_escaped(case)}{end}" for case in cases]


def _escaped(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def tag_counts_of(connection: sqlite3.Connection) -> dict[str, int]:
    """Return every tag that a shown photo has, by name, with how many have it; capitals and small letters are one."""
    rows = connection.execute(
        f"""SELECT name, count(DISTINCT photo_id) FROM (
                SELECT l.name AS name, p.id AS photo_id FROM decisions d JOIN labels l ON l.id = d.label_id
                JOIN photos p ON p.id = d.photo_id WHERE d.accepted AND {SHOWN}
                UNION
                SELECT w.value, p.id FROM photos p JOIN contents c ON c.id = p.content_id, json_each(c.keywords) w
                WHERE c.keywords <> '[]' AND {SHOWN}
                UNION
                SELECT w.value, p.id FROM sidecars s JOIN photos p ON p.id = s.photo_id, json_each(s.keywords) w
                WHERE s.keywords <> '[]' AND {SHOWN}
            ) GROUP BY name COLLATE NOCASE ORDER BY name COLLATE NOCASE"""  # noqa: S608
    ).fetchall()
    return dict(rows)


def vocabulary_of(connection: sqlite3.Connection, key: str) -> list[str]:
    """Return the values that shown photos have for a filter, the most frequent first; none for another filter."""
    match key:
        case "camera":
            rows = connection.execute(
                f"""SELECT c.camera FROM photos p JOIN contents c ON c.id = p.content_id
                    WHERE {SHOWN} AND c.camera <> '' GROUP BY 1 ORDER BY count(*) DESC, 1"""  # noqa: S608
            ).fetchall()
            return [camera for (camera,) in rows]
        case "tag":
            counts = tag_counts_of(connection)
            return sorted(counts, key=lambda name: (-counts[name], name))
        case "folder":
            found = connection.execute(
                f"SELECT f.path, p.relative_path FROM photos p JOIN folders f ON f.id = p.folder_id WHERE {SHOWN}"  # noqa: S608
            )
            count: Counter[str] = Counter()
            for folder, path in found:
                inner = os.fsdecode(path).rpartition("/")[0]
                count[PurePath(os.fsdecode(folder)).name] += 1
                count.update(inner.split("/") if inner else ())
            return [name for name, _ in count.most_common()]
    return []
