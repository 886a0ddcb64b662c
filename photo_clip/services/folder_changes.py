"""What differs between the watched folders on disk and what the catalogue remembers of them."""

import contextlib
import json
import math
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import accumulate
from pathlib import Path

from photo_clip import APP_NAME
from photo_clip.core.errors import NOT_GIVEN, FolderError, StoreError
from photo_clip.core.folder_names import is_passed_over
from photo_clip.core.kept_texts import texts_in
from photo_clip.core.left_out import LeftOut
from photo_clip.core.photo import (
    FileStamp,
    Folder,
    FolderChanges,
    FolderIdentity,
    FolderState,
    KnownFile,
    MovedFile,
    Photo,
)
from photo_clip.core.ports import Clock
from photo_clip.core.progress import Phase, Progress, Task
from photo_clip.core.sidecars import mark_of, sidecar_names
from photo_clip.core.stores import Catalog
from photo_clip.core.there import is_gone, is_there
from photo_clip.core.typed_paths import from_home
from photo_clip.services.asking import Asker
from photo_clip.services.drives import drive_roots, identity_of
from photo_clip.services.folder_questions import FolderQuestions
from photo_clip.services.found_again import FILES_COMPARED, fits, identity_at, places_of
from photo_clip.services.photo_files import find_photo_files, stamp_of

_LEFT_OUT, _DRIVES_BELOW = "left_out", "drives_below"
"""The settings of the library that list what is left out, and where drives with photos were below watched folders."""
_SURE_SINCE = "sure of files in folder "
"""The beginning of the settings that say since when, in seconds; the folder's id follows."""
_NOWHERE = ".taken"
"""Where missing photos are kept whose place another photo took: it is hidden, so no look finds a file there."""
_SETTLED_AFTER_S = 2.0
"""A file written to more recently may still be growing; it is left for the next look."""
_LOSS_SHARE, _LOSS_COUNT = 0.2, 10
"""More missing files than both at once look like a drive in trouble, not like tidying up."""

_SAME_SHARE = 0.05
"""Of the files at known places on the same drive, more than so many are as they were, however many were edited."""

EMPTY = "it is there, but empty; its drive may not be connected"
GONE = "it is not there; its drive may not be connected"
UNREADABLE = "it cannot be read"
SILENT = "its drive does not answer"
OTHER_DEVICE = "another drive is mounted at its place"
LOSSES = "more than a fifth of its photos are missing"


@dataclass(frozen=True, slots=True)
class Look:
    """What one look at a folder found."""

    folder: Folder
    changes: FolderChanges = field(default_factory=FolderChanges)
    offline_reason: str = ""
    """Why the folder counts as offline, whatever else is found; `changes` is empty then."""
    identity: FolderIdentity | None = None
    """None where the folder is not the one that was there before."""
    again_soon: bool = False
    """Whether files were left out because they were still being written."""
    known: int = 0
    """How many photos were there at the last look; 0 where the user has said that losses are real."""
    is_empty: bool = False
    left_out: frozenset[int] = frozenset()
    """Photos that are not looked for any more, such as those whose folder is left out now: their files are no loss."""
    drives_below: frozenset[Path] = frozenset()
    """Where drives with photos are connected below the folder."""
    is_other_drive: bool = False
    """Whether another drive is there, as the user has said: what bears the name of a photo is another one."""
    began_s: float | None = None
    """When the folder was begun to be listed, where that is to be remembered."""

    def reason_to_doubt(self) -> str:
        """Return why the folder counts as offline and `changes` is not to be believed; empty where it is."""
        if self.offline_reason or not self.known:
            return self.offline_reason
        lost = len(set(self.changes.missing) - self.left_out)
        if self.is_empty and lost:
            return EMPTY
        return LOSSES if lost >= _LOSS_COUNT and lost > _LOSS_SHARE * self.known else ""


@dataclass(frozen=True, slots=True)
class FileNow:
    """What is at the place of a photo."""

    stamp: FileStamp | None
    """None where it cannot be had."""
    is_listed_alone: bool
    """Whether its folder lists it, and it is not found: Windows does so where a path has a blank at its end, say."""


