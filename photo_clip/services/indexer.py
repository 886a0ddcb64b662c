"""Brings the catalogue level with the watched folders: looks, recognises what moved, embeds what is new."""

from collections import deque
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from photo_clip.core.errors import PhotoGoneError, UnreadablePhotoError
from photo_clip.core.photo import Photo
from photo_clip.core.ports import Clock, Encoder, PhotoReader, ReadPhoto
from photo_clip.core.progress import Phase, Progress, Report, Task
from photo_clip.core.stores import Catalog, EmbeddedPhoto
from photo_clip.services.folder_changes import GONE, SILENT, Look, WatchedFolders
from photo_clip.services.moved_photos import MovedPhotos
from photo_clip.services.read_ahead import reading
from photo_clip.services.thumbnails import Thumbnails

_BATCH = 32
"""Photos embedded and stored at once: large enough to keep an encoder busy, small enough to lose nothing by a stop."""
_PAGE = 1000
_LISTED_ALONE = "the system lists this file, but does not find it: its path may be too long"


@dataclass(frozen=True, slots=True)
class _Reading:
    """A photo that was asked for, and what came of it."""

    photo: Photo
    result: ReadPhoto | UnreadablePhotoError


class Indexer:
    """Finds new, changed, moved and removed photos, and embeds what has no embedding yet."""

    def __init__(
        self, catalog: Catalog, folders: WatchedFolders, reader: PhotoReader, thumbnails: Thumbnails, clock: Clock
    ) -> None:
        self._catalog = catalog
        self._folders = folders
        self._reader = reader
        self._thumbnails = thumbnails
        self._clock = clock
        self._moved_photos = MovedPhotos(catalog, folders, reader, clock)

    def follow(self, *, folder_ids: Collection[int] | None = None, accept_losses: Collection[int] = ()) -> Task[Report]:
        """Go over the folders (all, or those named) and note which photos came, changed, moved and went.

        For a folder in `accept_losses` the user has said that its missing photos are really gone.
        """
        report = Report()
        self._folders.take_in_nested()
        looks: list[Look] = []
        for folder in self._folders.all():
            if folder_ids is None or folder.id in folder_ids:
                is_really_gone = folder.id in accept_losses
                here = folder if is_really_gone else self._folders.find_again(folder)
                if here.path != folder.path:
                    report.found_again[folder.path] = here.path
                look = yield from self._folders.look(here, accept_losses=is_really_gone)
                looks.append(look)
        looks = yield from self._look_within(looks, report)
        explained = yield from self._moved_photos.find(looks)
        if explained.moves or explained.evicted:
            self._folders.move_photos(explained.moves, explained.evicted)
            report.moved += len(explained.moves)
        for look in explained.looks:
            self._apply(look, report)
        report.moved += self._moved_photos.adopt()
        return report

    def _look_within(self, looks: Sequence[Look], report: Report) -> Task[list[Look]]:
        """Return the looks without those at folders that are gone, but lie within others: there it is looked again."""
        left = {look.folder.id: look for look in looks}
        for gone in self._folders.gone() if any(look.changes.new for look in looks) else ():
            for look in [each for each in left.values() if each.changes.new]:
                found = self._folders.find_within(gone, look)
                if found is not None:
                    report.found_again[gone.path] = found.path
                    left.pop(gone.id, None)
                    left[look.folder.id] = yield from self._folders.look(look.folder)
                    break
        return list(left.values())

    def embed_waiting(self, encoder: Encoder, report: Report) -> Task[Report]:
        """Embed every known photo that has no embedding by this model yet, adding to `report`.

        Each batch is stored before its progress is told, so that the task may be closed at any time; the
        next run goes on where it stopped. A photo that cannot be used is skipped with a reason. A folder that
        goes away in between is offline from then on; nothing is said of its photos.
        """
        model_key = encoder.identity.key
        total = self._catalog.embeddings.count_waiting(model_key)
        if not total:
            return report
        yield Progress(Phase.EMBEDDING, 0, total)
        gone: set[int] = set()
        done, last, is_over = 0, 0, False
        while not is_over:
            asked: deque[Photo] = deque()
            paths, known = self._waiting_paths(model_key, asked, gone, last), len(gone)
            with reading(self._reader.read(paths, encoder.square)) as results:
                while batch := self._next_batch(results, asked, gone, report):
                    self._store(encoder, list(self._of_same_files(batch)), gone, report)
                    done, last = done + len(batch), batch[-1].photo.id
                    yield Progress(Phase.EMBEDDING, done, max(total, done), batch[-1].photo.path.name)
                    if len(gone) > known:
                        break  # what was asked for ahead in that folder is not waited for
                else:
                    is_over = True
        report.moved += self._moved_photos.adopt()  # a copy is known by what it holds
        return report

    def _waiting_paths(self, model_key: str, asked: deque[Photo], gone: Collection[int], last: int) -> Iterator[Path]:
        """Yield the paths of the photos that wait after the one with the id `last`, and leave the photos in `asked`;
        those of `gone` folders are left out."""
        while page := self._catalog.embeddings.waiting(model_key, after_photo_id=last, limit=_PAGE):
            for photo in page:
                if photo.folder_id not in gone:
                    asked.append(photo)
                    yield photo.path
            last = page[-1].id

    def _next_batch(
        self,
        results: Iterator[tuple[Path, ReadPhoto | UnreadablePhotoError]],
        asked: deque[Photo],
        gone: set[int],
        report: Report,
    ) -> list[_Reading]:
        """Return the next photos that were read; it ends with one whose folder went away meanwhile."""
        batch: list[_Reading] = []
        for _, result in results:
            batch.append(_Reading(asked.popleft(), result))
            is_over = isinstance(result, UnreadablePhotoError) and self._has_gone(batch[-1].photo, gone, report)
            if is_over or len(batch) == _BATCH:
                break
        return batch

    def _store(self, encoder: Encoder, batch: Sequence[_Reading], gone: Collection[int], report: Report) -> None:
        model_key = encoder.identity.key
        read = [(each.photo, each.result) for each in batch if isinstance(each.result, ReadPhoto)]
        known = self._catalog.embeddings.known_contents(model_key, {result.content_hash for _, result in read})
        fresh = {result.content_hash: result for _, result in read if result.content_hash not in known}
        vectors = {}
        if fresh:
            squares = np.stack([result.square for result in fresh.values()])
            vectors = dict(zip(fresh, encoder.embed_images(squares), strict=True))
        for content_hash, result in {result.content_hash: result for _, result in read}.items():
            self._thumbnails.store(content_hash, result.thumbnail_jpeg)
        embedded = [
            EmbeddedPhoto(
                photo.id, photo.stamp, result.content_hash, result.facts, vectors.pop(result.content_hash, None)
            )
            for photo, result in read
        ]
        skipped = [
            (each.photo, each.result)
            for each in batch
            if isinstance(each.result, UnreadablePhotoError)
            and not isinstance(each.result, PhotoGoneError)
            and each.photo.folder_id not in gone
        ]
        self._catalog.embeddings.store(model_key, embedded, {photo.id: error for photo, error in skipped})
        report.embedded += len(fresh)
        report.reused += len(read) - len(fresh)
        report.skipped.update((photo.path, error.reason) for photo, error in skipped)

    def _has_gone(self, photo: Photo, gone: set[int], report: Report) -> bool:
        """Whether a photo's folder went away while it was read, which is remembered."""
        for folder in self._folders.all():
            if folder.id == photo.folder_id and folder.id not in gone and not self._folders.is_there(folder):
                reason = GONE if self._folders.answers(folder) else SILENT
                gone.add(folder.id)
                self._folders.mark_offline(folder, reason)
                report.offline[folder.path] = reason
                return True
        return False

    def _of_same_files(self, batch: Sequence[_Reading]) -> Iterator[_Reading]:
        """Yield the readings without those of files that changed after they were asked for: the next look tells who it
        is. What would wait for ever has a reason."""
        files = self._folders.files_now(each.photo for each in batch)
        for each in batch:
            file = files.get(each.photo.id)
            if file is not None and file.stamp == each.photo.stamp:
                yield each
            elif file is not None and file.is_listed_alone:
                yield _Reading(each.photo, UnreadablePhotoError(_LISTED_ALONE))

    def _apply(self, look: Look, report: Report) -> None:
        report.look_again_soon |= look.again_soon
        reason = look.reason_to_doubt()
        if reason:
            self._folders.mark_offline(look.folder, reason)
            report.offline[look.folder.path] = reason
            return
        if look.changes:
            self._catalog.folders.apply_changes(look.folder.id, look.changes, now_s=self._clock())
        self._folders.mark_online(look)  # from here on nobody doubts what was found
        report.new += len(look.changes.new)
        report.changed += len(look.changes.changed)
        report.removed += len(look.changes.missing)
