"""Fetches the thumbnails of what is in view, nearest first, and forgets what scrolled away."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage, QPixmap

from photo_clip.core.errors import UnreadablePhotoError
from photo_clip.core.photo import Photo
from photo_clip.core.ports import Catalog
from photo_clip.gui.jobs import Job, Jobs, Lane
from photo_clip.services.thumbnails import Thumbnails

_KEPT = 1500
"""Thumbnails kept in memory: several screens full, and at most about 0.7 GB of the largest."""
_AT_ONCE = 8


@dataclass(frozen=True, slots=True, eq=False)
class _Loaded:
    photo: Photo
    image: QImage | None
    reason: str


class ThumbnailLoader(QObject):
    """Keeps thumbnails for the grid. Images are decoded in workers, pixmaps are made in the window's thread alone."""

    loaded = Signal(int)
    """A photo's id: its thumbnail, or why there is none, can be asked for now."""

    def __init__(self, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._catalog: Catalog | None = None
        self._thumbnails: Thumbnails | None = None
        self._pixmaps: OrderedDict[int, QPixmap | None] = OrderedDict()
        self._photos: dict[int, Photo] = {}
        self._reasons: dict[int, str] = {}
        self._running: dict[Job, set[int]] = {}

    def use(self, catalog: Catalog, thumbnails: Thumbnails) -> None:
        """Take photos and thumbnails from here from now on."""
        self._catalog = catalog
        self._thumbnails = thumbnails

    def pixmap(self, photo_id: int) -> QPixmap | None:
        """Return the thumbnail if it is in memory."""
        return self._pixmaps.get(photo_id)

    def photo(self, photo_id: int) -> Photo | None:
        """Return what is known of a photo, once its thumbnail was asked for."""
        return self._photos.get(photo_id)

    def reason(self, photo_id: int) -> str:
        """Return why a photo has no thumbnail; empty while it may still come."""
        return self._reasons.get(photo_id, "")

    def want(self, photo_ids: Sequence[int]) -> None:
        """Load these next, in this order; what was asked for before and is not among them is given up."""
        if self._catalog is None or self._thumbnails is None:
            return
        wanted = set(photo_ids)
        for job, ids in list(self._running.items()):
            if not ids & wanted:
                job.cancel()
                del self._running[job]
        under_way: set[int] = set().union(*self._running.values()) if self._running else set()
        missing = [photo_id for photo_id in photo_ids if photo_id not in self._pixmaps and photo_id not in under_way]
        for start in range(0, len(missing), _AT_ONCE):
            self._start(self._catalog, self._thumbnails, missing[start : start + _AT_ONCE])

    def forget(self) -> None:
        """Drop everything, because photos may have changed."""
        for job in self._running:
            job.cancel()
        self._running.clear()
        self._pixmaps.clear()
        self._photos.clear()
        self._reasons.clear()

    def _start(self, catalog: Catalog, thumbnails: Thumbnails, photo_ids: list[int]) -> None:
        job = self._jobs.start(
            Lane.THUMBNAILS,
            _load,
            catalog,
            thumbnails,
            photo_ids,
            on_done=lambda found: self._take(job, found),
        )
        self._running[job] = set(photo_ids)

    def _take(self, job: Job, found: list[_Loaded]) -> None:
        self._running.pop(job, None)
        for loaded in found:
            photo_id = loaded.photo.id
            self._photos[photo_id] = loaded.photo
            self._reasons[photo_id] = loaded.reason
            self._pixmaps[photo_id] = None if loaded.image is None else QPixmap.fromImage(loaded.image)
            self._pixmaps.move_to_end(photo_id)
            self.loaded.emit(photo_id)
        while len(self._pixmaps) > _KEPT:
            forgotten, _ = self._pixmaps.popitem(last=False)
            self._photos.pop(forgotten, None)
            self._reasons.pop(forgotten, None)


def _load(catalog: Catalog, thumbnails: Thumbnails, photo_ids: list[int]) -> list[_Loaded]:
    return [_load_one(thumbnails, photo) for photo in catalog.photos(photo_ids)]


def _load_one(thumbnails: Thumbnails, photo: Photo) -> _Loaded:
    try:
        image = QImage.fromData(thumbnails.jpeg(photo))
    except UnreadablePhotoError as error:
        return _Loaded(photo, None, "its drive is not connected" if photo.offline else error.reason)
    return _Loaded(photo, None if image.isNull() else image, "its thumbnail is damaged" if image.isNull() else "")
