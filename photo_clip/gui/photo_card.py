"""One of several photos that are compared: its picture, what is known of it, and whether it is kept."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QCheckBox, QFrame, QVBoxLayout, QWidget

from photo_clip.core.amounts import size_in_words
from photo_clip.core.photo import Photo
from photo_clip.core.printable import printable
from photo_clip.gui.pictures import fitted
from photo_clip.gui.plain import plain_label, plain_tip

_SIDE_PX = 220


class PhotoCard(QFrame):
    """Shows a photo to be kept or not; its picture comes later."""

    def __init__(self, photo: Photo, number: int, reason: str, *, is_kept: bool, parent: QWidget | None = None) -> None:
        """`reason` says why it is proposed to be kept, empty where it is not."""
        super().__init__(parent)
        self.photo = photo
        self.setFixedWidth(_SIDE_PX + 4)
        name = printable(photo.path.name)
        self._picture = plain_label(alignment=Qt.AlignmentFlag.AlignCenter)
        self._picture.setFixedSize(_SIDE_PX, _SIDE_PX)
        self.keep = QCheckBox(f"&{number} Keep" if number <= 9 else "Keep")
        self.keep.setChecked(is_kept)
        self.keep.setAccessibleName(f"Keep {name}")
        title = plain_label(self.fontMetrics().elidedText(name, Qt.TextElideMode.ElideMiddle, _SIDE_PX))
        title.setToolTip(plain_tip(printable(str(photo.path))))
        column = QVBoxLayout(self)
        column.setContentsMargins(2, 2, 2, 12)
        column.setSpacing(4)
        for part in (self._picture, self.keep, title):
            column.addWidget(part)
        folder = self.fontMetrics().elidedText(
            printable(str(photo.path.parent)), Qt.TextElideMode.ElideMiddle, _SIDE_PX
        )
        for words in (_size(photo), _time(photo), folder, f"Proposed: {reason}" if reason else ""):
            if words:
                line = plain_label(words, wordWrap=True)
                line.setProperty("quiet", True)
                column.addWidget(line)

    def show_picture(self, picture: QImage | None) -> None:
        """Show the picture, or that there is none."""
        if picture is None:
            self._picture.setText("No picture")
            return
        ratio = self.devicePixelRatioF()
        side = round(_SIDE_PX * ratio)
        self._picture.setPixmap(fitted(picture, QSize(side, side), ratio))


def _size(photo: Photo) -> str:
    size = size_in_words(photo.stamp.size_bytes)
    return size if photo.facts is None else f"{photo.facts.width_px} × {photo.facts.height_px}  ·  {size}"


def _time(photo: Photo) -> str:
    at = photo.taken_at
    return "" if at is None else f"{at.day} {at:%B %Y, %H:%M:%S}"
