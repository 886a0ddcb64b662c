"""What is shown in place of the photos when the library could not be opened."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from photo_clip.core.errors import PhotoClipError
from photo_clip.core.printable import printable
from photo_clip.gui.buttons import push_button
from photo_clip.gui.plain import plain_label


class ClosedPage(QWidget):
    """Says why, and lets people try again or quit."""

    try_again_wanted = Signal()
    quit_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        title = plain_label("The library is not open")
        title.setProperty("title", True)
        self._sentence = plain_label(wordWrap=True, alignment=Qt.AlignmentFlag.AlignCenter)
        self._advice = plain_label(wordWrap=True, alignment=Qt.AlignmentFlag.AlignCenter)
        self._advice.setProperty("quiet", True)
        self.try_again = push_button("Try again", self.try_again_wanted.emit, primary=True)
        buttons = QHBoxLayout()
        buttons.setSpacing(10)
        buttons.addStretch()
        buttons.addWidget(self.try_again)
        buttons.addWidget(push_button("Quit", self.quit_wanted.emit))
        buttons.addStretch()
        column = QVBoxLayout(self)
        column.setContentsMargins(60, 40, 60, 40)
        column.setSpacing(14)
        column.addStretch()
        column.addWidget(title, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(self._sentence)
        column.addWidget(self._advice)
        column.addSpacing(10)
        column.addLayout(buttons)
        column.addStretch()

    def show_problem(self, error: Exception) -> None:
        """Say what kept the library from being opened; a mistake of the program is told elsewhere in full."""
        if isinstance(error, PhotoClipError):
            self._sentence.setText(printable(error.sentence))
            self._advice.setText(printable(error.advice))
        else:
            self._sentence.setText("A mistake of the program kept it from opening.")
            self._advice.setText("Nothing in it was harmed.")
        self.try_again.setFocus()
