"""What happens to a window that is in use meanwhile: it goes on, and its thread is never late for long."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

from photo_clip.core.settings import Settings, save_settings
from tests.benchmarks.beside import Beside
from tests.benchmarks.faults.bench import DONE, LONGEST_S, ROOT, Bench, Row, demand
from tests.benchmarks.faults.disks import disk, fill
from tests.benchmarks.heart import LONG_MS, Beat, read_diary
from tests.chroma_server import chroma_server, free_port

_EACH_TIME = 60
_POLL_S = 0.1


class Window:
    """A window over a bench's library, used without end, and what notes beside it what the system did."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._diary, self._notes = bench.root / "diary", bench.root / "notes"
        self._heard = 0
        self._process = bench.start(faults=(f"heart:{self._diary}", "hands"))
        self._beside = subprocess.Popen(
            [sys.executable, "-m", "tests.benchmarks.beside", str(self._process.pid), str(self._notes)],
            env=bench.environment(),
            cwd=ROOT,
        )
        self.wait_for("it beats", lambda: self._diary.exists() and read_diary(self._diary)[0] > 0)

    def wait_for(self, what: str, is_so: Callable[[], object]) -> None:
        """FaultError where it does not come to that."""
        latest_s = time.monotonic() + LONGEST_S
        while not is_so():
            demand(self._process.poll() is None, f"the window ended before {what}")
            demand(time.monotonic() < latest_s, f"it never came to that: {what}")
            time.sleep(_POLL_S)

    def wait_until_level(self, while_what: str) -> None:
        """Wait until the library is what lies on disk, each photo embedded or skipped; no stall may have been."""
        on_disk = {os.fsencode(each.relative_to(self._bench.photos)) for each in _files(self._bench.photos)}

        def is_level() -> bool:
            with self._bench.rows() as rows:
                known = rows(
                    """SELECT p.relative_path FROM photos p JOIN folders f ON f.id = p.folder_id
                       LEFT JOIN embeddings e ON e.content_id = p.content_id
                       WHERE p.missing_since_s IS NULL AND f.state = 'online' AND (p.skip_reason <> '' OR e.id > 0)"""
                )
            return {path for (path,) in known} == on_disk

        self.wait_for(f"the library is level after {while_what}", is_level)
        self.demand_no_stall(while_what)

    def demand_no_stall(self, while_what: str) -> None:
        """FaultError where the window stood still since the last time this was asked, for longer than is allowed."""
        _, late = read_diary(self._diary)
        new, self._heard = late[self._heard :], len(late)
        for beat in self._corrected(new):
            demand(
                beat.own_ms <= LONG_MS,
                f"{while_what}: the window stood still for {beat.own_ms:.0f} of {beat.late_ms:.0f} ms, at\n"
                + beat.doing,
            )

    def _corrected(self, late: Sequence[Beat]) -> list[Beat]:
        """Return beats with the time, too, for which a thread that kept Python was not let run."""
        if not late or not self._notes.exists():
            return list(late)
        notes, window = Beside.read(self._notes), self._process.pid  # the window's thread bears the process's number
        return [replace(each, waited_ms=each.waited_ms + notes.waited_ms(each, window)) for each in late]

    def models(self) -> list[int]:
        """Return the processes that the window started and that have loaded a model."""
        found = []
        for task in Path(f"/proc/{self._process.pid}/task").iterdir():
            with suppress(OSError):  # it ended meanwhile
                started = map(int, (task / "children").read_text().split())
                found += [number for number in started if "onnxruntime" in Path(f"/proc/{number}/maps").read_text()]
        return found

    def end(self) -> None:
        """End the session; the window ends properly."""
        self._process.send_signal(signal.SIGTERM)
        _, told = self._process.communicate(timeout=LONGEST_S)
        self._beside.wait(LONGEST_S)
        demand(self._process.returncode == DONE, f"the window ended with {self._process.returncode}: {told}")
        demand("Traceback" not in told, told)

    def in_words(self) -> str:
        """Return how the heart beat."""
        count, late = read_diary(self._diary)
        own_ms = max((beat.own_ms for beat in self._corrected(late)), default=0.0)
        held_ms = max((beat.late_ms for beat in late), default=0.0)
        return (
            f"went on; its thread was {own_ms:.0f} ms late at most in {count:,} beats, and {held_ms:.0f} with what the"
            " system gave to other programs"
        )

    def kill(self) -> None:
        for process in (self._process, self._beside):
            if process.poll() is None:
                process.kill()
                process.communicate()


@contextmanager
def _window(bench: Bench) -> Iterator[Window]:
    window = Window(bench)
    try:
        yield window
        window.end()
    finally:
        window.kill()


