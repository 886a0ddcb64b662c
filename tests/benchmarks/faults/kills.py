"""kill -9 at random and aimed moments."""

import itertools
import multiprocessing
import os
import re
import shutil
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

from lxml import etree

from photo_clip.adapters import catalog_schema
from photo_clip.adapters.xmp_sidecars import XmpSidecars
from photo_clip.core.settings import load_settings
from tests.benchmarks.faults.bench import DONE, Bench, Row, demand
from tests.benchmarks.faults.ending import KILLED

_THEIRS = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/" rdf:about="">'
    "<dc:subject><rdf:Bag><rdf:li>theirs</rdf:li></rdf:Bag></dc:subject></rdf:Description></rdf:RDF></x:xmpmeta>"
)
"""A sidecar of another program."""
_EACH_TIME = 10
"""Photos that come between two kills."""


def kill_later(bench: Bench, after_s: float, *arguments: str) -> tuple[bool, str]:
    """Run the program, kill it after a while, and return whether it was still running then, and what it printed."""
    process = bench.start(*arguments, faults=("clock:0",) if arguments == ("decide",) else ())
    try:
        out, _ = process.communicate(timeout=after_s)
    except subprocess.TimeoutExpired:
        process.kill()
        out, _ = process.communicate()
        return True, out
    return process.returncode == KILLED, out


def seconds_of(work: Callable[[], object]) -> float:
    """Do something, and return how long it took on this computer."""
    started_s = time.monotonic()
    work()
    return time.monotonic() - started_s


def random_kills(bench: Bench, times: int) -> Row:
    """Kill the program while it starts, looks, embeds, levels the index or closes."""
    bench.add_photos(_EACH_TIME)
    longest_s = seconds_of(bench.index)
    bench.tag("before all", *sorted(bench.photos.iterdir())[:3])
    killed = 0
    for number in range(times):
        bench.add_photos(_EACH_TIME)
        was_killed, _ = kill_later(bench, bench.random.uniform(0.1, 1.5) * longest_s, "index", str(bench.photos))
        killed += was_killed
        bench.check(opens=number % 5 == 0)
    bench.check_index_agrees()
    return Row("kill -9 while indexing, at random", killed, "opened each time, went on, index and catalogue agree")


def kills_while_deciding(bench: Bench, times: int) -> Row:
    """Kill the program while people tag and rate: all that was acknowledged must be there."""
    bench.add_photos(_EACH_TIME)
    longest_s = seconds_of(bench.index)
    killed = 0
    for _ in range(times):
        was_killed, out = kill_later(bench, bench.random.uniform(0.4, 1.2) * longest_s, "decide")
        killed += was_killed
        for line in out.splitlines():
            if (found := re.fullmatch(r"(\d+) (tag \d+ \d+)", line)) is not None:
                bench.acknowledged.add((int(found[1]), found[2]))
        bench.check()
    demand(bench.acknowledged, "nothing was acknowledged before a kill")
    return Row("kill -9 while tagging", killed, f"all {len(bench.acknowledged):,} acknowledged tags are there")


def aimed(bench: Bench, fault: str, moment: str, times: int, *, most: int, longest_ms: float = 0) -> Row:
    """Kill the program at a moment of indexing, each time at another turn, at once or in the middle of what follows."""
    killed = 0
    for number in range(times):
        bench.add_photos(_EACH_TIME)
        delay_ms = bench.random.uniform(0, longest_ms) if longest_ms and number // most % 2 else 0
        faults = (f"kill:{moment}:{1 + number % most}:{delay_ms}",)
        done = bench.run("index", str(bench.photos), faults=faults, ends=None)
        demand(done.returncode in (DONE, KILLED), f"it ended with {done.returncode}: {done.stderr}")
        killed += done.returncode == KILLED
        bench.check(opens=number % 5 == 0)
    demand(killed, "the moment never came")
    bench.check_index_agrees()
    return Row(fault, killed, "opened each time, went on, index and catalogue agree")


