"""Stretches of time as people name them: “july 2023”, “last christmas”, “3 weeks ago”, “2021-06..2021-09”."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

_FIRST_YEAR, _LAST_YEAR = 1800, 2200
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            ("january", "jan"),
            ("february", "feb"),
            ("march", "mar"),
            ("april", "apr"),
            ("may",),
            ("june", "jun"),
            ("july", "jul"),
            ("august", "aug"),
            ("september", "sep", "sept"),
            ("october", "oct"),
            ("november", "nov"),
            ("december", "dec"),
        ),
        start=1,
    )
    for name in names
}
_SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}
"""The month each begins with, on the northern half of the earth; a winter is named after its December."""
_HOLIDAYS = {
    "christmas": ((12, 24), 3),
    "halloween": ((10, 31), 1),
    "valentine": ((2, 14), 1),
    "valentines": ((2, 14), 1),
}
"""Their first day and how many they are; New Year, which lies in two years, is by itself."""
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_DAY_IN_TEXT = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?")
_ISO = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")
_DECADE = re.compile(r"(\d{4}|\d{2})s")
_UNITS = {"day": 1, "week": 7, "month": 30, "year": 365}

MOST_WORDS = 4
"""No phrase that is found in a text is longer."""


@dataclass(frozen=True, slots=True)
class Period:
    """From `start` on, to before `end`; None is open. Wall-clock times without a time zone."""

    start: datetime | None
    end: datetime | None


def period_of(text: str, today: date) -> Period | None:
    """Return the period that a text names as a whole, a range with “..” too; None for any other text.

    >>> period_of("2021-06..2021-09", date(2024, 1, 1)).end
    datetime.datetime(2021, 10, 1, 0, 0)
    """
    first, dots, last = text.strip().lower().partition("..")
    if not dots:
        return _phrase(_words(first), today, in_text=False)
    begins, ends = (_phrase(_words(part), today, in_text=False) if part.strip() else None for part in (first, last))
    if (first.strip() and begins is None) or (last.strip() and ends is None) or not (begins or ends):
        return None
    found = Period(begins.start if begins else None, ends.end if ends else None)
    return found if found.start is None or found.end is None or found.start < found.end else None


def period_in(words: Sequence[str], today: date) -> int:
    """Return how many words at the beginning of `words` name a period so plainly that nothing else is meant; else 0.

    A month or a season alone does not: “may” and “fall” are words.
    """
    for count in range(min(MOST_WORDS, len(words)), 0, -1):
        if _phrase(_words(" ".join(words[:count])), today, in_text=True) is not None:
            return count
    return 0


def _words(text: str) -> list[str]:
    return text.lower().replace(",", " ").replace("'", "").replace("’", "").split()


def _phrase(words: list[str], today: date, *, in_text: bool) -> Period | None:
    try:
        return _found(words, today, in_text=in_text)
    except (ValueError, OverflowError):  # 31 February, or 9999999 years ago
        return None


def _found(words: list[str], today: date, *, in_text: bool) -> Period | None:
    match words:
        case ["today"]:
            return _days(today, 1)
        case ["yesterday"]:
            return _days(today - timedelta(days=1), 1)
        case [("last" | "this" | "past") as which, unit]:
            return _last_or_this(which == "this", unit, today)
        case [("last" | "past"), number, unit] if number.isascii() and number.isdigit():
            days = int(number) * _UNITS[unit.removesuffix("s")] if unit.removesuffix("s") in _UNITS else 0
            return Period(_midnight(today - timedelta(days=days)), _midnight(today + timedelta(1))) if days else None
        case [number, unit, "ago"] if number.isascii() and number.isdigit():
            return _ago(int(number), unit.removesuffix("s"), today)
        case [("before" | "until" | "after" | "since") as side, *rest] if rest and rest[0] not in _SIDES:
            return _open(side, _found(rest, today, in_text=in_text))
        case [("between" | "from"), first, ("and" | "to" | "until"), last]:
            begins, ends = (_one_word(word, today, in_text=in_text) for word in (first, last))
            return Period(begins.start, ends.end) if begins and ends else None
        case [one]:
            return _one_word(one, today, in_text=in_text)
        case [*name, year] if _year(year) is not None:
            return _in_year(name, int(year))
    return None


_SIDES = frozenset(("before", "until", "after", "since"))


def _open(side: str, period: Period | None) -> Period | None:
    if period is None:
        return None
    match side:
        case "before":
            return Period(None, period.start)
        case "until":
            return Period(None, period.end)
        case "after":
            return Period(period.end, None)
    return Period(period.start, None)


def _one_word(word: str, today: date, *, in_text: bool) -> Period | None:
    decade = _DECADE.fullmatch(word)
    if decade is not None and word.isascii():
        year = int(decade[1]) if len(decade[1]) == 4 else 1900 + int(decade[1]) + 100 * (int(decade[1]) < 30)
        return _span(date(year, 1, 1), date(year + 10, 1, 1)) if year % 10 == 0 and _is_year(year) else None
    iso = _ISO.fullmatch(word)
    if iso is not None and word.isascii():
        year = int(iso[1])
        month, day = (None if part is None else int(part) for part in iso.groups()[1:])
        if not _is_year(year) or (in_text and month is None and not 1900 <= year <= today.year + 1):
            return None
        if day is not None and month is not None:
            return _days(date(year, month, day), 1)
        return _span(date(year, 1, 1), date(year + 1, 1, 1)) if month is None else _months(year, month, 1)
    if not in_text and (word in _MONTHS or word in _SEASONS or word in _HOLIDAYS or word in _WEEKDAYS):
        return _last_or_this(True, word, today) or _last_or_this(False, word, today)
    return None


def _in_year(name: list[str], year: int) -> Period | None:
    match name:
        case [one] if one in _MONTHS:
            return _months(year, _MONTHS[one], 1)
        case [one] if one in _SEASONS:
            return _months(year, _SEASONS[one], 3)
        case [one] | ["at" | "over", one] if one in _HOLIDAYS:
            (month, day), days = _HOLIDAYS[one]
            return _days(date(year, month, day), days)
        case ["new", ("year" | "years")] | ["new", ("year" | "years"), ("eve" | "day")]:
            return _days(date(year - 1, 12, 31), 2)
        case [day, month] if month in _MONTHS and (number := _DAY_IN_TEXT.fullmatch(day)):
            return _days(date(year, _MONTHS[month], int(number[1])), 1)
        case [month, day] if month in _MONTHS and (number := _DAY_IN_TEXT.fullmatch(day)):
            return _days(date(year, _MONTHS[month], int(number[1])), 1)
        case ["early" | "late" as part, month] if month in _MONTHS:
            whole = _months(year, _MONTHS[month], 1)
            middle = datetime(year, _MONTHS[month], 16)
            return Period(whole.start, middle) if part == "early" else Period(middle, whole.end)
    return None


def _last_or_this(is_this: bool, unit: str, today: date) -> Period | None:
    """Return the last stretch of its kind that is over, or, of this year, this month or this week, the present one."""
    match unit:
        case "week":
            monday = today - timedelta(days=today.weekday() + (0 if is_this else 7))
            return _days(monday, 7)
        case "weekend":
            saturday = today - timedelta(days=(today.weekday() - 5) % 7 if is_this else (today.weekday() + 2))
            return _days(saturday, 2)
        case "month":
            first = today.replace(day=1) if is_this else (today.replace(day=1) - timedelta(1)).replace(day=1)
            return _months(first.year, first.month, 1)
        case "year":
            return _span(date(today.year - (not is_this), 1, 1), date(today.year + is_this, 1, 1))
        case "night" if not is_this:
            return _days(today - timedelta(days=1), 2)
    if unit in _WEEKDAYS:
        back = (today.weekday() - _WEEKDAYS.index(unit)) % 7
        return _days(today - timedelta(days=back or (0 if is_this else 7)), 1)
    for year in (today.year, today.year - 1, today.year - 2):
        named = _in_year([unit], year)
        if named is None or named.start is None or named.end is None:
            return None
        if (is_this and named.start <= _midnight(today)) or named.end <= _midnight(today):
            return named
    return None


def _ago(number: int, unit: str, today: date) -> Period | None:
    match unit:
        case "day":
            return _days(today - timedelta(days=number), 1)
        case "week":
            return _days(today - timedelta(days=today.weekday() + 7 * number), 7)
        case "month":
            months = today.year * 12 + today.month - 1 - number
            return _months(months // 12, months % 12 + 1, 1)
        case "year":
            return _span(date(today.year - number, 1, 1), date(today.year - number + 1, 1, 1))
    return None


def _year(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) == 4 and _is_year(int(text)) else None


def _is_year(year: int) -> bool:
    return _FIRST_YEAR <= year <= _LAST_YEAR


def _months(year: int, month: int, count: int) -> Period:
    after = year * 12 + month - 1 + count
    return _span(date(year, month, 1), date(after // 12, after % 12 + 1, 1))


def _days(first: date, count: int) -> Period:
    return _span(first, first + timedelta(days=count))


def _span(first: date, after: date) -> Period:
    return Period(_midnight(first), _midnight(after))


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day)
