"""What the window says of folders, and what people can say of them."""

import os
import threading
from pathlib import Path
from threading import Event
from typing import TypeVar

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QFileDialog
from pytestqt.qtbot import QtBot

from photo_clip.core.errors import ModelError
from photo_clip.core.photo import FolderState
from photo_clip.core.progress import Phase, Progress, Report, Task
from photo_clip.gui.confirming import ConfirmDialog
from photo_clip.gui.jobs import _LEFT_BEHIND_AFTER_S, Lane
from photo_clip.gui.left_out_dialog import LeftOutDialog
from photo_clip.gui.main_window import MainWindow
from photo_clip.gui.photo_list_model import Role
from tests.fakes import FakeWatcher, plug_in, unplug, write_photo
from tests.gui.window_use import ask, drop, names_shown, once_unread, settle

Kind = TypeVar("Kind")


def dialog_of(kind: type[Kind]) -> Kind | None:
    return next((each for each in QApplication.topLevelWidgets() if isinstance(each, kind) and each.isVisible()), None)


def test_a_folder_that_is_polled_is_told_once_with_the_reason(
    window: MainWindow, watcher: FakeWatcher, photos: Path, qtbot: QtBot
) -> None:
    watcher.polled[photos] = "the system cannot watch so many folders"
    with qtbot.waitSignal(window.keeper.noticed) as told:
        drop(window, photos)
    assert told.args == [f"“{photos.name}” is looked at every minute: the system cannot watch so many folders."]
    with qtbot.assertNotEmitted(window.keeper.noticed), qtbot.waitSignal(window.keeper.finished):
        window.keeper.look()
    qtbot.waitUntil(lambda: window.keeper.is_idle)


def test_what_changes_while_a_look_comes_to_grief_is_looked_at(
    filled: MainWindow, photos: Path, watcher: FakeWatcher, qtbot: QtBot
) -> None:
    assert filled._opened is not None
    library = filled._opened.library
    keep_up = library.keep_up
    goes_on = Event()

    def fail(*_: object) -> Task[Report]:
        library.keep_up = keep_up  # type: ignore[method-assign]
        goes_on.wait(10)
        yield Progress(Phase.LOOKING, 0, None)
        raise ModelError("Memory ran out.", advice="Buy some.")

    library.keep_up = fail  # type: ignore[method-assign]
    with qtbot.waitSignal(filled.keeper.failed):
        filled.keeper.look()
        write_photo(photos / "new.jpg", "blue new")
        watcher.changed.add(photos)
        qtbot.waitUntil(lambda: not watcher.changed)
        goes_on.set()
    qtbot.waitUntil(lambda: "new.jpg" in names_shown(filled))


def test_a_folder_that_was_renamed_is_found_again_and_told(filled: MainWindow, photos: Path, qtbot: QtBot) -> None:
    once_unread(lambda: photos.rename(photos.with_name("pictures")), qtbot)
    with qtbot.waitSignal(filled.keeper.noticed) as told:
        filled.keeper.look()
    assert "“{}” is “{}” now".format(photos, photos.with_name("pictures")) in told.args[0]
    qtbot.waitUntil(lambda: filled.keeper.is_idle)
    assert filled.photos.rowCount() == 12


