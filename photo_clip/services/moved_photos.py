"""Recognises photos at other places by their size, then by their content."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from photo_clip.core.photo import FileStamp, Folder, FolderChanges, KnownFile, MovedFile
from photo_clip.core.ports import Clock, PhotoReader
from photo_clip.core.progress import Phase, Progress, Task
from photo_clip.core.stores import Catalog
from photo_clip.services.folder_changes import Look, WatchedFolders, out_of_the_way
from photo_clip.services.read_ahead import reading

_BATCH = 200
_SAVED_WITHIN_S = 60.0
"""A photo that is back with other content so soon was edited; a camera takes longer to give a number again."""


@dataclass(frozen=True, slots=True)
class _Place:
    """A file that is new, or whose stamp changed."""

    folder: Folder
    path: str
    stamp: FileStamp
    former: KnownFile | None
    """The photo known at this place; None for a new file."""
    is_on_other_drive: bool = False
    """Whether it is sure to be another photo than the one known at this place."""
    only_in_cloud: bool = False
    """Whether its content cannot be had."""

    @property
    def is_doubtful(self) -> bool:
        """Whether its stamp is that of the photo known there, of which it does not tell enough."""
        return self.former is not None and self.former.stamp == self.stamp


@dataclass(frozen=True, slots=True)
class _Away:
    """A photo that may be somewhere else now."""

    photo_id: int
    name: str
    stamp: FileStamp
    content: str
    """See `_content_of`."""
    is_lost: bool
    """Whether it is known not to be at its place; else there is a changed file, which may be it."""
    was_missing: bool
    """Whether it was not at its place at the last look either."""


@dataclass(frozen=True, slots=True)
class _Contents:
    """What the files hold that are at places of interest."""

    of_place: dict[_Place, str] = field(default_factory=dict)
    """Without those of photos that were only touched."""
    touched: set[int] = field(default_factory=set)
    """Photos whose file was written to, but holds what it held."""
    unknown: set[int] = field(default_factory=set)
    """Photos whose file could not be read."""


@dataclass(frozen=True, slots=True)
class Explained:
    """What looks mean once moved photos are recognised."""

    moves: list[MovedFile]
    evicted: list[MovedFile]
    """Photos missing since before, to be kept out of the way of those that took their places; still missing."""
    looks: list[Look]
    """The looks without what is explained."""


class MovedPhotos:
    """Tells which photos only have another place or another time, so that they stay who they are."""

    def __init__(self, catalog: Catalog, folders: WatchedFolders, reader: PhotoReader, clock: Clock) -> None:
        self._catalog = catalog
        self._folders = folders
        self._reader = reader
        self._clock = clock

    def find(self, looks: Sequence[Look]) -> Task[Explained]:
        """Return the moves that explain new, changed and missing files; what was only touched is stored at once.

        A photo has moved when its content is at another place, and its own place is empty or was taken by
        another one that moved. So photos that change places are recognised, while an edited photo stays the
        photo of its place, even if a copy from before lies beside it. A file with other content at the place
        of a photo that was missing is another photo.
        """
        places = [place for look in looks for place in self._places(look)]
        if not places:
            return Explained([], [], list(looks))
        away = self._away(looks, {place.stamp.size_bytes for place in places})
        contents = yield from self._compare(places, away)
        stay = contents.touched | contents.unknown
        moves = _moves(contents.of_place, [photo for photo in away if photo.photo_id not in stay])
        filled, moving = set(moves.values()), {photo.photo_id for photo in moves}
        evicted = [
            out_of_the_way(place.former, place.folder.id, place.path)
            for place in places
            if place.former is not None
            and place.former.photo_id not in moving | stay
            and (place in filled or place.is_on_other_drive or self._is_another(place.former))
        ]
        gone = moving | {move.photo_id for move in evicted}
        return Explained(
            [MovedFile(photo.photo_id, place.folder.id, place.path, place.stamp) for photo, place in moves.items()],
            evicted,
            [_without(look, places, filled, gone, contents.touched) for look in looks],
        )

    def adopt(self) -> int:
        """Let missing photos, of which people decided something, take the place of a copy of which they decided
        nothing; return how many did.

        The copy may have been there before the photo went: files that go to another drive are copied first.
        """
        left_out, paths = self._folders.left_out(), {folder.id: folder.path for folder in self._folders.all()}
        swaps: dict[int, tuple[MovedFile, MovedFile]] = {}
        for gone, copy in self._catalog.folders.copies_of_missing():
            if not (left_out and left_out.has(paths[gone.folder_id], gone.relative_path)):
                swaps.setdefault(copy.photo_id, (gone, copy))
        if swaps:
            self._folders.move_photos(
                [replace(copy, photo_id=gone.photo_id) for gone, copy in swaps.values()],
                [replace(gone, photo_id=copy.photo_id) for gone, copy in swaps.values()],
            )
        return len(swaps)

    def _places(self, look: Look) -> Iterator[_Place]:
        for path, stamp in look.changes.new.items():
            yield _Place(look.folder, path, stamp, None, only_in_cloud=path in look.changes.in_cloud)
        if look.changes.changed:
            for path, file in self._catalog.folders.known_files(look.folder.id).items():
                if file.photo_id in look.changes.changed:
                    stamp = look.changes.changed[file.photo_id]
                    in_cloud = look.changes.in_cloud.get(path, file.only_in_cloud)
                    yield _Place(look.folder, path, stamp, file, look.is_other_drive, in_cloud)

    def _away(self, looks: Sequence[Look], sizes: Collection[int]) -> list[_Away]:
        """Return the photos of these sizes that are not where they were, or whose file changed."""
        away: list[_Away] = []
        seen = {look.folder.id: look.changes for look in looks}
        left_out = self._folders.left_out()
        for folder in self._folders.all():
            changes = seen.get(folder.id, FolderChanges())
            missing, returned = set(changes.missing), set(changes.returned)
            may_ask = folder.id not in seen and self._folders.is_there(folder)
            known = {
                path: file
                for path, file in self._catalog.folders.known_files(folder.id).items()
                if file.stamp.size_bytes in sizes and file.photo_id not in returned
            }
            lost = {path for path, file in known.items() if file.missing or file.photo_id in missing}
            unseen = {path for path in lost if left_out and left_out.has(folder.path, path)}  # nobody looked
            lost -= unseen
            lost |= self._folders.gone_in(folder, known.keys() - lost if may_ask else unseen)
            for path, file in known.items():
                is_lost = path in lost
                if is_lost or file.photo_id in changes.changed:
                    name = _name_of(path)
                    away.append(_Away(file.photo_id, name, file.stamp, _content_of(file), is_lost, file.missing))
        return away

    def _is_another(self, former: KnownFile) -> bool:
        """Whether a file with other content at the place of a photo is another photo: not where it was only written
        to, and not a moment after it went, as some editors save by taking the file away first."""
        is_gone_for_long = former.missing_since_s is not None and not (
            0 <= self._clock() - former.missing_since_s < _SAVED_WITHIN_S
        )
        return is_gone_for_long and former.content_hash is not None

    def _compare(self, all_places: Sequence[_Place], away: Sequence[_Away]) -> Task[_Contents]:
        sizes, known = {photo.stamp.size_bytes for photo in away}, {photo.content for photo in away}
        keys = {place: _key(place.stamp) for place in all_places if not place.is_doubtful}
        contents = _Contents({place: key for place, key in keys.items() if key in known})
        lost = {(photo.name, photo.stamp): photo.content for photo in away if photo.is_lost}
        for place in all_places:
            if place.only_in_cloud:  # its name, size and time tell where that can
                if place.former is not None:
                    if not (place.is_on_other_drive or self._is_another(place.former)):
                        contents.unknown.add(place.former.photo_id)
                elif content := lost.get((_name_of(place.path), place.stamp)):
                    contents.of_place[place] = content
        places = [
            place
            for place in all_places
            if place.stamp.size_bytes in sizes and place not in contents.of_place and not place.only_in_cloud
        ]
        batch: list[MovedFile] = []
        with reading(self._hashes(places)) as hashes:
            for number, (place, content_hash) in enumerate(hashes, start=1):
                if content_hash is None:
                    contents.unknown.update([place.former.photo_id] if place.former else [])
                elif place.former is not None and place.former.content_hash == content_hash:
                    contents.touched.add(place.former.photo_id)
                    batch.append(MovedFile(place.former.photo_id, place.folder.id, place.path, place.stamp))
                else:
                    contents.of_place[place] = content_hash
                if len(batch) == _BATCH:
                    self._catalog.folders.move_photos(batch)
                    batch = []
                yield Progress(Phase.LOOKING, number, None, _name_of(place.path))
        if batch:
            self._catalog.folders.move_photos(batch)
        return contents

    def _hashes(self, places: Sequence[_Place]) -> Iterator[tuple[_Place, str | None]]:
        """Yield the hashes of files, None for one that cannot be read; nothing is tried on a drive that is silent."""
        waiting = list(places)
        while waiting:
            read, gone = 0, None
            with reading(self._reader.hashes(place.folder.path / place.path for place in waiting)) as results:
                for place, (_, result) in zip(waiting, results, strict=True):
                    read += 1
                    yield place, result if isinstance(result, str) else None
                    if not isinstance(result, str) and not self._folders.answers(place.folder):
                        gone = place.folder.id
                        break
            left = waiting[read:]
            yield from ((place, None) for place in left if place.folder.id == gone)
            waiting = [place for place in left if place.folder.id != gone]


def _content_of(file: KnownFile) -> str:
    """Return what tells a photo's content from others: its hash, else the stamp of the file that waits to be read."""
    return file.content_hash or _key(file.stamp)