class WatchedFolders:
    """The folders whose photos are in the library."""

    def __init__(
        self,
        catalog: Catalog,
        clock: Clock,
        roots: Callable[[], Iterable[Path]] = drive_roots,
        asker: Asker | None = None,
    ) -> None:
        """`roots` tells where drives are connected just now."""
        self._catalog = catalog
        self._clock = clock
        self._roots = roots
        self._asker = asker or Asker()
        self._ask = FolderQuestions(self._asker)

    def close(self) -> None:
        """Wait for no drive any more: what goes on here ends with CancelledError, and nothing is remembered of it."""
        self._asker.close()

    def all(self) -> list[Folder]:
        """Return the watched folders by path."""
        return self._catalog.folders.all()

    def add(self, path: Path) -> Folder:
        """Watch a folder; one inside a watched folder is that one, and one around watched folders takes them in.

        One that holds the photos of a watched folder which is away is that folder, at another place. Symbolic
        links in `path` are resolved, and it is spelled as it really is. Raises FolderError where there is no folder
        that can be read.
        """
        path = self._ask.resolved(from_home(path))
        identity = self._ask.identity(path)
        folders = self.all()
        outer = next((folder for folder in reversed(folders) if self._ask.is_within(path, folder.path)), None)
        if outer is None:
            away = (each for each in folders if self._is_away(each) and self._is_at(each, path))
            moved = next(away, None)
            outer = self._catalog.folders.add(path, identity) if moved is None else self._move(moved, path, identity)
        self.take_in_nested()
        return outer

    def remove(self, folder_id: int) -> None:
        """Forget a folder and what is known of its photos; no file is touched."""
        self._catalog.folders.remove(folder_id)

    def left_out(self) -> LeftOut:
        """Return which subfolders and files are left out of all watched folders.

        Raises StoreError where that is damaged: as long as nobody knows what is private, no folder is looked into.
        """
        kept = self.kept_left_out()
        if kept is None:
            raise StoreError(
                "What is left out of the watched folders cannot be read any more, as the library's note of it is"
                " damaged. So that nothing private is indexed, no folder is looked into.",
                advice="Say anew all that is to be left out: in the window with “Leave out subfolders …”, or with"
                f" {APP_NAME} folders exclude --only WHAT…",
            )
        return kept

    def kept_left_out(self) -> LeftOut | None:
        """Return what is left out, as `left_out` does; None where that is damaged, for people to say it anew."""
        kept = texts_in(self._catalog.setting(_LEFT_OUT))
        return None if kept is None else LeftOut.of(kept)

    def leave_out(self, patterns: Iterable[str]) -> None:
        """Leave out these subfolders and files from now on, and no others; see `LeftOut`.

        The next look takes their photos out of sight. What is known of them stays, for when they are let in again:
        then they count as there until the next look, so that a photo that was edited meanwhile is the same one.
        """
        former, wanted = self.kept_left_out() or LeftOut(), LeftOut.of(patterns)
        self._catalog.set_setting(_LEFT_OUT, json.dumps(wanted.patterns) if wanted else None)
        for folder in self.all() if former else ():
            let_in = tuple(
                file.photo_id
                for path, file in self._catalog.folders.known_files(folder.id).items()
                if file.missing and former.has(folder.path, path) and not wanted.has(folder.path, path)
            )
            self._catalog.folders.apply_changes(folder.id, FolderChanges(returned=let_in), now_s=self._clock())

    def missing(self) -> list[int]:
        """Return the photos whose files are gone from folders that are there; those that are left out are not gone, nor
        are those in a folder with a file `.nomedia`."""
        left_out = self.left_out()
        gone: list[int] = []
        for folder in self.all():
            if folder.state is FolderState.ONLINE:
                missing = {
                    path: file.photo_id
                    for path, file in self._catalog.folders.known_files(folder.id).items()
                    if file.missing and not (left_out and left_out.has(folder.path, path))
                }
                gone.extend(missing[path] for path in sorted(self.gone_in(folder, missing)))
        return gone

    def forget_missing(self) -> int:
        """Forget the missing photos, and return how many those were."""
        gone = self.missing()
        self._catalog.folders.forget(gone)
        return len(gone)

    def find_again(self, folder: Folder) -> Folder:
        """Return the folder at the place where it is now, which is remembered; as it is where nothing is found.

        A folder that is not there, or that is an empty one where it had photos, is looked for under another name
        beside its old place, and at the same place on other drives. The files in it tell that it is the same.
        """
        if self._is_away(folder):
            some = self._catalog.folders.some_files(folder.id, FILES_COMPARED)
            others = [each.path for each in self.all()]
            for place in places_of(folder, self._roots, self._asker):
                is_free = not any(self._ask.is_within(place, other) or other.is_relative_to(place) for other in others)
                if is_free and self._ask.holds(place, folder, some):
                    with contextlib.suppress(FolderError):
                        return self._move(folder, place, self._ask.identity(place))
        return folder

    def gone(self) -> list[Folder]:
        """Return the folders at whose paths there is nothing."""
        return [folder for folder in self.all() if self.is_gone(folder)]

    def find_within(self, gone: Folder, look: Look) -> Folder | None:
        """Return a folder that is gone as it is below another one, in which it then lies as any other; None where the
        look there found no files of the very same folder."""
        parts = (path.split("/")[:-1] for path in look.changes.new)
        places = {tuple(each[:count]) for each in parts for count in range(1, len(each) + 1)}
        paths = [look.folder.path.joinpath(*each) for each in sorted(places)]
        with contextlib.suppress(TimeoutError):
            told = ((path, identity_at(path)) for path in paths)
            for place, identity in self._asker.each(look.folder.path, told):
                if identity == gone.identity and self._is_at(gone, place):
                    found = self._move(gone, place, gone.identity)
                    self._take_in(look.folder, found)
                    return found
        return None

    def take_in_nested(self) -> None:
        """Make one of a watched folder and one inside it, unless that is offline or on another drive."""
        folders = self.all()
        for inner in folders:
            around = [each for each in folders if each.id != inner.id and inner.path.is_relative_to(each.path)]
            with contextlib.suppress(FolderError):
                if around and inner.state is FolderState.ONLINE and not self._is_away(inner):
                    outer = around[0]
                    if self._ask.identity(inner.path).device == self._ask.identity(outer.path).device:
                        self._take_in(outer, inner)

    def _is_away(self, folder: Folder) -> bool:
        try:
            return self._ask.identity(folder.path) != folder.identity and self._ask.is_empty(folder.path)
        except FolderError:
            return self.is_gone(folder)
        except OSError:
            return False

    def _is_at(self, folder: Folder, place: Path) -> bool:
        return self._ask.holds(place, folder, self._catalog.folders.some_files(folder.id, FILES_COMPARED))

    def _move(self, folder: Folder, place: Path, identity: FolderIdentity) -> Folder:
        self._catalog.folders.move(folder.id, place, identity)
        return next(each for each in self.all() if each.id == folder.id)

    def look(self, folder: Folder, *, accept_losses: bool = False) -> Task[Look]:
        """Compare a folder with the catalogue; nothing is written.

        With `accept_losses` the user has said that missing photos are really gone.
        """
        try:
            return (yield from self._look(folder, accept_losses=accept_losses))
        except TimeoutError:
            return Look(folder, offline_reason=SILENT)

    def _look(self, folder: Folder, *, accept_losses: bool) -> Task[Look]:
        """Look, and raise TimeoutError where the folder's drive does not answer."""
        try:
            identity = self._ask.identity(folder.path)
        except FolderError:
            if not self._asker.ask(folder.path, is_gone, folder.path):
                return Look(folder, offline_reason=UNREADABLE)
            return self._look_at_nothing(folder) if accept_losses else Look(folder, offline_reason=GONE)
        known = self._catalog.folders.known_files(folder.id)
        left_out = self.left_out()
        unwanted = {file.photo_id for path, file in known.items() if left_out and left_out.has(folder.path, path)}
        began_s, sure_since_s = self._clock(), self._sure_since_s(folder)
        found: dict[str, FileStamp] = {}
        beside: dict[str, FileStamp] = {}
        in_cloud: set[str] = set()
        passed: set[str] = set()
        others = [each.path for each in self.all() if each.id != folder.id]
        inner = [each for each in others if each.is_relative_to(folder.path)]
        closed = [place.relative_to(folder.path).as_posix() for place in inner]
        parts = find_photo_files(folder.path, left_out, tuple(closed), others)
        for part in self._asker.each(folder.path, parts):
            found.update(part.files)
            beside.update(part.sidecars)
            in_cloud |= part.in_cloud
            closed.extend(part.closed)
            if part.is_unwanted:
                passed.add(part.folder)
            yield Progress(Phase.LOOKING, len(found), None, part.folder or folder.name)
        unwanted |= {  # such as those found before their folder's kind was one to pass over
            file.photo_id
            for path, file in known.items()
            if path not in found and (any(map(is_passed_over, path.split("/"))) or _is_within(path, passed))
        }
        present = {
            path: file
            for path, file in known.items()
            if not (accept_losses or file.missing or file.photo_id in unwanted)
        }
        drives = {each: each.relative_to(folder.path) for each in self._roots() if each.is_relative_to(folder.path)}
        if not accept_losses:
            away = (each.relative_to(folder.path) for each in self._drives_below(folder) if each not in drives)
            closed.extend(each.as_posix() for each in away if not _has_any(found, each))
        is_empty = not found and not closed
        if present and is_empty and identity != folder.identity:
            return Look(folder, offline_reason=EMPTY)
        is_other_drive = identity.device != folder.identity.device and not _is_same_drive(found, known)
        if present and is_other_drive:
            return Look(folder, offline_reason=OTHER_DEVICE)
        now_s = self._clock()
        doubtful = _doubtful(found, known, sure_since_s) - in_cloud  # what cannot be read is taken for what it was
        changes, again_soon = _compare(found, known, doubtful, closed, now_s)
        marks: dict[str, str] = {}
        growing = False
        compared = _compare_sidecars(folder.path, found, beside, known, closed, now_s)
        for path, mark in self._asker.each(folder.path, compared):
            growing |= mark is None
            if mark is not None and mark != (known[path].sidecars if path in known else ""):
                marks[path] = mark
        return Look(
            folder,
            replace(changes, sidecars=marks, in_cloud=_compare_places(found, in_cloud, known)),
            identity=identity,
            again_soon=again_soon or growing,
            known=len(present),
            is_empty=is_empty,
            left_out=frozenset(unwanted),
            drives_below=frozenset(drive for drive, below in drives.items() if _has_any(found, below)),
            is_other_drive=is_other_drive,
            began_s=began_s if doubtful or sure_since_s == math.inf else None,  # each look would write something
        )

    def _look_at_nothing(self, folder: Folder) -> Look:
        known = self._catalog.folders.known_files(folder.id).values()
        return Look(folder, FolderChanges(missing=tuple(file.photo_id for file in known if not file.missing)))

    def presence(self) -> dict[int, object]:
        """Return for each folder, by its id, what becomes another value when it goes or comes back, here or elsewhere.

        No system tells of drives that go and come.
        """
        drives = frozenset(self._roots())
        found: dict[int, object] = {}
        for folder in self.all():
            try:
                there = self._asker.ask(folder.path, identity_of, folder.path)
            except OSError:
                found[folder.id] = drives  # it may come back at another place
            else:
                is_away = folder.state is FolderState.OFFLINE
                found[folder.id] = there, drives if is_away else None
        return found

    def mark_online(self, look: Look) -> None:
        """Remember that a folder is there, and which one it is."""
        known = look.folder
        identity = look.identity or known.identity
        if (known.state, known.identity) != (FolderState.ONLINE, identity):
            self._catalog.folders.update(known.id, FolderState.ONLINE, identity=identity)
        if known.state is not FolderState.ONLINE:
            self._catalog.forget_skips(NOT_GIVEN)  # perhaps it was on its way out when they were read
        if look.began_s is not None:
            self._catalog.set_setting(f"{_SURE_SINCE}{known.id}", str(look.began_s))
        if not look.drives_below <= self._drives_below(known):
            drives = [*self._all_drives_below(), *map(str, look.drives_below)]
            self._catalog.set_setting(_DRIVES_BELOW, json.dumps(sorted(set(drives))))

    def mark_offline(self, folder: Folder, reason: str) -> None:
        """Remember that a folder cannot be looked at, and why: a clause for people."""
        if (folder.state, folder.offline_reason) != (FolderState.OFFLINE, reason):
            self._catalog.folders.update(folder.id, FolderState.OFFLINE, offline_reason=reason)

    def move_photos(self, found: Sequence[MovedFile], missing: Sequence[MovedFile]) -> None:
        """Give photos their new places, where their files were found, or are missing."""
        self._catalog.folders.move_photos([*found, *missing])
        for folder_id in {photo.folder_id for photo in missing}:  # what is moved counts as found
            ids = tuple(photo.photo_id for photo in missing if photo.folder_id == folder_id)
            self._catalog.folders.apply_changes(folder_id, FolderChanges(missing=ids), now_s=self._clock())

    def is_there(self, folder: Folder) -> bool:
        """Whether the folder can be read just now, and is the one it was at the last look."""
        try:
            return self._ask.identity(folder.path) == folder.identity
        except FolderError:
            return False

    def files_now(self, photos: Iterable[Photo]) -> dict[int, FileNow]:
        """Return what is at the places of photos just now, by their ids; those on drives that do not answer are left
        out."""
        roots = {folder.id: folder.path for folder in self.all()}
        of_folders: dict[Path, list[Photo]] = {}
        for photo in photos:
            of_folders.setdefault(roots.get(photo.folder_id, photo.path.parent), []).append(photo)
        found: dict[int, FileNow] = {}
        for root, some in of_folders.items():
            with contextlib.suppress(TimeoutError):
                found.update(self._asker.each(root, _files_now(some)))
        return found

    def root_of(self, photo: Path) -> Path:
        """Return the watched folder that a photo lies in, the one it lies in at once where none is watched."""
        return next((each.path for each in self.all() if photo.is_relative_to(each.path)), photo.parent)

    def answers(self, folder: Folder) -> bool:
        """Whether the folder's drive says anything at all, if only that the folder is not there."""
        self.is_gone(folder)
        return not self._asker.is_silent(folder.path)

    def is_gone(self, folder: Folder) -> bool:
        """Whether there is surely nothing at a folder's place."""
        return self._ask.is_gone(folder.path)

    def gone_in(self, folder: Folder, paths: Iterable[str]) -> set[str]:
        """Return those of the paths in a folder at which there is surely nothing."""
        gone: set[str] = set()
        told = ((path, is_gone(folder.path / path)) for path in paths)
        with contextlib.suppress(TimeoutError):
            gone.update(path for path, is_so in self._asker.each(folder.path, told) if is_so)
        return gone

    def _sure_since_s(self, folder: Folder) -> float:
        """Return since when no file there was doubtful; the end of time where nobody knows."""
        with contextlib.suppress(TypeError, ValueError):
            return float(self._catalog.setting(f"{_SURE_SINCE}{folder.id}") or "")
        return math.inf

    def _drives_below(self, folder: Folder) -> frozenset[Path]:
        """Return where drives with photos were once connected below a folder."""
        return frozenset(each for each in map(Path, self._all_drives_below()) if each.is_relative_to(folder.path))

    def _all_drives_below(self) -> list[str]:
        return texts_in(self._catalog.setting(_DRIVES_BELOW)) or []

    def _take_in(self, outer: Folder, inner: Folder) -> None:
        """Give a folder's photos to the one around it. Stopped in between, it is done by adding `outer` again."""
        prefix = inner.path.relative_to(outer.path).as_posix()
        there = self._catalog.folders.known_files(outer.id)
        found: list[MovedFile] = []
        missing: list[MovedFile] = []
        for path, file in self._catalog.folders.known_files(inner.id).items():
            target = f"{prefix}/{path}"
            (missing if file.missing else found).append(MovedFile(file.photo_id, outer.id, target, file.stamp))
            if target in there:  # found there by a look
                missing.append(out_of_the_way(there[target], outer.id, target))
        self.move_photos(found, missing)
        self._catalog.folders.remove(inner.id)


