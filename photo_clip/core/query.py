"""What is asked for: descriptions to be more or less like, and filters; from typed text and back."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from itertools import takewhile
from unicodedata import category

from photo_clip.core.errors import UsageError
from photo_clip.core.exact_text import QUOTED, exactly, read_exactly
from photo_clip.core.filters import filter_of
from photo_clip.core.negation import without_negation
from photo_clip.core.periods import MOST_WORDS, period_in
from photo_clip.core.typed_text import one_line

MAX_CHARACTERS = 1000
"""Longer than any query; what is pasted beyond it is cut off. Of a filter's value or a path, `_MOST_COUNTED` count."""
LONGEST_LINE = 250_000
"""Eight paths as long as they can be, all bytes of which are escaped."""
_MOST_COUNTED, _LONGEST_VALUE = 80, 5000
_MOST_ROUNDS = 20
LEAST_WEIGHT, MOST_WEIGHT = 0.1, 10.0

_WEIGHT = r"(?:(?P<weight>\d{1,3}(?:\.\d{1,3})?|\.\d{1,3}):(?!\d))?"
_TOKEN = re.compile(
    rf"""(?P<sign>[+-])?{_WEIGHT}(?:(?P<key>[A-Za-z]{{2,}}):(?=[^\s]))?"""
    rf"""(?:{QUOTED}|"(?P<quoted>[^"]*)"?|(?P<bare>[^\s"]+))"""
)
_PLAIN_WORD = re.compile(r"[^\s\"+\-:.\d][^\s\":]*")
"""A word that means itself behind a sign."""
_PLAIN_VALUE = re.compile(r"[^\s\"]+")
_OF_WORDS = ("", "must")
_OF_FILES = frozenset(("similar", "folder", "name"))
"""Keys whose values are names of files, which can be any bytes."""
_OF_TEXT = _OF_FILES | {"tag", "label", "camera"}
"""Keys whose values may be signs alone."""
_BEFORE_DATES = frozenset(("in", "from", "during", "on", "of", "at", "taken", "the"))
_MOST_DATE_WORDS = MOST_WORDS + 3
"""With those before it: “taken on the 5th of may 2021”."""
_SAYS_NOTHING = frozenset(
    (
        *("photo", "photos", "pic", "pics", "picture", "pictures", "image", "images", "all", "any", "a", "the", "my"),
        *("from", "in", "of", "with", "taken", "me", "show", "find"),
    )
)
"""Words that are no description beside a filter: “my photos from july 2023”."""


class Will(StrEnum):
    """What is wanted of a description."""

    MORE = "more like"
    LESS = "less like"
    """Photos that show it are left out as far as they are recognised."""
    MUST = "must show"
    """Photos that do not show it are left out as far as that is recognised."""


@dataclass(frozen=True, slots=True)
class Description:
    """Words, or a photo, that photos are compared with."""

    words: str = ""
    """One line; empty where a photo stands in their place."""
    photo: str = ""
    """The path of a photo anywhere on this computer."""
    will: Will = Will.MORE
    weight: float = 1.0
    """0.1 to 10."""


@dataclass(frozen=True, slots=True)
class Condition:
    """A filter as it is typed."""

    key: str
    value: str
    is_excluded: bool = False

    def trouble(self, today: date) -> UsageError | None:
        """Return why it cannot be used, None where it can, as far as that can be told without the library."""
        try:
            filter_of(self.key, self.value, today)
        except UsageError as error:
            return error
        return None


@dataclass(frozen=True, slots=True)
class Query:
    """Photos that fit all of the descriptions, and of every group of conditions one."""

    descriptions: tuple[Description, ...] = ()
    conditions: tuple[tuple[Condition, ...], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.descriptions or self.conditions)

    def __str__(self) -> str:
        """Return the text that gives this query again."""
        told = [_told(description, is_first=not number) for number, description in enumerate(self.descriptions)]
        told += [" or ".join(map(_told_condition, group)) for group in self.conditions]
        return " ".join(told)

    @property
    def words(self) -> str:
        """The words of all descriptions that are wanted."""
        return " ".join(each.words for each in self.descriptions if each.words and each.will is not Will.LESS)

    @property
    def is_seen_in_parts(self) -> bool:
        """Whether a part of a photo can answer it: it is asked with words, and avoids nothing that may be beside."""
        return all(not each.photo and each.will is not Will.LESS for each in self.descriptions)

    def troubles(self, today: date) -> list[UsageError]:
        """Return what is wrong with the conditions."""
        found = (condition.trouble(today) for group in self.conditions for condition in group)
        return [trouble for trouble in found if trouble is not None]


