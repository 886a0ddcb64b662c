"""A cup that is small in a photo of something else is found by its part, with the bundled model."""

import json
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from photo_clip.cli import run_command
from photo_clip.gui.confirming import ConfirmDialog
from photo_clip.gui.main_window import MainWindow
from tests.journeys.test_window import LONG_MS, drop, window
from tests.real_photos import photo_name, write_real_photos, write_small_coffee

__all__ = ["window"]


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = write_real_photos(tmp_path / "photos")
    write_small_coffee(folder)
    return folder


def test_on_the_command_line(tmp_path: Path, photos: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def run(*arguments: str) -> tuple[str, str]:
        assert run_command(["--library", str(tmp_path / "library"), *arguments]) == 0
        told = capsys.readouterr()
        return told.out, told.err

    def names() -> list[str]:
        return [Path(hit["path"]).name for hit in json.loads(run("search", "a cup of coffee", "--json")[0])]

    run("index", str(photos))
    before = names()
    assert before.index("IMG_0100.png") > 1
    assert "12 parts" in run("folders", "where", str(photos), "on")[1]
    assert "small things too" in run("folders", "list")[0]
    assert json.loads(run("folders", "list", "--json")[0])[0]["where"] is True
    assert "still to be looked for in 16 photos" in run("status")[0]
    assert "16 searched for small things" in run("index")[0]
    best, second = json.loads(run("search", "a cup of coffee", "--json")[0])[:2]
    assert Path(best["path"]).name == photo_name("coffee")
    assert "part" not in best
    assert Path(second["path"]).name == "IMG_0100.png"
    assert second["part"]["left"] > 0.5
    assert second["part"]["top"] > 0.5
    assert "IMG_0100.png  (lower right part)" in run("search", "a cup of coffee")[0]
    run("folders", "where", str(photos), "off")
    assert names() == before


def test_in_the_window(window: MainWindow, photos: Path, qtbot: QtBot) -> None:
    drop(window, photos)
    qtbot.waitUntil(lambda: window.photos.rowCount() == 16 and window.keeper.is_idle, timeout=LONG_MS)
    window.folder_panel.list.setCurrentRow(0)
    menu = window.folder_panel.menu()
    assert menu is not None
    next(action for action in menu.actions() if "small things" in action.text()).trigger()
    menu.close()
    next(each for each in window.findChildren(ConfirmDialog) if each.isVisible()).yes.click()
    assert window._opened is not None
    library = window._opened.library
    qtbot.waitUntil(
        lambda: (
            window.keeper.is_idle
            and library.catalog.tiles.last_row(library.models.active_key()) > 0
            and library.status().waiting_for_tiles == 0
        ),
        timeout=LONG_MS,
    )
    window.search_view.ask_text("a cup of coffee")
    qtbot.waitUntil(lambda: window.search_view._job is None, timeout=LONG_MS)
    if window.search_view.weaker.isVisible():
        window.search_view.weaker.click()
    small = library.catalog.photo_at(photos.resolve() / "IMG_0100.png")
    assert small is not None
    qtbot.waitUntil(lambda: window.photos.row_of(small.id) == 1, timeout=LONG_MS)
    window.grid.setFocus()
    window.grid.setCurrentIndex(window.photos.index(1))
    window.show_why()
    qtbot.waitUntil(lambda: "Best seen in the lower right part" in window.why.words.text(), timeout=LONG_MS)
    assert "What else it looks like: " in window.why.words.text()
    qtbot.keyClick(window.grid, Qt.Key.Key_Return)
    qtbot.keyClick(window.viewer, Qt.Key.Key_O)
    qtbot.waitUntil(lambda: window.viewer.canvas.outlined is not None, timeout=LONG_MS)
