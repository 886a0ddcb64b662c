"""Decisions on labels, and the tags that come of them."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person thinks of a label for a photo."""

    photo_id: int
    label: str
    accepted: bool | None
    """None takes a decision back."""


@dataclass(frozen=True, slots=True)
class Tag:
    """A label that a photo has."""

    name: str
    decided_at: datetime | None = None
    """None for one in the file."""
    model_key: str = ""
    """The model whose suggestion was accepted; empty for a tag given by hand."""
    in_file: bool = False
    """Whether it was in the photo's file already."""


@dataclass(frozen=True, slots=True)
class Undone:
    """Decisions that were taken back."""

    labels: tuple[str, ...]
    photo_ids: tuple[int, ...]
