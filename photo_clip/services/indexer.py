"""Brings the catalogue level with the watched folders: looks, recognises what moved, embeds what is new."""

import os
from collections import deque
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from photo_clip.core.errors import PhotoGoneError, UnreadablePhotoError
from photo_clip.core.photo import Folder, FolderState, MovedFile, Photo
from photo_clip.core.ports import Catalog, Clock, EmbeddedPhoto, Encoder, PhotoReader, ReadPhoto
from photo_clip.core.progress import Phase, Progress, Report, Task
from photo_clip.services.folder_changes import LOSSES, Look, WatchedFolders
from photo_clip.services.thumbnails import Thumbnails

_BATCH = 32
"""Photos embedded and stored at once: large enough to keep an encoder busy, small enough to lose nothing by a stop."""
_PAGE = 1000


@dataclass(frozen=True, slots=True)
class _Missing:
    """A photo whose file is not where it was."""

    photo_id: int
    name: str
    content_hash: str


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

    def index(
        self,
        encoder: Encoder,
        *,
        folder_ids: Collection[int] | None = None,
        accept_losses: Collection[int] = (),
    ) -> Task[Report]:
        """Go over the folders (all, or those named) and embed every photo that waits for it.

        For a folder in `accept_losses` the user has said that its missing photos are really gone.
        Each batch is stored before its progress is told, so that the task may be closed at any time; the
        next run goes on where it stopped. A photo that cannot be used is skipped with a reason.
        """
        report = Report()
        looks = yield from self._look_at_all(folder_ids, accept_losses)
        moves = yield from self._find_moved(looks)
        if moves:
            self._catalog.move_photos(moves)
            report.moved = len(moves)
        for look in looks:
            self._apply(look, moves, look.folder.id in accept_losses, report)
        report.look_again_soon = any(look.again_soon for look in looks)
        yield from self.embed_waiting(encoder, report)
        return report

    def _look_at_all(self, folder_ids: Collection[int] | None, accept_losses: Collection[int]) -> Task[list[Look]]:
        looks = []
        for folder in self._folders.all():
            if folder_ids is None or folder.id in folder_ids:
                look = yield from self._folders.look(folder, accept_losses=folder.id in accept_losses)
                looks.append(look)
        return looks

    def embed_waiting(self, encoder: Encoder, report: Report) -> Task[Report]:
        """Embed every known photo that has no embedding by this model yet, adding to `report`."""
        model_key = encoder.identity.key
        total = self._catalog.count_waiting(model_key)
        if not total:
            return report
        asked: deque[Photo] = deque()
        readings = self._reader.read(self._waiting_paths(model_key, asked), encoder.square)
        done = 0
        batch: list[tuple[Photo, ReadPhoto | UnreadablePhotoError]] = []
        yield Progress(Phase.EMBEDDING, 0, total)
        try:
            for _, reading in readings:
                batch.append((asked.popleft(), reading))
                if len(batch) == _BATCH:
                    self._store(encoder, batch, report)
                    done += len(batch)
                    yield Progress(Phase.EMBEDDING, done, max(total, done), batch[-1][0].path.name)
                    batch = []
            if batch:
                self._store(encoder, batch, report)
                done += len(batch)
                yield Progress(Phase.EMBEDDING, done, max(total, done), batch[-1][0].path.name)
        finally:
            close = getattr(readings, "close", None)  # a generator's read-ahead ends with it
            if close is not None:
                close()
        return report

    def _waiting_paths(self, model_key: str, asked: deque[Photo]) -> Iterator[Path]:
        last = 0
        while page := self._catalog.waiting(model_key, after_photo_id=last, limit=_PAGE):
            for photo in page:
                asked.append(photo)
                yield photo.path
            last = page[-1].id

    def _store(
        self, encoder: Encoder, batch: Sequence[tuple[Photo, ReadPhoto | UnreadablePhotoError]], report: Report
    ) -> None:
        model_key = encoder.identity.key
        read = [(photo, reading) for photo, reading in batch if isinstance(reading, ReadPhoto)]
        skipped = {
            photo.id: reading.reason
            for photo, reading in batch
            if isinstance(reading, UnreadablePhotoError) and not isinstance(reading, PhotoGoneError)
        }
        known = self._catalog.known_contents(model_key, {reading.content_hash for _, reading in read})
        fresh: dict[str, ReadPhoto] = {
            reading.content_hash: reading for _, reading in read if reading.content_hash not in known
        }
        vectors = {}
        if fresh:
            squares = np.stack([reading.square for reading in fresh.values()])
            vectors = dict(zip(fresh, encoder.embed_images(squares), strict=True))
        for content_hash, reading in {reading.content_hash: reading for _, reading in read}.items():
            self._thumbnails.store(content_hash, reading.thumbnail_jpeg)
        embedded = [
            EmbeddedPhoto(
                photo.id, photo.stamp, reading.content_hash, reading.facts, vectors.pop(reading.content_hash, None)
            )
            for photo, reading in read
        ]
        self._catalog.store(model_key, embedded, skipped)
        report.embedded += len(fresh)
        report.reused += len(read) - len(fresh)
        report.skipped.update((photo.path, skipped[photo.id]) for photo, _ in batch if photo.id in skipped)

    def _apply(self, look: Look, moves: Sequence[MovedFile], losses_accepted: bool, report: Report) -> None:
        arrived = {move.relative_path for move in moves if move.folder_id == look.folder.id}
        gone = {move.photo_id for move in moves}
        if not look.offline_reason and not losses_accepted:
            moved_away = len(gone & set(look.changes.missing))
            if self._folders.has_lost_too_much(look, moved_away):
                look = replace(look, offline_reason=LOSSES)
        self._folders.mark(look)
        if look.offline_reason:
            report.offline[look.folder.path] = look.offline_reason
            return
        changes = replace(
            look.changes,
            new={path: stamp for path, stamp in look.changes.new.items() if path not in arrived},
            missing=tuple(photo_id for photo_id in look.changes.missing if photo_id not in gone),
        )
        if changes:
            self._catalog.apply_changes(look.folder.id, changes, now_s=self._clock())
        report.new += len(changes.new)
        report.changed += len(changes.changed)
        report.removed += len(changes.missing)

    def _find_moved(self, looks: Sequence[Look]) -> Task[list[MovedFile]]:
        """Return the new files that are photos known from another place, recognised by size, then by content."""
        new = [(look.folder, path, stamp) for look in looks for path, stamp in look.changes.new.items()]
        if not new:
            return []
        missing = self._missing_by_size(looks, {stamp.size_bytes for _, _, stamp in new})
        candidates = [(folder, path, stamp) for folder, path, stamp in new if stamp.size_bytes in missing]
        moves: list[MovedFile] = []
        paths = (folder.path / path for folder, path, _ in candidates)
        for number, (found, (full_path, content_hash)) in enumerate(
            zip(candidates, self._reader.hashes(paths), strict=True)
        ):
            folder, path, stamp = found
            yield Progress(Phase.LOOKING, number, None, full_path.name)
            if isinstance(content_hash, UnreadablePhotoError):
                continue
            same = [gone for gone in missing[stamp.size_bytes] if gone.content_hash == content_hash]
            if same:
                photo = next((gone for gone in same if gone.name == full_path.name), same[0])
                missing[stamp.size_bytes].remove(photo)
                moves.append(MovedFile(photo.photo_id, folder.id, path, stamp))
        return moves

    def _missing_by_size(self, looks: Sequence[Look], sizes: set[int]) -> dict[int, list[_Missing]]:
        """Return the photos of these sizes that are not where they were, in any folder that is online."""
        looked_at = {look.folder.id: set(look.changes.missing) for look in looks}
        missing: dict[int, list[_Missing]] = {}
        for folder in self._folders.all():
            if folder.id not in looked_at and folder.state is FolderState.OFFLINE:
                continue
            for path, file in self._catalog.known_files(folder.id).items():
                if file.content_hash is None or file.stamp.size_bytes not in sizes:
                    continue
                if file.missing or _is_gone(folder, path, file.photo_id, looked_at):
                    gone = _Missing(file.photo_id, path.rsplit("/", 1)[-1], file.content_hash)
                    missing.setdefault(file.stamp.size_bytes, []).append(gone)
        return missing


def _is_gone(folder: Folder, path: str, photo_id: int, looked_at: dict[int, set[int]]) -> bool:
    if folder.id in looked_at:
        return photo_id in looked_at[folder.id]
    return not os.path.lexists(folder.path / path)