def out_of_the_way(photo: KnownFile, folder_id: int, path: str) -> MovedFile:
    """Return where a photo is kept whose place another one took; it is missing from then on."""
    return MovedFile(photo.photo_id, folder_id, f"{_NOWHERE}/{photo.photo_id}/{path}", photo.stamp)


def _has_any(found: Iterable[str], folder: Path) -> bool:
    """Whether a file is below a folder, all by their paths relative to the same one; not where that is the folder."""
    below = f"{folder.as_posix()}/"  # “./”, with which no path begins
    return any(path.startswith(below) for path in found)


def _is_within(path: str, places: Container[str]) -> bool:
    """Whether a path, or one of the folders around it, is among the places, of which there may be thousands."""
    return any(around in places for around in accumulate(path.split("/"), "{}/{}".format))


def _files_now(photos: Iterable[Photo]) -> Iterator[tuple[int, FileNow]]:
    names = cache(_names_in)
    for photo in photos:
        path, stamp = photo.path, stamp_of(photo.path)
        yield photo.id, FileNow(stamp, stamp is None and is_gone(path) and path.name in names(path.parent))


def _names_in(folder: Path) -> set[str]:
    try:
        return {each.name for each in folder.iterdir()}
    except OSError:
        return set()


def _is_same_drive(found: Mapping[str, FileStamp], known: Mapping[str, KnownFile]) -> bool:
    """Whether enough files are what was known at their places; another card has the same names, too."""
    there = [fits(found[path], file.stamp) for path, file in known.items() if path in found]
    return sum(there) > _SAME_SHARE * len(there)


