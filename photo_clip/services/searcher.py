"""Finds photos by words, finds similar photos, and tells which labels fit one."""

import contextlib
import os
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from photo_clip.core.errors import PhotoClipError, UnreadablePhotoError, UsageError
from photo_clip.core.photo import Hit
from photo_clip.core.ports import Catalog, Encoder, PhotoReader
from photo_clip.core.query import parse
from photo_clip.core.relevance import LINE, relevances
from photo_clip.core.scoring import probabilities
from photo_clip.services.background import Background
from photo_clip.services.models import Models
from photo_clip.services.neighbours import Neighbours
from photo_clip.services.photo_files import stamp_of
from photo_clip.services.read_ahead import reading

DEFAULT_LIMIT = 500
_KEPT_TEXTS = 256
_SPARE = 1.25
"""More neighbours are asked for than wanted, because some belong to photos that were removed."""


@dataclass(frozen=True, slots=True)
class _Near:
    """A photo near a query."""

    photo_id: int
    content_id: int
    cosine: float


class Searcher:
    """Answers from what is embedded by the active model. Any thread may use it."""

    def __init__(
        self,
        catalog: Catalog,
        neighbours: Neighbours,
        models: Models,
        reader: PhotoReader,
        background: Background | None = None,
    ) -> None:
        """Without a background, hits come by cosine, and nobody knows which of them match."""
        self._background = background
        self._catalog = catalog
        self._neighbours = neighbours
        self._models = models
        self._reader = reader
        self._texts: OrderedDict[tuple[str, str], NDArray[np.float32]] = OrderedDict()
        self._lock = threading.Lock()

    def warm_up(self) -> None:
        """Load what the first answer needs, so that it comes at once; that answer tells of any trouble."""
        with contextlib.suppress(PhotoClipError):
            self._neighbours.warm_up(self._models.active_key())
            encoder = self._models.active_encoder()
            self._text_embedding(encoder, "a photo")  # parts of a model are loaded by their first use
            if self._background is not None:
                self._background.phrases(encoder)

    def search(self, words: str, limit: int = DEFAULT_LIMIT) -> list[Hit]:
        """Return up to `limit` photos that fit the words: the matches by cosine, best first, then the weaker ones.

        No words find nothing.
        """
        query = parse(words)
        if not query.words:
            return []
        encoder = self._models.active_encoder()
        vector = self._text_embedding(encoder, query.words)
        nearest = self._nearest(encoder, vector, limit if self._background is None else max(limit, DEFAULT_LIMIT))
        if self._background is None or not nearest:
            return self._hits(nearest)
        by_content = self._catalog.vectors_of_contents(encoder.identity.key, [each.content_id for each in nearest])
        told = relevances(
            vector,
            np.stack([by_content[each.content_id] for each in nearest]),
            self._background.phrases(encoder),
            self._background.sample(encoder.identity.key),
        )
        order = np.argsort(told < LINE, kind="stable")[:limit]
        return self._hits([nearest[row] for row in order], told[order].tolist())

    def similar(self, photo_id: int, limit: int = DEFAULT_LIMIT) -> list[Hit]:
        """Return up to `limit` photos that look most like a known one, itself first; nothing if it is not embedded."""
        found = self._catalog.photos([photo_id])
        if not found or found[0].content_hash is None:
            return []
        encoder = self._models.active_encoder()
        vector = self._catalog.vectors_of(encoder.identity.key, found[0].content_hash)
        hits = [] if vector is None else self._hits(self._nearest(encoder, vector, limit))
        return sorted(hits, key=lambda hit: hit.photo.id != photo_id)  # before copies of it, too

    def similar_to_file(self, path: Path, limit: int = DEFAULT_LIMIT) -> list[Hit]:
        """Return up to `limit` photos that look most like a photo anywhere on this computer. Raises UsageError."""
        encoder = self._models.active_encoder()
        return self._hits(self._nearest(encoder, self._image_embedding(encoder, path), limit))

    def classify(self, path: Path, labels: Sequence[str], template: str | None = None) -> list[tuple[str, float]]:
        """Return a probability for each label, most probable first; together they are 1.

        Zero-shot classification as in Radford et al. 2021 (arXiv 2103.00020, section 3.1.2): softmax of
        logit scale × cosine. Labels are put into `template` at “{}” where one is given. No label gives nothing.
        Raises UsageError for a template without “{}”, or a file that cannot be used.
        """
        if template is not None and "{}" not in template:
            raise UsageError(
                f"The template “{template}” has no place for the label.", advice="Write {} where it belongs."
            )
        if not labels:
            return []
        encoder = self._models.active_encoder()
        texts = [label if template is None else template.replace("{}", label) for label in labels]
        cosines = encoder.embed_texts(texts) @ self._image_embedding(encoder, path)
        shares = probabilities(cosines, encoder.logit_scale)
        order = np.argsort(-shares, kind="stable")
        return [(labels[row], float(shares[row])) for row in order]

    def _nearest(self, encoder: Encoder, vector: NDArray[np.float32], limit: int) -> list[_Near]:
        if limit <= 0:
            return []
        model_key = encoder.identity.key
        asked = int(limit * _SPARE) + 10
        while True:
            content_ids, cosines = self._neighbours.nearest(model_key, vector, asked)
            photo_ids = self._catalog.photo_ids_of(content_ids.tolist())
            found = [
                _Near(photo_id, content_id, float(cosine))
                for content_id, cosine in zip(content_ids.tolist(), cosines, strict=True)
                for photo_id in photo_ids.get(content_id, ())
            ][:limit]
            if len(found) == limit or len(content_ids) < asked:
                return found
            asked *= 4

    def _hits(self, found: Sequence[_Near], relevance: Sequence[float] | None = None) -> list[Hit]:
        photos = {photo.id: photo for photo in self._catalog.photos([each.photo_id for each in found])}
        return [
            Hit(photos[each.photo_id], each.cosine, None if relevance is None else relevance[number])
            for number, each in enumerate(found)
            if each.photo_id in photos
        ]

    def _text_embedding(self, encoder: Encoder, words: str) -> NDArray[np.float32]:
        key = (encoder.identity.key, words)
        with self._lock:
            if key in self._texts:
                self._texts.move_to_end(key)
                return self._texts[key]
        vector: NDArray[np.float32] = encoder.embed_texts([words])[0]
        with self._lock:
            self._texts[key] = vector
            while len(self._texts) > _KEPT_TEXTS:
                self._texts.popitem(last=False)
        return vector

    def _image_embedding(self, encoder: Encoder, path: Path) -> NDArray[np.float32]:
        """Return the embedding of a photo: the one that is stored, where it is known and unchanged or out of reach."""
        path = path.absolute()
        known = self._known_embedding(encoder, path)
        if known is not None:
            return known
        with reading(self._reader.read([path], encoder.square)) as results:
            _, result = next(results)
        if isinstance(result, UnreadablePhotoError):
            raise UsageError(
                f"The photo “{path}” cannot be used: {result.reason}.", advice="Choose another photo."
            ) from result
        known = self._catalog.vectors_of(encoder.identity.key, result.content_hash)
        if known is not None:
            return known
        vector: NDArray[np.float32] = encoder.embed_images(result.square[np.newaxis])[0]
        return vector

    def _known_embedding(self, encoder: Encoder, path: Path) -> NDArray[np.float32] | None:
        in_watched = Path(os.path.realpath(path.parent), path.name)  # as watched folders are named
        photo = self._catalog.photo_at(in_watched)
        if photo is None or photo.content_hash is None:
            return None
        stamp = stamp_of(path)
        is_that = photo.offline if stamp is None else stamp == photo.stamp
        return self._catalog.vectors_of(encoder.identity.key, photo.content_hash) if is_that else None
