"""What the heads are trained on: the towers' outputs for every photo and text, computed once and kept on disk."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from folders import CaptionedFolder, LabelledFolder
from prompts import everyday_things, imagenet_names, imagenet_texts, label_texts, thing_texts
from squares import SQUARE, square_batches
from torch import Tensor
from torch.nn import functional
from towers import (
    CLASSES,
    EXAMPLE_IDS,
    FEATURES,
    TOKENS,
    WORDS,
    ImageTower,
    SideBySide,
    TextTower,
    compiled,
    minilm_folder,
)
from transformers import AutoTokenizer


@dataclass(frozen=True, slots=True, eq=False)
class SeenPhotos:
    """What the image tower makes of photos."""

    features: Tensor
    """Shape (n, 1280)."""
    logits: Tensor
    """Shape (n, 1000)."""
    tuned: Tensor
    """Shape (n, 1280)."""


@dataclass(frozen=True, slots=True, eq=False)
class Captioned:
    """A captioned folder with its outputs."""

    photos: SeenPhotos
    sentences: Tensor
    """Shape (n, captions, 384): the same number of captions for each photo."""
    tuned_sentences: Tensor
    """Of the same shape."""
    splits: dict[str, Tensor]
    """Rows of the photos of each split."""


@dataclass(frozen=True, slots=True, eq=False)
class Labelled:
    """A labelled folder with its outputs."""

    photos: SeenPhotos
    classes: Tensor
    """Shape (n,): rows of `sentences`."""
    sentences: list[Tensor]
    """For each class (texts, 384): what may be said of it."""
    tuned_sentences: list[Tensor]
    """Of the same shapes."""


class Towers:
    """Computes tower outputs, or takes them from the cache folder."""

    def __init__(self, image: ImageTower, text: TextTower, cache: Path) -> None:
        side = SQUARE.side_px
        self._image = compiled(SideBySide(image), (torch.zeros((2, side, side, 3), dtype=torch.uint8),))
        self._text = compiled(SideBySide(text), (EXAMPLE_IDS, (EXAMPLE_IDS > 0).long()))
        self._cache = cache
        self._tokenizer = AutoTokenizer.from_pretrained(minilm_folder(), local_files_only=True)
        cache.mkdir(parents=True, exist_ok=True)

    def kept_sentences(self, name: str, texts: Sequence[str]) -> tuple[Tensor, Tensor]:
        """Return the unit sentence vectors and the tuned ones, both (n, 384), from the cache where they are there."""
        kept = torch.from_numpy(self._kept(f"{name}_sentences", lambda: self._read(texts)))
        return kept[:, :WORDS], kept[:, WORDS:]

    def photos(self, name: str, photos: Sequence[Path]) -> SeenPhotos:
        kept = torch.from_numpy(self._kept(f"{name}_photos", lambda: self._seen(photos)).astype(np.float32))
        return SeenPhotos(*kept.split((FEATURES, CLASSES, FEATURES), dim=-1))

    def captioned(self, name: str, folder: CaptionedFolder) -> Captioned:
        fewest = min(len(captions) for captions in folder.captions)
        texts = [caption for captions in folder.captions for caption in captions[:fewest]]
        shape = (len(folder.photos), fewest, WORDS)
        sentences, tuned = (rows.reshape(shape) for rows in self.kept_sentences(name, texts))
        splits = {split: torch.tensor(folder.rows(split), dtype=torch.long) for split in ("train", "dev", "test")}
        return Captioned(self.photos(name, folder.photos), sentences, tuned, splits)

    def labelled(self, name: str, folder: LabelledFolder) -> Labelled:
        """Labels that name exactly one ImageNet class are also known by its other names and its gloss."""
        spoken = [all_texts(label) for label in folder.labels]
        counts = [len(group) for group in spoken]
        flat, tuned = self.kept_sentences(name, [text for group in spoken for text in group])
        photos = self.photos(name, folder.photos)
        return Labelled(photos, torch.tensor(folder.label_of), list(flat.split(counts)), list(tuned.split(counts)))

    def class_vectors(self) -> tuple[Tensor, Tensor]:
        """Return the unit sentence vectors of the ImageNet classes and the tuned ones, both (1000, 384).

        Each is the mean of its groups of texts.
        """
        texts = imagenet_texts()
        counts = [len(group) for groups in texts for group in groups]
        both = self.kept_sentences("imagenet_classes", [text for groups in texts for group in groups for text in group])
        means = ([functional.normalize(part.mean(0), dim=-1) for part in rows.split(counts)] for rows in both)
        plain, tuned = (torch.stack(rows).view(CLASSES, -1, WORDS).sum(1) for rows in means)
        return functional.normalize(plain, dim=-1), functional.normalize(tuned, dim=-1)

    def things(self) -> tuple[Tensor, Tensor]:
        """Return unit sentence vectors of the names of things (k, 384), and the classes they stand for (k, 1000).

        The first 1,000 are the ImageNet classes themselves; the rest are the everyday words for them.
        """
        things = everyday_things()
        spoken = [thing_texts(words) for words, _ in things]
        flat, _ = self.kept_sentences("things", [text for group in spoken for text in group])
        names = torch.stack(
            [functional.normalize(group.mean(0), dim=-1) for group in flat.split(list(map(len, spoken)))]
        )
        opinions = torch.zeros(len(things), CLASSES)
        for row, (_, classes) in enumerate(things):
            opinions[row, classes] = max(len(classes), 1) ** -0.5
        return torch.cat([self.class_vectors()[0], names]), torch.cat([torch.eye(CLASSES), opinions])

    def _seen(self, photos: Sequence[Path]) -> np.ndarray:
        """Return features, logits and tuned features side by side, shape (n, 3560), float16."""
        return np.concatenate([self._image(squares).astype(np.float16) for squares in square_batches(photos, SQUARE)])

    def _read(self, texts: Sequence[str], *, count: int = 128) -> np.ndarray:
        """Return sentence vectors and tuned ones side by side, shape (n, 768)."""
        order = sorted(range(len(texts)), key=lambda row: len(texts[row]))
        result = np.empty((len(texts), 2 * WORDS), np.float32)
        for start in range(0, len(texts), count):
            rows = order[start : start + count]
            batch = self._tokenizer(
                [texts[row] for row in rows], padding=True, truncation=True, max_length=TOKENS, return_tensors="np"
            )
            result[rows] = self._text(batch["input_ids"], batch["attention_mask"])
        return result

    def _kept(self, name: str, compute: Callable[[], np.ndarray]) -> np.ndarray:
        file = self._cache / f"{name}.npy"
        if not file.exists():
            unfinished = self._cache / f"{name}.unfinished.npy"
            np.save(unfinished, compute())
            unfinished.rename(file)
        return np.load(file)


def all_texts(label: str) -> list[str]:
    """Return what may be said of a label, with the other names and the gloss of the ImageNet class it names."""
    rows = [row for row, names in enumerate(imagenet_names()) if label in names]
    known = [text for group in imagenet_texts()[rows[0]] for text in group] if len(rows) == 1 else []
    return [*label_texts(label), *known]
