"""Near-duplicates in the window: folded in what is found, and shown side by side."""

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot

from photo_clip.core.likeness import HASH_HEIGHT, HASH_WIDTH, fingerprint
from photo_clip.core.photo import PhotoFacts
from photo_clip.gui.duplicates_dialog import DuplicatesDialog
from photo_clip.gui.main_window import MainWindow
from photo_clip.gui.photo_list_model import Role
from tests.fakes import FakeReader, write_photo
from tests.gui.window_use import ask, drop, names_shown, settle
from tests.indexing import run

PICTURE = np.random.default_rng(0).integers(0, 255, (HASH_HEIGHT, HASH_WIDTH), np.uint8)


def facts_of(words: str) -> PhotoFacts:
    """Return the facts of photos of which all “sea”s look alike, the “large” one is the best."""
    side = 900 if "large" in words else 100
    if "sea" not in words:
        return PhotoFacts(side, side)
    return PhotoFacts(side, side, fingerprint=fingerprint(PICTURE), sharpness=1, miniature=PICTURE.tobytes())


@pytest.fixture
def seas(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> MainWindow:
    """A window with three versions of one photo, a copy of one, and others."""
    assert window._opened is not None
    reader = window._opened.library.reader
    assert isinstance(reader, FakeReader)
    reader.facts_of = facts_of
    folder = tmp_path / "photos"
    for name, words in (
        ("sea 1", "blue sea"),
        ("sea 2", "blue sea too"),
        ("sea 3", "blue sea large"),
        ("sea 3 copy", "blue sea large"),
        ("sky", "blue sky"),
        ("rose", "red rose"),
    ):
        write_photo(folder / f"{name}.jpg", words)
    drop(window, folder)
    qtbot.waitUntil(lambda: window.photos.rowCount() == 6 and window.keeper.is_idle)
    return window


def choose(window: MainWindow, qtbot: QtBot, row: int) -> None:
    window.grid.setFocus()
    window.grid.setCurrentIndex(window.photos.index(row))
    qtbot.waitUntil(lambda: window.photos.index(row).data(Role.PHOTO) is not None)


def test_near_duplicates_are_one_tile_that_a_key_opens(seas: MainWindow, qtbot: QtBot) -> None:
    shown = ask(seas, qtbot, "blue")
    (sea,) = {name for name in shown if "sea" in name}
    assert sea in {"sea 3.jpg", "sea 3 copy.jpg"}  # the large one, and its copy
    assert {"sky.jpg", "rose.jpg"} < set(shown)
    row = shown.index(sea)
    assert seas.photos.index(row).data(Role.ALIKE) == 4
    assert seas.photos.index(shown.index("sky.jpg")).data(Role.ALIKE) == 1
    choose(seas, qtbot, row)
    assert str(seas.photos.index(row).data()).endswith("one of 4 alike")
    qtbot.keyClick(seas.grid, Qt.Key.Key_D)
    settle(seas, qtbot)
    opened = names_shown(seas)[row : row + 4]
    assert opened[0] == sea
    assert set(opened) == {"sea 1.jpg", "sea 2.jpg", "sea 3.jpg", "sea 3 copy.jpg"}
    assert seas.grid.currentIndex().row() == row
    choose(seas, qtbot, row + 2)
    qtbot.keyClick(seas.grid, Qt.Key.Key_D)
    settle(seas, qtbot)
    assert names_shown(seas) == shown


def test_near_duplicates_can_stay_apart_and_filters_leave_them_so(seas: MainWindow, qtbot: QtBot) -> None:
    ask(seas, qtbot, "blue")
    menu = seas.browser.arrange.menu()
    next(action for action in menu.actions() if action.isCheckable() and "as one" in action.text()).trigger()
    settle(seas, qtbot)
    assert len(names_shown(seas)) == 6
    assert len(ask(seas, qtbot, "is:duplicate")) == 4


def opened_dialog(window: MainWindow, qtbot: QtBot) -> DuplicatesDialog:
    window.dialogs.show_duplicates()
    dialog = window.findChild(DuplicatesDialog)
    assert isinstance(dialog, DuplicatesDialog)
    qtbot.waitUntil(lambda: dialog._looking is None)
    return dialog


def answer_question(dialog: DuplicatesDialog, qtbot: QtBot, *, yes: bool) -> str:
    question = dialog.findChild(QMessageBox, "sure")
    assert isinstance(question, QMessageBox)
    words = question.text()
    button = next(
        each for each in question.buttons() if (question.buttonRole(each) is QMessageBox.ButtonRole.AcceptRole) is yes
    )
    button.click()
    qtbot.waitUntil(lambda: dialog.findChild(QMessageBox, "sure") is None)
    return words


def test_copies_are_side_by_side_and_go_to_the_bin_after_a_question(
    seas: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    dialog = opened_dialog(seas, qtbot)
    assert dialog.told.text().startswith("3 photos could go")
    dialog.kinds.setCurrentText("Exact copies")
    assert [card.photo.path.name for card in dialog.cards] == ["sea 3.jpg", "sea 3 copy.jpg"]
    assert [card.keep.isChecked() for card in dialog.cards] == [True, False]
    qtbot.waitUntil(lambda: dialog._loading is None)
    qtbot.keyClick(dialog.view, Qt.Key.Key_Delete)
    assert answer_question(dialog, qtbot, yes=False).startswith("Move 1 photo")
    assert (tmp_path / "photos" / "sea 3 copy.jpg").exists()
    dialog.discard.click()
    answer_question(dialog, qtbot, yes=True)
    qtbot.waitUntil(lambda: dialog.told.text() == "Nothing of that kind")
    assert not (tmp_path / "photos" / "sea 3 copy.jpg").exists()
    qtbot.waitUntil(lambda: seas.photos.rowCount() == 5)
    dialog.kinds.setCurrentIndex(0)
    assert [card.photo.path.name for card in dialog.cards] == ["sea 3.jpg", "sea 1.jpg", "sea 2.jpg"]
    dialog.close()


def test_keys_keep_photos_and_the_last_one_cannot_go(seas: MainWindow, qtbot: QtBot) -> None:
    dialog = opened_dialog(seas, qtbot)
    dialog.kinds.setCurrentText("Near-duplicates")
    assert dialog.discard.text() == "Move 2 photos to the bin …"
    qtbot.keyClick(dialog.view, Qt.Key.Key_2)
    assert dialog.discard.text() == "Move 1 photo to the bin …"
    qtbot.keyClick(dialog.view, Qt.Key.Key_3)
    assert dialog.discard.text() == "All are kept"
    assert not dialog.discard.isEnabled()
    for key in (Qt.Key.Key_1, Qt.Key.Key_2, Qt.Key.Key_3):
        qtbot.keyClick(dialog.view, key)
    assert not dialog.discard.isEnabled()
    qtbot.keyClick(dialog.view, Qt.Key.Key_9)
    dialog.close()


def copies_of_rose_and_sky(seas: MainWindow, qtbot: QtBot, tmp_path: Path) -> Path:
    """Add a copy of the rose and two of the sky, and return the photos' folder."""
    folder = tmp_path / "photos"
    for name, words in (("rose copy", "red rose"), ("sky copy", "blue sky"), ("sky copy 2", "blue sky")):
        write_photo(folder / f"{name}.jpg", words)
    drop(seas, folder)
    qtbot.waitUntil(lambda: seas.photos.rowCount() == 9 and seas.keeper.is_idle)
    return folder


def test_all_copies_go_but_those_that_are_ticked_as_kept(seas: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    folder = copies_of_rose_and_sky(seas, qtbot, tmp_path)
    dialog = opened_dialog(seas, qtbot)
    dialog.kinds.setCurrentText("Exact copies")
    assert dialog.discard_copies.text().startswith("Move all 4 ")

    def show(name: str) -> None:
        row = next(row for row, stack in enumerate(dialog._stacks.stacks) if stack.photos[0].path.name == name)
        dialog.view.setCurrentIndex(dialog._stacks.index(row))

    show("rose.jpg")  # the other one is kept
    qtbot.keyClick(dialog.view, Qt.Key.Key_1)
    qtbot.keyClick(dialog.view, Qt.Key.Key_2)
    show("sky.jpg")  # none is kept, so nothing is decided
    qtbot.keyClick(dialog.view, Qt.Key.Key_1)
    assert dialog.discard_copies.text().startswith("Move all 2 ")
    show("rose.jpg")
    assert [card.keep.isChecked() for card in dialog.cards] == [False, True]
    dialog.discard_copies.click()  # and of “sea 3”, which nobody opened, what is proposed
    assert answer_question(dialog, qtbot, yes=True).startswith("Move 2 photos")
    qtbot.waitUntil(lambda: dialog._discarding is None)
    left = {"rose copy", "sea 1", "sea 2", "sea 3", "sky", "sky copy", "sky copy 2"}
    assert {file.stem for file in folder.iterdir()} == left
    dialog.kinds.setCurrentText("Exact copies")
    assert [stack.photos[0].path.stem for stack in dialog._stacks.stacks] == ["sky"]
    assert not dialog.discard_copies.isEnabled()
    dialog.close()


def test_trouble_is_said_where_it_happened(seas: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    dialog = opened_dialog(seas, qtbot)
    dialog.kinds.setCurrentText("Exact copies")
    write_photo(tmp_path / "photos" / "sea 3 copy.jpg", "another sea by now")
    dialog.discard.click()
    answer_question(dialog, qtbot, yes=True)
    qtbot.waitUntil(dialog.trouble.isVisible)
    assert "not the same" in dialog.trouble.text()
    assert (tmp_path / "photos" / "sea 3 copy.jpg").exists()
    dialog.close()


def test_what_was_moved_before_the_trouble_is_gone_from_the_list(
    seas: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    copies_of_rose_and_sky(seas, qtbot, tmp_path)
    dialog = opened_dialog(seas, qtbot)
    order = [stack.photos[1:] for stack in dialog._found if stack.is_exact]
    first, last = order[0][0].path, order[-1][-1].path
    last.write_text("another one by now", encoding="utf-8")
    dialog.discard_copies.click()
    answer_question(dialog, qtbot, yes=True)
    qtbot.waitUntil(dialog.trouble.isVisible)
    assert not first.exists()
    shown = {photo.path for stack in dialog._stacks.stacks for photo in stack.photos}
    assert {path.name for path in shown} >= {last.name}
    assert first not in shown
    assert all(path.exists() for path in shown)
    dialog.close()


def test_photos_that_are_not_indexed_yet_are_said_not_to_be_compared(
    window: MainWindow, qtbot: QtBot, photos: Path
) -> None:
    window.keeper.pause()
    qtbot.waitUntil(lambda: window.keeper.is_idle)
    assert window._opened is not None
    library = window._opened.library
    library.folders.add(photos)
    run(library.indexer.follow())  # as far as to the names of the files
    dialog = opened_dialog(window, qtbot)
    assert dialog.told.text().endswith("so far")
    assert "12 photos" in dialog.noted.text()
    dialog.close()


def test_pictures_that_come_too_late_are_not_shown(seas: MainWindow, qtbot: QtBot) -> None:
    dialog = opened_dialog(seas, qtbot)
    dialog._found = [stack for stack in dialog._found if not stack.is_exact]
    dialog._show_kind()
    assert dialog.cards
    dialog.kinds.setCurrentText("Exact copies")
    assert dialog.told.text() == "Nothing of that kind"
    qtbot.waitUntil(lambda: dialog._loading is None)  # as it was given up
    dialog.close()


def test_a_library_without_duplicates_says_so(filled: MainWindow, qtbot: QtBot) -> None:
    dialog = opened_dialog(filled, qtbot)
    assert dialog.told.text() == "No photo has a copy or a near-duplicate"
    assert not dialog.discard.isVisible()
    dialog.close()
