"""Fetches the thumbnails of what is in view, nearest first, and forgets what scrolled away."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, QSize, Signal
from PySide6.QtGui import QImage, QPixmap

from photo_clip.core.errors import UnreadablePhotoError
from photo_clip.core.photo import Photo
from photo_clip.gui.jobs import Job, Jobs, Lane
from photo_clip.gui.pictures import picture_of
from photo_clip.services.library import Library
from photo_clip.services.thumbnails import Thumbnails

_KEPT_BYTES = 256 * 1024 * 1024
_BYTES_A_PIXEL = 4
_AT_ONCE = 8
"""Photos a job; few, so that what scrolled away while they were loaded cost little."""


@dataclass(frozen=True, slots=True, eq=False)
class _Box:
    """What thumbnails are fitted into, so that they need no scaling when they are painted."""

    size_px: QSize
    """In device pixels; empty leaves them as they are."""
    device_pixel_ratio: float


@dataclass(frozen=True, slots=True, eq=False)
class _Loaded:
    photo: Photo
    image: QImage | None
    reason: str
    tags: tuple[str, ...] = ()
    is_sensitive: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class _Kept:
    photo: Photo
    pixmap: QPixmap | None
    reason: str
    tags: tuple[str, ...]
    is_sensitive: bool
    generation: int
    size_bytes: int


class ThumbnailLoader(QObject):
    """Keeps thumbnails for the grid. Images are decoded in workers, pixmaps are made in the window's thread alone."""

    loaded = Signal(int)
    """A photo's id: its thumbnail, or why there is none, can be asked for now."""
    outdated = Signal()
    """What is in view should be asked for again."""

    def __init__(self, jobs: Jobs, kept_bytes: int = _KEPT_BYTES, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._kept_bytes = kept_bytes
        self._library: Library | None = None
        self._kept: OrderedDict[int, _Kept] = OrderedDict()
        self._held_bytes = 0
        self._generation = 0
        self._box = _Box(QSize(), 1.0)
        self._running: dict[Job, set[int]] = {}

    def use(self, library: Library) -> None:
        """Take photos and thumbnails from here from now on."""
        self._library = library

    def fit_into(self, size: QSize, device_pixel_ratio: float) -> None:
        """Fit thumbnails into this size from now on; those in memory are shown until they were loaded again."""
        box = _Box(size * device_pixel_ratio, device_pixel_ratio)
        if (box.size_px, box.device_pixel_ratio) != (self._box.size_px, self._box.device_pixel_ratio):
            self._box = box
            self.renew()

    def pixmap(self, photo_id: int) -> QPixmap | None:
        """Return the thumbnail if it is in memory."""
        kept = self._kept.get(photo_id)
        return None if kept is None else kept.pixmap

    def photo(self, photo_id: int) -> Photo | None:
        """Return what is known of a photo, once its thumbnail was asked for."""
        kept = self._kept.get(photo_id)
        return None if kept is None else kept.photo

    def reason(self, photo_id: int) -> str:
        """Return why a photo has no thumbnail; empty while it may still come."""
        kept = self._kept.get(photo_id)
        return "" if kept is None else kept.reason

    def tags(self, photo_id: int) -> tuple[str, ...]:
        """Return a photo's tags, once its thumbnail was asked for."""
        kept = self._kept.get(photo_id)
        return () if kept is None else kept.tags

    def is_sensitive(self, photo_id: int) -> bool:
        """Whether a photo is one that is not to be shown by chance."""
        kept = self._kept.get(photo_id)
        return kept is not None and kept.is_sensitive

    def want(self, photo_ids: Sequence[int]) -> None:
        """Load these next, in this order; what was asked for before and is not among them is given up."""
        if self._library is None:
            return
        wanted = set(photo_ids)
        for job, ids in list(self._running.items()):
            if not job.has_begun or not ids & wanted:  # what has not been begun is asked for again, in the new order
                job.cancel()
                del self._running[job]
        under_way: set[int] = set().union(*self._running.values())
        missing: list[int] = []
        for photo_id in photo_ids:
            kept = self._kept.get(photo_id)
            if kept is not None:
                self._kept.move_to_end(photo_id)
            if (kept is None or kept.generation != self._generation) and photo_id not in under_way:
                missing.append(photo_id)
        for start in range(0, len(missing), _AT_ONCE):
            self._start(self._library, missing[start : start + _AT_ONCE])

    def renew(self) -> None:
        """Load everything again when it is wanted next, because photos may have changed; it is shown until then."""
        self._generation += 1
        self._give_up_all()
        self.outdated.emit()

    def _give_up_all(self) -> None:
        for job in self._running:
            job.cancel()
        self._running.clear()

    def _start(self, library: Library, photo_ids: list[int]) -> None:
        job = self._jobs.start(
            Lane.THUMBNAILS,
            _load,
            library,
            photo_ids,
            self._box,
            on_done=lambda found: self._take(job, found),
            on_failed=lambda error: self._lose(job, error),
        )
        self._running[job] = set(photo_ids)

    def _take(self, job: Job, found: list[_Loaded]) -> None:
        self._running.pop(job, None)
        for loaded in found:
            pixmap = None if loaded.image is None else QPixmap.fromImage(loaded.image)
            size_bytes = 0 if pixmap is None else pixmap.width() * pixmap.height() * _BYTES_A_PIXEL
            former = self._kept.pop(loaded.photo.id, None)
            self._held_bytes += size_bytes - (0 if former is None else former.size_bytes)
            self._kept[loaded.photo.id] = _Kept(
                loaded.photo, pixmap, loaded.reason, loaded.tags, loaded.is_sensitive, self._generation, size_bytes
            )
            self.loaded.emit(loaded.photo.id)
        while self._held_bytes > self._kept_bytes and len(self._kept) > 1:
            _, forgotten = self._kept.popitem(last=False)
            self._held_bytes -= forgotten.size_bytes

    def _lose(self, job: Job, error: Exception) -> None:
        self._running.pop(job, None)
        self._jobs.failed_unheard.emit(error)


def _load(library: Library, photo_ids: list[int], box: _Box) -> list[_Loaded]:
    known = library.catalog.tags.tags_of(photo_ids)
    tags = {photo_id: known.get(photo_id, []) for photo_id in photo_ids}
    sensitive = library.labelled.sensitive(tags)
    return [
        replace(
            _load_one(library.thumbnails, photo, box),
            tags=tuple(tag.name for tag in tags[photo.id]),
            is_sensitive=photo.id in sensitive,
        )
        for photo in library.catalog.photos(photo_ids)
    ]


def _load_one(thumbnails: Thumbnails, photo: Photo, box: _Box) -> _Loaded:
    try:
        image = picture_of(thumbnails, photo, None if box.size_px.isEmpty() else box.size_px)
    except UnreadablePhotoError as error:
        return _Loaded(photo, None, "Its drive is not connected" if photo.offline else _as_sentence(error.reason))
    if image.isNull():
        return _Loaded(photo, None, "Its thumbnail is damaged")
    image.setDevicePixelRatio(box.device_pixel_ratio)
    return _Loaded(photo, image, "")


def _as_sentence(clause: str) -> str:
    return clause[:1].upper() + clause[1:]
