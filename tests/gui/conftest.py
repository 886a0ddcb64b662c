"""A window over a library of coloured photos."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from photo_clip.core.settings import Settings
from photo_clip.gui.main_window import MainWindow, OpenedLibrary
from tests.fakes import FakeWatcher, open_fake_library, write_photo
from tests.gui.window_use import drop


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    for colour in ("red", "green", "blue"):
        for number in range(4):
            write_photo(folder / f"{colour} {number}.jpg", f"{colour} {number}")
    return folder


@pytest.fixture
def watcher() -> FakeWatcher:
    return FakeWatcher()


@pytest.fixture
def window(qtbot: QtBot, tmp_path: Path, watcher: FakeWatcher) -> Iterator[MainWindow]:
    window = MainWindow(
        lambda: OpenedLibrary(open_fake_library(tmp_path / "library"), watcher), Settings(), lambda settings: None
    )
    qtbot.addWidget(window)
    window.resize(1024, 700)
    window.show()
    qtbot.waitUntil(lambda: window.search_view._library is not None)
    yield window
    window.close()


@pytest.fixture
def filled(window: MainWindow, photos: Path, qtbot: QtBot) -> MainWindow:
    drop(window, photos)
    qtbot.waitUntil(lambda: window.photos.rowCount() == 12 and window.keeper.is_idle)
    return window
