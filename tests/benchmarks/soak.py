"""Lets the program live through random adds, moves, deletes, searches, tags and kills, against what must be true.

python -m tests.benchmarks soak --minutes 60
python -m tests.benchmarks soak --minutes 30 --kills 0

One process holds the library all the time, as the window does, and is told what to do; now and then it is killed, and
another one takes over; without kills, one process shows whether it grows. Beside it, files come, move and go. After
each round the library must hold exactly what lies on disk, each tag must be with its photo, nothing may have been
embedded twice, and the index must be no larger than the photos need. A line a minute tells memory, open files, threads
and the sizes of what is kept.
"""

import argparse
import gc
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import psutil

from tests.benchmarks.faults.bench import Bench, demand

_WORDS = ("red", "a green hill", "blue -sky", "is:favourite", "size:<1mp", "similar", "night")
_MOST_PHOTOS = 400


def hold_library(folder: Path) -> None:
    """Do what is read from standard input, a JSON list a line, and answer each with a JSON value."""
    from photo_clip.opening import open_library, places_for
    from photo_clip.terminal import run_task

    library = open_library(places_for(folder), holder="the soak")
    sys.stderr = open(os.devnull, "w")  # noqa: SIM115, PTH123 - progress is of no interest
    try:
        for line in sys.stdin:
            name, *arguments = json.loads(line)
            answer: Any = None
            if name == "index":
                report = run_task(library.keep_up(None, [each.id for each in library.folders.all()]))
                answer = report.embedded
            elif name == "search":
                answer = len(library.searcher.search(arguments[0], 50))
            elif name == "tag":
                photo = library.catalog.photo_at(Path(arguments[0]))
                if photo is not None and photo.content_hash is not None:
                    library.tagger.decide([photo.id], arguments[1], True)
                    answer = photo.id
            elif name == "undo":
                answer = library.tagger.undo() is not None
            elif name == "forget":
                answer = library.forget_missing()
            elif name == "sizes":
                gc.collect()
                key = library.models.active_key()
                index = 0 if library.index is None else library.index.size(key)
                trouble = library.neighbours.index_trouble
                answer = [index, library.catalog.embeddings.count(key), "" if trouble is None else trouble.sentence]
            print(json.dumps(answer), flush=True)
    finally:
        library.close()


class Holder:
    """The process that holds the library."""

    def __init__(self, bench: Bench) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.benchmarks.soak", "--hold", str(bench.library)],
            env=bench.environment(),
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # of a process that was killed, those it started complain
        )

    def ask(self, *words: str, killed_after_s: float | None = None) -> Any:
        """Return the answer; None where the process was killed before it gave one."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(words) + "\n")
        self.process.stdin.flush()
        if killed_after_s is not None:
            try:
                self.process.wait(killed_after_s)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        line = self.process.stdout.readline()
        demand(line or killed_after_s is not None, f"the process ended at {words}")
        return json.loads(line) if line else None

    def end(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait(120)

    def open_files(self) -> int:
        """Return how many files the process has open; on Windows, handles of any kind."""
        own = psutil.Process(self.process.pid)
        return int(own.num_handles() if sys.platform == "win32" else own.num_fds())

    def memory_mb(self) -> float:
        """Return what the process and those that it started hold, each for itself."""
        family = psutil.Process(self.process.pid)
        return sum(each.memory_info().rss for each in (family, *family.children(recursive=True))) / 1e6


class World:
    """The files, and what the library must know of them."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.random = bench.random
        self.folders = [bench.root / name for name in ("photos", "other photos")]
        for folder in self.folders:
            folder.mkdir()
        self.tags: dict[str, set[str]] = {}
        """Of each photo, by its content, which no other one has."""
        self.content: dict[Path, str] = {}
        for _ in range(10):
            self.add()

    def add(self) -> None:
        folder = self.random.choice(self.folders) / self.random.choice(("", "a", "b/c"))
        for file in self.bench.add_photos(self.random.randrange(4, 20), folder):
            self.content[file] = file.name

    def move(self) -> None:
        for file in self.random.sample(sorted(self.content), min(len(self.content), 6)):
            target = self.random.choice(self.folders) / f"moved {self.random.randrange(4)}" / file.name
            target.parent.mkdir(exist_ok=True)
            if target not in self.content:
                file.rename(target)
                self.content[target] = self.content.pop(file)

    def delete(self) -> None:
        most = max(6, len(self.content) - _MOST_PHOTOS)
        for file in self.random.sample(sorted(self.content), min(len(self.content), most)):
            file.unlink()
            self.tags.pop(self.content.pop(file), None)

    def check(self) -> None:
        """The library holds exactly what lies on disk, and each photo has its tags."""
        bench = self.bench
        with bench.rows() as rows:
            demand(rows("PRAGMA integrity_check") == [("ok",)], "the catalogue is damaged")
            shown = {
                Path(os.fsdecode(folder), os.fsdecode(path)): photo_id
                for folder, path, photo_id in rows(
                    """SELECT f.path, p.relative_path, p.id FROM photos p JOIN folders f ON f.id = p.folder_id
                       WHERE p.missing_since_s IS NULL AND p.content_id IS NOT NULL"""
                )
            }
            tags: dict[int, set[str]] = {}
            for photo_id, name in rows(
                "SELECT d.photo_id, l.name FROM decisions d JOIN labels l ON l.id = d.label_id WHERE d.accepted"
            ):
                tags.setdefault(photo_id, set()).add(name)
            doubles = rows(
                "SELECT count(*) FROM (SELECT 1 FROM embeddings GROUP BY model_id, content_id HAVING count(*) > 1)"
            )
        demand(doubles == [(0,)], "something was embedded twice")
        demand(
            shown.keys() == self.content.keys(),
            f"{len(shown.keys() - self.content.keys())} photos too many,"
            f" {len(self.content.keys() - shown.keys())} too few",
        )
        for file, content in self.content.items():
            wanted, found = self.tags.get(content, set()), tags.get(shown[file], set())
            demand(wanted <= found, f"“{file}” lost tags: {wanted - found}")


