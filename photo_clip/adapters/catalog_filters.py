"""Filters as conditions of SQL."""

import math
import os
import re
import sqlite3
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Self
from unicodedata import normalize

import numpy as np
from numpy.typing import NDArray

from photo_clip.adapters.catalog_rows import fractions_of, json_list, numbers_of
from photo_clip.core.filters import AnyOf, Between, Filter, Flag, IsOfType, Labelled, Near, Number, OneOf, Says, Text
from photo_clip.core.id_rows import rows_of
from photo_clip.core.periods import Period

SHOWN = "p.content_id IS NOT NULL AND p.missing_since_s IS NULL"
"""Photos that were read and are not gone."""

_EARTH_RADIUS_KM = 6371.0
_KM_A_DEGREE = 110.5
_RELATIVE = "CAST(p.relative_path AS TEXT)"
_PATH = f"rtrim(replace(CAST(f.path AS TEXT), '\\', '/'), '/') || '/' || {_RELATIVE}"
_NAME = f"replace({_RELATIVE}, rtrim({_RELATIVE}, replace({_RELATIVE}, '/', '')), '')"
_LIKE = "{place} LIKE CAST(? AS TEXT) ESCAPE '\\'"
"""Its value may be bytes: names of files need not be text."""
_ACCEPTED = "SELECT photo_id FROM decisions d JOIN labels l ON l.id = d.label_id WHERE d.accepted"
_LOOK_ALIKES = """SELECT fingerprint FROM contents WHERE fingerprint NOT IN (0, -1)
                  GROUP BY fingerprint HAVING count(*) > 1"""
"""Pictures of one colour have the fingerprint 0 or -1."""
_CAMERAS = """WITH RECURSIVE cameras (camera) AS (
    SELECT min(camera) FROM contents
    UNION ALL SELECT (SELECT min(c.camera) FROM contents c WHERE c.camera > cameras.camera) FROM cameras
              WHERE camera IS NOT NULL
) SELECT camera FROM cameras"""
"""Each camera once, of which there are few; DISTINCT would go through the whole index."""
_FLAGS = {
    Flag.FAVOURITE: ("m.is_favourite",),
    Flag.DUPLICATE: (f"c.fingerprint IN ({_LOOK_ALIKES})",),  # and copies, which are counted apart
    Flag.OFFLINE: ("f.state = 'offline'",),
    Flag.PORTRAIT: ("c.height_px > c.width_px",),
    Flag.LANDSCAPE: ("c.width_px > c.height_px",),
    Flag.SQUARE: ("c.width_px = c.height_px",),
    Flag.PANORAMA: ("c.width_px >= 2 * c.height_px",),
    Flag.GPS: ("c.latitude IS NOT NULL",),
    Flag.TAG: ("c.keywords <> '[]'", "s.keywords <> '[]'", f"p.id IN ({_ACCEPTED})"),
    Flag.CAPTION: ("c.caption <> ''", "s.caption <> ''"),
    Flag.CAMERA: ("c.camera <> ''",),
    Flag.DATE: ("p.taken_source = 'exif'",),
    Flag.RATING: ("c.rating IS NOT NULL", "s.rating IS NOT NULL", "m.rating IS NOT NULL"),
}
"""Conditions of which one must hold."""
_RATINGS = (
    ("SELECT json_group_array(id), json_group_array(rating) FROM contents WHERE rating IS NOT NULL", "content_ids"),
    ("SELECT json_group_array(photo_id), json_group_array(rating) FROM sidecars WHERE rating IS NOT NULL", "photo_ids"),
    ("SELECT json_group_array(photo_id), json_group_array(rating) FROM marks WHERE rating IS NOT NULL", "photo_ids"),
)
"""Each counts more than those before it."""
_NUMBERS = {
    Number.PIXELS: "c.width_px * c.height_px",
    Number.BYTES: "p.size_bytes",
}
_JOINS = {
    "f": "JOIN folders f ON f.id = p.folder_id",
    "c": "JOIN contents c ON c.id = p.content_id",
    "m": "LEFT JOIN marks m ON m.photo_id = p.id",
    "s": "LEFT JOIN sidecars s ON s.photo_id = p.id",
}
"""By the name that conditions give a table. Each costs as much time as the rest of a statement."""

_Condition = tuple[str, list[object]]
"""In SQL, with its values."""


