"""Fine-tuning of the towers' ends on captioned photos, with a pair of heads.

What runs before the copied ends stays as it is, and so do the ends that were copied: the parts that need no training
stand on those. Photos are seen through random crops, flips and changes of light, another time each; without that, 6,000
photos are soon known by heart. On an H100 it takes two minutes, on two cores hours.
"""

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from parts import HeadPair, Sizes
from squares import square_batches
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.rnn import pad_sequence
from towers import IMAGE_SIDE_PX, ImageTower, TextTower, normalized, token_ids
from training import Scales, contrast, label_chances, sharpness

from photo_clip.core.ports import Fit, Resampling, SquareSpec

_KEPT = SquareSpec(272, Fit.SQUASH, Resampling.BICUBIC)
"""A little larger than the tower's squares, so that crops lose less."""


@dataclass(frozen=True, slots=True)
class TuningPlan:
    """How long and how fast: what was guessed for the first try, and not changed after it."""

    steps: int = 290
    photos_at_once: int = 1024
    labelled_at_once: int = 512
    label_weight: float = 0.7
    head_rate: float = 1e-3
    image_rate: float = 3e-4
    text_rate: float = 1e-4
    decay: float = 0.05
    smallest_crop: float = 0.5
    """Of a photo's area."""
    light: float = 0.2
    """How much brightness, contrast and saturation change at most."""
    averaged: float = 0.99
    """What is kept is the weights' running mean; so much of it stays at each step."""
    seed: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class TuningMaterial:
    """Photos, and the token ids of what is said of them; ids are 0 where a text has ended."""

    captioned: Tensor
    """uint8, shape (n, side, side, 3)."""
    captions: Tensor
    """Shape (n, captions, tokens)."""
    labelled: Tensor
    """uint8, shape (m, side, side, 3)."""
    classes: Tensor
    """Shape (m,): rows of `class_texts`."""
    class_texts: Tensor
    """Shape (classes, texts, tokens)."""
    text_counts: Tensor
    """Shape (classes,): how many texts there are of each."""


def tuning_material(
    captioned: Sequence[tuple[Path, Sequence[str]]], labelled: Sequence[tuple[Path, int]], said: Sequence[Sequence[str]]
) -> TuningMaterial:
    """Read photos with captions, as many of each, and photos with the rows of their classes in `said`."""
    fewest = min(len(captions) for _, captions in captioned)
    captions = token_ids([caption for _, captions in captioned for caption in captions[:fewest]])
    counts = [len(texts) for texts in said]
    texts = token_ids([text for texts in said for text in texts])
    return TuningMaterial(
        _squares([photo for photo, _ in captioned]),
        captions.view(len(captioned), fewest, -1),
        _squares([photo for photo, _ in labelled]),
        torch.tensor([row for _, row in labelled]),
        pad_sequence(list(texts.split(counts)), batch_first=True),
        torch.tensor(counts),
    )


