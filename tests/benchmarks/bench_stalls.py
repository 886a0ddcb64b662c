"""Prints how long the window's thread lets people wait while they type over a large library.

    python -m tests.benchmarks.bench_stalls
    python -m tests.benchmarks.bench_stalls --photos 100000 --headed

The real window, over a library of made photos with real thumbnails. Sentences are typed key by key, at a fast typist's
pace; after each, the answer is scrolled through. A timer beats every 5 ms: what a beat comes later than that is time in
which nothing could be painted, whether the window's own code took it or other threads kept Python to themselves.
Machines are noisy: the first row is the same window left alone.
"""

import argparse
import os
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from photo_clip.core.places import Places
from photo_clip.opening import opened_library
from tests.benchmarks.made_library import make_library, real_embeddings, resampled
from tests.real_photos import write_real_photos

if TYPE_CHECKING:
    from photo_clip.core.photo import Photo
    from photo_clip.gui.main_window import OpenedLibrary

BEAT_MS = 5
KEY_MS = 90
PAGE_MS = 60
PAGES = 12
REST_S = 5.0
LONG_MS = 50
SENTENCES = (
    "a cup of coffee",
    "a cat -people",
    "an old coin must:metal",
    "a rocket date:2020..2022",
    "name:0123 grass",
)
Step = tuple[str, int]


def steps() -> list[Step]:
    """Return what is done, and how many milliseconds later the next thing is."""
    done: list[Step] = []
    for sentence in SENTENCES:
        done += [(key, KEY_MS) for key in sentence]
        done += [("answer", 1200), *[("page", PAGE_MS)] * PAGES, ("clear", 600)]
    return done


def say(name: str, beats: list[float]) -> None:
    """Print how much later than they should the beats came."""
    late_ms = np.array([1000 * (later - earlier) - BEAT_MS for earlier, later in pairwise(beats)])
    points = ", ".join(f"{point} % {np.percentile(late_ms, point):.1f}" for point in (50, 95, 99, 99.9))
    worst = ", ".join(f"{each:.0f}" for each in np.sort(late_ms)[::-1][:5])
    print(
        f"  {name:18} ms late: {points}; the longest {worst}; over {LONG_MS} ms: {(late_ms > LONG_MS).sum()} times in"
        f" {beats[-1] - beats[0]:.0f} s",
        flush=True,
    )


def run(places: Places, thumbnails: list[Path]) -> None:
    """Open the window, leave it alone for a while, then type."""
    from PySide6.QtCore import QEvent, Qt, QTimer
    from PySide6.QtGui import QKeyEvent
    from PySide6.QtWidgets import QApplication

    import photo_clip.app
    from photo_clip.gui import main_window

    class Window(main_window.MainWindow):
        def _use(self, opened: "OpenedLibrary") -> None:
            opened.library.thumbnails.file = self.thumbnail_of  # type: ignore[method-assign]
            super()._use(opened)
            self.beats: list[float] = []
            self.left = steps()
            self.heart = QTimer(self, interval=BEAT_MS, timerType=Qt.TimerType.PreciseTimer)
            self.heart.timeout.connect(lambda: self.beats.append(time.perf_counter()))
            QTimer.singleShot(9000, self.rest)  # what is done once after a start has been done

        def thumbnail_of(self, photo: "Photo") -> Path:
            return thumbnails[photo.id % len(thumbnails)]

        def rest(self) -> None:
            self.heart.start()
            QTimer.singleShot(round(1000 * REST_S), self.begin)

        def begin(self) -> None:
            say("left alone", self.beats)
            self.beats.clear()
            self.step()

        def step(self) -> None:
            if not self.left:
                say("typing, scrolling", self.beats)
                self.close()
                return
            what, pause_ms = self.left.pop(0)
            if what == "clear":
                self.search_view.clear()
            elif what == "page":
                bar = self.grid.verticalScrollBar()
                bar.setValue(bar.value() + bar.pageStep())
            elif what != "answer":
                for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
                    event = QKeyEvent(kind, 0, Qt.KeyboardModifier.NoModifier, what)
                    QApplication.postEvent(self.search_view.line, event)
            QTimer.singleShot(pause_ms, self.step)

    main_window.MainWindow = Window  # type: ignore[misc]
    photo_clip.app.run_window(places)


def main() -> None:
    """Read the arguments and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", type=int, default=100_000)
    parser.add_argument("--headed", action="store_true", help="show the window on the real display")
    arguments = parser.parse_args()
    if not arguments.headed and sys.platform == "linux":
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    with tempfile.TemporaryDirectory() as folder:
        places = Places(Path(folder) / "library", Path(folder) / "cache")
        with opened_library(places) as library:
            encoder = library.models.active_encoder()
            seeds, key = real_embeddings(encoder, Path(folder) / "seeds"), encoder.identity.key
            small = sorted(write_real_photos(Path(folder) / "small").iterdir())
            thumbnails = [path.with_suffix(".thumbnail") for path in small]
            for path, thumbnail in zip(small, thumbnails, strict=True):
                thumbnail.write_bytes(library.reader.thumbnail(path))
        make_library(places, resampled(seeds, arguments.photos), key)
        print(f"{arguments.photos:,} photos", flush=True)
        run(places, thumbnails)


if __name__ == "__main__":
    main()
