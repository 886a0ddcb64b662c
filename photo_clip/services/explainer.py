"""Says why a photo was found, in numbers and words that can be checked."""

from dataclasses import dataclass

import numpy as np

from photo_clip.core.photo import Photo
from photo_clip.core.query import Description, Query, Will
from photo_clip.core.ranking import direction
from photo_clip.core.text_words import text_words
from photo_clip.services.models import Models
from photo_clip.services.neighbours import Neighbours
from photo_clip.services.query_embeddings import QueryEmbeddings


@dataclass(frozen=True, slots=True)
class Part:
    """What one description did."""

    description: Description
    cosine: float
    """Of the photo's embedding with the description's, -1 to 1."""
    rank: int
    """The place it would have if this alone were asked for, from 1."""


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


class Explainer:
    """Looks again at one photo. Any thread may use it."""

    def __init__(self, neighbours: Neighbours, models: Models, embeddings: QueryEmbeddings) -> None:
        self._neighbours = neighbours
        self._models = models
        self._embeddings = embeddings

    def explain(self, query: Query, photo: Photo, content_id: int) -> Explanation:
        """Return why the photo, which has this content, answers the query. Raises as `Searcher.find` does."""
        said = _said(query, photo)
        if not query.descriptions:
            return Explanation(photo, None, None, 0, (), said)
        encoder = self._models.active_encoder()
        vectors = np.stack([self._embeddings.of(encoder, each) for each in query.descriptions])
        weights = [-each.weight if each.will is Will.LESS else each.weight for each in query.descriptions]
        key = encoder.identity.key
        asked = np.vstack([vectors, direction(vectors, weights)])
        cosines, ranks, total = self._neighbours.places(key, asked, content_id)
        if cosines is None:
            return Explanation(photo, None, None, total, (), said)
        parts = tuple(
            Part(each, float(cosine), rank)
            for each, cosine, rank in zip(query.descriptions, cosines, ranks, strict=False)
        )
        return Explanation(photo, float(cosines[-1]), ranks[-1], total, parts, said)


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