def parse(text: str, today: date) -> Query:
    """Return the query for any typed text; nothing that can be typed is wrong.

    `today` tells what “yesterday” is a word for. Filters that make no sense are kept, for `Query.troubles` to name.
    """
    query = _parsed(_clean(text), today)
    for _ in range(_MOST_ROUNDS):
        while _counted(str(query)) > MAX_CHARACTERS:
            query = _shorter(query)
        again = _parsed(_clean(str(query)), today)
        if again == query:
            return query
        query = again  # odd characters may stand otherwise beside a quote or a cut
    return Query()


def _clean(text: str) -> str:
    return one_line(text[:LONGEST_LINE].translate({ord(quote): '"' for quote in "“”„‟"}))


def _counted(line: str) -> int:
    return sum(map(_count_of, _TOKEN.finditer(line)))


def _count_of(token: re.Match[str]) -> int:
    """Return how many characters, and a blank, count of a part of a line."""
    count = len(token[0]) + 1
    return min(count, _MOST_COUNTED) if (token["key"] or "").lower() not in _OF_WORDS else count


def _shorter(query: Query) -> Query:
    if query.conditions:
        return replace(query, conditions=query.conditions[:-1])
    *kept, last = query.descriptions
    if not kept and last.words:
        return Query((replace(last, words=one_line(last.words[:-20])),) if len(last.words) > 20 else ())
    return Query(tuple(kept))


def _parsed(line: str, today: date) -> Query:
    free: list[str] = []
    """The words of the plain description; an empty one where something else stood between."""
    others: list[Description] = []
    groups: list[list[Condition]] = []
    group: list[Condition] = []
    """The group that the last condition went to."""
    dates: list[Condition] = []
    """The group of dates between which no “or” need stand."""
    grouped: tuple[Will, list[str]] | None = None
    is_joined, before = False, ""
    """Whether “or” stands between a condition and what comes; what came last, a condition or not."""
    tokens, at = list(_tokens(line)), 0
    while at < len(tokens):
        token, count = tokens[at], 1
        condition, is_date = token.condition, False
        if condition is None and grouped is None:
            former = group[-1] if is_joined else None
            condition, count = _date_of(tokens[at : at + _MOST_DATE_WORDS], former, today)
            is_date = condition is not None
        if condition is None and is_joined and token.is_plain:
            condition = Condition(group[-1].key, token.text)
        at += count
        if token.is_operator:
            others += _of_group(grouped)
            grouped, before = (Will.LESS if token.text == "-" else Will.MORE, []), ""
        elif before == "condition" and token.is_bare and token.text.lower() == "or":
            is_joined, before = True, "or"
            continue
        elif condition is not None:
            if free[-1:] in (["or"], ["and"]):  # words and filters hold all together
                free.pop()
            if not is_joined:
                group = dates if is_date else []
            if not group:
                groups.append(group)
            group.append(condition)
            before = "condition"
        elif token.is_bare:
            (free if grouped is None else grouped[1]).append(token.text)
            before = ""
        else:
            others += _of_group(grouped) + ([token.description] if token.description else [])
            grouped, before = None, ""
        if not token.is_bare or before == "condition":
            free.append("")
        is_joined = False
    others += _of_group(grouped)
    return _with_free_words(free, others, groups)


def _with_free_words(free: list[str], others: list[Description], groups: list[list[Condition]]) -> Query:
    shown, avoided = without_negation(free)
    if groups and all(word.lower() in _SAYS_NOTHING for word in shown):
        shown = []
    line = one_line(" ".join(shown).strip(" ,;"))
    main = [Description(line)] if _says_something(line) else []
    hidden = [Description(each, will=Will.LESS) for each in avoided if _says_something(each)]
    return Query((*main, *hidden, *others), tuple(tuple(dict.fromkeys(group)) for group in groups))


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    is_bare: bool
    """A word without sign, weight or key."""
    is_operator: bool = False
    is_plain: bool = False
    """A bare word or a quoted phrase, which can be a condition's second value."""
    description: Description | None = None
    condition: Condition | None = None


