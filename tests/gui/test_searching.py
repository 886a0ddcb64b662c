"""Searching in the window: filters, kept searches, sections, marks, photos from outside, and why."""

import os
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent, QGuiApplication, QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from photo_clip.core.arranging import Grouping, Sorting
from photo_clip.gui.main_window import MainWindow
from photo_clip.gui.photo_list_model import Role
from photo_clip.gui.saved_searches import COUNT, SEARCH
from photo_clip.gui.search_view import LONGEST_TYPED
from tests.fakes import write_photo
from tests.gui.window_use import ask, names_shown, once_unread, settle


def choose_row(window: MainWindow, qtbot: QtBot, row: int) -> None:
    window.grid.setFocus()
    window.grid.setCurrentIndex(window.photos.index(row))
    qtbot.waitUntil(lambda: window.photos.index(row).data(Role.PHOTO) is not None)


def test_what_is_typed_becomes_chips_and_chips_become_text(filled: MainWindow, qtbot: QtBot) -> None:
    assert ask(filled, qtbot, "red without green name:0") == ["red 0.jpg"]
    filled.search_view.weaker.click()
    settle(filled, qtbot)
    assert names_shown(filled) == ["red 0.jpg", "blue 0.jpg", "green 0.jpg"]
    assert [section.title for section in filled.grid._sections] == ["Matches", "Weaker"]
    chips = filled.search_view.chips.chips
    assert [chip.text() for chip in chips] == ["red", "−\u2009green", "name: 0"]
    qtbot.keyClick(chips[2], Qt.Key.Key_Delete)
    settle(filled, qtbot)
    assert filled.search_view.line.text() == "red -green"
    assert len(names_shown(filled)) == 4


def test_a_filter_that_makes_no_sense_is_said_and_nothing_breaks(filled: MainWindow, qtbot: QtBot) -> None:
    assert ask(filled, qtbot, "kamera:fuji") == []
    assert "Did you mean “camera:”" in filled.search_view.told
    assert filled.search_view.noted
    assert not filled.problems.isVisible()
    assert filled.search_view._all.isVisible()
    filled.search_view.clear()
    settle(filled, qtbot)
    assert filled.photos.rowCount() == 12
    assert filled.search_view.noted == ""


def test_what_the_model_cannot_do_is_noted(filled: MainWindow, qtbot: QtBot) -> None:
    ask(filled, qtbot, "three red apples")
    assert "hardly counts" in filled.search_view.noted


def test_photos_are_sorted_and_grouped(filled: MainWindow, qtbot: QtBot, photos: Path) -> None:
    filled.search_view.arrange(Sorting.NAME, Grouping.NONE, folding=True)
    settle(filled, qtbot)
    assert names_shown(filled)[:2] == ["blue 0.jpg", "blue 1.jpg"]
    filled.search_view.arrange(Sorting.NAME, Grouping.FOLDER, folding=True)
    settle(filled, qtbot)
    assert [section.title for section in filled.grid._sections] == [str(photos)]
    ask(filled, qtbot, "red")
    menu = filled.browser.arrange.menu()
    next(action for action in menu.actions() if "Not grouped" in action.text()).trigger()
    settle(filled, qtbot)
    assert filled.grid._sections == ()


def test_a_search_is_kept_asked_again_renamed_and_forgotten(filled: MainWindow, qtbot: QtBot, photos: Path) -> None:
    searches = filled.folder_panel.searches
    assert not searches.isVisible()
    ask(filled, qtbot, "name:red -blue")
    filled.search_view.save.click()
    qtbot.waitUntil(lambda: searches.list.count() == 1)
    filled.search_view.clear()
    write_photo(photos / "red new.jpg", "red new")
    filled.keeper.look()
    qtbot.waitUntil(lambda: filled.photos.rowCount() == 13)
    searches.list.itemClicked.emit(searches.list.item(0))
    settle(filled, qtbot)
    assert filled.search_view.line.text() == "name:red -blue"
    assert "red new.jpg" in names_shown(filled)
    searches.list.item(0).setText("Reds")
    qtbot.waitUntil(lambda: searches.list.item(0).data(SEARCH).name == "Reds")
    assert "name:red" in searches.list.item(0).toolTip()
    searches.list.setFocus()
    searches.list.setCurrentRow(0)
    qtbot.keyClick(searches.list, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: not searches.isVisible())


def test_a_search_can_be_limited_to_the_selected_photos(filled: MainWindow, qtbot: QtBot) -> None:
    assert ask(filled, qtbot, "name:red")[0].startswith("red")
    filled.grid.selectAll()
    filled.photo_actions.search_within()
    ask(filled, qtbot, "blue")
    assert {name.split()[0] for name in names_shown(filled)} == {"red"}
    assert filled.search_view.within.isVisible()
    filled.search_view.within.click()
    settle(filled, qtbot)
    assert names_shown(filled)[0].startswith("blue")


