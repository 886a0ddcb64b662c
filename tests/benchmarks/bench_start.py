"""Prints how long the program takes to start: the window, the help, and a search from the command line.

    python -m tests.benchmarks.bench_start
    python -m tests.benchmarks.bench_start --sizes 1000 100000

Each run is a process of its own, timed from before it exists. The window counts as there once it is painted; its first
answer is the first photo for words typed as soon as it is there. Memory is the most its processes held.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from photo_clip.core.places import Places
from photo_clip.opening import opened_library
from tests.benchmarks.made_library import fill_index, make_library, real_embeddings, resampled

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent

ROUNDS = 5
WORDS = "a cup of coffee"


def timed_process(arguments: Sequence[str]) -> tuple[float, str]:
    """Run a process; return its seconds and what it printed."""
    started_s = time.perf_counter()
    process = subprocess.Popen([sys.executable, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    told, complaints = process.communicate()
    took_s = time.perf_counter() - started_s
    assert process.returncode == 0, complaints
    return took_s, told


def most_memory_mb() -> float:
    """Return the most this process held at any time, and those that it started, as Linux counts it; what they share
    counts for each. `getrusage` would count its parent's, too."""
    started = (
        number for task in Path("/proc/self/task").iterdir() for number in (task / "children").read_text().split()
    )
    return sum(_most_of(number) for number in ("self", *started))


def _most_of(process: str) -> float:
    with Path(f"/proc/{process}/status").open() as told:
        return next((int(line.split()[1]) / 1000 for line in told if line.startswith("VmHWM")), 0.0)


def show_window(places: Places, started_s: float) -> None:
    """Open the real window; print when it is painted and when the first photo for WORDS is there, then close it."""
    from PySide6.QtCore import QTimer

    import photo_clip.app
    from photo_clip.gui import main_window
    from photo_clip.gui.photo_list_model import Role

    class Window(main_window.MainWindow):
        is_painted = False

        def paintEvent(self, event: "QPaintEvent") -> None:  # noqa: N802 - Qt's name
            super().paintEvent(event)
            if not self.is_painted:
                self.is_painted = True
                QTimer.singleShot(0, self.tell_shown)

        def tell_shown(self) -> None:
            print(f"window {time.time() - started_s}", flush=True)
            self.waiting = QTimer(self, interval=5)
            self.waiting.timeout.connect(self.look)
            self.waiting.start()

        def look(self) -> None:
            line = self.search_view.line
            if not line.text() and self.search_view._library is not None:
                line.setText(WORDS)
            elif self.photos.rowCount() and self.photos.index(0).data(Role.COSINE) is not None:
                print(f"answer {time.time() - started_s}", flush=True)
                self.waiting.stop()
                QTimer.singleShot(8000, self.leave)  # the search index is opened meanwhile

        def leave(self) -> None:
            print(f"memory {most_memory_mb()}", flush=True)
            self.close()

    main_window.MainWindow = Window  # type: ignore[misc]
    photo_clip.app.run_window(places)


def measure(name: str, run: Callable[[], dict[str, float]]) -> None:
    """Print the medians of what several runs tell."""
    runs = [run() for _ in range(ROUNDS)]
    parts = (f"{key} {statistics.median(told[key] for told in runs):8.2f}" for key in runs[0])
    print(f"  {name:28} {'   '.join(parts)}", flush=True)


def main() -> None:
    """Read the arguments and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1000, 100_000], metavar="PHOTOS")
    parser.add_argument("--window", nargs=2, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.window:
        folder = Path(arguments.window[0])
        show_window(Places(folder, folder / "cache"), float(arguments.window[1]))
        return
    if sys.platform == "linux" and "DISPLAY" not in os.environ and "WAYLAND_DISPLAY" not in os.environ:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    program = ("-m", "photo_clip")
    measure("--help", lambda: {"seconds": timed_process([*program, "--help"])[0]})
    with tempfile.TemporaryDirectory() as temporary:
        empty = Path(temporary) / "empty"
        with opened_library(Places(empty, empty / "cache")) as library:
            encoder = library.models.active_encoder()
            seeds, model_key = real_embeddings(encoder, Path(temporary) / "photos"), encoder.identity.key
        for count in arguments.sizes:
            folder = Path(temporary) / str(count)
            make_library(Places(folder, folder / "cache"), resampled(seeds, count), model_key)
            fill_index(Places(folder, folder / "cache"), model_key)
            search = [*program, "--library", str(folder), "search", WORDS]
            print(f"{count:,} photos")
            measure("search, from the command line", lambda command=search: {"seconds": timed_process(command)[0]})
            measure("window", lambda place=folder: _window(place))


def _window(folder: Path) -> dict[str, float]:
    script = ["-m", "tests.benchmarks.bench_start", "--window", str(folder), str(time.time())]
    _, told = timed_process(script)
    numbers = dict(line.split(" ") for line in told.splitlines())
    return {
        "painted s": float(numbers["window"]),
        "first answer s": float(numbers["answer"]),
        "memory MB": float(numbers["memory"]),
    }


if __name__ == "__main__":
    main()
