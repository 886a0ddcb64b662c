"""An open library: the services that share one catalogue."""

from collections.abc import Callable, Collection
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

from photo_clip.core.errors import TRIED_AGAIN, ModelError, StoreError
from photo_clip.core.filters import PlaceOf
from photo_clip.core.models import ModelSource
from photo_clip.core.photo import Folder
from photo_clip.core.ports import Clock, PhotoReader, Sidecars, VectorIndex, Vectors
from photo_clip.core.progress import Report, Task
from photo_clip.core.stores import Catalog, Counts
from photo_clip.services.answered_sidecars import AnsweredSidecars
from photo_clip.services.asking import Asker
from photo_clip.services.background import Background
from photo_clip.services.bursts import Bursts
from photo_clip.services.classifier import Classifier
from photo_clip.services.duplicates import Duplicates
from photo_clip.services.explainer import Explainer
from photo_clip.services.folder_changes import WatchedFolders
from photo_clip.services.indexer import Indexer
from photo_clip.services.label_judge import LabelJudge
from photo_clip.services.labelled_photos import LabelledPhotos
from photo_clip.services.models import Models
from photo_clip.services.neighbours import Neighbours
from photo_clip.services.pasted_photos import PastedPhotos
from photo_clip.services.query_embeddings import QueryEmbeddings
from photo_clip.services.searcher import Searcher
from photo_clip.services.sidecar_reader import SidecarReader
from photo_clip.services.sidecar_writer import SidecarWriter
from photo_clip.services.tagger import Tagger
from photo_clip.services.thumbnails import Thumbnails
from photo_clip.services.tile_finder import TileFinder
from photo_clip.services.tiler import Tiler


@dataclass(frozen=True, slots=True)
class LibraryStatus:
    """What the library holds just now."""

    counts: Counts
    """For the active model."""
    folders: list[Folder]
    leaves_out: bool
    """Whether people want something of the folders to be left out."""
    photos_in: dict[int, int]
    """How many photos are shown of each folder, by its id; folders without one are left out."""
    model: str
    wanted_model: str | None
    """The model that is being prepared, and how many photos still wait for it, in folders that are offline too; None
    and 0 when there is none."""
    waiting_for_wanted: int
    tiled: frozenset[int]
    """The ids of the folders where small things are looked for."""
    waiting_for_tiles: int
    """How many photos there wait for it; offline ones are left out."""
    index_trouble: StoreError | None
    """Why the search index is not used; search is exact meanwhile."""


