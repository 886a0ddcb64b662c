"""The parts of a query as chips."""

from datetime import date

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from photo_clip.core.query import Query, parse
from photo_clip.gui.query_chips import Chip, QueryChips

TODAY = date(2026, 11, 23)


@pytest.fixture
def chips(qtbot: QtBot) -> QueryChips:
    """Return chips that show what they were changed into, as the search line makes them."""
    made = QueryChips()
    qtbot.addWidget(made)
    made.resize(300, 200)
    made.show()
    made.changed.connect(lambda query: made.show_query(query, TODAY))
    return made


def show(chips: QueryChips, typed: str) -> list[Chip]:
    chips.show_query(parse(typed, TODAY), TODAY)
    return chips.chips


def choose(chip: Chip, words: str) -> None:
    actions = {action.text().split("\t")[0]: action for action in chip.menu().actions()}
    for action in chip.menu().actions():
        if action.menu() is not None:
            actions |= {each.text(): each for each in action.menu().actions()}  # type: ignore[attr-defined]
    actions[words].trigger()


def told(chips: QueryChips) -> str:
    shown: Query = chips._query
    return str(shown)


def test_each_part_is_a_chip_that_says_what_it_is(chips: QueryChips) -> None:
    shown = show(chips, "cat 2:sofa -dog must:tail similar:/a/b.jpg date:2023 or date:2021 -tag:x kamera:y")
    assert [chip.accessibleName() for chip in shown] == [
        "more like cat",
        "more like sofa, weight 2",
        "less like dog",
        "must show tail",
        "more like the photo b.jpg",
        "date 2023",
        "or date 2021",
        "not tag x",
        "kamera y",
    ]
    assert shown[-1].property("chip") == "trouble"
    assert "Did you mean" in shown[-1].toolTip()
    assert chips.isVisible()
    show(chips, "")
    assert not chips.isVisible()


@pytest.mark.parametrize(
    ("typed", "number", "choice", "becomes"),
    [
        ("cat dog -sofa", 0, "Less like this", '-"cat dog" -sofa'),
        ("cat -sofa", 1, "More like this", "cat +sofa"),
        ("cat -sofa", 1, "Must show this", "cat must:sofa"),
        ("cat", 0, "×2", "2:cat"),
        ("cat -sofa", 0, "Remove", "-sofa"),
        ("cat july 2023", 1, "Take it as words", 'cat +"july 2023"'),
        ("cat july 2023", 1, "Leave these photos out", 'cat -date:"july 2023"'),
        ("camera:a or camera:b", 0, "Remove", "camera:b"),
        ("camera:a or camera:b date:2023", 2, "Remove", "camera:a or camera:b"),
    ],
)
def test_a_chip_can_be_changed(chips: QueryChips, typed: str, number: int, choice: str, becomes: str) -> None:
    choose(show(chips, typed)[number], choice)
    assert told(chips) == becomes


def test_keys_and_the_wheel_change_a_chip_too(chips: QueryChips, qtbot: QtBot) -> None:
    (chip,) = show(chips, "cat")
    qtbot.keyClick(chip, Qt.Key.Key_Plus)
    assert told(chips) == "1.5:cat"
    qtbot.keyClick(chips.chips[0], Qt.Key.Key_Minus)
    qtbot.keyClick(chips.chips[0], Qt.Key.Key_Minus)
    qtbot.keyClick(chips.chips[0], Qt.Key.Key_Minus)
    qtbot.keyClick(chips.chips[0], Qt.Key.Key_Minus)
    assert told(chips) == "0.1:cat"
    turn = QWheelEvent(
        QPointF(5, 5),
        QPointF(5, 5),
        QPoint(),
        QPoint(0, 120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(chips.chips[0], turn)
    assert told(chips) == "0.5:cat"
    qtbot.mouseClick(chips.chips[0], Qt.MouseButton.MiddleButton)
    assert told(chips) == ""
    show(chips, "cat -dog")
    qtbot.keyClick(chips.chips[1], Qt.Key.Key_Delete)
    assert told(chips) == "cat"


def test_many_chips_go_on_in_the_next_line(chips: QueryChips) -> None:
    shown = show(chips, " ".join(f"+description{number}" for number in range(12)))
    QApplication.processEvents()
    tops = [chip.geometry().top() for chip in shown]
    assert len(set(tops)) > 1
    assert all(chip.geometry().right() <= chips.width() for chip in shown)
    assert chips.heightForWidth(300) < chips.heightForWidth(150)
