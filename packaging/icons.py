"""Draws the program's icon in the sizes and formats the systems ask for, from its SVG."""

import os
from pathlib import Path

SIZES_PX = (16, 24, 32, 48, 64, 128, 256, 512)


def write_icons(svg: Path, folder: Path) -> Path:
    """Write photo-clip-SIZE.png for each size, photo-clip.ico and photo-clip.icns; return their folder."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PIL import Image
    from PySide6.QtCore import Qt
    from PySide6.QtGui import QGuiApplication, QImage, QPainter
    from PySide6.QtSvg import QSvgRenderer

    _application = QGuiApplication.instance() or QGuiApplication([])
    renderer = QSvgRenderer(str(svg))
    if not renderer.isValid():
        raise SystemExit(f"“{svg}” is no SVG that Qt can draw.")
    folder.mkdir(parents=True, exist_ok=True)
    for side in (*SIZES_PX, 1024):
        image = QImage(side, side, QImage.Format.Format_ARGB32)
        image.fill(Qt.GlobalColor.transparent)
        painter = QPainter(image)
        renderer.render(painter)
        painter.end()
        image.save(str(folder / f"photo-clip-{side}.png"))
    drawn = {}
    for side in (*SIZES_PX, 1024):
        with Image.open(folder / f"photo-clip-{side}.png") as image:
            drawn[side] = image.copy()
    drawn[256].save(folder / "photo-clip.ico", sizes=[(side, side) for side in SIZES_PX if side <= 256])
    drawn[1024].save(folder / "photo-clip.icns", append_images=[drawn[side] for side in SIZES_PX if side >= 32])
    return folder
