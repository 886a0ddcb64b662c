"""What happens to a library in use: folders that go and come, two programs at once, clocks, sessions, hostile files."""

import json
import os
import random
import shutil
import signal
import subprocess
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path

from photo_clip.core.settings import Settings, save_settings
from tests.benchmarks.faults.bench import DONE, LONGEST_S, PROGRAM, ROOT, TROUBLE, Bench, Row, demand, told
from tests.benchmarks.faults.ending import kill_all
from tests.chroma_server import chroma_server, free_port

_ODD_NAMES = (
    *(b"\xff\xfe not utf-8.jpg", b"new\nline.jpg", "cafe\u0301.jpg".encode(), "caf\xe9.jpg".encode()),
    *("\u202egpj.jpg".encode(), "\U0001f600.jpg".encode(), b"x" * 251 + b".jpg", b" leading and 'quotes\".jpg"),
)


def folders_away(bench: Bench, times: int) -> Row:
    """A folder is unplugged, empty, replaced or emptied in part: nothing of it is forgotten, and it comes back."""
    photos = bench.add_photos(40)
    bench.index()
    bench.tag("kept", *photos)
    before = bench.embedded()
    away = bench.root / "out of reach" / "photos"
    away.parent.mkdir()
    for number in range(times):
        bench.photos.rename(away)
        kind = number % 4
        if kind:
            bench.photos.mkdir()
        if kind == 2:
            for count in range(30):
                (bench.photos / f"other {count}.jpg").write_bytes(b"another drive")
        if kind == 3:
            for file in sorted(away.iterdir())[:20]:
                shutil.copy2(file, bench.photos / file.name)
        done = bench.run("index")
        told(done.stderr, "Offline")
        demand(bench.run("search", "red", "-n", "40").stdout.count("\n") == 40, "photos cannot be found any more")
        bench.check()
        shutil.rmtree(bench.photos, ignore_errors=True)
        away.rename(bench.photos)
        bench.index()
        status = bench.status()
        demand(status["folders"][0]["state"] == "online", "it did not come back")
        demand(status["photos"]["missing"] == 0, "photos are missing")
        demand(bench.embedded() == before, "photos were embedded again")
    bench.check()
    return Row("folder unplugged, empty, replaced, half emptied", times, "offline, still found; back without work")


def other_places(bench: Bench, times: int) -> Row:
    """Photos and folders move within a folder and between folders, and a folder is renamed, while all is closed."""
    other = bench.root / "other"
    other.mkdir()
    photos = bench.add_photos(30)
    bench.run("index", str(bench.photos), str(other))
    bench.tag("kept", *photos)
    before = bench.embedded()
    for number in range(times):
        files = sorted(each for folder in (bench.photos, other) for each in folder.rglob("*.jpg"))
        if number % 5 == 4:
            new = bench.root / f"photos {number}"
            bench.photos.rename(new)
            bench.photos = new
            told(bench.run("index").stderr, "Found again")
        else:
            for file in bench.random.sample(files, 12):
                target = bench.random.choice((bench.photos, other)) / f"sub {bench.random.randrange(3)}"
                target.mkdir(exist_ok=True)
                if number % 5 == 3:
                    shutil.copy2(file, target / f"{number} {file.name}")
                    file.unlink()
                else:
                    file.rename(target / f"{number} {file.name}")
            bench.run("index")
        demand(bench.embedded() == before, "a photo was embedded again")
        status = bench.status()["photos"]
        demand((status["embedded"], status["missing"]) == (30, 0), f"photos were taken for others: {status}")
    bench.photos.rename(other / "all of it")
    told(bench.run("index").stderr, "Found again")
    demand(bench.embedded() == before, "a photo was embedded again")
    demand(len(bench.status()["folders"]) == 1, "the two folders are not one")
    demand(bench.run("search", "tag:kept", "-n", "40").stdout.count("\n") == 30, "tags stayed behind")
    bench.check()
    return Row("photos, folders moved and renamed while closed", times + 1, "embedding and tags went with them")


def copied_first(bench: Bench, times: int) -> Row:
    """Photos are copied to another watched folder, looked at there, read or not, and then deleted where they were."""
    places = [bench.photos, bench.root / "other"]
    places[1].mkdir()
    photos = bench.add_photos(20)
    bench.run("index", *map(str, places))
    bench.tag("kept", *photos)
    before = bench.embedded()
    for number in range(times):
        here, there = places[number % 2], places[1 - number % 2]
        for file in here.iterdir():
            shutil.copy2(file, there / f"{number} {file.name}")
        bench.index()
        for file in here.iterdir():
            file.unlink()
        bench.run("index")
        bench.run("folders", "gone", str(here))
        demand(bench.run("search", "tag:kept", "-n", "40").stdout.count("\n") == 20, "tags stayed behind")
        demand(bench.embedded() == before, "a photo was embedded again")
    bench.check()
    return Row("photos copied, looked at, then deleted where they were", times, "tags went with the copies")


