"""Prints how long the window's thread lets people wait while they type over a large library.

    python -m tests.benchmarks.bench_stalls
    python -m tests.benchmarks.bench_stalls --photos 100000 --headed

The real window, over a library of made photos with real thumbnails. Sentences are typed key by key, at a fast typist's
pace; after each, the answer is scrolled through. A timer beats every 5 ms: what a beat comes later than that is time in
which nothing could be painted, whether the window's own code took it or other threads kept Python to themselves.
Machines are noisy: the first row is the same window left alone, and “own” is without the time in which the thread was
ready and the system let others use the cores.
"""

import argparse
import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from photo_clip.core.places import Places
from photo_clip.opening import opened_library
from tests.benchmarks.hands import Hands, steps
from tests.benchmarks.heart import LONG_MS, Beat, Heart
from tests.benchmarks.made_library import make_library, real_embeddings, resampled
from tests.real_photos import write_real_photos

if TYPE_CHECKING:
    from photo_clip.core.photo import Photo
    from photo_clip.gui.main_window import OpenedLibrary

REST_MS = 5000


def say(name: str, beats: list[Beat]) -> None:
    """Print how much later than they should the beats came."""
    for kind, late_ms in (
        ("late", np.array([beat.late_ms for beat in beats])),
        ("own", np.array([beat.own_ms for beat in beats])),
    ):
        points = ", ".join(f"{point} % {np.percentile(late_ms, point):.1f}" for point in (50, 95, 99, 99.9))
        worst = ", ".join(f"{each:.0f}" for each in np.sort(late_ms)[::-1][:5])
        print(
            f"  {name:18} ms {kind}: {points}; the longest {worst}; over {LONG_MS} ms:"
            f" {(late_ms > LONG_MS).sum()} times of {len(beats):,}",
            flush=True,
        )


def run(places: Places, thumbnails: list[Path]) -> None:
    """Open the window, leave it alone for a while, then type."""
    from PySide6.QtCore import QTimer

    import photo_clip.app
    from photo_clip.gui import main_window

    class Window(main_window.MainWindow):
        def _use(self, opened: "OpenedLibrary") -> None:
            opened.library.thumbnails.file = self.thumbnail_of  # type: ignore[method-assign]
            super()._use(opened)
            self.beats: list[Beat] = []
            QTimer.singleShot(9000, self.rest)  # what is done once after a start has been done

        def thumbnail_of(self, photo: "Photo") -> Path:
            return thumbnails[photo.id % len(thumbnails)]

        def rest(self) -> None:
            self.heart = Heart(self, self.beats.append)
            QTimer.singleShot(REST_MS, self.begin)

        def begin(self) -> None:
            say("left alone", self.beats)
            self.beats.clear()
            Hands(self, steps(), self.end).go_on()

        def end(self) -> None:
            self.heart.stop()
            say("typing, scrolling", self.beats)
            self.close()

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
