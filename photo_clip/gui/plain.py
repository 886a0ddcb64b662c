"""Shows words as they are: names of files, labels and searches may look like HTML, which Qt would draw and load."""

import html
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QInputDialog, QLabel, QWidget


def plain_label(text: str = "", **properties: Any) -> QLabel:
    """Return a label that shows any text as it is."""
    return QLabel(text, textFormat=Qt.TextFormat.PlainText, **properties)


def plain_input(parent: QWidget, title: str) -> QInputDialog:
    """Return a box that asks for a text, and shows any text as it is above it."""
    box = QInputDialog(parent)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.setWindowTitle(title)
    box.setLabelText("")  # the label is made with its first text
    for label in box.findChildren(QLabel):
        label.setTextFormat(Qt.TextFormat.PlainText)
    return box


def plain_tip(text: str) -> str:
    """Return what a tooltip is to be told so that it shows `text`."""
    if "<" not in text and "&" not in text:
        return text
    return f'<p style="white-space: pre-wrap">{html.escape(text)}</p>'
