"""The starter model between its two towers: trained heads, beside a part that needs no training.

The vector of a photo is the trained part and the class part side by side, each of unit length and
weighted by the square root of its share; so is the vector of a text. Their dot product is the
weighted mean of the two cosines.

* trained part: the photo's features and the text's sentence vector, each through a head of its own,
  brought together on captions ("locked-image tuning", Zhai et al. 2022, arXiv 2111.07991)
* class part: the photo as the mean of the sentence vectors of its most probable ImageNet classes
  (ConSE, Norouzi et al. 2014, arXiv 1312.5650); it knows every word that the sentence encoder knows
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional
from towers import FEATURES, WORDS


@dataclass(frozen=True, slots=True)
class Sizes:
    """Shapes of the heads and the balance of the parts."""

    trained: int = 448
    hidden: int = 1024
    dropout: float = 0.3
    class_part: int = 192
    """Of the sentence encoder's 384 dimensions, so many principal ones are kept."""
    class_weight: float = 0.7
    """Weight of the class part's vector beside the trained part's, which has 1."""
    class_temperature: float = 2.0
    """The classifier's logits are divided by it: a photo shows more than its first class."""

    @property
    def dimensions(self) -> int:
        return self.trained + self.class_part


class Head(nn.Module):
    """A linear map and a perceptron side by side, from `wide` to `narrow` numbers."""

    def __init__(self, wide: int, narrow: int, sizes: Sizes) -> None:
        super().__init__()
        self.wide = wide
        self.dropout = nn.Dropout(sizes.dropout / 2)
        self.linear = nn.Linear(wide, narrow)
        self.perceptron = nn.Sequential(
            nn.Dropout(sizes.dropout),
            nn.Linear(wide, sizes.hidden),
            nn.GELU(),
            nn.Dropout(sizes.dropout),
            nn.Linear(sizes.hidden, narrow),
        )

    def forward(self, x: Tensor) -> Tensor:
        """Return rows of unit length."""
        x = functional.layer_norm(x, (self.wide,))
        return functional.normalize(self.linear(self.dropout(x)) + self.perceptron(x), dim=-1)


class ClassPart(nn.Module):
    """Photos and texts in the space of the sentence encoder, by way of the ImageNet classes."""

    def __init__(self, class_vectors: Tensor, text_mean: Tensor, sentences: Tensor, sizes: Sizes) -> None:
        """`class_vectors` (1000, 384), unit rows; `text_mean` (384,) is what all sentences have in common.

        Both sides are centred: without it every photo is a little like every sentence, and a few
        photos come near to all of them. What is kept are the principal directions of the classes
        and of `sentences` (n, 384), half and half.
        """
        super().__init__()
        classes, others = class_vectors - class_vectors.mean(0), sentences - text_mean
        spread = classes.T @ classes / len(classes) + others.T @ others / len(others)
        directions = torch.linalg.eigh(spread).eigenvectors[:, -sizes.class_part :]
        self.register_buffer("classes", classes @ directions)
        self.register_buffer("directions", directions)
        self.register_buffer("text_mean", text_mean)
        self.temperature = sizes.class_temperature

    def photos(self, logits: Tensor) -> Tensor:
        return functional.normalize((logits / self.temperature).softmax(-1) @ self.classes, dim=-1)

    def texts(self, sentences: Tensor) -> Tensor:
        return functional.normalize((sentences - self.text_mean) @ self.directions, dim=-1)


class HeadPair(nn.Module):
    """A head for photos and one for texts, trained together."""

    def __init__(self, sizes: Sizes) -> None:
        super().__init__()
        self.photos = Head(FEATURES, sizes.trained, sizes)
        self.texts = Head(WORDS, sizes.trained, sizes)


class Starter(nn.Module):
    """What turns tower outputs into vectors of unit length."""

    def __init__(self, pairs: Sequence[HeadPair], classes: ClassPart, sizes: Sizes) -> None:
        super().__init__()
        self.pairs = nn.ModuleList(pairs)
        self.classes = classes
        self.sizes = sizes
        self.register_buffer("merged", torch.eye(len(pairs) * sizes.trained))

    @torch.no_grad()
    def merge(self, features: Tensor, sentences: Tensor) -> None:
        """Keep of the pairs, side by side, the principal directions of photos (n, 1280) and texts (n, 384).

        The mean of several pairs that were trained apart is better than any of them.
        """
        self.merged = torch.eye(len(self.merged))
        rows = torch.cat([self._side_by_side("photos", features), self._side_by_side("texts", sentences)])
        self.merged = torch.linalg.eigh(rows.T @ rows).eigenvectors[:, -self.sizes.trained :].clone()

    def photos(self, features: Tensor, logits: Tensor) -> Tensor:
        """Return (n, dimensions) of features (n, 1280) and ImageNet logits (n, 1000)."""
        return self._joined(self._side_by_side("photos", features), self.classes.photos(logits))

    def texts(self, sentences: Tensor) -> Tensor:
        """Return (n, dimensions) of unit sentence vectors (n, 384)."""
        return self._joined(self._side_by_side("texts", sentences), self.classes.texts(sentences))

    def _side_by_side(self, side: str, x: Tensor) -> Tensor:
        rows = torch.cat([getattr(pair, side)(x) for pair in self.pairs], -1)
        return functional.normalize(rows @ self.merged, dim=-1)

    def _joined(self, trained: Tensor, classes: Tensor) -> Tensor:
        weight = self.sizes.class_weight
        return torch.cat([trained, weight * classes], -1) / (1 + weight**2) ** 0.5