def _may_be_growing(stamp: FileStamp, now_s: float) -> bool:
    return abs(now_s - stamp.mtime_ns / 1e9) < _SETTLED_AFTER_S


def _doubtful(found: Mapping[str, FileStamp], known: Mapping[str, KnownFile], sure_since_s: float) -> set[str]:
    """Return the files that were renamed, or given other rights, since then, and that only their content tells from
    others at known places, such as those that scripts make, all of one size and time."""
    renamed = {
        path: stamp
        for path, stamp in found.items()
        if stamp.ctime_ns > sure_since_s * 1e9 and path in known and known[path].stamp == stamp
    }
    contents: dict[FileStamp, set[str | None]] = {stamp: set() for stamp in renamed.values()}
    for file in known.values() if renamed else ():
        if file.stamp in contents:
            contents[file.stamp].add(file.content_hash)
    return {path for path, stamp in renamed.items() if len(contents[stamp]) > 1}


def _compare(
    found: Mapping[str, FileStamp],
    known: Mapping[str, KnownFile],
    doubtful: Container[str],
    closed: Sequence[str],
    now_s: float,
) -> tuple[FolderChanges, bool]:
    doors = frozenset(closed)
    behind = tuple(f"{door}/" if door else "" for door in closed)
    new: dict[str, FileStamp] = {}
    changed: dict[int, FileStamp] = {}
    returned: list[int] = []
    growing = False
    for path, stamp in found.items():
        file = known.get(path)
        if file is not None and file.stamp == stamp and path not in doubtful:
            if file.missing:
                returned.append(file.photo_id)
        elif _may_be_growing(stamp, now_s):
            growing = True
        elif file is None:
            new[path] = stamp
        else:
            changed[file.photo_id] = stamp
    missing = tuple(
        file.photo_id
        for path, file in known.items()
        if path not in found and not file.missing and path not in doors and not path.startswith(behind)
    )
    return FolderChanges(new, changed, tuple(returned), missing), growing


