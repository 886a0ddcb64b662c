"""When a photo was taken: by its EXIF data, else by its file name, else by its file's time."""

import re
from datetime import datetime

from photo_clip.core.photo import PhotoFacts, TakenSource

_FIRST_YEAR, _LAST_YEAR = 1826, 2100
"""The year of the oldest photo that is left, and one that no living photographer reaches."""

_DATE = r"(?P<year>(?:18|19|20|21)\d\d)(?P<dash>[-_.]?)(?P<month>0[1-9]|1[0-2])(?P=dash)(?P<day>0[1-9]|[12]\d|3[01])"
_TIME = r"(?P<hour>[01]\d|2[0-3])[-_.:]?(?P<minute>[0-5]\d)[-_.:]?(?P<second>[0-5]\d)"
_IN_NAME = re.compile(rf"(?<!\d){_DATE}(?:[-_T ]*(?:at )?{_TIME}(?!\d{{4}})|(?!\d))", re.ASCII)
"""Such as IMG_20210704_123456.jpg, PXL_20210704_123456789.jpg, 2021-07-04 12.34.56.jpg, IMG-20210704-WA0001.jpg."""


def taken_at(facts: PhotoFacts, file_name: str, mtime_ns: int) -> tuple[datetime, TakenSource]:
    """Return the wall-clock time a photo was taken, without a time zone, and where it is known from."""
    if facts.exif_taken_at is not None and is_plausible(facts.exif_taken_at):
        return facts.exif_taken_at, TakenSource.EXIF
    named = time_in_name(file_name)
    if named is not None:
        return named, TakenSource.FILE_NAME
    try:
        return datetime.fromtimestamp(mtime_ns // 1_000_000_000), TakenSource.MTIME
    except (OverflowError, OSError, ValueError):
        return datetime(1970, 1, 1), TakenSource.MTIME


def time_in_name(file_name: str) -> datetime | None:
    """Return the time a camera or messenger wrote into a file name, midnight where it holds a date alone."""
    for match in _IN_NAME.finditer(file_name):
        parts = [int(match[name] or 0) for name in ("year", "month", "day", "hour", "minute", "second")]
        try:
            found = datetime(*parts)  # type: ignore[arg-type]
        except ValueError:  # 31 February
            continue
        if is_plausible(found):
            return found
    return None


def is_plausible(time: datetime) -> bool:
    """Whether a photo can have been taken then."""
    return _FIRST_YEAR <= time.year <= _LAST_YEAR