def kills_in_model_change(bench: Bench, times: int) -> Row:
    """Kill the program while another model embeds every photo, and as it takes over."""
    bench.add_photos(40)
    bench.index()
    killed, model = 0, 0
    for number in range(times):
        folder = bench.root / f"model-{model}"
        folder.mkdir(exist_ok=True)
        (folder / "open_clip_config.json").touch()
        moment = ("commit", "setting")[number % 2]
        faults = ("models", f"kill:{moment}:{1 + number // 2 % 4}:0")
        use = ("models", "use", f"local-dir:{folder}")
        done = bench.run(*use, faults=faults, ends=None)
        demand(done.returncode in (DONE, KILLED), f"it ended with {done.returncode}: {done.stderr}")
        killed += done.returncode == KILLED
        bench.check()
        if number % 4 == 3:
            bench.run(*use, faults=("models",))
            demand(bench.status()["model"] == f"local-dir:{folder}", "the new model did not take over")
            bench.check()
            model += 1
    demand(killed, "the moment never came")
    bench.check_index_agrees(("models",))
    return Row(
        "kill -9 in a change of model", killed, "one of both answered each time; the next run finished the change"
    )


def kills_in_migration(bench: Bench, times: int) -> Row:
    """Kill the program while it brings a catalogue of an older version up to date."""
    killed = 0
    old = bench.root / "old.db"
    with closing(catalog_schema.connect(old, read_only=False)) as connection:
        catalog_schema.make_tables(connection, 1)
        folder = os.fsencode(bench.photos)
        connection.execute("INSERT INTO folders VALUES (1, ?, '0', '0', 'online', '')", (folder,))
        for number in range(200):
            connection.execute(
                "INSERT INTO contents VALUES (?, ?, 1, 1, 1, NULL, '', NULL, NULL)", (number, str(number))
            )
            row = (number, b"%d.jpg" % number, number)
            connection.execute(
                "INSERT INTO photos VALUES (?, 1, ?, 1, 1, ?, '2020-01-01T00:00:00', 'exif', '', NULL)", row
            )
        connection.execute("INSERT INTO labels VALUES (1, 'kept')")
        connection.execute("INSERT INTO decisions SELECT id, 1, 1, 0 FROM photos")
    steps = len(catalog_schema.MIGRATIONS) - 1
    bench.photos.mkdir()
    for number in range(times):
        if number % (steps + 1) == 0:
            shutil.rmtree(bench.library, ignore_errors=True)
            bench.library.mkdir(mode=0o700)
            shutil.copyfile(old, bench.catalogue)
        delay_ms = bench.random.uniform(0, 4) if number % 2 else 0
        done = bench.run("folders", "add", str(bench.photos), faults=(f"kill:migration:1:{delay_ms}",), ends=None)
        killed += done.returncode == KILLED
        with bench.rows() as rows:
            demand(rows("PRAGMA integrity_check") == [("ok",)], "the catalogue is damaged")
            demand(rows("SELECT count(*) FROM decisions") == [(200,)], "decisions were lost")
    bench.run("folders", "add", str(bench.photos))
    with bench.rows() as rows:
        demand(rows("PRAGMA user_version")[0][0] == steps + 1, "it is not up to date")
        demand(rows("SELECT count(*) FROM decisions") == [(200,)], "decisions were lost")
    return Row("kill -9 in a migration", killed, "the next start went on with the migration")


