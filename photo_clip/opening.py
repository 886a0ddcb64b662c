"""Opens a library: the one place where services meet the adapters they work with."""

import os
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cache, partial
from pathlib import Path

from photo_clip.core.editions import this_edition
from photo_clip.core.gazetteer import Gazetteer
from photo_clip.core.labels import parse_labels
from photo_clip.core.models import Kind, ModelSource, parse_offers
from photo_clip.core.places import Places, resources_folder
from photo_clip.core.ports import Encoder, ModelIdentity, Notes, VectorIndex
from photo_clip.core.printable import printable
from photo_clip.core.settings import Settings, load_settings
from photo_clip.core.stores import Catalog
from photo_clip.core.typed_paths import from_home
from photo_clip.services.background import Background
from photo_clip.services.library import Library
from photo_clip.services.model_notes import ModelNotes
from photo_clip.services.models import Models
from photo_clip.services.pasted_photos import PastedPhotos
from photo_clip.services.thumbnails import Thumbnails

_LIBRARY_NAME = "library name"
"""The setting that tells a library from others on one server."""
_REPOSITORY_OF = "repository:"
"""Prefix of the setting that remembers where on the hub the weights lie that somebody named by hand: open_clip knows,
and takes seconds to be asked."""


def places_for(library: Path | None) -> Places:
    """Return the places of a library: in `library` where one is named, else where the system keeps such things."""
    from photo_clip.adapters.data_folder import user_places

    if library is not None:
        folder = from_home(library).absolute()
        return Places(folder, folder / "cache")
    return user_places()


@contextmanager
def opened_library(places: Places, *, writing: bool = True) -> Iterator[Library]:
    """Open a library for the length of a `with` block; see `open_library`."""
    library = open_library(places, holder="the command line", writing=writing)
    try:
        _tell(library)
        yield library
    finally:
        _tell(library)
        library.close()


def _tell(library: Library) -> None:
    """Say on standard error what the window would say in its bar."""
    for sentence in library.models.notes.take_notices():
        sys.stderr.write(f"{printable(sentence)}\n")
    if (trouble := library.neighbours.index_trouble) is not None:
        sys.stderr.write(f"{printable(trouble.sentence)} {trouble.advice}\n")


def open_library(places: Places, *, holder: str, writing: bool = True, beside: bool = False) -> Library:
    """Open a library; with `writing`, no other program may hold it, and it is made where there is none.

    Without, it is read from the catalogue alone, beside whatever program holds it. Models compute in processes
    `beside` this one, for a window that must not wait for them, or in this one. Raises StoreError.
    Heavy libraries are imported here or later, never before.
    """
    from photo_clip.adapters.catalog import SqliteCatalog
    from photo_clip.adapters.data_folder import make_cache, make_private
    from photo_clip.adapters.image_workers import ImageWorkers
    from photo_clip.adapters.trash import move_to_bin
    from photo_clip.adapters.xmp_sidecars import XmpSidecars

    os.umask(0o077)  # photos are private: what is made from here on, in the cache too, is for this user alone
    settings = load_settings(places.settings_file).settings
    index: VectorIndex | None = None
    with ExitStack() as undone_on_failure:
        if writing:
            from photo_clip.adapters.library_lock import LibraryLock

            make_private(places.data)
            make_cache(places.cache)
            lock = LibraryLock(places.lock_file, holder)
            undone_on_failure.callback(lock.release)
        catalog = SqliteCatalog(places.catalog_file, read_only=not writing)
        undone_on_failure.callback(catalog.close)
        if writing:
            index = _index(places, settings, catalog)
        reader = ImageWorkers(
            time_limit_s=settings.photo_time_limit_s,
            memory_limit_mb=settings.reader_memory_mb,
            processes=settings.reader_processes,
        )
        models = _models(places, settings, catalog, beside=beside)
        if catalog.salvaged:
            models.notes.tell(catalog.salvaged)
        undone_on_failure.pop_all()
    thumbnails = Thumbnails(places.thumbnails_folder, reader)
    phrases = parse_labels((resources_folder() / "phrases.txt").read_text(encoding="utf-8"))
    background = Background(catalog, phrases, places.background_folder)
    on_close = lock.release if writing else None
    pasted = PastedPhotos(places.pasted_folder)
    library = Library(
        catalog,
        index,
        reader,
        thumbnails,
        models,
        time.time,
        on_close,
        background,
        _place_of,
        pasted,
        move_to_bin,
        XmpSidecars(),
    )
    library.sidecars.follows = settings.writes_sidecars and writing
    return library


