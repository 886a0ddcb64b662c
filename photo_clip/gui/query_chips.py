"""The parts of a query as chips, to be changed by mouse and keys."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QActionGroup, QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from photo_clip.core.printable import printable
from photo_clip.core.query import LEAST_WEIGHT, MOST_WEIGHT, Condition, Description, Query, Will
from photo_clip.gui.flow_layout import FlowLayout
from photo_clip.gui.plain import plain_tip

_SIGNS = {Will.MORE: "", Will.LESS: "−\u2009", Will.MUST: "!\u2009"}
_PHOTO_SIGN = "▣\u2009"
_SPOKEN = {Will.MORE: "more like", Will.LESS: "less like", Will.MUST: "must show"}
_WEIGHTS = (0.5, 1.0, 2.0, 3.0)
_WHEEL_STEP = 0.5
_LONGEST = 40

Change = Callable[[Query], Query]


class Chip(QToolButton):
    """One part of a query; a click or a key offers what can be done with it, Delete takes it away."""

    removed = Signal()
    weighed = Signal(float)
    """The wheel was turned: by how much its weight is to change."""

    def __init__(self, text: str, spoken: str, kind: str, tip: str) -> None:
        """`kind` decides how it looks: more, less, must, filter or trouble."""
        super().__init__()
        self.setText(text)
        self.setProperty("chip", kind)
        self.setAccessibleName(spoken)
        self.setToolTip(plain_tip(tip))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        match event.key():
            case Qt.Key.Key_Delete | Qt.Key.Key_Backspace:
                self.removed.emit()
            case Qt.Key.Key_Plus:
                self.weighed.emit(_WHEEL_STEP)
            case Qt.Key.Key_Minus:
                self.weighed.emit(-_WHEEL_STEP)
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self.showMenu()
            case _:
                super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        if event.button() is Qt.MouseButton.MiddleButton:
            self.removed.emit()
            return
        super().mousePressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802
        self.weighed.emit(_WHEEL_STEP if event.angleDelta().y() > 0 else -_WHEEL_STEP)
        event.accept()


class QueryChips(QWidget):
    """Shows a query; what people change on it goes out as another query."""

    changed = Signal(object)
    """A Query."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._query = Query()
        self.chips: list[Chip] = []
        self._flow = FlowLayout(self)
        self._flow.setContentsMargins(12, 0, 0, 0)
        self.hide()

    def show_query(self, query: Query, today: date) -> None:
        """Show these parts; nothing is rebuilt for the same ones."""
        if query == self._query:
            return
        self._query = query
        focused = next((number for number, chip in enumerate(self.chips) if chip.hasFocus()), None)
        for chip in self.chips:
            self._flow.removeWidget(chip)
            chip.hide()
            chip.deleteLater()
        described = [self._describe(row, each) for row, each in enumerate(query.descriptions)]
        filtered = [
            self._filter(row, place, each, today)
            for row, group in enumerate(query.conditions)
            for place, each in enumerate(group)
        ]
        self.chips = described + filtered
        for chip in self.chips:
            self._flow.addWidget(chip)
        self.setVisible(bool(self.chips))
        if focused is not None and self.chips:
            self.chips[min(focused, len(self.chips) - 1)].setFocus()
        self.updateGeometry()

    def _describe(self, row: int, each: Description) -> Chip:
        name = printable(Path(each.photo).name if each.photo else each.words)
        weight = "" if each.weight == 1 else f"  ×{each.weight:g}"
        like = "the photo " if each.photo else ""
        sign = _SIGNS[each.will] + (_PHOTO_SIGN if each.photo else "")
        chip = Chip(
            f"{sign}{_short(name)}{weight}",
            f"{_SPOKEN[each.will]} {like}{name}{f', weight {each.weight:g}' if weight else ''}",
            each.will.name.lower(),
            f"{_SPOKEN[each.will].capitalize()} {like}“{name}”. Click to change, turn the wheel to weigh.",
        )
        menu = QMenu(chip)
        self._offer_wills(menu, row, each)
        weights = menu.addMenu("Weight")
        for value in _WEIGHTS:
            action = weights.addAction(
                f"×{value:g}", self._changing(_with_description(row, replace(each, weight=value)))
            )
            action.setCheckable(True)
            action.setChecked(each.weight == value)
        menu.addSeparator()
        remove = self._changing(_with_description(row, None))
        menu.addAction("Remove\tDel", remove)
        chip.setMenu(menu)
        chip.removed.connect(remove)
        chip.weighed.connect(lambda step: self._weigh(row, each, step))
        return chip

    def _offer_wills(self, menu: QMenu, row: int, each: Description) -> None:
        one_of = QActionGroup(menu)
        names = {Will.MORE: "More like this", Will.LESS: "Less like this", Will.MUST: "Must show this"}
        for will, name in names.items():
            if each.photo and will is Will.MUST:
                continue
            action = QAction(name, menu, checkable=True, checked=each.will is will)
            action.triggered.connect(self._changing(_with_description(row, replace(each, will=will))))
            one_of.addAction(action)
            menu.addAction(action)

    def _filter(self, row: int, place: int, each: Condition, today: date) -> Chip:
        trouble = each.trouble(today)
        value = printable(each.value)
        before = ("or " if place else "") + ("not " if each.is_excluded else "")
        chip = Chip(
            f"{before}{each.key}: {_short(value)}",
            f"{before}{each.key} {value}",
            "filter" if trouble is None else "trouble",
            f"Photos with {each.key}: {value}" if trouble is None else f"{trouble.sentence} {trouble.advice}",
        )
        menu = QMenu(chip)
        turned = replace(each, is_excluded=not each.is_excluded)
        menu.addAction(
            "Leave these photos in" if each.is_excluded else "Leave these photos out",
            self._changing(_with_condition(row, place, turned)),
        )
        words = each.value if each.key == "date" else f"{each.key} {each.value}"
        menu.addAction("Take it as words", self._changing(_as_words(row, place, words)))
        menu.addSeparator()
        remove = self._changing(_with_condition(row, place, None))
        menu.addAction("Remove\tDel", remove)
        chip.setMenu(menu)
        chip.removed.connect(remove)
        return chip

    def _changing(self, change: Change) -> Callable[[], None]:
        return lambda *_: self.changed.emit(change(self._query))

    def _weigh(self, row: int, each: Description, step: float) -> None:
        weight = min(MOST_WEIGHT, max(LEAST_WEIGHT, round(each.weight + step, 1)))
        if each.weight + step < _WHEEL_STEP:
            weight = LEAST_WEIGHT
        elif each.weight == LEAST_WEIGHT:
            weight = _WHEEL_STEP
        self.changed.emit(_with_description(row, replace(each, weight=weight))(self._query))


def _with_description(row: int, other: Description | None) -> Change:
    """Return what puts another description in a row's place, or nothing."""

    def change(query: Query) -> Query:
        kept = list(query.descriptions)
        kept[row : row + 1] = [] if other is None else [other]
        return replace(query, descriptions=tuple(kept))

    return change


def _with_condition(row: int, place: int, other: Condition | None) -> Change:
    def change(query: Query) -> Query:
        group = list(query.conditions[row])
        group[place : place + 1] = [] if other is None else [other]
        groups = list(query.conditions)
        groups[row : row + 1] = [tuple(group)] if group else []
        return replace(query, conditions=tuple(groups))

    return change


def _as_words(row: int, place: int, words: str) -> Change:
    def change(query: Query) -> Query:
        without = _with_condition(row, place, None)(query)
        return replace(without, descriptions=(*without.descriptions, Description(words)))

    return change


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
