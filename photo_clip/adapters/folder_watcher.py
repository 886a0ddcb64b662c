"""Hears of changes in folders; what really changed is found by looking."""

import logging
import threading
import time
from pathlib import Path

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver, ObservedWatch
from watchdog.observers.polling import PollingObserver

_log = logging.getLogger(__name__)

_QUIET_S = 1.5
_AT_THE_LATEST_S = 10.0
_POLL_S = 60
_TELLING = frozenset(("created", "deleted", "modified", "moved", "closed"))
"""“opened” and “closed_no_write” are reading, this program's own among it."""


class DirectoryWatcher:
    """Keeps the `FolderWatcher` contract: natively where the system can, by polling where it cannot."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._native: BaseObserver = Observer()
        self._native.start()
        self._polling: BaseObserver | None = None
        self._watches: dict[Path, tuple[BaseObserver, ObservedWatch]] = {}
        self._changes: dict[Path, tuple[float, float]] = {}
        """When the first and the last change of a folder were heard of, monotonic seconds."""

    def watch(self, folder: Path) -> None:
        if folder in self._watches or not folder.is_dir():
            return
        events = _Events(self, folder)
        try:
            self._watches[folder] = (self._native, self._native.schedule(events, str(folder), recursive=True))
        except OSError as error:  # a network drive, or more folders than the system watches
            _log.warning("A folder is polled every %d s, because it cannot be watched: %s", _POLL_S, error)
            if self._polling is None:
                self._polling = PollingObserver(timeout=_POLL_S)
                self._polling.start()
            self._watches[folder] = (self._polling, self._polling.schedule(events, str(folder), recursive=True))

    def unwatch(self, folder: Path) -> None:
        observer, watch = self._watches.pop(folder, (None, None))
        if observer is not None and watch is not None:
            observer.unschedule(watch)
        with self._lock:
            self._changes.pop(folder, None)

    def take_settled(self, now_s: float) -> set[Path]:
        with self._lock:
            settled = {
                folder
                for folder, (first_s, last_s) in self._changes.items()
                if now_s - last_s >= _QUIET_S or now_s - first_s >= _AT_THE_LATEST_S
            }
            for folder in settled:
                del self._changes[folder]
        return settled

    def close(self) -> None:
        self._watches.clear()
        for observer in (self._native, self._polling):
            if observer is not None and observer.is_alive():
                observer.stop()
                observer.join()

    def note(self, folder: Path, now_s: float) -> None:
        """Remember that something changed in a watched folder."""
        with self._lock:
            first_s, _ = self._changes.get(folder, (now_s, now_s))
            self._changes[folder] = (first_s, now_s)


class _Events(FileSystemEventHandler):
    """Passes on that a folder changed, whatever changed in it."""

    def __init__(self, watcher: DirectoryWatcher, folder: Path) -> None:
        self._watcher = watcher
        self._folder = folder

    def on_any_event(self, event: FileSystemEvent) -> None:
        if event.event_type in _TELLING:
            self._watcher.note(self._folder, time.monotonic())