def soak(minutes: float, seed: int, kills: float, folder: Path) -> None:
    """Live so long, and print a line a minute; FaultError at the first thing that is not true."""
    bench = Bench(folder / "soak", seed)
    world = World(bench)
    bench.run("folders", "add", *map(str, world.folders))
    holder = Holder(bench)
    started_s = told_s = time.monotonic()
    counts = dict.fromkeys(("rounds", "kills", "searches", "tags", "embedded"), 0)
    print(
        "minute  rounds  kills  searches  tags  photos  memory MB  files  threads  catalogue MB  index  live",
        flush=True,
    )
    while time.monotonic() - started_s < 60 * minutes:
        counts["rounds"] += 1
        for _ in range(world.random.randrange(1, 4)):
            world.random.choice((world.add, world.move, world.delete))()
        if len(world.content) > _MOST_PHOTOS:
            world.delete()
        for _ in range(4):
            holder.ask("search", world.random.choice(_WORDS))
            counts["searches"] += 1
        if world.random.random() < kills:
            holder.ask("index", killed_after_s=world.random.uniform(0.05, 1.5))
            if holder.process.poll() is None:
                holder.end()
            counts["kills"] += 1
            holder = Holder(bench)
        counts["embedded"] += holder.ask("index")
        for file in world.random.sample(sorted(world.content), min(5, len(world.content))):
            name = f"tag {world.random.randrange(30)}"
            if holder.ask("tag", str(file), name) is not None:
                world.tags.setdefault(world.content[file], set()).add(name)
                counts["tags"] += 1
        if world.random.random() < 0.1:
            holder.ask("forget")
        world.check()
        index, live, trouble = holder.ask("sizes")
        demand(not trouble, f"the index is not used any more: {trouble}")
        demand(index <= 2 * (live + 2000), f"the index holds {index} vectors for {live} photos")
        if time.monotonic() - told_s > 60:
            told_s = time.monotonic()
            own = psutil.Process(holder.process.pid)
            print(
                f"{(told_s - started_s) / 60:6.0f} {counts['rounds']:7} {counts['kills']:6} {counts['searches']:9}"
                f" {counts['tags']:5} {len(world.content):7} {holder.memory_mb():10.0f} {holder.open_files():6}"
                f" {own.num_threads():8} {bench.catalogue.stat().st_size / 1e6:13.1f} {index:6} {live:5}",
                flush=True,
            )
    holder.end()
    bench.photos = world.folders[0]
    bench.check_index_holds()
    print(f"Nothing was lost: {json.dumps(counts)}")


def main() -> None:
    """Read the arguments and live."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kills", type=float, default=0.15, metavar="SHARE", help="of rounds in which it is killed")
    parser.add_argument("--hold", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.hold is not None:
        hold_library(arguments.hold)
        return
    with tempfile.TemporaryDirectory(prefix="photo-clip-soak-") as folder:
        soak(arguments.minutes, arguments.seed, arguments.kills, Path(folder))


if __name__ == "__main__":
    main()
