"""Prints how well the line between matches and weaker hits lies, for labels and captions whose photos are known.

    photo-clip --library LIBRARY index PHOTOS/*/images
    python -m tests.benchmarks.bench_relevance --library LIBRARY --photos PHOTOS

PHOTOS holds folders with images/ and labels.tsv (path, tab, label), and flickr8k/ with captions.tsv and splits.tsv.
Each label is asked for twice: with its photos in the library, where F1 counts (a photo whose caption or label has a
word of the label counts neither way), and without them, where nothing should match. The best fixed cosine and the best
fixed number of hits are chosen with hindsight, on the answers they are judged by. Each test photo's first caption is
asked for among the test photos. Spans of three to seven words that stand in several captions, as “a dog running through
snow”, are asked for among the dev and test photos; right are photos of which two captions have all words of the span
that mean something, and where they are spread over its captions it counts neither way.

The bundled model has learned from these photos; a library of the model that `packaging/starter_model/build.py
--held-out` writes tells of others. The weights in photo_clip/core/relevance.py were found with both at once, on such
labels, spans and captions, and on 66 words and phrases of captions that three of a photo's five have: a random search
around those of a logistic regression, for the mean F1, with 0.01 taken off for each photo more that is a match in the
median where nothing should be. Heavier on the best hits, F1 goes on rising, up to 0.02 for labels and spans, while
nearly every query that nothing answers is answered with twenty photos; so one of its first steps was taken, from which
on the line is as good as the best fixed number of hits for labels and words. Four numbers and 2,000 queries leave
little to learn by heart.
"""

import argparse
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from photo_clip.core.places import Places
from photo_clip.core.ports import Encoder, Vectors
from photo_clip.core.relevance import LINE, relevances
from photo_clip.core.text_words import text_words
from photo_clip.opening import opened_library
from photo_clip.services.background import Background
from photo_clip.services.library import Library

HITS = 500
_SAID_BY, _LEAST_RIGHT, _MOST_RIGHT, _MOST_SPANS = 2, 5, 150, 400
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Ground:
    """What answers are judged against."""

    vectors: Vectors
    background: Background
    phrases: Vectors
    sample: Vectors

    def matches(self, words: str, query: NDArray[np.float32], among: Flags) -> Flags:
        """Return which photos the program calls matches for words, when only these are in the library."""
        phrases = self.phrases[self.background.beside(words)]
        cosines = np.where(among, self.vectors @ query, -2)
        best = np.argsort(-cosines)[: min(HITS, int(among.sum()))]
        flags = np.zeros(len(cosines), np.bool_)
        flags[best] = relevances(query, self.vectors[best], phrases, self.sample) >= LINE
        return flags


def f1(found: Flags, truth: Flags, unknown: Flags) -> float:
    """Return the harmonic mean of precision and recall; photos of which nobody knows count neither way."""
    found = found & ~unknown
    return float(2 * (found & truth).sum() / max(1, found.sum() + truth.sum()))


def lines_of(file: Path) -> list[list[str]]:
    return [line.split("\t") for line in file.read_text(encoding="utf-8").splitlines()]


def read_library(library: Library, encoder: Encoder) -> tuple[list[Path], Ground]:
    """Return the photos of an indexed library, and their embeddings."""
    stored = library.catalog.embeddings.vectors(encoder.identity.key)
    photo_ids, of_photo = library.catalog.photos_with(stored.content_ids)
    rows, first = np.unique(of_photo, return_index=True)
    wanted = photo_ids[first].tolist()
    background = library.searcher._background
    assert background is not None
    vectors = stored.vectors[rows].astype(np.float32)
    phrases, sample = background.phrases(encoder), background.sample(encoder.identity.key)
    ground = Ground(vectors, background, phrases, sample)
    return [photo.path for photo in library.catalog.photos(wanted)], ground