def test_the_photos_of_a_folder_that_was_renamed_are_used_where_they_are_now(
    filled: MainWindow, photos: Path, qtbot: QtBot
) -> None:
    grid, now = filled.grid, photos.with_name("pictures")
    grid.setFocus()
    grid.setCurrentIndex(filled.photos.index(0))
    qtbot.keyClick(grid, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    qtbot.waitUntil(lambda: len(filled.photo_actions._at_hand) == 2)
    once_unread(lambda: photos.rename(now), qtbot)
    filled.keeper.look()
    shown = [filled.photos.index(row) for row in range(12)]
    qtbot.waitUntil(
        lambda: {photo and photo.path.parent for photo in (each.data(Role.PHOTO) for each in shown)} == {now}
    )
    qtbot.waitUntil(lambda: [photo.path.parent for photo in filled.photo_actions._at_hand] == [now, now])
    qtbot.keyClick(grid, Qt.Key.Key_S)
    settle(filled, qtbot)
    assert filled.search_view.line.text().count(f"{now}{os.sep}") == 2
    assert "most alike first" in filled.search_view.told


def test_a_drive_that_goes_and_comes_back_is_noticed_though_nothing_tells_of_it(
    filled: MainWindow, photos: Path, qtbot: QtBot
) -> None:
    keeper = filled.keeper
    ask_presence(filled, qtbot)
    with qtbot.assertNotEmitted(keeper.finished):
        ask_presence(filled, qtbot)
    with qtbot.waitSignal(keeper.went_offline) as told:
        unplug(photos)
        ask_presence(filled, qtbot)
    assert told.args[0] == photos
    qtbot.waitUntil(lambda: keeper.is_idle)
    assert filled.photos.rowCount() == 12
    with qtbot.waitSignals([keeper.photos_changed, keeper.finished]):
        plug_in(photos)
        ask_presence(filled, qtbot)
    assert filled._opened is not None
    assert filled._opened.library.folders.all()[0].state is FolderState.ONLINE


def test_a_drive_that_does_not_answer_keeps_no_search_and_no_end_waiting(
    filled: MainWindow, watcher: FakeWatcher, photos: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(_LEFT_BEHIND_AFTER_S, Lane.PRESENCE, 0.01)
    assert filled._opened is not None
    library, asked, answers = filled._opened.library, threading.Event(), threading.Event()

    def hang(folder: Path) -> None:
        asked.set()
        answers.wait(30)

    monkeypatch.setattr(watcher, "watch", hang)
    for _ in range(4):
        with qtbot.waitSignals([filled.keeper.finished, filled.keeper.folders_changed]):
            filled.keeper.look()
    assert asked.wait(5)
    drop(filled, write_photo(photos.with_name("others") / "blue.jpg", "blue other").parent)
    qtbot.waitUntil(lambda: filled.photos.rowCount() == 13 and filled.keeper.is_idle)
    watcher.changed.add(photos.with_name("others"))
    with qtbot.waitSignal(filled.keeper.finished):
        filled.keeper._take_changes()
    assert ask(filled, qtbot, "folder:others") == ["blue.jpg"]
    filled.close()
    assert library._closed
    answers.set()


def test_what_hangs_at_the_end_keeps_nobody_else_from_the_library(
    filled: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert filled._opened is not None
    library = filled._opened.library
    let_in: list[str] = []
    monkeypatch.setattr(library, "_on_close", lambda: let_in.append("others"))
    closed: list[str] = []
    monkeypatch.setattr(library.catalog, "close", lambda: closed.append("catalogue"))
    ended = filled._jobs.close
    monkeypatch.setattr(filled._jobs, "close", lambda: ended() and False)
    filled.close()
    assert (let_in, closed) == (["others"], []), "the catalogue may be in use by what hangs"
    monkeypatch.undo()
    library.catalog.close()


def ask_presence(window: MainWindow, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: not window.keeper._is_asking_presence)
    window.keeper._ask_presence()
    qtbot.waitUntil(lambda: not window.keeper._is_asking_presence)


def test_a_subfolder_is_left_out_in_the_window(filled: MainWindow, photos: Path, qtbot: QtBot) -> None:
    filled.dialogs.show_left_out()
    qtbot.waitUntil(lambda: dialog_of(LeftOutDialog) is not None)
    dialog = dialog_of(LeftOutDialog)
    assert dialog is not None
    dialog.lines.setPlainText("red *\n")
    dialog._save()
    qtbot.waitUntil(lambda: filled.photos.rowCount() == 8)


def test_what_is_left_out_is_said_anew_in_the_window_where_the_note_of_it_is_damaged(
    filled: MainWindow, qtbot: QtBot
) -> None:
    assert filled._opened is not None
    catalog = filled._opened.library.catalog
    catalog.set_setting("left_out", "{")
    filled.dialogs.show_left_out()
    qtbot.waitUntil(lambda: dialog_of(LeftOutDialog) is not None)
    dialog = dialog_of(LeftOutDialog)
    assert dialog is not None
    assert dialog.lines.toPlainText() == ""
    dialog._save()
    qtbot.waitUntil(lambda: catalog.setting("left_out") is None)


@pytest.mark.skipif(os.name == "nt", reason="names end without blanks on Windows")
def test_a_subfolder_that_was_chosen_keeps_the_blanks_in_its_name(
    tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = Path(os.path.realpath(tmp_path)) / "private "
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(chosen))
    dialog = LeftOutDialog(["/photos/old "])
    qtbot.addWidget(dialog)
    dialog._choose()
    dialog.lines.appendPlainText(" /photos/typed ")
    with qtbot.waitSignal(dialog.changed) as changed:
        dialog._save()
    assert changed.args == [["/photos/old ", str(chosen), "/photos/typed"]]


def test_missing_photos_are_forgotten_only_after_a_question(filled: MainWindow, photos: Path, qtbot: QtBot) -> None:
    filled.dialogs.forget_missing()
    qtbot.waitUntil(lambda: "No photo is missing" in filled.search_view._chosen.text())
    once_unread((photos / "red 0.jpg").unlink, qtbot)
    filled.keeper.look()
    qtbot.waitUntil(lambda: filled.photos.rowCount() == 11 and filled.keeper.is_idle)
    filled.dialogs.forget_missing()
    qtbot.waitUntil(lambda: dialog_of(ConfirmDialog) is not None)
    dialog = dialog_of(ConfirmDialog)
    assert dialog is not None
    assert "Forget 1 photo" in dialog.windowTitle()
    dialog.accept()
    assert filled._opened is not None
    status = filled._opened.library.status
    qtbot.waitUntil(lambda: status().counts.missing == 0)
    write_photo(photos / "white 1.jpg", "white 1")
    filled.keeper.look()
    qtbot.waitUntil(lambda: filled.photos.rowCount() == 12 and filled.keeper.is_idle)
