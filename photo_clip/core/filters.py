"""What photos can be narrowed down by beside what they show: when, where, by which camera, of which kind."""

import difflib
import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from photo_clip.core.errors import UsageError
from photo_clip.core.formats import RAW_SUFFIXES
from photo_clip.core.periods import Period, period_of


class Flag(StrEnum):
    """What a photo either is or has, or not."""

    FAVOURITE = "favourite"
    DUPLICATE = "duplicate"
    """There is a copy of it, to the byte or with the same fingerprint."""
    OFFLINE = "offline"
    PORTRAIT = "portrait"
    LANDSCAPE = "landscape"
    SQUARE = "square"
    PANORAMA = "panorama"
    """At least twice as wide as high."""
    GPS = "gps"
    TAG = "tag"
    CAPTION = "caption"
    CAMERA = "camera"
    DATE = "date"
    """It says itself when it was taken."""
    RATING = "rating"


class Text(StrEnum):
    """Where a word may stand, as a part of it, in capitals or not."""

    FOLDER = "folder"
    NAME = "name"
    CAMERA = "camera"
    TAG = "tag"
    """A whole tag, a part of one between two “/”, or a parent with all below it."""


class Number(StrEnum):
    """What can be compared."""

    RATING = "rating"
    PIXELS = "pixels"
    BYTES = "bytes"


@dataclass(frozen=True, slots=True)
class Says:
    """A word stands in this place."""

    where: Text
    word: str


@dataclass(frozen=True, slots=True)
class IsOfType:
    """The file's name ends in one of these, in small letters, with the dot."""

    suffixes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Between:
    """A number lies here; both ends count."""

    what: Number
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Near:
    """The photo was taken at most so far from here, on a great circle."""

    latitude: float
    longitude: float
    km: float


@dataclass(frozen=True, slots=True)
class Labelled:
    """A label was accepted for the photo, or is suggested for it."""

    label: str


@dataclass(frozen=True, slots=True)
class OneOf:
    """The photo is one of these."""

    photo_ids: tuple[int, ...]


Filter = Labelled | OneOf | Period | Says | IsOfType | Between | Near | Flag
AnyOf = tuple[tuple[Filter, bool], ...]
"""One of these holds; True: the filter itself, False: its contrary."""

PlaceOf = Callable[[str], tuple[float, float] | None]
"""Returns latitude and longitude of a place by its name, None for one that is not known."""

IS = (Flag.FAVOURITE, Flag.DUPLICATE, Flag.OFFLINE, Flag.PORTRAIT, Flag.LANDSCAPE, Flag.SQUARE, Flag.PANORAMA)
HAS = (Flag.GPS, Flag.TAG, Flag.CAPTION, Flag.CAMERA, Flag.DATE, Flag.RATING)
_TYPES = {
    "raw": tuple(sorted(RAW_SUFFIXES)),
    "jpeg": (".jpg", ".jpeg", ".jpe", ".jfif"),
    "png": (".png", ".apng"),
    "heic": (".heic", ".heif", ".hif"),
    "tiff": (".tif", ".tiff"),
    "bmp": (".bmp", ".dib"),
    "jpeg2000": (".jp2", ".j2k", ".jpx"),
    **{name: (f".{name}",) for name in ("webp", "gif", "avif", "jxl")},
    **{suffix[1:]: (suffix,) for suffix in sorted(RAW_SUFFIXES)},
}
_SAME_TYPE = {"jpg": "jpeg", "heif": "heic", "tif": "tiff"}
_SAME_FLAG = {"favorite": "favourite", "location": "gps", "tags": "tag", "keywords": "tag"}
_DEFAULT_KM = 25.0
TYPES = tuple(_TYPES)
_COMPARED = re.compile(r"(<=|>=|<|>|=)?\s*(\d{1,12}(?:\.\d{1,6})?)\s*(mp|kb|mb|gb)?")
_RANGE = re.compile(r"(\d{1,12}(?:\.\d{1,6})?)\s*\.\.\s*(\d{1,12}(?:\.\d{1,6})?)\s*(mp|kb|mb|gb)?")
_UNITS = {"mp": 1e6, "kb": 1e3, "mb": 1e6, "gb": 1e9}

EXAMPLES = {
    "date": 'date:2023, date:2021-06..2021-09, date:"summer 2019"',
    "folder": "folder:holidays",
    "name": "name:IMG_12",
    "tag": "tag:beach",
    "label": "label:beach",
    "camera": "camera:fuji",
    "type": "type:raw, type:jpeg",
    "has": f"has:{', has:'.join(HAS)}",
    "near": 'near:Lisbon, near:"Lisbon, 5 km", near:38.7,-9.1,10',
    "is": f"is:{', is:'.join(IS)}",
    "rating": "rating:>=3",
    "size": "size:>12mp, size:<2mb",
}
"""Every filter by its name, as it is typed."""


