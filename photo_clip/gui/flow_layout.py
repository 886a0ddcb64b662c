"""Lays widgets out in lines, as words are in a paragraph."""

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QWidget

GAP_PX = 6


class FlowLayout(QLayout):
    """Goes on in the next line where the width is used up."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []

    def addItem(self, item: QLayoutItem) -> None:  # noqa: N802
        self._items.append(item)

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:  # noqa: N802
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:  # noqa: N802
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:  # noqa: N802
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:  # noqa: N802
        return True

    def heightForWidth(self, width: int) -> int:  # noqa: N802
        return self._place(QRect(0, 0, width, 0), really=False)

    def setGeometry(self, rect: QRect) -> None:  # noqa: N802
        super().setGeometry(rect)
        self._place(rect, really=True)

    def sizeHint(self) -> QSize:  # noqa: N802
        return self.minimumSize()

    def minimumSize(self) -> QSize:  # noqa: N802
        size = QSize()
        for item in self._items:
            size = size.expandedTo(item.minimumSize())
        margins = self.contentsMargins()
        return size + QSize(margins.left() + margins.right(), margins.top() + margins.bottom())

    def _place(self, rect: QRect, *, really: bool) -> int:
        """Put the items into a rectangle, or only find out, and return the height that takes."""
        margins = self.contentsMargins()
        room = rect.marginsRemoved(margins)
        at, line_px = room.topLeft(), 0
        for item in self._items:
            size = item.sizeHint().boundedTo(QSize(max(1, room.width()), 10_000))
            if at.x() > room.left() and at.x() + size.width() > room.left() + room.width():
                at, line_px = QPoint(room.left(), at.y() + line_px + GAP_PX), 0
            if really:
                item.setGeometry(QRect(at, size))
            at = QPoint(at.x() + size.width() + GAP_PX, at.y())
            line_px = max(line_px, size.height())
        return at.y() + line_px - rect.top() + margins.bottom()
