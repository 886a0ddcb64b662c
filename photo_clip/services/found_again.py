"""Finds a watched folder again that is at another place: renamed, or on a drive with another name or letter."""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from photo_clip.core.photo import FileStamp, Folder, FolderIdentity
from photo_clip.core.there import is_folder
from photo_clip.services.asking import Asker
from photo_clip.services.drives import identity_of
from photo_clip.services.photo_files import stamp_of

FILES_COMPARED = 24
_SHARE, _SHARE_IN_VERY_SAME = 0.9, 0.4
"""Of the files compared, so many must be there; people tidy up on other computers too.

Fewer where the file system says that it is the very same folder; but numbers of removed folders are given again.
"""
_HOUR_NS = 3_600_000_000_000
_SAME_NS = 2_100_000_000
"""Cards and sticks keep times to two seconds, and in the local time zone."""


def places_of(folder: Folder, roots: Callable[[], Iterable[Path]], asker: Asker) -> Iterator[Path]:
    """Yield where the folder may be: beside its old place as the very same folder, and on each drive, deepest first.

    What is on a drive that does not answer is left out.
    """
    for place in _folders_beside(folder.path, asker):
        with suppress(TimeoutError):
            if asker.ask(place, identity_at, place) == folder.identity:
                yield place
    parts = folder.path.parts[1:]
    for root in dict.fromkeys(roots()):
        with suppress(TimeoutError):
            for start in range(len(parts)):
                place = root.joinpath(*parts[start:])
                if place != folder.path and asker.ask(place, is_folder, place):
                    yield place
            if root != folder.path:  # the whole drive may be watched
                yield root


def _folders_beside(path: Path, asker: Asker) -> list[Path]:
    def listed() -> list[Path]:
        with os.scandir(path.parent) as beside:
            return [Path(entry.path) for entry in beside if entry.is_dir(follow_symlinks=False)]

    try:
        return asker.ask(path, listed)
    except OSError:
        return []  # the folder around it is gone, too


def is_same(place: Path, folder: Folder, some: Mapping[str, FileStamp]) -> bool:
    """Whether some of the folder's files, by path, are at another place; one without files is never known again.

    In the very same folder sizes tell; elsewhere times must fit, too.
    """
    if not some or place == folder.path:
        return False
    is_very_same = identity_at(place) == folder.identity
    fitting = 0
    for path, stamp in some.items():
        found = stamp_of(place / path)
        if found is not None:
            fitting += found.size_bytes == stamp.size_bytes if is_very_same else fits(found, stamp)
    return fitting >= max(1, (_SHARE_IN_VERY_SAME if is_very_same else _SHARE) * len(some))


def fits(found: FileStamp, known: FileStamp) -> bool:
    """Whether a file may be the one that was known, as it looks on another drive or in another time zone."""
    shift = (found.mtime_ns - known.mtime_ns + _SAME_NS) % _HOUR_NS
    return found.size_bytes == known.size_bytes and shift <= 2 * _SAME_NS


def identity_at(place: Path) -> FolderIdentity | None:
    """Return what tells a folder from others; None where it cannot be looked at."""
    try:
        return identity_of(place)
    except OSError:
        return None
