"""Keeps the library level with its folders while the window is open."""

import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from photo_clip.core.amounts import photos_in_words
from photo_clip.core.errors import PhotoClipError
from photo_clip.core.photo import Folder, FolderState
from photo_clip.core.ports import FolderWatcher
from photo_clip.core.printable import printable
from photo_clip.core.progress import Phase, Progress, Report
from photo_clip.core.there import is_file
from photo_clip.gui.commands import key_name
from photo_clip.gui.jobs import Job, Jobs, Lane
from photo_clip.services.library import Library

_POLL_MS = 1000
_FULL_LOOK_MS = 15 * 60 * 1000
_ANOTHER_LOOK_MS = 3000
_PRESENCE_MS = 10_000
"""Between two looks at whether the folders are there; it takes no more than asking for each."""
_SPED_UP_AFTER_MS = 5_000
"""Later than the first search after a start, whose answer it would delay."""
_BETWEEN_REFRESHES_S = 3.0


@dataclass(frozen=True, slots=True)
class AddedFolders:
    """What came of adding folders."""

    count: int
    files: list[Path] = field(default_factory=list)
    """What is no folder, and was left alone."""
    problem: PhotoClipError | None = None
    """The first of those that cannot be read."""


class IndexKeeper(QObject):
    """Starts indexing at the start, when folders change, and from time to time; one run at a time.

    What else writes to the library interrupts it: indexing is closed, which loses nothing, and begun again after.
    """

    progressed = Signal(object)
    """A Progress."""
    finished = Signal(object)
    """The Report of a run that came to its end."""
    photos_arrived = Signal()
    """There may be more to be shown than a while ago."""
    photos_changed = Signal()
    """What is known of photos may not be true any more: moved, changed, removed, gone offline or come back."""
    folders_known = Signal(list)
    """The Folders, as soon as they are known; counting their photos may take a while."""
    folders_changed = Signal()
    folders_added = Signal(object)
    """AddedFolders."""
    went_offline = Signal(object, str)
    """The Path of a folder that was online before, and the reason."""
    paused_changed = Signal(bool)
    failed = Signal(object)
    noticed = Signal(str)
    """A sentence the user should hear, from a model."""

    def __init__(self, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._library: Library | None = None
        self._watcher: FolderWatcher | None = None
        self._watched: _Watched | None = None
        self._watching: Job | None = None
        self._job: Job | None = None
        self._is_looking_closer = False
        """Whether the run under way is one that everything else comes before."""
        self._changes_under_way = 0
        self._is_paused = False
        self._waiting: set[int] | None = set()
        """Folders to look at next; None for all."""
        self._looked_at: set[int] | None = None
        """Those of the last run."""
        self._accepted_losses: set[int] = set()
        self._folder_ids: dict[Path, int] = {}
        self._told_of: set[Path] = set()
        """Folders of which it was said that they are looked at every minute."""
        self._offline: set[Path] = set()
        self._refreshed_s = 0.0
        self._poll = QTimer(self, interval=_POLL_MS)
        self._poll.timeout.connect(self._take_changes)
        self._full_look = QTimer(self, interval=_FULL_LOOK_MS)
        self._full_look.timeout.connect(self._look_everywhere)
        self._another_look = QTimer(self, singleShot=True, interval=_ANOTHER_LOOK_MS)
        self._another_look.timeout.connect(lambda: self.look(self._looked_at))
        self._presence: dict[int, object] = {}
        self._is_asking_presence = False
        self._asking_presence = QTimer(self, interval=_PRESENCE_MS)
        self._asking_presence.timeout.connect(self._ask_presence)
        self._speeding_up = QTimer(self, singleShot=True, interval=_SPED_UP_AFTER_MS)
        self._speeding_up.timeout.connect(self._speed_up)

    def use(self, library: Library, watcher: FolderWatcher) -> None:
        """Keep this library level from now on."""
        self._library = library
        self._watcher = watcher
        self._watched = _Watched(library, watcher)
        self._poll.start()
        self._full_look.start()
        self._asking_presence.start()
        self._jobs.start(Lane.SEARCH, library.folders.all, on_done=self._begin, on_failed=self.failed.emit)

    @property
    def is_paused(self) -> bool:
        """Whether indexing waits until it is resumed."""
        return self._is_paused

    @property
    def is_idle(self) -> bool:
        """Whether nothing is being done just now."""
        return self._job is None and not self._changes_under_way

    def look(self, folder_ids: Collection[int] | None = None, accept_losses: Collection[int] = ()) -> None:
        """Look at folders, all or these, as soon as the run under way has ended."""
        self._accepted_losses.update(accept_losses)
        if folder_ids is None or self._waiting is None:
            self._waiting = None
        else:
            self._waiting |= set(folder_ids)
        self._start()

    def add_folders(self, paths: Collection[Path]) -> None:
        """Watch folders and index them; what is no folder is left alone, and told."""
        if self._library is not None:
            self.progressed.emit(Progress(Phase.LOOKING, 0, None))
            library = self._library
            self.interrupt(lambda: _add(library, paths), self.folders_added.emit)

    def remove_folder(self, folder_id: int) -> None:
        """Forget a folder; no file is touched."""
        if self._library is not None:
            library = self._library
            self.interrupt(lambda: library.remove_folder(folder_id))

    def look_for_small_things(self, folder_id: int, on: bool) -> None:
        """Look for small things in a folder, when there is nothing else to do; or forget those that were found."""
        if self._library is not None:
            library = self._library
            self.interrupt(lambda: library.look_for_small_things(folder_id, on=on))

    def accept_losses(self, folder_id: int) -> None:
        """Believe that the missing photos of a folder are really gone."""
        self.look([folder_id], [folder_id])

    def try_skipped_again(self) -> None:
        """Read skipped photos once more."""
        if self._library is not None:
            self.interrupt(self._library.catalog.forget_skips)

    def interrupt(self, change: Callable[[], object], on_done: Callable[..., object] | None = None) -> None:
        """Do something that writes to the library, hand on what it returns, then go on indexing."""
        if self._job is not None:
            self._job.cancel()
            self._job, self._is_looking_closer = None, False
        self._waiting = None
        self._changes_under_way += 1
        self._jobs.start(
            Lane.INDEX, change, on_done=lambda result: self._changed(result, on_done), on_failed=self._change_failed
        )

    def pause(self) -> None:
        """Stop before the next batch, until it is resumed."""
        self._set_paused(True)

    def resume(self) -> None:
        """Go on after a pause."""
        self._set_paused(False)

    def close(self) -> None:
        """Begin nothing any more."""
        self._poll.stop()
        self._full_look.stop()
        self._asking_presence.stop()
        self._another_look.stop()
        self._speeding_up.stop()
        if self._job is not None:
            self._job.cancel()
        self._library = None

    def _begin(self, folders: list[Folder]) -> None:
        self._offline = {folder.path for folder in folders if folder.state is FolderState.OFFLINE}
        self.folders_known.emit(folders)
        self._watch_all()
        self._ask_presence()
        self.look()

    def _ask_presence(self) -> None:
        """Look everywhere where a folder went or came back; one that does not answer is asked once."""
        if self._library is not None and not self._is_asking_presence:
            self._is_asking_presence = True
            self._jobs.start(
                Lane.PRESENCE,
                self._library.folders.presence,
                on_done=self._hear_presence,
                on_failed=self._presence_failed,
            )

    def _hear_presence(self, presence: dict[int, object]) -> None:
        self._is_asking_presence = False
        former, self._presence = self._presence, presence
        if any(former.get(folder_id, now) != now for folder_id, now in presence.items()):
            self.look()

    def _presence_failed(self, error: Exception) -> None:
        self._is_asking_presence = False
        self.failed.emit(error)

    def _look_everywhere(self) -> None:
        self.look()

    def _set_paused(self, paused: bool) -> None:
        self._is_paused = paused
        if self._job is not None:
            if paused:
                self._job.pause()
            else:
                self._job.resume()
        self.paused_changed.emit(paused)
        if not paused:
            self._start()

    def _changed(self, result: object, on_done: Callable[..., object] | None) -> None:
        self._changes_under_way -= 1
        self._watch_all()
        self.photos_changed.emit()
        self.photos_arrived.emit()
        self._start()
        if on_done is not None:
            on_done(result)

    def _change_failed(self, error: Exception) -> None:
        self._changes_under_way -= 1
        self._start()
        self.failed.emit(error)

    def _start(self) -> None:
        nothing_to_do = self._waiting is not None and not self._waiting
        if self._library is None or self._is_paused or nothing_to_do:
            return
        if self._is_looking_closer and self._job is not None:
            self._job.cancel()
            self._job, self._is_looking_closer = None, False
        if not self.is_idle:
            return
        self._looked_at, self._waiting = self._waiting, set()
        accepted, self._accepted_losses = self._accepted_losses, set()
        self._job = self._jobs.start(
            Lane.INDEX,
            self._library.keep_up,
            self._looked_at,
            accepted,
            on_done=self._ended,
            on_failed=self._stopped,
            on_progress=self._hear,
        )

    def _hear(self, progress: Progress) -> None:
        self.progressed.emit(progress)
        now_s = time.monotonic()
        if progress.phase is Phase.EMBEDDING and now_s - self._refreshed_s > _BETWEEN_REFRESHES_S:
            self._refreshed_s = now_s
            self.photos_arrived.emit()

    def _ended(self, report: Report) -> None:
        self._job = None
        came_back = self._looked_at is None and bool(self._offline - report.offline.keys())
        newly_offline = report.offline.keys() - self._offline
        self._offline = set(report.offline) if self._looked_at is None else self._offline | report.offline.keys()
        have_other_paths = report.moved or report.found_again
        if report.changed or report.removed or have_other_paths or came_back or newly_offline or report.sidecars_read:
            self.photos_changed.emit()
        if report.embedded or report.reused or report.removed or have_other_paths or report.sidecars_read:
            self.photos_arrived.emit()
        self._watch_all()
        self._speeding_up.start()
        if report.sidecars_changed:
            self.noticed.emit(
                f"Another program changed the tags or stars of {photos_in_words(report.sidecars_changed)} that"
                f" photo-clip had written. Both are kept; see “Sidecars …” at Labels ({key_name('Ctrl+L')})."
            )
        if report.look_again_soon:
            self._another_look.start()
        self._start()
        if report.parts_wait:
            self._look_closer()
        self.finished.emit(report)
        for former, now in report.found_again.items():
            self.noticed.emit(f"“{printable(str(former))}” is “{printable(str(now))}” now. Its photos are all there.")
        for path in sorted(newly_offline):
            self.went_offline.emit(path, report.offline[path])

    def _look_closer(self) -> None:
        """Look for small things as long as there is nothing else to do."""
        if self._library is not None and self.is_idle and not self._is_paused:
            self._is_looking_closer = True
            self._job = self._jobs.start(
                Lane.INDEX,
                self._library.look_closer,
                on_done=self._looked_closer,
                on_failed=self._stopped,
                on_progress=self._hear,
            )

    def _looked_closer(self, count: int) -> None:
        self._job, self._is_looking_closer = None, False
        if count:
            self.photos_arrived.emit()
        self.finished.emit(Report(looked_closer=count))

    def _speed_up(self) -> None:
        if self._library is not None:
            self._jobs.start(Lane.INDEX, self._library.speed_up)

    def _stopped(self, error: Exception) -> None:
        self._job, self._is_looking_closer = None, False
        self.failed.emit(error)
        self._start()  # what changed meanwhile was not looked at

    def _take_changes(self) -> None:
        if self._watcher is None or self._library is None:
            return
        for sentence in self._library.models.notes.take_notices():
            self.noticed.emit(sentence)
        changed = self._watcher.take_settled(time.monotonic())
        if changed:
            ids = {self._folder_ids[path] for path in changed if path in self._folder_ids}
            self.look(ids if len(ids) == len(changed) else None)

    def _watch_all(self) -> None:
        """Watch what is to be watched, and again what was away with its drive; folders that went are let go."""
        if self._library is not None and self._watched is not None:
            self._jobs.start(Lane.SEARCH, _ids_of_folders, self._library, on_done=self._know)
            if self._watching is not None and not self._watching.has_begun:
                self._watching.cancel()
            self._watching = self._jobs.start(Lane.PRESENCE, self._watched.renew, on_done=self._tell_of_polled)

    def _know(self, folder_ids: dict[Path, int]) -> None:
        self._folder_ids = folder_ids
        self.folders_changed.emit()

    def _tell_of_polled(self, _: None) -> None:
        polled = {} if self._watcher is None else dict(self._watcher.polled)
        for path in sorted(polled.keys() - self._told_of):
            self.noticed.emit(f"“{printable(path.name)}” is looked at every minute: {polled[path]}.")
        self._told_of.update(polled)


def _add(library: Library, paths: Collection[Path]) -> AddedFolders:
    count, files, problem = 0, [], None
    for path in paths:
        if is_file(path):
            files.append(path)
            continue
        try:
            library.folders.add(path)
            count += 1
        except PhotoClipError as error:
            problem = problem or error
    return AddedFolders(count, files, problem)


def _ids_of_folders(library: Library) -> dict[Path, int]:
    return {folder.path: folder.id for folder in library.folders.all()}


class _Watched:
    """What is watched; a folder whose drive does not answer is left until it does."""

    def __init__(self, library: Library, watcher: FolderWatcher) -> None:
        self._library = library
        self._watcher = watcher
        self._paths: set[Path] = set()

    def renew(self) -> None:
        folders = self._library.folders.all()
        wanted = {folder.path for folder in folders}
        for path in self._paths - wanted:
            self._watcher.unwatch(path)
        self._paths = wanted
        for folder in folders:
            if self._library.folders.answers(folder):
                self._watcher.watch(folder.path)
