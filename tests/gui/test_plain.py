"""Names that look like HTML are shown as they are."""

import ast
import html
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QTextDocumentFragment
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from photo_clip.gui import plain
from photo_clip.gui.main_window import MainWindow
from photo_clip.gui.plain import plain_input, plain_label, plain_tip
from tests.fakes import write_photo
from tests.gui.window_use import drop

NAME = "<h1>huge & 1 &lt; 2\n  <img src='x.jpg'>"
MODULES = sorted(Path(plain.__file__).parent.glob("*.py"))


def calls_of(module: Path, *names: str) -> Iterator[ast.Call]:
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            called = node.func
            if (called.id if isinstance(called, ast.Name) else getattr(called, "attr", "")) in names:
                yield node


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.name)
def test_whatever_shows_words_says_whether_they_are_html(module: Path) -> None:
    unsaid = [
        f"line {call.lineno}"
        for call in calls_of(module, "QLabel", "QMessageBox")
        if "textFormat" not in [each.arg for each in call.keywords]
    ]
    assert unsaid == []


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.name)
def test_tooltips_of_more_than_fixed_words_are_plain(module: Path) -> None:
    unsaid = [
        f"line {call.lineno}"
        for call in calls_of(module, "setToolTip")
        if not isinstance(call.args[-1], ast.Constant) and "plain_tip(" not in ast.unparse(call.args[-1])
    ]
    assert unsaid == []


def test_a_label_and_a_tip_show_any_text_as_it_is(qtbot: QtBot) -> None:
    label = plain_label(NAME, wordWrap=True)
    qtbot.addWidget(label)
    assert label.textFormat() is Qt.TextFormat.PlainText
    assert QTextDocumentFragment.fromHtml(plain_tip(NAME)).toPlainText() == NAME
    assert plain_tip("cat.jpg\n/photos") == "cat.jpg\n/photos"


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.name)
def test_texts_are_asked_for_in_plain_boxes_alone(module: Path) -> None:
    assert module.name == "plain.py" or "QInputDialog" not in module.read_text(encoding="utf-8")


def test_a_box_that_asks_shows_any_text_as_it_is(window: MainWindow) -> None:
    box = plain_input(window, "Rename")
    box.setLabelText(NAME)
    (label,) = box.findChildren(QLabel)
    assert label.text() == NAME
    assert label.textFormat() is Qt.TextFormat.PlainText


def test_a_photo_s_tip_shows_its_name(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    name = "cat & co.jpg" if os.name == "nt" else "<b>cat<b> & co.jpg"  # Windows keeps the others for itself
    write_photo(tmp_path / "photos" / name, "red")
    drop(window, tmp_path / "photos")
    qtbot.waitUntil(lambda: bool(window.photos.index(0).data(Qt.ItemDataRole.ToolTipRole)))
    assert html.escape(name) in window.photos.index(0).data(Qt.ItemDataRole.ToolTipRole)
