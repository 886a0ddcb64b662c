"""Finds a watched folder again that is at another place: renamed, or on a drive with another name or letter."""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from photo_clip.core.photo import FileStamp, Folder, FolderIdentity

FILES_COMPARED = 24
_SHARE = 0.9
"""Of the files compared, so many must be there; people tidy up on other computers too."""
_HOUR_NS = 3_600_000_000_000
_SAME_NS = 2_100_000_000
"""Cards and sticks keep times to two seconds, and in the local time zone."""


def places_of(folder: Folder, roots: Callable[[], Iterable[Path]]) -> Iterator[Path]:
    """Yield where the folder may be: beside its old place as the very same folder, and on each drive, deepest first."""
    try:
        with os.scandir(folder.path.parent) as beside:
            for entry in beside:
                if entry.is_dir(follow_symlinks=False) and _identity(Path(entry.path)) == folder.identity:
                    yield Path(entry.path)
    except OSError:
        pass  # the folder around it is gone, too
    parts = folder.path.parts[1:]
    for root in dict.fromkeys(roots()):
        for start in range(len(parts)):
            place = root.joinpath(*parts[start:])
            if place != folder.path and place.is_dir():
                yield place
        if root != folder.path:  # the whole drive may be watched
            yield root


def is_same(place: Path, folder: Folder, some: Mapping[str, FileStamp]) -> bool:
    """Whether some of the folder's files, by path, are at another place; one without files is never known again.

    Where the file system says that it is the very same folder, sizes tell; elsewhere times must fit, too.
    """
    if not some or place == folder.path:
        return False
    identity = _identity(place)
    is_very_same = identity is not None and identity.inode == folder.identity.inode
    fitting = sum(_fits(place / path, stamp, sizes_tell=is_very_same) for path, stamp in some.items())
    return fitting >= max(1, _SHARE * len(some))


def _fits(file: Path, stamp: FileStamp, *, sizes_tell: bool) -> bool:
    try:
        found = file.stat()
    except OSError:
        return False
    shift = (found.st_mtime_ns - stamp.mtime_ns + _SAME_NS) % _HOUR_NS
    return found.st_size == stamp.size_bytes and (sizes_tell or shift <= 2 * _SAME_NS)


def _identity(place: Path) -> FolderIdentity | None:
    try:
        found = place.stat()
    except OSError:
        return None
    return FolderIdentity(found.st_dev, found.st_ino)