def _name_of(path: str) -> str:
    return path.rsplit("/", 1)[-1]


def _key(stamp: FileStamp) -> str:
    return f"{stamp.size_bytes} bytes of {stamp.mtime_ns}"


def _moves(contents: Mapping[_Place, str], away: Sequence[_Away]) -> dict[_Away, _Place]:
    """Return the new place of each photo that moved."""
    places, photos = dict(contents), dict.fromkeys(away)
    while True:
        matched = _match(places, list(photos))
        kept = _believable(matched)
        if len(kept) == len(matched):
            return kept
        for photo in matched.keys() - kept.keys():  # may leave room for other copies of the same content
            if photo.is_lost:
                del places[matched[photo]]
            else:
                del photos[photo]


def _match(contents: Mapping[_Place, str], away: Sequence[_Away]) -> dict[_Away, _Place]:
    """Give each place a photo with its content: one that went just now before one missing for long, and of these
    one of the same name first."""
    left: dict[str, list[_Away]] = {}
    for photo in away:
        left.setdefault(photo.content, []).append(photo)
    matched: dict[_Away, _Place] = {}
    filled: set[_Place] = set()
    for was_missing, by_name in ((False, True), (False, False), (True, True), (True, False)):
        for place, content_hash in contents.items():
            name = _name_of(place.path)
            fitting = [
                photo
                for photo in left.get(content_hash, ())
                if photo.was_missing is was_missing and (photo.name == name or not by_name)
            ]
            if fitting and place not in filled:
                best = min(fitting, key=lambda photo: (not photo.is_lost, photo.photo_id))
                left[content_hash].remove(best)
                matched[best] = place
                filled.add(place)
    return matched


