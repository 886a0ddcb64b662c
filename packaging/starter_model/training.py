"""Training of the heads on what the frozen towers gave."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from material import Captioned, Labelled
from parts import HeadPair, Sizes
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.rnn import pad_sequence

_HIGHEST_SCALE = 100.0


@dataclass(frozen=True, slots=True)
class Plan:
    """How long and how fast; the values that did best on the dev split and on classes held out."""

    epochs: int = 10
    captions_at_once: int = 1024
    labelled_at_once: int = 512
    label_weight: float = 0.7
    """Of the classification loss beside the captions' loss, which has 1."""
    rate: float = 1e-3
    decay: float = 0.05
    seed: int = 0


class _LabelledPool:
    """All labelled folders as one set of photos and one set of classes."""

    def __init__(self, folders: Sequence[Labelled]) -> None:
        self.features = torch.cat([folder.photos.features for folder in folders])
        shifts = [0]
        for folder in folders:
            shifts.append(shifts[-1] + len(folder.sentences))
        self.classes = torch.cat([folder.classes + shift for folder, shift in zip(folders, shifts, strict=False)])
        groups = [group for folder in folders for group in folder.sentences]
        self.texts = pad_sequence(groups, batch_first=True)
        self.text_counts = torch.tensor([len(group) for group in groups])
        self.chances = label_chances(self.classes, len(groups))

    def draw(self, count: int) -> Tensor:
        return torch.multinomial(self.chances, count, replacement=True)

    def drawn_texts(self) -> Tensor:
        """Return one text of each class, shape (classes, 384)."""
        picks = (torch.rand(len(self.text_counts)) * self.text_counts).long()
        return self.texts[torch.arange(len(picks)), picks]


class Scales(nn.Module):
    """The learned sharpness of each loss."""

    def __init__(self) -> None:
        super().__init__()
        self.captions = nn.Parameter(torch.tensor(3.0))
        self.labels = nn.Parameter(torch.tensor(3.0))


def trained_heads(captioned: Captioned, labelled: Sequence[Labelled], sizes: Sizes, plan: Plan) -> HeadPair:
    """Return a pair of heads trained on the training split and the labelled folders; the towers stay as they are."""
    torch.manual_seed(plan.seed)
    pair = HeadPair(sizes)
    scales, pool = Scales(), _LabelledPool(labelled) if labelled else None
    train = captioned.splits["train"]
    steps = int(plan.epochs * len(train) * captioned.sentences.shape[1] / plan.captions_at_once)
    groups = [
        {"params": pair.parameters(), "weight_decay": plan.decay},
        {"params": scales.parameters(), "weight_decay": 0.0},
    ]
    optimizer = torch.optim.AdamW(groups, lr=plan.rate)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, plan.rate, total_steps=steps, pct_start=0.1)
    pair.train()
    for rows, sentences in _caption_batches(captioned, steps, plan.captions_at_once):
        photos = pair.photos(captioned.photos.features[rows])
        loss = contrast(photos, pair.texts(sentences), rows, sharpness(scales.captions))
        if pool is not None:
            drawn = pool.draw(plan.labelled_at_once)
            loss = loss + plan.label_weight * _told_apart(pair, pool, drawn, scales)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    return pair.eval()


def _caption_batches(captioned: Captioned, steps: int, count: int) -> Iterator[tuple[Tensor, Tensor]]:
    """Yield rows of photos (count,) and a sentence of each (count, 384); each caption once before any comes again."""
    train, per_photo = captioned.splits["train"], captioned.sentences.shape[1]
    order = torch.empty(0, dtype=torch.long)
    for _ in range(steps):
        if len(order) < count:
            order = torch.randperm(len(train) * per_photo)
        picks, order = order[:count], order[count:]
        rows = train[picks // per_photo]
        yield rows, captioned.sentences[rows, picks % per_photo]


def contrast(photos: Tensor, texts: Tensor, rows: Tensor, scale: Tensor) -> Tensor:
    """Return the symmetric contrastive loss; all texts of a photo are right for it, and it for them."""
    scores = scale * photos @ texts.T
    right = (rows[:, None] == rows[None]).float()
    by_photo = -(scores.log_softmax(1) * right).sum(1) / right.sum(1)
    by_text = -(scores.log_softmax(0) * right).sum(0) / right.sum(0)
    return (by_photo.mean() + by_text.mean()) / 2


def label_chances(classes: Tensor, count: int) -> Tensor:
    """Return how often each labelled photo is to be drawn: classes with many photos more often, but not in proportion.

    `classes` (n,) are rows of `count` classes.
    """
    return torch.bincount(classes, minlength=count).clamp(min=1)[classes].float() ** -0.5


def _told_apart(pair: HeadPair, pool: _LabelledPool, drawn: Tensor, scales: Scales) -> Tensor:
    """Return the loss of naming photos among all classes, each said in one of its texts."""
    scores = sharpness(scales.labels) * pair.photos(pool.features[drawn]) @ pair.texts(pool.drawn_texts()).T
    return functional.cross_entropy(scores, pool.classes[drawn])


def sharpness(log_scale: Tensor) -> Tensor:
    return log_scale.exp().clamp(max=_HIGHEST_SCALE)
