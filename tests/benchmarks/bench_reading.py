"""Prints how long photos take to be read: decoded as a whole, the program's way, and through its processes.

    python -m tests.benchmarks.bench_reading

Machines are noisy: read the ratios.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from PIL import Image

from photo_clip.adapters.image_workers import ImageWorkers
from photo_clip.adapters.images import make_square, read_photo, read_thumbnail, read_view
from photo_clip.core.errors import UnreadablePhotoError
from photo_clip.core.ports import SquareSpec
from tests.benchmarks.bench_indexing import SIZES_PX, make_photos

SCREEN_PX = 2560


def median_ms(read: Callable[[Path], object], paths: Sequence[Path]) -> float:
    times = []
    for path in paths:
        started_s = time.perf_counter()
        read(path)
        times.append(1000 * (time.perf_counter() - started_s))
    return statistics.median(times)


def photos_a_second(workers: ImageWorkers, paths: Sequence[Path], square: SquareSpec) -> float:
    started_s = time.perf_counter()
    results = [result for _, result in workers.read(paths, square)]
    assert not any(isinstance(result, UnreadablePhotoError) for result in results)
    return len(results) / (time.perf_counter() - started_s)


def measure(folder: Path, megapixels: int, count: int, square: SquareSpec) -> None:
    """Print one row: milliseconds a photo in this process, and photos a second by the number of processes."""

    def decode_whole(path: Path) -> None:
        with Image.open(path) as image:
            make_square(image.convert("RGB"), square)

    paths = sorted(make_photos(folder / str(megapixels), megapixels, count).iterdir())
    few = paths[: min(count, 12)]
    alone = [
        median_ms(decode_whole, few),
        median_ms(lambda path: read_photo(path, square), few),
        median_ms(read_thumbnail, few),
        median_ms(lambda path: read_view(path, SCREEN_PX), few),
    ]
    together = []
    for processes in (1, 2, 4):
        workers = ImageWorkers(time_limit_s=60, memory_limit_mb=1500, processes=processes)
        try:
            photos_a_second(workers, paths[: 2 * processes], square)  # the processes are started
            together.append(photos_a_second(workers, paths, square))
        finally:
            workers.close()
    cells = [f"{megapixels:>4}", *(f"{ms:>11.0f}" for ms in alone), *(f"{rate:>11.1f}" for rate in together)]
    print(" ".join(cells))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", type=int, default=48, help="how many of each size (default: %(default)s)")
    parser.add_argument("--side", type=int, default=256, help="the square's side in pixels (default: %(default)s)")
    arguments = parser.parse_args()
    print("          milliseconds a photo, in one process             photos a second, by processes")
    print("  MP  whole, to a   as the prog.  thumbnail        view           1           2           4")
    with tempfile.TemporaryDirectory() as folder:
        for megapixels in SIZES_PX:
            measure(Path(folder), megapixels, arguments.photos, SquareSpec(arguments.side))


if __name__ == "__main__":
    main()
