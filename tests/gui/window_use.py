"""What people do with the window."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from photo_clip.gui.main_window import MainWindow
from photo_clip.gui.reveal import url_of


def drop(window: MainWindow, *paths: Path) -> None:
    data = QMimeData()
    data.setUrls([url_of(path) for path in paths])
    actions, buttons, keys = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    entering = QDragEnterEvent(QPoint(50, 50), actions, data, buttons, keys)
    QApplication.sendEvent(window, entering)
    assert entering.isAccepted()
    QApplication.sendEvent(window, QDropEvent(QPointF(50, 50), actions, data, buttons, keys))


def once_unread(change: Callable[[], object], qtbot: QtBot) -> None:
    """Move or delete a photo, which Windows refuses while somebody reads it."""

    def is_done() -> bool:
        try:
            change()
        except PermissionError:
            return False
        return True

    qtbot.waitUntil(is_done)


def names_shown(window: MainWindow) -> list[str]:
    assert window._opened is not None
    photos = window._opened.library.catalog.photos(window.photos.photo_ids.tolist())
    return [photo.path.name for photo in photos]


def type_words(window: MainWindow, qtbot: QtBot, words: str) -> None:
    window.search_view.line.setFocus()
    window.search_view.line.clear()
    qtbot.keyClicks(window.search_view.line, words)


def ask(window: MainWindow, qtbot: QtBot, text: str) -> list[str]:
    """Ask this, and return the names of the photos that are shown."""
    window.search_view.ask_text(text)
    settle(window, qtbot)
    return names_shown(window)


def settle(window: MainWindow, qtbot: QtBot) -> None:
    """Wait until what was asked is answered."""
    view = window.search_view
    qtbot.waitUntil(lambda: view._job is None and not view._typing.isActive() and not view._moving.isActive())
