"""Honest words about a query."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photo_clip.core.coach import advice_on
from photo_clip.core.query import parse

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("three red apples", "hardly counts"),
        ("2 dogs", "any number of dogs"),
        ("a sign that says stop", "large print"),
        ("a dog to the left of a cat", "left from right"),
        ("birthday with Anna", "“Anna” is found by file names and tags"),
        ("eine schwarze Katze auf dem Sofa", "knows English"),
        ("кошка на диване", "knows English"),
        ("海边的狗", "knows English"),
    ],
)
def test_what_the_model_is_bad_at_is_said(typed: str, said: str) -> None:
    assert any(said in note for note in advice_on(parse(typed, TODAY), "English"))


@pytest.mark.parametrize(
    "typed", ["a black cat on a red sofa", "Beach at sunset", "Christmas tree", "café in Paris".lower(), "no dogs", ""]
)
def test_of_most_queries_nothing_is_said(typed: str) -> None:
    assert advice_on(parse(typed, TODAY), "English") == []


def test_a_model_of_many_languages_is_not_told_off() -> None:
    assert advice_on(parse("кошка на диване", TODAY), "109 languages") == []


@given(st.text())
def test_any_text_can_be_advised_on(text: str) -> None:
    for note in advice_on(parse(text, TODAY), "English"):
        assert note.endswith(".")
