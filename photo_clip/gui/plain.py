"""Shows words as they are: names of files, labels and searches may look like HTML, which Qt would draw and load."""

import html
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel


def plain_label(text: str = "", **properties: Any) -> QLabel:
    """Return a label that shows any text as it is."""
    return QLabel(text, textFormat=Qt.TextFormat.PlainText, **properties)


def plain_tip(text: str) -> str:
    """Return what a tooltip is to be told so that it shows `text`."""
    if "<" not in text and "&" not in text:
        return text
    return f'<p style="white-space: pre-wrap">{html.escape(text)}</p>'
