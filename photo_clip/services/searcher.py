"""Finds the photos that a query asks for, best first."""

import contextlib
import threading
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from photo_clip.core.errors import PhotoClipError
from photo_clip.core.filters import AnyOf, Filter, Labelled, OneOf, PlaceOf, filter_of
from photo_clip.core.photo import Hit, Photo
from photo_clip.core.ports import Encoder, Vectors
from photo_clip.core.query import Description, Query, Will, parse
from photo_clip.core.ranking import direction, joint
from photo_clip.core.relevance import BEST_HITS, LINE, relevances
from photo_clip.core.stores import Catalog
from photo_clip.core.text_words import text_words
from photo_clip.core.tiles import Box, tile_boxes
from photo_clip.services.background import Background
from photo_clip.services.known_photos import photo_at
from photo_clip.services.models import Models
from photo_clip.services.neighbours import Neighbours
from photo_clip.services.query_embeddings import QueryEmbeddings
from photo_clip.services.tile_finder import Parts, TileFinder

_Made = TypeVar("_Made")

DEFAULT_LIMIT = 500
_SAME = 0.99
"""Cosine of a photo with itself, as far as it was not changed since it was embedded."""
_MOST_SAYING = 5000
"""Words that stand in more paths than that tell photos apart no more than a folder does."""
_KEPT_ANSWERS = 16
_SPARE = 1.25
"""More neighbours are asked for than wanted, because some belong to photos that were removed."""


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """Photos that answer a query: the matches by cosine, best first, then the weaker ones.

    Without descriptions, the photos that pass the filters, newest first.
    """

    photo_ids: NDArray[np.int64]
    cosines: NDArray[np.float32] | None = None
    """With the query's direction, one a photo; None where there is no description. See `Hit.cosine`."""
    relevances: NDArray[np.float64] | None = None
    """The probability that each is a match; None where nobody can say."""
    matches: int | None = None
    """How many of them, the first ones, count as matches; None where nobody can say."""
    said: frozenset[int] = frozenset()
    """The ids of those whose path, caption or keywords hold the words."""
    total: int = 0
    """How many photos they were chosen from."""
    parts: Mapping[int, int] = field(default_factory=dict)
    """By photo id, for those found by a part of them: which of the tiles of `core.tiles.tile_boxes` it is."""


@dataclass(frozen=True, slots=True, eq=False)
class _Aim:
    """A description with its embedding."""

    vector: NDArray[np.float32]
    will: Will
    weight: float
    words: str
    """Empty for a photo."""


@dataclass(frozen=True, slots=True, eq=False)
class _Near:
    """Photos near a direction."""

    photo_ids: NDArray[np.int64]
    content_ids: NDArray[np.int64]
    cosines: NDArray[np.float32]
    parts: Parts | None = None
    """Where a part of a photo may come before the whole of it."""
    rows: NDArray[np.intp] | None = None
    """For each photo, which of the parts does so, -1 for none; None where there are no parts."""

    def __add__(self, other: "_Near") -> "_Near":
        return _Near(
            np.concatenate([self.photo_ids, other.photo_ids]),
            np.concatenate([self.content_ids, other.content_ids]),
            np.concatenate([self.cosines, other.cosines]),
        )


