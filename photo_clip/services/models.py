"""Which model answers, which one is being prepared, and which are here."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from photo_clip.core.errors import ModelError, UsageError
from photo_clip.core.models import Kind, ModelOffer, ModelSource, parse_source
from photo_clip.core.ports import Catalog, Encoder
from photo_clip.core.progress import Task

_ACTIVE, _WANTED = "active_model", "wanted_model"
_KEY_OF = "model_key:"
"""Prefix of the setting that remembers under which key a model's embeddings are stored."""


class ModelFiles(Protocol):
    """The models' files on this computer."""

    def is_here(self, source: ModelSource) -> bool:
        """Whether the model can be loaded without any network."""

    def size_bytes(self, source: ModelSource) -> int:
        """Return what its files take, 0 when it is not here."""

    def download(self, source: ModelSource) -> Task[None]:
        """Fetch the model's files, counted in bytes; raises DownloadError."""

    def remove(self, source: ModelSource) -> None:
        """Delete the model's files; those that a person keeps elsewhere stay."""


@dataclass(frozen=True, slots=True)
class ModelEntry:
    """A model as a list shows it."""

    source: ModelSource
    name: str
    offer: ModelOffer | None
    """None for the starter and for models named by hand."""
    is_here: bool
    is_active: bool
    is_wanted: bool
    size_bytes: int


class Models:
    """Keeps the choice of models in the library, and the encoders in memory. Any thread may use it.

    A model that is chosen is *wanted* first: the former one stays *active* and answers until every photo
    is embedded by the new one, or until the user switches early.
    """

    def __init__(
        self,
        catalog: Catalog,
        offers: Sequence[ModelOffer],
        files: ModelFiles,
        load: Callable[[ModelSource], Encoder],
    ) -> None:
        self._catalog = catalog
        self._offers = list(offers)
        self._files = files
        self._load = load
        self._lock = threading.RLock()
        self._encoders: dict[ModelSource, Encoder] = {}

    @property
    def active(self) -> ModelSource:
        """The model that answers searches."""
        return self._chosen(_ACTIVE) or ModelSource(Kind.STARTER)

    @property
    def wanted(self) -> ModelSource | None:
        """The model that is being prepared to answer; None when there is none."""
        return self._chosen(_WANTED)

    def active_encoder(self) -> Encoder:
        """Return the encoder that answers searches, loading it first where needed. Raises ModelError."""
        return self._encoder(self.active)

    def wanted_encoder(self) -> Encoder | None:
        """Return the encoder of the wanted model, loading it first where needed. Raises ModelError."""
        wanted = self.wanted
        return None if wanted is None else self._encoder(wanted)

    def active_key(self) -> str:
        """Return under which key the active model's embeddings are stored, without loading it where that is known."""
        return self.key_of(self.active)

    def key_of(self, source: ModelSource) -> str:
        """Return under which key a model's embeddings are stored, without loading it where that is known."""
        return self._catalog.setting(_KEY_OF + str(source)) or self._encoder(source).identity.key

    def remember_keys(self) -> None:
        """Remember under which keys embeddings are stored, so that they can be counted and removed without loading."""
        for source in (self.active, self.wanted):
            if source is not None:
                key = self._encoder(source).identity.key
                if self._catalog.setting(_KEY_OF + str(source)) != key:
                    self._catalog.set_setting(_KEY_OF + str(source), key)

    def name_of(self, source: ModelSource) -> str:
        """Return the name of a model for people."""
        for offer in self._offers:
            if (offer.architecture, offer.tag) == (source.architecture, source.place):
                return offer.name
        return str(source)

    def entries(self) -> list[ModelEntry]:
        """Return the starter, the models on offer, and those in use that were named by hand."""
        active, wanted = self.active, self.wanted
        sources = [ModelSource(Kind.STARTER)]
        sources += [ModelSource(Kind.TAG, offer.architecture, offer.tag) for offer in self._offers]
        sources += [source for source in (active, wanted) if source is not None and source not in sources]
        offers = {(offer.architecture, offer.tag): offer for offer in self._offers}
        return [
            ModelEntry(
                source,
                self.name_of(source),
                offers.get((source.architecture, source.place)),
                self._files.is_here(source),
                source == active,
                source == wanted,
                self._files.size_bytes(source),
            )
            for source in dict.fromkeys(sources)
        ]

    def find(self, text: str) -> ModelSource:
        """Return the model that a person named. Raises UsageError."""
        return parse_source(text, self._offers)

    def download(self, source: ModelSource) -> Task[None]:
        """Fetch a model. Raises UsageError for one that has nothing to be fetched, DownloadError."""
        if not source.is_on_hub:
            raise UsageError(f"“{source}” is not downloaded from anywhere.", advice="It can be used as it is.")
        yield from self._files.download(source)

    def use(self, source: ModelSource) -> None:
        """Want a model; indexing prepares it, and it answers when that is done. Raises ModelError.

        The active model itself ends a change that is under way.
        """
        if source == self.active:
            self.cancel_switch()
            return
        if not self._files.is_here(source):
            raise ModelError(
                f"The model “{self.name_of(source)}” is not on this computer.",
                advice=f"Download it first: photo-clip models download {self.name_of(source)}",
            )
        self._encoder(source)  # a model that cannot be loaded is found out before any work is done for it
        self._catalog.set_setting(_WANTED, str(source))

    def complete_switch(self) -> None:
        """Let the wanted model answer from now on; the former one's embeddings stay until they are removed."""
        wanted = self.wanted
        if wanted is None:
            return
        former = self.active
        self._catalog.set_setting(_ACTIVE, str(wanted))
        self._catalog.set_setting(_WANTED, None)
        with self._lock:
            left = self._encoders.pop(former, None)
        if left is not None:
            left.close()

    def cancel_switch(self) -> None:
        """Stay with the active model; what was embedded by the wanted one stays until it is removed."""
        wanted = self.wanted
        self._catalog.set_setting(_WANTED, None)
        with self._lock:
            left = self._encoders.pop(wanted, None) if wanted is not None else None
        if left is not None:
            left.close()

    def remove(self, source: ModelSource) -> str | None:
        """Delete a model's files and embeddings, and return the key these had; None where there were none.

        Raises UsageError for a model that is in use.
        """
        if source in (self.active, self.wanted):
            raise UsageError(f"The model “{self.name_of(source)}” is in use.", advice="Use another model first.")
        key = self._catalog.setting(_KEY_OF + str(source))
        if key is not None:
            self._catalog.remove_model(key)
            self._catalog.set_setting(_KEY_OF + str(source), None)
        if source.kind is not Kind.STARTER:
            self._files.remove(source)
        return key

    def close(self) -> None:
        """Give back the encoders' memory. Twice is once."""
        with self._lock:
            encoders, self._encoders = self._encoders, {}
        for encoder in encoders.values():
            encoder.close()

    def _chosen(self, setting: str) -> ModelSource | None:
        text = self._catalog.setting(setting)
        return None if text is None else parse_source(text, self._offers)

    def _encoder(self, source: ModelSource) -> Encoder:
        with self._lock:
            if source not in self._encoders:
                encoder = self._load(source)
                self._encoders[source] = encoder
            return self._encoders[source]
