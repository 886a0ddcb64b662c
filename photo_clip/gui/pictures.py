"""Thumbnails outside the grid: read in the background, fitted where they are shown."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage, QPixmap

from photo_clip.core.errors import UnreadablePhotoError
from photo_clip.core.photo import Photo
from photo_clip.services.thumbnails import Thumbnails


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
        image = QImage.fromData(thumbnails.jpeg(photo))
    except UnreadablePhotoError:
        return None
    return None if image.isNull() else image
