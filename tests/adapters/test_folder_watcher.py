"""The watcher hears what happens on the real disk, and says when it cannot."""

import ctypes
import os
import shutil
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver

from photo_clip.adapters import folder_watcher
from photo_clip.adapters.drive_kinds import EJECTABLE, NETWORK_DRIVE
from photo_clip.adapters.folder_watcher import LIMIT_REACHED, DirectoryWatcher

HEARD_WITHIN_S = 10.0


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    (folder / "deep" / "er").mkdir(parents=True)
    (folder / "deep" / "a.jpg").write_bytes(b"a")
    (folder / "notes.txt").write_bytes(b"n")
    return folder


@pytest.fixture
def watcher(folder: Path) -> Iterator[DirectoryWatcher]:
    watcher = DirectoryWatcher()
    watcher.watch(folder)
    yield watcher
    watcher.close()


class Asker:
    """Asks a watcher in a time of its own, so that nothing has to be waited for but the system's notes."""

    def __init__(self, watcher: DirectoryWatcher) -> None:
        self._watcher = watcher
        self._now_s = 0.0

    def settled(self, after_s: float = 0.0) -> set[Path]:
        self._now_s += after_s
        return self._watcher.take_settled(self._now_s)

    def hears(self, folder: Path) -> bool:
        """Whether the folder is told as changed before the real time for it is over."""
        until_s = time.monotonic() + HEARD_WITHIN_S
        while time.monotonic() < until_s:
            if folder in self.settled(2.0):
                return True
            threading.Event().wait(0.005)
        return False


def hears_nothing_before(asker: Asker, folder: Path, marker: Path) -> bool:
    """Whether all that happened before `marker`, a folder beside, was written to went unheard."""
    (marker / "marker.jpg").write_bytes(b"m")
    until_s = time.monotonic() + HEARD_WITHIN_S
    heard: set[Path] = set()
    while marker not in heard and time.monotonic() < until_s:
        heard |= asker.settled(2.0)
        threading.Event().wait(0.005)
    assert marker in heard
    return folder not in heard


def write_new(folder: Path) -> None:
    (folder / "b.jpg").write_bytes(b"b")


def write_to(folder: Path) -> None:
    with (folder / "deep" / "a.jpg").open("ab") as file:
        file.write(b"more")


def rename(folder: Path) -> None:
    (folder / "deep" / "a.jpg").rename(folder / "b.jpg")


def delete(folder: Path) -> None:
    (folder / "deep" / "a.jpg").unlink()


def delete_subfolder(folder: Path) -> None:
    shutil.rmtree(folder / "deep")


def move_subfolder_in(folder: Path) -> None:
    outside = folder.parent / "outside"
    outside.mkdir()
    (outside / "c.jpg").write_bytes(b"c")
    outside.rename(folder / "inside")


def write_in_new_subfolder(folder: Path) -> None:
    (folder / "new").mkdir()
    (folder / "new" / "c.jpg").write_bytes(b"c")


def give_no_media(folder: Path) -> None:
    (folder / "deep" / ".nomedia").touch()


def write_sidecar(folder: Path) -> None:
    (folder / "a.jpg.xmp").write_bytes(b"x")


@pytest.mark.parametrize(
    "change",
    [
        *(write_new, write_to, rename, delete, delete_subfolder, move_subfolder_in, write_in_new_subfolder),
        *(give_no_media, write_sidecar, shutil.rmtree),
    ],
    ids=lambda change: change.__name__,
)
def test_a_change_is_heard_of(watcher: DirectoryWatcher, folder: Path, change: Callable[[Path], Any]) -> None:
    change(folder)
    assert Asker(watcher).hears(folder)


def read_photos(folder: Path) -> None:
    for file in folder.rglob("*.*"):
        file.read_bytes()
    list(os.scandir(folder))


def write_no_photo(folder: Path) -> None:
    (folder / "notes.txt").write_bytes(b"more notes")
    (folder / "catalogue.db-journal").write_bytes(b"x")
    if sys.platform != "win32":  # which does not tell whether a folder went
        (folder / "catalogue.db-journal").unlink()


def write_hidden(folder: Path) -> None:
    (folder / ".thumbnails").mkdir()
    (folder / ".thumbnails" / "a.jpg").write_bytes(b"x")
    (folder / "._a.jpg").write_bytes(b"x")


