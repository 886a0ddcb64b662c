"""Asks whether something is really meant, and says what comes of it."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from photo_clip.gui.buttons import push_button
from photo_clip.gui.plain import plain_label

_WIDTH_PX = 460


class ConfirmDialog(QDialog):
    """A question, its consequence, and two answers, of which the one that changes nothing is the default."""

    def __init__(
        self, question: str, consequence: str, yes: str, then: Callable[[], object], parent: QWidget | None = None
    ) -> None:
        """`then` is called when `yes` is pressed."""
        super().__init__(parent)
        self.setWindowTitle(question)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        title = plain_label(question, wordWrap=True)
        title.setProperty("question", True)
        words = plain_label(consequence, wordWrap=True)
        self.setAccessibleDescription(consequence)
        self.yes = push_button(yes, self.accept)
        no = push_button("Cancel", self.reject, primary=True)
        no.setDefault(True)
        self.yes.setAutoDefault(False)
        self.accepted.connect(then)
        buttons = QHBoxLayout()
        buttons.setSpacing(10)
        buttons.addStretch()
        buttons.addWidget(self.yes)
        buttons.addWidget(no)
        column = QVBoxLayout(self)
        column.setContentsMargins(26, 24, 26, 20)
        self.setFixedWidth(_WIDTH_PX)
        words.setMinimumHeight(words.heightForWidth(_WIDTH_PX - 52))  # long words that wrap ask for too little
        column.setSpacing(12)
        column.addWidget(title)
        column.addWidget(words)
        column.addSpacing(6)
        column.addLayout(buttons)
        no.setFocus()
