"""Queries typed into a shell: it takes quotes away, and takes what begins with a minus sign for an option."""

import re
from collections.abc import Sequence

_MINUS = "\N{MINUS SIGN}"
_AVOIDED = re.compile(r"-(?!-)(?!n\d*$)(?!h$).+")
_PARTS = re.compile(r"(?P<before>[+-]?(?:[\d.]+:)?(?:[A-Za-z]{2,}:)?)(?P<words>.*)", re.DOTALL)


def shielded(arguments: Sequence[str]) -> list[str]:
    """Return arguments in which words to be avoided, such as “-people”, do not look like options; see `typed`."""
    return [_MINUS + word[1:] if _AVOIDED.fullmatch(word) else word for word in arguments]


def typed(words: Sequence[str]) -> str:
    """Return the query that somebody typed as shielded arguments, with quotes around what had them.

    One argument alone is a whole query.
    """
    plain = ["-" + word[1:] if word.startswith(_MINUS) else word for word in words]
    return plain[0] if len(plain) == 1 else " ".join(map(_quoted, plain))


def _quoted(word: str) -> str:
    if '"' in word or not re.search(r"\s", word):
        return word
    parts = _PARTS.fullmatch(word)
    assert parts is not None  # noqa: S101  # it fits any text
    return f'{parts["before"]}"{parts["words"]}"'