def _compare_places(found: Iterable[str], in_cloud: Container[str], known: Mapping[str, KnownFile]) -> dict[str, bool]:
    """Return whether files are only in the cloud, where that differs from what is known of them, if anything is."""
    return {
        path: path in in_cloud
        for path in found
        if (path in in_cloud) != (known[path].only_in_cloud if path in known else False)
    }


def _compare_sidecars(
    root: Path,
    found: Mapping[str, FileStamp],
    beside: Mapping[str, FileStamp],
    known: Mapping[str, KnownFile],
    closed: Sequence[str],
    now_s: float,
) -> Iterator[tuple[str, str | None]]:
    """Yield the marks of sidecars, by their photos, where there are or were some; None where one may be growing."""
    doors = {path.casefold() for path in closed}
    alike = {path.casefold(): path for path in beside}
    for path in found:
        file = known.get(path)
        before = "" if file is None else file.sidecars
        if not (before or beside):
            continue
        names = sidecar_names(path)
        stamps = [beside.get(name) or _stamp_alike(root, name, beside, alike) for name in names]
        mark = mark_of(stamps)
        if mark == before or any(name.casefold() in doors for name in names):
            yield path, before
            continue
        is_growing = any(stamp is not None and _may_be_growing(stamp, now_s) for stamp in stamps)
        yield path, None if is_growing else mark


def _stamp_alike(root: Path, name: str, beside: Mapping[str, FileStamp], alike: Mapping[str, str]) -> FileStamp | None:
    """Return the stamp of a sidecar whose name differs in capitals alone, where the system takes it for that one."""
    other = alike.get(name.casefold())
    return beside[other] if other is not None and is_there(root / name) else None
