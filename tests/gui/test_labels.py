"""Labels in the window: lists, what they suggest, the line, and the review deck."""

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QInputDialog, QMessageBox, QPushButton, QScrollArea
from pytestqt.qtbot import QtBot

from photo_clip.adapters.xmp import said_in_xmp
from photo_clip.adapters.xmp_sidecars import XmpSidecars, sidecar_of
from photo_clip.core.errors import StoreError
from photo_clip.core.label_files import imported
from photo_clip.core.labels import MAX_LABELS, Label, LabelList, parse_label_list
from photo_clip.core.sidecars import ReadSidecar, Said, SidecarChange
from photo_clip.gui.confirming import ConfirmDialog
from photo_clip.gui.gaps_dialog import GapsDialog
from photo_clip.gui.label_details import sure_ids
from photo_clip.gui.label_editor import _EXPORTS, LabelEditor
from photo_clip.gui.main_window import MainWindow
from photo_clip.gui.photo_list_model import Role
from photo_clip.gui.review_deck import ReviewDeck
from photo_clip.gui.sidecar_changes import SidecarChanges
from photo_clip.gui.tag_dialog import TagDialog
from photo_clip.services.background import Background
from photo_clip.services.bursts import Bursts
from photo_clip.services.label_judge import LabelJudge
from photo_clip.services.label_lists import effect_of, effect_of_removing, effect_of_renaming, effect_of_switching
from photo_clip.services.labelled_photos import Gap, LabelledPhotos
from photo_clip.services.library import Library
from tests.gui.window_use import drop, settle

PHRASES = ["red green", "green blue", "red blue", "red", "green", "blue", "white", "black", "red green blue"]


@pytest.fixture
def library(filled: MainWindow, tmp_path: Path) -> Library:
    """The window's library, with phrases to compare labels with."""
    assert filled._opened is not None
    library = filled._opened.library
    background = Background(library.catalog, PHRASES, tmp_path / "background")
    library.label_judge = LabelJudge(library.catalog, library.neighbours, library.models, background)
    library.labelled = LabelledPhotos(library.catalog, library.models, library.label_judge)
    library.bursts = Bursts(library.models, library.label_judge, library.duplicates)
    return library


@pytest.fixture
def labelled(filled: MainWindow, library: Library, qtbot: QtBot) -> MainWindow:
    library.catalog.tags.save_list(LabelList("colours", "colours/red\ncolours/green\n"))
    filled.show_labels()
    qtbot.waitUntil(lambda: filled.labels._judging is None and len(filled.labels.labels.judged) == 2)
    qtbot.waitUntil(lambda: bool(filled.labels.lists.all))
    return filled


def raiser(error: Exception) -> Callable[..., NoReturn]:
    """Return what raises an error, whatever it is given."""

    def fail(*_told: object, **_more: object) -> NoReturn:
        raise error

    return fail


def lists_of(window: MainWindow) -> dict[str, bool]:
    lists = window.labels.lists.lists
    items = [lists.item(row) for row in range(lists.count())]
    return {item.text(): item.checkState() is Qt.CheckState.Checked for item in items}


def test_lists_are_switched_on_and_suggest_at_once(filled: MainWindow, library: Library, qtbot: QtBot) -> None:
    page = filled.labels
    filled.show_labels()
    qtbot.waitUntil(lambda: page.lists.lists.count() > 5 and page._judging is None)
    assert not any(lists_of(filled).values())
    assert "Switch a list on" in page.details.about.text()
    row = list(lists_of(filled)).index("nature")
    page.lists.lists.item(row).setCheckState(Qt.CheckState.Checked)
    qtbot.waitUntil(lambda: len(page.labels.judged) > 10)
    assert lists_of(filled)["nature"]
    assert [each.name for each in library.catalog.tags.lists()] == ["nature"]
    assert page.details.title.text() == page.labels.judged[0].label.name


def test_a_list_that_cannot_be_read_is_told_and_the_others_suggest(
    labelled: MainWindow, library: Library, qtbot: QtBot
) -> None:
    page = labelled.labels
    assert page.lists.wrong.isHidden()
    library.catalog.tags.save_list(LabelList("broken", "blue\n= sky\n"))
    page.open()
    qtbot.waitUntil(lambda: page.lists.wrong.isVisible() and page._judging is None)
    assert page.lists.wrong.text().startswith("Line 2 of “broken”, “= sky”, has no name. Write: name |")
    assert {each.label.name for each in page.labels.judged} == {"colours/red", "colours/green"}
    assert not labelled.problems.words
    item = page.lists.lists.item(list(lists_of(labelled)).index("broken"))
    assert "Line 2 of “broken”" in item.toolTip()
    item.setCheckState(Qt.CheckState.Unchecked)
    qtbot.waitUntil(page.lists.wrong.isHidden)


def test_a_label_shows_its_photos_around_its_line_and_the_line_moves(labelled: MainWindow, qtbot: QtBot) -> None:
    page = labelled.labels
    row = next(row for row, each in enumerate(page.labels.judged) if each.label.name == "colours/red")
    page.view.setCurrentIndex(page.labels.index(row, 0))
    assert page.details.title.text() == "colours/red"
    assert "Judged by its words alone" in page.details.about.text()
    qtbot.waitUntil(lambda: page.details.is_settled)
    qtbot.keyClick(page.details.histogram, Qt.Key.Key_PageUp)
    assert labelled._opened is not None
    tags = labelled._opened.library.catalog.tags
    qtbot.waitUntil(lambda: tags.lines() == {"colours/red": 0.6})
    qtbot.waitUntil(lambda: page.labels.judged[row].line == 0.6)
    QTest.mouseClick(page.details.histogram, Qt.MouseButton.LeftButton, pos=page.details.histogram.rect().center())
    qtbot.waitUntil(lambda: page.labels.judged[row].line == pytest.approx(0.5, abs=0.02))


