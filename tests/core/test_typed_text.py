"""One line of anything that can be typed or pasted."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from photo_clip.core.typed_text import one_line

ANY_TEXT = st.text(st.characters()) | st.text("a e\u0301\u200d\u200c\u00ad\ufeff\n\t\x00\u2028 \udce9\uffff👩")


@pytest.mark.parametrize(
    ("typed", "line"),
    [
        ("", ""),
        ("  a  red\tcar\r\n", "a red car"),
        ("first\nsecond\u2028third", "first second third"),
        ("cafe\u0301", "café"),
        ("\ufeffpho\u00adto", "photo"),
        ("broken \udce9 byte", "broken byte"),
        ("\u200d \u200c", ""),
        ("👩\u200d🚀 in space", "👩\u200d🚀 in space"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("a\x00b", "a b"),
        ("a\ufffeb\uffff", "ab"),
    ],
)
def test_what_is_typed_becomes_one_clean_line(typed: str, line: str) -> None:
    assert one_line(typed) == line


@given(ANY_TEXT)
@example("e\u00ad\u0301")
def test_a_clean_line_stays_as_it_is(text: str) -> None:
    line = one_line(text)
    assert one_line(line) == line
    assert unicodedata.is_normalized("NFC", line)
    assert line == line.strip()
    assert "  " not in line
    line.encode("utf-8")
