"""Finds the photo files below a folder."""

import contextlib
import os
import stat
import sys
from collections import deque
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from photo_clip.core.cloud_files import is_only_in_cloud
from photo_clip.core.folder_names import NO_MEDIA, is_passed_over
from photo_clip.core.formats import is_photo_name
from photo_clip.core.left_out import LeftOut
from photo_clip.core.photo import FileStamp
from photo_clip.core.sidecars import is_sidecar_name
from photo_clip.core.there import is_folder

_FILES_AT_ONCE, _LISTED_AT_ONCE = 200, 2000
_JUNCTION = 0xA0000003
"""Windows' way to let a folder lead to another one (IO_REPARSE_TAG_MOUNT_POINT)."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a folder below the root holds, or a part of it; paths are relative to the root, with "/" between parts."""

    folder: str
    """Empty for the root itself."""
    files: dict[str, FileStamp] = field(default_factory=dict)
    sidecars: dict[str, FileStamp] = field(default_factory=dict)
    in_cloud: frozenset[str] = frozenset()
    """Those of the files that are only in the cloud."""
    closed: tuple[str, ...] = ()
    """What could not be looked into, a folder or a file, and sidecars that are only in the cloud: nothing is known of
    what is there."""
    is_unwanted: bool = False
    """Whether the folder, or the linked file of this path, is passed over with all below it: as a file `.nomedia`
    wants, or as it is found in another watched folder."""


@dataclass(slots=True)
class _Below:
    """What is to be looked into within a folder."""

    folders: list[str] = field(default_factory=list)
    linked: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Photos:
    """What tells a link to a photo that is found anyway from other links."""

    found: set[tuple[int, int]] = field(default_factory=set)
    """The identities of files; on Windows, which does not tell them as it lists a folder, none."""
    links: dict[str, os.stat_result] = field(default_factory=dict)
    """What each link to a photo leads to."""


def stamp_of(path: Path) -> FileStamp | None:
    """Return the stamp of a file as it is now; None where it cannot be had."""
    try:
        return FileStamp.of(path.stat())
    except OSError:
        return None


def is_away_in_cloud(path: Path) -> bool:
    """Whether reading a file would download it."""
    try:
        return is_only_in_cloud(path.stat())
    except OSError:
        return False


def find_photo_files(
    root: Path, left_out: LeftOut | None = None, passed_over: Collection[str] = (), others: Collection[Path] = ()
) -> Iterator[Found]:
    """Yield what is found below `root`, a few hundred files at a time, each folder at least once.

    What is left out, what is hidden and what systems keep for themselves is passed over, and so are the folders in
    `passed_over`, by their paths, and a folder with a file `.nomedia`, unless it is `root` itself, which was asked for
    by name. Symbolic links are followed, after all else, so that a photo is found where it really is if it can be; what
    they lead to, folder or file, is found once, and what leads back to a folder around `root` is passed over, and
    what leads into one of `others`, the other watched folders, as it is found there.
    """
    waiting, linked, photos = [""], deque[str](), _Photos()
    is_behind_link = False
    visited: set[tuple[int, int]] = set()
    with contextlib.suppress(OSError):
        visited.update(_identity(folder) for folder in root.parents)
    while waiting or linked:
        is_behind_link = is_behind_link or not waiting
        folder = waiting.pop() if waiting else linked.popleft()
        if folder in passed_over:
            continue
        try:
            identity = _identity(root / folder)
            if is_behind_link and identity in visited:
                continue
            if is_behind_link and _is_found_elsewhere(root / folder, root, left_out, others):
                yield Found(folder, is_unwanted=True)
                continue
            visited.add(identity)
            entries: list[os.DirEntry[str]] = []
            with os.scandir(root / folder) as listing:
                for number, entry in enumerate(listing, start=1):
                    if not _is_left_out(left_out, root, folder, entry.name):
                        entries.append(entry)
                    if not number % _LISTED_AT_ONCE:
                        yield Found(folder)  # a slow drive is told from one that does not answer
            entries.sort(key=lambda entry: entry.name)
        except OSError:
            yield Found(folder, closed=(folder,))
            continue
        if folder and any(entry.name == NO_MEDIA for entry in entries):
            yield Found(folder, is_unwanted=True)
            continue
        below = _Below()
        for start in range(0, max(1, len(entries)), _FILES_AT_ONCE):
            yield _look_at(folder, entries[start : start + _FILES_AT_ONCE], below, photos)
        waiting.extend(reversed(below.folders))
        linked.extend(below.linked)
    yield from _look_at_links(root, photos, left_out, others)


