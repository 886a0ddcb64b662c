"""What is typed into the search line, put in order."""

from dataclasses import dataclass

from photo_clip.core.typed_text import one_line

MAX_CHARACTERS = 1000
"""Longer than any description; what is pasted beyond it is cut off."""


@dataclass(frozen=True, slots=True)
class Query:
    """A description of the photos that are wanted."""

    words: str
    """One line without needless blanks, NFC; empty when nothing is asked for."""

    def __str__(self) -> str:
        return self.words


def parse(text: str) -> Query:
    """Return the query for any typed text; nothing that can be typed is wrong."""
    line = one_line(text[: 4 * MAX_CHARACTERS])
    return Query(one_line(line[:MAX_CHARACTERS]))
