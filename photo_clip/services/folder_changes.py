"""What differs between the watched folders on disk and what the catalogue remembers of them."""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from photo_clip.core.errors import FolderError
from photo_clip.core.formats import is_photo_name
from photo_clip.core.photo import (
    FileStamp,
    Folder,
    FolderChanges,
    FolderIdentity,
    FolderState,
    KnownFile,
    MovedFile,
)
from photo_clip.core.ports import Catalog, Clock
from photo_clip.core.progress import Phase, Progress, Task

_SETTLED_AFTER_S = 2.0
"""A file written to more recently may still be growing; it is left for the next look."""
_LOSS_SHARE, _LOSS_COUNT = 0.2, 10
"""More missing files than both at once look like a drive in trouble, not like tidying up."""
_SKIPPED_FOLDERS = frozenset(("@eadir", "#recycle", "$recycle.bin", "system volume information", "lost+found"))

EMPTY = "it is there, but empty; is its drive connected?"
GONE = "it is not there; is its drive connected?"
UNREADABLE = "it cannot be read"
OTHER_DEVICE = "another drive is mounted at its place"
LOSSES = "more than a fifth of its photos are missing"


@dataclass(frozen=True, slots=True)
class Look:
    """What one look at a folder found."""

    folder: Folder
    changes: FolderChanges = field(default_factory=FolderChanges)
    offline_reason: str = ""
    """Why the folder counts as offline; then `changes` may be large but is not to be applied."""
    identity: FolderIdentity | None = None
    again_soon: bool = False
    """Whether files were left out because they were still being written."""


class WatchedFolders:
    """The folders whose photos are in the library."""

    def __init__(self, catalog: Catalog, clock: Clock) -> None:
        self._catalog = catalog
        self._clock = clock

    def all(self) -> list[Folder]:
        """Return the watched folders by path."""
        return self._catalog.folders()

    def add(self, path: Path) -> Folder:
        """Watch a folder; one inside a watched folder is that one, and one around watched folders takes them in.

        Raises FolderError where there is no folder that can be read.
        """
        path = Path(
            os.path.normpath(path.expanduser().absolute())
        )  # symbolic links stay: they are the name the user knows
        identity = _readable_identity(path)
        inner = []
        for folder in self.all():
            if path.is_relative_to(folder.path):
                return folder
            if folder.path.is_relative_to(path):
                inner.append(folder)
        outer = self._catalog.add_folder(path, identity)
        for folder in inner:
            self._take_in(outer, folder)
        return outer

    def remove(self, folder_id: int) -> None:
        """Forget a folder and what is known of its photos; no file is touched."""
        self._catalog.remove_folder(folder_id)

    def mark(self, look: Look) -> None:
        """Remember whether a folder is online, as a look at it showed."""
        state = FolderState.OFFLINE if look.offline_reason else FolderState.ONLINE
        known = look.folder
        if (state, look.offline_reason, look.identity or known.identity) != (
            known.state,
            known.offline_reason,
            known.identity,
        ):
            self._catalog.update_folder(known.id, state, offline_reason=look.offline_reason, identity=look.identity)

    def look(self, folder: Folder, *, accept_losses: bool = False) -> Task[Look]:
        """Compare a folder with the catalogue; nothing is written.

        With `accept_losses` the user has said that missing photos are really gone.
        """
        try:
            identity = _readable_identity(folder.path)
        except FolderError:
            reason = UNREADABLE if os.path.lexists(folder.path) else GONE
            return Look(folder, offline_reason=reason)
        known = self._catalog.known_files(folder.id)
        found: dict[str, FileStamp] = {}
        closed: list[str] = []
        for relative, files, readable in _walk(folder.path):
            if not readable:
                closed.append(relative)
            found.update(files)
            yield Progress(Phase.LOOKING, len(found), None, relative or folder.path.name)
        present = {path: file for path, file in known.items() if not file.missing}
        if present and not accept_losses:
            if not found and not closed:
                return Look(folder, offline_reason=EMPTY)
            if identity.device != folder.identity.device and not found.keys() & present.keys():
                return Look(folder, offline_reason=OTHER_DEVICE)
        changes, again_soon = _compare(found, known, closed, self._clock())
        return Look(folder, changes, identity=identity, again_soon=again_soon)

    def has_lost_too_much(self, look: Look, moved_away: int) -> bool:
        """Whether so many photos of the folder are missing, beside those that turned up elsewhere, that it looks like
        trouble."""
        lost = len(look.changes.missing) - moved_away
        present = sum(not file.missing for file in self._catalog.known_files(look.folder.id).values())
        return lost >= _LOSS_COUNT and lost > _LOSS_SHARE * present

    def _take_in(self, outer: Folder, inner: Folder) -> None:
        prefix = inner.path.relative_to(outer.path).as_posix()
        known = self._catalog.known_files(inner.id)
        self._catalog.move_photos(
            [MovedFile(file.photo_id, outer.id, f"{prefix}/{path}", file.stamp) for path, file in known.items()]
        )
        self._catalog.remove_folder(inner.id)


