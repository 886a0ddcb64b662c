"""One photo, large: read in the background, left for its neighbours and for the grid by keys and mouse."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QContextMenuEvent, QImage, QKeyEvent, QPixmap
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from photo_clip.core.cloud_files import ONLY_IN_CLOUD
from photo_clip.core.drive_names import drive_name
from photo_clip.core.errors import PhotoGoneError, UnreadablePhotoError
from photo_clip.core.photo import FileStamp, Photo
from photo_clip.core.ports import PhotoReader
from photo_clip.core.tiles import place_in_words
from photo_clip.gui import theme
from photo_clip.gui.announcing import announce
from photo_clip.gui.buttons import IconButton
from photo_clip.gui.commands import key_name
from photo_clip.gui.jobs import Job, Jobs, Lane
from photo_clip.gui.photo_canvas import PhotoCanvas
from photo_clip.gui.photo_list_model import PhotoListModel, caption_of, marks_of
from photo_clip.gui.pictures import veil_of
from photo_clip.gui.plain import plain_label
from photo_clip.gui.thumbnail_loader import ThumbnailLoader
from photo_clip.services.explainer import Where
from photo_clip.services.photo_files import is_away_in_cloud

_MOST_DETAIL_PX = 6000
"""The longer side of a photo that is zoomed in; more is no use on today's screens and takes memory."""
_LEAST_PX = 1200
"""The longer side of a fitted photo, at least: a window that grows a little needs no other."""
_PAUSE_MS = 120
"""How long one photo stays before its neighbours are read, too."""
_ARROW_MARGIN_PX = 14
_NO_PART = "No part of this photo fits better than the whole, or its parts were not looked at (see its folder’s menu)."

_VEILED = (
    "This photo is sensitive, and veiled. Such photos are seen with “Veil sensitive photos” switched off, in the menu"
    " that sorts and groups the photos."
)

_File = tuple[str, FileStamp, bool]
"""What a picture is made of: a file, what changes when it is written to, and whether its folder is offline."""


@dataclass(frozen=True, slots=True, eq=False)
class _Picture:
    image: QImage
    pixels: NDArray[np.uint8]
    """What the image lies on; it must live as long."""


