"""Takes photos from outside to search with: dropped on the window, or pasted, as files or as pixels."""

import os
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote_to_bytes

from PySide6.QtCore import QBuffer, QIODevice, QMimeData, QObject, QUrl, Signal
from PySide6.QtGui import QGuiApplication, QImage

from photo_clip.core.formats import is_photo_name
from photo_clip.gui.jobs import Jobs, Lane
from photo_clip.services.pasted_photos import PastedPhotos

MOST_PHOTOS = 8


class PhotoIntake(QObject):
    """Says which photos others are to be like."""

    taken = Signal(list)
    """Paths of photos."""

    def __init__(self, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._pasted: PastedPhotos | None = None

    def use(self, pasted: PastedPhotos | None) -> None:
        """Keep pasted pictures here from now on; with None, only files can be pasted."""
        self._pasted = pasted

    def paste(self) -> bool:
        """Take what lies on the clipboard; return whether it is a photo."""
        return self.take(QGuiApplication.clipboard().mimeData())

    def take(self, data: QMimeData) -> bool:
        """Take photos from a clipboard or a drop; return whether there are any."""
        files = photos_in(data)
        if files:
            self.taken.emit(files)
            return True
        image = data.imageData() if data.hasImage() else None
        if not isinstance(image, QImage) or image.isNull() or self._pasted is None:
            return False
        self._jobs.start(Lane.SEARCH, _kept, self._pasted, image, on_done=lambda path: self.taken.emit([path]))
        return True


def photos_in(data: QMimeData) -> list[Path]:
    """Return the photos among dragged or copied files, as far as names tell; the first few of many."""
    return [path for path in paths_in(data) if is_photo_name(path.name)][:MOST_PHOTOS]


def paths_in(data: QMimeData) -> list[Path]:
    """Return the dragged or copied files and folders."""
    return [_path_of(url) for url in data.urls() if url.isLocalFile() and url.path()]


def _path_of(url: QUrl) -> Path:
    if os.name == "nt":
        return Path(url.toLocalFile())
    encoded = url.path(QUrl.ComponentFormattingOption.FullyEncoded)  # toLocalFile() loses bytes that are no text
    return Path(os.fsdecode(unquote_to_bytes(encoded)))


def _kept(pasted: PastedPhotos, image: QImage) -> Path:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]
    return pasted.keep(bytes(buffer.data().data()))


Taking = Callable[[QMimeData], bool]
"""Takes photos from a drop, and returns whether there were any."""
