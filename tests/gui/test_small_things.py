"""Small things in the window: switched on for a folder, found while nothing else is to be done, and pointed at."""

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from pytestqt.qtbot import QtBot

from photo_clip.core.progress import Phase, Progress, Report, Task
from photo_clip.core.tiles import Box
from photo_clip.gui.confirming import ConfirmDialog
from photo_clip.gui.main_window import MainWindow
from photo_clip.gui.outline import draw_outline
from photo_clip.gui.photo_list_model import Role
from tests.fakes import FakeWatcher, write_photo
from tests.gui.window_use import ask, names_shown, settle


def switch_small_things(window: MainWindow, qtbot: QtBot, answer: str) -> str:
    """Choose it from the folder's menu and press the answer; return what was said before."""
    window.folder_panel.list.setCurrentRow(0)
    menu = window.folder_panel.menu()
    assert menu is not None
    next(action for action in menu.actions() if "small things" in action.text()).trigger()
    menu.close()
    dialog = next(each for each in window.findChildren(ConfirmDialog) if each.isVisible())
    assert dialog.yes.text() == answer
    said = dialog.accessibleDescription()
    with qtbot.waitSignal(window.keeper.finished):
        dialog.yes.click()
    return said


@pytest.fixture
def looked(window: MainWindow, filled: MainWindow, photos: Path, qtbot: QtBot) -> MainWindow:
    """A window over the coloured photos, and one with something small and red at its lower right."""
    write_photo(photos / "small.jpg", "green with red")
    filled.keeper.look()
    qtbot.waitUntil(lambda: filled.photos.rowCount() == 13 and filled.keeper.is_idle)
    switch_small_things(filled, qtbot, "Look for them")
    qtbot.waitUntil(lambda: filled.keeper.is_idle and tiles(filled) > 0)
    return filled


def tiles(window: MainWindow) -> int:
    assert window._opened is not None
    library = window._opened.library
    return library.catalog.tiles.last_row(library.models.active_key())


def row_of_small(window: MainWindow, qtbot: QtBot) -> int:
    """Ask for what is small, and return where its photo is shown: behind those that have the word in their names."""
    ask(window, qtbot, "red")
    window.search_view.weaker.click()
    settle(window, qtbot)
    return names_shown(window).index("small.jpg")


def open_small(window: MainWindow, qtbot: QtBot) -> None:
    """Show the photo with the small thing large, after asking for it."""
    row = row_of_small(window, qtbot)
    window.grid.setFocus()
    window.grid.setCurrentIndex(window.photos.index(row))
    qtbot.keyClick(window.grid, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.viewer.photo is not None)


def test_it_says_what_it_costs_before_it_begins(filled: MainWindow, qtbot: QtBot) -> None:
    said = switch_small_things(filled, qtbot, "Look for them")
    assert "12 parts" in said
    assert "12 photos" in said
    qtbot.waitUntil(lambda: filled.keeper.is_idle and tiles(filled) == 12)
    qtbot.waitUntil(lambda: "Small things" in filled.folder_panel.list.item(0).toolTip())


def test_it_can_be_switched_off_again_and_leaves_nothing(looked: MainWindow, qtbot: QtBot) -> None:
    switch_small_things(looked, qtbot, "Stop and delete")
    qtbot.waitUntil(lambda: looked.keeper.is_idle and tiles(looked) == 0)
    qtbot.waitUntil(lambda: "Small things" not in looked.folder_panel.list.item(0).toolTip())


def test_a_hit_by_a_part_says_so(looked: MainWindow, qtbot: QtBot) -> None:
    row = row_of_small(looked, qtbot)
    assert row == 4
    assert looked.photos.index(row).data(Role.BY_PART)
    assert "found by a part of it" in looked.photos.index(row).data(Qt.ItemDataRole.AccessibleTextRole)
    assert [looked.photos.index(other).data(Role.BY_PART) for other in range(13)].count(True) == 1
    ask(looked, qtbot, "green")
    assert not any(looked.photos.index(other).data(Role.BY_PART) for other in range(looked.photos.rowCount()))


def test_why_points_at_the_part(looked: MainWindow, qtbot: QtBot) -> None:
    row = row_of_small(looked, qtbot)
    looked.grid.setCurrentIndex(looked.photos.index(row))
    looked.show_why()
    qtbot.waitUntil(lambda: "Best seen in the lower right part" in looked.why.words.text())
    assert "that is what found it" in looked.why.words.text()
    assert looked.why.picture.isVisible()
    assert "lower right part outlined" in looked.why.picture.accessibleName()
    picture = looked.why.picture.pixmap().toImage()
    assert picture.pixelColor(picture.width() - 3, picture.height() // 2 + 30).lightnessF() != pytest.approx(
        picture.pixelColor(2, 2).lightnessF(), abs=0.02
    )
    row = ask(looked, qtbot, "green").index("green 0.jpg")
    looked.grid.setCurrentIndex(looked.photos.index(row))
    qtbot.waitUntil(lambda: "green 0.jpg" in looked.why.words.text())
    assert not looked.why.picture.isVisible()