def test_a_folder_shows_its_photos(filled: MainWindow, qtbot: QtBot, photos: Path) -> None:
    panel = filled.folder_panel
    panel.list.itemActivated.emit(panel.list.item(0))
    settle(filled, qtbot)
    assert filled.search_view.line.text() == f"folder:{photos}{os.sep}"
    assert filled.photos.rowCount() == 12


def test_photos_are_marked_by_keys_and_found_by_their_marks(filled: MainWindow, qtbot: QtBot) -> None:
    ask(filled, qtbot, "red")
    choose_row(filled, qtbot, 0)
    name = names_shown(filled)[0]
    qtbot.keyClick(filled.grid, Qt.Key.Key_F)
    qtbot.keyClick(filled.grid, Qt.Key.Key_4)
    qtbot.waitUntil(lambda: filled.photos.index(0).data(Role.PHOTO).rating == 4)
    assert filled.photos.index(0).data(Role.PHOTO).is_favourite
    assert "favourite, 4 stars" in filled.photos.index(0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert ask(filled, qtbot, "is:favourite rating:>=4") == [name]
    choose_row(filled, qtbot, 0)
    qtbot.keyClick(filled.grid, Qt.Key.Key_F)
    qtbot.waitUntil(lambda: filled.photos.rowCount() == 0)


def test_marks_of_many_photos_are_taken_back(filled: MainWindow, qtbot: QtBot) -> None:
    assert filled._opened is not None
    catalog = filled._opened.library.catalog
    ids = filled.photos.photo_ids.tolist()

    def marked() -> set[tuple[bool, int | None]]:
        return {(photo.is_favourite, photo.rating) for photo in catalog.photos(ids)}

    choose_row(filled, qtbot, 0)
    filled.grid.selectAll()
    said = filled.search_view._chosen
    qtbot.keyClick(filled.grid, Qt.Key.Key_5)
    qtbot.keyClick(filled.grid, Qt.Key.Key_F)
    qtbot.waitUntil(lambda: marked() == {(True, 5)})
    qtbot.waitUntil(lambda: said.text() == "Favourite: 12 photos (Ctrl+Z takes it back)")
    qtbot.keyClick(filled.grid, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: marked() == {(False, 5)})
    qtbot.keyClick(filled.grid, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: marked() == {(False, None)})
    qtbot.waitUntil(lambda: said.text() == "Taken back: stars or favourites for 12 photos")
    qtbot.keyClick(filled.grid, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: said.text() == "Nothing is left to take back")


def test_several_selected_photos_are_searched_with_at_once(filled: MainWindow, qtbot: QtBot) -> None:
    ask(filled, qtbot, "name:0")
    filled.grid.setFocus()
    filled.grid.selectAll()
    qtbot.waitUntil(lambda: len(filled.photo_actions._at_hand) == 3)
    qtbot.keyClick(filled.grid, Qt.Key.Key_S)
    settle(filled, qtbot)
    assert filled.search_view.line.text().count("similar:") == 3
    assert "most alike first" in filled.search_view.told


def test_selected_photos_stay_at_hand_while_what_is_shown_is_renewed(filled: MainWindow, qtbot: QtBot) -> None:
    ask(filled, qtbot, "name:0")
    filled.grid.selectAll()
    actions = filled.photo_actions
    qtbot.waitUntil(lambda: len(actions._at_hand) == 3)
    filled._renew()
    assert len(actions._at_hand) == 3
    settle(filled, qtbot)
    assert len(actions._at_hand) == 3
    actions.rate(2)
    qtbot.waitUntil(lambda: [photo.rating for photo in actions._at_hand] == [2, 2, 2])
    filled.grid.setCurrentIndex(filled.photos.index(0))
    assert actions._at_hand == []


def test_nothing_is_selected_any_more_after_another_search(filled: MainWindow, qtbot: QtBot) -> None:
    ask(filled, qtbot, "name:red")
    filled.grid.setFocus()
    filled.grid.selectAll()
    qtbot.waitUntil(lambda: len(filled.photo_actions._at_hand) == 4)
    assert filled.search_view._chosen.text() == "4 selected"
    ask(filled, qtbot, "name:blue")
    assert filled.search_view._chosen.text() == ""
    assert filled.photo_actions._at_hand == []
    qtbot.keyClick(filled.grid, Qt.Key.Key_S)
    assert filled.search_view.line.text() == "name:blue"


def test_photos_that_are_fetched_too_late_are_not_at_hand(filled: MainWindow, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: not filled.grid._fitting.isActive())
    filled.grid.selectAll()
    filled.photo_actions._fetch()
    filled.grid.clearSelection()
    qtbot.waitUntil(lambda: not filled.photo_actions._pause.isActive())
    assert filled.photo_actions._at_hand == []


def test_those_that_left_are_not_counted_as_selected(filled: MainWindow, qtbot: QtBot, photos: Path) -> None:
    names = names_shown(filled)
    choose_row(filled, qtbot, 0)
    for _ in range(2):
        qtbot.keyClick(filled.grid, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert filled.search_view._chosen.text() == "3 selected"
    for name in names[:3]:
        once_unread((photos / name).unlink, qtbot)
    filled.keeper.look()
    qtbot.waitUntil(lambda: filled.search_view._chosen.text() == "")


def test_what_was_done_is_said_although_the_photo_left_by_it(filled: MainWindow, qtbot: QtBot) -> None:
    ask(filled, qtbot, "-rating:>=1")
    choose_row(filled, qtbot, 0)
    qtbot.keyClick(filled.grid, Qt.Key.Key_3)
    qtbot.waitUntil(lambda: filled.photos.rowCount() == 11)
    said = filled.search_view._chosen
    assert said.text() == "3 stars for 1 photo"
    choose_row(filled, qtbot, 0)
    assert said.text() == ""
    filled.search_view.say("Copied 1 file")
    ask(filled, qtbot, "-rating:>=1")
    assert said.text() == "Copied 1 file"
    ask(filled, qtbot, "red")
    assert said.text() == ""


def test_a_photo_of_the_grid_can_be_dropped_on_the_line_and_nowhere_else(
    filled: MainWindow, qtbot: QtBot, photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for event in (QDragEnterEvent, QDragMoveEvent, QDropEvent):
        monkeypatch.setattr(event, "source", lambda _: filled.grid)
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(photos / "blue 2.jpg"))])
    action, button, keys = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    line = filled.search_view.line
    over_line, elsewhere = line.mapTo(filled, line.rect().center()), QPoint(5, 400)
    for place, is_taken in ((elsewhere, False), (over_line, True)):
        QApplication.sendEvent(filled, QDragEnterEvent(place, action, data, button, keys))
        moving = QDragMoveEvent(place, action, data, button, keys)
        QApplication.sendEvent(filled, moving)
        assert moving.isAccepted() is is_taken
        QApplication.sendEvent(filled, QDropEvent(QPointF(place), action, data, button, keys))
        assert bool(line.text()) is is_taken
    settle(filled, qtbot)
    assert names_shown(filled)[0].startswith("blue")


