"""The menu that says in which order photos are shown, and under which headings."""

from collections.abc import Callable

from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QWidget

from photo_clip.core.arranging import Grouping, Sorting

_SORTINGS = {
    Sorting.RELEVANCE: "As found: best or newest first",
    Sorting.DATE: "By date taken, newest first",
    Sorting.NAME: "By file name",
}
_GROUPINGS = {
    Grouping.NONE: "Not grouped",
    Grouping.DAY: "Grouped by day",
    Grouping.MONTH: "Grouped by month",
    Grouping.FOLDER: "Grouped by folder",
}


class ArrangeMenu(QMenu):
    """Offers each order and each grouping, folding, and what is seen of each photo."""

    def __init__(self, arrange: Callable[[Sorting, Grouping, bool], object], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._arrange = arrange
        self._sorting = QActionGroup(self)
        self._grouping = QActionGroup(self)
        self._offer(self._sorting, _SORTINGS)
        self.addSeparator()
        self._offer(self._grouping, _GROUPINGS)
        self.addSeparator()
        self.folding = QAction("Near-duplicates as one", self, checkable=True, checked=True)
        self.folding.triggered.connect(self._choose)
        self.addAction(self.folding)
        self.tags = QAction("Tags on the photos", self, checkable=True)
        self.veil = QAction("Veil sensitive photos", self, checkable=True, checked=True)
        self.addActions([self.tags, self.veil])

    def _offer(self, group: QActionGroup, names: dict[Sorting, str] | dict[Grouping, str]) -> None:
        for number, (value, name) in enumerate(names.items()):
            action = QAction(name, self, checkable=True, checked=number == 0)
            action.setData(value)
            action.triggered.connect(self._choose)
            group.addAction(action)
            self.addAction(action)

    def _choose(self) -> None:
        sorting, grouping = (group.checkedAction().data() for group in (self._sorting, self._grouping))
        self._arrange(Sorting(sorting), Grouping(grouping), self.folding.isChecked())
