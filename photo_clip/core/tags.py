"""Decisions on labels, and the tags that come of them."""

from dataclasses import dataclass
from datetime import datetime

from photo_clip.core.amounts import photos_in_words
from photo_clip.core.printable import printable

_NAMES_TOLD = 5


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
    """None for one that others wrote."""
    model_key: str = ""
    """The model whose suggestion was accepted; empty for a tag given by hand."""
    in_file: bool = False
    """Whether somebody wrote it into the photo's file."""
    in_sidecar: bool = False
    """Whether another program wrote it into the photo's sidecar."""

    @property
    def is_given_here(self) -> bool:
        """Whether it was given or accepted in this program."""
        return not (self.in_file or self.in_sidecar)

    @property
    def place(self) -> str:
        """Where it comes from where it was not given here, words for people; empty where it was."""
        return "in its file" if self.in_file else "in its sidecar" if self.in_sidecar else ""


@dataclass(frozen=True, slots=True)
class Undone:
    """What was taken back: decisions, or stars and hearts."""

    labels: tuple[str, ...]
    """Those of the decisions; empty where marks were taken back."""
    photo_ids: tuple[int, ...]

    @property
    def told(self) -> str:
        """What was taken back, words for people."""
        more = " …" if len(self.labels) > _NAMES_TOLD else ""
        what = ", ".join(self.labels[:_NAMES_TOLD]) + more if self.labels else "stars or favourites"
        return f"Taken back: {printable(what)} for {photos_in_words(len(set(self.photo_ids)))}"