def test_the_part_is_outlined_in_the_large_photo_by_a_key(looked: MainWindow, qtbot: QtBot) -> None:
    open_small(looked, qtbot)
    assert looked.viewer.canvas.outlined is None
    qtbot.keyClick(looked.viewer, Qt.Key.Key_O)
    qtbot.waitUntil(lambda: looked.viewer.canvas.outlined is not None)
    assert looked.viewer.words == "Best seen in the lower right part."
    qtbot.keyClick(looked.viewer, Qt.Key.Key_O)
    assert looked.viewer.canvas.outlined is None
    assert looked.viewer.words == ""


def test_no_part_of_a_veiled_photo_is_pointed_at(looked: MainWindow, qtbot: QtBot) -> None:
    row = row_of_small(looked, qtbot)
    assert looked._opened is not None
    looked._opened.library.tagger.decide(looked.photos.photo_ids[row : row + 1].tolist(), "sensitive/blood", True)
    looked._renew()
    qtbot.waitUntil(lambda: looked.photos.index(row).data(Role.SENSITIVE) is True)
    looked.grid.setCurrentIndex(looked.photos.index(row))
    looked.show_why()
    qtbot.waitUntil(lambda: "Best seen in the lower right part" in looked.why.words.text())
    assert looked.why.picture.isHidden()
    qtbot.keyClick(looked.grid, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "sensitive" in looked.viewer.words)
    qtbot.keyClick(looked.viewer, Qt.Key.Key_O)
    assert looked.viewer._outline_job is None
    assert "sensitive" in looked.viewer.words
    veil = looked.browser.arrange.menu().veil
    veil.trigger()
    qtbot.waitUntil(lambda: looked.viewer.words == "Best seen in the lower right part.")
    veil.trigger()
    assert looked.viewer.canvas.outlined is None
    assert "sensitive" in looked.viewer.words
    veil.trigger()
    qtbot.keyClick(looked.viewer, Qt.Key.Key_Escape)
    qtbot.waitUntil(looked.why.picture.isVisible)
    veil.trigger()
    assert looked.why.picture.isHidden()


def test_the_outline_follows_to_the_next_photo(looked: MainWindow, qtbot: QtBot) -> None:
    open_small(looked, qtbot)
    qtbot.keyClick(looked.viewer, Qt.Key.Key_O)
    qtbot.waitUntil(lambda: looked.viewer.canvas.outlined is not None)
    qtbot.keyClick(looked.viewer, Qt.Key.Key_Left)
    qtbot.waitUntil(lambda: "fits better than the whole" in looked.viewer.words)
    assert looked.viewer.canvas.outlined is None
    qtbot.keyClick(looked.viewer, Qt.Key.Key_Right)
    qtbot.waitUntil(lambda: looked.viewer.canvas.outlined is not None)


def test_new_photos_come_before_small_things(
    filled: MainWindow, photos: Path, watcher: FakeWatcher, qtbot: QtBot
) -> None:
    assert filled._opened is not None
    library = filled._opened.library
    told: list[str] = []
    closer, keep_up = library.look_closer, library.keep_up

    def look_closer() -> Task[int]:
        """Go on without an end, the first time."""
        told.append("small things")
        while told.count("small things") == 1:
            yield Progress(Phase.TILING, 0, 12)
        return (yield from closer())

    def keep_up_and_tell(*arguments: object) -> Task[Report]:
        report = yield from keep_up(*arguments)  # type: ignore[arg-type]
        told.append("new photos")
        return report

    library.look_closer, library.keep_up = look_closer, keep_up_and_tell  # type: ignore[method-assign]
    library.catalog.tiles.switch(library.folders.all()[0].id, on=True)
    filled.keeper.look()
    qtbot.waitUntil(lambda: "small things" in told)
    write_photo(photos / "new.jpg", "blue new")
    watcher.changed.add(photos)
    qtbot.waitUntil(lambda: tiles(filled) >= 13 and filled.keeper.is_idle)
    assert told == ["new photos", "small things", "new photos", "small things"]
    assert "new.jpg" in names_shown(filled)


@pytest.mark.parametrize("ground", ["black", "white", "gray", "red"])
def test_an_outline_is_seen_on_any_ground(ground: str) -> None:
    image = QImage(100, 100, QImage.Format.Format_RGB32)
    image.fill(QColor(ground))
    painter = QPainter(image)
    draw_outline(painter, image.rect().toRectF(), Box(0.25, 0.25, 0.5, 0.5))
    painter.end()
    across = [image.pixelColor(QPoint(x, 50)) for x in range(22, 34)]
    lightness = [colour.lightnessF() for colour in across]
    assert max(lightness) > 0.9
    assert min(lightness) < 0.1
    assert image.pixelColor(50, 50) == QColor(ground)
    assert image.pixelColor(10, 10) == QColor(ground)