class Library:
    """Everything that is open together, to be closed together."""

    def __init__(
        self,
        catalog: Catalog,
        index: VectorIndex | None,
        reader: PhotoReader,
        thumbnails: Thumbnails,
        models: Models,
        clock: Clock,
        on_close: Callable[[], object] | None,
        background: Background | None = None,
        place_of: PlaceOf = lambda _name: None,
        pasted: PastedPhotos | None = None,
        move_to_bin: Callable[[Path], None] | None = None,
        sidecars: Sidecars | None = None,
    ) -> None:
        """`on_close`, where there is one, is called last, to let others in.

        Without a background, no hit is said to match, and no label is suggested; without `place_of`, no place
        is known; without `pasted`, no picture can be pasted; without `move_to_bin`, duplicates are found and stay;
        without `sidecars`, tags stay in the catalogue.
        """
        self.catalog = catalog
        self.reader = reader
        self.thumbnails = thumbnails
        self.models = models
        self.neighbours = Neighbours(catalog, index)
        asker = Asker()
        self.folders = WatchedFolders(catalog, clock, asker=asker)
        self.indexer = Indexer(catalog, self.folders, reader, thumbnails, clock)
        self._tiler = Tiler(catalog, self.folders, reader)
        self._tiles = TileFinder(catalog)
        embeddings = QueryEmbeddings(catalog, reader)
        if sidecars is not None:
            # not closed with the folders: what was decided last is still written
            sidecars = AnsweredSidecars(sidecars, asker.beside(), self.folders.root_of)
        self.sidecar_reader = None if sidecars is None else SidecarReader(catalog, sidecars, clock)
        self.sidecars = SidecarWriter(catalog, sidecars, self.sidecar_reader)
        self.tagger = Tagger(catalog, models, clock, self.sidecars.follow)
        self.label_judge = LabelJudge(catalog, self.neighbours, models, background)
        self.labelled = LabelledPhotos(catalog, models, self.label_judge)
        self.searcher = Searcher(
            catalog,
            self.neighbours,
            models,
            embeddings,
            background,
            tiles=self._tiles,
            today=lambda: date.fromtimestamp(clock()),
            place_of=place_of,
            labelled=self.labelled.photos_fitting,
        )
        self.explainer = Explainer(self.neighbours, models, embeddings, self._tiles, background)
        self.classifier = Classifier(models, embeddings)
        self.pasted = pasted
        self.duplicates = Duplicates(catalog, models, background, move_to_bin)
        self.bursts = Bursts(models, self.label_judge, self.duplicates)
        self.index = index
        self._background = background
        self._on_close = on_close
        self._closed = False
        self._is_checked = False
        self._has_tried_closed = False

    def keep_up(self, folder_ids: Collection[int] | None = None, accept_losses: Collection[int] = ()) -> Task[Report]:
        """Follow the folders (all, or those named), level the index, and go on with a change of model.

        While a model is being prepared the active one answers, new photos included; when every photo that
        the active one finds is embedded by the new one, that takes over. May be closed at any yield, and
        goes on from there when it is called again.
        """
        if not self._has_tried_closed:
            self._has_tried_closed = True
            for reason in TRIED_AGAIN:
                self.catalog.forget_skips(reason)
        report = yield from self.indexer.follow(folder_ids=folder_ids, accept_losses=accept_losses)
        if self.sidecar_reader is not None:
            yield from self.sidecar_reader.catch_up(report)
        if self.catalog.embeddings.count_waiting(self.models.active_key()):  # else no model need be loaded
            yield from self.indexer.embed_waiting(self.models.active_encoder(), report)
        yield from self.neighbours.catch_up(self.models.active_key())
        tried: ModelSource | None = None
        while (wanted := self.models.wanted) is not None and wanted != tried:
            tried = wanted
            yield from self._prepare(wanted, report)
        report.parts_wait = self.catalog.tiles.count_waiting(self.models.active_key()) > 0
        if not self._is_checked:  # a disk may spoil what nobody reads for months
            self._is_checked = True
            self.catalog.check()
        return report

    def look_closer(self) -> Task[int]:
        """Embed parts of photos, where small things are looked for, and return of how many photos.

        It takes many times as long as the photos did, so whatever else there is to do comes first. May be closed at
        any yield, and goes on from there when it is called again.
        """
        self.speed_up()
        if not self.catalog.tiles.count_waiting(self.models.active_key()):
            return 0
        return (yield from self._tiler.embed_waiting(self.models.active_encoder()))

    def look_for_small_things(self, folder_id: int, *, on: bool) -> None:
        """Let `look_closer` go over a folder; or no longer, and what it found is removed."""
        self.catalog.tiles.switch(folder_id, on=on)
        self._tiles.forget()

    def _prepare(self, wanted: ModelSource, report: Report) -> Task[None]:
        """Embed by the wanted model until it can take over, or until it is not wanted any more."""
        encoder = self.models.encoder_of(wanted)
        for progress in self.indexer.embed_waiting(encoder, report):
            yield progress
            if wanted not in (self.models.wanted, self.models.active):
                return
        yield from self.neighbours.catch_up(encoder.identity.key)
        embeddings = self.catalog.embeddings
        now, then = embeddings.counts(self.models.active_key()), embeddings.counts(encoder.identity.key)
        if then.embedded >= now.embedded:
            self.models.complete_switch(wanted)
        else:
            self.models.notes.tell(
                f"{now.embedded - then.embedded:,} photos lie in folders that are offline, or are only in the cloud, so"
                f" the model “{self.models.name_of(wanted)}” waits for them and the former one goes on answering."
                " You can also change now; they are found again when they can be read."
            )

    def speed_up(self) -> None:
        """Make the answers to come faster; a program that goes on running does so when it has a second to spare."""
        self.neighbours.speed_up(self.models.active_key(), self._phrases)

    def _phrases(self) -> Vectors:
        """Return the background's phrases embedded by the active model; none where they cannot be had."""
        if self._background is not None:
            with suppress(ModelError):  # a search tells
                return self._background.phrases(self.models.active_encoder())
        return np.empty((0, 0), np.float32)

    def remove_folder(self, folder_id: int) -> None:
        """Forget a folder and what is known of its photos; no file is touched."""
        self.folders.remove(folder_id)
        self.neighbours.forget()
        self._tiles.forget()

    def forget_missing(self) -> int:
        """Forget the photos whose files are gone, with tags and all, and return how many those were."""
        count = self.folders.forget_missing()
        self.neighbours.forget()
        return count

    def remove_model(self, source: ModelSource) -> None:
        """Delete a model's files and embeddings; what people decided stays. Raises UsageError for one in use."""
        key = self.models.remove(source)
        if key is not None:
            self._forget_vectors(key)

    def remove_leftovers(self) -> None:
        """Remove the embeddings that no model on the list made."""
        for key in self.models.leftovers():
            self.models.remove_embeddings(key)
            self._forget_vectors(key)

    def _forget_vectors(self, model_key: str) -> None:
        self.neighbours.forget()
        self._tiles.forget()
        self.label_judge.forget(model_key)
        if self.index is not None:
            self.index.remove_model(model_key)

    def status(self) -> LibraryStatus:
        """Count what there is."""
        model_key = self.models.active_key()
        wanted = self.models.wanted
        return LibraryStatus(
            self.catalog.embeddings.counts(model_key),
            self.folders.all(),
            bool(self.folders.left_out()),
            self.catalog.count_in_folders(),
            self.models.name_of(self.models.active),
            None if wanted is None else self.models.name_of(wanted),
            0 if wanted is None else self.catalog.embeddings.counts(self.models.key_of(wanted)).waiting,
            self.catalog.tiles.folders(),
            self.catalog.tiles.count_waiting(model_key),
            self.neighbours.index_trouble,
        )

    def leave(self) -> None:
        """Let others in and close nothing, as something hangs in a drive; the program is to end at once."""
        self._closed = True
        if self._on_close is not None:
            self._on_close()

    def close(self) -> None:
        """Close everything, whatever fails on the way. Twice is once."""
        if self._closed:
            return
        self._closed = True
        with ExitStack() as last_to_first:
            if self._on_close is not None:
                last_to_first.callback(self._on_close)
            last_to_first.callback(self.catalog.close)
            if self.index is not None:
                last_to_first.callback(self.index.close)
            last_to_first.callback(self.models.close)
            last_to_first.callback(self.reader.close)
            last_to_first.callback(self.label_judge.keep)
