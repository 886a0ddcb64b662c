"""Embeds the tiles of photos, in folders where small things are looked for."""

from collections import deque
from collections.abc import Iterator
from pathlib import Path

from photo_clip.core.errors import PhotoGoneError, UnreadablePhotoError
from photo_clip.core.photo import Photo
from photo_clip.core.ports import Encoder, PhotoReader, ReadTiles, Vectors
from photo_clip.core.progress import Phase, Progress, Task
from photo_clip.core.stores import Catalog
from photo_clip.services.folder_changes import WatchedFolders
from photo_clip.services.read_ahead import reading

_TILES_AT_ONCE = 32
"""Embedded before they are stored: as many pictures as a batch of whole photos has."""
_PAGE = 1000


class Tiler:
    """Goes over the photos that are embedded as a whole and have no tiles yet."""

    def __init__(self, catalog: Catalog, folders: WatchedFolders, reader: PhotoReader) -> None:
        self._catalog = catalog
        self._folders = folders
        self._reader = reader

    def embed_waiting(self, encoder: Encoder) -> Task[int]:
        """Embed the tiles of every photo that waits for them, and return of how many photos.

        A few photos are stored before each progress is told, so that the task may be closed at any time. One that
        changed or went meanwhile is left to the next look; one that cannot be read is found as a whole.
        """
        model_key = encoder.identity.key
        total = self._catalog.tiles.count_waiting(model_key)
        if not total:
            return 0
        yield Progress(Phase.TILING, 0, total)
        asked: deque[Photo] = deque()
        held: dict[str, Vectors] = {}
        done = embedded = tiles = 0
        with reading(self._reader.read_tiles(self._waiting_paths(model_key, asked), encoder.square)) as results:
            for path, result in results:
                done += 1
                vectors = self._embedded(encoder, asked.popleft(), result)
                held.update(vectors)
                tiles += sum(map(len, vectors.values()))
                if tiles >= _TILES_AT_ONCE or done == total:
                    self._catalog.tiles.store(model_key, held)
                    embedded += len(held)
                    held, tiles = {}, 0
                    yield Progress(Phase.TILING, done, max(total, done), path.name)
        self._catalog.tiles.store(model_key, held)
        return embedded + len(held)

    def _waiting_paths(self, model_key: str, asked: deque[Photo]) -> Iterator[Path]:
        """Yield the paths of the waiting photos, and leave the photos in `asked`."""
        last = 0
        while page := self._catalog.tiles.waiting(model_key, after_photo_id=last, limit=_PAGE):
            for photo in page:
                asked.append(photo)
                yield photo.path
            last = page[-1].id

    def _embedded(self, encoder: Encoder, photo: Photo, result: ReadTiles | UnreadablePhotoError) -> dict[str, Vectors]:
        """Return the embeddings by content hash; none for a photo of which nothing is to be remembered."""
        if photo.content_hash is None or isinstance(result, PhotoGoneError):
            return {}
        file = self._folders.files_now([photo]).get(photo.id)
        if file is None or file.stamp != photo.stamp:
            return {}
        if isinstance(result, UnreadablePhotoError):
            return {photo.content_hash: encoder.embed_texts([])}
        return {result.content_hash: encoder.embed_images(result.squares)}
