"""The photos a grid shows: their ids and cosines; what they are arrives as they come into view."""

from collections.abc import Callable, Mapping, Sequence
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtCore import QObject as _QObject

from photo_clip.core.drive_names import offline_in_words
from photo_clip.core.photo import Photo
from photo_clip.core.printable import printable
from photo_clip.gui.plain import plain_tip
from photo_clip.gui.thumbnail_loader import ThumbnailLoader

AnyIndex = QModelIndex | QPersistentModelIndex
_NO_PARENT = QModelIndex()


class Role(IntEnum):
    """What can be asked of a row beside Qt's own roles."""

    PHOTO_ID = int(Qt.ItemDataRole.UserRole)
    PHOTO = PHOTO_ID + 1
    """The Photo, None until its thumbnail was asked for."""
    THUMBNAIL = PHOTO_ID + 2
    """A QPixmap, None until it is there."""
    REASON = PHOTO_ID + 3
    """Why there is no thumbnail; empty while it may still come."""
    COSINE = PHOTO_ID + 4
    """Cosine with the query, None without a query."""
    ALIKE = PHOTO_ID + 5
    """How many near-duplicates it stands for, itself among them; 1 where there are no others."""
    TAGS = PHOTO_ID + 6
    """Its tags, a tuple of names."""
    SENSITIVE = PHOTO_ID + 7
    """Whether it is not to be shown by chance."""
    BY_PART = PHOTO_ID + 8
    """Whether a part of it found it."""


class PhotoListModel(QAbstractListModel):
    """Rows are photos, in the order they were given; hundreds of thousands are fine."""

    def __init__(self, thumbnails: ThumbnailLoader, parent: _QObject | None = None) -> None:
        super().__init__(parent)
        self._thumbnails = thumbnails
        self._ids: NDArray[np.int64] = np.empty(0, np.int64)
        self._cosines: Sequence[float] | None = None
        self._stacks: Mapping[int, tuple[int, ...]] = {}
        self._by_part: frozenset[int] = frozenset()
        self._loaded: Mapping[int, Callable[[int], object]] = {
            Role.PHOTO: thumbnails.photo,
            Role.THUMBNAIL: thumbnails.pixmap,
            Role.REASON: thumbnails.reason,
            Role.TAGS: thumbnails.tags,
            Role.SENSITIVE: thumbnails.is_sensitive,
        }
        thumbnails.loaded.connect(self._announce)

    def show(
        self,
        photo_ids: NDArray[np.int64],
        cosines: Sequence[float] | None = None,
        stacks: Mapping[int, tuple[int, ...]] | None = None,
        by_part: frozenset[int] = frozenset(),
    ) -> None:
        """Show other photos; `cosines`, one a photo, where they answer a query. Nothing is reset for the same ones.

        `stacks` holds the near-duplicates that photos stand for, `by_part` those that a part of them found.
        """
        self._by_part = by_part
        self._stacks = stacks or {}
        if np.array_equal(photo_ids, self._ids):
            self._cosines = cosines
            if len(photo_ids):
                self.dataChanged.emit(
                    self.index(0), self.index(len(photo_ids) - 1), [Role.COSINE, Role.ALIKE, Role.BY_PART]
                )
            return
        self.beginResetModel()
        self._ids = photo_ids
        self._cosines = cosines
        self.endResetModel()

    @property
    def photo_ids(self) -> NDArray[np.int64]:
        """The photos shown, in order."""
        return self._ids

    def row_of(self, photo_id: int) -> int | None:
        """Return where a photo stands, None if it is not shown."""
        rows = np.flatnonzero(self._ids == photo_id)
        return int(rows[0]) if len(rows) else None

    def rowCount(self, parent: AnyIndex = _NO_PARENT) -> int:  # noqa: N802
        return 0 if parent.isValid() else len(self._ids)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        photo_id = int(self._ids[index.row()])
        if role in self._loaded:
            return self._loaded[role](photo_id)
        match role:
            case Role.PHOTO_ID:
                return photo_id
            case Role.COSINE:
                return None if self._cosines is None else self._cosines[index.row()]
            case Role.BY_PART:
                return photo_id in self._by_part
            case Role.ALIKE:
                return len(self._stacks.get(photo_id, (photo_id,)))
            case Qt.ItemDataRole.AccessibleTextRole | Qt.ItemDataRole.DisplayRole:
                return self._spoken(photo_id)
            case Qt.ItemDataRole.ToolTipRole:
                return _hint(self._thumbnails.photo(photo_id))
        return None

    def _spoken(self, photo_id: int) -> str:
        alike = len(self._stacks.get(photo_id, ()))
        stack = f", one of {alike} alike" if alike else ""
        part = ", found by a part of it" if photo_id in self._by_part else ""
        return f"{_spoken(self._thumbnails.photo(photo_id))}{stack}{part}"

    def flags(self, index: AnyIndex) -> Qt.ItemFlag:
        usual = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return usual | Qt.ItemFlag.ItemIsDragEnabled | Qt.ItemFlag.ItemNeverHasChildren if index.isValid() else usual

    def _announce(self, photo_id: int) -> None:
        row = self.row_of(photo_id)
        if row is not None:
            index = self.index(row)
            self.dataChanged.emit(index, index, [Role.THUMBNAIL])


def caption_of(photo: Photo) -> str:
    """Return a photo's name and when it was taken, for people."""
    taken = photo.taken_at
    return printable(photo.path.name) + (f"  ·  {taken.day} {taken:%B %Y}" if taken is not None else "")


def marks_of(photo: Photo) -> str:
    """Return the heart of a favourite and a photo's stars, as signs; empty where it has neither."""
    return " ".join(filter(None, ("♥" if photo.is_favourite else "", "★" * (photo.rating or 0))))


def _hint(photo: Photo | None) -> str | None:
    return None if photo is None else plain_tip(f"{caption_of(photo)}\n{printable(str(photo.path.parent))}")


def _spoken(photo: Photo | None) -> str:
    if photo is None:
        return "Photo"
    when = f", {photo.taken_at.day} {photo.taken_at:%B %Y}" if photo.taken_at else ""
    stars = f", {photo.rating} star{'' if photo.rating == 1 else 's'}" if photo.rating else ""
    offline = f", {offline_in_words(photo.path)}" if photo.offline else ""
    marks = f"{', favourite' if photo.is_favourite else ''}{stars}{offline}"
    return f"{printable(photo.path.name)}{when}{marks}"
