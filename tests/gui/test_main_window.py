"""The window, driven as people do, on a library of small coloured photos."""

import locale
import os
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QLabel, QPlainTextEdit, QPushButton, QSpinBox
from pytestqt.qtbot import QtBot

from photo_clip import __version__
from photo_clip.core.editions import this_edition
from photo_clip.core.errors import LibraryInUseError
from photo_clip.core.photo import Photo
from photo_clip.core.ports import RgbImage
from photo_clip.core.settings import Settings
from photo_clip.core.stores import Counts
from photo_clip.gui import about_box
from photo_clip.gui.about_box import AboutBox
from photo_clip.gui.application import dress, name_days_in_english
from photo_clip.gui.buttons import IconButton
from photo_clip.gui.jobs import Lane
from photo_clip.gui.main_window import MainWindow, OpenedLibrary
from photo_clip.gui.models_dialog import ModelsDialog
from photo_clip.gui.photo_list_model import Role
from photo_clip.gui.problems import BugDialog
from photo_clip.gui.settings_dialog import SettingsDialog
from photo_clip.gui.skipped_list import SkippedList
from tests.fakes import FakeReader, FakeWatcher, open_fake_library, plug_in, unplug, write_photo
from tests.gui.window_use import drop, names_shown, type_words


def files_on_clipboard() -> set[Path]:
    data = QGuiApplication.clipboard().mimeData()
    return {Path(url.toLocalFile()) for url in data.urls()} if data is not None else set()


def test_the_first_page_tells_what_to_do_until_a_folder_is_dropped(
    window: MainWindow, photos: Path, qtbot: QtBot
) -> None:
    qtbot.waitUntil(window.first_run.isVisible)
    assert not window.folder_panel.isVisible()
    drop(window, photos)
    qtbot.waitUntil(lambda: window.grid.isVisible() and window.photos.rowCount() == 12)
    assert window.folder_panel.isVisible()


def test_typing_shows_the_photos_that_fit(filled: MainWindow, qtbot: QtBot) -> None:
    type_words(filled, qtbot, "blue")
    qtbot.waitUntil(lambda: names_shown(filled)[0].startswith("blue"))
    assert {name.split()[0] for name in names_shown(filled)[:4]} == {"blue"}
    cosine = filled.photos.index(0).data(Role.COSINE)
    assert 0.9 < cosine <= 1
    filled.search_view.line.clear()
    qtbot.waitUntil(lambda: filled.photos.index(0).data(Role.COSINE) is None)
    assert filled.photos.rowCount() == 12


