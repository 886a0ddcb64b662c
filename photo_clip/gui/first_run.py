"""The page people see first: where to drop their photos, and what will happen."""

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from photo_clip.gui import icons
from photo_clip.gui.buttons import push_button
from photo_clip.gui.plain import plain_label

_SIGN_PX = 84
_PROMISES = (
    ("local", "Everything stays on this computer."),
    ("untouched", "Your photos are never changed."),
)


class FirstRunPage(QWidget):
    """A large target for folders, and a button for those who do not drag."""

    folder_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        sign = plain_label()
        sign.setPixmap(QApplication.windowIcon().pixmap(QSize(_SIGN_PX, _SIGN_PX), self.devicePixelRatioF()))
        title = plain_label("Drop a folder of photos here")
        title.setProperty("title", True)
        words = plain_label(
            "photo-clip looks at each photo once. Then type what you remember – “a cup of coffee”, “children playing"
            " in the snow” – and see those photos."
        )
        words.setWordWrap(True)
        words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        words.setMinimumWidth(460)
        self.choose_button = push_button("Choose a folder …", self.folder_wanted.emit, primary=True)
        self._target = QFrame()
        self._target.setObjectName("dropTarget")
        self._target.setMinimumSize(600, 400)
        self._target.setMaximumSize(760, 460)
        inside = QVBoxLayout(self._target)
        inside.setContentsMargins(56, 40, 56, 40)
        inside.addStretch()
        for widget, space_px in ((sign, 18), (title, 10), (words, 24), (self.choose_button, 0)):
            inside.addWidget(widget, 0, Qt.AlignmentFlag.AlignHCenter)
            inside.addSpacing(space_px)
        inside.addStretch()
        promises = QHBoxLayout()
        promises.setSpacing(8)
        promises.addStretch()
        self._signs: list[tuple[str, QLabel]] = []
        for name, promise in _PROMISES:
            picture, label = plain_label(), plain_label(promise)
            label.setProperty("quiet", True)
            self._signs.append((name, picture))
            promises.addWidget(picture)
            promises.addWidget(label)
            promises.addSpacing(24)
        promises.addStretch()
        column = QVBoxLayout(self)
        column.setContentsMargins(32, 24, 32, 24)
        column.setSpacing(20)
        column.addStretch(2)
        column.addWidget(self._target, 10, Qt.AlignmentFlag.AlignHCenter)
        column.addLayout(promises)
        column.addStretch(2)
        self._draw_signs()

    def show_drop(self, over: bool) -> None:
        """Show that what is dragged over the window can be dropped."""
        self._target.setProperty("over", over)
        self._target.style().unpolish(self._target)
        self._target.style().polish(self._target)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802
        if event.type() is QEvent.Type.PaletteChange:
            self._draw_signs()
        super().changeEvent(event)

    def _draw_signs(self) -> None:
        colour = self.palette().color(QPalette.ColorRole.PlaceholderText)
        for name, picture in self._signs:
            picture.setPixmap(icons.picture(name, colour, icons.SIDE_PX, self.devicePixelRatioF()))
