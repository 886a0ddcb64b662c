"""Says why a photo was found, in numbers and words that can be checked."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from photo_clip.core.photo import Photo
from photo_clip.core.ports import Encoder, Vectors
from photo_clip.core.query import Description, Query, Will
from photo_clip.core.ranking import direction
from photo_clip.core.relevance import rivals
from photo_clip.core.text_words import text_words
from photo_clip.core.tiles import Box, tile_boxes
from photo_clip.services.background import Background
from photo_clip.services.models import Models
from photo_clip.services.neighbours import Neighbours
from photo_clip.services.query_embeddings import QueryEmbeddings
from photo_clip.services.tile_finder import TileFinder


@dataclass(frozen=True, slots=True)
class Part:
    """What one description did."""

    description: Description
    cosine: float
    """Of the photo's embedding with the description's, -1 to 1."""
    rank: int
    """The place it would have if this alone were asked for, from 1."""


@dataclass(frozen=True, slots=True)
class Where:
    """The part of a photo that fits best what was asked for."""

    box: Box
    cosine: float
    """Of that part, above the whole photo's."""
    found_it: bool
    """Whether the photo was found by it; else the photo as a whole comes before it."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a photo was found."""

    photo: Photo
    cosine: float | None
    """With the whole query's direction; None where the photo is not embedded, or nothing was described."""
    rank: int | None
    """Its place among all photos by that cosine, from 1; photos of one cosine share it."""
    total: int
    """How many photos are embedded."""
    parts: tuple[Part, ...]
    said: tuple[tuple[str, str], ...]
    """Words of the query, and where each stands: “folder or file name”, “caption” or “keywords”."""
    where: Where | None = None
    """None where no part fits better than the whole, or none was looked at by itself."""
    rivals: tuple[tuple[str, float], ...] = ()
    """Generic phrases that fit the photo best and say something else than was asked for, each with its cosine, best
    first: to be a match, it must stand out from them. Empty where nothing was asked for in words."""


class Explainer:
    """Looks again at one photo. Any thread may use it."""

    def __init__(
        self,
        neighbours: Neighbours,
        models: Models,
        embeddings: QueryEmbeddings,
        tiles: TileFinder,
        background: Background | None,
    ) -> None:
        """Without a background, nobody says what else a photo could show."""
        self._neighbours = neighbours
        self._background = background
        self._tiles = tiles
        self._models = models
        self._embeddings = embeddings

    def explain(self, query: Query, photo: Photo, content_id: int) -> Explanation:
        """Return why the photo, which has this content, answers the query. Raises as `Searcher.find` does."""
        said = _said(query, photo)
        if not query.descriptions:
            return Explanation(photo, None, None, 0, (), said)
        encoder = self._models.active_encoder()
        key = encoder.identity.key
        asked = self._asked(encoder, query)
        cosines, ranks, total = self._neighbours.places(key, asked, content_id)
        if cosines is None:
            return Explanation(photo, None, None, total, (), said)
        parts = tuple(
            Part(each, float(cosine), rank)
            for each, cosine, rank in zip(query.descriptions, cosines, ranks, strict=False)
        )
        where = self._where(encoder, query, photo, content_id, asked[-1], float(cosines[-1]))
        others = self._rivals(encoder, query, asked, content_id)
        return Explanation(photo, float(cosines[-1]), ranks[-1], total, parts, said, where, others)

    def where(self, query: Query, photo: Photo, content_id: int) -> Where | None:
        """Return what `explain` says of the part that fits best. Raises as `Searcher.find` does."""
        if not query.descriptions:
            return None
        encoder = self._models.active_encoder()
        asked = self._asked(encoder, query)[-1]
        cosines, _, _ = self._neighbours.places(encoder.identity.key, asked[np.newaxis], content_id)
        return None if cosines is None else self._where(encoder, query, photo, content_id, asked, float(cosines[0]))

    def _asked(self, encoder: Encoder, query: Query) -> Vectors:
        """Return the embeddings of the descriptions, and last the direction they give together."""
        vectors = np.stack([self._embeddings.of(encoder, each) for each in query.descriptions])
        weights = [-each.weight if each.will is Will.LESS else each.weight for each in query.descriptions]
        return np.vstack([vectors, direction(vectors, weights)])

    def _rivals(self, encoder: Encoder, query: Query, asked: Vectors, content_id: int) -> tuple[tuple[str, float], ...]:
        wanted = [bool(each.words) and each.will is not Will.LESS for each in query.descriptions]
        if self._background is None or not any(wanted):
            return ()
        photo = self._neighbours.vectors_of(encoder.identity.key, np.array([content_id]))[0]
        beside = self._background.beside(query.words)
        phrases, words = self._background.phrases(encoder)[beside], self._background.words
        found = rivals(photo, asked[:-1][wanted], phrases)
        return tuple((words[beside[number]], float(phrases[number] @ photo)) for number in found.tolist())

    def _where(
        self, encoder: Encoder, query: Query, photo: Photo, content_id: int, asked: NDArray[np.float32], whole: float
    ) -> Where | None:
        key = encoder.identity.key
        if photo.facts is None or not query.is_seen_in_parts or not self._tiles.has_any(key):
            return None
        best = self._tiles.best(key, asked, np.array([content_id]))
        if not len(best.content_ids) or best.cosines[0] <= whole:
            return None
        box = tile_boxes(photo.facts.width_px, photo.facts.height_px)[int(best.numbers[0])]
        cosine = float(best.cosines[0])
        return Where(box, cosine, cosine - self._tiles.handicap(key, asked) >= whole)


def _said(query: Query, photo: Photo) -> tuple[tuple[str, str], ...]:
    facts = photo.facts
    places = {
        "folder or file name": str(photo.path),
        "caption": facts.caption if facts else "",
        "keywords": " ".join(facts.keywords) if facts else "",
    }
    held = {where: text_words(text, most=10_000) for where, text in places.items()}
    return tuple(
        (word, where)
        for word in text_words(query.words)
        for where, words in held.items()
        if any(each.startswith(word) for each in words)
    )
