"""What a photo's EXIF data says, with everything implausible left out."""

import math
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from photo_clip.adapters.reading_trouble import DAMAGE
from photo_clip.core.taken import is_plausible

_DATE_TIME, _MAKE, _MODEL, _ORIENTATION = 0x0132, 0x010F, 0x0110, 0x0112
_DESCRIPTION = 0x010E
_DATE_TIME_ORIGINAL, _DATE_TIME_DIGITIZED = 0x9003, 0x9004
_LATITUDE_REF, _LATITUDE, _LONGITUDE_REF, _LONGITUDE = 1, 2, 3, 4

_CAMERAS_WORDS = frozenset(
    ("OLYMPUS DIGITAL CAMERA", "DIGITAL CAMERA", "SONY DSC", "MINOLTA DIGITAL CAMERA", "KONICA MINOLTA DIGITAL CAMERA")
)

_TIME = re.compile(r"(\d{4})[:\-/.](\d{2})[:\-/.](\d{2})[ T](\d{2}):(\d{2}):(\d{2})")


def orientation(main: Mapping[int, Any]) -> int:
    """Return the orientation, 1 to 8; 1 for none or nonsense."""
    value = _value(main, _ORIENTATION)
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def taken_at(main: Mapping[int, Any], details: Mapping[int, Any], *, latest: datetime) -> datetime | None:
    """Return when the photo was taken, by the first of the three times that makes sense; none after `latest` does."""
    for data, tag in ((details, _DATE_TIME_ORIGINAL), (details, _DATE_TIME_DIGITIZED), (main, _DATE_TIME)):
        match = _TIME.match(_text(_value(data, tag)))
        if match is not None:
            year, month, day, hour, minute, second = map(int, match.groups())
            try:
                found = datetime(year, month, day, hour, minute, min(second, 59))  # 60 is a leap second
            except ValueError:  # 0000:00:00, or 31 February
                continue
            if found <= latest and is_plausible(found):
                return found
    return None


def camera(main: Mapping[int, Any]) -> str:
    """Return maker and model as people say them, without the maker twice; empty for none."""
    make, model = _text(_value(main, _MAKE)), _text(_value(main, _MODEL))
    if not model or model.lower().startswith(make.split(" ")[0].lower()):
        return model or make
    return f"{make} {model}".strip()


def description(main: Mapping[int, Any]) -> str:
    """Return what is written about the photo; empty for nothing, or for what a camera writes into each."""
    text = _text(_value(main, _DESCRIPTION), longest=2000)
    return "" if text.upper() in _CAMERAS_WORDS or text == camera(main) else text


def position(gps: Mapping[int, Any]) -> tuple[float, float] | None:
    """Return latitude and longitude in degrees; None for none, nonsense, or the 0, 0 of a camera without a fix."""
    latitude = _degrees(_value(gps, _LATITUDE), negative="S" in _text(_value(gps, _LATITUDE_REF)).upper())
    longitude = _degrees(_value(gps, _LONGITUDE), negative="W" in _text(_value(gps, _LONGITUDE_REF)).upper())
    if latitude is None or longitude is None or abs(latitude) > 90 or abs(longitude) > 180:
        return None
    return None if latitude == longitude == 0 else (latitude, longitude)


def _value(data: Mapping[int, Any], tag: int) -> Any:
    try:
        return data.get(tag)
    except DAMAGE:  # a tag may be looked up in the file only now, and be broken
        return None


def _degrees(value: Any, *, negative: bool) -> float | None:
    try:
        parts: list[float] = [float(part) for part in value]
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    if not 1 <= len(parts) <= 3 or not all(map(math.isfinite, parts)):
        return None
    size = sum(part / 60.0**power for power, part in enumerate(parts))
    return -size if negative else size


def _text(value: Any, *, longest: int = 100) -> str:
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    if not isinstance(value, str):
        return ""
    return "".join(letter for letter in value.split("\0")[0] if letter.isprintable()).strip()[:longest]
