"""Which model answers, which one is being prepared, and which are here."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from photo_clip import APP_NAME
from photo_clip.core.editions import Edition, needs_full_edition
from photo_clip.core.errors import ModelError, PhotoClipError, UsageError
from photo_clip.core.models import STARTER, Kind, ModelOffer, ModelSource, parse_source, word_on_licence
from photo_clip.core.ports import Encoder, ModelFiles, ModelIdentity
from photo_clip.core.progress import Phase, Progress, Task
from photo_clip.core.stores import Catalog, Counts
from photo_clip.services.encoders import Encoders
from photo_clip.services.model_notes import ModelNotes
from photo_clip.services.model_trial import TRIAL_S, Trial, photos_per_second

_ACTIVE, _WANTED = "active_model", "wanted_model"
_DAMAGED = {
    _ACTIVE: "The library's note of the model that you use is damaged; the one that comes with the program is used.",
    _WANTED: "The library's note of the model that was being prepared is damaged; the former one stays.",
}
"""What is told of either where it is damaged."""
_KEY_OF = "model_key:"
"""Prefix of the setting that remembers under which key a model's embeddings are stored."""
_ELSEWHERE = "models_elsewhere"
"""The setting that lists, one a line, models in use or used before whose files are not in the program's folder."""


@dataclass(frozen=True, slots=True)
class ModelEntry:
    """A model as a list shows it."""

    source: ModelSource
    name: str
    offer: ModelOffer | None
    """None for the starter and for models named by hand."""
    is_usable: bool
    """Whether this edition of the program can load it."""
    is_here: bool
    is_active: bool
    is_wanted: bool
    size_bytes: int
    """Of its files in the program's own folder."""
    begun_bytes: int
    """Of a download that was not finished."""
    embedded: int
    """Of how many different photos the library holds its embedding."""


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
        load_untrained: Callable[[ModelSource], Encoder],
        bundled: Callable[[], ModelIdentity],
        notes: ModelNotes,
        stopwatch: Callable[[], float],
        edition: Edition = Edition.FULL,
    ) -> None:
        """`load` raises ModelError; `load_untrained` gives the same architecture with random weights, to be timed
        by `stopwatch`, which returns seconds. `bundled` tells which starter this program has, without loading it."""
        self._catalog = catalog
        self._offers = list(offers)
        self._files = files
        self._load = load
        self._load_untrained = load_untrained
        self._bundled = bundled
        self._stopwatch = stopwatch
        self.edition = edition
        self._encoders = Encoders(load)
        self.notes = notes
        self._told_damaged: set[str] = set()

    @property
    def active(self) -> ModelSource:
        """The model that answers searches."""
        return self._chosen(_ACTIVE) or ModelSource(Kind.STARTER)

    @property
    def wanted(self) -> ModelSource | None:
        """The model that is being prepared to answer; None when there is none, or the full edition must go on."""
        wanted = self._chosen(_WANTED)
        if wanted is None or not self._is_usable(wanted):
            return None
        return None if wanted == self.active else wanted  # a switch that was killed between its two settings

    def use(self, source: ModelSource) -> None:
        """Want a model; indexing prepares it, and it answers when that is done. Raises ModelError.

        The active model itself ends a change that is under way. Where the files of the active one are gone, or
        this edition cannot load it, nothing can answer meanwhile, and the new one takes over at once.
        """
        if source == self.active:
            self._catalog.set_setting(_ACTIVE, str(source))  # it may be damaged, and this one in its place
            self.cancel_switch()
            return
        self._refuse_unusable(source)
        if not self._files.is_here(source):
            raise ModelError(
                f"The model “{self.name_of(source)}” is not on this computer.",
                advice=f"Download it first: photo-clip models download {self.name_of(source)}"
                if source.is_on_hub
                else "See that its drive is connected, and that its files were not moved.",
            )
        self.encoder_of(source)  # a model that cannot be loaded is found out before any work is done for it
        if self.wanted not in (None, source):
            self.cancel_switch()
        if not source.is_on_hub and source.kind is not Kind.STARTER and source not in self._elsewhere():
            self._set_elsewhere([*self._elsewhere(), source])
        self._catalog.set_setting(_WANTED, str(source))
        if not (self._files.is_here(self.active) and self._is_usable(self.active)):
            self.complete_switch(source)

    def complete_switch(self, source: ModelSource) -> None:
        """Let the wanted model answer from now on, if it is `source` (still).

        Called before every photo is embedded by it, it finds only those that are; the others follow. The
        former one's embeddings stay until they are removed.
        """
        if self.wanted != source:
            return
        former = self.active
        self._catalog.set_setting(_ACTIVE, str(source))
        self._catalog.set_setting(_WANTED, None)
        self._encoders.let_go(former)

    def cancel_switch(self) -> None:
        """Stay with the active model; what was embedded by the wanted one stays until it is removed."""
        wanted = self.wanted
        self._catalog.set_setting(_WANTED, None)
        if wanted is not None:
            self._encoders.let_go(wanted)

    def active_encoder(self) -> Encoder:
        """Return the encoder that answers searches, loading it first where needed. Raises ModelError."""
        active = self.active
        loaded = self._encoders.loaded(active)
        if loaded is not None:
            return loaded
        if not self._files.is_here(active):
            raise ModelError(
                f"The files of the model “{self.name_of(active)}” are not there any more. Your photos and decisions"
                " are safe.",
                advice="Connect the drive they are on"
                + (f", download them again (photo-clip models download {active})" if active.is_on_hub else "")
                + f", or go back to the model that comes with photo-clip: photo-clip models use {STARTER}",
            )
        return self.encoder_of(active)

    def wanted_encoder(self) -> Encoder | None:
        """Return the encoder of the wanted model, loading it first where needed. Raises ModelError."""
        wanted = self.wanted
        return None if wanted is None else self.encoder_of(wanted)

    def encoder_of(self, source: ModelSource) -> Encoder:
        """Return a model's encoder; it is loaded once, in the thread that asks first. Raises ModelError."""
        loaded = self._encoders.loaded(source)
        if loaded is not None:
            return loaded
        self._refuse_unusable(source)
        encoder = self._encoders.load(source)
        if self._known_key(source) != encoder.identity.key:
            self.notes.remember(_KEY_OF + str(source), encoder.identity.key)
        return encoder

    def active_key(self) -> str:
        """Return under which key the active model's embeddings are stored, without loading it where that is known."""
        return self.key_of(self.active)

    def key_of(self, source: ModelSource) -> str:
        """Return under which key a model's embeddings are stored, without loading it where that is known."""
        return self._known_key(source) or self.encoder_of(source).identity.key

    def preparation(self) -> Counts | None:
        """Return how far the wanted model is; None when there is none."""
        wanted = self.wanted
        return None if wanted is None else self._catalog.embeddings.counts(self.key_of(wanted))

    def name_of(self, source: ModelSource) -> str:
        """Return the name of a model for people."""
        return next((offer.name for offer in self._offers if offer.model == source), str(source))

    def languages(self, source: ModelSource) -> str:
        """Return the languages a model knows, in words for people; empty where nobody said."""
        if source.kind is Kind.STARTER:
            return "English"
        offer = self.entry_of(source).offer
        return "" if offer is None else offer.languages

    def find(self, text: str) -> ModelSource:
        """Return the model that a person named. Raises UsageError."""
        return parse_source(text, self._offers)

    def word_on_licence(self, source: ModelSource) -> str:
        """Return what a person should know of a model's terms before using it."""
        return word_on_licence(source, self._offers)

    def entries(self) -> list[ModelEntry]:
        """Return the starter, the models on offer, and those named by hand that are here, in use or used before."""
        wanted = self.wanted
        sources = [ModelSource(Kind.STARTER), *(offer.model for offer in self._offers), *self._files.held()]
        sources += [*self._elsewhere(), self.active, *([] if wanted is None else [wanted])]
        return [self.entry_of(source) for source in dict.fromkeys(sources)]

    def entry_of(self, source: ModelSource) -> ModelEntry:
        """Return a model as a list shows it, whether `entries` has it or not."""
        return ModelEntry(
            source,
            self.name_of(source),
            next((offer for offer in self._offers if offer.model == source), None),
            self._is_usable(source),
            self._files.is_here(source),
            source == self.active,
            source == self.wanted,
            self._files.size_bytes(source),
            self._files.begun_bytes(source),
            self._embedded(source),
        )

    def download(self, source: ModelSource) -> Task[None]:
        """Fetch a model. Raises UsageError for one that has nothing to be fetched, ModelError for one that this
        edition cannot use, DownloadError."""
        self._refuse_unusable(source)
        if not source.is_on_hub:
            raise UsageError(f"“{source}” is not downloaded from anywhere.", advice="It can be used as it is.")
        yield from self._files.download(source)

    def discard_download(self, source: ModelSource) -> None:
        """Delete what an unfinished download brought; a model that is here stays."""
        if not self._files.is_here(source):
            self._files.remove(source)

    def take(self, source: ModelSource, path: Path) -> Task[None]:
        """Take files of a model that a person has already; files that do not fit it are not kept.

        Raises UsageError for a model that has no files of its own, DownloadError and ModelError.
        """
        if not source.is_on_hub:
            raise UsageError(f"“{source}” has no files to be taken over.", advice="It can be used as it is.")
        self._refuse_unusable(source)
        yield from self._files.take(source, path)
        try:
            self._load(source).close()
        except PhotoClipError:
            self._files.remove(source)
            raise

    def remove(self, source: ModelSource) -> str | None:
        """Delete a model's files and embeddings, and return the key these had; None where there were none.

        Of the starter, only the embeddings. Raises UsageError for a model that is in use.
        """
        if source in (self.active, self.wanted):
            raise UsageError(f"The model “{self.name_of(source)}” is in use.", advice="Use another model first.")
        if source == self._chosen(_WANTED):  # by the full edition
            self._catalog.set_setting(_WANTED, None)
        key = self._known_key(source)
        self._catalog.set_setting(_KEY_OF + str(source), None)
        self._set_elsewhere([other for other in self._elsewhere() if other != source])
        self._encoders.let_go(source)
        self._files.remove(source)
        if key is None or key in self._keys_in_use():
            return None
        self._catalog.embeddings.remove_model(key)
        return key

    def leftovers(self) -> dict[str, int]:
        """Return the keys under which embeddings lie that no model of `entries` made, and how many photos they cover.

        The bundled model of a former version of the program leaves them.
        """
        known = {self._known_key(entry.source) for entry in self.entries()}
        return {
            key: self._catalog.embeddings.count(key)
            for key in self._catalog.embeddings.model_keys()
            if key not in known
        }

    def remove_embeddings(self, model_key: str) -> None:
        """Remove the embeddings of a model. Raises UsageError for those in use."""
        if model_key in self._keys_in_use():
            raise UsageError("These embeddings are in use.", advice="Use another model first.")
        self._catalog.embeddings.remove_model(model_key)

    def trial(self, source: ModelSource) -> Task[Trial]:
        """Measure for about ten seconds how many photos a second a model embeds here.

        Where its weights are not here yet, random ones of the same architecture take as long. Raises ModelError.
        """
        self._refuse_unusable(source)
        yield Progress(Phase.TRYING, 0, round(TRIAL_S))
        loaded = self._encoders.loaded(source)
        is_here = self._files.is_here(source)
        encoder = loaded or (self._load(source) if is_here else self._load_untrained(source))
        try:
            rate = yield from photos_per_second(encoder, self._stopwatch)
        finally:
            if loaded is None:
                encoder.close()
        return Trial(rate, untrained=not is_here)

    def close(self) -> None:
        """Give back the encoders' memory. Twice is once."""
        self._encoders.close()

    def _is_usable(self, source: ModelSource) -> bool:
        return source.kind is Kind.STARTER or self.edition is Edition.FULL

    def _refuse_unusable(self, source: ModelSource) -> None:
        if not self._is_usable(source):
            raise needs_full_edition(self.name_of(source))

    def _chosen(self, setting: str) -> ModelSource | None:
        """Return the model that a setting names; one that is damaged counts as none, and is told of once."""
        text = self._catalog.setting(setting)
        source = None if text is None else self._parsed(text)
        if text is not None and source is None and setting not in self._told_damaged:
            self._told_damaged.add(setting)
            self.notes.tell(f"{_DAMAGED[setting]} Choose again with: {APP_NAME} models use NAME, or in the window.")
        return source

    def _parsed(self, text: str) -> ModelSource | None:
        try:
            return parse_source(text, self._offers)
        except UsageError:
            return None

    def _known_key(self, source: ModelSource) -> str | None:
        if source.kind is Kind.STARTER:  # a newer program has a newer one
            return self._bundled().key
        return self._catalog.setting(_KEY_OF + str(source))

    def _keys_in_use(self) -> set[str | None]:
        return {self._known_key(source) for source in (self.active, self.wanted) if source is not None}

    def _embedded(self, source: ModelSource) -> int:
        key = self._known_key(source)
        return 0 if key is None else self._catalog.embeddings.count(key)

    def _elsewhere(self) -> list[ModelSource]:
        lines = (self._catalog.setting(_ELSEWHERE) or "").splitlines()
        return [source for line in lines if (source := self._parsed(line)) is not None]

    def _set_elsewhere(self, sources: Sequence[ModelSource]) -> None:
        self._catalog.set_setting(_ELSEWHERE, "\n".join(map(str, sources)) or None)
