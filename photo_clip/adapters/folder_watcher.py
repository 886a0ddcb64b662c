"""Hears of changes in folders; what really changed is found by looking."""

import contextlib
import logging
import os
import sys
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from watchdog.events import (
    DirCreatedEvent,
    DirDeletedEvent,
    DirMovedEvent,
    FileClosedEvent,
    FileCreatedEvent,
    FileDeletedEvent,
    FileModifiedEvent,
    FileMovedEvent,
    FileSystemEvent,
    FileSystemEventHandler,
)
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver, ObservedWatch

from photo_clip.adapters.drive_kinds import EJECTABLE, poll_reason
from photo_clip.core.folder_names import NO_MEDIA, is_passed_over
from photo_clip.core.formats import is_photo_name
from photo_clip.core.sidecars import is_sidecar_name

_log = logging.getLogger(__name__)

_QUIET_S = 1.5
_AT_THE_LATEST_S = 10.0
_POLL_S = 60.0
_LONGEST_END_S = 2.0

_TELLING: list[type[FileSystemEvent]] = [
    *(FileCreatedEvent, FileDeletedEvent, FileModifiedEvent, FileMovedEvent, FileClosedEvent),
    *(DirCreatedEvent, DirDeletedEvent, DirMovedEvent),
]
"""The system sends no others, so that reading, this program's own above all, does not fill its queue."""

LIMIT_REACHED = "the system cannot watch so many folders"


@dataclass(slots=True)
class _Watched:
    identity: tuple[int, int]
    """Of the folder's root when it was watched: a drive that is mounted later is another one."""
    watch: ObservedWatch | None
    """None where the system cannot watch it at all, or is not to."""
    mark: tuple[str, int] | None
    """What Linux calls the watch of the root; None where it does not tell."""
    poll_reason: str
    """Why changes may go unheard; empty when they do not."""
    polled_s: float | None = None
    """When it was last told as changed for that reason; None before the first time it is asked."""


class DirectoryWatcher:
    """Keeps the `FolderWatcher` contract: by the system's own notes, and by the clock where those may be missing.

    Folders that symbolic links lead to are not watched. `watch` may take seconds for a large folder; it may be
    called at any time, and renews what went away with a drive.
    """

    def __init__(self, new_observer: Callable[[], BaseObserver] = Observer) -> None:
        """No thread starts before there is something to watch."""
        self._new_observer = new_observer
        self._observer: BaseObserver | None = None
        self._is_closed = False
        self._scheduling = threading.Lock()
        """Never taken by the observer's threads, which may be waited for while it is held."""
        self._noting = threading.Lock()
        self._watched: dict[Path, _Watched] = {}
        self._touched: set[Path] = set()
        """Folders heard of since changes were last asked for."""
        self._changes: dict[Path, tuple[float, float]] = {}
        """When the first and the last change of a folder were noticed, monotonic seconds."""
        self._warnings = _Warnings(self._note_all)
        logging.getLogger("watchdog").addHandler(self._warnings)

    @property
    def polled(self) -> dict[Path, str]:
        """The folders that are told as changed every minute, with the reason: a clause for people."""
        with self._noting:
            return {folder: watched.poll_reason for folder, watched in self._watched.items() if watched.poll_reason}

    def watch(self, folder: Path) -> None:
        with self._scheduling:
            if self._is_closed:
                return
            try:
                found = folder.stat()
            except OSError:
                return
            identity = (found.st_dev, found.st_ino)
            known = self._watched.get(folder)
            if known is not None and known.identity == identity and self._is_heard_of(known):
                return
            if known is not None:
                self._unschedule(folder)
            before = _kernel_watches()
            kind = poll_reason(folder, found.st_dev)
            watch, limit = (None, "") if kind == EJECTABLE else self._schedule(folder)
            mark = min(_kernel_watches() - before, key=lambda found: found[1], default=None)  # the root's is made first
            reason = limit or kind
            if reason:
                _log.warning("A folder is looked at every %d s: %s", _POLL_S, reason)
            with self._noting:
                self._watched[folder] = _Watched(identity, watch, mark, reason)
                if known is not None:
                    self._touched.add(folder)  # nothing was heard in between

    def unwatch(self, folder: Path) -> None:
        with self._scheduling:
            self._unschedule(folder)

    def take_settled(self, now_s: float) -> set[Path]:
        with self._noting:
            for folder in self._touched:
                first_s, _ = self._changes.get(folder, (now_s, now_s))
                self._changes[folder] = (first_s, now_s)
            self._touched.clear()
            settled = {
                folder
                for folder, (first_s, last_s) in self._changes.items()
                if now_s - last_s >= _QUIET_S or now_s - first_s >= _AT_THE_LATEST_S
            }
            for folder, watched in self._watched.items():
                if watched.poll_reason and watched.polled_s is None:
                    watched.polled_s = now_s
                elif watched.polled_s is not None and now_s - watched.polled_s >= _POLL_S:
                    watched.polled_s = now_s
                    settled.add(folder)
            for folder in settled:
                self._changes.pop(folder, None)
        return settled

    def close(self) -> None:
        logging.getLogger("watchdog").removeHandler(self._warnings)
        self._is_closed = True
        if not self._scheduling.acquire(timeout=_LONGEST_END_S):
            return  # a drive that does not answer is waited for, and by daemons alone
        try:
            observer, self._observer = self._observer, None
            with self._noting:
                self._watched.clear()
                self._touched.clear()
                self._changes.clear()
        finally:
            self._scheduling.release()
        if observer is not None:
            observer.stop()
            observer.join(_LONGEST_END_S)

    def _is_heard_of(self, watched: _Watched) -> bool:
        """Whether the system still sends notes; they end when the root is deleted, and when its drive goes."""
        if watched.watch is None or self._observer is None:
            return watched.watch is None
        if watched.mark is not None and watched.mark not in _kernel_watches():
            return False
        return any(emitter.watch == watched.watch and emitter.is_alive() for emitter in self._observer.emitters)

    def _schedule(self, folder: Path) -> tuple[ObservedWatch | None, str]:
        """Return the watch, None where there can be none, and why changes may go unheard."""
        try:
            if self._observer is None:
                observer = self._new_observer()
                observer.start()
                self._observer = observer
            events = _Events(folder, self._note)
            watch = self._observer.schedule(events, str(folder), recursive=True, event_filter=_TELLING)
        except OSError:
            return None, LIMIT_REACHED
        return watch, "" if self._has_room_for_another() else LIMIT_REACHED

    def _has_room_for_another(self) -> bool:
        """Whether one more folder can be watched. If not, folders below the last one were left out, silently."""
        if self._observer is None:
            return False
        try:
            with tempfile.TemporaryDirectory() as empty:
                self._observer.unschedule(self._observer.schedule(FileSystemEventHandler(), empty))
        except OSError:
            return False
        return True

    def _unschedule(self, folder: Path) -> None:
        with self._noting:
            watched = self._watched.pop(folder, None)
        if watched is not None and watched.watch is not None and self._observer is not None:
            self._observer.unschedule(watched.watch)
        with self._noting:
            self._touched.discard(folder)
            self._changes.pop(folder, None)

    def _note(self, folder: Path) -> None:
        with self._noting:
            if folder in self._watched:
                self._touched.add(folder)

    def _note_all(self) -> None:
        with self._noting:
            self._touched.update(self._watched)