def odd_names(bench: Bench, _times: int) -> Row:
    """File names of any bytes, and links in circles."""
    made = bench.add_photos(len(_ODD_NAMES))
    for file, name in zip(made, _ODD_NAMES, strict=True):
        os.rename(file, os.fsencode(bench.photos) + b"/" + name)  # noqa: PTH104
    deep = bench.photos
    for _ in range(12):
        deep = deep / ("deep " * 10).strip()
    bench.add_photos(1, deep)
    (deep / "circle").symlink_to(bench.photos)
    (bench.photos / "twice").symlink_to(deep)
    bench.index()
    bench.check()
    status = bench.status()["photos"]
    demand(status["embedded"] == len(_ODD_NAMES) + 1, f"not every photo is there: {status}")
    found = json.loads(bench.run("search", "red", "--json").stdout)
    demand(len(found) == len(_ODD_NAMES) + 1, "not every photo is found")
    demand(bench.run("index", str(bench.photos)).stdout.startswith("Photos: 0 embedded"), "one was embedded twice")
    return Row("names of any bytes, deep folders, links in circles", len(_ODD_NAMES) + 3, "each photo is there once")


def two_programs(bench: Bench, times: int) -> Row:
    """The window and the command line at once: one writes, the other says who does, and both can search."""
    bench.add_photos(10)
    bench.index()
    for _ in range(times):
        bench.add_photos(10)
        window = bench.start()
        holder = bench.library / "library.holder"
        try:
            while not (holder.exists() and "window" in holder.read_text(encoding="utf-8")):
                demand(window.poll() is None, "the window ended")
                bench.run("status")
            told(bench.run("index", ends=TROUBLE).stderr, "in use by the window", "Close it there")
            second = bench.start()
            bench.run("search", "red")
            while bench.status()["photos"]["embedded"] < len(list(bench.photos.iterdir())):
                demand(window.poll() is None, "the window ended")
            second.terminate()
            second.communicate(timeout=LONGEST_S)
        finally:
            window.send_signal(signal.SIGTERM)
            _, err = window.communicate(timeout=LONGEST_S)
        demand(window.returncode == DONE, f"the window ended with {window.returncode}: {err}")
        demand("Traceback" not in err, err)
        demand(not (bench.library / "index" / "in-use").exists(), "the index was not closed")
        bench.check()
    bench.check_index_agrees()
    return Row("two windows, window and command line", times, "the second is told who holds it; both search")


def two_users(bench: Bench, times: int) -> Row:
    """Two users index the same photos at the same time, each in a library of their own; nobody else can read one."""
    for number in range(times):
        bench.add_photos(30)
        other = {**bench.environment(), "PHOTO_CLIP_HOME": str(bench.root / "library of another")}
        command = [*PROGRAM, "index", str(bench.photos)]
        with subprocess.Popen(
            command, env=other, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        ) as process:
            bench.index()
            _, err = process.communicate(timeout=LONGEST_S)
        demand(process.returncode == DONE, f"the other user's ended with {process.returncode}: {err}")
        status = bench.run("--library", other["PHOTO_CLIP_HOME"], "status", "--json").stdout
        demand(json.loads(status)["photos"]["embedded"] == 30 * (number + 1), f"not every photo is there: {status}")
    bench.check_index_agrees()
    for file in (bench.library, *bench.library.rglob("*")):
        demand(file.stat().st_mode & 0o077 == 0, f"others may read {file}")
    return Row("two users, the same photos", times, "each has a library; none can read the other's")


def index_servers(bench: Bench, times: int) -> Row:
    """The Chroma server of the index is killed in the middle, is gone, comes back, and comes back empty."""
    port, kept = free_port(), bench.root / "server"
    save_settings(bench.library / "settings.json", Settings(index_server_url=f"http://127.0.0.1:{port}"))
    bench.add_photos(50)
    for _ in range(times):
        with chroma_server(kept, port):
            process = _embedding(bench, 200)
        _, err = process.communicate(timeout=LONGEST_S)
        demand(process.returncode == DONE, f"it ended with {process.returncode}: {err}")
        told(err, "search server", "cannot be used")
        demand(bench.run("search", "red", "-n", "10").stdout.count("\n") == 10, "photos cannot be found any more")
        bench.check()
        kept = bench.random.choice((kept, bench.root / f"server {bench.random.random()}"))
        with chroma_server(kept, port):
            bench.index()
            demand(bench.in_chroma(port) == bench.in_catalogue(), "the server does not hold what the catalogue does")
    return Row("search server killed, gone, back, back but empty", times, "a sentence; search goes on; it catches up")


def killed_windows(bench: Bench, times: int) -> Row:
    """kill -9 of the window while it follows its folders."""
    bench.add_photos(10)
    bench.index()
    killed = 0
    for _ in range(times):
        bench.add_photos(20)
        window = bench.start()
        try:
            window.wait(bench.random.uniform(1, 8))
        except subprocess.TimeoutExpired:
            killed += 1
        kill_all(window)
        window.communicate()
        bench.check()
    bench.check_index_agrees()
    return Row("kill -9 of the window", killed, "opened each time, index and catalogue agree")


