"""What is typed into the search line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photo_clip.core.query import MAX_CHARACTERS, parse


@pytest.mark.parametrize(
    ("typed", "words"), [("a cup of coffee", "a cup of coffee"), ("  two\n lines ", "two lines"), ("\t", "")]
)
def test_free_words_are_the_query(typed: str, words: str) -> None:
    assert parse(typed).words == words
    assert str(parse(typed)) == words


@given(st.text(st.characters()))
def test_nothing_that_can_be_typed_is_wrong(text: str) -> None:
    query = parse(text)
    assert parse(str(query)) == query


@given(st.text("a \u0301\u200d", min_size=MAX_CHARACTERS - 2, max_size=MAX_CHARACTERS + 4))
def test_a_query_that_was_cut_off_is_stable_too(text: str) -> None:
    query = parse(text)
    assert len(query.words) <= MAX_CHARACTERS
    assert parse(str(query)) == query


def test_a_pasted_book_is_cut_off() -> None:
    assert len(parse("word " * 1_000_000).words) <= MAX_CHARACTERS