def test_the_buttons_of_a_label_can_be_read_in_the_smallest_window(labelled: MainWindow, qtbot: QtBot) -> None:
    labelled.resize(labelled.minimumSize())
    details = labelled.labels.details
    qtbot.waitUntil(lambda: labelled.size() == labelled.minimumSize() and details.is_settled)

    def all_is_laid_out() -> None:
        for button in (details.review, details.accept_sure, details.show_photos, details.rename, details.undo):
            assert button.width() >= button.sizeHint().width()
            assert details.rect().contains(button.geometry())
        for part in (details.above, details.below):
            assert part.height() >= part.heightForWidth(part.width())
        assert details.histogram.geometry().bottom() < details.above.geometry().top()

    qtbot.waitUntil(all_is_laid_out)


def test_a_name_of_many_parents_can_be_read_in_the_smallest_window(
    labelled: MainWindow, library: Library, qtbot: QtBot
) -> None:
    page, deep = labelled.labels, "/".join(["animals that live with people"] * 5)
    library.catalog.tags.save_list(LabelList("colours", deep))
    page.open()
    qtbot.waitUntil(lambda: page.details.title.text() == deep)
    labelled.resize(labelled.minimumSize())
    qtbot.waitUntil(lambda: labelled.size() == labelled.minimumSize() and page.details.is_settled)
    (area,) = page.details.findChildren(QScrollArea)
    assert page.details.title.minimumSizeHint().width() < area.viewport().width()
    room = labelled.deck.minimumSizeHint().width()
    labelled._review(Label(deep))
    assert labelled.deck.title.text() == f"Does “{deep}” fit?"
    assert labelled.deck.title.minimumSizeHint().width() < room


def test_all_that_is_sure_is_accepted_and_taken_back(labelled: MainWindow, qtbot: QtBot) -> None:
    page = labelled.labels
    assert labelled._opened is not None
    tags = labelled._opened.library.catalog.tags
    row = next(row for row, each in enumerate(page.labels.judged) if each.label.name == "colours/red")
    page.view.setCurrentIndex(page.labels.index(row, 0))
    sure = sure_ids(page.labels.judged[row])
    assert page.details.accept_sure.text() == f"Accept {len(sure)} above 95%"
    assert sure
    page.details.accept_sure.click()
    qtbot.waitUntil(lambda: tags.counts() == {"colours/red": len(sure)})
    page.details.undo.click()
    qtbot.waitUntil(lambda: tags.counts() == {})


