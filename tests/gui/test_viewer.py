"""The large photo: it stays with what it shows while photos come, go and change around it."""

from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from photo_clip.core.errors import StoreError
from photo_clip.core.photo import Photo
from photo_clip.gui import photo_actions
from photo_clip.gui.main_window import MainWindow
from photo_clip.gui.photo_list_model import Role
from photo_clip.services.library import Library
from tests.fakes import write_photo
from tests.gui.window_use import ask, names_shown, once_unread, settle


@pytest.fixture
def library(filled: MainWindow) -> Library:
    assert filled._opened is not None
    return filled._opened.library


def show_large(window: MainWindow, qtbot: QtBot, row: int) -> str:
    """Show the photo at a row large, by keys, and return its name."""
    window.grid.setFocus()
    window.grid.go_to(row)
    qtbot.keyClick(window.grid, Qt.Key.Key_Return)
    return name_shown(window, qtbot)


def name_shown(window: MainWindow, qtbot: QtBot) -> str:
    qtbot.waitUntil(lambda: window.viewer.photo is not None)
    assert window.viewer.photo is not None
    return window.viewer.photo.path.name


def press(window: MainWindow, qtbot: QtBot, key: Qt.Key) -> str:
    qtbot.keyClick(window.viewer, key)
    return name_shown(window, qtbot)


def rate_away(window: MainWindow, qtbot: QtBot) -> None:
    """Give the photo shown stars, and wait until it is no longer among those without."""
    count = window.photos.rowCount()
    qtbot.keyClick(window.viewer, Qt.Key.Key_3)
    qtbot.waitUntil(lambda: window.photos.rowCount() == count - 1)


def test_no_photo_is_passed_over_while_those_that_were_rated_leave(filled: MainWindow, qtbot: QtBot) -> None:
    names = ask(filled, qtbot, "-rating:>=1")
    seen = [show_large(filled, qtbot, 0)]
    for _ in range(3):
        rate_away(filled, qtbot)
        seen.append(press(filled, qtbot, Qt.Key.Key_Right))
    assert seen == names[:4]


def test_a_photo_that_left_is_still_shown_and_both_its_neighbours_are_a_key_away(
    filled: MainWindow, qtbot: QtBot
) -> None:
    names = ask(filled, qtbot, "-rating:>=1")
    viewer = filled.viewer
    assert show_large(filled, qtbot, 5) == names[5]
    rate_away(filled, qtbot)
    assert name_shown(filled, qtbot) == names[5]
    assert viewer._place.text() == "no longer among these 11"
    assert press(filled, qtbot, Qt.Key.Key_Left) == names[4]
    assert viewer._place.text() == "5 of 11"
    assert press(filled, qtbot, Qt.Key.Key_Right) == names[6]
    rate_away(filled, qtbot)
    assert press(filled, qtbot, Qt.Key.Key_Right) == names[7]
    assert press(filled, qtbot, Qt.Key.Key_End) == names[11]
    rate_away(filled, qtbot)
    assert viewer._next.isHidden()
    assert press(filled, qtbot, Qt.Key.Key_Right) == names[11]
    assert press(filled, qtbot, Qt.Key.Key_Left) == names[10]


@pytest.mark.parametrize(("row", "kept"), [(5, 5), (11, 10)])
def test_the_grid_goes_on_where_a_photo_left(filled: MainWindow, qtbot: QtBot, row: int, kept: int) -> None:
    ask(filled, qtbot, "-rating:>=1")
    show_large(filled, qtbot, row)
    rate_away(filled, qtbot)
    qtbot.keyClick(filled.viewer, Qt.Key.Key_Escape)
    assert filled.grid.currentIndex().row() == kept
    assert filled.grid.chosen_ids().tolist() == [filled.photos.photo_ids[kept]]


