"""Names that are written in quotes, to be read again as they are."""

import os
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photo_clip.core.exact_text import exactly, read_exactly
from photo_clip.core.typed_text import one_line

NAMES = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])) | st.text(
    'aAe \u0301\u0338="\\“u0041U\u1100\u1161\u11a8\n\t\u200d\U0001d165🐈'
)
_NAMES_OF_SYSTEM = (
    st.text(st.characters(exclude_characters="\0"))  # halves of letters, too
    if sys.platform == "win32"
    else st.binary().map(lambda name: os.fsdecode(name.replace(b"\0", b"")))
)
ANY_NAME = NAMES | _NAMES_OF_SYSTEM


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("Ann’s  Übung", r'\"Ann’s \u0020Übung"'),
        ('5" disk', r'\"5\" disk"'),
        ("U\u0308bung\n", r'\"U\u0308bung\u000a"'),
        ("C:\\“x”", r'\"C:\\\u201cx\u201d"'),
        ("\udce9", r'\"\udce9"'),
    ],
)
def test_letters_stay_where_they_may(name: str, written: str) -> None:
    assert exactly(name) == written


@given(ANY_NAME)
def test_any_name_is_read_again_from_a_clean_line(name: str) -> None:
    written = exactly(name)
    assert read_exactly(written[2:-1]) == name
    assert one_line(f"a {written} b") == f"a {written} b"


@pytest.mark.parametrize(
    "typed",
    [
        *(r"\q", r"\u12", r"\u0000", r"\U00110000", "\\"),
        pytest.param(
            r"\ud800", marks=pytest.mark.skipif(sys.platform == "win32", reason="a name may be so on Windows")
        ),
    ],
)
def test_what_no_name_can_be_stays_as_it_was_typed(typed: str) -> None:
    assert read_exactly(typed) == typed