def _believable(matched: Mapping[_Away, _Place]) -> dict[_Away, _Place]:
    """Leave out the photos whose own place holds an edited file, and those that took the place of such a photo."""
    moves = dict(matched)
    while True:
        taken = {place.former.photo_id for place in moves.values() if place.former}
        moving = {photo.photo_id for photo in moves}
        kept = {
            photo: place
            for photo, place in moves.items()
            if (photo.is_lost or photo.photo_id in taken)
            and (_is_free(place) or (place.former is not None and place.former.photo_id in moving))
        }
        if len(kept) == len(moves):
            return kept
        moves = kept


def _is_free(place: _Place) -> bool:
    """Whether no photo that was read was there at the last look."""
    return place.former is None or place.former.missing or place.former.content_hash is None


def _without(
    look: Look,
    places: Sequence[_Place],
    filled: Collection[_Place],
    away: Collection[int],
    touched: Collection[int],
) -> Look:
    """Return the look without what is explained; a changed file whose photo is elsewhere is a new one."""
    taken = {place.path for place in filled if place.folder.id == look.folder.id}
    left = [place for place in places if place.folder.id == look.folder.id and place.path not in taken]
    new = {place.path: place.stamp for place in left if place.former is None or place.former.photo_id in away}
    changed = {
        place.former.photo_id: place.stamp
        for place in left
        if place.former is not None and place.former.photo_id not in away and place.former.photo_id not in touched
    }
    missing = tuple(photo_id for photo_id in look.changes.missing if photo_id not in away)
    return replace(look, changes=replace(look.changes, new=new, changed=changed, missing=missing))