def test_the_place_is_kept_when_neighbours_leave_as_well(filled: MainWindow, qtbot: QtBot, photos: Path) -> None:
    names = names_shown(filled)
    assert show_large(filled, qtbot, 5) == names[5]
    for name in names[4:7]:
        once_unread((photos / name).unlink, qtbot)
    filled.keeper.look()
    qtbot.waitUntil(lambda: filled.photos.rowCount() == 9)
    assert press(filled, qtbot, Qt.Key.Key_Right) == names[7]
    assert press(filled, qtbot, Qt.Key.Key_Left) == names[3]


def test_it_closes_when_no_photo_is_left(filled: MainWindow, library: Library, qtbot: QtBot) -> None:
    show_large(filled, qtbot, 0)
    filled.keeper.remove_folder(library.folders.all()[0].id)
    qtbot.waitUntil(lambda: not filled.viewer.isVisible())
    assert filled.viewer.photo is None


def test_what_is_done_to_the_photo_is_seen_on_it(filled: MainWindow, library: Library, qtbot: QtBot) -> None:
    name = show_large(filled, qtbot, 0)
    (photo_id,) = filled.photos.photo_ids[:1].tolist()
    for is_one in (True, False, True):
        qtbot.keyClick(filled.viewer, Qt.Key.Key_F)
        qtbot.waitUntil(lambda wanted=is_one: ("♥" in filled.viewer._caption.text()) is wanted)
        assert library.catalog.photos([photo_id])[0].is_favourite is is_one
    for key in (Qt.Key.Key_F, Qt.Key.Key_F, Qt.Key.Key_2):  # faster than anything is shown
        qtbot.keyClick(filled.viewer, key)
    qtbot.waitUntil(lambda: filled.viewer._caption.text() == f"{name}  ·  9 September 2001  ·  ♥ ★★")
    assert filled.viewer.words == "2 stars for 1 photo"
    qtbot.keyClick(filled.viewer, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: filled.viewer._caption.text() == f"{name}  ·  9 September 2001  ·  ♥")
    assert filled.viewer.words == "Taken back: stars or favourites for 1 photo"


