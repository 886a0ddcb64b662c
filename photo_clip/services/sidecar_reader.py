"""Reads the sidecars of photos again whenever they change, and notices what others changed in those written here."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from photo_clip.core.errors import SidecarClosedError, SilentDriveError, StoreError
from photo_clip.core.photo import Photo
from photo_clip.core.ports import Clock, Sidecars
from photo_clip.core.progress import Phase, Progress, Report, Task
from photo_clip.core.sidecars import KnownSidecar, ReadSidecar, Said, Written, change_of
from photo_clip.core.stores import Catalog

_SIDECARS_AT_ONCE = 100


class SidecarReader:
    """Keeps the catalogue level with sidecars. Any thread may use it."""

    def __init__(self, catalog: Catalog, sidecars: Sidecars, clock: Clock) -> None:
        self._catalog = catalog
        self._sidecars = sidecars
        self._clock = clock

    def catch_up(self, report: Report) -> Task[None]:
        """Read all that came, changed or went since it was read, adding to `report`; may be closed at any yield."""
        total, done, last = self._catalog.sidecars.count_waiting(), 0, 0
        while some := self._catalog.sidecars.waiting(after_photo_id=last, limit=_SIDECARS_AT_ONCE):
            yield Progress(Phase.LOOKING, done, total, some[-1].path.name)
            read = self._take(some)
            report.sidecars_changed += sum(each.change is not None for each in read)
            report.sidecars_read += len(read)
            done, last = done + len(some), some[-1].photo_id

    def look_at(self, photos: Sequence[Photo]) -> dict[int, str]:
        """Read those sidecars of photos that were changed since they were read last; return the marks of all, by photo.

        Where they may not be looked at, there is no mark.
        """
        known = self._catalog.sidecars.known([photo.id for photo in photos])
        marks: dict[int, str] = {}
        changed: list[KnownSidecar] = []
        for photo in photos:
            before = known.get(photo.id) or KnownSidecar(photo.id, photo.path, "", None, Said())
            with suppress(StoreError):  # what is to be written there then tells
                mark = marks[photo.id] = self._sidecars.mark(photo.path)
                if mark != before.read:
                    changed.append(replace(before, seen=mark))
        self._take(changed)
        return marks

    def note_written(self, written: Mapping[int, Written], *, is_clean: bool = False) -> None:
        """Remember what this program wrote to the sidecars of photos, or, with `is_clean`, took out of them.

        What others changed there since is noticed by the next look at the folder.
        """
        read = [
            ReadSidecar(photo_id, each.mark, each.said, None if is_clean else each.mark or None)
            for photo_id, each in written.items()
        ]
        self._catalog.sidecars.store(read, now_s=self._clock())

    def _take(self, some: Sequence[KnownSidecar]) -> list[ReadSidecar]:
        """Read sidecars and remember what they say; those of which nobody can tell wait for the next time."""
        read: list[ReadSidecar] = []
        for each in some:
            try:
                said = self._said(each.path, each.said) if each.seen else Said()
            except (SilentDriveError, SidecarClosedError):
                continue
            change = None
            if each.written not in (None, each.seen):
                change = change_of(each.said, said, is_gone=not each.seen) or None
            written = None if each.written is None else each.seen or each.written  # it may come back
            read.append(ReadSidecar(each.photo_id, each.seen, said, written, change))
        if read:
            self._catalog.sidecars.store(read, now_s=self._clock())
        return read

    def _said(self, photo: Path, before: Said) -> Said:
        """Return what a photo's sidecars say; what they said before where they are damaged.

        Raises SilentDriveError and SidecarClosedError.
        """
        try:
            return self._sidecars.read(photo)
        except (SilentDriveError, SidecarClosedError):
            raise
        except StoreError:
            return before
