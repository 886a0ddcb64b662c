"""Prints how fast photos are indexed, against the encoder alone and against the reading alone.

    python -m tests.benchmarks.bench_indexing

The photos are made for it: real ones enlarged to 12 and 24 megapixels with the noise of a sensor. All runs of one size
stand in one table, because machines are noisy: read the ratios.
"""

import argparse
import os
import tempfile
import time
from pathlib import Path

import numpy as np
from PIL import Image

from photo_clip.core.errors import UnreadablePhotoError
from photo_clip.core.places import Places
from photo_clip.opening import opened_library
from tests.indexing import indexing
from tests.real_photos import write_real_photos

SIZES_PX = {12: (4000, 3000), 24: (6000, 4000)}


def make_photos(folder: Path, megapixels: int, count: int) -> Path:
    """Write `count` JPEGs of a size, each with noise of its own, so that no two are the same."""
    folder.mkdir(parents=True)
    sources = sorted(write_real_photos(folder.parent / "sources").iterdir())
    noise_of = np.random.default_rng(megapixels)
    width, height = SIZES_PX[megapixels]
    for number in range(count):
        with Image.open(sources[number % len(sources)]) as source:
            large = source.convert("RGB").resize((width, height), Image.Resampling.BICUBIC)
        pixels = np.asarray(large, dtype=np.int16)
        grain = noise_of.integers(-6, 7, size=(height, width, 1), dtype=np.int16)
        noisy = np.clip(pixels + grain, 0, 255).astype(np.uint8)
        Image.fromarray(noisy).save(folder / f"{number:04}.jpg", quality=88)
    return folder


def measure(folder: Path, megapixels: int, count: int) -> None:
    """Print one row: reading alone, encoding alone, and both together as the program does it."""
    photos = make_photos(folder / f"photos-{megapixels}", megapixels, count)
    places = Places(folder / f"library-{megapixels}", folder / f"cache-{megapixels}")
    with opened_library(places) as library:
        encoder = library.models.active_encoder()
        paths = sorted(photos.iterdir())
        list(library.reader.read(paths[:4], encoder.square))  # the reading processes are started
        started_s = time.perf_counter()
        read = [photo for _, photo in library.reader.read(paths, encoder.square)]
        reading_s = time.perf_counter() - started_s
        squares = np.stack([photo.square for photo in read if not isinstance(photo, UnreadablePhotoError)])
        assert len(squares) == count
        encoder.embed_images(squares[:8])
        started_s = time.perf_counter()
        for start in range(0, count, 32):
            encoder.embed_images(squares[start : start + 32])
        encoding_s = time.perf_counter() - started_s
        library.folders.add(photos)
        started_s = time.perf_counter()
        for _ in indexing(library.indexer, encoder):
            pass
        together_s = time.perf_counter() - started_s
        assert library.status().counts.embedded == count
    size_mb = sum(path.stat().st_size for path in paths) / count / 1e6
    print(
        f"{megapixels:3} MP  {size_mb:4.1f} MB  reading {count / reading_s:6.1f}/s  encoder {count / encoding_s:6.1f}/s"
        f"  indexing {count / together_s:6.1f}/s  indexing:encoder {encoding_s / together_s:5.2f}"
        f"  indexing:slower of both {max(encoding_s, reading_s) / together_s:5.2f}"
        f"  indexing:both after another {(encoding_s + reading_s) / together_s:5.2f}",
        flush=True,
    )


def main() -> None:
    """Read the arguments and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=96, help="photos of each size")
    arguments = parser.parse_args()
    print(f"{os.cpu_count()} cores; photos a second")
    with tempfile.TemporaryDirectory() as folder:
        for megapixels in SIZES_PX:
            measure(Path(folder), megapixels, arguments.count)


if __name__ == "__main__":
    main()
