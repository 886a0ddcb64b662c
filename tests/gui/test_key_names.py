"""Keys are named, and chosen, as the system has them."""

import ast
import re
import runpy
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QAction, QKeySequence, QShortcut
from PySide6.QtWidgets import QAbstractButton, QLabel, QMenu, QWidget
from pytestqt.qtbot import QtBot

from photo_clip.gui import commands
from photo_clip.gui.commands import key_name
from photo_clip.gui.help_overlay import HelpOverlay
from photo_clip.gui.main_window import MainWindow

PACKAGE = Path(commands.__file__).parents[1]
KEYS_ALONE = re.compile(r"((Ctrl|Meta|Shift|Alt)\+)+(.|Enter)")
TAKEN_BY_MACOS = {"Ctrl+M", "Ctrl+H", "Ctrl+`", "Ctrl+Tab", "Ctrl+Space", "Ctrl+Shift+3", "Ctrl+Shift+4", "F11"}


class MacKeySequence(QKeySequence):
    """Words as on macOS, where Qt has them from the system."""

    def toString(self, format: QKeySequence.SequenceFormat = QKeySequence.SequenceFormat.PortableText) -> str:  # noqa: A002, N802
        words = super().toString(QKeySequence.SequenceFormat.PortableText)
        if format is QKeySequence.SequenceFormat.PortableText:
            return words
        signs = (("Meta+", "⌃"), ("Alt+", "⌥"), ("Shift+", "⇧"), ("Ctrl+", "⌘"))
        return "".join(sign for name, sign in signs if name in words) + re.sub(r"(\w+\+)+", "", words)


@pytest.fixture
def on_a_mac(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands, "QKeySequence", MacKeySequence)


def words_of(widget: QWidget) -> list[str]:
    """All that a widget, and what is in it, says."""
    words = []
    for part in (widget, *widget.findChildren(QWidget)):
        words += [part.toolTip(), part.accessibleName()]
        if isinstance(part, QLabel | QAbstractButton):
            words.append(part.text())
        if isinstance(part, QMenu):
            words += [action.text() for action in part.actions()]
    return words


def test_keys_are_named_as_on_this_system(on_a_mac: None) -> None:
    assert key_name("Ctrl+L") == "⌘L"
    assert key_name("Ctrl+Shift+A") == "⇧⌘A"


def test_the_page_of_keys_names_those_that_are_there(on_a_mac: None, qtbot: QtBot) -> None:
    page = HelpOverlay()
    qtbot.addWidget(page)
    words = words_of(page)
    assert {"⌘F", "⇧⌘D", "⌘+", "⌘,", "Esc", "july 2023"} <= set(words)
    assert not [each for each in words if "Ctrl" in each]


def test_the_window_and_its_menus_name_no_key_that_is_not_there(
    on_a_mac: None, filled: MainWindow, qtbot: QtBot
) -> None:
    filled.grid.setCurrentIndex(filled.photos.index(0))
    qtbot.waitUntil(lambda: filled._current_photo() is not None)
    menu = filled.photo_actions.show_menu(filled, QPoint())
    assert menu is not None
    words = [*words_of(filled), *words_of(menu)]
    menu.close()
    assert "Add a folder (⌘O)" in words
    assert "Size of the thumbnails (⌘wheel)" in words
    assert "Copy file\t⌘C" in words
    assert not [each for each in words if "Ctrl" in each]


def test_no_key_is_one_that_macos_keeps_for_itself(window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = {each.toString() for action in window.findChildren(QAction) for each in action.shortcuts()}
    keys |= {shortcut.key().toString() for shortcut in window.findChildren(QShortcut)}
    assert {"Ctrl+L", "Ctrl+F"} < keys
    assert keys & TAKEN_BY_MACOS <= {"F11"}
    monkeypatch.setattr(sys, "platform", "darwin")
    assert runpy.run_path(commands.__file__)["FULL_SCREEN_KEYS"] not in TAKEN_BY_MACOS


@pytest.mark.parametrize("layer", ["core", "services", "gui"])
def test_no_sentence_holds_keys_as_one_system_names_them(layer: str) -> None:
    wrong = [
        f"{module.name}: {node.value}"
        for module in sorted((PACKAGE / layer).rglob("*.py"))
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        if re.search(r"(Ctrl|Shift|Alt)\+", node.value) and not KEYS_ALONE.fullmatch(node.value)
    ]
    assert wrong == []