class _Events(FileSystemEventHandler):
    """Passes on that something changed in a folder, if it may be about photos."""

    def __init__(self, folder: Path, note: Callable[[Path], None]) -> None:
        self._folder = folder
        self._note = note

    def on_any_event(self, event: FileSystemEvent) -> None:
        if any(self._matters(event, os.fsdecode(path)) for path in (event.src_path, event.dest_path) if path):
            self._note(self._folder)

    def _matters(self, event: FileSystemEvent, path: str) -> bool:
        try:
            parts = Path(os.path.relpath(path, self._folder)).parts
        except ValueError:  # told by a name on another drive
            return True
        if not parts or parts[0] == os.pardir:
            return True  # the folder itself, or told by another of its names
        *above, name = parts
        if any(is_passed_over(part) for part in above):
            return False
        if event.is_directory or (sys.platform == "win32" and isinstance(event, FileDeletedEvent)):
            return not is_passed_over(name)  # Windows does not tell whether it was a folder that went
        return name == NO_MEDIA or ((is_photo_name(name) or is_sidecar_name(name)) and not is_passed_over(name))


class _Warnings(logging.Handler):
    """Hears what the library warns of; events may have been lost then, and it says so in no other way."""

    def __init__(self, note: Callable[[], None]) -> None:
        super().__init__(logging.WARNING)
        self._note = note

    def emit(self, record: logging.LogRecord) -> None:
        if "inactive" not in record.getMessage():  # that is a watch that was given up a moment ago
            self._note()


def _kernel_watches() -> set[tuple[str, int]]:
    """Return the watches this process has, by descriptor and number; nothing but Linux tells.

    An unmounted drive takes its watches with it and sends no event, and the next drive at its place may have the
    same device and inode numbers. The numbers of watches are not used again.
    """
    found: set[tuple[str, int]] = set()
    try:
        for descriptor in Path("/proc/self/fdinfo").iterdir():
            with contextlib.suppress(OSError):  # closed since
                for line in descriptor.read_text(encoding="ascii", errors="replace").splitlines():
                    if line.startswith("inotify wd:"):
                        found.add((descriptor.name, int(line[11 : line.index(" ", 11)], 16)))
    except OSError:
        return set()
    return found
