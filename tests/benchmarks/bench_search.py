"""Prints how long a query takes from its embedding to a ranked list of 500 photos with their paths and dates.

    python -m tests.benchmarks.bench_search
    python -m tests.benchmarks.bench_search --sizes 1000000 --without-chroma

Beside the program's way, on the same vectors in the same run: Chroma's bare query, numpy's bare matrix product, and
the way of rclip 2 (every vector read from SQLite for each query, one product, one sort). The text's embedding is not
counted. Machines are noisy: read the ratios.
"""

import argparse
import os
import sqlite3
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import numpy as np

from photo_clip.core.places import Places
from photo_clip.core.ports import Vectors
from photo_clip.core.query import Query, parse
from photo_clip.opening import opened_library
from photo_clip.services.library import Library
from photo_clip.services.neighbours import Neighbours
from tests.benchmarks.made_library import make_library, real_embeddings, resampled

HITS = 500
QUERIES = 60
WORDS = "a cat|a rocket|a cup of coffee|an old coin|grass|the moon|a palace|a flower|a person with a camera|stars"
FILTERS = (
    *(
        "date:2004",
        "date:2005..2019",
        "-date:2011",
        "near:48.1,11.6,500",
        "near:-33.9,151.2,3000",
        "has:gps",
        "-has:gps",
    ),
    *("camera:nikon", "camera:canon or camera:sony", "-camera:apple", "folder:0060", "-folder:0007", "name:0030"),
    *("tag:family", "tag:places", "-tag:family", "has:tag", "rating:>=3", "size:>10mp", "type:jpg", "type:raw"),
    *(
        "is:duplicate",
        "is:offline",
        "is:favourite",
        "is:portrait",
        "camera:nikon date:2004 has:gps",
        "tag:family size:<20mp",
    ),
)


def percentiles_ms(answer: Callable[[int], object], times: int) -> tuple[float, float]:
    """Return median and 95th percentile."""
    taken = []
    for number in range(times):
        started_s = time.perf_counter()
        answer(number)
        taken.append(1000 * (time.perf_counter() - started_s))
    return float(np.median(taken)), float(np.percentile(taken, 95))


