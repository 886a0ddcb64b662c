"""Prints whether small things are found, what that does to other searches, and what it costs.

    python -m tests.benchmarks.bench_where --photos PHOTOS
    python -m tests.benchmarks.bench_where --speed 100000

PHOTOS holds flickr8k/ with captions.tsv and splits.tsv, caltech101/ and intel_scenes/ with labels.tsv. Photos of
objects are pasted, 15 to 30 % as wide, anywhere into Flickr8k's development photos. Each label is asked for, as are
captions of its test photos and the labels of whole photos, in a library of them all, first without and then with their
parts. All is made, read, embedded and searched for as the program does it. The bundled model has seen the labelled
photos, whole.

The size of tiles and the handicap were chosen on 366 such photos (without parts: small things MAP 0.03, captions R@1
0.40, labels MAP 0.95). With 9 tiles of a third of a square photo's side, small things reach 0.55, 0.53, 0.47 and 0.38
with a handicap of 0, 0.5, 1 and 1.5 spreads, labels 0.88, 0.93, 0.95 and 0.95, captions 0.35, 0.41, 0.40 and 0.40; with
9 of 0.4 of the side, small things 0.48, 0.45, 0.40 and 0.33; with 16 of 0.3, 0.67, 0.65, 0.58 and 0.51.
"""

import argparse
import os
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from photo_clip.core.places import Places
from photo_clip.core.progress import Task
from photo_clip.core.scoring import unit_rows
from photo_clip.core.tiles import USUAL_TILES
from photo_clip.opening import opened_library
from photo_clip.services.library import Library
from photo_clip.services.tile_finder import TileFinder
from tests.benchmarks.bench_search import memory_mb, percentiles_ms
from tests.benchmarks.made_library import make_library, real_embeddings, resampled

SIDE_PX = 780
LARGE_PX, LARGE = (4000, 3000), 48
SCENES, SMALL, WHOLE = 150, (30, 3), (20, 3)
"""How many test photos; how many labels, and photos of each."""
TAKEN_S = 1_600_000_000


@dataclass(frozen=True)
class Made:
    """A photo that was made, and what asks for it."""

    kind: str
    words: str


