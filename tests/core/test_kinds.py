"""General words and what they stand for."""

import pytest

from photo_clip.core.kinds import kinds_of


@pytest.mark.parametrize("words", ["people", "People", "the people", "any person", " anyone"])
def test_people_are_men_women_and_children(words: str) -> None:
    assert {"a man", "a woman", "children"} < set(kinds_of(words))


@pytest.mark.parametrize("words", ["a red car", "people dancing", "", "grass"])
def test_other_words_stand_for_themselves(words: str) -> None:
    assert kinds_of(words) == (words,)
