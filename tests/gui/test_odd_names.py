"""Photos, folders and labels whose names are altered by whatever cleans text, in the window."""

import os
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, Qt, QUrl
from pytestqt.qtbot import QtBot

from photo_clip.core.errors import UsageError
from photo_clip.gui.main_window import MainWindow
from photo_clip.gui.photo_intake import paths_in
from photo_clip.gui.photo_list_model import Role
from photo_clip.gui.reveal import url_of
from tests.fakes import write_photo
from tests.gui.window_use import ask, drop, names_shown, settle

ODD = 'red U\u0308bung  “a” "b"\n\t\\u0041 \udce9.jpg'
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such names")


@pytest.fixture
def odd(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> Path:
    """A folder with an odd name that is watched, with a photo of such a name; another one beside it."""
    folder = tmp_path / "photos U\u0308  \n\udce9"
    write_photo(folder / ODD, "red")
    drop(window, folder, write_photo(tmp_path / "other" / "red.jpg", "red 2").parent)
    qtbot.waitUntil(lambda: window.photos.rowCount() == 2 and window.keeper.is_idle)
    return folder


def test_photos_like_one_with_any_name_are_found(window: MainWindow, odd: Path, qtbot: QtBot) -> None:
    ask(window, qtbot, "name:bung")
    window.grid.setCurrentIndex(window.photos.index(0))
    qtbot.waitUntil(lambda: window.photos.index(0).data(Role.PHOTO) is not None)
    window.photo_actions.find_similar()
    settle(window, qtbot)
    assert "most alike first" in window.search_view.told
    assert window.search_view.noted == ""
    drop(window, odd / ODD)
    settle(window, qtbot)
    assert names_shown(window)[0] == ODD


def test_a_folder_with_any_name_shows_its_photos(window: MainWindow, odd: Path, qtbot: QtBot) -> None:
    assert window._opened is not None
    panel = window.folder_panel
    for row, folder in enumerate(window._opened.library.folders.all()):
        panel.list.itemActivated.emit(panel.list.item(row))
        settle(window, qtbot)
        assert names_shown(window) == [ODD if folder.path == odd else "red.jpg"]


def test_a_photo_that_is_not_there_is_named_so_that_it_can_be_read(window: MainWindow, odd: Path, qtbot: QtBot) -> None:
    (odd / ODD).rename(odd / "red.jpg")
    window.search_view.ask_text(r'similar:\"/no\udce9\u000a\u0301"')
    settle(window, qtbot)
    assert r"/no\udce9\n" in window.search_view.told


@pytest.mark.parametrize("name", ['5" disk', "“curly”", "a -b", "..."])
def test_the_photos_of_a_label_with_any_name_are_asked_for(window: MainWindow, qtbot: QtBot, name: str) -> None:
    assert window._opened is not None
    asked = []

    def labelled(wanted: str) -> list[int]:
        asked.append(wanted)
        raise UsageError("No.", advice="No.")

    window._opened.library.searcher._labelled = labelled
    window._show_tagged(name)
    settle(window, qtbot)
    assert asked == [name]


def test_eight_photos_with_long_paths_are_searched_with_at_once(
    window: MainWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    folder = tmp_path / ("long name " * 20) / ("longer name " * 20)
    for number in range(8):
        write_photo(folder / f"red {'x' * 200} {number}.jpg", f"red {number}")
    drop(window, tmp_path / ("long name " * 20))
    qtbot.waitUntil(lambda: window.photos.rowCount() == 8 and window.keeper.is_idle)
    window.grid.setFocus()
    window.grid.selectAll()
    qtbot.waitUntil(lambda: len(window.photo_actions._at_hand) == 8)
    qtbot.keyClick(window.grid, Qt.Key.Key_S)
    settle(window, qtbot)
    assert len(window.search_view.chips.chips) == 8
    assert "most alike first" in window.search_view.told


def test_what_is_dropped_is_taken_by_the_bytes_of_its_name() -> None:
    data = QMimeData()
    data.setUrls([url_of(Path(os.fsdecode(b"/tmp/100% d\xe9#?.jpg"))), QUrl("file:"), QUrl("http://a/b.jpg")])
    assert paths_in(data) == [Path(os.fsdecode(b"/tmp/100% d\xe9#?.jpg"))]