@pytest.mark.parametrize("no_change", [read_photos, write_no_photo, write_hidden], ids=lambda change: change.__name__)
def test_what_is_not_about_photos_is_not_told(
    watcher: DirectoryWatcher, folder: Path, tmp_path: Path, no_change: Callable[[Path], None]
) -> None:
    marker = tmp_path / "marker"
    marker.mkdir()
    watcher.watch(marker)
    no_change(folder)
    assert hears_nothing_before(Asker(watcher), folder, marker)


@pytest.mark.skipif(sys.platform != "linux", reason="names are text on other systems")
def test_a_name_of_any_bytes_is_heard_of(watcher: DirectoryWatcher, folder: Path) -> None:
    (folder / os.fsdecode(b"latin-\xe9.jpg")).write_bytes(b"x")
    assert Asker(watcher).hears(folder)


def test_two_folders_are_told_apart(watcher: DirectoryWatcher, folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    watcher.watch(other)
    write_new(folder)
    asker = Asker(watcher)
    assert asker.hears(folder)
    assert other not in asker.settled(20)


def test_a_folder_that_is_not_watched_any_more_is_not_told(
    watcher: DirectoryWatcher, folder: Path, tmp_path: Path
) -> None:
    marker = tmp_path / "marker"
    marker.mkdir()
    watcher.watch(marker)
    watcher.unwatch(folder)
    watcher.unwatch(folder)
    write_new(folder)
    assert hears_nothing_before(Asker(watcher), folder, marker)


def test_a_folder_that_is_not_there_is_left_alone(watcher: DirectoryWatcher, tmp_path: Path) -> None:
    watcher.watch(tmp_path / "missing")
    assert Asker(watcher).settled(100) == set()
    assert watcher.polled == {}


def test_a_drive_that_went_and_came_back_is_heard_again(watcher: DirectoryWatcher, folder: Path) -> None:
    asker = Asker(watcher)
    shutil.rmtree(folder)
    assert asker.hears(folder)
    folder.mkdir()
    watcher.watch(folder)
    assert asker.hears(folder)  # what happened in between was not heard, so it is told at once
    assert asker.settled(100) == set()
    write_new(folder)
    assert asker.hears(folder)


@pytest.mark.skipif(sys.platform != "linux", reason="tells of Linux")
def test_a_drive_that_was_unmounted_and_mounted_again_unnoticed_is_heard_again(
    watcher: DirectoryWatcher, folder: Path
) -> None:
    asker = Asker(watcher)
    for descriptor, number in folder_watcher._kernel_watches():  # as unmounting does, without a word
        ctypes.CDLL(None).inotify_rm_watch(int(descriptor), number)
    watcher.watch(folder)
    assert asker.hears(folder)
    assert asker.settled(100) == set()
    write_new(folder)
    assert asker.hears(folder)


def test_watching_twice_is_watching_once(watcher: DirectoryWatcher, folder: Path) -> None:
    before = threading.active_count()
    watcher.watch(folder)
    assert threading.active_count() == before
    assert Asker(watcher).settled(100) == set()


def test_closing_ends_every_thread_and_twice_is_once(folder: Path) -> None:
    before = set(threading.enumerate())
    watcher = DirectoryWatcher()
    watcher.watch(folder)
    assert set(threading.enumerate()) != before
    watcher.close()
    watcher.close()
    assert set(threading.enumerate()) == before
    watcher.watch(folder)
    assert set(threading.enumerate()) == before
    assert watcher.take_settled(1000) == set()


def test_closing_waits_for_no_drive_that_does_not_answer(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder_watcher, "_LONGEST_END_S", 0.01)
    watcher, asked, answers = DirectoryWatcher(), threading.Event(), threading.Event()

    def hang(*_: object) -> None:
        asked.set()
        answers.wait(30)

    monkeypatch.setattr(folder_watcher, "poll_reason", hang)
    watching = threading.Thread(target=watcher.watch, args=(folder,), daemon=True)
    watching.start()
    assert asked.wait(5)
    watcher.close()
    assert watching.is_alive()
    answers.set()
    watching.join(5)
    watcher.close()


def test_nothing_starts_before_there_is_something_to_watch() -> None:
    before = threading.active_count()
    watcher = DirectoryWatcher()
    assert threading.active_count() == before
    watcher.close()


class Pretender:
    """An observer that sends what the test tells it to, and refuses what it is told to refuse."""

    def __init__(self, *, refuses_after: int = 1000) -> None:
        self._inner = Observer()
        self._left = refuses_after
        self.handlers: dict[str, Any] = {}

    def schedule(self, handler: Any, path: str, **options: Any) -> Any:
        if not self._left:
            raise OSError(28, "inotify watch limit reached")
        self._left -= 1
        self.handlers[path] = handler
        return self._inner.schedule(handler, path, **options)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)


