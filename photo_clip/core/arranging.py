"""In which order photos are shown, and under which headings."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

_NUMBERS = re.compile(r"(\d+)")


class Sorting(StrEnum):
    """What decides which photo comes first."""

    RELEVANCE = "relevance"
    """As they were found: the best first; all photos: the newest."""
    DATE = "date"
    """When they were taken, the newest first."""
    NAME = "name"
    """The file's name, numbers in it by their size."""


class Grouping(StrEnum):
    """What photos under one heading have in common."""

    NONE = "none"
    DAY = "day"
    MONTH = "month"
    FOLDER = "folder"


@dataclass(frozen=True, slots=True)
class Bearings:
    """Where and when a photo belongs."""

    taken_at: datetime | None
    folder: str
    """The folder's path."""
    name: str
    """The file's name."""


@dataclass(frozen=True, slots=True)
class Section:
    """Photos under a heading, from this one on to the next section's."""

    start: int
    title: str


def arranged(photos: Sequence[Bearings], sorting: Sorting, grouping: Grouping) -> tuple[list[int], tuple[Section, ...]]:
    """Return the rows of `photos` in the order they are to be shown, and the sections, none without a grouping.

    Photos of which nothing else is said keep their order. Newer days and months come first, folders by name.
    """
    order = list(range(len(photos)))
    match sorting:
        case Sorting.DATE:
            order.sort(key=lambda row: photos[row].taken_at or datetime.min, reverse=True)
        case Sorting.NAME:
            order.sort(key=lambda row: name_key(photos[row].name))
    if grouping is Grouping.NONE:
        return order, ()
    title_of: Callable[[Bearings], str]
    if grouping is Grouping.FOLDER:
        order.sort(key=lambda row: name_key(photos[row].folder))
        title_of = _folder_title
    else:
        days = grouping is Grouping.DAY
        order.sort(key=lambda row: _period_key(photos[row].taken_at, days=days), reverse=True)
        title_of = _day_title if days else _month_title
    titles = [title_of(photos[row]) for row in order]
    starts = [row for row, title in enumerate(titles) if row == 0 or title != titles[row - 1]]
    return order, tuple(Section(start, titles[start]) for start in starts)


def name_key(name: str) -> list[tuple[int, int, str]]:
    """Return what names are sorted by, so that “2.jpg” comes before “10.jpg” and capitals make no difference."""
    parts = _NUMBERS.split(name.casefold())
    return [(0, int(part), "") if part.isdecimal() and len(part) < 19 else (1, 0, part) for part in parts if part]


def _period_key(taken_at: datetime | None, *, days: bool) -> tuple[int, int, int]:
    return (0, 0, 0) if taken_at is None else (taken_at.year, taken_at.month, taken_at.day if days else 0)


def _day_title(photo: Bearings) -> str:
    at = photo.taken_at
    return "No date" if at is None else f"{at:%A}, {at.day} {at:%B} {at.year}"


def _month_title(photo: Bearings) -> str:
    at = photo.taken_at
    return "No date" if at is None else f"{at:%B} {at.year}"


def _folder_title(photo: Bearings) -> str:
    return photo.folder
