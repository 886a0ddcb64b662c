"""The page people see first: where to drop their photos, and what will happen."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

from photo_clip.gui.buttons import push_button


class FirstRunPage(QWidget):
    """A large target for folders, and a button for those who do not drag."""

    folder_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        title = QLabel("Drop a folder of photos here")
        title.setProperty("title", True)
        words = QLabel(
            "Then type what you remember – “a cup of coffee”, “children playing in the snow” – and see those photos.\n"
            "photo-clip looks at them on this computer alone. It never changes a photo, and nothing leaves it."
        )
        words.setWordWrap(True)
        words.setProperty("quiet", True)
        words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._target = QFrame()
        self._target.setObjectName("dropTarget")
        self._target.setMaximumSize(720, 380)
        inside = QVBoxLayout(self._target)
        inside.setContentsMargins(48, 48, 48, 48)
        inside.setSpacing(20)
        inside.addStretch()
        inside.addWidget(title, 0, Qt.AlignmentFlag.AlignCenter)
        inside.addWidget(words)
        inside.addWidget(
            push_button("Choose a folder …", self.folder_wanted.emit, primary=True), 0, Qt.AlignmentFlag.AlignCenter
        )
        inside.addStretch()
        column = QVBoxLayout(self)
        column.setContentsMargins(40, 40, 40, 40)
        column.addStretch()
        column.addWidget(self._target)
        column.setAlignment(self._target, Qt.AlignmentFlag.AlignHCenter)
        self._target.setMinimumSize(560, 320)
        column.addStretch()

    def show_drop(self, over: bool) -> None:
        """Show that what is dragged over the window can be dropped."""
        self._target.setProperty("over", over)
        self._target.style().unpolish(self._target)
        self._target.style().polish(self._target)