def test_files_are_pasted_to_be_searched_with(filled: MainWindow, qtbot: QtBot, photos: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(photos / "green 1.jpg"))])
    QGuiApplication.clipboard().setMimeData(data)
    filled.grid.setFocus()
    qtbot.keyClick(filled.grid, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: bool(filled.search_view.line.text()))
    settle(filled, qtbot)
    assert names_shown(filled)[0].startswith("green")


def test_what_is_pasted_is_cut_off_but_not_what_is_asked_for(filled: MainWindow, qtbot: QtBot) -> None:
    line = filled.search_view.line
    long = "name:" + "long " * LONGEST_TYPED
    QGuiApplication.clipboard().setText(long)
    line.paste()
    assert line.text() == long[:LONGEST_TYPED]
    of_photos = f'similar:"{"/long" * LONGEST_TYPED}"'
    filled.search_view.ask_text(of_photos)
    assert line.text() == of_photos
    filled.search_view.ask_text("")
    line.paste()
    assert line.text() == long[:LONGEST_TYPED]


def test_pixels_are_pasted_as_a_file_of_the_cache(filled: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    from photo_clip.services.pasted_photos import PastedPhotos

    filled.intake.use(PastedPhotos(tmp_path / "pasted"))
    image = QImage(8, 8, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.red)
    QGuiApplication.clipboard().setImage(image)
    taken: list[list[Path]] = []
    filled.intake.taken.connect(taken.append)
    assert filled.intake.paste()
    qtbot.waitUntil(lambda: bool(taken))
    assert QImage(str(taken[0][0])).pixelColor(3, 3).red() == 255
    QGuiApplication.clipboard().setText("words")
    assert not filled.intake.paste()


def test_why_waits_for_a_photo_that_is_not_read_yet(filled: MainWindow, qtbot: QtBot) -> None:
    ask(filled, qtbot, "red")
    choose_row(filled, qtbot, 0)
    filled.show_why()
    filled.why.show_photo("red", None)
    assert filled.why.words.text() == "Choose a photo."
    filled.photos.dataChanged.emit(filled.photos.index(1), filled.photos.index(1))
    assert filled.why.words.text() == "Choose a photo."
    filled.photos.dataChanged.emit(filled.photos.index(0), filled.photos.index(0))
    qtbot.waitUntil(lambda: "Place 1 of 12 photos" in filled.why.words.text())
    assert not filled.why.waits


def test_why_says_what_lifted_a_photo_and_what_pulled_it_down(filled: MainWindow, qtbot: QtBot) -> None:
    ask(filled, qtbot, "red -blue")
    choose_row(filled, qtbot, 0)
    qtbot.keyClick(filled.grid, Qt.Key.Key_W)
    qtbot.waitUntil(lambda: "Place 1 of 12 photos" in filled.why.words.text())
    assert filled._splitter.sizes()[2] == filled.why.width() > 0  # the first time, too
    words = filled.why.words.text()
    assert "“red”: cosine" in words
    assert "pulls it down" in words
    assert "stands in its folder or file name" in words
    ask(filled, qtbot, "name:red")
    choose_row(filled, qtbot, 1)
    qtbot.waitUntil(lambda: "passes every filter" in filled.why.words.text())
    qtbot.keyClick(filled.grid, Qt.Key.Key_W)
    assert not filled.why.isVisible()


def test_filters_are_completed_while_they_are_typed(filled: MainWindow, qtbot: QtBot) -> None:
    line, popup = filled.search_view.line, filled.search_view._completer.popup()
    line.setFocus()
    qtbot.keyClicks(line, "red fol")
    assert popup.isVisible()
    assert [popup.model().index(row, 0).data() for row in range(popup.model().rowCount())] == ["red folder:"]
    qtbot.keyClick(popup, Qt.Key.Key_Down)
    qtbot.keyClick(popup, Qt.Key.Key_Return)
    assert line.text() == "red folder:"
    qtbot.keyClicks(line, "p")
    qtbot.waitUntil(lambda: popup.isVisible() and popup.model().index(0, 0).data() == "red folder:photos")
    qtbot.keyClicks(line, "x")
    assert not popup.isVisible()
    settle(filled, qtbot)


def test_photos_that_arrive_while_something_is_asked_are_shown_after_it(filled: MainWindow, qtbot: QtBot) -> None:
    view = filled.search_view
    answers: list[object] = []
    view.answered.connect(lambda answer, _is_new: answers.append(answer))
    view.search()
    view.refresh()  # as when photos arrive just then
    qtbot.waitUntil(lambda: len(answers) == 2)
    settle(filled, qtbot)
    assert len(answers) == 2


def test_a_kept_search_does_not_take_the_place_of_another(filled: MainWindow, qtbot: QtBot) -> None:
    searches = filled.folder_panel.searches

    def kept() -> dict[str, str]:
        return {search.name: search.query for search in searches.shown}

    for text in ("name:red", "name:blue"):
        filled.search_view.ask_text(text)
        filled.search_view.keep()
        qtbot.waitUntil(lambda text=text: text in kept())
    searches.list.item(1).setText("Blue")
    qtbot.waitUntil(lambda: kept() == {"Blue": "name:red", "name:blue": "name:blue"})
    searches.list.item(1).setText("blue")
    qtbot.waitUntil(lambda: "A search called “Blue” is kept already" in filled.problems.words)
    assert [searches.list.item(row).text() for row in range(2)] == ["Blue", "name:blue"]
    filled.problems.hide()
    filled.search_view.ask_text("blue")
    filled.search_view.keep()
    qtbot.waitUntil(filled.problems.isVisible)
    assert kept() == {"Blue": "name:red", "name:blue": "name:blue"}
    searches.list.item(0).setText("BLUE")
    qtbot.waitUntil(lambda: kept() == {"BLUE": "name:red", "name:blue": "name:blue"})
    ask(filled, qtbot, "name:blue")
    filled.search_view.keep()
    qtbot.waitUntil(lambda: "Kept in the list" in filled.search_view._chosen.text())
    assert len(kept()) == 2


def test_kept_searches_say_how_many_photos_match_and_follow_as_photos_come(
    filled: MainWindow, qtbot: QtBot, photos: Path
) -> None:
    searches = filled.folder_panel.searches

    def counts() -> dict[str, str]:
        return {search.name: searches.list.item(row).data(COUNT) for row, search in enumerate(searches.shown)}

    for text in ("name:red", "blue", "near:nowhere"):
        ask(filled, qtbot, text)
        filled.search_view.save.click()
    # A place that nobody knows has no number of photos.
    qtbot.waitUntil(lambda: counts() == {"name:red": "4", "blue": "4", "near:nowhere": ""})
    spoken = [searches.list.item(row).data(Qt.ItemDataRole.AccessibleTextRole) for row in range(3)]
    assert spoken == ["blue, 4 photos", "name:red, 4 photos", "near:nowhere"]
    write_photo(photos / "red new.jpg", "red new")
    filled.keeper.look()
    qtbot.waitUntil(lambda: counts()["name:red"] == "5")
