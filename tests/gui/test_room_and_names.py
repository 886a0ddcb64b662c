"""The window where there is little room, and for those who do not see it."""

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAccessible, QScreen
from PySide6.QtWidgets import QPushButton, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from photo_clip.gui.help_overlay import HelpOverlay
from photo_clip.gui.main_window import MainWindow


@pytest.mark.parametrize("screen", [QSize(853, 600), QSize(1600, 1000)])
def test_the_help_can_be_closed_and_read_on_any_screen(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, screen: QSize
) -> None:
    monkeypatch.setattr(QScreen, "availableSize", lambda _: screen)
    page = HelpOverlay()
    qtbot.addWidget(page)
    page.show()
    assert page.size().boundedTo(screen) == page.size()
    close = page.findChild(QPushButton)
    assert isinstance(close, QPushButton)
    assert page.rect().contains(close.geometry())
    assert page.area.horizontalScrollBar().maximum() == 0
    assert (page.area.verticalScrollBar().maximum() > 0) is (screen.height() < 700)


def test_all_that_keys_can_reach_has_a_name(filled: MainWindow) -> None:
    unnamed = []
    for widget in filled.findChildren(QWidget):
        is_reached = widget.focusPolicy() & Qt.FocusPolicy.TabFocus or isinstance(widget, QToolButton)
        if is_reached and not isinstance(widget, QPushButton):  # those say what they show
            seen = QAccessible.queryAccessibleInterface(widget)
            if not seen.text(QAccessible.Text.Name):
                unnamed.append(f"{type(widget).__name__} {widget.objectName()} in {type(widget.parent()).__name__}")
    assert unnamed == []