def filter_of(key: str, value: str, today: date, place_of: PlaceOf | None = None) -> Filter:
    """Return the filter that “key:value” stands for; without `place_of` any place is taken for known.

    Raises UsageError for a filter that does not exist, naming the nearest, and a value that says nothing.
    """
    if key not in EXAMPLES:
        raise _unknown(key)
    found = _read(key, value, today, place_of)
    if found is not None:
        return found
    if key == "near" and place_of is not None and _near(value, None) is not None:
        raise UsageError(
            f"No place “{value}” is known.", advice="Write a larger town nearby, or latitude,longitude,km."
        )
    raise UsageError(f"“{key}:{value}” says nothing that can be looked for.", advice=f"Write, say, {EXAMPLES[key]}.")


def _read(key: str, value: str, today: date, place_of: PlaceOf | None) -> Filter | None:
    match key:
        case "date":
            return period_of(value, today)
        case "type":
            return _type(value.lower().lstrip("."))
        case "is" | "has":
            return _flag(key, value.lower())
        case "rating" | "size":
            return _between(key, value.lower())
        case "near":
            return _near(value, place_of)
        case "label":
            return Labelled(value) if value else None
    return Says(Text(key), value) if value else None


def _unknown(key: str) -> UsageError:
    nearest = difflib.get_close_matches(key, [*EXAMPLES, "similar", "must"], 1, 0.5)
    guess = f" Did you mean “{nearest[0]}:”?" if nearest else ""
    return UsageError(
        f"There is no filter “{key}:”.{guess}",
        advice=f"Filters are {', '.join(EXAMPLES)}. Put words with a colon in quotes to have them taken as words.",
    )


def _type(name: str) -> IsOfType | None:
    suffixes = _TYPES.get(_SAME_TYPE.get(name, name))
    return None if suffixes is None else IsOfType(suffixes)


def _flag(key: str, name: str) -> Flag | None:
    name = _SAME_FLAG.get(name, name)
    return next((flag for flag in (IS if key == "is" else HAS) if flag == name), None)


def _between(key: str, value: str) -> Between | None:
    """Return the range that a comparison or “low..high” stands for; ratings have no unit, sizes need one."""
    match = _RANGE.fullmatch(value) if ".." in value else _COMPARED.fullmatch(value)
    if match is None or (key == "size") != (match[3] is not None):
        return None
    scale = _UNITS[match[3]] if match[3] else 1.0
    what = Number.RATING if key == "rating" else Number.PIXELS if match[3] == "mp" else Number.BYTES
    if ".." in value:
        return Between(what, float(match[1]) * scale, float(match[2]) * scale)
    number = float(match[2]) * scale
    match match[1]:
        case "<":
            return Between(what, -math.inf, math.nextafter(number, -math.inf))
        case "<=":
            return Between(what, -math.inf, number)
        case ">":
            return Between(what, math.nextafter(number, math.inf), math.inf)
        case ">=":
            return Between(what, number, math.inf)
    about = 0 if key == "rating" else scale / 2  # nobody means a size to the byte
    return Between(what, number - about, number + about)


def _near(value: str, place_of: PlaceOf | None) -> Near | None:
    """Return what “place”, “place, 5 km” or “latitude,longitude[,km]” stands for."""
    parts = [part.strip() for part in value.split(",")]
    numbers = [_number(part) for part in parts]
    if len(parts) in (2, 3) and None not in numbers:
        latitude, longitude, km = (*numbers, _DEFAULT_KM)[:3]
        assert latitude is not None and longitude is not None and km is not None  # noqa: PT018, S101
        fits = abs(latitude) <= 90 and abs(longitude) <= 180 and 0 < km <= 20_100
        return Near(latitude, longitude, km) if fits else None
    km = numbers.pop() if len(parts) > 1 else None
    name = ", ".join(parts[:-1] if km is not None else parts)
    if not name or (km is not None and not 0 < km <= 20_100):
        return None
    place = (0.0, 0.0) if place_of is None else place_of(name)
    return None if place is None else Near(*place, _DEFAULT_KM if km is None else km)


def _number(text: str) -> float | None:
    try:
        number = float(text.lower().removesuffix("km"))
    except ValueError:
        return None
    return number if math.isfinite(number) else None
