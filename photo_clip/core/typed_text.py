"""Makes one clean line of what people type or paste."""

import unicodedata

_BLANKS = frozenset(("Cc", "Zl", "Zp", "Zs"))
_UNSEEN = frozenset(("Cf", "Cs"))
_NOT_IN_XML = "\ufffe\uffff"
"""Neither is a character; of all that is left, XML knows but these two not."""
_JOINERS = "\u200c\u200d"
"""Inside a word they decide how letters of Persian or Hindi, or the parts of an emoji, join."""


def one_line(text: str) -> str:
    """Return `text` in NFC, on one line: blanks, line ends and control characters become one blank between words,
    and what cannot be seen goes. Empty when nothing is left. What it returns, it returns unchanged."""
    if text.isascii() and text.isprintable():
        return " ".join(text.split())  # the same, ten times as fast
    kept = []
    for character in text:
        category = unicodedata.category(character)
        if category in _BLANKS:
            kept.append(" ")
        elif character in _JOINERS or not (category in _UNSEEN or character in _NOT_IN_XML):
            kept.append(character)
    words = unicodedata.normalize("NFC", "".join(kept)).split(" ")
    return " ".join(word for word in (word.strip(_JOINERS) for word in words) if word)