@pytest.fixture
def touch(folder: Path) -> Iterator[Callable[[], Any]]:
    """A watcher whose folder changes when it is called, with the watcher as its attribute."""
    pretender = Pretender()
    watcher = DirectoryWatcher(lambda: pretender)  # type: ignore[arg-type, return-value]
    watcher.watch(folder)

    def change() -> None:
        from watchdog.events import FileModifiedEvent

        pretender.handlers[str(folder)].dispatch(FileModifiedEvent(str(folder / "deep" / "a.jpg")))

    change.watcher = watcher  # type: ignore[attr-defined]
    yield change
    watcher.close()


def test_a_folder_is_told_once_it_is_quiet(touch: Any, folder: Path) -> None:
    touch()
    assert touch.watcher.take_settled(100.0) == set()
    assert touch.watcher.take_settled(101.0) == set()
    touch()
    assert touch.watcher.take_settled(101.6) == set()
    assert touch.watcher.take_settled(103.0) == set()
    assert touch.watcher.take_settled(103.2) == {folder}
    assert touch.watcher.take_settled(200.0) == set()


def test_a_folder_that_never_rests_is_told_all_the_same(touch: Any, folder: Path) -> None:
    told_s = []
    for tenth in range(250):
        touch()
        if touch.watcher.take_settled(tenth / 10):
            told_s.append(tenth / 10)
    assert told_s == [10.0, 20.1]


def test_lost_events_count_as_a_change_everywhere(touch: Any, folder: Path) -> None:
    import logging

    logging.getLogger("watchdog.observers.inotify_c").warning("Inotify queue overflowed; filesystem events were lost")
    asker = Asker(touch.watcher)
    asker.settled()
    assert asker.settled(2.0) == {folder}


@pytest.mark.parametrize("refuses_after", [0, 1], ids=["the folder", "a folder below it"])
def test_what_the_system_cannot_watch_is_told_every_minute(folder: Path, refuses_after: int) -> None:
    watcher = DirectoryWatcher(lambda: Pretender(refuses_after=refuses_after))  # type: ignore[arg-type, return-value]
    demand_polled(watcher, folder, LIMIT_REACHED)


def demand_polled(watcher: DirectoryWatcher, folder: Path, reason: str) -> None:
    """Watch a folder, twice, and see that it is told of every minute until it is let go; close the watcher."""
    watcher.watch(folder)
    watcher.watch(folder)
    assert watcher.polled == {folder: reason}
    asker = Asker(watcher)
    told = [asker.settled(10.0) for _ in range(15)]
    assert [bool(each) for each in told].count(True) == 2
    watcher.unwatch(folder)
    assert watcher.polled == {}
    watcher.close()


def test_a_system_without_any_watching_left_is_polled(folder: Path) -> None:
    def none_left() -> BaseObserver:
        raise OSError(24, "inotify instance limit reached")

    watcher = DirectoryWatcher(none_left)
    watcher.watch(folder)
    assert watcher.polled == {folder: LIMIT_REACHED}
    watcher.close()


def test_a_network_drive_is_polled_beside_its_own_notes(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder_watcher, "poll_reason", lambda folder, device: NETWORK_DRIVE)
    watcher = DirectoryWatcher()
    watcher.watch(folder)
    assert watcher.polled == {folder: NETWORK_DRIVE}
    write_new(folder)
    assert Asker(watcher).hears(folder)
    watcher.close()


def test_a_drive_that_can_be_ejected_is_polled_and_nothing_keeps_it_busy(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folder_watcher, "poll_reason", lambda folder, device: EJECTABLE)
    demand_polled(DirectoryWatcher(lambda: pytest.fail("it is listened to")), folder, EJECTABLE)


def test_a_folder_of_this_computer_is_not_polled(watcher: DirectoryWatcher) -> None:
    assert watcher.polled == {}