def _look_at(folder: str, entries: list[os.DirEntry[str]], below: _Below, photos: _Photos) -> Found:
    files: dict[str, FileStamp] = {}
    sidecars: dict[str, FileStamp] = {}
    in_cloud: set[str] = set()
    closed: list[str] = []
    for entry in entries:
        if is_passed_over(entry.name):
            continue
        path = f"{folder}/{entry.name}" if folder else entry.name
        found = _found_at(entry, path, closed)
        if found is None:
            continue
        is_link = entry.is_symlink()
        if stat.S_ISDIR(found.st_mode):
            (below.linked if is_link or _is_junction(entry) else below.folders).append(path)
        elif stat.S_ISREG(found.st_mode) and is_sidecar_name(entry.name):
            if is_only_in_cloud(found):
                closed.append(path)
            else:
                sidecars[path] = FileStamp.of(found)
        elif stat.S_ISREG(found.st_mode) and is_photo_name(entry.name):
            if is_link:
                photos.links[path] = found
            else:
                photos.found.add((found.st_dev, found.st_ino))
                files[path] = FileStamp.of(found)
                if is_only_in_cloud(found):
                    in_cloud.add(path)
    return Found(folder, files, sidecars, frozenset(in_cloud), tuple(closed))


def _look_at_links(root: Path, photos: _Photos, left_out: LeftOut | None, others: Collection[Path]) -> Iterator[Found]:
    for path, found in photos.links.items():
        identity = found.st_dev, found.st_ino
        if identity in photos.found:
            continue
        if _is_found_elsewhere(root / path, root, left_out, others):
            yield Found(path, is_unwanted=True)
            continue
        photos.found.add(identity)
        in_cloud = frozenset([path] if is_only_in_cloud(found) else [])
        yield Found(path.rpartition("/")[0], {path: FileStamp.of(found)}, in_cloud=in_cloud)


def _found_at(entry: os.DirEntry[str], path: str, closed: list[str]) -> os.stat_result | None:
    """Return what an entry is, if it may be of use; where that cannot be told, its path is added to `closed`."""
    is_link = False
    try:
        is_link = entry.is_symlink()  # asks its drive where the listing does not tell
        if not (
            is_link or is_sidecar_name(entry.name) or is_photo_name(entry.name) or entry.is_dir(follow_symlinks=False)
        ):
            return None
        found = entry.stat()
    except FileNotFoundError:
        if is_link:
            closed.append(path)  # the drive that it leads to may be away
        return None
    except OSError:
        closed.append(path)
        return None
    return None if _is_marked_hidden(found) else found


def _is_found_elsewhere(path: Path, root: Path, left_out: LeftOut | None, others: Collection[Path]) -> bool:
    """Whether a path leads through links into another watched folder, to what is looked for there."""
    real = Path(os.path.realpath(path)) if others else path
    around = [each for each in (root, *others) if real.is_relative_to(each)]
    owner = max(around, key=lambda each: len(each.parts), default=root)
    if owner == root:
        return False
    inside = real.relative_to(owner)
    is_named_so = is_photo_name(real.name) or is_folder(real)  # a link may give any file the name of a photo
    return is_named_so and not (
        any(map(is_passed_over, inside.parts)) or _is_left_out(left_out, owner, "", inside.as_posix())
    )


def _is_left_out(left_out: LeftOut | None, root: Path, folder: str, name: str) -> bool:
    return bool(left_out) and left_out is not None and left_out.has(root, f"{folder}/{name}" if folder else name)


def _identity(folder: Path) -> tuple[int, int]:
    found = folder.stat()
    return found.st_dev, found.st_ino


def _is_marked_hidden(found: os.stat_result) -> bool:
    """Whether Windows or macOS hides it from people."""
    attributes: int = getattr(found, "st_file_attributes", 0)
    flags: int = getattr(found, "st_flags", 0)
    return bool(attributes & stat.FILE_ATTRIBUTE_HIDDEN or flags & stat.UF_HIDDEN)


def _is_junction(entry: os.DirEntry[str]) -> bool:
    return sys.platform == "win32" and entry.stat(follow_symlinks=False).st_reparse_tag == _JUNCTION