@dataclass(frozen=True, slots=True, eq=False)
class _Allowed:
    """The photos that pass the filters."""

    photo_ids: NDArray[np.int64]
    content_ids: NDArray[np.int64]
    """Of these."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """How the answer is wanted."""

    limit: int
    line: float
    total: int
    itself: int | None
    """The photo that others are to be like, where that alone is asked; it comes before its copies."""


class Searcher:
    """Answers from what is embedded by the active model. Any thread may use it."""

    def __init__(
        self,
        catalog: Catalog,
        neighbours: Neighbours,
        models: Models,
        embeddings: QueryEmbeddings,
        background: Background | None = None,
        *,
        tiles: TileFinder | None = None,
        today: Callable[[], date] = date.today,
        place_of: PlaceOf = lambda _name: None,
        labelled: Callable[[str], Sequence[int]] = lambda _name: (),
    ) -> None:
        """Without a background, hits come by cosine, and nobody knows which of them match; without `tiles`, photos are
        found as a whole.

        `labelled` returns the ids of the photos that a label fits, by its name.
        """
        self._background = background
        self._tiles = tiles
        self._catalog = catalog
        self._neighbours = neighbours
        self._models = models
        self._embeddings = embeddings
        self._today = today
        self._place_of = place_of
        self._labelled = labelled
        self._version = -1
        self._answers: dict[Hashable, object] = {}
        """Of the catalogue, to what was asked since it changed last."""
        self._lock = threading.Lock()

    def warm_up(self) -> None:
        """Load what the first answer needs, so that it comes at once; an answer tells of any trouble itself.

        The photos come first, and then the model: a search that comes meanwhile begins with the model.
        """
        with contextlib.suppress(PhotoClipError):
            key = self._models.active_key()
            self._neighbours.warm_up(key)
            if self._background is not None:
                self._background.sample(key)
            if self._tiles is not None:
                self._tiles.warm_up(key)
        with contextlib.suppress(PhotoClipError):
            encoder = self._models.active_encoder()
            self._embeddings.of_words(encoder, "a photo")  # parts of a model are loaded by their first use
            if self._background is not None:
                self._background.phrases(encoder)

    def search(self, text: str, limit: int = DEFAULT_LIMIT) -> list[Hit]:
        """Return up to `limit` photos that fit what is typed; see `find`."""
        return self.hits(self.find(parse(text, self._today()), limit))

    def find(
        self,
        query: Query,
        limit: int = DEFAULT_LIMIT,
        line: float = LINE,
        within: NDArray[np.int64] | None = None,
    ) -> Found:
        """Return up to `limit` photos that fit a query, those of at least `line` as matches; an empty one finds none.

        `within` holds the ids of the photos to choose from, all where there is None.
        Raises UsageError for a filter that makes no sense, a place that is not known, a photo that cannot be used.
        """
        if not query or limit <= 0:
            return Found(np.empty(0, np.int64))
        allowed = self._allowed(query, within)
        if not query.descriptions:
            assert allowed is not None  # noqa: S101  # a query without either is empty
            newest = self._kept("newest", self._catalog.newest_photo_ids)
            passing = newest[np.isin(newest, allowed.photo_ids)]
            return Found(passing[:limit], total=len(passing))
        encoder = self._models.active_encoder()
        aims = [self._aim(encoder, each) for each in query.descriptions]
        aimed = direction(
            np.stack([aim.vector for aim in aims]),
            [-aim.weight if aim.will is Will.LESS else aim.weight for aim in aims],
        )
        near = self._nearest(encoder, aimed, max(limit, DEFAULT_LIMIT), allowed)
        said = self._said(query, allowed)
        near += self._those_missing(encoder, aimed, near, said)
        if query.is_seen_in_parts:
            near = self._with_parts(encoder, aimed, near, allowed)
        told = self._relevances(encoder, aims, near, is_whole=allowed is None and len(aims) == 1)
        total = self._kept("total", self._catalog.count_shown) if allowed is None else len(allowed.photo_ids)
        return self._judged(near, told, said, _Asked(limit, line, total, self._itself(query)))

    def hits(self, found: Found) -> list[Hit]:
        """Return what was found, each with what is known of the photo; those removed meanwhile are left out."""
        photos = {photo.id: photo for photo in self._catalog.photos(found.photo_ids.tolist())}
        cosines = [None] * len(found.photo_ids) if found.cosines is None else found.cosines.tolist()
        told = [None] * len(found.photo_ids) if found.relevances is None else found.relevances.tolist()
        return [
            Hit(
                photos[photo_id],
                cosine,
                relevance,
                photo_id in found.said,
                _box(photos[photo_id], found.parts.get(photo_id)),
            )
            for photo_id, cosine, relevance in zip(found.photo_ids.tolist(), cosines, told, strict=True)
            if photo_id in photos
        ]

    def similar_to_file(self, path: Path, limit: int = DEFAULT_LIMIT) -> list[Hit]:
        """Return up to `limit` photos that look most like a photo anywhere on this computer. Raises UsageError."""
        return self.hits(self.find(Query((Description(photo=str(path)),)), limit))

    def _kept(self, key: Hashable, make: Callable[[], _Made]) -> _Made:
        """Return what was made for a key since the catalogue changed last, or make it.

        While people type, their filters stay the same.
        """
        version = self._catalog.version()
        with self._lock:
            if version != self._version or len(self._answers) > _KEPT_ANSWERS:
                self._version, self._answers = version, {}
            if key in self._answers:
                return cast(_Made, self._answers[key])
        made = make()
        with self._lock:
            if version == self._version:
                self._answers[key] = made
        return made

    def _itself(self, query: Query) -> int | None:
        if query.words or len(query.descriptions) != 1:
            return None
        photo = photo_at(self._catalog, Path(query.descriptions[0].photo))
        return None if photo is None else photo.id

    def _aim(self, encoder: Encoder, wanted: Description) -> _Aim:
        return _Aim(self._embeddings.of(encoder, wanted), wanted.will, wanted.weight, wanted.words)

    def _allowed(self, query: Query, within: NDArray[np.int64] | None) -> _Allowed | None:
        today = self._today()
        groups: list[AnyOf] = [
            tuple(
                (self._known(filter_of(each.key, each.value, today, self._place_of)), not each.is_excluded)
                for each in group
            )
            for group in query.conditions
        ]
        if not groups and within is None:
            return None
        passing = self._kept(tuple(groups), lambda: _Allowed(*self._catalog.photos_within(groups)))
        if within is None:
            return passing
        photo_ids = passing.photo_ids[np.isin(passing.photo_ids, within)]
        return _Allowed(photo_ids, self._catalog.content_ids_of(photo_ids.tolist()))

    def _known(self, wanted: Filter) -> Filter:
        """Return a filter that the catalogue can answer."""
        if not isinstance(wanted, Labelled):
            return wanted
        return OneOf(self._kept(wanted, lambda: tuple(self._labelled(wanted.label))))

    def _nearest(self, encoder: Encoder, vector: NDArray[np.float32], limit: int, allowed: _Allowed | None) -> _Near:
        contents = None if allowed is None else allowed.content_ids
        asked = int(limit * _SPARE) + 10
        while True:
            content_ids, cosines = self._neighbours.nearest(encoder.identity.key, vector, asked, contents)
            near = self._photos_of(content_ids, cosines, allowed)
            if len(near.photo_ids) >= limit or len(content_ids) < asked:
                return _Near(near.photo_ids[:limit], near.content_ids[:limit], near.cosines[:limit])
            asked *= 4

    def _photos_of(
        self, content_ids: NDArray[np.int64], cosines: NDArray[np.float32], allowed: _Allowed | None
    ) -> _Near:
        photo_ids, rows = self._catalog.photos_with(content_ids)
        if allowed is not None:
            passing = np.isin(photo_ids, allowed.photo_ids)
            photo_ids, rows = photo_ids[passing], rows[passing]
        return _Near(photo_ids, content_ids[rows], cosines[rows])

    def _said(self, query: Query, allowed: _Allowed | None) -> frozenset[int]:
        found = self._catalog.photos_saying(text_words(query.words), _MOST_SAYING + 1)
        if len(found) > _MOST_SAYING:
            return frozenset()
        if allowed is None or not found:
            return frozenset(found)
        return frozenset(found).intersection(allowed.photo_ids.tolist())

    def _those_missing(self, encoder: Encoder, aimed: NDArray[np.float32], near: _Near, said: frozenset[int]) -> _Near:
        """Return the photos found by their words alone, with their cosines; those not embedded yet are left out."""
        missing = np.array(sorted(said.difference(near.photo_ids.tolist())), dtype=np.int64)
        if not len(missing):
            return _Near(missing, missing, np.empty(0, np.float32))
        contents = self._catalog.content_ids_of(missing.tolist())
        count = min(len(contents), DEFAULT_LIMIT)
        found, cosines = self._neighbours.nearest(encoder.identity.key, aimed, count, contents)
        return self._photos_of(found, cosines, _Allowed(missing, contents))

    def _with_parts(self, encoder: Encoder, aimed: NDArray[np.float32], near: _Near, allowed: _Allowed | None) -> _Near:
        """Return the photos with those that a part of them brings nearer; each has the higher of the two cosines."""
        key = encoder.identity.key
        if self._tiles is None or not len(near.photo_ids) or not self._tiles.has_any(key):
            return near
        contents = None if allowed is None else allowed.content_ids
        parts = self._tiles.nearest(key, aimed, len(near.photo_ids), contents)
        cosines = parts.cosines - self._tiles.handicap(key, aimed)
        # Of a photo that is not near as a whole, no more is known than that it is no nearer than the last of them.
        known = np.isin(parts.content_ids, near.content_ids)
        others = ~known & (cosines > near.cosines.min())
        near += self._photos_of(parts.content_ids[others], cosines[others], allowed)
        row_of = {content_id: row for row, content_id in enumerate(parts.content_ids.tolist())}
        rows = np.array([row_of.get(content_id, -1) for content_id in near.content_ids.tolist()], np.intp)
        rows[(rows >= 0) & (cosines[rows] < near.cosines)] = -1
        return replace(near, cosines=np.where(rows < 0, near.cosines, cosines[rows]), parts=parts, rows=rows)

    def _judged(self, near: _Near, told: NDArray[np.float64] | None, said: frozenset[int], asked: _Asked) -> Found:
        """Return the photos in order: those recognised, those that the words alone found, and the weaker ones."""
        by_words = np.isin(near.photo_ids, np.array(sorted(said), dtype=np.int64))
        is_seen = np.zeros(len(by_words), np.bool_) if told is None else told >= asked.line
        is_other = (near.photo_ids != (asked.itself or 0)) | (near.cosines < _SAME)
        rank = np.where(is_seen, 0, np.where(by_words, 1, 2))
        order = np.lexsort((-near.cosines, rank, is_other))[: asked.limit]
        matches = None if told is None and not said else min(int((is_seen | by_words).sum()), asked.limit)
        return Found(
            near.photo_ids[order],
            near.cosines[order],
            None if told is None else told[order],
            matches,
            said,
            asked.total,
            _tile_numbers(near),
        )

    def _relevances(
        self, encoder: Encoder, aims: Sequence[_Aim], near: _Near, *, is_whole: bool
    ) -> NDArray[np.float64] | None:
        """Return for each photo the probability that it shows what is wanted, and nothing that is not.

        None where nothing is wanted in words. `is_whole`: the best of the library are among the photos.
        """
        described = [aim for aim in aims if aim.words]
        wanted = [aim for aim in described if aim.will is not Will.LESS]
        if self._background is None or not wanted or not len(near.photo_ids):
            return None
        key = encoder.identity.key
        vectors = self._neighbours.vectors_of(key, near.content_ids)
        is_part = np.zeros(len(vectors), np.bool_) if near.rows is None else near.rows >= 0
        if near.parts is not None and near.rows is not None:
            vectors[is_part] = near.parts.vectors[near.rows[is_part]]
        background = self._background
        phrases, sample = background.phrases(encoder), background.sample(key)

        def of(aim: _Aim) -> NDArray[np.float64]:
            best = vectors[:0] if is_whole else self._best(key, aim.vector)
            handicaps = np.zeros(len(vectors) + len(best), np.float32)
            if self._tiles is not None and is_part.any():
                handicaps[: len(vectors)][is_part] = self._tiles.handicap(key, aim.vector)
            beside = phrases[background.beside(aim.words)]
            return relevances(aim.vector, np.concatenate([vectors, best]), beside, sample, handicaps)[: len(vectors)]

        result = joint([of(aim) for aim in wanted], [aim.weight for aim in wanted])
        for aim in described:
            if aim.will is not Will.MORE:
                result = np.minimum(result, of(aim) if aim.will is Will.MUST else 1 - of(aim))
        return result

    def _best(self, model_key: str, vector: NDArray[np.float32]) -> Vectors:
        """Return the embeddings nearest to a description in the whole library."""
        content_ids, _ = self._neighbours.nearest(model_key, vector, BEST_HITS)
        return self._neighbours.vectors_of(model_key, content_ids)


def _tile_numbers(near: _Near) -> dict[int, int]:
    """Return by photo id which tile found it, for those that a part of them found."""
    if near.parts is None or near.rows is None:
        return {}
    led = near.rows >= 0
    return dict(zip(near.photo_ids[led].tolist(), near.parts.numbers[near.rows[led]].tolist(), strict=True))


def _box(photo: Photo, tile: int | None) -> Box | None:
    """Return where a photo's tile lies."""
    if tile is None or photo.facts is None:
        return None
    return tile_boxes(photo.facts.width_px, photo.facts.height_px)[tile]