def _tokens(line: str) -> Iterator[_Token]:
    left = MAX_CHARACTERS
    for match in _TOKEN.finditer(line):
        if left <= 0:
            return
        sign, weight, key = match["sign"], match["weight"], (match["key"] or "").lower()
        text = _text_of(match, key, left)
        left -= _count_of(match)
        is_exact = bool(text) and match["exact"] is not None and key not in _OF_WORDS
        is_said = is_exact or _says_something(text) or bool(text and key in _OF_TEXT)
        is_address = text.startswith("//") and not is_exact
        is_bare = not (sign or weight or key or match["bare"] is None)
        if match[0] in ("+", "-"):
            yield _Token(match[0], is_bare=False, is_operator=True)
        elif not is_bare and not is_said:
            continue
        elif key not in (*_OF_WORDS, "similar") and not is_address:
            yield _Token(text, is_bare=False, condition=Condition(key, text, sign == "-"))
        elif is_bare:
            yield _Token(text, is_bare=True, is_plain=True)
        else:
            is_photo = key == "similar"
            words = f"{key}:{text}" if is_address and not is_photo else text
            yield _Token(
                text,
                is_bare=False,
                is_plain=not (sign or weight or key),
                description=Description(
                    "" if is_photo else words,
                    text if is_photo else "",
                    Will.LESS if sign == "-" else Will.MUST if key == "must" else Will.MORE,
                    1.0 if weight is None else _bounded(float(weight)),
                ),
            )


def _text_of(token: re.Match[str], key: str, left: int) -> str:
    """Return the words or the value of a part of a line; of words, `left` characters at most."""
    exact = token["exact"]
    text = token["quoted"] or token["bare"] or "" if exact is None else read_exactly(exact)
    text = text[: left if key in _OF_WORDS else _LONGEST_VALUE]
    return one_line(text) if exact is None or key not in _OF_FILES else text


def _of_group(grouped: tuple[Will, list[str]] | None) -> list[Description]:
    """Return the description that stands behind an operator of its own: “beach - people”."""
    words = " ".join(grouped[1]) if grouped else ""
    return [Description(words, will=grouped[0])] if grouped and _says_something(words) else []


def _date_of(tokens: Sequence[_Token], former: Condition | None, today: date) -> tuple[Condition | None, int]:
    """Return the time that the first tokens name in plain words, and how many they are; else None and 1.

    `former` is the condition that “or” joins them to; one word is rather a second value for it, where it can be.
    """
    words = [token.text for token in takewhile(lambda token: token.is_bare, tokens)]
    start = next((number for number, word in enumerate(words) if word.lower() not in _BEFORE_DATES), 0)
    count = period_in(words[start:], today)
    if not count:
        return None, 1
    if former is not None and start + count == 1 and Condition(former.key, words[0]).trouble(today) is None:
        return None, 1
    return Condition("date", " ".join(words[start : start + count]).lower().strip(",")), start + count


def _told(description: Description, *, is_first: bool) -> str:
    weight = "" if description.weight == 1 else f"{description.weight:g}:"
    if description.photo:
        sign = {Will.MORE: "", Will.LESS: "-", Will.MUST: "+"}[description.will]
        return f"{sign}{weight}similar:{quoted_value(description.photo)}"
    if description.will is Will.MORE and not weight and is_first:
        plain = _parsed(description.words, date(2000, 1, 1)) == Query((description,))
        return description.words if plain else f'"{description.words}"'
    words = _quoted(description.words, _PLAIN_WORD)
    match description.will:
        case Will.LESS:
            return f"-{weight}{words}"
        case Will.MUST:
            return f"{weight}must:{words}"
    return f"{weight}{words}" if weight else f"+{words}"


def _told_condition(condition: Condition) -> str:
    return f"{'-' if condition.is_excluded else ''}{condition.key}:{quoted_value(condition.value)}"


def quoted_value(text: str) -> str:
    """Return a filter's value, or a path, as it is typed behind the colon."""
    is_clean = one_line(text) == text and one_line(f":{text}") == f":{text}" and not re.search('["“”„‟]', text)
    return _quoted(text, _PLAIN_VALUE) if is_clean and text[:2] != "//" else exactly(text)


def _quoted(text: str, plain: re.Pattern[str]) -> str:
    return text if plain.fullmatch(text) else f'"{text}"'


def _says_something(words: str) -> bool:
    """Whether there is a letter, a digit or a picture such as an emoji among them, and not signs alone."""
    return any(letter.isalnum() or (letter > "\x7f" and category(letter) in ("So", "Sc")) for letter in words)


def _bounded(weight: float) -> float:
    return float(f"{min(MOST_WEIGHT, max(LEAST_WEIGHT, weight)):g}")
