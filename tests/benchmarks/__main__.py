"""Prints the tables of all benchmarks, one after another, or runs one of them by its name.

python -m tests.benchmarks
python -m tests.benchmarks bench_search --sizes 10000
python -m tests.benchmarks faults
python -m tests.benchmarks soak --minutes 60
"""

import subprocess
import sys

NAMES = ("bench_start", "bench_search", "bench_reading", "bench_indexing", "bench_models")


def main() -> int:
    """Run each in a process of its own, so that none weighs on another; return how many failed."""
    if sys.argv[1:2] in (["-h"], ["--help"]):
        print(__doc__)
        return 0
    if sys.argv[1:]:
        name, *arguments = sys.argv[1:]
        return subprocess.run([sys.executable, "-m", f"tests.benchmarks.{name}", *arguments]).returncode
    failed = 0
    for name in NAMES:
        print(f"\n== {name}", flush=True)
        failed += subprocess.run([sys.executable, "-m", f"tests.benchmarks.{name}"]).returncode != 0
    return failed


if __name__ == "__main__":
    sys.exit(main())
