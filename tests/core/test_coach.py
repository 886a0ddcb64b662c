"""Honest words about a query."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photo_clip.core.coach import advice_on, advice_on_list
from photo_clip.core.labels import LabelList, parse_label_list
from photo_clip.core.places import resources_folder
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


def test_labels_that_the_model_does_not_understand_are_told() -> None:
    labels = parse_label_list("Vogel\nKatze = a cat\n犬\n猫\n")
    assert "understand Vogel, 犬, 猫. " in advice_on_list("German", labels, "English")
    assert "understand 犬, 猫. " in advice_on_list("", labels, "English")
    assert advice_on_list("German", labels, "many languages") == ""
    assert advice_on_list("", parse_label_list("chat\ndog"), "English") == ""


@pytest.mark.parametrize("file", sorted((resources_folder() / "labels").glob("*.txt")), ids=lambda file: file.stem)
def test_lists_that_come_with_the_program_are_understood(file: Path) -> None:
    assert advice_on_list("", parse_label_list(file.read_text(encoding="utf-8")), "English") == ""


@pytest.mark.parametrize(
    ("text", "language"),
    [("# Language: DE-at\nHund", "German"), ("#language:klingon", "Klingon"), ("dog", ""), ("# a language: x", "")],
)
def test_a_list_says_its_language(text: str, language: str) -> None:
    assert LabelList("a", text).language == language
