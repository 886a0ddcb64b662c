"""The small signs on buttons and in lists, drawn in the colour of the words beside them."""

from functools import lru_cache

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from photo_clip.core.places import resources_folder

SIDE_PX = 20
_RATIOS = (1.0, 2.0, 3.0)
"""Device pixels a pixel, for which a sign is drawn sharply."""


def icon(name: str, colour: QColor, side_px: int = SIDE_PX) -> QIcon:
    """Return the sign of this name in a colour, sharp on every screen."""
    made = QIcon()
    for ratio in _RATIOS:
        made.addPixmap(picture(name, colour, side_px, ratio))
    return made


def picture(name: str, colour: QColor, side_px: int, device_pixel_ratio: float) -> QPixmap:
    """Return a sign as a picture for a screen with so many device pixels a pixel."""
    pixmap = QPixmap(round(side_px * device_pixel_ratio), round(side_px * device_pixel_ratio))
    pixmap.setDevicePixelRatio(device_pixel_ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    drawing = QSvgRenderer(QByteArray(_drawing(name).replace("currentColor", colour.name()).encode()))
    drawing.render(painter, QRectF(0, 0, side_px, side_px))
    painter.end()
    return pixmap


@lru_cache(maxsize=64)
def _drawing(name: str) -> str:
    return (resources_folder() / "icons" / f"{name}.svg").read_text(encoding="utf-8")
