"""What a search may go on with, while it is being typed."""

import re
from collections.abc import Sequence

from photo_clip.core.filters import EXAMPLES, HAS, IS, TYPES
from photo_clip.core.query import quoted_value

_LAST = re.compile(r'(?P<before>-?)(?:(?P<key>[A-Za-z]{2,}):)?(?P<begun>[^\s":]*|"[^"]*)')
_FEWEST_LETTERS = 3
"""With fewer, every other word would look like the beginning of a filter."""
_VALUES: dict[str, Sequence[str]] = {
    "is": IS,
    "has": HAS,
    "type": TYPES,
    "date": ("today", "yesterday", "this month", "last month", "this year", "last year"),
    "rating": (">=1", ">=2", ">=3", ">=4", "5"),
    "size": (">12mp", "<1mp", ">10mb"),
}
FROM_LIBRARY = ("folder", "tag", "camera")
"""The filters whose values are those that the library's photos have."""


def wanted_key(text: str) -> str | None:
    """Return the filter whose value is being typed at the end of a text, None elsewhere."""
    typed = _LAST.fullmatch(_parted(text)[1])
    return typed["key"].lower() if typed is not None and typed["key"] else None


def completions(text: str, known: Sequence[str] = (), limit: int = 8) -> list[str]:
    """Return what the text may become when its last word is completed: a filter's name, or its value.

    `known` are the values that the library has for `wanted_key`. Values that begin with what is typed come before those
    that hold it further on. None for a word that begins like no filter, and where nothing is left to add.
    """
    before, last = _parted(text)
    typed = _LAST.fullmatch(last)
    if typed is None:
        return []
    before += typed["before"]
    begun = typed["begun"].lstrip('"').casefold()
    if typed["key"] is None:
        if len(begun) < _FEWEST_LETTERS or typed["begun"].startswith('"'):
            return []
        return [f"{before}{key}:" for key in (*EXAMPLES, "similar", "must") if key.startswith(begun)]
    key = typed["key"].lower()
    values = [*known, *_VALUES.get(key, ())]
    fitting = [value for value in values if value.casefold().startswith(begun)]
    fitting += [value for value in values if begun in value.casefold()[1:] and value not in fitting]
    made = [f"{before}{key}:{quoted_value(value)}" for value in dict.fromkeys(fitting)]
    return [each for each in made if each != text][:limit]


def _parted(text: str) -> tuple[str, str]:
    """Return what comes before the last word, and the last word, which may hold blanks after a quotation mark."""
    quote = text.rfind('"') if text.count('"') % 2 else len(text)
    start = max((place + 1 for place, letter in enumerate(text[:quote]) if letter.isspace()), default=0)
    return text[:start], text[start:]
