"""A library to be indexed: fakes around a real catalogue and real files."""

import os
from pathlib import Path

from photo_clip.adapters.catalog import SqliteCatalog
from photo_clip.core.ports import Encoder
from photo_clip.core.progress import Report, Task
from photo_clip.services.folder_changes import WatchedFolders
from photo_clip.services.indexer import Indexer
from photo_clip.services.thumbnails import Thumbnails
from tests.fakes import FakeEncoder, FakeReader


class Bench:
    """A library with fakes around a real catalogue."""

    def __init__(self, tmp_path: Path) -> None:
        self.photos = tmp_path / "photos"
        self.photos.mkdir()
        self.now_s = 2_000_000_000.0
        self.catalog = SqliteCatalog(tmp_path / "catalog.db")
        self.reader = FakeReader()
        self.encoder = FakeEncoder()
        self.folders = WatchedFolders(self.catalog, lambda: self.now_s)
        self.thumbnails = Thumbnails(tmp_path / "thumbnails", self.reader)
        self.indexer = Indexer(self.catalog, self.folders, self.reader, self.thumbnails, lambda: self.now_s)

    def index(self, **options: object) -> Report:
        return run(self.indexing(**options))

    def indexing(self, **options: object) -> Task[Report]:
        """Follow the folders and embed what is new."""
        return indexing(self.indexer, self.encoder, **options)

    def shown(self) -> dict[str, int]:
        """Return the photos that can be found, by path relative to the first folder with “/” in it, with their ids."""
        photos = self.catalog.photos(self.catalog.newest_photo_ids().tolist())
        return {Path(os.path.relpath(photo.path, self.photos)).as_posix(): photo.id for photo in photos}


def indexing(indexer: Indexer, encoder: Encoder, **options: object) -> Task[Report]:
    """Follow the folders and embed what waits."""
    report = yield from indexer.follow(**options)  # type: ignore[arg-type]
    yield from indexer.embed_waiting(encoder, report)
    return report


def run(task: Task[Report]) -> Report:
    while True:
        try:
            next(task)
        except StopIteration as stop:
            result: Report = stop.value
            return result
