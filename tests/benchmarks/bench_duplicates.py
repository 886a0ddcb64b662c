"""Prints how many versions of a photo, and shots of a burst, are found to be near-duplicates, and how many others.

    python -m tests.benchmarks.bench_duplicates PHOTOS [--count 300]

PHOTOS is a folder of photos of which no two are alike, as far as may be: pairs of them that are found are listed. Of
some of them, versions are made and all are indexed in a temporary library by the bundled model; shots of a burst are
crops at another place, with names that tell times two seconds apart. Then a comparison of 100,000 made fingerprints.
"""

import argparse
import time
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from PIL import Image, ImageEnhance, ImageFilter, ImageOps

from photo_clip.core.likeness import Looks
from photo_clip.core.places import Places
from photo_clip.core.stacks import versions
from photo_clip.opening import opened_library
from tests.indexing import run

ORIGINAL = "original"


def made(photo: Image.Image) -> Iterator[tuple[str, Image.Image]]:
    """Make the versions of a photo."""
    width, height = photo.size
    yield "half the size", photo.resize((width // 2, height // 2), Image.Resampling.LANCZOS)
    yield "quality 30", photo
    yield "a third brighter", ImageEnhance.Brightness(photo).enhance(1.33)
    yield "more contrast", ImageEnhance.Contrast(photo).enhance(1.3)
    yield "grey", photo.convert("L").convert("RGB")
    yield "blurred", photo.filter(ImageFilter.GaussianBlur(2))
    for percent in (1, 3, 10):
        yield f"{percent} % cropped", photo.crop((width * percent // 100, height * percent // 100, width, height))
    yield "mirrored", ImageOps.mirror(photo)


def shots(photo: Image.Image) -> Iterator[Image.Image]:
    """Make a burst of three: the camera moves by 5 %."""
    width, height = photo.size
    for left, top in ((0, 0), (5, 2), (8, 5)):
        x, y = width * left // 100, height * top // 100
        yield photo.crop((x, y, x + width * 9 // 10, y + height * 9 // 10))


def main() -> None:
    """Read the arguments and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photos", type=Path)
    parser.add_argument("--count", type=int, default=300, help="how many photos get versions")
    arguments = parser.parse_args()
    files = sorted(path for path in arguments.photos.iterdir() if path.suffix.lower() in {".jpg", ".jpeg", ".png"})
    with TemporaryDirectory() as temporary:
        folder = Path(temporary, "photos")
        folder.mkdir()
        of = make_photos(folder, files, arguments.count)
        print_found(Path(temporary, "library"), folder, of, arguments.count)
    print_time(100_000)


def make_photos(folder: Path, files: list[Path], count: int) -> dict[str, tuple[int, str]]:
    """Write all photos, and the versions of the first ones; return each name with its photo and its kind."""
    of: dict[str, tuple[int, str]] = {}
    start = datetime(2020, 1, 1, 12)
    for number, file in enumerate(files):
        with Image.open(file) as opened:
            photo = opened.convert("RGB")
        pictures = [(ORIGINAL, photo), *(made(photo) if number < count else ())]
        for kind, picture in pictures:
            name = f"{number}-{kind}.jpg"
            picture.save(folder / name, quality=30 if kind == "quality 30" else 92)
            of[name] = (number, kind)
        for shot, picture in enumerate(shots(photo) if number < count else ()):
            name = f"IMG_{start + timedelta(hours=number, seconds=2 * shot):%Y%m%d_%H%M%S}.jpg"
            picture.save(folder / name, quality=92)
            of[name] = (number, f"burst, shot {shot + 1}")
    return of


def print_found(library_folder: Path, folder: Path, of: dict[str, tuple[int, str]], count: int) -> None:
    """Index, look for near-duplicates and print what was found, of each kind."""
    with opened_library(Places(library_folder, library_folder / "cache")) as library:
        library.folders.add(folder)
        time.sleep(3.5)  # files just written are left for the next look
        run(library.keep_up())
        began = time.perf_counter()
        stacks = run(library.duplicates.find())
        took_s = time.perf_counter() - began
    found: Counter[str] = Counter()
    wrong: list[str] = []
    for stack in stacks:
        names = [photo.path.name for photo in stack.photos]
        head, _ = of[names[0]]
        wrong += [f"{names[0]} and {name}" for name in names[1:] if of[name][0] != head]
        kinds_found = [of[name][1] for name in names if of[name][0] == head]
        found.update(kinds_found if len(kinds_found) > 1 else ())
    print(f"{len(of):,} photos, of {count} of them versions; compared in {took_s:.2f} s")
    kinds = dict.fromkeys(kind for _, kind in of.values())
    for kind in kinds:
        if kind != ORIGINAL:
            print(f"  {kind:18} {found[kind] / count:6.1%} in one stack with another version")
    print(f"  {len(wrong)} of other photos: {', '.join(wrong[:20])}")


def print_time(count: int) -> None:
    """Print how long comparing takes."""
    rng = np.random.default_rng(0)
    nothing = np.zeros(count)
    looks = Looks(
        np.arange(count),
        np.arange(count),
        rng.integers(-(2**63), 2**63 - 1, count),
        nothing.astype(np.float32),
        nothing.astype(np.int64),
        np.full(count, np.nan),
        nothing.astype(np.bool_),
        np.zeros((count, 72), np.uint8),
    )
    began = time.perf_counter()
    pairs = sum(len(one) for one, _ in versions(looks))
    print(f"{count:,} fingerprints, each with each: {time.perf_counter() - began:.1f} s ({pairs} by chance)")


if __name__ == "__main__":
    main()
