"""The models on offer, and the ways to name one."""

import tomllib
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from photo_clip.core.errors import UsageError

STARTER = "starter"
"""The model that comes with the program."""


@dataclass(frozen=True, slots=True)
class ModelOffer:
    """A model of open_clip that can be downloaded by its name."""

    name: str
    architecture: str
    tag: str
    """The weights' tag in open_clip."""
    repository: str
    """Where the hub keeps the weights."""
    licence: str
    languages: str
    figures: str
    """How good it is, in the figures of `source`."""
    source: str
    parameters_millions: int | None = None
    note: str = ""


class Kind(StrEnum):
    """Where the weights of a model come from."""

    STARTER = "starter"
    TAG = "tag"
    """An architecture and a tag of open_clip: downloaded from the hub."""
    HUB = "hf-hub"
    """A repository of the hub that holds an open_clip model."""
    FOLDER = "local-dir"
    """A folder with open_clip_config.json and weights."""
    FILE = "file"
    """An architecture of open_clip and a checkpoint file."""


@dataclass(frozen=True, slots=True)
class ModelSource:
    """A model somebody named; `str()` gives the name back."""

    kind: Kind
    architecture: str = ""
    place: str = ""
    """The tag, repository, folder or file."""

    def __str__(self) -> str:
        match self.kind:
            case Kind.STARTER:
                return STARTER
            case Kind.TAG:
                return f"{self.architecture}/{self.place}"
            case Kind.FILE:
                return f"file:{self.architecture}:{self.place}"
            case _:
                return f"{self.kind}:{self.place}"

    @property
    def is_on_hub(self) -> bool:
        """Whether its weights must be downloaded before it can be used."""
        return self.kind in (Kind.TAG, Kind.HUB)


def parse_offers(text: str) -> list[ModelOffer]:
    """Return the offers in a TOML file with one `[[model]]` table each. Raises UsageError that names the entry."""
    try:
        tables = tomllib.loads(text)["model"]
    except (tomllib.TOMLDecodeError, KeyError) as error:
        raise UsageError(f"The list of models cannot be read ({error}).", advice="Install photo-clip again.") from error
    return [_offer(number, table) for number, table in enumerate(tables, start=1)]


def _offer(number: int, table: dict[str, Any]) -> ModelOffer:
    try:
        return ModelOffer(**table)
    except TypeError as error:
        raise UsageError(
            f"Entry {number} ({table.get('name', 'without a name')}) of the list of models is wrong: {error}.",
            advice="Install photo-clip again.",
        ) from error


def parse_source(text: str, offers: list[ModelOffer]) -> ModelSource:
    """Return the model that a person named: `starter`, the name of an offer, `ARCHITECTURE/TAG`, `hf-hub:NAME`,
    `local-dir:FOLDER` or `file:ARCHITECTURE:FILE`. Raises UsageError for anything else."""
    text = text.strip()
    if text == STARTER:
        return ModelSource(Kind.STARTER)
    for offer in offers:
        if text.lower() == offer.name.lower():
            return ModelSource(Kind.TAG, offer.architecture, offer.tag)
    kind, _, rest = text.partition(":")
    if kind == Kind.HUB and rest:
        return ModelSource(Kind.HUB, "", rest)
    if kind == Kind.FOLDER and rest:
        return ModelSource(Kind.FOLDER, "", str(Path(rest).expanduser().absolute()))
    if kind == Kind.FILE and ":" in rest:
        architecture, _, file = rest.partition(":")
        return ModelSource(Kind.FILE, architecture, str(Path(file).expanduser().absolute()))
    architecture, slash, tag = text.partition("/")
    if slash and architecture and tag and "/" not in tag and ":" not in text:
        return ModelSource(Kind.TAG, architecture, tag)
    raise UsageError(
        f"There is no model “{text}”.",
        advice=f"Name {STARTER}, a model of the list, ARCHITECTURE/TAG of open_clip, hf-hub:NAME, local-dir:FOLDER or"
        " file:ARCHITECTURE:FILE.",
    )
