"""The words of a description that are worth looking for in file names, captions and keywords."""

_COMMON = frozenset(
    (
        *("a", "an", "the", "of", "in", "on", "at", "with", "and", "or", "to", "is", "are", "my", "our", "some", "for"),
        *("from", "by", "near", "photo", "photos", "picture", "pictures", "image", "images", "that", "this", "it"),
    )
)
_MOST_WORDS = 20


def text_words(words: str, *, most: int = _MOST_WORDS) -> list[str]:
    """Return the first words that mean something, each once, in small letters, of two letters or digits at least."""
    spaced = "".join(letter if letter.isalnum() else " " for letter in words.lower())
    found = dict.fromkeys(word for word in spaced.split() if len(word) > 1 and word not in _COMMON)
    return list(found)[:most]
