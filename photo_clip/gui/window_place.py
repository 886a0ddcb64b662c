"""Remembers where the window was, how it was divided, and how large its thumbnails were."""

from PySide6.QtCore import QByteArray, QSettings
from PySide6.QtWidgets import QSlider, QSplitter, QWidget

_FIRST_WIDTH_PX, _FIRST_HEIGHT_PX = 1180, 780


class WindowPlace:
    """Puts a window back to where it was."""

    def __init__(self, window: QWidget, splitter: QSplitter, size_slider: QSlider) -> None:
        self._window = window
        self._splitter = splitter
        self._size_slider = size_slider

    def save(self) -> None:
        """Remember the place for the next start."""
        store = QSettings()
        store.setValue("geometry", self._window.saveGeometry())
        store.setValue("splitter", self._splitter.saveState())
        store.setValue("thumbnail_side_px", self._size_slider.value())

    def restore(self) -> None:
        """Go back to the place that was remembered; where there is none, to a usual one."""
        store = QSettings()
        self._window.resize(_FIRST_WIDTH_PX, _FIRST_HEIGHT_PX)
        geometry, splitter = store.value("geometry"), store.value("splitter")
        if isinstance(geometry, QByteArray):
            self._window.restoreGeometry(geometry)
        if isinstance(splitter, QByteArray):
            self._splitter.restoreState(splitter)
        side = store.value("thumbnail_side_px")
        if isinstance(side, int | str) and str(side).isdigit():
            self._size_slider.setValue(int(side))