class PhotoViewer(QWidget):
    """Shows a photo of the model; the arrows go on to its neighbours."""

    closed = Signal()
    row_shown = Signal(int)
    similar_wanted = Signal()
    reveal_wanted = Signal()
    menu_wanted = Signal(QPoint)
    """Where on the screen."""

    def __init__(
        self, photos: PhotoListModel, thumbnails: ThumbnailLoader, jobs: Jobs, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Photo")
        self._photos = photos
        self._thumbnails = thumbnails
        self._jobs = jobs
        self._reader: PhotoReader | None = None
        self._where: Callable[[Photo], Where | None] = lambda _photo: None
        self._outlines = False
        """Whether the part that fits best is drawn around, as soon as it is known."""
        self._outline_job: Job | None = None
        self._row = 0
        """Where the photo stands; where it was left out, where the one after it does."""
        self._ids = photos.photo_ids
        """The photos among which it stands so."""
        self._photo_id: int | None = None
        self._photo: Photo | None = None
        self._veils_sensitive = True
        self._look: tuple[_File, bool] | None = None
        """What the picture that is shown is made of, and whether it is veiled."""
        self._picture: _Picture | None = None
        self._side_read_px = 0
        """The longer side that was last asked for."""
        self._job: Job | None = None
        self._ahead: dict[_File, _Picture] = {}
        """Neighbours that were read before they were asked for."""
        self._ahead_job: Job | None = None
        self._pause = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self._pause.timeout.connect(self._read_ahead)
        self.canvas = PhotoCanvas()
        self._caption = plain_label()
        self._caption.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._place = plain_label()
        self._place.setProperty("quiet", True)
        self._words = plain_label(wordWrap=True, alignment=Qt.AlignmentFlag.AlignCenter)
        self._words.setContentsMargins(24, 10, 24, 12)
        self._zoom = _button("zoom", "Full size (Z)", self.canvas.toggle_full_size)
        self._former = _button("back", "Previous photo (Left)", lambda: self._go(self._row - 1))
        self._next = _button("next", "Next photo (Right)", lambda: self._go(self._next_row))
        self._arrange()
        self.canvas.detail_wanted.connect(self._read)
        self.canvas.scale_changed.connect(self._show_scale)
        thumbnails.loaded.connect(self._hear_of)
        thumbnails.outdated.connect(self._ask_for_thumbnails)
        photos.modelReset.connect(self._find_row_again)

    def _arrange(self) -> None:
        self.setObjectName("viewer")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setStyleSheet(theme.style_sheet(dark=True))
        bar = QHBoxLayout()
        bar.setContentsMargins(10, 6, 10, 6)
        bar.setSpacing(6)
        bar.addWidget(_button("close", "Back to the photos (Esc)", self.closed.emit))
        bar.addSpacing(8)
        bar.addWidget(self._caption, 1)
        bar.addWidget(self._place)
        bar.addSpacing(8)
        bar.addWidget(_button("similar", "Find similar photos (S)", self.similar_wanted.emit))
        bar.addWidget(_button("reveal", f"Show in the file manager ({key_name('Ctrl+R')})", self.reveal_wanted.emit))
        bar.addWidget(self._zoom)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(bar)
        column.addWidget(self.canvas, 1)
        column.addWidget(self._words)
        for arrow in (self._former, self._next):
            arrow.setParent(self.canvas)
            arrow.setObjectName("arrow")

    def use(self, reader: PhotoReader, where: Callable[[Photo], Where | None]) -> None:
        """Read photos by this reader from now on; `where`, called in the background, says which part fits best."""
        self._reader, self._where = reader, where

    @property
    def photo(self) -> Photo | None:
        """The photo shown, once it is known."""
        return self._photo

    @property
    def thumbnail(self) -> QPixmap | None:
        """The small picture of the photo, veiled where the photo is; None as long as there is none."""
        thumbnail = None if self._photo is None else self._thumbnails.pixmap(self._photo.id)
        return veil_of(thumbnail) if thumbnail is not None and self._is_veiled else thumbnail

    @property
    def row(self) -> int:
        """Where the photo stands; where it was left out, where the one after it does, or would."""
        return self._row

    @property
    def words(self) -> str:
        """What is said below the photo; empty where there is nothing to say."""
        return "" if self._words.isHidden() else self._words.text()

    def show_row(self, row: int) -> None:
        """Show the photo at a row: its thumbnail at once, itself when it was read; nothing where there are no rows."""
        if not self._photos.rowCount():
            return
        self._row, self._ids = max(0, min(row, self._photos.rowCount() - 1)), self._photos.photo_ids
        self._photo_id = int(self._ids[self._row])
        self._photo, self._look = None, None
        self._clear()
        self.row_shown.emit(self._row)
        self._ask_for_thumbnails()
        self._show_place()
        self._show_what_is_known()

    def leave(self) -> None:
        """Give up what is being read, and forget the pictures."""
        self._clear()
        self._ahead.clear()
        self._photo_id, self._photo, self._look = None, None, None

    def _clear(self) -> None:
        self._give_up()
        self._picture, self._side_read_px = None, 0
        self._words.hide()
        self.canvas.show_picture(QImage(), QSize())

    def veil_sensitive(self, veiled: bool) -> None:
        """Hide what sensitive photos show, or not."""
        self._veils_sensitive = veiled
        self._show_what_is_known()

    @property
    def _is_veiled(self) -> bool:
        return self._look is not None and self._look[1]

    def _ask_for_thumbnails(self) -> None:
        """Ask for what is known of the photo and its neighbours; the grid, which is not seen, does not."""
        if self._photo_id is not None:
            rows = [self._row + step for step in (0, 1, -1, 2, -2, 3, 4)]
            around = [int(self._ids[row]) for row in rows if 0 <= row < len(self._ids)]
            self._thumbnails.want(list(dict.fromkeys((self._photo_id, *around))))

    def _hear_of(self, photo_id: int) -> None:
        if photo_id == self._photo_id:
            self._show_what_is_known()

    def _show_what_is_known(self) -> None:
        """Begin with what the grid has; called again when there is more, or something else, to be known."""
        photo = None if self._photo_id is None else self._thumbnails.photo(self._photo_id)
        if photo is None:
            return
        self._photo = photo
        look = _file_of(photo), self._veils_sensitive and self._thumbnails.is_sensitive(photo.id)
        if look != self._look:
            self._look = look
            self._show_picture_of(photo)
        self._show_place()

    def _show_picture_of(self, photo: Photo) -> None:
        self._clear()
        thumbnail = self.thumbnail
        full_size = QSize() if photo.facts is None else QSize(photo.facts.width_px, photo.facts.height_px)
        image = QImage() if thumbnail is None else thumbnail.toImage()
        self.canvas.show_picture(image, full_size, dimmed=photo.offline)
        self._draw_outline()
        if self._is_veiled:
            self.say(_VEILED)
        elif photo.offline:
            name = drive_name(photo.path)
            drive = f"The drive “{name}”" if name else "The drive"
            self.say(f"{drive} of this photo is not connected; this is its thumbnail.")
        elif (ready := self._ahead.get(_file_of(photo))) is not None:
            self._side_read_px = self._side_px(photo)
            self._take(ready)
        else:
            self._read()

    def _read(self) -> None:
        """Read the photo as large as it is shown, if it was not yet."""
        if self._photo is None or self._photo.offline or self._is_veiled or self._reader is None:
            return
        side_px = self._side_px(self._photo) if self.canvas.is_fitted else _MOST_DETAIL_PX
        if side_px <= self._side_read_px:
            return
        self._side_read_px = side_px
        if self._job is not None:
            self._job.cancel()
        self._job = self._jobs.start(
            Lane.SEARCH,
            _view,
            self._reader,
            self._photo,
            side_px,
            on_done=self._take,
            on_failed=self._take_failure,
        )

    def _take(self, picture: _Picture) -> None:
        self._picture = picture
        self._job = None
        self.canvas.improve(picture.image)
        self._pause.start()

    def _take_failure(self, error: Exception) -> None:
        self._job = None
        if isinstance(error, UnreadablePhotoError):
            self.say(f"This photo cannot be shown: {error.reason}.")
        else:
            self._jobs.failed_unheard.emit(error)

    def _read_ahead(self) -> None:
        """Read the next and the previous photo, one after the other, while this one is looked at."""
        ids = self._ids
        rows = [row for row in (self._next_row, self._row - 1) if 0 <= row < len(ids)]
        known = [self._thumbnails.photo(int(ids[row])) for row in rows]
        neighbours = {_file_of(photo): photo for photo in known if photo is not None and not photo.offline}
        self._ahead = {file: ahead for file, ahead in self._ahead.items() if file in neighbours}
        if self._photo is not None and self._picture is not None and self._side_read_px < _MOST_DETAIL_PX:
            self._ahead[_file_of(self._photo)] = self._picture  # for who goes on, and back again
        for file, photo in neighbours.items():
            if file in self._ahead or self._reader is None:
                continue
            self._ahead_job = self._jobs.start(
                Lane.SEARCH,
                _view_ahead,
                self._reader,
                photo,
                self._side_px(photo),
                on_done=partial(self._keep_ahead, file),
                on_failed=lambda _: None,  # it is said when the photo is shown
            )
            return

    def _keep_ahead(self, file: _File, picture: _Picture) -> None:
        self._ahead[file] = picture
        self._read_ahead()

    def _give_up(self) -> None:
        self._pause.stop()
        for job in (self._job, self._ahead_job, self._outline_job):
            if job is not None:
                job.cancel()
        self._job, self._ahead_job, self._outline_job = None, None, None

    def _side_px(self, photo: Photo) -> int:
        """Return the longer side that a photo needs to be shown sharply when it is fitted in."""
        seen = self.canvas.size() * self.devicePixelRatioF()
        if photo.facts is None:
            return max(_LEAST_PX, seen.width(), seen.height())
        fitted = QSize(photo.facts.width_px, photo.facts.height_px).scaled(seen, Qt.AspectRatioMode.KeepAspectRatio)
        return max(_LEAST_PX, fitted.width(), fitted.height())

    def _toggle_outline(self) -> None:
        self._outlines = not self._outlines
        self._draw_outline()

    def _draw_outline(self) -> None:
        """Draw around the part that fits best what was asked for, where that is wanted."""
        if self._outline_job is not None:
            self._outline_job.cancel()
            self._outline_job = None
        if self._outlines and self._photo is not None and not self._is_veiled:
            self._outline_job = self._jobs.start(Lane.SEARCH, self._where, self._photo, on_done=self._take_outline)
        elif self.canvas.outlined is not None:
            self.canvas.outline(None)
            self._words.hide()

    def _take_outline(self, where: Where | None) -> None:
        self._outline_job = None
        self.canvas.outline(None if where is None else where.box)
        self.say(_NO_PART if where is None else f"Best seen in the {place_in_words(where.box)}.")

    def _find_row_again(self) -> None:
        """Stay with the photo when others were put before it, or it was left out; be closed when none is left."""
        if self._photo_id is None:
            return
        former, self._ids = self._ids, self._photos.photo_ids
        if not len(self._ids):
            self.closed.emit()
            return
        row = self._photos.row_of(self._photo_id)
        self._row = _place_left(former, self._row, self._ids) if row is None else row
        self._show_place()

    @property
    def _is_left_out(self) -> bool:
        """Whether the photo shown is not among the photos any more."""
        return self._row >= len(self._ids) or self._ids[self._row] != self._photo_id

    @property
    def _next_row(self) -> int:
        return self._row if self._is_left_out else self._row + 1

    def _show_place(self) -> None:
        count = len(self._ids)
        photo = self._photo
        caption = "" if photo is None else "  ·  ".join(filter(None, (caption_of(photo), marks_of(photo))))
        self._caption.setText(caption)
        self._place.setText(
            f"no longer among these {count:,}" if self._is_left_out else f"{self._row + 1:,} of {count:,}"
        )
        self._former.setVisible(self._row > 0)
        self._next.setVisible(self._next_row < count)
        told = f"{caption}, {self._place.text()}"
        if caption and told != self.accessibleDescription():
            announce(self, told)
        self.setAccessibleDescription(told)

    def _show_scale(self) -> None:
        name = "Full size (Z)" if self.canvas.is_fitted else f"{self.canvas.scale:.0%}: fit to the window (Z)"
        self._zoom.rename(name)
        self._place_arrows()

    def say(self, words: str) -> None:
        """Say something below the photo, until another one is shown."""
        self._words.setText(words)
        self._words.show()
        announce(self, words)

    def _place_arrows(self) -> None:
        for arrow in (self._former, self._next):
            arrow.adjustSize()
        top = (self.canvas.height() - self._former.height()) // 2
        self._former.move(_ARROW_MARGIN_PX, top)
        self._next.move(self.canvas.width() - self._next.width() - _ARROW_MARGIN_PX, top)

    def _go(self, row: int) -> None:
        if 0 <= row < len(self._ids) and self._ids[row] != self._photo_id:
            self.show_row(row)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        match event.key():
            case Qt.Key.Key_Escape | Qt.Key.Key_Return | Qt.Key.Key_Enter | Qt.Key.Key_Space | Qt.Key.Key_G:
                self.closed.emit()
            case Qt.Key.Key_Right | Qt.Key.Key_Down | Qt.Key.Key_PageDown:
                self._go(self._next_row)
            case Qt.Key.Key_Left | Qt.Key.Key_Up | Qt.Key.Key_PageUp | Qt.Key.Key_Backspace:
                self._go(self._row - 1)
            case Qt.Key.Key_Home:
                self._go(0)
            case Qt.Key.Key_End:
                self._go(len(self._ids) - 1)
            case Qt.Key.Key_Plus | Qt.Key.Key_Equal:
                self.canvas.zoom(1)
            case Qt.Key.Key_Minus:
                self.canvas.zoom(-1)
            case Qt.Key.Key_O:
                self._toggle_outline()
            case Qt.Key.Key_Z:
                self.canvas.toggle_full_size()
            case _:
                super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:  # noqa: N802
        self.menu_wanted.emit(event.globalPos())


def _button(sign: str, name: str, clicked: Callable[[], object]) -> IconButton:
    return IconButton(sign, name, clicked, colours=theme.DARK)


def _view_ahead(reader: PhotoReader, photo: Photo, side_px: int) -> _Picture:
    """Do as `_view` for a photo that may be shown next: nobody has asked for it yet, so it is not downloaded."""
    if is_away_in_cloud(photo.path):
        raise PhotoGoneError(ONLY_IN_CLOUD)
    return _view(reader, photo, side_px)


def _place_left(former: NDArray[np.int64], row: int, now: NDArray[np.int64]) -> int:
    """Return where, among the photos there are now, the first of those stands that stood at a row or after it."""
    after = former[row:]
    left = after[np.isin(after, now)]
    return int(np.flatnonzero(now == left[0])[0]) if len(left) else len(now)


def _file_of(photo: Photo) -> _File:
    return photo.location, photo.stamp, photo.offline


def _view(reader: PhotoReader, photo: Photo, side_px: int) -> _Picture:
    """Return a photo for the screen. Runs in a lane's thread, so that the window's has nothing to convert."""
    read = reader.view(photo.path, side_px)
    height, width, _ = read.shape
    pixels = np.empty((height, width, 4), dtype=np.uint8)  # blue, green, red, unused: as the screen wants them
    pixels[..., :3] = read[..., ::-1]
    pixels[..., 3] = 255
    return _Picture(QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_RGB32), pixels)