def test_labels_show_what_only_the_sidecars_missed(
    labelled: MainWindow, library: Library, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = labelled.labels
    error = StoreError("The sidecar cannot be written.", advice="Allow it.")
    library.sidecars.follows = True
    monkeypatch.setattr(library.tagger, "_follow", raiser(error))
    row = next(row for row, each in enumerate(page.labels.judged) if each.label.name == "colours/red")
    page.view.setCurrentIndex(page.labels.index(row, 0))
    sure = sure_ids(page.labels.judged[row])

    def decided() -> dict[int, bool]:
        return next((each.decided for each in page.labels.judged if each.label.name.endswith("red")), {})

    page.details.accept_sure.click()
    qtbot.waitUntil(lambda: decided() == dict.fromkeys(sure, True))
    assert labelled.problems._sentence.text() == error.sentence
    page._rename("colours/red", "dark red")
    qtbot.waitUntil(lambda: {each.label.name for each in page.labels.judged} == {"dark red", "colours/green"})
    assert decided() == dict.fromkeys(sure, True)
    page._rename("dark red", "colours/red")
    qtbot.waitUntil(lambda: page._judging is None and "colours/red" in {e.label.name for e in page.labels.judged})
    page.details.undo.click()
    qtbot.waitUntil(lambda: decided() == {})


def test_the_deck_works_by_keyboard_alone(labelled: MainWindow, qtbot: QtBot) -> None:
    page, deck = labelled.labels, labelled.deck
    assert labelled._opened is not None
    tags = labelled._opened.library.catalog.tags
    row = next(row for row, each in enumerate(page.labels.judged) if each.label.name == "colours/red")
    page.view.setCurrentIndex(page.labels.index(row, 0))
    page.view.setFocus()
    qtbot.keyClick(page.view, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: len(deck._cards) > 5 and deck._asking is None)
    assert QApplication.focusWidget() is deck
    assert deck.title.text() == "Does “colours/red” fit?"
    first, second = (card.photo.id for card in deck._cards[:2])
    qtbot.keyClick(deck, Qt.Key.Key_A)
    qtbot.keyClick(deck, Qt.Key.Key_R)
    qtbot.waitUntil(lambda: tags.decided("colours/red") == {first: True, second: False})
    qtbot.keyClick(deck, Qt.Key.Key_Space)
    qtbot.keyClick(deck, Qt.Key.Key_Z)
    qtbot.waitUntil(lambda: tags.decided("colours/red") == {first: True} and not deck._storing)
    assert deck._cards[0].photo.id == second
    rest = len(deck._cards)
    both = Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.ControlModifier
    qtbot.keyClick(deck, Qt.Key.Key_A, both)
    qtbot.waitUntil(
        lambda: len(tags.decided("colours/red")) >= rest and "What your decisions changed" in deck.gained.text()
    )
    qtbot.keyClick(deck, Qt.Key.Key_Escape)
    assert labelled._pages.currentWidget() is page
    qtbot.waitUntil(lambda: page._judging is None)
    page.details.show_photos.click()
    settle(labelled, qtbot)
    assert labelled.search_view.line.text() == "label:colours/red"


@pytest.mark.parametrize("in_deck", [False, True])
def test_what_is_searched_for_from_another_page_is_seen(
    labelled: MainWindow, photos: Path, qtbot: QtBot, in_deck: bool
) -> None:
    def open_page() -> None:
        labelled.show_labels()
        if in_deck:
            labelled.labels.review_wanted.emit(labelled.labels.labels.judged[0].label)
        assert not labelled.grid.isVisible()

    open_page()
    drop(labelled, photos / "blue 1.jpg")
    assert labelled.grid.isVisible()
    settle(labelled, qtbot)
    assert labelled.search_view.told == "Photos like blue 1.jpg, most alike first"
    open_page()
    labelled.show_paths([photos / "red 1.jpg"])
    assert labelled.grid.isVisible()
    open_page()
    labelled.go_to_search()
    assert QApplication.focusWidget() is labelled.search_view.line
    assert labelled.search_view.line.isVisible()
    settle(labelled, qtbot)


def test_escape_leads_from_the_labels_back_to_the_photos(labelled: MainWindow, qtbot: QtBot) -> None:
    page = labelled.labels
    for part in (page.view, page.lists.lists):
        labelled.show_labels()
        part.setFocus()
        qtbot.keyClick(part, Qt.Key.Key_Escape)
        assert QApplication.focusWidget() is labelled.grid
        assert labelled.grid.isVisible()


def begin(window: MainWindow, name: str, qtbot: QtBot) -> ReviewDeck:
    """Let the deck ask about a label."""
    window._review(next(each.label for each in window.labels.labels.judged if each.label.name == name))
    qtbot.waitUntil(lambda: bool(window.deck._cards) and window.deck._asking is None)
    return window.deck


def current(deck: ReviewDeck) -> int:
    """Return the photo that the deck asks about."""
    return deck._cards[0].photo.id


def test_another_label_is_asked_about_with_photos_of_its_own_while_a_decision_is_on_its_way(
    labelled: MainWindow, library: Library, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    deck = begin(labelled, "colours/red", qtbot)
    may_store, decide = threading.Event(), library.tagger.decide

    def decide_late(*told: Any, **more: Any) -> None:
        assert may_store.wait(5)
        decide(*told, **more)

    monkeypatch.setattr(library.tagger, "decide", decide_late)
    first = current(deck)
    qtbot.keyClick(deck, Qt.Key.Key_A)
    qtbot.keyClick(deck, Qt.Key.Key_Escape)
    labelled._review(Label("colours/green"))
    assert deck.title.text() == "Does “colours/green” fit?"
    qtbot.keyClick(deck, Qt.Key.Key_R)  # nothing is asked yet
    may_store.set()
    qtbot.waitUntil(lambda: bool(deck._cards))
    assert library.catalog.tags.decided("colours/red") == {first: True}
    assert library.catalog.tags.decided("colours/green") == {}
    shown = current(deck)
    qtbot.keyClick(deck, Qt.Key.Key_R)
    qtbot.waitUntil(lambda: library.catalog.tags.decided("colours/green") == {shown: False})


def test_the_deck_counts_what_is_stored(labelled: MainWindow, qtbot: QtBot) -> None:
    deck = begin(labelled, "colours/red", qtbot)
    for _ in range(3):
        qtbot.keyClick(deck, Qt.Key.Key_Space)
    assert deck.about.text().startswith("0 decided")
    qtbot.keyClick(deck, Qt.Key.Key_A)
    qtbot.waitUntil(lambda: deck.about.text().startswith("1 decided"))
    qtbot.keyClick(deck, Qt.Key.Key_Z)
    qtbot.waitUntil(lambda: deck.about.text().startswith("0 decided"))


def test_a_photo_whose_decision_could_not_be_stored_is_asked_again(
    labelled: MainWindow, library: Library, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    deck = begin(labelled, "colours/red", qtbot)
    asked = {card.photo.id for card in deck._cards}
    with monkeypatch.context() as full:
        full.setattr(library.catalog.tags, "decide", raiser(StoreError("The disk is full.", advice="Make room.")))
        for _ in asked:
            qtbot.keyClick(deck, Qt.Key.Key_A)
        qtbot.waitUntil(lambda: not deck._storing)
    assert {card.photo.id for card in deck._cards} == asked
    assert deck.about.text().startswith("0 decided")
    assert labelled.problems._sentence.text() == "The disk is full."
    first = current(deck)
    qtbot.keyClick(deck, Qt.Key.Key_A)
    qtbot.waitUntil(lambda: library.catalog.tags.decided("colours/red") == {first: True})


def test_a_decision_that_only_the_sidecar_missed_is_not_asked_again(
    labelled: MainWindow, library: Library, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    deck = begin(labelled, "colours/red", qtbot)
    error = StoreError("The sidecar cannot be written.", advice="Allow it.")
    monkeypatch.setattr(library.tagger, "_follow", raiser(error))
    first = current(deck)
    qtbot.keyClick(deck, Qt.Key.Key_A)
    qtbot.waitUntil(lambda: deck.about.text().startswith("1 decided") and not deck._storing)
    assert first not in {card.photo.id for card in deck._cards}
    qtbot.keyClick(deck, Qt.Key.Key_Z)
    qtbot.waitUntil(lambda: deck.about.text().startswith("0 decided") and not deck._storing)
    assert current(deck) == first


def test_undo_in_the_deck_goes_back_to_the_photo_and_takes_back_nothing_from_elsewhere(
    labelled: MainWindow, library: Library, qtbot: QtBot
) -> None:
    tags = library.catalog.tags
    elsewhere = labelled.photos.photo_ids[:5].tolist()
    library.tagger.decide(elsewhere, "holiday", True)
    deck = begin(labelled, "colours/red", qtbot)
    first = current(deck)
    qtbot.keyClick(deck, Qt.Key.Key_A)
    qtbot.keyClick(deck, Qt.Key.Key_Space)
    third = current(deck)
    qtbot.keyClick(deck, Qt.Key.Key_Z)
    qtbot.waitUntil(lambda: not deck._storing)
    assert tags.decided("colours/red") == {}
    assert [card.photo.id for card in deck._cards[:2]] == [first, third]
    qtbot.keyClick(deck, Qt.Key.Key_Z)
    assert "Nothing that was decided here is left" in deck.gained.text()
    assert not deck._storing
    assert tags.decided("holiday") == dict.fromkeys(elsewhere, True)


def test_what_was_skipped_is_asked_again_after_all_else(labelled: MainWindow, library: Library, qtbot: QtBot) -> None:
    deck = labelled.deck
    count = len(library.catalog.newest_photo_ids())
    labelled._review(Label("colours/red"))
    asked: list[int] = []
    for _ in range(count + 3):
        qtbot.waitUntil(lambda: bool(deck._cards))
        asked.append(deck._cards[0].photo.id)
        qtbot.keyClick(deck, Qt.Key.Key_Space)
    assert len(set(asked[:count])) == count > 10
    assert asked[count:] == asked[:3]


def test_a_round_that_was_accepted_at_once_comes_back(labelled: MainWindow, library: Library, qtbot: QtBot) -> None:
    deck = begin(labelled, "colours/red", qtbot)
    asked = [card.photo.id for card in deck._cards]
    deck.accept_rest.click()
    qtbot.keyClick(deck, Qt.Key.Key_Z)
    qtbot.waitUntil(lambda: not deck._storing)
    assert library.catalog.tags.decided("colours/red") == {}
    assert [card.photo.id for card in deck._cards] == asked


def test_space_presses_the_button_that_tab_went_to(labelled: MainWindow, library: Library, qtbot: QtBot) -> None:
    tags = library.catalog.tags
    ids = labelled.photos.photo_ids.tolist()
    library.bursts.around = lambda some: {each: [each] for each in some} | {some[0]: [some[0], *ids[:2]]}  # type: ignore[method-assign]
    deck = begin(labelled, "colours/red", qtbot)
    first = current(deck)
    deck.accept_burst.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(deck.accept_burst, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: tags.decided("colours/red") == dict.fromkeys([first, *ids[:2]], True))
    assert QApplication.focusWidget() is deck  # the button is gone
    second = current(deck)
    deck.reject.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(deck.reject, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: tags.decided("colours/red").get(second) is False and not deck._storing)
    assert QApplication.focusWidget() is deck.reject
    deck.likely_first.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(deck.likely_first, Qt.Key.Key_Space)
    assert deck.likely_first.isChecked()
    qtbot.waitUntil(lambda: deck._asking is None and bool(deck._cards))
    deck.setFocus()
    third = current(deck)
    qtbot.mouseClick(deck.accept, Qt.MouseButton.LeftButton)
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: not deck._storing)
    assert tags.decided("colours/red") == dict.fromkeys([first, *ids[:2], third], True) | {second: False}


def test_a_list_is_edited_and_its_mistakes_are_told_with_their_line(labelled: MainWindow, qtbot: QtBot) -> None:
    page = labelled.labels
    page.lists.lists.setCurrentRow(list(lists_of(labelled)).index("colours"))
    page.lists.edit()
    editor = page.findChild(LabelEditor)
    assert isinstance(editor, LabelEditor)
    qtbot.waitUntil(lambda: editor.told.text() == "2 labels.")
    editor.text.setPlainText("colours/red\ncolours/RED")
    qtbot.waitUntil(lambda: "Line 2" in editor.told.text())
    assert not editor.save.isEnabled()
    editor.text.setPlainText("colours/red = fire\nblue")
    qtbot.waitUntil(lambda: "New: blue" in editor.told.text())
    editor.save.click()
    qtbot.waitUntil(lambda: {each.label.name for each in page.labels.judged} == {"colours/red", "blue"})


@pytest.mark.parametrize("name", ["colours", " Colours", "Nature"])
def test_a_new_list_does_not_take_the_place_of_another(
    labelled: MainWindow, library: Library, qtbot: QtBot, name: str
) -> None:
    panel = labelled.labels.lists
    next(button for button in panel.findChildren(QPushButton) if button.text() == "New …").click()
    editor = panel.findChild(LabelEditor)
    assert isinstance(editor, LabelEditor)
    editor.text.setPlainText("dora")
    editor.name.setText(name)
    qtbot.waitUntil(lambda: f"A list “{name.strip().lower()}” is there already." in editor.told.text())
    assert not editor.save.isEnabled()
    editor.name.setText("friends")
    qtbot.waitUntil(editor.save.isEnabled)
    editor.save.click()
    qtbot.waitUntil(lambda: {each.name for each in library.catalog.tags.lists()} == {"colours", "friends"})


def test_a_label_for_a_gap_joins_the_list_of_ones_own_whatever_its_capitals(
    labelled: MainWindow, library: Library, qtbot: QtBot
) -> None:
    library.catalog.tags.save_list(LabelList("My Labels", "anna\n"))
    labelled.labels.lists.open()
    qtbot.waitUntil(lambda: "My Labels" in lists_of(labelled))
    for name in ("boat", "Anna", "ship"):
        labelled.labels.lists.add_label(name)
    qtbot.waitUntil(lambda: LabelList("My Labels", "anna\nboat\nship\n") in library.catalog.tags.lists())
    assert len(library.catalog.tags.lists()) == 2


def open_dialog(dialog: QDialog, qtbot: QtBot) -> None:
    """Open it, and wait until keys go there."""
    dialog.open()
    qtbot.waitUntil(lambda: QApplication.activeWindow() is dialog)


def test_what_was_written_in_a_list_is_not_lost_unasked(labelled: MainWindow, qtbot: QtBot) -> None:
    editor = LabelEditor(labelled._jobs, LabelList("mine", "anna\n"), lambda _: "", (), "English", labelled)
    open_dialog(editor, qtbot)
    editor.text.setPlainText("anna\nbert\n")
    qtbot.keyClick(editor, Qt.Key.Key_Escape)
    question = editor.findChild(ConfirmDialog)
    assert isinstance(question, ConfirmDialog)
    assert editor.isVisible()
    question.yes.click()
    assert not editor.isVisible()


def test_a_list_that_is_as_it_was_is_closed_unasked(labelled: MainWindow, qtbot: QtBot) -> None:
    editor = LabelEditor(labelled._jobs, LabelList("mine", "anna\r\nbert\xa0b"), lambda _: "", (), "English", labelled)
    open_dialog(editor, qtbot)
    qtbot.keyClick(editor, Qt.Key.Key_Escape)
    assert not editor.isVisible()


def test_keywords_of_other_programs_are_imported(labelled: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    file = tmp_path / "keywords.txt"
    file.write_text("animals\n\tdog\n\t\t{hound}\n\tcat\n[places]\n\tLisbon\n", encoding="utf-8")
    editor = LabelEditor(labelled._jobs, LabelList("", ""), lambda _: "", ["/photos"], "English", labelled)
    editor.read_file(file)
    qtbot.waitUntil(lambda: editor.name.text() == "keywords")
    assert editor.text.toPlainText().splitlines() == ["animals", "animals/dog | hound", "animals/cat", "places/Lisbon"]
    table = tmp_path / "list.csv"
    table.write_text("id;label\n1;tram\n2;boat = x\n", encoding="utf-8")
    editor.text.clear()
    editor.read_file(table)
    qtbot.waitUntil(lambda: editor.text.toPlainText().splitlines() == ["tram", "boat x"])
    editor.folder.setCurrentIndex(1)
    assert editor._list.folder == "/photos"
    editor.done(0)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ('label\ntram\n"boat\n' + "train\n" * 30_000, "a quotation mark before it that is not closed"),
        ("x" * 5_000_000, "Give a text file in UTF-8 of at most 4 MB."),
        ("label\n" + "x" * 2_000, "“list.csv” is too long for a label list."),
        ("label\n" + "".join(f"{number}\n" for number in range(30_000)), "Give at most 20,000 lines"),
        (None, "“list.csv” cannot be read: "),
    ],
    ids=["quotation", "bytes", "line", "lines", "missing"],
)
def test_a_file_that_is_no_label_list_is_not_imported(
    labelled: MainWindow, qtbot: QtBot, tmp_path: Path, content: str | None, told: str
) -> None:
    table = tmp_path / "list.csv"
    if content is not None:
        table.write_text(content, encoding="utf-8")
    editor = LabelEditor(labelled._jobs, LabelList("mine", "tram"), lambda _: "", (), "English", labelled)
    qtbot.waitUntil(lambda: editor.told.text() == "1 label.")
    editor.read_file(table)
    qtbot.waitUntil(lambda: told in editor.told.text())
    assert editor.text.toPlainText() == "tram"
    editor.done(0)


def test_a_long_list_is_read_beside_the_window_and_saved_as_it_was_when_that_was_wanted(
    labelled: MainWindow, qtbot: QtBot
) -> None:
    readers, may_read, saved = set[threading.Thread](), threading.Event(), list[LabelList]()

    def effect(_: LabelList) -> str:
        readers.add(threading.current_thread())
        assert may_read.wait(5)
        return ""

    editor = LabelEditor(labelled._jobs, LabelList("mine", "tram"), effect, (), "English", labelled)
    editor.saved.connect(saved.append)
    editor.open()
    editor.text.setPlainText("tram\nboat")
    editor._save()
    assert not editor.text.isEnabled()  # what is written after it would be lost
    assert saved == []
    may_read.set()
    qtbot.waitUntil(lambda: saved == [LabelList("mine", "tram\nboat")])
    assert threading.main_thread() not in readers


def test_labels_are_exported_as_other_programs_read_them(labelled: MainWindow, tmp_path: Path) -> None:
    text = "animals/dog | hound = a dog; a hound ! a wolf\nanimals/cat\nsea\n"
    editor = LabelEditor(labelled._jobs, LabelList("mine", text), lambda _: "", (), "English", labelled)
    for kind in _EXPORTS:
        file = tmp_path / f"labels{kind[-5:-1]}"
        editor.write_file(file, kind)
        read = parse_label_list(imported(file.read_text(encoding="utf-8"), file.suffix))
        wanted = parse_label_list(text)
        if "Lightroom" in kind:
            wanted = [Label(label.name, label.synonyms) for label in wanted]
        assert sorted(read, key=lambda label: label.name) == sorted(wanted, key=lambda label: label.name)
    editor.write_file(tmp_path / "no" / "labels.txt", kind)
    assert "cannot be written" in editor.told.text()
    editor.done(0)


def test_a_list_in_a_language_that_the_model_does_not_know_is_told(labelled: MainWindow, qtbot: QtBot) -> None:
    text = "# language: de\nHund\nKatze = a cat\n"
    editor = LabelEditor(labelled._jobs, LabelList("mine", text), lambda _: "", (), "English", labelled)
    qtbot.waitUntil(lambda: editor.told.text() == "2 labels in German.")
    assert "may not understand Hund." in editor.noted.text()
    editor.text.setPlainText("# language: de\nHund = a dog\n")
    qtbot.waitUntil(lambda: not editor.noted.text())
    editor.done(0)
    knowing = LabelEditor(labelled._jobs, LabelList("mine", text), lambda _: "", (), "many languages", labelled)
    qtbot.waitUntil(lambda: knowing.told.text() == "2 labels in German.")
    assert not knowing.noted.text()
    knowing.reject()


def test_a_list_is_removed_after_a_question(labelled: MainWindow, library: Library, qtbot: QtBot) -> None:
    panel = labelled.labels.lists
    names = list(lists_of(labelled))
    panel.lists.setCurrentRow(names.index("nature"))
    assert not panel.remove.isEnabled()  # it came with the program, and is as it came
    panel.lists.setCurrentRow(names.index("colours"))
    panel.remove.click()
    box = panel.findChild(QMessageBox)
    assert isinstance(box, QMessageBox)
    assert "no longer suggested" in box.informativeText()
    next(button for button in box.buttons() if button.text() == "Remove").click()
    qtbot.waitUntil(lambda: labelled.labels.labels.judged == [] and "colours" not in lists_of(labelled))
    assert library.catalog.tags.lists() == []


def test_shift_decides_on_a_whole_burst(labelled: MainWindow, library: Library, qtbot: QtBot) -> None:
    deck = labelled.deck
    tags = library.catalog.tags
    ids = labelled.photos.photo_ids.tolist()
    library.bursts.around = lambda some: {each: [each, *ids[:3]] if each not in ids[:3] else ids[:3] for each in some}  # type: ignore[method-assign]
    labelled._review(labelled.labels.labels.judged[0].label)
    qtbot.waitUntil(lambda: len(deck._cards) > 4 and deck._asking is None)
    name, first = labelled.labels.labels.judged[0].label.name, deck._cards[0].photo.id
    assert deck.accept_burst.text() == f"Shift+A   all {len(deck._cards[0].burst)} of the burst"
    qtbot.keyClick(deck, Qt.Key.Key_R, Qt.KeyboardModifier.ShiftModifier)
    qtbot.waitUntil(lambda: tags.decided(name) == dict.fromkeys([first, *ids[:3]], False))
    assert not {card.photo.id for card in deck._cards} & {first, *ids[:3]}
    qtbot.keyClick(deck, Qt.Key.Key_Z)
    qtbot.waitUntil(lambda: tags.decided(name) == {})


def test_sidecars_that_others_changed_are_listed_until_they_were_seen(
    labelled: MainWindow, library: Library, qtbot: QtBot
) -> None:
    page = labelled.labels
    assert page.sidecars.isHidden()
    one, two = labelled.photos.photo_ids[:2].tolist()
    change = SidecarChange(("theirs",), taken_away=("dog",))
    library.catalog.sidecars.store([ReadSidecar(each, "1:1|", Said(), "1:1|", change) for each in (one, two)], now_s=1)
    page.open()
    qtbot.waitUntil(lambda: page.sidecars.isVisible() and page._judging is None)
    assert page.sidecars.button.text() == "Sidecars changed elsewhere: 2 …"
    page.sidecars.button.click()
    dialog = page.findChild(SidecarChanges)
    assert isinstance(dialog, SidecarChanges)
    assert "Taken away there, still a tag here: dog." in dialog.view.topLevelItem(0).text(1)
    dialog.some.click()
    qtbot.waitUntil(lambda: len(library.catalog.sidecars.conflicts()) == 1)
    dialog.every.click()
    qtbot.waitUntil(lambda: library.catalog.sidecars.conflicts() == [] and page.sidecars.isHidden())


def test_what_a_change_does_is_said_before_it_happens() -> None:
    before = LabelList("a", "dog\ncat\nhorse")
    after = LabelList("a", "dog = a dog\ncat\nbird")
    assert effect_of(before, after) == (
        "New: bird; suggested at once. Gone: horse; no longer suggested, tags already given stay."
        " A label that is only to be called otherwise: use “Rename …”, which takes its tags along."
        " Changed: dog; suggested anew, decisions stay."
    )
    standing = {"horse": (12, 3), "dog": (1, 1)}
    assert "Gone: horse; no longer suggested (12 suggestions go)" in effect_of(before, after, standing)
    many = replace(before, text="\n".join(map(str, range(2000))))
    assert "0, 1, 2, 3 and 1,996 more" in effect_of(before, many)
    assert "photos in “trip” alone" in effect_of(before, replace(before, folder="/photos/trip"))
    assert "when the list is switched on" in effect_of(
        LabelList("a", "", is_on=False), LabelList("a", "x", is_on=False)
    )
    assert effect_of_switching(before).startswith("On: 3 labels. Switched off")
    assert effect_of_switching(replace(before, is_on=False)).startswith("Off: 3 labels.")
    assert "(13 suggestions go)" in effect_of_removing(before, standing)
    assert "comes back as it came" in effect_of_removing(LabelList("nature", "x"))
    assert "of 3 photos" in effect_of_renaming("horse", "pony", standing)
    assert "the two become one" in effect_of_renaming("horse", "dog", standing)
    assert effect_of(LabelList("a", "="), LabelList("a", "")) == ""
    assert Label("x").words == ("x",)


def test_tags_are_given_and_taken_away_by_keyboard(filled: MainWindow, library: Library, qtbot: QtBot) -> None:
    tags = library.catalog.tags
    ids = filled.photos.photo_ids[:3].tolist()
    library.tagger.decide(ids[:1], "old", True)
    filled.grid.setFocus()
    filled.grid.setCurrentIndex(filled.photos.index(0))
    for _ in range(2):
        qtbot.keyClick(filled.grid, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    qtbot.keyClick(filled.grid, Qt.Key.Key_T)
    dialog = filled.findChild(TagDialog)
    assert isinstance(dialog, TagDialog)
    qtbot.waitUntil(lambda: dialog.is_loaded)
    assert dialog.tags.item(0).text() == "old"
    assert dialog.tags.item(0).checkState() is Qt.CheckState.PartiallyChecked
    qtbot.keyClicks(dialog.line, " family / Anna ")
    qtbot.keyClick(dialog.line, Qt.Key.Key_Return)
    assert dialog.isVisible()
    dialog.tags.item(0).setCheckState(Qt.CheckState.Unchecked)
    qtbot.keyClick(dialog.line, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: tags.counts() == {"family/Anna": 3})
    assert tags.decided("old") == dict.fromkeys(ids, False)


def open_tags(window: MainWindow) -> TagDialog:
    """Open the dialog for the tags of the first photo, and have it not loaded yet."""
    window.grid.setCurrentIndex(window.photos.index(0))
    window.tag()
    dialog = window.findChild(TagDialog)
    assert isinstance(dialog, TagDialog)
    assert not dialog.is_loaded
    return dialog


def test_a_tag_that_stands_in_the_line_is_given_too(filled: MainWindow, library: Library, qtbot: QtBot) -> None:
    dialog = open_tags(filled)
    qtbot.waitUntil(lambda: dialog.is_loaded)
    qtbot.keyClicks(dialog.line, "anna")
    dialog.save.click()
    qtbot.waitUntil(lambda: library.catalog.tags.counts() == {"anna": 1})


def test_tags_of_one_dialog_are_stored_together_and_taken_back_together(
    filled: MainWindow, library: Library, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    error = StoreError("The sidecar cannot be written.", advice="Allow it.")
    dialog = open_tags(filled)
    qtbot.waitUntil(lambda: dialog.is_loaded)
    qtbot.keyClicks(dialog.line, "one")
    qtbot.keyClick(dialog.line, Qt.Key.Key_Return)
    qtbot.keyClicks(dialog.line, "two")
    with monkeypatch.context() as unwritable:
        unwritable.setattr(library.tagger, "_follow", raiser(error))
        dialog.save.click()
        qtbot.waitUntil(lambda: filled.problems._sentence.text() == error.sentence)
    assert library.catalog.tags.counts() == {"one": 1, "two": 1}
    filled.undo()
    qtbot.waitUntil(lambda: library.catalog.tags.counts() == {})


def test_a_tag_that_is_typed_before_the_others_are_there_is_there_once(
    filled: MainWindow, library: Library, qtbot: QtBot
) -> None:
    library.tagger.decide(filled.photos.photo_ids[:1].tolist(), "Anna", True)
    dialog = open_tags(filled)
    qtbot.keyClicks(dialog.line, "anna")
    qtbot.keyClick(dialog.line, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: dialog.is_loaded)
    assert [dialog.tags.item(row).text() for row in range(dialog.tags.count())] == ["Anna"]
    assert dialog.tags.item(0).checkState() is Qt.CheckState.Checked
    dialog.tags.item(0).setCheckState(Qt.CheckState.Unchecked)
    dialog.save.click()
    qtbot.waitUntil(lambda: library.catalog.tags.counts() == {})


def test_the_panel_tells_tags_and_what_fits_best(filled: MainWindow, library: Library, qtbot: QtBot) -> None:
    library.catalog.tags.save_list(LabelList("colours", "red\ngreen\nblue"))
    photo_id = int(filled.photos.photo_ids[0])
    library.tagger.decide([photo_id], "family/Anna", True)
    filled.grid.setFocus()
    filled.grid.setCurrentIndex(filled.photos.index(0))
    qtbot.waitUntil(lambda: filled.photos.index(0).data(Role.PHOTO) is not None)
    filled.show_why()
    qtbot.waitUntil(lambda: "Tags: family/Anna" in filled.why.words.text())
    assert "Of the 3 labels that are on" in filled.why.words.text()
    best, share = library.labelled.choices(photo_id)[0]
    assert f"{best} {share:.0%}" in filled.why.words.text()
    assert sum(each for _, each in library.labelled.choices(photo_id)) == pytest.approx(1)
    assert library.labelled.choices(999) == []


def test_of_many_labels_only_those_in_view_are_measured(labelled: MainWindow) -> None:
    page = labelled.labels
    page.labels.show([replace(page.labels.judged[0], label=Label(str(number))) for number in range(2000)])
    asked: set[int] = set()

    class Noted(list[tuple[int, int]]):
        def __getitem__(self, row: Any) -> Any:
            asked.add(row)
            return super().__getitem__(row)

    page.labels._counts = Noted(page.labels._counts)
    page.view.resizeColumnToContents(1)
    assert 0 < len(asked) < 200


def test_gaps_become_labels_by_a_click(
    labelled: MainWindow, library: Library, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = labelled.labels
    ids = labelled.photos.photo_ids[:4].tolist()
    monkeypatch.setattr(LabelledPhotos, "gaps", lambda *_: ([Gap("a boat", ids)], 7))
    page.judge()
    assert not page.gaps.isEnabled()
    qtbot.waitUntil(page.gaps.isEnabled)
    page.show_gaps()
    dialog = page.findChild(GapsDialog)
    assert isinstance(dialog, GapsDialog)
    qtbot.waitUntil(lambda: len(dialog.names) == 1)
    assert dialog.told.text() == "7 photos fit none of the labels that are on; 1 group of them"
    add = next(button for button in dialog.findChildren(QPushButton) if button.text() == "New label")
    dialog.names[0].setText("# boats")
    add.click()
    assert "cannot be called “# boats”" in dialog.told.text()
    dialog.names[0].setText("Colours/Red")
    add.click()
    assert "“Colours/Red” is there already" in dialog.told.text()
    dialog.names[0].setText("boats/sailing")
    qtbot.keyClick(dialog.names[0], Qt.Key.Key_Return)
    assert dialog.isVisible()
    qtbot.waitUntil(lambda: "boats/sailing" in {each.label.name for each in page.labels.judged})
    assert [each.text for each in library.catalog.tags.lists() if each.name == "my labels"] == ["boats/sailing\n"]
    dialog.accept()


def test_labels_of_one_name_below_several_parents_are_made_from_gaps_and_what_cannot_be_is_told_there(
    labelled: MainWindow, library: Library, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    page, tags = labelled.labels, library.catalog.tags
    monkeypatch.setattr(LabelledPhotos, "gaps", lambda *_: ([Gap(f"group {number}", []) for number in range(4)], 7))
    tags.save_list(LabelList("my labels", "pets/dog\n= nothing\n"))
    page.show_gaps()
    dialog = page.findChild(GapsDialog)
    assert isinstance(dialog, GapsDialog)
    qtbot.waitUntil(lambda: len(dialog.names) == 4)
    made = ["a/b/c/d/dog", "a/b/c/e/dog", "dog"]
    for line, name in zip(dialog.names, made, strict=False):
        line.setText(name)
        qtbot.keyClick(line, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: all(line.isEnabled() for line in dialog.names))
    assert dialog.told.text().startswith("Line 2 of “my labels”, “= nothing”, has no name.")
    tags.save_list(LabelList("my labels", "pets/dog\n"))
    for line in dialog.names[:3]:
        qtbot.keyClick(line, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: {"pets/dog", *made} <= {each.label.name for each in page.labels.judged})
    assert LabelList("my labels", "pets/dog\na/b/c/d/dog\na/b/c/e/dog\ndog\n") in tags.lists()
    assert not any(line.isEnabled() for line in dialog.names[:3])
    tags.save_list(LabelList("my labels", "= nothing\n"))
    qtbot.keyClick(dialog.names[3], Qt.Key.Key_Return)
    assert not dialog.names[3].isEnabled()
    qtbot.waitUntil(dialog.names[3].isEnabled)
    assert not any(line.isEnabled() for line in dialog.names[:3])
    dialog.accept()


def test_a_list_that_is_full_takes_no_label_from_a_gap(labelled: MainWindow, library: Library, qtbot: QtBot) -> None:
    full = LabelList("my labels", "".join(f"{number}\n" for number in range(MAX_LABELS)), is_on=False)
    library.catalog.tags.save_list(full)
    labelled.labels.lists.add_label("boat")
    qtbot.waitUntil(lambda: "more than 10,000 labels in “my labels”" in labelled.problems.words)
    assert full in library.catalog.tags.lists()


def test_tags_are_seen_on_photos_and_sensitive_ones_are_veiled(
    filled: MainWindow, library: Library, qtbot: QtBot
) -> None:
    first, second = filled.photos.index(0), filled.photos.index(1)
    qtbot.waitUntil(lambda: first.data(Role.THUMBNAIL) is not None)
    plain = filled.grid.grab().toImage()
    library.tagger.decide([first.data(Role.PHOTO_ID)], "sensitive/blood", True)
    library.tagger.decide([second.data(Role.PHOTO_ID)], "family/Anna", True)
    filled._tell_of_tags("")
    qtbot.waitUntil(lambda: first.data(Role.SENSITIVE) and second.data(Role.TAGS) == ("family/Anna",))
    ids = filled.photos.photo_ids.tolist()
    tags = library.catalog.tags.tags_of(ids)
    assert library.labelled.sensitive(tags) == {first.data(Role.PHOTO_ID)}
    veiled = filled.grid.grab().toImage()
    assert veiled != plain
    menu = filled.browser.arrange.menu()
    menu.veil.trigger()
    unveiled = filled.grid.grab().toImage()
    assert unveiled != veiled
    menu.tags.trigger()
    assert filled.grid.grab().toImage() != unveiled
    library.catalog.tags.save_list(LabelList("sensitive", "sensitive/red = red"))
    judged = library.label_judge.judge(Label("sensitive/red", (), ("red",)))
    assert set(judged.photo_ids[judged.suggested].tolist()) <= library.labelled.sensitive(
        {photo_id: [] for photo_id in ids}
    )


def test_a_label_is_renamed(labelled: MainWindow, library: Library, qtbot: QtBot) -> None:
    page = labelled.labels
    row = next(row for row, each in enumerate(page.labels.judged) if each.label.name == "colours/red")
    page.view.setCurrentIndex(page.labels.index(row, 0))
    library.tagger.decide(labelled.photos.photo_ids[:1].tolist(), "colours/red", True)
    page.details.rename.click()
    box = page.findChild(QInputDialog)
    assert isinstance(box, QInputDialog)
    box.setTextValue("crimson")
    box.accept()
    qtbot.waitUntil(lambda: {each.label.name for each in page.labels.judged} == {"crimson", "colours/green"})
    assert library.catalog.tags.counts() == {"crimson": 1}


def test_sidecars_are_told_of_once(filled: MainWindow, library: Library, qtbot: QtBot) -> None:
    library.tagger.decide(filled.photos.photo_ids[:1].tolist(), "family/Anna", True)
    filled._tell_of_tags("+ family/Anna")
    qtbot.waitUntil(filled.problems.isVisible)
    assert not library.sidecars.is_hint_due()


def test_stars_and_tags_go_into_sidecars_where_that_is_wanted(
    filled: MainWindow, library: Library, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(library.sidecars, "_sidecars", XmpSidecars())
    library.sidecars.follows = True
    filled.grid.setFocus()
    filled.grid.setCurrentIndex(filled.photos.index(0))
    (photo,) = library.catalog.photos(filled.photos.photo_ids[:1].tolist())
    qtbot.keyClick(filled.grid, Qt.Key.Key_4)
    qtbot.waitUntil(sidecar_of(photo.path).exists)
    assert said_in_xmp(sidecar_of(photo.path).read_bytes()).rating == 4
