"""Writes names that cleaning would alter within a line, and reads them again as they are."""

import os
import re
from unicodedata import category

from photo_clip.core.typed_text import one_line

QUOTED = r'\\"(?P<exact>(?:[^"\\]|\\.){0,25000})"'
"""What `exactly` makes. The backslash before tells it from plain quotes, in which those of Windows' paths stand."""

_ESCAPED = re.compile(r'\\(?:u([0-9a-f]{4})|U((?:0010|000[1-9a-f])[0-9a-f]{4})|(["\\]))')
_IN_QUOTES = '"\\“”„‟'


def exactly(text: str) -> str:
    """Return any text in quotes so that `one_line` leaves it as it is, such as \\"two\\u000alines"; letters stay."""
    written = ""
    for letter in text:
        if letter in '"\\':
            written += f"\\{letter}"
        elif _may_stand(letter, written[-1:]):
            written += letter
        else:
            written += f"\\u{ord(letter):04x}" if letter < "\U00010000" else f"\\U{ord(letter):08x}"
    return f'\\"{written}"'


def read_exactly(escaped: str) -> str:
    """Return what stood between the quotes that `exactly` made; where no file can have such a name, it unread."""
    text = _ESCAPED.sub(lambda found: found[3] or chr(int(found[1] or found[2], 16)), escaped)
    try:
        return escaped if b"\0" in os.fsencode(text) else text
    except UnicodeEncodeError:
        return escaped


def _may_stand(letter: str, before: str) -> bool:
    """Whether a letter stays as it is behind another one."""
    if letter == " ":
        return before != " "
    return (
        letter not in _IN_QUOTES
        and not category(letter).startswith("M")  # a mark may join letters further before it
        and one_line(before + letter) == before.strip() + letter
    )
