"""Kills the program while it indexes, at random moments, and checks that nothing committed is lost or repeated.

python -m tests.benchmarks.kill_indexing --photos FOLDER --times 30
"""

import argparse
import json
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

PROGRAM = [sys.executable, "-m", "photo_clip"]


def status(library: Path) -> dict[str, Any]:
    """Return what `photo-clip status --json` says; it must always answer."""
    done = subprocess.run([*PROGRAM, "--library", str(library), "status", "--json"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    counts = found["photos"]
    added_up = counts["embedded"] + counts["skipped"] + counts["waiting"] + counts["missing"]
    assert added_up == counts["photos"], counts
    return found


def embeddings(library: Path) -> dict[int, bytes]:
    """Return the stored vectors by row number, straight from the file."""
    with sqlite3.connect(f"file:{library / 'catalog.db'}?mode=ro", uri=True) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        rows = dict(connection.execute("SELECT id, vector FROM embeddings"))
        doubles = connection.execute(
            "SELECT count(*) FROM (SELECT 1 FROM embeddings GROUP BY model_id, content_id HAVING count(*) > 1)"
        ).fetchone()
    connection.close()
    assert doubles == (0,)
    return rows


def kill_once(library: Path, photos: Path, after_s: float) -> bool:
    """Start indexing and kill it after a while; return whether it was still running then."""
    process = subprocess.Popen(
        [*PROGRAM, "--library", str(library), "index", str(photos)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        process.wait(after_s)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        return True
    return False


def run(photos: Path, times: int, longest_s: float, seed: int) -> None:
    """Kill `times` times; print a line for each and a summary."""
    moments = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        library = Path(folder) / "library"
        kept: dict[int, bytes] = {}
        killed = 0
        for number in range(1, times + 1):
            after_s = moments.uniform(0.2, longest_s)
            killed += kill_once(library, photos, after_s)
            if not (library / "catalog.db").exists():
                print(f"{number:3}  after {after_s:5.2f} s  before the catalogue was made", flush=True)
                continue
            now = embeddings(library)
            lost = [row for row, vector in kept.items() if now.get(row) != vector]
            assert not lost, f"{len(lost)} embeddings were lost or changed"
            counts = status(library)["photos"]
            started = time.monotonic()
            answer = subprocess.run(
                [*PROGRAM, "--library", str(library), "search", "a", "dog", "--limit", "3"], capture_output=True
            )
            assert answer.returncode == (0 if now else 1), answer.stderr
            print(
                f"{number:3}  after {after_s:5.2f} s  {len(now):6} embeddings kept, {len(now) - len(kept):5} new,"
                f" {counts['waiting']:6} waiting, search answered in {time.monotonic() - started:.2f} s",
                flush=True,
            )
            kept = now
        subprocess.run([*PROGRAM, "--library", str(library), "index", str(photos)], check=True)
        now = embeddings(library)
        assert all(now[row] == vector for row, vector in kept.items())
        final = status(library)
        assert final["photos"]["waiting"] == 0
        print(f"{killed} of {times} runs were killed while they worked; nothing was lost or embedded twice.")
        print(json.dumps(final["photos"]))


def main() -> None:
    """Read the arguments and run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", type=Path, required=True, help="a folder of photos; it is only read")
    parser.add_argument("--times", type=int, default=30)
    parser.add_argument("--longest-s", type=float, default=8.0, help="the longest run before a kill")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    run(arguments.photos, arguments.times, arguments.longest_s, arguments.seed)


if __name__ == "__main__":
    main()
