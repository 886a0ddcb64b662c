"""Gives photos to other programs, as files."""

import os
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QMimeData, QRect, Qt, QUrl
from PySide6.QtGui import QColor, QDrag, QPainter, QPixmap
from PySide6.QtWidgets import QWidget

from photo_clip.core.photo import Photo
from photo_clip.gui import theme
from photo_clip.gui.reveal import url_of

_SIDE_PX = 120


@dataclass(frozen=True, slots=True)
class Files:
    """Photos as other programs want them."""

    urls: list[QUrl]
    paths: str
    """A line each."""


def files_of(photos: Sequence[Photo]) -> Files:
    """Return photos as files; in a lane's thread, where they are many."""
    paths = (os.fsencode(photo.path).decode("utf-8", "replace") for photo in photos)
    return Files([url_of(photo.path) for photo in photos], "\n".join(paths))


def mime_of(files: Files) -> QMimeData:
    """Return files for the clipboard or a drag."""
    data = QMimeData()
    data.setUrls(files.urls)
    data.setText(files.paths)
    return data


def drag_out(source: QWidget, photos: Sequence[Photo], thumbnail: QPixmap | None) -> None:
    """Drag files until they are dropped, under a small picture that says how many they are."""
    drag = QDrag(source)
    drag.setMimeData(mime_of(files_of(photos)))
    if thumbnail is not None:
        drag.setPixmap(_picture(source, thumbnail, len(photos)))
    drag.exec(Qt.DropAction.CopyAction)


def _picture(source: QWidget, thumbnail: QPixmap, count: int) -> QPixmap:
    ratio = source.devicePixelRatioF()
    side = round(_SIDE_PX * ratio)
    picture = thumbnail.scaled(
        side, side, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
    )
    picture.setDevicePixelRatio(ratio)
    if count > 1:
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(source.font())
        words = f"{count:,}"
        metrics = painter.fontMetrics()
        badge = QRect(6, 6, metrics.horizontalAdvance(words) + 16, metrics.height() + 6)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.colours().accent))
        painter.drawRoundedRect(badge, badge.height() / 2, badge.height() / 2)
        painter.setPen(QColor("#FFFFFF"))
        painter.drawText(badge, Qt.AlignmentFlag.AlignCenter, words)
        painter.end()
    return picture
