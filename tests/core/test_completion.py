"""What a search may go on with."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photo_clip.core.completion import completions, wanted_key


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("a dog fol", ["a dog folder:"]),
        ("-cam", ["-camera:"]),
        ("rat", ["rating:"]),
        ("a rat", ["a rating:"]),
        ("sim", ["similar:"]),
        ("da", []),
        ("a dog ", []),
        ("", []),
        ('"fol', []),
        ("is:f", ["is:favourite", "is:offline"]),
        ("sea is:fav", ["sea is:favourite"]),
        ("is:favourite", []),
        ("date:last", ['date:"last month"', 'date:"last year"']),
        ('date:"last m', ['date:"last month"']),
        ("kamera:", []),
        ("type:raf", ["type:raf"][:0]),
    ],
)
def test_the_last_word_is_completed(text: str, made: list[str]) -> None:
    assert completions(text) == made


def test_values_are_those_of_the_library() -> None:
    known = ["FUJIFILM X-T4", "NIKON D750", "X100"]
    assert completions("tram camera:x", known) == ["tram camera:X100", 'tram camera:"FUJIFILM X-T4"']
    assert completions("camera:", known)[0] == 'camera:"FUJIFILM X-T4"'
    assert len(completions("tag:", [str(number) for number in range(100)])) == 8


@pytest.mark.parametrize(
    ("text", "key"),
    [("camera:", "camera"), ("a -Camera:x", "camera"), ("camera", None), ("camera:x ", None), ('tag:"a b', "tag")],
)
def test_the_filter_that_is_being_typed_is_told(text: str, key: str | None) -> None:
    assert wanted_key(text) == key


@given(st.text(max_size=60), st.lists(st.text(max_size=12), max_size=6))
def test_whatever_is_typed_can_be_asked(text: str, known: list[str]) -> None:
    assert all(made != text for made in completions(text, known))