@dataclass(frozen=True, slots=True, eq=False)
class ShownPhotos:
    """All photos that were read and are not gone."""

    photo_ids: NDArray[np.int64]
    """Shape (n,)."""
    content_ids: NDArray[np.int64]
    """Of each of them."""

    @classmethod
    def read(cls, connection: sqlite3.Connection) -> Self:
        """Return those of the catalogue."""
        asked = f"SELECT json_group_array(id), json_group_array(content_id) FROM photos p WHERE {SHOWN}"  # noqa: S608
        return cls(*map(numbers_of, connection.execute(asked).fetchone()))

    def passing(self, connection: sqlite3.Connection, groups: Sequence[AnyOf]) -> NDArray[np.bool_]:
        """Return which of them pass a filter of every group, shape (n,).

        Each condition is looked up in the tables it speaks of alone, and all are put together here: for 100,000
        photos that takes 10 to 25 ms a condition, and in one statement up to 120.
        """
        result = np.ones(len(self.photo_ids), np.bool_)
        for group in groups:
            passes = [self._fitting(connection, wanted) == is_wanted for wanted, is_wanted in group]
            result &= np.logical_or.reduce(passes)
        return result

    def _fitting(self, connection: sqlite3.Connection, wanted: Filter) -> NDArray[np.bool_]:
        match wanted:
            case Between(Number.RATING, low, high):
                ratings = self._ratings(connection)
                return (low <= ratings) & (ratings <= high)
            case Near():
                return np.isin(self.content_ids, _contents_near(connection, wanted))
        result = np.zeros(len(self.photo_ids), np.bool_)
        if wanted is Flag.DUPLICATE:
            result = np.bincount(self.content_ids)[self.content_ids] > 1
        for condition, values in _conditions(wanted):
            tables = {name for name in "pfcms" if re.search(rf"\b{name}\.", condition)}
            if tables == {"c"}:
                asked, ids = "json_group_array(c.id) FROM contents c", self.content_ids
            else:
                joins = " ".join(join for name, join in _JOINS.items() if name in tables)
                asked, ids = f"json_group_array(p.id) FROM photos p {joins}", self.photo_ids
            (found,) = connection.execute(f"SELECT {asked} WHERE {condition}", list(map(_bound, values))).fetchone()
            result |= np.isin(ids, numbers_of(found))
        return result

    def _ratings(self, connection: sqlite3.Connection) -> NDArray[np.int64]:
        """Return the stars of each, 0 where it has none, shape (n,)."""
        result = np.zeros(len(self.photo_ids), np.int64)
        for asked, of in _RATINGS:
            rated, ratings = map(numbers_of, connection.execute(asked).fetchone())
            if len(rated):
                at = rows_of(getattr(self, of), rated)
                result = np.where(at >= 0, ratings[at], result)
        return result


def _bound(value: object) -> object:
    """Return a value as SQL takes it: a word with bytes that are no text as bytes."""
    return value if not isinstance(value, str) or value.isascii() else os.fsencode(value)


def _contents_near(connection: sqlite3.Connection, wanted: Near) -> NDArray[np.int64]:
    """Return the contents that were photographed there, shape (k,); those in a box around are looked at."""
    margin, turn = wanted.km / _KM_A_DEGREE, 180.0
    if abs(wanted.latitude) + margin < 90:  # else all meridians run through
        turn = math.degrees(math.asin(math.sin(math.radians(margin)) / math.cos(math.radians(wanted.latitude))))
    told = connection.execute(
        """SELECT json_group_array(id), json_group_array(latitude), json_group_array(longitude) FROM contents
           WHERE latitude IS NOT NULL AND latitude BETWEEN ?1 - ?2 AND ?1 + ?2
           AND (abs(longitude - ?3) <= ?4 OR abs(longitude - ?3) >= 360 - ?4)""",
        (wanted.latitude, margin, wanted.longitude, turn),
    ).fetchone()
    ids, (latitudes, longitudes) = numbers_of(told[0]), map(fractions_of, told[1:])
    near: NDArray[np.int64] = ids[km_between(wanted.latitude, wanted.longitude, latitudes, longitudes) <= wanted.km]
    return near


