"""How a long task tells where it is, and what it did."""

from collections.abc import Generator
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TypeVar


class Phase(StrEnum):
    """What a task is doing just now."""

    LOOKING = "looking"
    """Comparing folders with the catalogue; the total is not known yet."""
    EMBEDDING = "embedding"
    """Reading photos and embedding them."""
    TILING = "tiling"
    """Reading photos again and embedding parts of them."""
    LEVELLING = "levelling"
    """Bringing the search index level with the catalogue."""
    DOWNLOADING = "downloading"
    """Fetching a model; counted in bytes."""
    COMPARING = "comparing"
    """Looking for near-duplicates; counted in photos."""
    WRITING = "writing"
    """Writing tags beside photos; counted in photos."""
    TRYING = "trying"
    """Measuring how fast a model is; counted in seconds."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a task is: `done` of `total` steps (`total` is None while it is being counted)."""

    phase: Phase
    done: int
    total: int | None
    name: str = ""
    """The file or folder just finished, for people to read; may be empty."""


@dataclass(slots=True)
class Report:
    """What an indexing task did, in photos."""

    embedded: int = 0
    reused: int = 0
    """Photos whose content was known, so that no second embedding was made."""
    new: int = 0
    changed: int = 0
    moved: int = 0
    removed: int = 0
    sidecars_read: int = 0
    """Sidecars that came, changed or went, and were read again."""
    sidecars_changed: int = 0
    """Those among them in which others changed tags or stars since this program wrote to them."""
    skipped: dict[Path, str] = field(default_factory=dict)
    """The reason for each photo that cannot be used."""
    only_in_cloud: int = 0
    """Photos that wait, as reading them would download them; counted where that is told."""
    offline: dict[Path, str] = field(default_factory=dict)
    """The reason for each folder that could not be looked at; nothing of it was removed."""
    looked_closer: int = 0
    """Photos of which parts were embedded."""
    parts_wait: bool = False
    """Whether photos wait for parts of them to be embedded."""
    found_again: dict[Path, Path] = field(default_factory=dict)
    """Where folders are now that were not at their places: under another name, or on another drive."""
    look_again_soon: bool = False
    """Whether files were left out because they were still being written."""

    def add(self, later: "Report") -> None:
        """Take in what a later run did."""
        for name in (
            *("embedded", "reused", "new", "changed", "moved", "removed"),
            *("looked_closer", "sidecars_read", "sidecars_changed"),
        ):
            setattr(self, name, getattr(self, name) + getattr(later, name))
        self.skipped.update(later.skipped)
        self.offline = later.offline
        self.parts_wait = later.parts_wait
        self.found_again.update(later.found_again)
        self.look_again_soon = later.look_again_soon


Result = TypeVar("Result")

Task = Generator[Progress, None, Result]
"""A long piece of work. It stores what it has done before each yield, can be closed at any of them, and returns."""