def _embedding(bench: Bench, count: int) -> "subprocess.Popen[str]":
    """Return the program while it embeds as many new photos."""
    bench.add_photos(count)
    process = bench.start("index", str(bench.photos))
    assert process.stderr is not None
    for line in process.stderr:
        if line.startswith("Embedding"):
            break
    return process


def ended_sessions(bench: Bench, times: int) -> Row:
    """The session ends (SIGTERM) while photos are indexed."""
    for _ in range(times):
        process = _embedding(bench, 200)
        os.killpg(process.pid, signal.SIGTERM)
        process.communicate(timeout=LONGEST_S)
        demand(process.returncode == 130, f"it ended with {process.returncode}")
        bench.check()
    bench.check_index_agrees()
    return Row("log-out while indexing", times, "what was done is kept; the next run goes on")


def sleeps(bench: Bench, times: int) -> Row:
    """All processes stand still for a while in the middle, and go on, as when a computer sleeps."""
    for _ in range(times):
        process = _embedding(bench, 60)
        os.killpg(process.pid, signal.SIGSTOP)
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGCONT)
        process.communicate(timeout=LONGEST_S)
        demand(process.returncode == DONE, f"it ended with {process.returncode}")
        demand(bench.status()["photos"]["skipped"] == 0, "photos were skipped")
        bench.check()
    bench.check_index_agrees()
    return Row("sleep and resume while indexing", times, "went on")


def clocks(bench: Bench, _times: int) -> Row:
    """The clock is years behind, then years ahead."""
    ahead = (-40 * 365 * 86400, -3600, 3600, 10 * 365 * 86400)
    for seconds in ahead:
        photos = bench.add_photos(5)
        bench.run("index", str(bench.photos), faults=(f"clock:{seconds}",))
        bench.run("tags", "add", f"at {seconds}", *map(str, photos), faults=(f"clock:{seconds}",))
        bench.check()
    status = bench.status()["photos"]
    demand(status["embedded"] == 5 * len(ahead), f"not every photo is there: {status}")
    demand(bench.run("tags", "list").stdout.count("\n") == len(ahead), "a tag is not there")
    bench.run("tags", "undo")
    bench.check_index_agrees()
    return Row("clock going backwards, and years ahead", len(ahead), "all the same")


def hostile_files(bench: Bench, source: Path | None, times: int) -> Row:
    """Photos with flipped, cut and repeated bytes, and a collection of files that harm careless decoders."""
    chosen = random.Random(3)
    made = bench.add_photos(20)
    for number in range(times):
        content = bytearray(made[number % len(made)].read_bytes())
        for _ in range(chosen.randrange(1, 20)):
            at = chosen.randrange(len(content))
            content[at : at + chosen.randrange(1, 9)] = chosen.randbytes(chosen.randrange(0, 9))
        ending = chosen.choice(("jpg", "png", "heic", "tif", "webp", "gif", "dng", "avif"))
        file = bench.photos / f"hostile {number}.{ending}"
        file.write_bytes(content)
        os.utime(file, (1.5e9, 1.5e9))
    if source is not None and source.is_dir():
        shutil.copytree(source, bench.photos / "collection", symlinks=True)
    elif source is not None:
        with tarfile.open(source) as archive:
            archive.extractall(bench.photos / "collection", filter="data")
    bench.index()
    bench.check()
    status = bench.status()["photos"]
    demand(status["waiting"] == 0, f"photos were left waiting: {status}")
    count = status["photos"] - len(made)
    return Row(
        "hostile files", count, f"{status['embedded'] - len(made)} embedded, {status['skipped']} skipped with a reason"
    )


def all_lives(new_bench: Callable[[str], Bench], share: float, hostile: Path | None) -> Iterator[Callable[[], Row]]:
    """Yield what makes each row."""

    def times(most: int) -> int:
        return max(2, round(most * share))

    yield lambda: folders_away(new_bench("away"), max(4, times(12)))
    yield lambda: other_places(new_bench("places"), max(5, times(15)))
    yield lambda: copied_first(new_bench("copied"), times(4))
    yield lambda: odd_names(new_bench("names"), 1)
    yield lambda: two_programs(new_bench("two"), times(3))
    yield lambda: two_users(new_bench("users"), times(3))
    yield lambda: index_servers(new_bench("servers"), times(6))
    yield lambda: killed_windows(new_bench("window"), times(10))
    yield lambda: ended_sessions(new_bench("sessions"), times(4))
    yield lambda: sleeps(new_bench("sleep"), times(2))
    yield lambda: clocks(new_bench("clocks"), 1)
    yield lambda: hostile_files(new_bench("hostile"), hostile, times(300))