def _readable_identity(path: Path) -> FolderIdentity:
    """Return what tells the folder from others. Raises FolderError where it cannot be listed."""
    try:
        with os.scandir(path):
            found = path.stat()
    except NotADirectoryError as error:
        raise FolderError(f"“{path}” is not a folder.", advice="Choose the folder that holds the photos.") from error
    except FileNotFoundError as error:
        raise FolderError(f"There is no folder “{path}”.", advice="Connect its drive, or choose another.") from error
    except OSError as error:
        raise FolderError(
            f"The folder “{path}” cannot be read.", advice="Connect its drive, or give yourself the right to read it."
        ) from error
    return FolderIdentity(found.st_dev, found.st_ino)


def _walk(root: Path) -> Iterator[tuple[str, dict[str, FileStamp], bool]]:
    """Yield each directory below `root`: its path relative to it, its photo files by such paths, and whether it could
    be read. Symbolic links are followed; a directory is visited once, whatever leads to it."""
    waiting = [""]
    visited: set[tuple[int, int]] = set()
    while waiting:
        relative = waiting.pop()
        files: dict[str, FileStamp] = {}
        below: list[str] = []
        try:
            directory = (root / relative).stat()
            if (directory.st_dev, directory.st_ino) in visited:
                continue
            visited.add((directory.st_dev, directory.st_ino))
            with os.scandir(root / relative) as entries:
                _sort_entries(entries, f"{relative}/" if relative else "", files, below)
        except OSError:
            yield relative, {}, False
            continue
        waiting.extend(sorted(below, reverse=True))
        yield relative, files, True


def _sort_entries(
    entries: Iterator[os.DirEntry[str]], prefix: str, files: dict[str, FileStamp], below: list[str]
) -> None:
    for entry in entries:
        if entry.name == ".nomedia":
            files.clear()
            below.clear()
            return
        if entry.name.startswith("."):  # hidden, and macOS's "._" shadows
            continue
        try:
            found = entry.stat()
        except OSError:  # a link to nothing, or gone since
            continue
        if stat.S_ISDIR(found.st_mode):
            if entry.name.lower() not in _SKIPPED_FOLDERS:
                below.append(prefix + entry.name)
        elif stat.S_ISREG(found.st_mode) and is_photo_name(entry.name):
            files[prefix + entry.name] = FileStamp(found.st_size, found.st_mtime_ns)


def _compare(
    found: dict[str, FileStamp], known: dict[str, KnownFile], closed: list[str], now_s: float
) -> tuple[FolderChanges, bool]:
    def may_be_growing(stamp: FileStamp) -> bool:
        return 0 <= now_s - stamp.mtime_ns / 1e9 < _SETTLED_AFTER_S

    def is_behind_closed_door(path: str) -> bool:
        return any(not door or path.startswith(f"{door}/") for door in closed)

    new: dict[str, FileStamp] = {}
    changed: dict[int, FileStamp] = {}
    returned: list[int] = []
    growing = False
    for path, stamp in found.items():
        file = known.get(path)
        if file is not None and file.stamp == stamp:
            if file.missing:
                returned.append(file.photo_id)
        elif may_be_growing(stamp):
            growing = True
        elif file is None:
            new[path] = stamp
        else:
            changed[file.photo_id] = stamp
    missing = tuple(
        file.photo_id
        for path, file in known.items()
        if path not in found and not file.missing and not is_behind_closed_door(path)
    )
    return FolderChanges(new, changed, tuple(returned), missing), growing
