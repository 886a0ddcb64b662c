"""The labels as rows of a table."""

from enum import IntEnum

from PySide6.QtCore import QAbstractTableModel, QModelIndex, Qt
from PySide6.QtWidgets import QWidget

from photo_clip.gui.photo_list_model import AnyIndex
from photo_clip.gui.plain import plain_tip
from photo_clip.services.label_judge import Judged

_NO_PARENT = QModelIndex()


class Column(IntEnum):
    """What is told of each label."""

    LABEL = 0
    SUGGESTED = 1
    ACCEPTED = 2


_TITLES = {Column.LABEL: "Label", Column.SUGGESTED: "Suggested", Column.ACCEPTED: "Accepted"}


class LabelModel(QAbstractTableModel):
    """Rows are labels, as they were judged; those with most suggestions first."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.judged: list[Judged] = []
        self._counts: list[tuple[int, int]] = []

    def show(self, judged: list[Judged]) -> None:
        """Show other labels."""
        self.beginResetModel()
        self.judged = sorted(judged, key=lambda each: -len(each.suggested))
        self._counts = [_counts(each) for each in self.judged]
        self.endResetModel()

    def rowCount(self, parent: AnyIndex = _NO_PARENT) -> int:  # noqa: N802
        return 0 if parent.isValid() else len(self.judged)

    def columnCount(self, parent: AnyIndex = _NO_PARENT) -> int:  # noqa: N802
        return 0 if parent.isValid() else len(Column)

    def headerData(  # noqa: N802
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return _TITLES[Column(section)]
        return None

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        column = Column(index.column())
        if role == Qt.ItemDataRole.TextAlignmentRole and column is not Column.LABEL:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return None
        suggested, accepted = self._counts[index.row()]
        text = {
            Column.LABEL: self.judged[index.row()].label.name,
            Column.SUGGESTED: f"{suggested:,}",
            Column.ACCEPTED: f"{accepted:,}" if accepted else "",
        }[column]
        return plain_tip(text) if role == Qt.ItemDataRole.ToolTipRole else text

    def replace(self, judged: Judged) -> None:
        """Show a label as it was judged anew; it stays in its row."""
        for row, each in enumerate(self.judged):
            if each.label.name == judged.label.name:
                self.judged[row] = judged
                self._counts[row] = _counts(judged)
                self.dataChanged.emit(self.index(row, 0), self.index(row, len(Column) - 1))


def _counts(judged: Judged) -> tuple[int, int]:
    """Return for how many photos a label is suggested, and for how many it was accepted."""
    return len(judged.suggested), sum(judged.decided.values())