def made_photos(photos: Path, folder: Path) -> dict[str, Made]:
    """Write the photos into a folder; return what each is, by name."""
    numbers = np.random.default_rng(7)
    flickr = photos / "flickr8k"
    captions: dict[str, str] = {}
    for name, caption in _lines(flickr / "captions.tsv"):
        captions.setdefault(Path(name).name, caption)
    splits = [(Path(name).name, split) for name, split in _lines(flickr / "splits.tsv")]
    tests, backgrounds = (
        list(numbers.permutation(sorted(name for name, split in splits if split == wanted)))
        for wanted in ("test", "dev")
    )
    objects = _labelled(photos / "caltech101")
    labels = list(numbers.permutation([label for label in sorted(objects) if label.islower()]))
    made: dict[str, Made] = {}

    def write(picture: Image.Image, what: Made) -> None:
        name = f"{len(made):05}.jpg"
        picture.save(folder / name, quality=90)
        os.utime(folder / name, (TAKEN_S, TAKEN_S))
        made[name] = what

    for name in tests[:SCENES]:
        write(_scene(flickr / "images" / name), Made("captions", captions[name]))
    for label in labels[: SMALL[0]]:
        for row in numbers.permutation(len(objects[label]))[: SMALL[1]]:
            scene = _scene(flickr / "images" / backgrounds.pop())
            with Image.open(objects[label][row]) as picture:
                width = int(numbers.uniform(0.15, 0.3) * SIDE_PX)
                height = min(int(width * picture.height / picture.width), SIDE_PX // 3)
                thing = picture.convert("RGB").resize((width, height), Image.Resampling.BICUBIC)
            place = (int(numbers.uniform(0, SIDE_PX - width)), int(numbers.uniform(0, SIDE_PX - height)))
            scene.paste(thing, place)
            write(scene, Made("small things", label.replace("_", " ")))
    scenes = _labelled(photos / "intel_scenes")
    for label, files in [*((label, objects[label]) for label in labels[SMALL[0] :][: WHOLE[0]]), *scenes.items()]:
        for row in numbers.permutation(len(files))[: WHOLE[1]]:
            write(_scene(files[row]), Made("labels", label.replace("_", " ")))
    return made


def judge(library: Library, made: dict[str, Made]) -> None:
    """Print how well each kind of photo is found."""
    for kind in ("small things", "captions", "labels"):
        queries = sorted({what.words for what in made.values() if what.kind == kind})
        first, tenth, precisions, called, others = [], [], [], [], []
        for words in queries:
            hits = library.searcher.search(f'"{words}"')
            right = [made[hit.photo.path.name] == Made(kind, words) for hit in hits]
            matches = [hit.relevance is not None and hit.relevance >= 0.5 for hit in hits]
            count = sum(right)
            first.append(right[0])
            tenth.append(sum(right[:10]) / count)
            ranks = np.flatnonzero(right) + 1
            precisions.append(float(np.mean(np.arange(1, count + 1) / ranks)))
            called.append(sum(a and b for a, b in zip(right, matches, strict=True)) / count)
            others.append(sum(b and not a for a, b in zip(right, matches, strict=True)))
        print(
            f"    {kind:14} first {np.mean(first):.3f}   recall@10 {np.mean(tenth):.3f}   MAP {np.mean(precisions):.3f}"
            f"   called a match {np.mean(called):.2f}, and others in the mean {np.mean(others):.1f}",
            flush=True,
        )


def judge_finding(photos: Path, folder: Path) -> None:
    """Print the table of what is found."""
    (folder / "photos").mkdir()
    made = made_photos(photos, folder / "photos")
    with opened_library(Places(folder / "library", folder / "cache")) as library:
        watched = library.folders.add(folder / "photos")
        _run(library.keep_up())
        print(f"{len(made):,} photos\n  as wholes")
        judge(library, made)
        library.look_for_small_things(watched.id, on=True)
        _run(library.look_closer())
        print("  with their parts")
        judge(library, made)


def measure_indexing(folder: Path) -> None:
    """Print how much longer parts take than whole photos."""
    numbers = np.random.default_rng(1)
    for number in range(8 + LARGE):
        small = Image.fromarray(numbers.integers(0, 255, (60, 80, 3), dtype=np.uint8))
        file = folder / ("first" if number < 8 else "large") / f"{number}.jpg"
        file.parent.mkdir(exist_ok=True)
        small.resize(LARGE_PX, Image.Resampling.BICUBIC).save(file, quality=92)
        os.utime(file, (TAKEN_S, TAKEN_S))
    with opened_library(Places(folder / "of-large", folder / "of-large-cache")) as library:
        library.folders.add(folder / "first")  # what starts only once is not counted
        _run(library.keep_up())
        watched = library.folders.add(folder / "large")
        whole_s = _timed(lambda: _run(library.keep_up([watched.id])))
        library.look_for_small_things(watched.id, on=True)
        parts_s = _timed(lambda: _run(library.look_closer()))
    print(
        f"{LARGE} photos of 12 megapixels: {whole_s:.1f} s as wholes, {parts_s:.1f} s their parts,"
        f" {parts_s / whole_s:.1f} times as long",
        flush=True,
    )


def measure_search(folder: Path, count: int) -> None:
    """Print what searching in the parts of so many photos takes in memory and time."""
    places = Places(folder / "many", folder / "many-cache")
    with opened_library(places) as library:
        encoder = library.models.active_encoder()
        key, texts = encoder.identity.key, encoder.embed_texts(["a cat", "a cup of coffee", "an old coin", "grass"])
        seeds = real_embeddings(encoder, folder / "seeds")
    make_library(places, resampled(seeds, count), key)
    numbers = np.random.default_rng(2)
    with opened_library(places) as library:
        library.catalog.tiles.switch(library.folders.all()[0].id, on=True)
        for start in range(0, count, 2000):
            rows = resampled(seeds, 2000 * USUAL_TILES) + 0.01 * numbers.standard_normal(seeds.shape[1])
            tiles = unit_rows(rows).reshape(2000, USUAL_TILES, -1)
            names = [f"{row:032x}" for row in range(start, min(start + 2000, count))]
            library.catalog.tiles.store(key, dict(zip(names, tiles, strict=False)))
    with opened_library(places, writing=False) as library:
        library.searcher.warm_up()
        before_mb = memory_mb()
        finder = TileFinder(library.catalog)
        loaded_s = _timed(lambda: finder.warm_up(key))
        held_mb = memory_mb() - before_mb
        times = percentiles_ms(lambda number: finder.nearest(key, texts[number % len(texts)], 500), 40)
        recall = float(np.mean([_recall(library, finder, key, text) for text in texts]))
        whole = percentiles_ms(lambda n: library.neighbours.nearest(key, texts[n % len(texts)], 500), 40)
    print(
        f"{count:,} photos with {USUAL_TILES} parts each: ready after {loaded_s:.1f} s, {held_mb:,.0f} MB, median"
        f" {times[0]:.0f} ms, 95 % {times[1]:.0f} ms, recall@100 {recall:.3f}; wholes alone {whole[0]:.0f} ms"
    )


def _recall(library: Library, finder: TileFinder, key: str, text: np.ndarray) -> float:
    """Return how many of the best hundred are found."""
    ids: list[np.ndarray] = []
    cosines: list[np.ndarray] = []
    row = 0
    while len((stored := library.catalog.tiles.stored(key, after_row=row)).content_ids):
        ids.append(stored.content_ids)
        every = stored.vectors.astype(np.float32) @ text
        cosines.append(np.maximum.reduceat(every, np.cumsum(stored.counts) - stored.counts))
        row = stored.last_row
    best = np.concatenate(ids)[np.argsort(-np.concatenate(cosines))[:100]]
    return len(set(best.tolist()) & set(finder.nearest(key, text, 100).content_ids.tolist())) / 100


def _scene(file: Path) -> Image.Image:
    with Image.open(file) as picture:
        return picture.convert("RGB").resize((SIDE_PX, SIDE_PX), Image.Resampling.BICUBIC)


def _labelled(folder: Path) -> dict[str, list[Path]]:
    found: dict[str, list[Path]] = {}
    for name, label in _lines(folder / "labels.tsv"):
        found.setdefault(label, []).append(folder / name)
    return found


def _lines(file: Path) -> Iterator[Sequence[str]]:
    for line in file.read_text(encoding="utf-8").splitlines():
        yield line.split("\t")


def _run(task: Task[object]) -> None:
    for _ in task:
        pass


def _timed(work: Callable[[], object]) -> float:
    started_s = time.perf_counter()
    work()
    return time.perf_counter() - started_s


def main() -> None:
    """Read the arguments and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", type=Path)
    parser.add_argument("--speed", type=int, metavar="PHOTOS")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if arguments.photos is not None:
            judge_finding(arguments.photos, Path(folder))
        if arguments.speed is not None:
            measure_indexing(Path(folder))
            measure_search(Path(folder), arguments.speed)


if __name__ == "__main__":
    main()
