"""What the keys do, and what can honestly be found."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QDialog, QFrame, QGridLayout, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from photo_clip.gui.buttons import push_button
from photo_clip.gui.commands import FULL_SCREEN_KEYS, key_name
from photo_clip.gui.flow_layout import GAP_PX, FlowLayout
from photo_clip.gui.plain import plain_label

_MOST_OF_SCREEN = 0.9
_KEYS = {
    "What can be typed": (
        ("boats at sea", "", "what the photo shows"),
        ("sea +boats", "", "both, each by itself"),
        ("sea -people", "without …", "the one, not the other"),
        ("2:boats", "", "twice as important"),
        ("must:dog", "", "surely there"),
        ("july 2023", "date:2020..2022", "when"),
        ("near:Lisbon", "", "where"),
        ("folder:", "name:", "words in its path"),
        ("tag:", "camera:", "as they are noted"),
        ("is:", "has:", "favourite, gps …"),
        ("rating:>=3", "type:raw", "stars, kind of file"),
        ("a:1 or b:2", "", "one of several filters"),
    ),
    "Finding": (
        ("Ctrl+F", "/", "to the search line"),
        ("Down", "", "from there to the photos"),
        ("S", "", "photos like the selected ones"),
        ("Ctrl+V", "", "photos like the copied one"),
        ("Ctrl+S", "", "keep this search"),
        ("Esc", "", "clear the search"),
    ),
    "Photos": (
        ("Arrows", "", "from photo to photo"),
        ("Enter", "Space", "show it large, and back"),
        ("Ctrl+A", "Ctrl+I", "select all, or the others"),
        ("F", "0 … 5", "favourite; stars"),
        ("T", "", "tags"),
        ("Ctrl+Z", "", "take back tags or stars"),
        ("W", "", "why it was found"),
        ("D", "", "show or fold near-duplicates"),
        ("Ctrl+C", "", "copy the selected files"),
        ("Ctrl+R", "", "show it in the file manager"),
        ("Ctrl+E", "", "open it elsewhere"),
        ("Ctrl++", "Ctrl+−", "larger, smaller"),
    ),
    "In the large photo": (
        ("←", "→", "previous, next"),
        ("+", "−", "zoom; the wheel, too"),
        ("Z", "", "full size, or fitted"),
        ("O", "", "outline the part that fits best"),
        ("Esc", "", "back to the photos"),
    ),
    "The window": (
        ("Ctrl+O", "", "add a folder"),
        ("Ctrl+L", "", "labels"),
        ("Ctrl+Shift+D", "", "duplicates"),
        ("Ctrl+Shift+M", "", "models"),
        ("Ctrl+,", "", "settings"),
        ("F5", "", "look for new photos now"),
        (FULL_SCREEN_KEYS, "", "full screen"),
        ("F1", "?", "this page"),
    ),
}


class HelpOverlay(QDialog):
    """A page of keys, and honest words about what can be found."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Keys and hints")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        columns = FlowLayout()  # below each other where there is no room beside each other
        columns.setContentsMargins(0, 0, 0, 0)
        width_px = 0
        for names in (("What can be typed", "In the large photo"), ("Finding", "Photos"), ("The window",)):
            part = QWidget()
            column = QVBoxLayout(part)
            column.setContentsMargins(0, 0, 22, 0)
            column.setSpacing(8)
            for name in names:
                column.addWidget(_heading(name))
                column.addLayout(_keys(_KEYS[name]))
                column.addSpacing(14)
            column.addStretch()
            columns.addWidget(part)
            width_px += part.sizeHint().width() + GAP_PX
        honest = plain_label(
            "Describe what is to be seen: things, animals, places, what people do. Photos are found by what a model"
            " sees in them. It is weak at counting, at names and fine differences, at “no” and “without”, at written"
            " text and at abstract ideas, and it has the prejudices of the pictures it learned from."
        )
        honest.setWordWrap(True)
        honest.setProperty("quiet", True)
        buttons = QHBoxLayout()
        buttons.addStretch()
        buttons.addWidget(push_button("Close", self.accept, primary=True))
        inner = QWidget()
        page = QVBoxLayout(inner)
        page.setContentsMargins(30, 26, 30, 0)
        page.setSpacing(10)
        page.addLayout(columns)
        page.addWidget(honest)
        self.area = QScrollArea(widgetResizable=True)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setAccessibleName("Keys and hints")
        self.area.setWidget(inner)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 22)
        whole.setSpacing(10)
        whole.addWidget(self.area)
        whole.addLayout(buttons)
        buttons.setContentsMargins(30, 0, 30, 0)

        margins = page.contentsMargins()
        width_px += margins.left() + margins.right()
        around_px = whole.sizeHint().height() - self.area.sizeHint().height()
        bar_px = self.area.verticalScrollBar().sizeHint().width()  # without room for it, it would not go away
        wanted = QSize(width_px + bar_px, page.heightForWidth(width_px) + around_px)
        self.resize(wanted.boundedTo(self.screen().availableSize() * _MOST_OF_SCREEN))


def _heading(text: str) -> QLabel:
    heading = plain_label(text)
    heading.setProperty("heading", True)
    return heading


def _keys(rows: tuple[tuple[str, str, str], ...]) -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(16)
    grid.setVerticalSpacing(6)
    for number, (key, other, meaning) in enumerate(rows):
        keys = QHBoxLayout()
        keys.setSpacing(5)
        for name in filter(None, (key, other)):
            label = plain_label(key_name(name) if "Ctrl" in name else name)
            label.setProperty("key", True)
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            keys.addWidget(label)
        keys.addStretch()
        grid.addLayout(keys, number, 0)
        grid.addWidget(plain_label(meaning), number, 1)
    grid.setColumnMinimumWidth(0, 96)
    grid.setColumnStretch(1, 1)
    return grid
