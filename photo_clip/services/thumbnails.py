"""Small pictures of the photos, kept in the cache by content."""

import contextlib
import os
from pathlib import Path

from photo_clip.core.photo import Photo
from photo_clip.core.ports import PhotoReader


class Thumbnails:
    """Keeps a JPEG for each content; the folder may be deleted at any time, and nothing breaks when it is full."""

    def __init__(self, folder: Path, reader: PhotoReader) -> None:
        self._folder = folder
        self._reader = reader

    def store(self, content_hash: str, jpeg: bytes) -> None:
        """Keep a thumbnail, whole or not at all; one that is there stays."""
        file = self._file(content_hash)
        if file.exists():
            return
        unfinished = file.with_name(f"{file.name}.{os.getpid()}.new")
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            unfinished.write_bytes(jpeg)
            unfinished.replace(file)
        except OSError:  # it is a cache: what cannot be kept is made again
            with contextlib.suppress(OSError):
                unfinished.unlink(missing_ok=True)

    def jpeg(self, photo: Photo) -> bytes:
        """Return the photo's thumbnail, made anew where it is not there.

        Raises UnreadablePhotoError where that is impossible, for a photo on an unplugged drive, say.
        """
        if photo.content_hash is not None:
            try:
                return self._file(photo.content_hash).read_bytes()
            except OSError:
                pass
        jpeg = self._reader.thumbnail(photo.path)
        if photo.content_hash is not None:
            self.store(photo.content_hash, jpeg)
        return jpeg

    def _file(self, content_hash: str) -> Path:
        return self._folder / content_hash[:2] / f"{content_hash}.jpg"