def judge_labels(ground: Ground, encoder: Encoder, labels: Sequence[str], captions: Sequence[str]) -> None:
    """Print F1 and how often nothing was called a match where nothing is one."""
    names = sorted({label for label in labels if label})
    asked = [name.replace("_", " ").lower() for name in names]
    queries = encoder.embed_texts(asked)
    cosines = ground.vectors @ queries.T
    truths, unknowns = [], []
    for name in names:
        words = [word for word in re.split(r"[^a-z]+", name.lower()) if len(word) > 2]
        truth = np.array([label == name for label in labels])
        told = np.array([any(word in text for word in words) for text in captions])
        truths.append(truth)
        unknowns.append(told & ~truth)
    everything = np.ones(len(labels), np.bool_)
    ours = [ground.matches(*each, everything) for each in zip(asked, queries, strict=True)]
    absent = [
        ground.matches(words, query, ~truth) & ~unknown
        for words, query, truth, unknown in zip(asked, queries, truths, unknowns, strict=True)
    ]

    def mean_f1(found: Sequence[Flags]) -> float:
        return float(np.mean([f1(*row) for row in zip(found, truths, unknowns, strict=True)]))

    def say(name: str, found: Sequence[Flags], empty: Sequence[Flags]) -> None:
        nothing, shown = np.mean([not flags.any() for flags in empty]), np.median([flags.sum() for flags in empty])
        print(
            f"  {name:44} F1 {mean_f1(found):.3f}   where nothing matches: nothing shown {nothing:.2f},"
            f" in the median {shown:.0f}",
            flush=True,
        )

    print(f"{len(names)} labels, {len(labels):,} photos")
    say("photo-clip's line", ours, absent)
    steps = np.quantile(cosines, 1 - np.geomspace(0.0005, 0.2, 60))
    best = max(steps, key=lambda step: mean_f1([column >= step for column in cosines.T]))
    above = [column >= best for column in cosines.T]
    others = [flags & ~truth & ~unknown for flags, truth, unknown in zip(above, truths, unknowns, strict=True)]
    say(f"best fixed cosine, by hindsight {best:.3f}", above, others)
    ranks = np.argsort(np.argsort(-cosines, axis=0), axis=0)
    count = max((5, 10, 15, 20, 24, 30, 50, 100, 200), key=lambda most: mean_f1([column < most for column in ranks.T]))
    first = [column < count for column in ranks.T]
    say(f"best fixed number of hits, by hindsight {count}", first, first)


def judge_captions(ground: Ground, encoder: Encoder, rows: Sequence[int], captions: Sequence[str]) -> None:
    """Print how often the photo that a caption was written for is among the matches, and how many those are."""
    among = np.zeros(len(ground.vectors), np.bool_)
    among[list(rows)] = True
    found = [ground.matches(*each, among) for each in zip(captions, encoder.embed_texts(captions), strict=True)]
    hit = np.mean([flags[row] for flags, row in zip(found, rows, strict=True)])
    count = np.median([flags.sum() for flags in found])
    print(f"{len(rows):,} captions of as many photos")
    print(f"  photo-clip's line: the caption's photo is a match {hit:.2f}, matches in the median {count:.0f}")


