"""Paints one watched folder in the panel: a sign, its name, how many photos it has, and whether it is offline."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from photo_clip.core.photo import Folder, FolderState
from photo_clip.gui import icons, theme

FOLDER = int(Qt.ItemDataRole.UserRole)
COUNT = FOLDER + 1
_SIDE_PX = 18
_PADDING_PX = 8


class FolderDelegate(QStyledItemDelegate):
    """Paints folders; those offline have another sign and a second line, so that colour alone does not tell."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:  # noqa: N802
        lines = 2 if _is_offline(index) else 1
        return QSize(100, lines * option.fontMetrics.height() + 2 * _PADDING_PX)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        colours = theme.colours()
        state: QStyle.StateFlag = option.state
        row = option.rect.adjusted(2, 1, -2, -1)
        offline = _is_offline(index)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        if state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(QColor(colours.ring), 2))
        if state & (QStyle.StateFlag.State_Selected | QStyle.StateFlag.State_MouseOver):
            painter.setBrush(QColor(colours.hover))
        painter.drawRoundedRect(row, 7, 7)
        line_px = option.fontMetrics.height()
        first = QRect(row.left() + _PADDING_PX, row.top() + _PADDING_PX - 1, row.width() - 2 * _PADDING_PX, line_px)
        ratio = painter.device().devicePixelRatioF()
        colour = QColor(colours.warning if offline else colours.quiet)
        sign = icons.picture("folder-offline" if offline else "folder", colour, _SIDE_PX, ratio)
        painter.drawPixmap(first.left(), first.center().y() - _SIDE_PX // 2 + 1, sign)
        count = f"{index.data(COUNT):,}"
        painter.setPen(QColor(colours.quiet))
        painter.drawText(first, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, count)
        words = first.adjusted(_SIDE_PX + 8, 0, -option.fontMetrics.horizontalAdvance(count) - 8, 0)
        painter.setPen(QColor(colours.quiet if offline else colours.text))
        name = str(index.data(Qt.ItemDataRole.DisplayRole))
        painter.drawText(
            words,
            Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter,
            option.fontMetrics.elidedText(name, Qt.TextElideMode.ElideMiddle, words.width()),
        )
        if offline:
            painter.setPen(QColor(colours.warning))
            painter.drawText(words.translated(0, line_px), Qt.AlignmentFlag.AlignLeft, "Offline")
        painter.restore()


def _is_offline(index: QModelIndex | QPersistentModelIndex) -> bool:
    folder = index.data(FOLDER)
    return isinstance(folder, Folder) and folder.state is FolderState.OFFLINE
