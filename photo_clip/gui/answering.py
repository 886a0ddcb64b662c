"""What is asked of the library, and the answer as it is shown; made in the background."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from photo_clip.core.amounts import photos_in_words
from photo_clip.core.arranging import Grouping, Section, Sorting, arranged
from photo_clip.core.coach import advice_on
from photo_clip.core.errors import UsageError
from photo_clip.core.printable import printable
from photo_clip.core.query import Query, Will, parse
from photo_clip.core.relevance import LINE
from photo_clip.services.library import Library
from photo_clip.services.searcher import DEFAULT_LIMIT, Found

_LIKELY = 0.1
"""Probability of a match from which on it is said that a part of the photo found it."""
_ALL = 10_000_000
"""What filters alone find is shown whole, as all photos are."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked for, and how the answer is to be shown."""

    text: str = ""
    """As it is typed; empty for all photos."""
    line: float = LINE
    """From which probability on a photo counts as a match."""
    with_weaker: bool = False
    """Whether the weaker ones are shown behind the matches."""
    sorting: Sorting = Sorting.RELEVANCE
    grouping: Grouping = Grouping.NONE
    folding: bool = True
    """Whether near-duplicates are shown as one photo, where photos were described."""
    unfolded: frozenset[int] = frozenset()
    """The ids of those of them whose near-duplicates are shown behind them."""
    within: frozenset[int] | None = None
    """The ids of the photos to choose from; None for all."""


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """Photos in the order they are to be shown."""

    question: Question
    photo_ids: NDArray[np.int64]
    cosines: list[float] | None
    """One a photo; None where nothing but filters was asked for."""
    sections: tuple[Section, ...] = ()
    matches: int | None = None
    """How many photos count as matches; None where nobody can say."""
    weaker: int = 0
    """How many were found beside the matches."""
    stacks: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    """Near-duplicates by the id of the photo that is shown for them, that one first."""
    parts: frozenset[int] = frozenset()
    """The photos that a part of them found."""
    said: frozenset[int] = frozenset()
    """The photos whose path, caption or keywords hold the words."""
    told: str = ""
    """What was found, a sentence without its full stop."""
    notes: tuple[str, ...] = field(default=())
    """What is to be known of the question: its trouble, or what the model cannot do."""


def answer(library: Library, question: Question) -> Answer:
    """Ask the library."""
    query = parse(question.text, date.today())
    notes = tuple(advice_on(query, library.models.languages(library.models.active)))
    within = None if question.within is None else np.array(sorted(question.within), dtype=np.int64)
    if not query:
        everything = library.catalog.newest_photo_ids()
        photo_ids = everything if within is None else everything[np.isin(everything, within)]
        count = len(photo_ids)
        told = _newest_first(count) if count else ""
        return _arranged(library, Answer(question, photo_ids, None, told=told))
    try:
        found = library.searcher.find(query, _limit(query), question.line, within)
    except UsageError as error:
        nothing = np.empty(0, np.int64)
        return Answer(question, nothing, None, told=printable(error.sentence).rstrip("."), notes=(error.advice,))
    matches = found.matches
    weaker = 0 if not matches else len(found.photo_ids) - matches
    tiles = _tiles(library, question, found) if query.descriptions and question.folding else _unfolded(found)
    shown = tiles.matches if weaker and not question.with_weaker else len(tiles.rows)
    sections = (Section(0, "Matches"), Section(tiles.matches, "Weaker")) if weaker and question.with_weaker else ()
    rows = np.array(tiles.rows[:shown], dtype=np.intp)
    return _arranged(
        library,
        Answer(
            question,
            found.photo_ids[rows],
            None if found.cosines is None else found.cosines[rows].tolist(),
            sections,
            matches,
            weaker,
            tiles.stacks,
            _by_part(found),
            found.said,
            _sentence(query, found),
            notes,
        ),
    )


@dataclass(frozen=True, slots=True)
class _Tiles:
    """What is shown of the photos found, as their rows."""

    rows: Sequence[int]
    matches: int
    """How many of them, the first ones, stand for matches."""
    stacks: Mapping[int, tuple[int, ...]]


def _unfolded(found: Found) -> _Tiles:
    return _Tiles(range(len(found.photo_ids)), found.matches or 0, {})


def _tiles(library: Library, question: Question, found: Found) -> _Tiles:
    """Fold near-duplicates; those of a match are with it, weaker ones too."""
    row_of = {photo_id: row for row, photo_id in enumerate(found.photo_ids.tolist())}
    rows: list[int] = []
    matches = 0
    stacks: dict[int, tuple[int, ...]] = {}
    for stack in library.duplicates.fold(list(row_of)):
        shown = stack if stack[0] in question.unfolded else stack[:1]
        rows += [row_of[photo_id] for photo_id in shown]
        if min(row_of[photo_id] for photo_id in stack) < (found.matches or 0):
            matches = len(rows)
        if len(stack) > 1:
            stacks[stack[0]] = tuple(stack)
    return _Tiles(rows, matches, stacks)


def _by_part(found: Found) -> frozenset[int]:
    """Return the photos of which it is worth saying that a part found them: not those that are hardly like it."""
    if found.relevances is None:
        return frozenset(found.parts)
    likely = found.photo_ids[found.relevances >= _LIKELY]
    return frozenset(found.parts).intersection(likely.tolist())


def _limit(query: Query) -> int:
    """Return how many photos are wanted; what filters alone find is shown whole, as all photos are."""
    return DEFAULT_LIMIT if query.descriptions else _ALL


def _arranged(library: Library, plain: Answer) -> Answer:
    """Return the answer in the order, and under the headings, that are wanted."""
    question = plain.question
    if question.sorting is Sorting.RELEVANCE and question.grouping is Grouping.NONE:
        return plain
    bearings = library.catalog.bearings(plain.photo_ids.tolist())
    order, sections = arranged(bearings, question.sorting, question.grouping)
    return replace(
        plain,
        photo_ids=plain.photo_ids[order],
        cosines=None if plain.cosines is None else [plain.cosines[row] for row in order],
        sections=sections,
        told=plain.told.replace(", newest first", ""),
    )


def _sentence(query: Query, found: Found) -> str:
    count, total = len(found.photo_ids), found.total
    if not query.descriptions:
        return _newest_first(total) if total else "No photo is like that"
    if not count:
        return "No photo is like that" if query.conditions else "No photo can be found yet"
    photos = [printable(Path(each.photo).name) for each in query.descriptions if each.photo and each.will is Will.MORE]
    if photos and not query.words:
        return f"Photos like {' and '.join(photos)}, most alike first"
    if found.matches == 0:
        return f"No sure match in {photos_in_words(total)}; the nearest are shown"
    if found.matches is not None:
        return f"{found.matches:,} {'match' if found.matches == 1 else 'matches'} in {photos_in_words(total)}"
    return (
        f"The {count:,} best of {photos_in_words(total)}" if count < total else f"{photos_in_words(count)}, best first"
    )


def _newest_first(count: int) -> str:
    return photos_in_words(count) + (", newest first" if count > 1 else "")
