"""What the window can be told to do: by keys, and by its menu."""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence, QShortcut
from PySide6.QtWidgets import QMenu, QWidget

SEPARATOR = None
FULL_SCREEN_KEYS = "Meta+Ctrl+F" if sys.platform == "darwin" else "F11"
"""As usual there; macOS itself takes F11."""


@dataclass(frozen=True, slots=True)
class Command:
    """Something to be done, with its keys and its words in a menu."""

    words: str
    act: Callable[[], object]
    keys: tuple[str, ...] = ()
    role: QAction.MenuRole = QAction.MenuRole.NoRole
    """Where macOS puts it."""


def add_commands(window: QWidget, menu: QMenu, commands: Sequence[Command | None]) -> None:
    """Put commands into a menu, with lines at the Nones, and let their keys work in the whole window."""
    for command in commands:
        if command is None:
            menu.addSeparator()
            continue
        action = QAction(command.words, window)
        action.setShortcuts([QKeySequence(keys) for keys in command.keys])
        action.setMenuRole(command.role)
        action.triggered.connect(lambda _checked, act=command.act: act())
        window.addAction(action)
        menu.addAction(action)


def key_name(keys: str) -> str:
    """Return keys as the system names them: Qt's Ctrl is ⌘ on macOS."""
    return QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)


def add_keys(widget: QWidget, keys: Sequence[tuple[str, Callable[[], object]]], *, below: bool = False) -> None:
    """Let keys work while a widget has the focus, or, with `below`, something in it."""
    inside = Qt.ShortcutContext.WidgetWithChildrenShortcut
    for key, act in keys:
        shortcut = QShortcut(QKeySequence(key), widget)
        shortcut.setContext(inside if below else Qt.ShortcutContext.WidgetShortcut)
        shortcut.activated.connect(act)
