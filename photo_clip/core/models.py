"""The models on offer, and the ways to name one."""

import tomllib
from collections.abc import Sequence
from dataclasses import MISSING, dataclass, fields
from enum import StrEnum
from typing import Any

from photo_clip.core.errors import UsageError
from photo_clip.core.typed_paths import from_home

STARTER = "starter"
"""The model that comes with the program."""

_WEIGHTS_SUFFIXES = (".safetensors", ".bin", ".pt", ".pth", ".npz")
_RESTRICTED = (
    (("mobileclip", "dfn"), "Apple allows its weights for research only, not in products or for commercial use."),
    (("metaclip", "worldwide"), "Meta allows its weights for non-commercial use only (CC-BY-NC-4.0)."),
    (("nllb",), "Its text tower comes from NLLB, which is for non-commercial use only (CC-BY-NC-4.0)."),
)
"""Words in the names of models that are not offered, and why."""


@dataclass(frozen=True, slots=True)
class ModelOffer:
    """A model of open_clip that can be downloaded by its name."""

    name: str
    architecture: str
    tag: str
    """The weights' tag in open_clip."""
    repository: str
    """Where the model hub keeps it."""
    licence: str
    """Of the weights."""
    languages: str
    parameters: int
    """Numbers in both towers, counted in open_clip's own model."""
    figures: str
    """How good it is, in the figures of `source`."""
    source: str
    note: str = ""
    """What else helps to choose; may be empty."""

    @property
    def download_bytes(self) -> int:
        """About how much is downloaded: weights are published as 32-bit numbers, the rest is small."""
        return 4 * self.parameters

    @property
    def model(self) -> "ModelSource":
        """The model that is offered."""
        return ModelSource(Kind.TAG, self.architecture, self.tag)


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
        raise _wrong_list(f"it is no list of [[model]] tables ({error})") from error
    offers: list[ModelOffer] = []
    for number, table in enumerate(tables, start=1):
        offer = _offer(f"entry {number} ({table.get('name', 'without a name')})", table)
        if any(offer.name.lower() == other.name.lower() or offer.model == other.model for other in offers):
            raise _wrong_list(f"entry {number} ({offer.name}) is there twice")
        offers.append(offer)
    return offers


def _offer(entry: str, table: dict[str, Any]) -> ModelOffer:
    known = {field.name: field for field in fields(ModelOffer)}
    for name, value in table.items():
        if name not in known:
            raise _wrong_list(f"{entry} has an unknown line “{name}”")
        if type(value) is not known[name].type:
            raise _wrong_list(f"{entry} has a wrong “{name}”")
        if value in ("", 0) and name != "note":
            raise _wrong_list(f"{entry} has an empty “{name}”")
    for name, field in known.items():
        if name not in table and field.default is MISSING:
            raise _wrong_list(f"{entry} has no “{name}”")
    return ModelOffer(**table)


def _wrong_list(why: str) -> UsageError:
    return UsageError(f"The list of models cannot be read: {why}.", advice="Install photo-clip again.")


def parse_source(text: str, offers: Sequence[ModelOffer]) -> ModelSource:
    """Return the model that a person named: `starter`, the name of an offer, `ARCHITECTURE/TAG`, `hf-hub:NAME`,
    `local-dir:FOLDER` or `file:ARCHITECTURE:FILE`. Raises UsageError for anything else."""
    text = text.strip()
    if text.lower() == STARTER:
        return ModelSource(Kind.STARTER)
    for offer in offers:
        if text.lower() == offer.name.lower():
            return offer.model
    kind, _, rest = text.partition(":")
    match kind:
        case Kind.HUB if rest.isascii() and rest.count("/") == 1 and all(rest.split("/")):
            return ModelSource(Kind.HUB, "", rest)
        case Kind.FOLDER if rest:
            return ModelSource(Kind.FOLDER, "", _absolute(rest))
        case Kind.FILE if ":" in rest:
            architecture, _, file = rest.partition(":")
            if architecture and file:
                return ModelSource(Kind.FILE, architecture, _absolute(file))
    if text.lower().endswith(_WEIGHTS_SUFFIXES):
        raise UsageError(
            f"“{text}” does not say which architecture its weights are for.",
            advice=f"Name it before the file, such as: file:ViT-B-32:{text.removeprefix(f'{Kind.FILE}:')}",
        )
    architecture, slash, tag = text.partition("/")
    if slash and architecture and tag and text.isascii() and not set("/:\\") & set(architecture + tag):
        return ModelSource(Kind.TAG, architecture, tag)
    raise UsageError(
        f"There is no model “{text}”.",
        advice=f"Name {STARTER}, a model of the list, ARCHITECTURE/TAG of open_clip, hf-hub:NAME, local-dir:FOLDER or"
        " file:ARCHITECTURE:FILE.",
    )


def word_on_licence(source: ModelSource, offers: Sequence[ModelOffer]) -> str:
    """Return what a person should know of a model's terms before using it, a sentence or two."""
    if source.kind is Kind.STARTER:
        return "It comes with photo-clip; its model card names the licences of its parts."
    for offer in offers:
        if offer.model == source:
            return f"Its weights are under the {offer.licence} licence."
    named = f"{source.architecture} {source.place}".lower()
    for words, terms in _RESTRICTED:
        if any(word in named for word in words):
            return terms
    return "photo-clip does not know under which licence its weights are. Read the terms of those who made it."


def _absolute(path: str) -> str:
    return str(from_home(path).absolute())
