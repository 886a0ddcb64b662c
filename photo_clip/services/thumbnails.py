"""Small pictures of the photos, kept in the cache by content."""

import contextlib
import os
import threading
from pathlib import Path

from photo_clip.core.photo import Photo
from photo_clip.core.ports import PhotoReader
from photo_clip.core.whole_files import put_in_place
from photo_clip.services.photo_files import stamp_of

_BEGIN, _END = b"\xff\xd8", b"\xff\xd9"
"""Of every JPEG; a file that a power cut left half-written has not both."""


class Thumbnails:
    """Keeps a JPEG for each content; the folder may be deleted at any time, and nothing breaks when it is full.

    Any thread may use it.
    """

    def __init__(self, folder: Path, reader: PhotoReader) -> None:
        self._folder = folder
        self._reader = reader

    def store(self, content_hash: str, jpeg: bytes) -> None:
        """Keep a thumbnail, whole or not at all; one that is there stays."""
        file = self._file(content_hash)
        unfinished = file.with_name(f"{content_hash}.{os.getpid()}-{threading.get_ident()}.new")
        try:
            if file.exists():
                return
            file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            unfinished.write_bytes(jpeg)
            put_in_place(unfinished, file)
        except OSError:  # it is a cache: what cannot be kept is made again
            with contextlib.suppress(OSError):
                unfinished.unlink(missing_ok=True)

    def file(self, photo: Photo) -> Path | None:
        """Return where the photo's thumbnail lies, None where it is not there or not whole: then `jpeg` makes it."""
        if photo.content_hash is None:
            return None
        file = self._file(photo.content_hash)
        return file if _is_whole(_bytes_of(file)) else None

    def jpeg(self, photo: Photo) -> bytes:
        """Return the photo's thumbnail, made anew where it is not there.

        Raises UnreadablePhotoError where that is impossible, for a photo on an unplugged drive, say.
        """
        if photo.content_hash is None:
            return self._reader.thumbnail(photo.path)
        file = self._file(photo.content_hash)
        kept = _bytes_of(file)
        if _is_whole(kept):
            return kept
        with contextlib.suppress(OSError):
            file.unlink()
        jpeg = self._reader.thumbnail(photo.path)
        # Else it shows what the photo holds now, not the content it would be kept for.
        if photo.is_read_as_it_is and stamp_of(photo.path) == photo.stamp:
            self.store(photo.content_hash, jpeg)
        return jpeg

    def _file(self, content_hash: str) -> Path:
        return self._folder / content_hash[:2] / f"{content_hash}.jpg"


def _bytes_of(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError:
        return b""


def _is_whole(jpeg: bytes) -> bool:
    return jpeg.startswith(_BEGIN) and jpeg.endswith(_END)
