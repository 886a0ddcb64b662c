"""Draws around a part of a photo, so that it is seen on any ground."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from photo_clip.core.tiles import Box

_DARK_PX, _LIGHT_PX = 5.0, 2.0


def draw_outline(painter: QPainter, photo: QRectF, box: Box) -> None:
    """Draw around the part `box` of a photo that lies at `photo`: a white line between two black ones."""
    part = QRectF(
        photo.left() + box.left * photo.width(),
        photo.top() + box.top * photo.height(),
        box.width * photo.width(),
        box.height * photo.height(),
    )
    inset = _DARK_PX / 2
    painter.save()
    painter.setOpacity(1.0)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for colour, width in ((QColor("#000000"), _DARK_PX), (QColor("#FFFFFF"), _LIGHT_PX)):
        painter.setPen(QPen(colour, width, j=Qt.PenJoinStyle.MiterJoin))
        painter.drawRect(part.adjusted(inset, inset, -inset, -inset))
    painter.restore()