def tune(image: ImageTower, text: TextTower, material: TuningMaterial, sizes: Sizes, plan: TuningPlan) -> HeadPair:
    """Tune the copied ends of the towers, in place, and return the pair of heads that was trained with them."""
    torch.manual_seed(plan.seed)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    image, text = image.to(device).requires_grad_(False), text.to(device).requires_grad_(False)
    pair, scales = HeadPair(sizes).to(device), Scales().to(device)
    learning = nn.ModuleList([image.tuned.requires_grad_(True), text.tuned.requires_grad_(True), pair])
    optimizer = torch.optim.AdamW(
        [
            {"params": [*image.tuned.parameters()], "lr": plan.image_rate, "weight_decay": plan.decay},
            {"params": [*text.tuned.parameters()], "lr": plan.text_rate, "weight_decay": plan.decay},
            {"params": [*pair.parameters()], "lr": plan.head_rate, "weight_decay": plan.decay},
            {"params": [*scales.parameters()], "lr": plan.head_rate, "weight_decay": 0.0},
        ]
    )
    rates = [group["lr"] for group in optimizer.param_groups]
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, rates, total_steps=plan.steps, pct_start=0.1)
    mean = copy.deepcopy(learning)
    chances = label_chances(material.classes, len(material.text_counts))
    order = torch.empty(0, dtype=torch.long)
    pair.train()
    text.train()  # for its dropout; the image tower's batch norms stay as they are
    for step in range(plan.steps):
        if len(order) < plan.photos_at_once:
            order = torch.cat([order, torch.randperm(len(material.captioned))])
        rows, order = order[: plan.photos_at_once], order[plan.photos_at_once :]
        drawn = torch.multinomial(chances, plan.labelled_at_once, replacement=True)
        captions = material.captions[rows, torch.randint(material.captions.shape[1], (len(rows),))]
        picks = (torch.rand(len(material.text_counts)) * material.text_counts).long()
        names = material.class_texts[torch.arange(len(picks)), picks]
        squares = torch.cat([material.captioned[rows], material.labelled[drawn]]).to(device)
        with torch.autocast(device.type, dtype=torch.bfloat16):
            with torch.no_grad():
                seen = image.lower(_changed(squares, plan))
            features = image.tuned(seen)
            sentences, classes = text.tuned_vectors(captions.to(device)), text.tuned_vectors(names.to(device))
        photos = pair.photos(features.float().mean((2, 3)))
        loss = contrast(photos[: len(rows)], pair.texts(sentences), rows.to(device), sharpness(scales.captions))
        scores = sharpness(scales.labels) * photos[len(rows) :] @ pair.texts(classes).T
        loss = loss + plan.label_weight * functional.cross_entropy(scores, material.classes[drawn].to(device))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        _follow(mean, learning, min(plan.averaged, (step + 1) / (step + 10)))
    learning.load_state_dict(mean.state_dict())
    image.cpu().eval()
    text.cpu().eval()
    return pair.cpu().eval()


def _squares(photos: Sequence[Path]) -> Tensor:
    return torch.from_numpy(np.concatenate(list(square_batches(photos, _KEPT))))


def _changed(squares: Tensor, plan: TuningPlan) -> Tensor:
    """Return squares as the image tower wants them, each another cut-out in another light, half of them mirrored."""
    count = len(squares)

    def random(low: float, high: float) -> Tensor:
        return torch.rand(count, device=squares.device) * (high - low) + low

    area, shape = random(plan.smallest_crop, 1.0), random(-0.2, 0.2).exp()
    width, height = (area * shape).sqrt().clamp(max=1), (area / shape).sqrt().clamp(max=1)
    cut = torch.zeros(count, 2, 3, device=squares.device)
    cut[:, 0, 0] = width * random(-1, 1).sign()
    cut[:, 0, 2] = random(-1, 1) * (1 - width)
    cut[:, 1, 1] = height
    cut[:, 1, 2] = random(-1, 1) * (1 - height)
    grid = functional.affine_grid(cut, [count, 3, IMAGE_SIDE_PX, IMAGE_SIDE_PX], align_corners=False)
    pictures = functional.grid_sample(normalized(squares), grid, padding_mode="reflection", align_corners=False)
    brightness = random(-plan.light, plan.light).view(-1, 1, 1, 1)
    contrast_, saturation = (random(1 - plan.light, 1 + plan.light).view(-1, 1, 1, 1) for _ in range(2))
    middle = pictures.mean((1, 2, 3), keepdim=True)
    pictures = (pictures - middle) * contrast_ + middle + brightness
    grey = pictures.mean(1, keepdim=True)
    return (grey + (pictures - grey) * saturation).clamp(-1, 1)


@torch.no_grad()
def _follow(mean: nn.Module, learning: nn.Module, kept: float) -> None:
    for average, weight in zip(mean.parameters(), learning.parameters(), strict=True):
        average.lerp_(weight, 1 - kept)
