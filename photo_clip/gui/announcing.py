"""Says to screen readers what others see change."""

from PySide6.QtCore import QObject
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent


def announce(about: QObject, sentence: str) -> None:
    """Have a screen reader, where there is one, say a sentence when it has finished the one it is saying."""
    if QAccessible.isActive():
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(about, sentence))
