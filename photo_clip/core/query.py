"""What is typed into the search line, put in order."""

import unicodedata
from dataclasses import dataclass

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
    """Return the query for any typed text: line ends and control characters become blanks, blanks become one."""
    plain = "".join(
        " " if unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp", "Zs") else character
        for character in unicodedata.normalize("NFC", text[: 4 * MAX_CHARACTERS])
    )
    return Query(" ".join(plain.split())[:MAX_CHARACTERS].strip())
