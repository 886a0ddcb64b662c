"""Disks that are full or may only be read, and rights that are lost."""

import ctypes
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from lxml import etree

from tests.benchmarks.faults.bench import DONE, TROUBLE, Bench, Row, SkippedError, demand, told

_MB = 1_000_000
_LEAVE_SPACE = 60_000
"""Bytes left when a disk is filled: enough to begin to write, too few to end."""


@contextmanager
def disk(folder: Path, size: str) -> Iterator[Path]:
    """Mount a small disk in memory at a folder for a while."""
    folder.mkdir(parents=True, exist_ok=True)
    _mount("-t", "tmpfs", "-o", f"size={size},mode=0700", "none", str(folder))
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def _mount(*arguments: str) -> None:
    done = subprocess.run(["mount", *arguments], capture_output=True, text=True) if shutil.which("mount") else None
    if done is None or done.returncode:
        raise SkippedError("small disks: this user may not mount one")


def fill(folder: Path, leave: int = _LEAVE_SPACE) -> Path:
    """Fill the disk that a folder lies on but for some bytes, and return the file that does so."""
    filler = folder / ".filler"
    free = os.statvfs(folder)
    filler.write_bytes(bytes(max(0, free.f_bavail * free.f_frsize - leave)))
    return filler


def full_catalogue(bench: Bench, times: int) -> Row:
    """The disk is full when photos are stored: a sentence, no damage, and all goes on when there is room."""
    with disk(bench.library, "60m"):
        for number in range(times):
            bench.add_photos(40)
            filler = fill(bench.library, leave=bench.random.randrange(4096, 300_000) if number else 300_000)
            done = bench.run("index", str(bench.photos), ends=None)
            demand(done.returncode in (DONE, TROUBLE), f"it ended with {done.returncode}: {done.stderr}")
            if done.returncode == TROUBLE:
                told(done.stderr.lower(), "room")
            bench.check(opens=False)
            filler.unlink()
            bench.index()
            bench.check()
        bench.check_index_agrees()
    return Row("disk full: catalogue, index and cache", times, "a sentence; went on when there was room")


def full_cache(bench: Bench, times: int) -> Row:
    """No room for thumbnails alone: it is a cache, and nobody need hear of it."""
    with disk(bench.library / "cache", "100k"):
        for _ in range(times):
            bench.add_photos(40)
            bench.index()
            bench.check()
    return Row("disk full: cache", times, "every photo was embedded; thumbnails are made anew when they are shown")


def full_index(bench: Bench, times: int) -> Row:
    """No room for Chroma: search goes on with the catalogue, and the index is made when there is room."""
    with disk(bench.library, "60m"):
        bench.add_photos(80)
        bench.index()
        for _ in range(times):
            shutil.rmtree(bench.library / "index")
            filler = fill(bench.library, leave=bench.random.randrange(100_000, 700_000))
            done = bench.run("index", ends=None)
            demand(done.returncode in (DONE, TROUBLE), f"it ended with {done.returncode}: {done.stderr}")
            demand(bench.run("search", "red").stdout.count("\n") == 20, "search did not answer")
            filler.unlink()
            bench.check()
            bench.check_index_agrees()
    return Row("disk full: index", times, "search answered exactly; the index was made when there was room")


def full_photo_disk(bench: Bench, times: int) -> Row:
    """No room beside the photos: no sidecar is damaged, and that some are not written is told."""
    with disk(bench.photos, "10m"):
        photos = bench.add_photos(20)
        bench.index()
        for number in range(times):
            names = [f"{'long ' * 400}{number} {part}" for part in range(6)]
            for name in names:
                bench.tag(name, *photos)
            filler = fill(bench.photos, leave=40_000)
            done = bench.run("tags", "sidecars", ends=TROUBLE)
            told(done.stderr, "cannot be written", "room")
            for sidecar in bench.photos.glob("*.xmp"):
                etree.parse(sidecar)
            demand(not list(bench.photos.glob(".*part")), "a part of a sidecar was left behind")
            filler.unlink()
            bench.run("tags", "sidecars")
            for photo in photos:
                text = Path(f"{photo}.xmp").read_text(encoding="utf-8")
                demand(all(name in text for name in names), "a tag is not in its sidecar")
        bench.check()
    return Row("disk full: sidecars", times, "told; written when there was room")


def read_only_library(bench: Bench, _times: int) -> Row:
    """A data folder that may only be read: a sentence from what writes, and what only reads works."""
    bench.add_photos(10)
    bench.index()
    _mount("--bind", str(bench.library), str(bench.library))
    try:
        _mount("-o", "remount,bind,ro", str(bench.library))
        told(bench.run("index", ends=TROUBLE).stderr, "cannot be written to", "right to write")
        demand(bench.run("search", "red").stdout.count("\n") == 10, "search did not answer")
        bench.run("status")
    finally:
        subprocess.run(["umount", "-l", str(bench.library)], check=True)
    bench.index()
    bench.check()
    return Row("data folder read-only", 1, "writing: a sentence; search and status work")


def without_rights() -> None:
    """Give up root's right to pass over permissions; called in a process before the program starts."""
    libc = ctypes.CDLL(None, use_errno=True)
    for capability in (1, 2):  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH; PR_CAPBSET_DROP is 24
        libc.prctl(24, capability, 0, 0, 0)


def lost_rights(bench: Bench, _times: int) -> Row:
    """Folders of photos, of the library and of subfolders that may not be read any more."""
    bench.add_photos(8)
    inner = bench.add_photos(20, bench.photos / "inner")
    bench.index()
    bench.tag("kept", *inner)
    before = bench.embedded()
    for closed in (bench.photos, bench.photos / "inner", inner[0]):
        closed.chmod(0o000)
        bench.run("index", preexec_fn=without_rights)
        demand(bench.status()["photos"]["missing"] == 0, "photos were taken for gone")
        bench.check()
        closed.chmod(0o700)
        bench.index()
    bench.library.chmod(0o000)
    told(bench.run("status", ends=None, preexec_fn=without_rights).stderr, "is not readable")
    bench.library.chmod(0o500)
    bench.run("index", ends=None, preexec_fn=without_rights)
    bench.library.chmod(0o700)
    bench.index()
    bench.check()
    demand(bench.embedded() == before, "photos were embedded again")
    return Row("permission lost: folder, subfolder, photo, library", 5, "offline or left as it was; a sentence")


def all_disks(new_bench: Callable[[str], Bench], share: float) -> Iterator[Callable[[], Row]]:
    """Yield what makes each row."""

    def times(most: int) -> int:
        return max(1, round(most * share))

    if not hasattr(os, "geteuid") or os.geteuid() != 0:

        def skipped() -> Row:
            raise SkippedError("full and read-only disks, lost permissions: root alone may mount disks")

        yield skipped
        return
    yield lambda: full_catalogue(new_bench("full"), times(8))
    yield lambda: full_cache(new_bench("full-cache"), times(2))
    yield lambda: full_index(new_bench("full-index"), times(5))
    yield lambda: full_photo_disk(new_bench("full-photos"), times(3))
    yield lambda: read_only_library(new_bench("read-only"), 1)
    yield lambda: lost_rights(new_bench("rights"), 1)