def used_windows(bench: Bench, times: int) -> Row:
    """Photos come, move, go and are hostile, and their drive is unplugged and back, while people search."""
    bench.add_photos(_EACH_TIME)
    bench.index()
    away = bench.root / "out of reach" / "photos"
    away.parent.mkdir()
    with _window(bench) as window:
        window.wait_until_level("its start")
        for number in range(times):
            bench.add_photos(_EACH_TIME)
            window.wait_until_level("photos that came")

            files = bench.random.sample(_files(bench.photos), 25)
            new = bench.photos / f"moved {number}"
            new.mkdir()
            for file in files[:20]:
                file.rename(new / file.name)
            for file in files[20:]:
                file.unlink()
            window.wait_until_level("photos that moved and went")

            bench.photos.rename(away)
            window.wait_for("the folder is offline", lambda: _state(bench) == "offline")
            away.rename(bench.photos)
            window.wait_until_level("a drive that was unplugged")

            for each, photo in enumerate(bench.random.sample(sorted(bench.photos.glob("*.jpg")), 20)):
                content = bytearray(photo.read_bytes())
                at = bench.random.randrange(len(content))
                content[at : at + 300] = bench.random.randbytes(300)
                ending = bench.random.choice(("jpg", "png", "heic", "tif", "webp", "dng"))
                hostile = bench.photos / f"hostile {number} {each}.{ending}"
                hostile.write_bytes(content)
                os.utime(hostile, (1.5e9, 1.5e9))
            window.wait_until_level("hostile files")
    bench.check()
    bench.check_index_holds()
    return Row(
        "below a window in use: photos come, move, go, are hostile, their drive is unplugged",
        4 * times,
        window.in_words(),
    )


def windows_without_room(bench: Bench, times: int) -> Row:
    """The disk of the library is full while a window indexes; it goes on when there is room."""
    with disk(bench.library, "80m"):
        bench.add_photos(_EACH_TIME)
        bench.index()
        with _window(bench) as window:
            window.wait_until_level("its start")
            for _ in range(times):
                filler = fill(bench.library, leave=bench.random.randrange(4096, 200_000))
                bench.add_photos(_EACH_TIME)
                window.wait_for("the disk is full", lambda: os.statvfs(bench.library).f_bavail * 4096 < 40_000)
                window.demand_no_stall("a disk that filled")
                filler.unlink()
                bench.add_photos(1)
                window.wait_until_level("a disk that was full")
        bench.check()
        bench.index()  # an index that had no room is made anew at the next start
        bench.check_index_holds()
    return Row("below a window in use: the disk of the library is full", times, window.in_words())


def windows_without_server(bench: Bench, times: int) -> Row:
    """The Chroma server of the index is killed while a window indexes and searches, and comes back."""
    port, kept = free_port(), bench.root / "server"
    save_settings(bench.library / "settings.json", Settings(index_server_url=f"http://127.0.0.1:{port}"))
    bench.add_photos(_EACH_TIME)
    with chroma_server(kept, port):
        bench.index()
    with _window(bench) as window:
        for _ in range(times):
            with chroma_server(kept, port):
                bench.add_photos(_EACH_TIME)
                window.wait_until_level("photos that came")
            bench.add_photos(_EACH_TIME)
            window.wait_until_level("a server that went")
    with chroma_server(kept, port):
        bench.index()
        demand(bench.in_chroma(port) == bench.in_catalogue(), "the server does not hold what the catalogue does")
    return Row("below a window in use: the search server goes and comes", times, window.in_words())


def windows_without_model(bench: Bench, times: int) -> Row:
    """The process that computes with the model is killed, as a system does where memory runs out, and comes back."""
    bench.add_photos(_EACH_TIME)
    bench.index()
    with _window(bench) as window:
        window.wait_until_level("its start")
        for _ in range(times):
            window.wait_for("the model is loaded", window.models)
            bench.add_photos(_EACH_TIME)
            time.sleep(bench.random.uniform(2.0, 4.5))  # files that are new are looked at when they have settled
            for model in window.models():
                os.kill(model, signal.SIGKILL)
            bench.add_photos(1)
            window.wait_until_level("a model that was killed")
    bench.check()
    bench.check_index_holds()
    return Row("below a window in use: the model's process is killed", times, window.in_words())


def _files(folder: Path) -> list[Path]:
    return sorted(each for each in folder.rglob("*") if each.is_file())


def _state(bench: Bench) -> str:
    with bench.rows() as rows:
        return str(rows("SELECT state FROM folders")[0][0])


def all_windows(new_bench: Callable[[str], Bench], share: float) -> Iterator[Callable[[], Row]]:
    """Yield what makes each row."""

    def times(most: int) -> int:
        return max(1, round(most * share))

    yield lambda: used_windows(new_bench("used"), times(3))
    yield lambda: windows_without_room(new_bench("used-full"), times(3))
    yield lambda: windows_without_server(new_bench("used-server"), times(3))
    yield lambda: windows_without_model(new_bench("used-model"), times(6))
