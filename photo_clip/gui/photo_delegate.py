"""Paints one photo of the grid: its thumbnail on a card, and what is to be known of it."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRect, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPainterPath, QPen, QPixmap
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from photo_clip.core.drive_names import offline_in_words
from photo_clip.core.photo import Photo
from photo_clip.gui import icons, theme
from photo_clip.gui.photo_list_model import Role, marks_of
from photo_clip.gui.pictures import veil_of
from photo_clip.gui.theme import Colours

_CORNER_PX = 8
_PICTURE_CORNER_PX = 4
_INSET_PX = 7
_BADGE_GROUND = QColor(12, 13, 16, 185)
_OFFLINE_OPACITY = 0.45
_FITS = 0.02
"""How far a picture's size may be off, as a share, to be painted as it is."""


class PhotoDelegate(QStyledItemDelegate):
    """Paints photos."""

    shows_cosines = False
    """Whether the cosine with the query is written on each."""
    shows_tags = False
    veils_sensitive = True
    """Whether sensitive photos are painted so that nothing can be told from them."""

    def is_veiled(self, index: QModelIndex | QPersistentModelIndex) -> bool:
        """Whether nothing can be told from a photo."""
        return self.veils_sensitive and bool(index.data(Role.SENSITIVE))

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        colours = theme.colours()
        state: QStyle.StateFlag = option.state
        card = QRectF(option.rect)
        photo, pixmap = index.data(Role.PHOTO), index.data(Role.THUMBNAIL)
        is_offline = isinstance(photo, Photo) and photo.offline
        is_veiled = self.is_veiled(index)
        painter.save()
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        painter.setPen(Qt.PenStyle.NoPen)
        is_hovered = bool(state & QStyle.StateFlag.State_MouseOver)
        ground = QColor(colours.hover if is_hovered else colours.card)
        painter.setBrush(ground)
        painter.drawRoundedRect(card, _CORNER_PX, _CORNER_PX)
        if isinstance(pixmap, QPixmap):
            ratio = painter.device().devicePixelRatioF()
            picture = picture_rect(card, pixmap.deviceIndependentSize(), ratio)
            painter.setOpacity(_OFFLINE_OPACITY if is_offline else 1.0)
            if is_veiled:
                pixmap = veil_of(pixmap)
            painter.drawPixmap(picture, pixmap, QRectF(pixmap.rect()))
            painter.setOpacity(1.0)
            _round_corners(painter, picture, ground)
        else:
            _paint_reason(painter, card, colours, str(index.data(Role.REASON) or ""))
        alike = index.data(Role.ALIKE)
        words = [
            *((_offline(photo),) if is_offline else ()),
            *(("Sensitive",) if is_veiled else ()),
            *((f"{alike} alike",) if alike > 1 else ()),
            *(("In a part",) if index.data(Role.BY_PART) else ()),
        ]
        if words:
            _paint_badge(painter, card, " · ".join(words), at_right=False, metrics=option.fontMetrics)
        cosine = index.data(Role.COSINE)
        if self.shows_cosines and cosine is not None:
            _paint_badge(painter, card, f"{cosine:.3f}", at_right=True, metrics=option.fontMetrics)
        if isinstance(photo, Photo) and (marks := marks_of(photo)):
            _paint_badge(painter, card, marks, at_right=True, at_bottom=True, metrics=option.fontMetrics)
        if self.shows_tags:
            _paint_tags(painter, card, index.data(Role.TAGS), option.fontMetrics)
        _paint_frame(painter, card, colours, state)
        painter.restore()


def picture_box(card: QSize) -> QSize:
    """Return the room for the picture on a card."""
    return card - QSize(2 * _INSET_PX, 2 * _INSET_PX)