def km_between(
    latitude: float, longitude: float, latitudes: NDArray[np.float64], longitudes: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the lengths of the great circles from a place to others, all in degrees (the haversine formula)."""
    one, others = np.radians(latitude), np.radians(latitudes)
    turn = np.radians(longitudes - longitude)
    half = np.sin((others - one) / 2) ** 2 + np.cos(one) * np.cos(others) * np.sin(turn / 2) ** 2
    lengths: NDArray[np.float64] = 2 * _EARTH_RADIUS_KM * np.arcsin(np.minimum(1.0, np.sqrt(half)))
    return lengths


def _conditions(wanted: Filter) -> list[_Condition]:
    """Return the conditions of which one must hold; values are bound to all of them."""
    match wanted:
        case Period(start, end):
            low, high = (None if at is None else at.isoformat() for at in (start, end))
            told = [("p.taken_at >= ?", low), ("p.taken_at < ?", high)]
            return [(" AND ".join(text for text, at in told if at), [at for _, at in told if at])]
        case Says(where, word):
            return _says(where, word)
        case IsOfType(suffixes):
            return [_ends(suffixes)]
        case Between(what, low_number, high_number):
            return [(f"{_NUMBERS[what]} BETWEEN ? AND ?", [low_number, high_number])]
        case OneOf(photo_ids):
            return [("p.id IN (SELECT value FROM json_each(?))", [json_list(photo_ids)])]
        case Flag():
            return [(condition, []) for condition in _FLAGS[wanted]]
        case Labelled():
            raise AssertionError("the searcher knows which photos those are")
        case Near():
            raise AssertionError("places are compared outside SQL")


def _ends(suffixes: Sequence[str]) -> _Condition:
    told, values = [], list[object]()
    for length in sorted(set(map(len, suffixes))):
        alike = [suffix for suffix in suffixes if len(suffix) == length]
        # The last bytes alone are made into text: whole paths would take three times as long.
        end, marks = f"CAST(substr(p.relative_path, -{length}) AS TEXT) COLLATE NOCASE", ", ".join("?" * len(alike))
        told.append(f"{end} IN ({marks})")
        values += alike
    return f"({' OR '.join(told)})", values


def _says(where: Text, word: str) -> list[_Condition]:
    match where:
        case Text.TAG:
            return _tagged(word)
        case Text.FOLDER:
            word = word.replace("\\", "/")
            if "/" in word:  # it may begin in the folder's path and end in the photo's
                return [_like(_PATH, word, end="%" if word.endswith("/") else "%/%")]
            watched, values = _like("CAST(path AS TEXT)", word)
            folders = f"p.folder_id IN (SELECT id FROM folders WHERE {watched})"  # noqa: S608
            return [(folders, values), _like(_RELATIVE, word, end="%/%")]
        case Text.NAME:
            (path, paths), (name, names) = _like(_RELATIVE, word), _like(_NAME, word)
            return [(f"{path} AND {name}", [*paths, *names])]  # taking names out of all paths would take long
        case Text.CAMERA:
            told, values = _like("camera", word)
            return [(f"c.camera IN ({_CAMERAS} WHERE {told})", values)]


def _tagged(word: str) -> list[_Condition]:
    (said, parts), (named, names) = (_like(f"'/' || {place} || '/'", f"/{word}/") for place in ("value", "l.name"))
    has = f"EXISTS (SELECT 1 FROM json_each(keywords) WHERE {said})"  # noqa: S608
    lists = f"SELECT keywords FROM (SELECT DISTINCT keywords FROM contents WHERE keywords <> '[]') WHERE {has}"  # noqa: S608
    beside = f"SELECT photo_id FROM sidecars WHERE keywords <> '[]' AND {has}"  # noqa: S608
    return [
        (f"c.keywords <> '[]' AND c.keywords IN ({lists})", parts),  # so the index answers, which leaves out empty ones
        (f"p.id IN ({beside})", parts),
        (f"p.id IN ({_ACCEPTED} AND {named})", names),
    ]


def _like(place: str, word: str, end: str = "%") -> _Condition:
    """Return the condition that a word stands in a place, before `end`, in capitals or not, and its values."""
    # LIKE knows the cases of a to z alone; and to it “é” is not “e” with an accent, as names from a Mac are written
    cases = [word] if word.isascii() else [word, word.lower(), word.upper(), word.title()]
    spellings = list(dict.fromkeys(normalize(form, case) for form in ("NFC", "NFD") for case in cases))
    told = " OR ".join(_LIKE.format(place=place) for _ in spellings)
    return f"({told})", [f"%{_escaped(spelling)}{end}" for spelling in spellings]


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
            return [name for name, _ in count.most_common() if name]  # a drive as a whole has none
    return []