def judge_spans(
    ground: Ground, encoder: Encoder, rows: Sequence[int], captions_of: Mapping[int, Sequence[str]]
) -> None:
    """Print F1 for spans of captions, of which photos are right where two captions say all that the span does."""
    among = np.zeros(len(ground.vectors), np.bool_)
    among[list(rows)] = True
    said = {row: [frozenset(text_words(caption)) for caption in captions_of[row]] for row in rows}
    truths: dict[str, tuple[Flags, Flags]] = {}
    for span in _spans(caption for row in rows for caption in captions_of[row]):
        words = frozenset(text_words(span))
        truth, unknown = (np.zeros(len(among), np.bool_) for _ in range(2))
        for row, captions in said.items():
            truth[row] = sum(words <= caption for caption in captions) >= _SAID_BY
            unknown[row] = not truth[row] and words <= frozenset().union(*captions)
        if _LEAST_RIGHT <= truth.sum() <= _MOST_RIGHT and unknown.sum() <= 4 * truth.sum():
            truths[span] = truth, unknown
        if len(truths) == _MOST_SPANS:
            break
    queries = encoder.embed_texts(list(truths))
    cosines = np.where(among, queries @ ground.vectors.T, -2)

    def mean_f1(found: Iterable[Flags]) -> float:
        return float(np.mean([f1(flags, *truth) for flags, truth in zip(found, truths.values(), strict=True)]))

    def say(name: str, found: Iterable[Flags]) -> None:
        print(f"  {name:44} F1 {mean_f1(found):.3f}", flush=True)

    print(f"{len(truths):,} spans of captions, {len(rows):,} photos")
    say("photo-clip's line", [ground.matches(*each, among) for each in zip(truths, queries, strict=True)])
    say("  also against what the words say themselves", [ground.matches("", query, among) for query in queries])
    steps = np.quantile(cosines[:, among], 1 - np.geomspace(0.0005, 0.2, 40))
    best = max(steps, key=lambda step: mean_f1(cosines >= step))
    say(f"best fixed cosine, by hindsight {best:.3f}", cosines >= best)
    ranks = np.argsort(np.argsort(-cosines, axis=1), axis=1)
    count = max((5, 10, 15, 20, 30, 50, 100), key=lambda most: mean_f1(ranks < most))
    say(f"best fixed number of hits, by hindsight {count}", ranks < count)


def _spans(captions: Iterable[str]) -> list[str]:
    """Return what stands in more than one of them: three to seven words in a row that mean something at both ends."""
    counts: Counter[str] = Counter()
    for caption in captions:
        words = re.findall(r"[a-z]+", caption.lower())
        rows = (words[start : start + count] for count in range(3, 8) for start in range(len(words) - count + 1))
        counts.update({" ".join(row) for row in rows if text_words(row[-1]) and (row[0] == "a" or text_words(row[0]))})
    said = [span for span, count in counts.items() if count > 1 and 2 <= len(text_words(span)) <= 4]
    by_words = {frozenset(text_words(span)): span for span in said}
    return [by_words[words] for words in sorted(by_words, key=sorted)]


def main() -> None:
    """Read the arguments and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--library", type=Path, required=True)
    parser.add_argument("--photos", type=Path, required=True)
    arguments = parser.parse_args()
    flickr = arguments.photos / "flickr8k"
    label_of: dict[Path, str] = {}
    for file in arguments.photos.glob("*/labels.tsv"):
        label_of |= {_photo(file.parent, name): label for name, label in lines_of(file)}
    captions_of: dict[Path, list[str]] = {}
    for name, caption in lines_of(flickr / "captions.tsv"):
        captions_of.setdefault(_photo(flickr, name), []).append(caption)
    split_of = {_photo(flickr, name): split for name, split in lines_of(flickr / "splits.tsv")}
    tests = {path for path, split in split_of.items() if split == "test"}
    unseen = {path for path, split in split_of.items() if split != "train"}
    with opened_library(Places(arguments.library, arguments.library / "cache"), writing=False) as library:
        encoder = library.models.active_encoder()
        paths, ground = read_library(library, encoder)
        usual = {path: label for path, label in label_of.items() if "imagenet" not in str(path)}
        hints = {path: [label] for path, label in label_of.items() if path not in usual} | captions_of
        told = [" ".join(hints.get(path, [])).lower() for path in paths]
        judge_labels(ground, encoder, [usual.get(path, "") for path in paths], told)
        rows = [row for row, path in enumerate(paths) if path in tests]
        judge_captions(ground, encoder, rows, [captions_of[paths[row]][0] for row in rows])
        rows = [row for row, path in enumerate(paths) if path in unseen]
        judge_spans(ground, encoder, rows, {row: captions_of[paths[row]] for row in rows})


def _photo(folder: Path, name: str) -> Path:
    return folder / name if name.startswith("images/") else folder / "images" / name


if __name__ == "__main__":
    main()
