"""Folders with photos, and what is written about the photos in them."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class CaptionedFolder:
    """Photos with several captions each, in the layout of Flickr8k.

    images/ · captions.tsv (path, tab, caption) · splits.tsv (path, tab, train, dev, test or none)
    """

    folder: Path
    photos: list[Path]
    captions: list[list[str]]
    """Of each photo."""
    splits: list[str]
    """Of each photo."""

    def rows(self, split: str) -> list[int]:
        """Return which photos belong to a split, in order."""
        return [row for row, name in enumerate(self.splits) if name == split]


@dataclass(frozen=True, slots=True)
class LabelledFolder:
    """Photos with one label each: images/ · labels.tsv (path, tab, label)."""

    folder: Path
    photos: list[Path]
    labels: list[str]
    """What is shown, in order; each once."""
    label_of: list[int]
    """Of each photo: its row in `labels`."""


def read_captioned(folder: Path) -> CaptionedFolder:
    """Read a captioned folder, photos by path. Raises OSError where a file of the layout is missing."""
    split_of = dict(_pairs(folder / "splits.tsv"))
    captions_of: dict[str, list[str]] = {}
    for path, caption in _pairs(folder / "captions.tsv"):
        captions_of.setdefault(path, []).append(caption)
    paths = sorted(captions_of)
    return CaptionedFolder(
        folder,
        [folder / path for path in paths],
        [captions_of[path] for path in paths],
        [split_of.get(path, "none") for path in paths],
    )


def read_labelled(folder: Path) -> LabelledFolder:
    """Read a labelled folder, photos by path. Raises OSError where a file of the layout is missing."""
    pairs = sorted(_pairs(folder / "labels.tsv"))
    labels = sorted({label for _, label in pairs})
    row_of = {label: row for row, label in enumerate(labels)}
    return LabelledFolder(folder, [folder / path for path, _ in pairs], labels, [row_of[label] for _, label in pairs])


def read_lines(file: Path) -> list[str]:
    """Return the lines of a text file that are not empty."""
    return [line for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]


def _pairs(file: Path) -> Iterator[tuple[str, str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        for row in csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
            yield row[0], row[1]
