"""Does harm to the real program and prints what happened: fault, times tried, what happened, lost.

python -m tests.benchmarks faults
python -m tests.benchmarks faults --only kills --share 0.1
"""

import argparse
import compileall
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from pathlib import Path

from tests.benchmarks.faults.bench import ROOT, Bench, Row, SkippedError
from tests.benchmarks.faults.damage import all_damage
from tests.benchmarks.faults.disks import all_disks
from tests.benchmarks.faults.kills import all_kills
from tests.benchmarks.faults.lives import all_lives
from tests.benchmarks.faults.windows import all_windows

KINDS = ("kills", "disks", "damage", "lives", "windows")


def main() -> int:
    """Read the arguments, print a row after each fault, and the table at the end; return 1 where anything failed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=KINDS, action="append", help="these kinds of faults alone")
    parser.add_argument("--share", type=float, default=1.0, help="the share of the usual number of tries (default: 1)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--hostile", type=Path, help="a folder or an archive of files that harm careless decoders")
    arguments = parser.parse_args()
    # As an installed program is: a module that is compiled when it is first needed holds up every thread.
    compileall.compile_dir(ROOT / "photo_clip", quiet=1)
    rows: list[Row] = []
    failed = 0
    with tempfile.TemporaryDirectory(prefix="photo-clip-faults-") as root:

        def new_bench(name: str) -> Bench:
            return Bench(Path(root) / name, arguments.seed)

        kinds = {
            "kills": all_kills(new_bench, arguments.share),
            "disks": all_disks(new_bench, arguments.share),
            "damage": all_damage(new_bench, arguments.share),
            "lives": all_lives(new_bench, arguments.share, arguments.hostile),
            "windows": all_windows(new_bench, arguments.share),
        }
        for kind in arguments.only or KINDS:
            for make in kinds[kind]:
                started_s = time.monotonic()
                row = made(make)
                failed += row.lost.startswith("FAILED")
                rows.append(row)
                print(f"{time.monotonic() - started_s:5.0f} s  {line_of(row)}", flush=True)
    print("\n| fault | tried | what happened | lost |\n| --- | --- | --- | --- |")
    for row in rows:
        print(line_of(row))
    return int(failed > 0)


def made(make: Callable[[], Row]) -> Row:
    """Return what came of a fault; one that failed is told as such, and the others go on."""
    try:
        return make()
    except SkippedError as reason:
        return Row(str(reason), 0, "not tried here", "–")
    except Exception as error:  # noqa: BLE001 - the others are tried all the same
        traceback.print_exc()
        return Row(str(error), 1, "it did not hold", "FAILED")


def line_of(row: Row) -> str:
    return f"| {row.fault} | {row.tried} | {row.what_happened} | {row.lost} |"


if __name__ == "__main__":
    sys.exit(main())
