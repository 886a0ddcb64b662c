"""Embeds what is asked with: words, and photos that need not be in the library."""

import threading
from collections import OrderedDict
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from photo_clip.core.errors import UnreadablePhotoError, UsageError
from photo_clip.core.kinds import kinds_of
from photo_clip.core.ports import Encoder, PhotoReader
from photo_clip.core.query import Description, Will
from photo_clip.core.ranking import direction
from photo_clip.core.stores import Catalog
from photo_clip.services.known_photos import photo_at
from photo_clip.services.photo_files import stamp_of
from photo_clip.services.read_ahead import reading

_KEPT_TEXTS = 256


class QueryEmbeddings:
    """Remembers the words asked last. Any thread may use it."""

    def __init__(self, catalog: Catalog, reader: PhotoReader) -> None:
        self._catalog = catalog
        self._reader = reader
        self._texts: OrderedDict[tuple[str, str], NDArray[np.float32]] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, encoder: Encoder, wanted: Description) -> NDArray[np.float32]:
        """Return the embedding of what is wanted or to be avoided, shape (d,). Raises ModelError, UsageError."""
        if wanted.photo:
            return self.of_photo(encoder, Path(wanted.photo))
        if wanted.will is not Will.LESS:
            return self.of_words(encoder, wanted.words)
        kinds = [self.of_words(encoder, kind) for kind in kinds_of(wanted.words)]
        return direction(np.stack(kinds), [1] * len(kinds))

    def of_words(self, encoder: Encoder, words: str) -> NDArray[np.float32]:
        """Return the embedding of a text, shape (d,). Raises ModelError."""
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

    def of_photo(self, encoder: Encoder, path: Path) -> NDArray[np.float32]:
        """Return the embedding of a photo, shape (d,): the one that is stored, where it is unchanged or out of reach.

        Raises UsageError for a file that cannot be used, and ModelError.
        """
        path = path.absolute()
        known = self._known(encoder, path)
        if known is not None:
            return known
        with reading(self._reader.read([path], encoder.square)) as results:
            _, result = next(results)
        if isinstance(result, UnreadablePhotoError):
            raise UsageError(
                f"The photo “{path}” cannot be used: {result.reason}.", advice="Choose another photo."
            ) from result
        known = self._catalog.embeddings.vectors_of(encoder.identity.key, result.content_hash)
        if known is not None:
            return known
        vector: NDArray[np.float32] = encoder.embed_images(result.square[np.newaxis])[0]
        return vector

    def _known(self, encoder: Encoder, path: Path) -> NDArray[np.float32] | None:
        photo = photo_at(self._catalog, path)
        if photo is None or photo.content_hash is None:
            return None
        stamp = stamp_of(path)
        is_that = photo.offline if stamp is None else stamp == photo.stamp and photo.is_read_as_it_is
        return self._catalog.embeddings.vectors_of(encoder.identity.key, photo.content_hash) if is_that else None
