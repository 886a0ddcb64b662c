"""Honest words about what a CLIP model can and cannot do with a query."""

import re
from collections.abc import Iterable, Sequence

from photo_clip.core.labels import Label
from photo_clip.core.query import Query, Will

_COUNT = re.compile(
    r"\b(?:two|three|four|five|six|seven|eight|nine|ten|twenty|[2-9]|1\d) (?:\w+ )?"
    r"(?P<things>[a-z]{2,}s|people|children)\b",
    re.IGNORECASE,
)
_TEXT = re.compile(r"\b(?:says|saying|the words?|text|written|writing|reads|spelling)\b", re.IGNORECASE)
_SIDE = re.compile(r"\b(?:left|right) of\b|\bon the (?:left|right)\b", re.IGNORECASE)
_FOREIGN_WORDS = frozenset(
    (
        *("und", "der", "die", "das", "ein", "eine", "mit", "auf", "ohne", "im", "am", "katze", "hund"),
        *("avec", "une", "des", "sur", "sans", "dans", "les", "et", "chat", "chien", "plage"),
        *("el", "los", "las", "con", "una", "sin", "y", "gato", "perro", "playa"),
        *("il", "della", "nel", "senza", "gatto", "cane", "uma", "com", "sem", "praia", "een", "het", "met", "zonder"),
    )
)
"""Small words, and a few common ones, that are not English too."""
_NAMES_THAT_ARE_WORDS = frozenset(("I", "Christmas", "Easter", "Halloween", "Santa", "Lego", "TV", "BBQ", "DSLR"))


def advice_on_list(language: str, labels: Sequence[Label], languages: str) -> str:
    """Return a note on labels that the model does not understand; empty where there is nothing to say.

    `language` is what the list says it is in, empty where it says nothing; `languages` are those of the model.
    """
    if not languages.startswith("English"):
        return ""
    is_said = language not in ("", "English")
    foreign = [label.name for label in labels if not label.prompts and (is_said or is_foreign(label.words))]
    if not foreign or not (is_said or len(foreign) > 1):  # a word alone may be English too
        return ""
    named = ", ".join(foreign[:3]) + (f" and {len(foreign) - 3:,} more" if len(foreign) > 3 else "")
    return (
        f"The model in use knows English and may not understand {named}. Write what it is to be asked for after “=”,"
        " in English, or choose one on the models page that knows many languages."
    )


def is_foreign(words: Iterable[str]) -> bool:
    """Whether words are surely no English: another script, or small words of another language."""
    text = " ".join(words)
    letters = [letter for letter in text if letter.isalpha()]
    foreign_letters = sum(letter > "\u024f" for letter in letters)  # beyond the Latin script
    small = [word for word in text.lower().split() if word in _FOREIGN_WORDS]
    return foreign_letters * 2 > len(letters) > 0 or len(small) >= 2 or (len(small) == 1 and len(text.split()) <= 3)


def advice_on(query: Query, languages: str) -> list[str]:
    """Return short notes on a query, a sentence or two each, the most useful first; none for most queries.

    `languages` are those of the model, “English” or others. The weaknesses are those CLIP's authors name (Radford et
    al. 2021, arXiv 2103.00020, section 6, and the model card), and negation (arXiv 2409.08381).
    """
    words = [each.words for each in query.descriptions if each.words]
    wanted = " ".join(each.words for each in query.descriptions if each.words and each.will is not Will.LESS)
    notes = [
        _on_language(words, languages),
        _on_counts(wanted),
        _on_text(wanted),
        _on_sides(wanted),
        _on_names(wanted),
    ]
    return [note for note in notes if note]


def _on_language(words: Iterable[str], languages: str) -> str:
    if languages.startswith("English") and is_foreign(words):
        return "The model in use knows English; another on the models page knows many languages."
    return ""


def _on_counts(wanted: str) -> str:
    match = _COUNT.search(wanted)
    return f"The model hardly counts: photos with any number of {match['things']} may come." if match else ""


def _on_text(wanted: str) -> str:
    return "The model reads large print at best, and no handwriting." if _TEXT.search(wanted) else ""


def _on_sides(wanted: str) -> str:
    return "The model does not tell left from right." if _SIDE.search(wanted) else ""


def _on_names(wanted: str) -> str:
    names = [
        word
        for word in wanted.split()[1:]  # a sentence begins with a capital
        if word[:1].isupper() and word[1:].islower() and word not in _NAMES_THAT_ARE_WORDS
    ]
    return (
        f"The model knows how things look, not who they are: “{names[0]}” is found by file names and tags."
        if names
        else ""
    )
