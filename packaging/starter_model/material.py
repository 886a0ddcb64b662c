"""What the heads are trained on: the towers' outputs for every photo and text, computed once and kept on disk."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from folders import CaptionedFolder, LabelledFolder
from prompts import imagenet_names, imagenet_texts, label_texts
from squares import SQUARE, square_batches
from torch import Tensor, nn
from torch.nn import functional
from towers import FEATURES, TOKENS, mean_pooled, minilm, minilm_folder, tower_outputs
from transformers import AutoTokenizer


@dataclass(frozen=True, slots=True, eq=False)
class PhotoOutputs:
    """What the image tower makes of photos, as they are [0] and mirrored [1]."""

    features: Tensor
    """Shape (2, n, 1280)."""
    logits: Tensor
    """Shape (2, n, 1000)."""


@dataclass(frozen=True, slots=True, eq=False)
class Captioned:
    """A captioned folder with its outputs."""

    photos: PhotoOutputs
    sentences: Tensor
    """Shape (n, captions, 384): the same number of captions for each photo."""
    splits: dict[str, Tensor]
    """Rows of the photos of each split."""


@dataclass(frozen=True, slots=True, eq=False)
class Labelled:
    """A labelled folder with its outputs."""

    photos: PhotoOutputs
    classes: Tensor
    """Shape (n,): rows of `sentences`."""
    sentences: list[Tensor]
    """For each class (texts, 384): what may be said of it."""


class Towers:
    """Computes tower outputs, or takes them from the cache folder."""

    def __init__(self, image: nn.Module, cache: Path) -> None:
        self.image = image
        self._cache = cache
        self._text = minilm()
        self._tokenizer = AutoTokenizer.from_pretrained(minilm_folder(), local_files_only=True)
        cache.mkdir(parents=True, exist_ok=True)

    @torch.inference_mode()
    def sentences(self, texts: Sequence[str], *, count: int = 128) -> Tensor:
        """Return the unit sentence vectors (n, 384)."""
        order = sorted(range(len(texts)), key=lambda row: len(texts[row]))
        result = torch.empty(len(texts), 384)
        for start in range(0, len(texts), count):
            rows = order[start : start + count]
            batch = self._tokenizer(
                [texts[row] for row in rows], padding=True, truncation=True, max_length=TOKENS, return_tensors="pt"
            )
            hidden = self._text(**batch).last_hidden_state
            result[rows] = mean_pooled(hidden, batch["attention_mask"])
        return result

    def kept_sentences(self, name: str, texts: Sequence[str]) -> Tensor:
        """Like `sentences`, from the cache where they are there."""
        return torch.from_numpy(self._kept(f"{name}_sentences", lambda: self.sentences(texts).numpy()))

    def photos(self, name: str, photos: Sequence[Path]) -> PhotoOutputs:
        """Return the outputs for photos, each as it is and mirrored."""
        kept = torch.from_numpy(self._kept(f"{name}_photos", lambda: self._seen(photos)).astype(np.float32))
        return PhotoOutputs(kept[..., :FEATURES], kept[..., FEATURES:])

    def captioned(self, name: str, folder: CaptionedFolder) -> Captioned:
        fewest = min(len(captions) for captions in folder.captions)
        texts = [caption for captions in folder.captions for caption in captions[:fewest]]
        sentences = self.kept_sentences(name, texts)
        splits = {split: torch.tensor(folder.rows(split), dtype=torch.long) for split in ("train", "dev", "test")}
        outputs = self.photos(name, folder.photos)
        return Captioned(outputs, sentences.reshape(len(folder.photos), fewest, -1), splits)

    def labelled(self, name: str, folder: LabelledFolder) -> Labelled:
        """Labels that name exactly one ImageNet class are also known by its other names and its gloss."""
        spoken = [_all_texts(label) for label in folder.labels]
        flat = self.kept_sentences(name, [text for group in spoken for text in group])
        sentences = list(flat.split([len(group) for group in spoken]))
        return Labelled(self.photos(name, folder.photos), torch.tensor(folder.label_of), sentences)

    def class_vectors(self) -> Tensor:
        """Return the unit sentence vectors of the ImageNet classes (1000, 384), the mean of their groups of texts."""
        texts = imagenet_texts()
        flat = self.kept_sentences("imagenet_classes", [text for groups in texts for group in groups for text in group])
        parts = iter(flat.split([len(group) for groups in texts for group in groups]))
        sums = [sum(functional.normalize(next(parts).mean(0), dim=-1) for _ in groups) for groups in texts]
        return functional.normalize(torch.stack(sums), dim=-1)

    @torch.inference_mode()
    def _seen(self, photos: Sequence[Path]) -> np.ndarray:
        """Return features and logits side by side, shape (2, n, 2280), float16."""
        rows = []
        for squares in square_batches(photos, SQUARE):
            both = torch.from_numpy(np.stack([squares, squares[:, :, ::-1]]))
            rows.append([torch.cat(tower_outputs(self.image, turned), -1).half() for turned in both])
        return torch.stack([torch.cat(side) for side in zip(*rows, strict=True)]).numpy()

    def _kept(self, name: str, compute: Callable[[], np.ndarray]) -> np.ndarray:
        file = self._cache / f"{name}.npy"
        if not file.exists():
            unfinished = self._cache / f"{name}.unfinished.npy"
            np.save(unfinished, compute())
            unfinished.rename(file)
        return np.load(file)


def _all_texts(label: str) -> list[str]:
    """Return what may be said of a label, with the other names and the gloss of the ImageNet class it names."""
    rows = [row for row, names in enumerate(imagenet_names()) if label in names]
    known = [text for group in imagenet_texts()[rows[0]] for text in group] if len(rows) == 1 else []
    return [*label_texts(label), *known]