def test_what_only_the_sidecar_missed_is_seen_all_the_same(
    filled: MainWindow, library: Library, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def miss(_photo_ids: object) -> NoReturn:
        raise StoreError("The sidecar cannot be written.", advice="Allow it.")

    filled.photo_actions.use(library.catalog, miss)
    monkeypatch.setattr(library.tagger, "_follow", miss)
    show_large(filled, qtbot, 0)
    qtbot.keyClick(filled.viewer, Qt.Key.Key_5)
    qtbot.waitUntil(lambda: "★★★★★" in filled.viewer._caption.text())
    qtbot.keyClick(filled.viewer, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: "★" not in filled.viewer._caption.text())
    assert filled.problems._sentence.text() == "The sidecar cannot be written."


def colour_of(window: MainWindow) -> str:
    picture = window.viewer._picture
    colour = None if picture is None else picture.image.pixelColor(0, 0)
    return next((name for name in ("red", "green", "blue") if colour == name), "")


def test_a_photo_that_is_edited_is_shown_as_it_is_now(filled: MainWindow, photos: Path, qtbot: QtBot) -> None:
    names = names_shown(filled)
    show_large(filled, qtbot, 0)
    colour = names[0].split()[0]
    qtbot.waitUntil(lambda: colour_of(filled) == colour)
    qtbot.waitUntil(lambda: len(filled.viewer._ahead) == 2)  # it, and the next one
    for name in names[:2]:
        write_photo(
            photos / name, "blue as it is now" if colour != "blue" else "red as it is now", mtime_s=1_500_000_000
        )
    wanted = "red" if colour == "blue" else "blue"
    filled.keeper.look()
    qtbot.waitUntil(lambda: colour_of(filled) == wanted)
    assert name_shown(filled, qtbot) == names[0]
    press(filled, qtbot, Qt.Key.Key_Right)
    qtbot.waitUntil(lambda: colour_of(filled) == wanted)


def test_a_photo_that_is_renamed_is_shown_under_its_new_name(filled: MainWindow, photos: Path, qtbot: QtBot) -> None:
    name = show_large(filled, qtbot, 0)
    once_unread(lambda: (photos / name).rename(photos / "other.jpg"), qtbot)
    filled.keeper.look()
    qtbot.waitUntil(lambda: name_shown(filled, qtbot) == "other.jpg")
    qtbot.keyClick(filled.viewer, Qt.Key.Key_Z)
    qtbot.waitUntil(lambda: colour_of(filled) == name.split()[0])
    assert filled.viewer.words == ""


def test_the_grid_shows_what_was_done_while_it_was_not_seen(filled: MainWindow, library: Library, qtbot: QtBot) -> None:
    def are_all_thumbnails_there() -> bool:
        timers = (filled.grid._fitting, filled.grid._asking)
        return not any(timer.isActive() for timer in timers) and not filled._thumbnails._running

    qtbot.waitUntil(are_all_thumbnails_there)
    show_large(filled, qtbot, 0)
    library.tagger.decide(filled.photos.photo_ids.tolist(), "family/Anna", True)
    for key in (Qt.Key.Key_5, Qt.Key.Key_F):
        qtbot.keyClick(filled.viewer, key)
    qtbot.waitUntil(lambda: "♥ ★★★★★" in filled.viewer._caption.text())
    settle(filled, qtbot)
    qtbot.waitUntil(are_all_thumbnails_there)
    qtbot.keyClick(filled.viewer, Qt.Key.Key_Escape)
    rows = [filled.photos.index(row) for row in range(12)]
    qtbot.waitUntil(lambda: all(row.data(Role.TAGS) == ("family/Anna",) for row in rows))
    assert "favourite, 5 stars" in rows[0].data(Qt.ItemDataRole.AccessibleTextRole)


def test_several_selected_photos_stay_selected_while_one_is_looked_at(filled: MainWindow, qtbot: QtBot) -> None:
    grid = filled.grid
    grid.setFocus()
    grid.setCurrentIndex(filled.photos.index(2))
    for _ in range(3):
        qtbot.keyClick(grid, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    chosen = filled.photos.photo_ids[2:6].tolist()
    assert grid.chosen_ids().tolist() == chosen
    qtbot.keyClick(grid, Qt.Key.Key_Return)
    press(filled, qtbot, Qt.Key.Key_Right)
    press(filled, qtbot, Qt.Key.Key_Right)
    qtbot.keyClick(filled.viewer, Qt.Key.Key_Escape)
    assert grid.chosen_ids().tolist() == chosen
    assert grid.currentIndex().row() == 7
    assert filled.search_view._chosen.text() == "4 selected"
    qtbot.waitUntil(lambda: len(filled.photo_actions._at_hand) == 4)
    show_large(filled, qtbot, 4)
    qtbot.keyClick(filled.viewer, Qt.Key.Key_S)  # is about the photo that is seen, not about the four
    assert filled.search_view.line.text().count("similar:") == 1


def test_one_selected_photo_is_the_one_that_was_looked_at_last(filled: MainWindow, qtbot: QtBot) -> None:
    show_large(filled, qtbot, 2)
    press(filled, qtbot, Qt.Key.Key_Right)
    qtbot.keyClick(filled.viewer, Qt.Key.Key_Escape)
    assert filled.grid.chosen_ids().tolist() == filled.photos.photo_ids[3:4].tolist()


def test_why_is_said_of_the_photo_that_was_looked_at_last(filled: MainWindow, qtbot: QtBot) -> None:
    names = names_shown(filled)
    filled.show_why()
    filled.grid.setFocus()
    filled.grid.setCurrentIndex(filled.photos.index(0))
    qtbot.waitUntil(lambda: names[0] in filled.why.words.text())
    show_large(filled, qtbot, 0)
    press(filled, qtbot, Qt.Key.Key_Right)
    qtbot.keyClick(filled.viewer, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: names[1] in filled.why.words.text())


def test_a_sensitive_photo_is_veiled_until_the_veil_is_switched_off(
    filled: MainWindow, library: Library, qtbot: QtBot
) -> None:
    viewer, colour = filled.viewer, names_shown(filled)[1].split()[0]
    library.tagger.decide(filled.photos.photo_ids[1:2].tolist(), "sensitive/blood", True)
    filled._renew()
    qtbot.waitUntil(lambda: filled.photos.index(1).data(Role.SENSITIVE) is True)
    show_large(filled, qtbot, 0)
    qtbot.waitUntil(lambda: len(viewer._ahead) == 2)  # it, and the one that is to be veiled
    press(filled, qtbot, Qt.Key.Key_Right)
    assert "sensitive" in viewer.words
    qtbot.keyClick(viewer, Qt.Key.Key_Z)
    assert (viewer._job, viewer._picture, viewer.canvas._image.width()) == (None, None, 6)
    veil = filled.browser.arrange.menu().veil
    assert veil.text() in viewer.words.replace("“", "").replace("”", "")
    veil.trigger()
    qtbot.waitUntil(lambda: colour_of(filled) == colour)
    assert viewer.words == ""
    veil.trigger()
    assert viewer.canvas._image.width() == 6
    press(filled, qtbot, Qt.Key.Key_Left)
    assert viewer.words == ""
    library.tagger.decide(filled.photos.photo_ids[:1].tolist(), "sensitive/blood", True)
    filled._tell_of_tags("+ sensitive/blood")
    qtbot.waitUntil(lambda: viewer.canvas._image.width() == 6)


def test_the_photo_is_dragged_out_as_a_file_while_all_of_it_is_in_view(
    filled: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    dragged: list[tuple[list[str], int]] = []

    def drag_out(_source: QWidget, files: Sequence[Photo], thumbnail: QPixmap | None) -> None:
        dragged.append(([photo.path.name for photo in files], 0 if thumbnail is None else thumbnail.width()))

    def drag(by: QPoint) -> None:
        qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, pos=canvas.rect().center())
        qtbot.mouseMove(canvas, canvas.rect().center() + by)
        qtbot.mouseRelease(canvas, Qt.MouseButton.LeftButton)

    monkeypatch.setattr(photo_actions, "drag_out", drag_out)
    canvas = filled.viewer.canvas
    name = show_large(filled, qtbot, 3)
    qtbot.waitUntil(lambda: filled.viewer.thumbnail is not None)
    far = QPoint(2 * QApplication.startDragDistance(), 0)
    drag(QPoint(1, 0))
    drag(far)
    assert dragged == [([name], filled.viewer.thumbnail.width())]  # type: ignore[union-attr]
    assert canvas.cursor().shape() is Qt.CursorShape.ArrowCursor
    canvas.show_picture(QImage(canvas.size(), QImage.Format.Format_RGB32), canvas.size())
    canvas.zoom(1)
    assert canvas.cursor().shape() is Qt.CursorShape.OpenHandCursor
    drag(far)
    assert len(dragged) == 1


def test_a_veiled_photo_is_dragged_out_under_its_veil(filled: MainWindow, library: Library, qtbot: QtBot) -> None:
    library.tagger.decide(filled.photos.photo_ids[1:2].tolist(), "sensitive/blood", True)
    filled._renew()
    qtbot.waitUntil(lambda: filled.photos.index(1).data(Role.SENSITIVE) is True)
    for row, is_veiled in ((0, False), (1, True)):
        show_large(filled, qtbot, row)
        filled.grid.go_to(row)
        qtbot.waitUntil(lambda: filled.viewer.thumbnail is not None and filled.grid.thumbnail is not None)
        for thumbnail in (filled.viewer.thumbnail, filled.grid.thumbnail):
            assert thumbnail is not None
            assert (thumbnail.width() == 6) is is_veiled