def _index(places: Places, settings: Settings, catalog: Catalog) -> VectorIndex:
    """Return the search index: on the server that the settings name, else in the library's folder."""
    if not settings.index_server_url:
        from photo_clip.adapters.vector_index import ChromaIndex

        return ChromaIndex(places.index_folder)
    from photo_clip.adapters.index_process import IndexServer
    from photo_clip.adapters.server_index import ServerIndex

    name = catalog.setting(_LIBRARY_NAME)
    if name is None:
        name = uuid.uuid4().hex
        catalog.set_setting(_LIBRARY_NAME, name)
    token, certificate = settings.index_server_token, settings.index_server_certificate
    return ServerIndex(IndexServer(settings.index_server_url, name, token, certificate))


def small_untrained_model(notes: Notes) -> Encoder:
    """Return a small open_clip model with random weights: with it, torch is tried without a download."""
    from photo_clip.adapters.clip_model import untrained_clip_model
    from photo_clip.adapters.torch_towers import Mode

    return untrained_clip_model(ModelSource(Kind.TAG, "ViT-S-32"), notes, mode=Mode())


def _place_of(name: str) -> tuple[float, float] | None:
    return _gazetteer().place_of(name)


@cache
def _gazetteer() -> Gazetteer:
    return Gazetteer((resources_folder() / "places.tsv").read_text(encoding="utf-8").splitlines())


def _models(places: Places, settings: Settings, catalog: Catalog, *, beside: bool) -> Models:
    from photo_clip.adapters.model_files import HubFiles
    from photo_clip.adapters.starter_manifest import StarterManifest

    starter_folder = resources_folder() / "models" / "starter"
    offers = parse_offers((resources_folder() / "models.toml").read_text(encoding="utf-8"))
    repositories = {(offer.architecture, offer.tag): offer.repository for offer in offers}
    notes = ModelNotes(catalog)

    def asked(function: Callable[[str, str], str], source: ModelSource) -> str:
        if not beside:
            return function(source.architecture, source.place)
        from photo_clip.adapters.encoder_process import called_beside

        return called_beside(function, source.architecture, source.place)

    def repository_of(source: ModelSource) -> str:
        if source.kind is Kind.HUB:
            return source.place
        known = repositories.get((source.architecture, source.place)) or notes.recall(_REPOSITORY_OF + str(source))
        if known is None:
            known = asked(_repository_of_tag, source)
            notes.remember(_REPOSITORY_OF + str(source), known)
        return known

    files = HubFiles(
        places.models_folder,
        repository_of,
        lambda source: asked(_config_of_tag, source),
        hub_url=settings.model_hub_url,
        proxy_url=settings.proxy_url,
    )

    def made(make: Callable[[Notes], Encoder]) -> Encoder:
        if not beside:
            return make(notes)
        from photo_clip.adapters.encoder_process import EncoderProcess

        return EncoderProcess(make, notes)

    def load(source: ModelSource) -> Encoder:
        if source.kind is Kind.STARTER:
            return made(partial(_starter, starter_folder))
        return made(partial(_clip_model, source, files.place_of(source)))

    def load_untrained(source: ModelSource) -> Encoder:
        return made(partial(_untrained_clip_model, source))

    @cache
    def bundled() -> ModelIdentity:
        return StarterManifest.read(starter_folder).identity

    return Models(catalog, offers, files, load, load_untrained, bundled, notes, time.perf_counter, this_edition())


# What needs torch or onnxruntime, in the program or in a process beside it.


def _starter(folder: Path, _notes: Notes) -> Encoder:
    from photo_clip.adapters.starter_model import StarterModel

    return StarterModel(folder)


def _clip_model(source: ModelSource, place: Path, notes: Notes) -> Encoder:
    from photo_clip.adapters.clip_model import load_clip_model

    return load_clip_model(source, place, notes)


def _untrained_clip_model(source: ModelSource, notes: Notes) -> Encoder:
    from photo_clip.adapters.clip_model import untrained_clip_model

    return untrained_clip_model(source, notes)


def _repository_of_tag(architecture: str, tag: str) -> str:
    from photo_clip.adapters.clip_model import repository_of_tag

    return repository_of_tag(architecture, tag)


def _config_of_tag(architecture: str, tag: str) -> str:
    from photo_clip.adapters.clip_model import config_of_tag

    return config_of_tag(architecture, tag)
