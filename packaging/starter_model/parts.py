"""The starter model between its two towers: trained heads, beside two parts that need no training.

The vector of a photo is the trained part, the class part and the thing part side by side, each of
unit length and times a weight, all divided by their common length; so is the vector of a text, but
its thing part is shorter the less the text is like the name of a thing, and its class part is longer
the more it is like a name that no class of ImageNet is like.

* trained part: the photo's features and the text's sentence vector, each through a head of its own, brought
  together on captions; by two pairs of heads side by side: one on what the tuned ends of the towers give, and one
  on what the towers give as they are ("locked-image tuning", Zhai et al. 2022, arXiv 2111.07991)
* class part: the photo as the mean of the sentence vectors of its most probable ImageNet classes
  (ConSE, Norouzi et al. 2014, arXiv 1312.5650); it knows every word that the sentence encoder knows
* thing part: the text as the ImageNet classes that its nearest names stand for, the photo as what
  stands out in the classifier's opinion of it; sharper than the class part on a single thing
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional
from towers import FEATURES, WORDS


@dataclass(frozen=True, slots=True)
class Sizes:
    """Shapes of the heads and the balance of the parts."""

    trained: int = 320
    """Kept of the pairs of heads together."""
    head: int = 448
    """Dimensions of each pair of heads."""
    plain_weight: float = 0.8
    """Of the plain pair of heads beside the tuned one, which has 1."""
    hidden: int = 1000
    dropout: float = 0.3
    class_part: int = 128
    """Of the sentence encoder's 384 dimensions, so many principal ones are kept."""
    class_weight: float = 0.5
    """Weight of the class part's vector beside the trained part's, which has 1."""
    class_gain: float = 8.0
    """The class part of a text is longer by so many times as near as it is to a name that no class is like: what the
    heads were not trained on, and the names say nothing of, the sentence encoder alone has heard of."""
    class_temperature: float = 2.0
    """The classifier's logits are divided by it: a photo shows more than its first class."""
    thing_part: int = 320
    """Of the 1,000 classes' directions, so many principal ones are kept."""
    thing_weight: float = 1.0
    thing_temperature: float = 0.05
    """Cosines to the names are divided by it: a text is what its few nearest names are."""
    thing_cosine: float = 0.6
    """A text this near to a name has half the weight; a label has more, a caption less."""

    @property
    def dimensions(self) -> int:
        return self.trained + self.class_part + self.thing_part


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


class ThingPart(nn.Module):
    """Photos and texts in the space of the ImageNet classes, by way of the names of things."""

    def __init__(
        self, names: Tensor, opinions: Tensor, text_mean: Tensor, logits: Tensor, sentences: Tensor, sizes: Sizes
    ) -> None:
        """`names` (k, 384), unit rows, and the classes each stands for, `opinions` (k, 1000); zeros for a name that
        no class is like: the nearer a text is to those, the shorter is its part.

        `logits` (n, 1000) of photos tell what the classifier says of photos in general; the principal
        directions of these photos and of `sentences` (m, 384), half and half, are kept.
        """
        super().__init__()
        self.register_buffer("text_mean", text_mean)
        self.register_buffer("names", functional.normalize(names - text_mean, dim=-1))
        self.register_buffer("has_opinion", opinions.any(-1, keepdim=True).float())
        self.register_buffer("opinions", opinions - opinions.mean(-1, keepdim=True))
        self.register_buffer("logit_mean", logits.mean(0))
        self.register_buffer("logit_spread", logits.std(0))
        self.register_buffer("directions", torch.eye(opinions.shape[1]))
        self.temperature, self.half_at = sizes.thing_temperature, sizes.thing_cosine
        photos = self.photos(logits)
        texts = self._opinions_of(self._weights(self._cosines(sentences)))
        spread = photos.T @ photos / len(photos) + texts.T @ texts / len(texts)
        self.directions = torch.linalg.eigh(spread).eigenvectors[:, -sizes.thing_part :].clone()
        self.opinions = self.opinions @ self.directions

    def photos(self, logits: Tensor) -> Tensor:
        """Return unit rows: the square of what stands out, so that the most striking classes count most."""
        scores = (logits - self.logit_mean) / self.logit_spread
        striking = (scores - scores.mean(-1, keepdim=True)).clamp(min=0) ** 2
        return functional.normalize((striking - striking.mean(-1, keepdim=True)) @ self.directions, dim=-1)

    def texts(self, sentences: Tensor) -> tuple[Tensor, Tensor]:
        """Return rows between 0 and 1 long: nearly 1 for the name of a thing, less for what is said about things.

        And, shape (n, 1), how near each text is to a name that no class is like, 0 to 1.
        """
        cosines = self._cosines(sentences)
        nearest = torch.logsumexp(cosines / self.temperature, -1, keepdim=True) * self.temperature
        named = torch.sigmoid((nearest - self.half_at) / self.temperature)
        weights = self._weights(cosines)
        return named * self._opinions_of(weights), named * (1 - weights @ self.has_opinion)

    def _cosines(self, sentences: Tensor) -> Tensor:
        return functional.normalize(sentences - self.text_mean, dim=-1) @ self.names.T

    def _weights(self, cosines: Tensor) -> Tensor:
        return (cosines / self.temperature).softmax(-1)

    def _opinions_of(self, weights: Tensor) -> Tensor:
        """Return rows up to 1 long, as far as the nearest names have an opinion."""
        return weights @ self.has_opinion * functional.normalize(weights @ self.opinions, dim=-1)


