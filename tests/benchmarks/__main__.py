"""Prints the tables of all benchmarks, one after another.

python -m tests.benchmarks
"""

import subprocess
import sys

NAMES = ("bench_start", "bench_search", "bench_reading", "bench_indexing", "bench_models")


def main() -> int:
    """Run each in a process of its own, so that none weighs on another; return how many failed."""
    failed = 0
    for name in NAMES:
        print(f"\n== {name}", flush=True)
        failed += subprocess.run([sys.executable, "-m", f"tests.benchmarks.{name}"]).returncode != 0
    return failed


if __name__ == "__main__":
    sys.exit(main())
