"""Stretches of time as people name them."""

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photo_clip.core.periods import MOST_WORDS, Period, period_in, period_of

TODAY = date(2026, 11, 23)  # a Monday


def dates(period: Period | None) -> tuple[str, str] | None:
    return (
        None if period is None else tuple("" if at is None else f"{at:%Y-%m-%d}" for at in (period.start, period.end))
    )  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("2023", "2023-01-01", "2024-01-01"),
        ("2023-07", "2023-07-01", "2023-08-01"),
        ("2023-12-31", "2023-12-31", "2024-01-01"),
        ("2021-06..2021-09", "2021-06-01", "2021-10-01"),
        ("..2019", "", "2020-01-01"),
        ("2019-05..", "2019-05-01", ""),
        ("July 2023", "2023-07-01", "2023-08-01"),
        ("4th July, 2021", "2021-07-04", "2021-07-05"),
        ("july 4 2021", "2021-07-04", "2021-07-05"),
        ("late may 2020", "2020-05-16", "2020-06-01"),
        ("summer 2019", "2019-06-01", "2019-09-01"),
        ("winter 2020", "2020-12-01", "2021-03-01"),
        ("christmas 2020", "2020-12-24", "2020-12-27"),
        ("last christmas", "2025-12-24", "2025-12-27"),
        ("new year's eve 2020", "2019-12-31", "2020-01-02"),
        ("today", "2026-11-23", "2026-11-24"),
        ("yesterday", "2026-11-22", "2026-11-23"),
        ("last week", "2026-11-16", "2026-11-23"),
        ("this week", "2026-11-23", "2026-11-30"),
        ("last weekend", "2026-11-21", "2026-11-23"),
        ("last month", "2026-10-01", "2026-11-01"),
        ("last year", "2025-01-01", "2026-01-01"),
        ("last summer", "2026-06-01", "2026-09-01"),
        ("last december", "2025-12-01", "2026-01-01"),
        ("last friday", "2026-11-20", "2026-11-21"),
        ("last monday", "2026-11-16", "2026-11-17"),
        ("3 weeks ago", "2026-11-02", "2026-11-09"),
        ("2 years ago", "2024-01-01", "2025-01-01"),
        ("last 7 days", "2026-11-16", "2026-11-24"),
        ("the 90s", None, None),
        ("1990s", "1990-01-01", "2000-01-01"),
        ("90s", "1990-01-01", "2000-01-01"),
        ("before 2015", "", "2015-01-01"),
        ("since july 2020", "2020-07-01", ""),
        ("between 2019 and 2021", "2019-01-01", "2022-01-01"),
        ("may", "2026-05-01", "2026-06-01"),
        ("31 february 2020", None, None),
        ("2021..2020", None, None),
        ("2020..soon", None, None),
        ("..", None, None),
        ("", None, None),
        ("99999999999 years ago", None, None),
    ],
)
def test_a_period_is_understood(text: str, start: str | None, end: str | None) -> None:
    assert dates(period_of(text, TODAY)) == (None if start is None else (start, end))


@pytest.mark.parametrize("words", ["may", "fall colours", "march of time", "monday", "1234", "2050", "christmas tree"])
def test_words_that_may_mean_something_else_are_no_period_in_a_text(words: str) -> None:
    assert period_in(words.split(), TODAY) == 0


@pytest.mark.parametrize(
    ("text", "count"),
    [("july 2023 at the lake", 2), ("2019 wedding", 1), ("last christmas tree", 2), ("4 july 2020", 3)],
)
def test_the_longest_period_at_the_beginning_of_a_text_is_found(text: str, count: int) -> None:
    assert period_in(text.split(), TODAY) == count


WORDS = ("last", "this", "2020", "may", "summer", "3", "days", "ago", "..", "before", "since", "31", "february", "week")


@given(st.text() | st.lists(st.sampled_from(WORDS)).map(" ".join), st.dates(date(2, 1, 1), date(9998, 1, 1)))
def test_no_text_raises_and_no_period_ends_before_it_begins(text: str, today: date) -> None:
    period = period_of(text, today)
    if period is not None:
        assert (period.start or datetime.min) < (period.end or datetime.max)
    assert period_in(text.split(), today) <= MOST_WORDS
