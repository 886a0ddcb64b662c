"""Filters as they are typed."""

import contextlib
import math
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photo_clip.core.errors import UsageError
from photo_clip.core.filters import EXAMPLES, Between, Flag, IsOfType, Near, Number, Says, Text, filter_of

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("key", "value", "found"),
    [
        ("folder", "Holidays", Says(Text.FOLDER, "Holidays")),
        ("type", "JPG", IsOfType((".jpg", ".jpeg", ".jpe", ".jfif"))),
        ("type", ".nef", IsOfType((".nef",))),
        ("is", "favorite", Flag.FAVOURITE),
        ("has", "GPS", Flag.GPS),
        ("rating", ">=3", Between(Number.RATING, 3, math.inf)),
        ("rating", "4", Between(Number.RATING, 4, 4)),
        ("rating", "2..4", Between(Number.RATING, 2, 4)),
        ("size", "<=12mp", Between(Number.PIXELS, -math.inf, 12e6)),
        ("size", "2MB", Between(Number.BYTES, 1.5e6, 2.5e6)),
        ("near", "38.7,-9.1,10", Near(38.7, -9.1, 10)),
        ("near", "38.7, -9.1, 10km", Near(38.7, -9.1, 10)),
        ("near", "Lisbon", Near(1.0, 2.0, 25)),
        ("near", "Lisbon, 5 km", Near(1.0, 2.0, 5)),
        ("near", "Paris, Texas", Near(3.0, 4.0, 25)),
    ],
)
def test_a_filter_is_understood(key: str, value: str, found: object) -> None:
    places = {"Lisbon": (1.0, 2.0), "Paris, Texas": (3.0, 4.0)}
    assert filter_of(key, value, TODAY, places.get) == found


def test_more_than_is_not_as_much() -> None:
    more = filter_of("rating", ">3", TODAY)
    assert isinstance(more, Between)
    assert 3 < more.low < 3.001


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("date", "soon"),
        ("type", "doc"),
        ("is", "nice"),
        ("rating", "high"),
        ("size", "12"),
        ("near", "91,0"),
        ("tag", ""),
    ],
)
def test_a_value_that_says_nothing_is_answered_with_an_example(key: str, value: str) -> None:
    with pytest.raises(UsageError) as trouble:
        filter_of(key, value, TODAY)
    assert EXAMPLES[key] in trouble.value.advice


def test_a_place_that_is_not_known_is_named() -> None:
    with pytest.raises(UsageError, match="No place “Atlantis”"):
        filter_of("near", "Atlantis", TODAY, lambda name: None)


def test_an_unknown_filter_is_answered_with_the_nearest() -> None:
    with pytest.raises(UsageError, match="Did you mean “rating:”"):
        filter_of("ratings", "3", TODAY)


@given(st.sampled_from([*EXAMPLES, "other"]), st.text())
def test_any_value_gives_a_filter_or_trouble_that_is_explained(key: str, value: str) -> None:
    with contextlib.suppress(UsageError):
        filter_of(key, value, TODAY, lambda name: None)
