"""Files of the library that are damaged, deleted, or of a newer version."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

from photo_clip.core.settings import Settings, save_settings
from tests.benchmarks.faults.bench import DONE, TROUBLE, Bench, Row, demand, told
from tests.chroma_server import chroma_server, free_port

_PAGE = 4096


def _sound_copy(bench: Bench) -> bytes:
    with closing(sqlite3.connect(bench.catalogue)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return bench.catalogue.read_bytes()


def damaged_catalogue(bench: Bench, times: int) -> Row:
    """Pages of the catalogue hold something else: what can be read is saved, and the rest is embedded again."""
    photos = bench.add_photos(120)
    bench.index()
    bench.tag("kept", *photos)
    sound = _sound_copy(bench)
    saved = lost = noticed = 0
    for number in range(times):
        for left in bench.library.glob("catalog.db*"):
            if left.name != "catalog.db.head":
                left.unlink()
        content = bytearray(sound)
        for _ in range(1 + number % 3):
            page = bench.random.randrange(len(content) // _PAGE) if number % 5 else 0
            rubbish = (bytes(_PAGE), bench.random.randbytes(_PAGE), content[-_PAGE:])[number % 3]
            content[page * _PAGE : (page + 1) * _PAGE] = rubbish
        if number % 7 == 6:
            content = content[: len(content) * 2 // 3]
        bench.catalogue.write_bytes(content)
        said = ""
        for _ in range(3):  # damage that shows in the middle is mended by the next start
            done = bench.run("index", ends=None)
            demand(done.returncode in (DONE, TROUBLE), f"it ended with {done.returncode}: {done.stderr}")
            said += done.stderr
            if done.returncode == DONE and not Path(f"{bench.catalogue}.damaged").exists():
                break
        demand(done.returncode == DONE, f"it could not be opened again: {said}")
        if "was damaged" in said:
            noticed += 1
            kept = Path(f"{bench.catalogue}.damaged-1")
            demand(kept.exists(), "the damaged file was not kept")
        with bench.rows() as rows:
            demand(rows("PRAGMA integrity_check") == [("ok",)], "the catalogue is damaged still")
            tagged = rows("SELECT count(*) FROM decisions d JOIN photos p ON p.id = d.photo_id")[0][0]
        counts = bench.status()["photos"]
        demand(counts["embedded"] == len(photos), f"not every photo was embedded again: {counts}")
        saved, lost = saved + tagged, lost + len(photos) - tagged
    return Row(
        "catalogue damaged (pages overwritten, cut off)",
        times,
        f"noticed {noticed} times; saved what could be read, kept the damaged file, said so",
        f"{lost} of {saved + lost:,} tags",
    )


def damaged_index(bench: Bench, times: int) -> Row:
    """Chroma's files are damaged or deleted: search answers the same, and the index is made anew."""
    bench.add_photos(120)
    bench.index()
    answer = bench.run("search", "a red thing").stdout
    index = bench.library / "index"
    for number in range(times):
        files = sorted(each for each in index.rglob("*") if each.is_file())
        if number % 4 == 0:
            shutil.rmtree(index)
        elif number % 4 == 1:
            bench.random.choice(files).unlink()
        else:
            file = next(index.glob("*/chroma.sqlite3")) if number % 4 == 2 else bench.random.choice(files)
            content = bytearray(file.read_bytes())
            for _ in range(5):
                at = bench.random.randrange(max(1, len(content)))
                content[at : at + 512] = bench.random.randbytes(512)
            file.write_bytes(content)
        bench.add_photos(1)
        bench.index()
        bench.check()
        bench.run("index")
        demand(bench.run("search", "a red thing").returncode == DONE, "search did not answer")
    demand(answer, "nothing was found")
    shutil.rmtree(index)
    bench.check_index_agrees()
    return Row("Chroma folder damaged or deleted", times, "search answered; made anew from the catalogue")


def older_catalogues(bench: Bench, times: int) -> Row:
    """The catalogue is put back from a copy that is older than its index, here and on a server: it is filled anew."""
    port = free_port()
    bench.add_photos(40)
    with chroma_server(bench.root / "server", port) as url:
        for number in range(times):
            is_on_server = number % 2 == 1
            save_settings(bench.library / "settings.json", Settings(index_server_url=url if is_on_server else ""))
            bench.index()
            copy = _sound_copy(bench)
            later = bench.add_photos(10)
            bench.index()
            for photo in later:
                photo.unlink()
            _sound_copy(bench)  # else what SQLite has not yet moved into the file would be added to the copy
            bench.catalogue.write_bytes(copy)
            bench.add_photos(bench.random.choice((5, 10, 15)))  # they get the numbers of those that the index holds
            bench.index()
            held = bench.in_chroma(port if is_on_server else 0)
            demand(held == bench.in_catalogue(), "the index holds photos of the later catalogue")
            demand(bench.run("search", "red").stdout.count("\n") == 20, "search did not answer")
    return Row("catalogue put back from a copy older than its index", times, "the index was filled anew")


def damaged_settings(bench: Bench, times: int) -> Row:
    """Settings that cannot be understood are set aside, and the defaults hold."""
    bench.add_photos(3)
    bench.index()
    file = bench.library / "settings.json"
    for _ in range(times):
        content = bench.random.randbytes(200)
        file.write_bytes(content)
        bench.index()
        demand(
            any(each.read_bytes() == content for each in bench.library.glob("settings.json.broken*")), "they are gone"
        )
    bench.check()
    return Row("settings damaged", times, "set aside as .broken; the defaults hold")


def newer_versions(bench: Bench, _times: int) -> Row:
    """A catalogue of a newer version is refused untouched; newer settings are used as far as they are known."""
    bench.add_photos(3)
    bench.index()
    sound = _sound_copy(bench)
    with closing(sqlite3.connect(bench.catalogue)) as connection:
        connection.execute("PRAGMA user_version = 99")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    newer = bench.catalogue.read_bytes()
    for command in ("index", "status"):
        told(bench.run(command, ends=TROUBLE).stderr, "newer photo-clip")
    demand(bench.catalogue.read_bytes() == newer, "a newer catalogue was changed")
    bench.catalogue.write_bytes(sound)
    (bench.library / "settings.json").write_text('{"of_the_future": true}', encoding="utf-8")
    (bench.library / "index" / "holdings.json").write_text('{"version": 9, "models": []}', encoding="utf-8")
    bench.add_photos(3)
    bench.index()
    bench.check_index_agrees()
    return Row("newer catalogue, settings, index", 3, "refused untouched; used as far as known; made anew")


def all_damage(new_bench: Callable[[str], Bench], share: float) -> Iterator[Callable[[], Row]]:
    """Yield what makes each row."""

    def times(most: int) -> int:
        return max(2, round(most * share))

    yield lambda: damaged_catalogue(new_bench("catalogue"), times(40))
    yield lambda: damaged_index(new_bench("index"), times(16))
    yield lambda: older_catalogues(new_bench("older"), times(6))
    yield lambda: damaged_settings(new_bench("settings-damaged"), times(5))
    yield lambda: newer_versions(new_bench("newer"), 1)
