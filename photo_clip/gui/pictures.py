"""Thumbnails outside the grid: read in the background, fitted where they are shown."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage, QPixmap

from photo_clip.core.errors import UnreadablePhotoError
from photo_clip.core.photo import Photo
from photo_clip.services.thumbnails import Thumbnails

_JPEG = b"\xff\xd8"


def picture_from(jpeg: bytes) -> QImage:
    """Return a thumbnail's picture, a null one where it is no JPEG or is damaged. Any thread may ask.

    Its format is named. Where Qt has to guess, its SVG reader connects a signal, for which it takes a lock of Qt while
    it holds Python's; the window's thread takes them the other way round where it disconnects one, and both wait for
    ever (seen with PySide 6.11).
    """
    image = QImage()
    if jpeg.startswith(_JPEG):
        image.loadFromData(jpeg, "JPEG")
    return image


def pictures_of(thumbnails: Thumbnails, photos: Sequence[Photo]) -> list[QImage | None]:
    """Return the thumbnails of photos, None where there is none; slow."""
    return [_picture_of(thumbnails, photo) for photo in photos]


def fitted(picture: QImage, room: QSize, device_pixel_ratio: float) -> QPixmap:
    """Return a picture as large as it can be in a room given in device pixels."""
    pixmap = QPixmap.fromImage(
        picture.scaled(room, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation)
    )
    pixmap.setDevicePixelRatio(device_pixel_ratio)
    return pixmap


def _picture_of(thumbnails: Thumbnails, photo: Photo) -> QImage | None:
    try:
        image = picture_from(thumbnails.jpeg(photo))
    except UnreadablePhotoError:
        return None
    return None if image.isNull() else image