def memory_mb() -> float:
    """Return what the process holds just now."""
    with Path("/proc/self/statm").open() as told:
        return int(told.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def say(name: str, times: tuple[float, float], more: str = "") -> None:
    print(f"  {name:50} median {times[0]:8.1f} ms  95 % {times[1]:8.1f} ms  {more}", flush=True)


def measure(folder: Path, seeds: Vectors, count: int, queries: Sequence[str], *, with_chroma: bool) -> None:
    """Print the table of one size."""
    places = Places(folder / f"library-{count}", folder / f"cache-{count}")
    with opened_library(Places(folder / "empty", folder / "empty-cache")) as library:
        model_key = library.models.active_key()
    vectors = resampled(seeds, count)
    make_library(places, vectors, model_key)
    print(f"{count:,} photos, {vectors.shape[1]} dimensions", flush=True)
    with opened_library(places) as library:
        encoder = library.models.active_encoder()
        texts = encoder.embed_texts(queries)
        words = [queries[number % len(queries)] for number in range(QUERIES)]
        asked = [parse(each, date.today()) for each in words]

        def listed(number: int) -> None:
            found = library.searcher.find(asked[number], HITS)
            library.catalog.bearings(found.photo_ids.tolist())

        exact = Neighbours(library.catalog, None)
        before_mb = memory_mb()
        library.searcher.warm_up()
        held_mb = memory_mb() - before_mb
        for text in queries:  # their embeddings are kept from now on
            library.searcher.search(text, HITS)
        say("photo-clip, first answers after a start", percentiles_ms(listed, QUERIES), f"holds {held_mb:,.0f} MB")
        started_s = time.perf_counter()
        library.speed_up()
        took_s, held_mb = time.perf_counter() - started_s, memory_mb() - before_mb
        more = f"holds {held_mb:,.0f} MB, ready after {took_s:.1f} s"
        recall = [_recall(library.neighbours, exact, model_key, text) for text in texts]
        say("photo-clip", percentiles_ms(listed, QUERIES), f"{more}, recall@100 {np.mean(recall):.3f}")
        times = percentiles_ms(lambda number: library.searcher.search(words[number], HITS), QUERIES)
        say("photo-clip, with all that is known of each photo", times)
        _say_filters(library, queries)
        half = library.catalog.embeddings.vectors(model_key).content_ids[::2]
        times = percentiles_ms(lambda n: library.neighbours.nearest(model_key, texts[n % len(texts)], HITS, half), 20)
        say("its ranking alone, every second photo left out", times)
        if with_chroma:
            _measure_chroma(library, exact, model_key, texts)
        matrix = vectors.astype(np.float32)
        say("numpy's product alone", percentiles_ms(lambda n: matrix @ texts[n % len(texts)], QUERIES))
    rows = sqlite3.connect(places.catalog_file)
    say("as rclip does it", percentiles_ms(lambda n: _as_rclip(rows, texts[n % len(texts)]), 5))
    rows.close()


def _say_filters(library: Library, queries: Sequence[str]) -> None:
    """Print how long answers take that are narrowed down: at first, and once it is known what passes the filter."""
    slowest = (0.0, "")
    first, again = [], []
    for each in FILTERS:
        asked = [parse(f"{words} {each}", date.today()) for words in queries[:5]]
        times_ms = [_one_ms(library, query) for query in asked]
        first.append(times_ms[0])
        again += times_ms[1:]
        slowest = max(slowest, (times_ms[0], each))
    say(
        f"photo-clip, with each of {len(FILTERS)} filters, first",
        (float(np.median(first)), float(np.percentile(first, 95))),
        f"the slowest {slowest[0]:.0f} ms, {slowest[1]}",
    )
    say("photo-clip, other words with the same filter", (float(np.median(again)), float(np.percentile(again, 95))))


def _one_ms(library: Library, query: Query) -> float:
    started_s = time.perf_counter()
    found = library.searcher.find(query, HITS)
    library.catalog.bearings(found.photo_ids.tolist())
    return 1000 * (time.perf_counter() - started_s)


def _measure_chroma(library: Library, exact: Neighbours, model_key: str, texts: Vectors) -> None:
    started_s = time.perf_counter()
    for _ in library.neighbours.catch_up(model_key):
        pass
    filled_s = time.perf_counter() - started_s
    with_index = Neighbours(library.catalog, library.index, in_memory_up_to=0)
    with_index.speed_up(model_key, lambda: texts)
    times = percentiles_ms(lambda n: with_index.nearest(model_key, texts[n % len(texts)], HITS), QUERIES)
    recall = [_recall(with_index, exact, model_key, text) for text in texts]
    say("Chroma alone", times, f"filled in {filled_s:.0f} s, recall@100 {np.mean(recall):.3f}")


def _recall(found: Neighbours, exact: Neighbours, model_key: str, text: np.ndarray) -> float:
    """Return how many of the best hundred are found."""
    ids, wanted = (each.nearest(model_key, text, 100)[0].tolist() for each in (found, exact))
    return len(set(ids) & set(wanted)) / len(wanted)


def _as_rclip(rows: sqlite3.Connection, text: np.ndarray) -> list[tuple[float, str]]:
    found = rows.execute(
        "SELECT p.relative_path, e.vector FROM photos p JOIN embeddings e ON e.content_id = p.content_id"
    ).fetchall()
    vectors = np.stack([np.frombuffer(vector, np.float16) for _, vector in found]).astype(np.float32)
    scored = zip((vectors @ text).tolist(), (path for path, _ in found), strict=True)
    return sorted(scored, reverse=True)[:HITS]


def main() -> None:
    """Read the arguments and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000], metavar="PHOTOS")
    parser.add_argument("--without-chroma", action="store_true", help="filling it takes ten minutes a million photos")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        with opened_library(Places(Path(folder) / "empty", Path(folder) / "empty-cache")) as library:
            seeds = real_embeddings(library.models.active_encoder(), Path(folder) / "photos")
        for count in arguments.sizes:
            measure(Path(folder), seeds, count, WORDS.split("|"), with_chroma=not arguments.without_chroma)


if __name__ == "__main__":
    main()