class HeadPair(nn.Module):
    """A head for photos and one for texts, trained together."""

    def __init__(self, sizes: Sizes) -> None:
        super().__init__()
        self.photos = Head(FEATURES, sizes.head, sizes)
        self.texts = Head(WORDS, sizes.head, sizes)


class Starter(nn.Module):
    """What turns tower outputs into vectors of unit length."""

    def __init__(self, tuned: HeadPair, plain: HeadPair, classes: ClassPart, things: ThingPart, sizes: Sizes) -> None:
        """`tuned` is the pair for the towers' tuned ends, `plain` the one for the towers as they are."""
        super().__init__()
        self.tuned, self.plain = tuned, plain
        self.classes = classes
        self.things = things
        self.sizes = sizes
        self.register_buffer("merged", torch.eye(2 * sizes.head))

    @torch.no_grad()
    def merge(self, photos: tuple[Tensor, Tensor], texts: tuple[Tensor, Tensor]) -> None:
        """Keep of the pairs, side by side, the principal directions of photos and texts.

        Both are given as the towers as they are, and as their tuned ends give them: features (n, 1280), vectors
        (m, 384). The mean of pairs that were trained apart is better than any of them.
        """
        self.merged = torch.eye(len(self.merged))
        rows = torch.cat([self._side_by_side("photos", *photos), self._side_by_side("texts", *texts)])
        self.merged = torch.linalg.eigh(rows.T @ rows).eigenvectors[:, -self.sizes.trained :].clone()

    def photos(self, features: Tensor, logits: Tensor, tuned: Tensor) -> Tensor:
        """Return (n, dimensions) of features (n, 1280), ImageNet logits (n, 1000) and tuned features (n, 1280)."""
        trained = self._side_by_side("photos", features, tuned)
        return self._joined(trained, self.classes.photos(logits), self.things.photos(logits))

    def texts(self, sentences: Tensor, tuned: Tensor) -> Tensor:
        """Return (n, dimensions) of unit sentence vectors and tuned ones, both (n, 384)."""
        trained = self._side_by_side("texts", sentences, tuned)
        things, unknown = self.things.texts(sentences)
        return self._joined(trained, (1 + self.sizes.class_gain * unknown) * self.classes.texts(sentences), things)

    def _side_by_side(self, side: str, plain: Tensor, tuned: Tensor) -> Tensor:
        rows = torch.cat(
            [getattr(self.tuned, side)(tuned), self.sizes.plain_weight * getattr(self.plain, side)(plain)], -1
        )
        return functional.normalize(rows @ self.merged, dim=-1)

    def _joined(self, trained: Tensor, classes: Tensor, things: Tensor) -> Tensor:
        parts = [trained, self.sizes.class_weight * classes, self.sizes.thing_weight * things]
        return functional.normalize(torch.cat(parts, -1), dim=-1)
