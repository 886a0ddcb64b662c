"""Thumbnails outside the grid: read in the background, fitted where they are shown."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage, QImageReader, QPixmap

from photo_clip.core.errors import UnreadablePhotoError
from photo_clip.core.photo import Photo
from photo_clip.services.thumbnails import Thumbnails

_VEILED_PX = 6
_SMOOTHLY = (Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation)


def picture_of(thumbnails: Thumbnails, photo: Photo, room: QSize | None = None) -> QImage:
    """Return a photo's thumbnail, a null picture where it is damaged. Any thread may ask; slow.

    Where a room in device pixels is given, the picture is as large as it can be in it.
    Raises UnreadablePhotoError where there is no thumbnail, and none can be made.

    A reader of files lets Python's other threads go on while it decodes and scales. `QImage.loadFromData` and
    `QImage.scaled` do not (PySide 6.11): with two threads at it, the window's own thread waited up to 0.2 s for its
    turn. So they are for what cannot be kept in a file alone.

    Two things would stop threads for ever, one waiting for Python's lock and the other for one of Qt's (seen with
    PySide 6.11): a reader that is given a QBuffer, which may be a Python object, and a format that Qt has to guess,
    since its SVG reader connects a signal. So the reader has a file, and the format is named.
    """
    file = thumbnails.file(photo)
    if file is None:
        image = QImage()
        image.loadFromData(thumbnails.jpeg(photo), "JPEG")
        return image if room is None or image.isNull() else image.scaled(_largest(image.size(), room), *_SMOOTHLY)
    reader = QImageReader(str(file), b"jpeg")
    reader.setAutoDetectImageFormat(False)
    if room is not None:
        reader.setScaledSize(_largest(reader.size(), room))
    return reader.read()


def pictures_of(thumbnails: Thumbnails, photos: Sequence[Photo]) -> list[QImage | None]:
    """Return the thumbnails of photos, None where there is none; slow."""
    return [_picture_or_none(thumbnails, photo) for photo in photos]


def fitted(picture: QImage, room: QSize, device_pixel_ratio: float) -> QPixmap:
    """Return a picture as large as it can be in a room given in device pixels."""
    pixmap = QPixmap.fromImage(picture.scaled(_largest(picture.size(), room), *_SMOOTHLY))
    pixmap.setDevicePixelRatio(device_pixel_ratio)
    return pixmap


def veil_of(picture: QPixmap) -> QPixmap:
    """Return so few pixels of a picture that nothing can be told from them, to be painted as large as it."""
    return picture.scaled(_VEILED_PX, _VEILED_PX, mode=Qt.TransformationMode.SmoothTransformation)


def _largest(size: QSize, room: QSize) -> QSize:
    return size.scaled(room, Qt.AspectRatioMode.KeepAspectRatio).expandedTo(QSize(1, 1))  # a line of pixels stays one


def _picture_or_none(thumbnails: Thumbnails, photo: Photo) -> QImage | None:
    try:
        image = picture_of(thumbnails, photo)
    except UnreadablePhotoError:
        return None
    return None if image.isNull() else image