def kills_in_rescue(bench: Bench, times: int) -> Row:
    """Kill the program while it saves what can be read of a damaged catalogue."""
    bench.add_photos(30)
    bench.index()
    photos = sorted(bench.photos.iterdir())
    bench.tag("kept", *photos)
    sound = bench.root / "sound.db"
    with closing(sqlite3.connect(bench.catalogue)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copyfile(bench.catalogue, sound)
    killed = 0
    for number in range(times):
        for left in bench.library.glob("catalog.db*"):
            if left.name != "catalog.db.head":
                left.unlink()
        content = bytearray(sound.read_bytes())
        content[:4096] = bytes(4096)
        bench.catalogue.write_bytes(content)
        delay_ms = bench.random.uniform(0, 30) if number % 2 else 0
        faults = (f"kill:replace:{1 + number % 4}:{delay_ms}",)
        done = bench.run("folders", "add", str(bench.photos), faults=faults, ends=None)
        killed += done.returncode == KILLED
        bench.run("folders", "add", str(bench.photos))
        bench.check(opens=False)
    return Row("kill -9 while a damaged catalogue is saved", killed, "the next start finished it")


def kills_in_sidecars(bench: Bench, times: int) -> Row:
    """Kill the program while it writes tags beside photos: a sidecar is the former or the new one, never a part."""
    bench.add_photos(8)
    bench.index()
    photos = sorted(bench.photos.iterdir())
    killed = 0
    for number in range(times):
        bench.tag(f"tag {number}", *photos)
        moment = ("sync", "replace")[number % 2]
        done = bench.run("tags", "sidecars", faults=(f"kill:{moment}:{1 + number % 8}:0",), ends=None)
        killed += done.returncode == KILLED
        for photo in photos:
            sidecar = Path(f"{photo}.xmp")
            if sidecar.exists():
                etree.parse(sidecar)
        bench.run("tags", "sidecars")
        for photo in photos:
            demand(f"tag {number}" in Path(f"{photo}.xmp").read_text(encoding="utf-8"), "a tag is not in its sidecar")
        demand(not list(bench.photos.glob(".*")), "a part of a sidecar was left behind")
    bench.check()
    return Row(
        "kill -9 while sidecars are written", killed, "each is the former or the new one; the next run wrote all"
    )


def kills_at_a_sidecar(bench: Bench, times: int) -> Row:
    """Kill a process at any moment while it writes one sidecar again and again: it is whole, with what others wrote."""
    photo = bench.add_photos(1)[0]
    file = Path(f"{photo}.xmp")
    killed = written = 0
    for number in range(times):
        if number % 50 == 0:
            file.write_text(_THEIRS, encoding="utf-8")
        process = multiprocessing.get_context("fork").Process(target=_write_on_and_on, args=(photo,))
        process.start()
        process.join(bench.random.uniform(0.001, 0.02))
        process.kill()
        process.join()
        killed += process.exitcode == KILLED
        written += "ours" in file.read_text(encoding="utf-8")
        said = XmpSidecars().read(photo)
        demand("theirs" in said.keywords, f"what others wrote is gone: {said}")
    demand(written > times // 2, "it was hardly ever written")
    XmpSidecars().write(photo, ["ours"])
    demand(sorted(file.parent.glob(".*")) == [], "a part of a sidecar was left behind")
    return Row("kill -9 at any moment of writing a sidecar", killed, "whole each time, with what others wrote")


def _write_on_and_on(photo: Path) -> None:
    for number in itertools.count():
        XmpSidecars().write(photo, [f"ours {number} {each}" for each in range(50)], number % 6)


def kills_in_settings(bench: Bench, times: int) -> Row:
    """Kill the program while it saves settings: they are the former or the new ones."""
    bench.library.mkdir()
    file = bench.library / "settings.json"
    killed = 0
    for number in range(times):
        former = load_settings(file).settings.reader_processes
        moment = ("sync", "replace")[number % 2]
        done = bench.run("settings", faults=(f"kill:{moment}:1:0",), ends=None)
        killed += done.returncode == KILLED
        found = load_settings(file)
        demand(not found.trouble, found.trouble)
        demand(found.settings.reader_processes in (former, former + 1), "a setting was lost")
        bench.run("settings", faults=("clock:0",))
    return Row("kill -9 while settings are saved", killed, "they are the former or the new ones")


def all_kills(new_bench: Callable[[str], Bench], share: float) -> Iterator[Callable[[], Row]]:
    """Yield what makes each row; `share` of 1 kills more than two hundred times."""

    def times(most: int) -> int:
        return max(2, round(most * share))

    yield lambda: random_kills(new_bench("random"), times(60))
    yield lambda: kills_while_deciding(new_bench("deciding"), times(20))
    yield lambda: aimed(new_bench("commit"), "kill -9 in a catalogue commit", "commit", times(40), most=3, longest_ms=3)
    yield lambda: aimed(
        new_bench("add"), "kill -9 while Chroma takes vectors", "index-add", times(20), most=1, longest_ms=120
    )
    yield lambda: aimed(
        new_bench("close"), "kill -9 while Chroma writes", "index-close", times(16), most=1, longest_ms=60
    )
    yield lambda: aimed(new_bench("marker"), "kill -9 in the index's own files", "sync", times(8), most=2)
    yield lambda: aimed(new_bench("thumbnail"), "kill -9 in a thumbnail", "thumbnail", times(12), most=6)
    yield lambda: kills_in_model_change(new_bench("model"), times(28))
    yield lambda: kills_in_migration(new_bench("migration"), times(20))
    yield lambda: kills_in_rescue(new_bench("rescue"), times(12))
    yield lambda: kills_in_sidecars(new_bench("sidecars"), times(16))
    yield lambda: kills_at_a_sidecar(new_bench("one sidecar"), times(1000))
    yield lambda: kills_in_settings(new_bench("settings"), times(6))
