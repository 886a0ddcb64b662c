"""“Beach without people”: what a person does not want to see, which a CLIP model cannot tell from what they want."""

from collections.abc import Sequence

_NEGATORS = frozenset(("without", "no", "not", "except", "excluding", "minus"))
_VERBS = frozenset(
    (
        *("do", "does", "did", "is", "are", "was", "were", "don't", "doesn't"),
        *("can", "could", "will", "would", "should", "must", "may"),
    )
)
"""“Do not enter” names a sign."""
_LINKS = frozenset(("and", "or", "but", "with", "nor"))
_ENDS = _LINKS | frozenset(
    (
        *("at", "in", "on", "near", "by", "during", "from", "while", "under", "over", "behind", "beside"),
        *("between", "inside", "outside", "next", "through"),
    )
)
_ARTICLES = frozenset(("a", "an", "the", "any", "other", "some"))
_MOST_WORDS = 4


def without_negation(words: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return the words that are wanted, and what is to be avoided, a phrase each.

    An empty word ends a phrase, as a comma does. CLIP embeds “no people” near “people” (arXiv 2409.08381), so such
    a phrase has to be taken out.
    """
    wanted: list[str] = []
    avoided: list[str] = []
    at = 0
    while at < len(words):
        word = words[at].lower()
        behind_verb = bool(wanted) and wanted[-1].lower() in _VERBS
        phrase, after = _phrase(words, at + 1) if word in _NEGATORS and not behind_verb else ("", at)
        if not phrase:
            if words[at]:
                wanted.append(words[at])
            at += 1
            continue
        while wanted and wanted[-1].lower() in _LINKS:
            wanted.pop()
        avoided.append(phrase)
        at = after
        while at + 1 < len(words) and words[at].lower() in ("and", "or", "nor"):
            if words[at + 1].lower() in _ARTICLES | _NEGATORS:
                break
            phrase, after = _phrase(words, at + 1)
            if not phrase:
                break
            avoided.append(phrase)
            at = after
    return wanted, list(dict.fromkeys(avoided))


def _phrase(words: Sequence[str], start: int) -> tuple[str, int]:
    """Return the phrase that begins at `start`, without articles, and where it ends."""
    found: list[str] = []
    at = start
    while at < len(words) and len(found) < _MOST_WORDS and words[at] and words[at].lower() not in _ENDS | _NEGATORS:
        bare = words[at].strip(",;.")
        if bare and (found or bare.lower() not in _ARTICLES):
            found.append(bare)
        at += 1
        if bare != words[at - 1]:
            break
    return " ".join(found), at