def picture_rect(card: QRectF, size: QSizeF, device_pixel_ratio: float) -> QRectF:
    """Return where a picture lies on its card: whole, as large as it can be, and on whole pixels where it fits."""
    box = QSizeF(picture_box(card.size().toSize()))
    scale = min(box.width() / max(1.0, size.width()), box.height() / max(1.0, size.height()))
    picture = QRectF(QPointF(0, 0), size if abs(scale - 1) < _FITS else size * scale)
    picture.moveCenter(card.center())
    picture.moveLeft(round(picture.left() * device_pixel_ratio) / device_pixel_ratio)
    picture.moveTop(round(picture.top() * device_pixel_ratio) / device_pixel_ratio)
    return picture


def _round_corners(painter: QPainter, picture: QRectF, ground: QColor) -> None:
    """Paint the ground over a picture's corners: a picture that is opaque itself is painted ten times as fast."""
    outside = QPainterPath()
    outside.addRect(picture)
    outside.addRoundedRect(picture, _PICTURE_CORNER_PX, _PICTURE_CORNER_PX)
    painter.fillPath(outside, ground)


def _offline(photo: Photo) -> str:
    words = offline_in_words(photo.path)
    return words[0].upper() + words[1:]


def _paint_reason(painter: QPainter, card: QRectF, colours: Colours, reason: str) -> None:
    if reason:
        painter.setPen(QColor(colours.quiet))
        words = card.adjusted(12, 12, -12, -12)
        painter.drawText(words, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, reason)


def _paint_badge(
    painter: QPainter, card: QRectF, text: str, *, at_right: bool, at_bottom: bool = False, metrics: QFontMetrics
) -> None:
    text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, round(card.width()) - 30)
    badge = QRectF(0, 0, metrics.horizontalAdvance(text) + 14, metrics.height() + 5)
    badge.moveTop(card.bottom() - 6 - badge.height() if at_bottom else card.top() + 6)
    if at_right:
        badge.moveRight(card.right() - 6)
    else:
        badge.moveLeft(card.left() + 6)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(_BADGE_GROUND)
    painter.drawRoundedRect(badge, badge.height() / 2, badge.height() / 2)
    painter.setPen(QColor("#FFFFFF"))
    painter.drawText(badge, Qt.AlignmentFlag.AlignCenter, text)


def _paint_tags(painter: QPainter, card: QRectF, tags: tuple[str, ...], metrics: QFontMetrics) -> None:
    if tags:
        words = ", ".join(tag.rpartition("/")[2] for tag in tags)
        _paint_badge(painter, card.adjusted(30, 0, -10, 0), words, at_right=False, at_bottom=True, metrics=metrics)


def _paint_frame(painter: QPainter, card: QRectF, colours: Colours, state: QStyle.StateFlag) -> None:
    """Frame and tick what is chosen, and frame what the keys act on: shapes, not colours alone, tell."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if state & QStyle.StateFlag.State_Selected:
        painter.setPen(QPen(QColor(colours.ring), 3))
        painter.drawRoundedRect(card.adjusted(0.5, 0.5, -0.5, -0.5), _CORNER_PX, _CORNER_PX)
        tick = QRect(round(card.left()) + 8, round(card.bottom()) - 28, icons.SIDE_PX, icons.SIDE_PX)
        painter.setPen(QPen(QColor("#FFFFFF"), 1.5))
        painter.setBrush(QColor(colours.accent))
        painter.drawEllipse(tick)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor("#FFFFFF"), 2, c=Qt.PenCapStyle.RoundCap, j=Qt.PenJoinStyle.RoundJoin))
        hook = QPainterPath()
        hook.moveTo(tick.left() + 5.5, tick.top() + 10.5)
        hook.lineTo(tick.left() + 8.8, tick.top() + 13.8)
        hook.lineTo(tick.left() + 14.5, tick.top() + 7)
        painter.drawPath(hook)
    if state & QStyle.StateFlag.State_HasFocus:
        painter.setPen(QPen(QColor(colours.text), 2, Qt.PenStyle.DotLine))
        painter.drawRoundedRect(card.adjusted(3, 3, -3, -3), _CORNER_PX - 2, _CORNER_PX - 2)
