"""What the keys do, and what the program is."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QGridLayout, QLabel, QVBoxLayout, QWidget

from photo_clip import APP_NAME, __version__

KEYS = (
    ("Ctrl+F or /", "to the search line"),
    ("Arrows, Home, End", "through the photos"),
    ("Enter or Space", "show the photo large"),
    ("Esc", "back to the grid, or clear the search"),
    ("S", "photos like the selected one"),
    ("Ctrl+R", "show the file in the file manager"),
    ("Ctrl+C", "copy the selected files"),
    ("Ctrl+A", "select all photos of the answer"),
    ("Ctrl+wheel", "larger or smaller thumbnails"),
    ("+ − wheel", "in the large photo: zoom"),
    ("Z", "in the large photo: full size, or fitted"),
    ("Ctrl+O", "add a folder"),
    ("Ctrl+,", "settings"),
    ("F11", "full screen"),
    ("F1 or ?", "this page"),
)


class HelpOverlay(QDialog):
    """A page of keys, and honest words about what can be found."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Help")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        grid = QGridLayout()
        grid.setHorizontalSpacing(28)
        grid.setVerticalSpacing(6)
        for row, (keys, meaning) in enumerate(KEYS):
            name = QLabel(keys)
            name.setProperty("heading", True)
            grid.addWidget(name, row, 0)
            grid.addWidget(QLabel(meaning), row, 1)
        honest = QLabel(
            "Describe what is to be seen: things, animals, places, what people do. The model is weak at counting, at"
            " names and fine differences, at “no” and “without”, at written text and at abstract ideas, and it has"
            " the prejudices of the pictures it learned from."
        )
        honest.setWordWrap(True)
        about = QLabel(f"{APP_NAME} {__version__} · MIT licence · your photos stay on this computer")
        about.setProperty("quiet", True)
        column = QVBoxLayout(self)
        column.setContentsMargins(28, 24, 28, 24)
        column.setSpacing(18)
        column.addLayout(grid)
        column.addWidget(honest)
        column.addWidget(about)
        self.setFixedWidth(560)
