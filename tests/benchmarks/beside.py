"""Runs beside a window, and notes how long each of its threads ran, and was ready and had to wait for a core.

python -m tests.benchmarks.beside PID FILE

A thread that keeps Python to itself and is not let run by the system keeps the window's thread waiting, too; that is
seen from outside alone, and on Linux.
"""

import contextlib
import json
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.benchmarks.heart import BEAT_MS, Beat

_URGENT = -20


@dataclass
class Beside:
    """What was noted."""

    samples: list[tuple[float, dict[str, tuple[int, int]]]] = field(default_factory=list)
    """When, and of each thread how long it had run and waited since it was made, in nanoseconds."""

    @staticmethod
    def read(file: Path) -> "Beside":
        found = Beside()
        for line in file.read_text(encoding="ascii").splitlines():
            with contextlib.suppress(ValueError):  # the last line may be half written
                at_s, threads = json.loads(line)
                found.samples.append((at_s, {key: (ran, waited) for key, (ran, waited) in threads.items()}))
        return found

    def waited_ms(self, beat: Beat, window: int) -> float:
        """Return how long the busiest other thread waited for a core while the window's thread was late.

        That is the one that kept Python, if any did. No more than the window's thread stood still for another reason
        than that it had to wait itself.
        """
        began_s = beat.at_s - (beat.late_ms + BEAT_MS) / 1000
        before = max((each for each in self.samples if each[0] <= began_s), key=lambda each: each[0], default=None)
        after = min((each for each in self.samples if each[0] >= beat.at_s), key=lambda each: each[0], default=None)
        if before is None or after is None:
            return 0.0
        busiest_ns = waited_ns = 0
        ran_ns = 0
        for thread, (ran, waited) in after[1].items():
            ran_before, waited_before = before[1].get(thread, (0, 0))
            if thread == str(window):
                ran_ns = ran - ran_before
            elif ran - ran_before + waited - waited_before > busiest_ns:
                busiest_ns, waited_ns = ran - ran_before + waited - waited_before, waited - waited_before
        return min(waited_ns / 1e6, max(0.0, beat.own_ms - ran_ns / 1e6))


def _threads(folder: Path) -> dict[str, tuple[int, int]]:
    found = {}
    for thread in folder.iterdir():
        with contextlib.suppress(OSError):  # ended since
            ran, waited, _ = (thread / "schedstat").read_text(encoding="ascii").split()
            found[thread.name] = (int(ran), int(waited))
    return found


def main(arguments: Sequence[str]) -> int:
    """Note until the window has ended."""
    if len(arguments) != 2:
        print(__doc__)
        return 2
    folder = Path(f"/proc/{arguments[0]}/task")
    with contextlib.suppress(OSError):  # who may not be urgent is punctual enough where there is little else to do
        os.setpriority(os.PRIO_PROCESS, 0, _URGENT)
    with Path(arguments[1]).open("a", encoding="ascii") as stream, contextlib.suppress(OSError):
        while True:
            stream.write(json.dumps([time.monotonic(), _threads(folder)]) + "\n")
            stream.flush()
            time.sleep(BEAT_MS / 1000)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
