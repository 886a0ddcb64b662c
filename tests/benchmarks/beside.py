"""Runs beside a window, and notes how long each of its threads ran, and was ready and had to wait for a core.

python -m tests.benchmarks.beside PID FILE

A thread that keeps Python to itself and is not let run by the system keeps the window's thread waiting, too; that is
seen from outside alone, and on Linux. So does a virtual computer whose host gives its cores to others (“steal”, which
the system tells in hundredths of a second).
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

    samples: list[tuple[float, dict[str, tuple[int, int]], list[float]]] = field(default_factory=list)
    """When, and of each thread how long it had run and waited since it was made, in nanoseconds; and of each core how
    long the host had given it to others, in milliseconds."""

    @staticmethod
    def read(file: Path) -> "Beside":
        found = Beside()
        for line in file.read_text(encoding="ascii").splitlines():
            with contextlib.suppress(ValueError):  # the last line may be half written
                at_s, threads, stolen_ms = json.loads(line)
                found.samples.append((at_s, {key: (ran, waited) for key, (ran, waited) in threads.items()}, stolen_ms))
        return found

    def waited_ms(self, beat: Beat, window: int) -> float:
        """Return how long the busiest other thread waited for a core while the window's thread was late, and how long
        the core that was away for longest was.

        That thread is the one that kept Python, if any did. No more than the window's thread stood still for another
        reason than that it had to wait itself.
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
        waited_ms = min(waited_ns / 1e6, max(0.0, beat.own_ms - ran_ns / 1e6))
        stolen_ms = max((now - then for then, now in zip(before[2], after[2], strict=True)), default=0.0)
        return min(waited_ms + stolen_ms, beat.own_ms)


def _threads(folder: Path) -> dict[str, tuple[int, int]]:
    found = {}
    for thread in folder.iterdir():
        with contextlib.suppress(OSError):  # ended since
            ran, waited, _ = (thread / "schedstat").read_text(encoding="ascii").split()
            found[thread.name] = (int(ran), int(waited))
    return found


def _stolen_ms() -> list[float]:
    lines = Path("/proc/stat").read_text(encoding="ascii").splitlines()
    cores = (line.split() for line in lines if line.startswith("cpu") and line[3].isdigit())
    return [1000 * int(told[8]) / os.sysconf("SC_CLK_TCK") for told in cores]


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
            stream.write(json.dumps([time.monotonic(), _threads(folder), _stolen_ms()]) + "\n")
            stream.flush()
            time.sleep(BEAT_MS / 1000)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
