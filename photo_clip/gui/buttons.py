"""Buttons as they all look, with a name for those who do not see them."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QToolButton


def tool_button(text: str, name: str, clicked: Callable[[], object]) -> QToolButton:
    """Return a small flat button that shows `text`, a sign, and is called `name`."""
    button = QToolButton()
    button.setText(text)
    button.setAutoRaise(True)
    button.setToolTip(name)
    button.setAccessibleName(name)
    button.setCursor(Qt.CursorShape.PointingHandCursor)
    button.clicked.connect(lambda _checked: clicked())
    return button


def push_button(text: str, clicked: Callable[[], object], *, primary: bool = False) -> QPushButton:
    """Return a button with words; the primary one of a page stands out."""
    button = QPushButton(text)
    button.setProperty("primary", primary)
    button.setCursor(Qt.CursorShape.PointingHandCursor)
    button.clicked.connect(lambda _checked: clicked())
    return button