def test_what_answers_need_is_loaded_once_when_typing_begins_or_after_a_while(
    filled: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded = list[str]()
    opened = filled._opened
    assert opened is not None
    monkeypatch.setattr(opened.library.searcher, "warm_up", lambda: loaded.append(filled.search_view.line.text()))
    filled._warming_up.start(60_000)
    type_words(filled, qtbot, "red")
    qtbot.waitUntil(lambda: len(loaded) == 1)
    type_words(filled, qtbot, "red and blue")
    assert not filled._warming_up.isActive()
    assert len(loaded) == 1
    filled._warming_up.start(0)
    qtbot.waitUntil(lambda: len(loaded) == 2)


def test_only_the_last_words_are_answered(filled: MainWindow, qtbot: QtBot) -> None:
    type_words(filled, qtbot, "red")
    filled.search_view.search()
    type_words(filled, qtbot, "green")
    filled.search_view.search()
    qtbot.waitUntil(lambda: names_shown(filled)[0].startswith("green"))


def test_thumbnails_arrive_for_what_is_in_view(filled: MainWindow, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: filled.photos.index(0).data(Role.THUMBNAIL) is not None)
    assert isinstance(filled.photos.index(0).data(Role.PHOTO), Photo)
    spoken = filled.photos.index(0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert ".jpg" in spoken


def test_enter_shows_a_photo_large_and_escape_leads_back(filled: MainWindow, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: filled.photos.index(1).data(Role.PHOTO) is not None)
    filled.grid.setFocus()
    filled.grid.setCurrentIndex(filled.photos.index(0))
    qtbot.keyClick(filled.grid, Qt.Key.Key_Return)
    assert filled.viewer.isVisible()
    first = filled.viewer.photo
    qtbot.keyClick(filled.viewer, Qt.Key.Key_Right)
    qtbot.waitUntil(lambda: filled.viewer.photo not in (None, first))
    assert filled.grid.currentIndex().row() == 1
    for key in (Qt.Key.Key_Plus, Qt.Key.Key_Z, Qt.Key.Key_Minus, Qt.Key.Key_End, Qt.Key.Key_Home):
        qtbot.keyClick(filled.viewer, key)
    qtbot.keyClick(filled.viewer, Qt.Key.Key_Escape)
    assert filled.grid.isVisible()


def test_the_photo_after_a_large_one_is_not_downloaded_before_it_is_wanted(
    filled: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    qtbot.waitUntil(lambda: all(filled.photos.index(row).data(Role.PHOTO) is not None for row in range(2)))
    shown, after = (filled.photos.index(row).data(Role.PHOTO).path for row in range(2))
    read: list[Path] = []
    asked_about: list[Path] = []
    view = FakeReader.view

    def noted_view(reader: FakeReader, path: Path, max_side_px: int) -> RgbImage:
        read.append(path)
        return view(reader, path, max_side_px)

    def is_away(path: Path) -> bool:
        asked_about.append(path)
        return True

    monkeypatch.setattr(FakeReader, "view", noted_view)
    monkeypatch.setattr("photo_clip.gui.photo_viewer.is_away_in_cloud", is_away)
    filled.grid.setFocus()
    filled.grid.setCurrentIndex(filled.photos.index(0))
    qtbot.keyClick(filled.grid, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: asked_about == [after])
    assert read == [shown]


def test_what_waits_in_the_cloud_is_told_at_the_bottom(window: MainWindow, qtbot: QtBot) -> None:
    window.activity.show_rest(Counts(photos=9, embedded=2, skipped=0, waiting=7, missing=0, only_in_cloud=4))
    assert window.activity.words == "2 photos can be found  ·  3 waiting  ·  4 only in the cloud"


def test_similar_photos_are_one_key_away(filled: MainWindow, qtbot: QtBot) -> None:
    type_words(filled, qtbot, "red")
    qtbot.waitUntil(lambda: names_shown(filled)[0].startswith("red"))
    qtbot.waitUntil(lambda: filled.photos.index(0).data(Role.PHOTO) is not None)
    filled.grid.setFocus()
    filled.grid.setCurrentIndex(filled.photos.index(0))
    filled.photo_actions.find_similar()
    qtbot.waitUntil(lambda: "like" in filled.search_view.told)
    assert {name.split()[0] for name in names_shown(filled)[:4]} == {"red"}
    type_words(filled, qtbot, "blue")
    qtbot.waitUntil(lambda: names_shown(filled)[0].startswith("blue"))


def test_new_files_appear_by_themselves(filled: MainWindow, photos: Path, watcher: FakeWatcher, qtbot: QtBot) -> None:
    assert photos in watcher.watched
    write_photo(photos / "white.jpg", "white")
    watcher.changed.add(photos)
    qtbot.waitUntil(lambda: filled.photos.rowCount() == 13)


def test_skipped_photos_are_listed_with_their_reasons_and_tried_again(
    window: MainWindow, photos: Path, qtbot: QtBot
) -> None:
    bad = write_photo(photos / "bad.jpg", "broken")
    drop(window, photos)
    qtbot.waitUntil(lambda: window.activity.skipped_button.isVisible() and window.keeper.is_idle)
    window.activity.skipped_button.click()
    qtbot.waitUntil(lambda: bool(window.findChildren(SkippedList)))
    dialog = window.findChildren(SkippedList)[0]
    shown = dialog.view.model()
    assert [shown.index(0, column).data() for column in (0, 1)] == ["bad.jpg", "it is broken"]
    before = bad.stat()
    bad.write_text("white x", encoding="utf-8")
    os.utime(bad, ns=(before.st_atime_ns, before.st_mtime_ns))
    dialog._try_again()
    qtbot.waitUntil(lambda: window.photos.rowCount() == 13)


def test_an_unplugged_folder_is_said_to_be_offline_and_its_photos_stay(
    filled: MainWindow, photos: Path, watcher: FakeWatcher, qtbot: QtBot
) -> None:
    unplug(photos)
    watcher.changed.add(photos)
    qtbot.waitUntil(filled.problems.isVisible)
    assert "offline" in filled.problems._sentence.text()
    assert filled.photos.rowCount() == 12
    plug_in(photos)


def test_a_photo_that_is_dropped_is_searched_with(filled: MainWindow, photos: Path, qtbot: QtBot) -> None:
    drop(filled, photos / "blue 1.jpg")
    qtbot.waitUntil(lambda: filled.search_view.told == "Photos like blue 1.jpg, most alike first")
    assert names_shown(filled)[0].startswith("blue")


def test_a_file_that_is_no_photo_gets_a_kind_word(window: MainWindow, photos: Path, qtbot: QtBot) -> None:
    (photos / "letter.txt").write_text("Dear friend", encoding="utf-8")
    drop(window, photos / "letter.txt")
    qtbot.waitUntil(window.problems.isVisible)
    assert "not a folder" in window.problems._sentence.text()


@pytest.mark.parametrize("name", ["x" * 300, f"{'x' * 300}.jpg"])
def test_what_may_not_be_looked_at_is_a_sentence(window: MainWindow, tmp_path: Path, qtbot: QtBot, name: str) -> None:
    if name.endswith(".jpg"):
        window.show_paths([tmp_path / name])
    else:
        drop(window, tmp_path / name)
    qtbot.waitUntil(window.problems.isVisible)
    assert "x" * 300 in window.problems._sentence.text()


@pytest.mark.parametrize("names", [["letter.txt"], ["letter.txt", "red.jpg"]])
def test_a_folder_is_added_though_files_were_dropped_with_it(
    window: MainWindow, photos: Path, qtbot: QtBot, tmp_path: Path, names: list[str]
) -> None:
    files = [write_photo(tmp_path / name, "red") for name in names]
    drop(window, photos, *files)
    qtbot.waitUntil(window.problems.isVisible)
    left_out = "“letter.txt” is not a folder and was" if len(names) == 1 else "2 of these are not folders and were"
    assert window.problems._sentence.text() == f"{left_out} left out; the folder was added."
    qtbot.waitUntil(lambda: window.photos.rowCount() == 12 and window.keeper.is_idle)


def test_indexing_can_be_paused_and_goes_on(window: MainWindow, photos: Path, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: window.keeper.is_idle)
    window.keeper.pause()
    drop(window, photos)
    qtbot.waitUntil(window.grid.isVisible)
    assert window.photos.rowCount() == 0
    window.keeper.resume()
    qtbot.waitUntil(lambda: window.photos.rowCount() == 12)


def test_a_removed_folder_leaves_the_window_as_it_was(filled: MainWindow, photos: Path, qtbot: QtBot) -> None:
    assert filled._opened is not None
    folder = filled._opened.library.folders.all()[0]
    filled.folder_panel.remove_wanted.emit(folder.id)
    qtbot.waitUntil(lambda: filled.first_run.isVisible() and filled.photos.rowCount() == 0)
    assert len(list(photos.iterdir())) == 12


def test_files_are_copied_and_dragged_as_files(filled: MainWindow, photos: Path, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: all(filled.photos.index(row).data(Role.PHOTO) for row in range(12)))
    filled.grid.selectAll()
    filled.photo_actions.copy_files()
    wanted = set(photos.iterdir())
    qtbot.waitUntil(lambda: files_on_clipboard() == wanted)


def test_a_library_in_use_is_said_and_can_be_tried_again(qtbot: QtBot, tmp_path: Path, watcher: FakeWatcher) -> None:
    tries: list[int] = []

    def open_library() -> OpenedLibrary:
        tries.append(1)
        if len(tries) == 1:
            raise LibraryInUseError("The library is in use by another.", advice="Close it there.")
        return OpenedLibrary(open_fake_library(tmp_path / "library"), watcher)

    window = MainWindow(open_library, Settings(), lambda settings: None)
    qtbot.addWidget(window)
    window.show()
    qtbot.waitUntil(window._closed_page.isVisible)
    window._closed_page.try_again.click()
    qtbot.waitUntil(lambda: window.search_view._library is not None)
    window.close()


def test_a_bug_is_shown_with_a_report_to_copy(
    window: MainWindow, qtbot: QtBot, caplog: pytest.LogCaptureFixture
) -> None:
    try:
        raise RuntimeError("a mistake of ours")
    except RuntimeError as error:
        window.problems.hear_exception(type(error), error, error.__traceback__)
    qtbot.waitUntil(lambda: bool(window.findChildren(BugDialog)))
    dialog = window.findChildren(BugDialog)[0]
    assert "a mistake of ours" in dialog.report
    assert "edition" in dialog.report
    dialog.copy_report()
    assert QApplication.clipboard().text() == dialog.report
    dialog.reject()


def test_a_crash_of_the_last_time_is_told_with_a_report_to_copy(
    qtbot: QtBot, tmp_path: Path, watcher: FakeWatcher
) -> None:
    def open_library() -> OpenedLibrary:
        return OpenedLibrary(open_fake_library(tmp_path / "library"), watcher, "Fatal Python error: Aborted")

    window = MainWindow(open_library, Settings(), lambda settings: None)
    qtbot.addWidget(window)
    window.show()
    qtbot.waitUntil(lambda: bool(window.findChildren(BugDialog)))
    dialog = window.findChildren(BugDialog)[0]
    assert "Fatal Python error: Aborted" in dialog.report
    dialog.reject()
    window.close()


def test_settings_are_saved_only_when_they_changed(window: MainWindow, qtbot: QtBot) -> None:
    saved: list[Settings] = []
    window.dialogs._save_settings = saved.append
    window.dialogs.show_settings()
    dialog = window.findChildren(SettingsDialog)[0]
    assert all(box.lineEdit().width() > 100 for box in dialog.findChildren(QSpinBox))  # what they say can be read
    dialog._time_limit.setValue(77)
    for line, wrong in ((dialog._hub, "huggingface"), (dialog._proxy, "host:3128"), (dialog._index_server, "junk")):
        line.setText(wrong)
        dialog._save()
        assert dialog.isVisible()
        assert f"“{wrong}” is no address" in dialog.trouble.text()
        line.setText("")
    dialog._index_server.setText(" https://host:8000 ")
    dialog._save()
    qtbot.waitUntil(lambda: bool(saved))
    assert saved == [Settings(photo_time_limit_s=77.0, index_server_url="https://host:8000")]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows names no such language")
def test_months_are_named_in_the_language_of_the_window() -> None:
    before = locale.setlocale(locale.LC_TIME)
    try:
        locale.setlocale(locale.LC_TIME, "C.UTF-8")  # stands for any that the system has and Qt chooses
        name_days_in_english()
        assert locale.setlocale(locale.LC_TIME) == "C"
    finally:
        locale.setlocale(locale.LC_TIME, before)


def test_an_empty_library_says_that_something_is_left_out(window: MainWindow, photos: Path, qtbot: QtBot) -> None:
    assert window._opened is not None
    window._opened.library.folders.leave_out(["*"])
    drop(window, photos)
    qtbot.waitUntil(lambda: "apart from what you leave out" in window.grid._when_empty)


@pytest.mark.parametrize("dark", [True, False])
def test_the_window_can_be_read_in_dark_and_in_light(window: MainWindow, dark: bool, qapp: QApplication) -> None:
    dress(qapp, dark=dark)
    colours = window.palette()
    ground, words = colours.window().color().lightness(), colours.windowText().color().lightness()
    assert (ground < 128) == dark
    assert abs(ground - words) > 120


def test_signs_are_drawn_anew_in_other_colours_alone(qtbot: QtBot, qapp: QApplication) -> None:
    dress(qapp, dark=False)
    button = IconButton("close", "Close")
    qtbot.addWidget(button)
    light = button.icon().cacheKey()
    QApplication.sendEvent(button, QEvent(QEvent.Type.PaletteChange))
    assert button.icon().cacheKey() == light
    dress(qapp, dark=True)
    assert button.icon().cacheKey() != light
    dress(qapp, dark=False)


def test_every_control_has_a_name_for_screen_readers(filled: MainWindow) -> None:
    for part in (
        filled.search_view.line,
        filled.grid,
        filled.viewer,
        filled.browser.size_slider,
        filled.activity.pause_button,
    ):
        assert part.accessibleName()


def test_the_models_are_one_key_away(filled: MainWindow, qtbot: QtBot) -> None:
    filled.dialogs.show_models()
    dialog = filled.findChildren(ModelsDialog)[0]
    qtbot.waitUntil(dialog.isVisible)
    filled.dialogs.show_models()
    assert filled.findChildren(ModelsDialog) == [dialog]
    dialog.reject()


def test_matches_are_shown_and_the_weaker_ones_wait_behind_a_button(
    filled: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert filled._opened is not None
    searcher = filled._opened.library.searcher
    find, matches = type(searcher).find, [4]
    monkeypatch.setattr(type(searcher), "find", lambda *asked: replace(find(*asked), matches=matches[0]))
    type_words(filled, qtbot, "blue")
    qtbot.waitUntil(lambda: filled.photos.rowCount() == 4)
    view = filled.search_view
    assert view.told == "4 matches in 12 photos"
    assert view.weaker.text() == "Show 8 weaker"
    qtbot.mouseClick(view.weaker, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: filled.photos.rowCount() == 12)
    view.refresh()
    qtbot.waitUntil(lambda: view._job is None)
    assert filled.photos.rowCount() == 12  # what was unfolded stays so for the same words
    qtbot.mouseClick(view.weaker, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: filled.photos.rowCount() == 4)

    matches[0] = 0
    type_words(filled, qtbot, "red")
    qtbot.waitUntil(lambda: "No sure match" in view.told)
    assert filled.photos.rowCount() == 12
    assert not view.weaker.isVisible()


def test_what_the_system_asks_to_open_waits_for_the_library(
    qtbot: QtBot, tmp_path: Path, photos: Path, watcher: FakeWatcher
) -> None:
    window = MainWindow(
        lambda: OpenedLibrary(open_fake_library(tmp_path / "library"), watcher), Settings(), lambda settings: None
    )
    qtbot.addWidget(window)
    window.show_paths([photos])
    window.show()
    qtbot.waitUntil(lambda: window.photos.rowCount() == 12 and window.keeper.is_idle)
    window.close()


def test_a_photo_that_is_opened_shows_others_like_it(filled: MainWindow, photos: Path, qtbot: QtBot) -> None:
    filled.show_paths([photos / "blue 1.jpg"])
    qtbot.waitUntil(lambda: filled.search_view.told == "Photos like blue 1.jpg, most alike first")
    assert names_shown(filled)[0].startswith("blue")


def test_what_cannot_be_opened_is_told(filled: MainWindow, photos: Path, qtbot: QtBot) -> None:
    filled.show_paths([photos / "gone.jpg"])
    qtbot.waitUntil(filled.problems.isVisible)
    assert "gone.jpg" in filled.problems.words


def test_the_about_box_tells_versions_and_edition_and_shows_the_notices_of_a_package(
    window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def words_in(box: AboutBox) -> str:
        return "\n".join(part.text() for part in (*box.findChildren(QLabel), *box.findChildren(QPushButton)))

    from_source = AboutBox("starter", window)
    assert f"Version {__version__}, {this_edition()} edition" in words_in(from_source)
    assert "notices" not in words_in(from_source)
    (tmp_path / "THIRD_PARTY.txt").write_text("Qt: LGPL", encoding="utf-8")
    monkeypatch.setattr(about_box, "notices_file", lambda: tmp_path / "THIRD_PARTY.txt")
    packaged = AboutBox("starter", window)
    assert "Licences and notices" in words_in(packaged)
    packaged.show_notices()
    assert packaged.findChildren(QPlainTextEdit)[0].toPlainText() == "Qt: LGPL"


def test_a_window_that_is_closed_while_a_download_connects_lets_go_of_its_library(window: MainWindow) -> None:
    assert window._opened is not None
    library = window._opened.library
    connecting, answered = threading.Event(), threading.Event()

    def connect() -> None:
        connecting.set()
        answered.wait(20)

    window._jobs.start(Lane.DOWNLOADS, connect)
    assert connecting.wait(5)
    begun_s = time.monotonic()
    window.close()
    assert time.monotonic() - begun_s < 15
    assert library._closed
    answered.set()
