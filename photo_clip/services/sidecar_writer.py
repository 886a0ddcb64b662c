"""Lets the sidecars of photos say their tags."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from photo_clip import APP_NAME
from photo_clip.core.errors import SidecarChangedError, StoreError
from photo_clip.core.photo import Photo
from photo_clip.core.ports import Sidecars
from photo_clip.core.progress import Phase, Progress, Task
from photo_clip.core.sidecars import Written
from photo_clip.core.stores import Catalog
from photo_clip.services.sidecar_reader import SidecarReader

_HINTED = "sidecars: told of them"
_SIDECARS_AT_ONCE = 64
_TRIES = 3
"""So often a sidecar is written that another program goes on changing."""


@dataclass(frozen=True, slots=True)
class SidecarsWritten:
    """What writing sidecars did."""

    changed: int
    """How many were written, changed or removed."""
    troubles: tuple[StoreError, ...]
    """What could not be written, and why."""


class SidecarWriter:
    """Writes tags and stars where other programs see them. Any thread may use it."""

    def __init__(self, catalog: Catalog, sidecars: Sidecars | None = None, reader: SidecarReader | None = None) -> None:
        """Without sidecars, nothing is written; `reader` reads what others changed before, and hears of what is."""
        self._catalog = catalog
        self._sidecars = sidecars
        self._reader = reader
        self.follows = False
        """Whether sidecars follow each decision at once."""

    def write(self, photo_ids: Sequence[int]) -> Task[SidecarsWritten]:
        """Let the sidecars of photos say their tags, and no longer those that were taken away; some a step.

        Ratings that people gave here are written too. Photos whose folder is offline are left out.
        """
        return self._with_each(photo_ids, self._write)

    def clean(self, photo_ids: Sequence[int]) -> Task[SidecarsWritten]:
        """Take all that this program wrote out of the sidecars of photos."""
        return self._with_each(
            photo_ids, lambda sidecars, photo, _tags, seen: sidecars.clean(photo.path, seen), is_cleaning=True
        )

    def _with_each(
        self,
        photo_ids: Sequence[int],
        act: Callable[[Sidecars, Photo, Sequence[str], str | None], Written | None],
        *,
        is_cleaning: bool = False,
    ) -> Task[SidecarsWritten]:
        count, troubles = 0, list[StoreError]()
        if self._sidecars is None:
            return SidecarsWritten(0, ())
        for start in range(0, len(photo_ids), _SIDECARS_AT_ONCE):
            yield Progress(Phase.WRITING, start, len(photo_ids))
            some = list(photo_ids[start : start + _SIDECARS_AT_ONCE])
            there = [photo for photo in self._catalog.photos(some) if not (photo.offline or photo.missing)]
            marks = self._look_at(there)
            tags = self._catalog.tags.tags_of(some)
            written: dict[int, Written] = {}
            for photo in there:
                names = [tag.name for tag in tags.get(photo.id, ()) if tag.is_given_here]
                try:
                    done = self._once_settled(photo, marks.get(photo.id), partial(act, self._sidecars, photo, names))
                except StoreError as trouble:
                    troubles.append(trouble)
                else:
                    written.update({} if done is None else {photo.id: done})
            if self._reader is not None:
                self._reader.note_written(written, is_clean=is_cleaning)
            count += len(written)
        return SidecarsWritten(count, tuple(troubles))

    def _once_settled(
        self, photo: Photo, seen: str | None, act: Callable[[str | None], Written | None]
    ) -> Written | None:
        """Act on a sidecar, and anew where another program changes it meanwhile, once that was read."""
        for _ in range(_TRIES - 1):
            with suppress(SidecarChangedError):
                return act(seen)
            seen = self._look_at([photo]).get(photo.id)
        return act(seen)

    def _look_at(self, photos: Sequence[Photo]) -> dict[int, str]:
        return {} if self._reader is None else self._reader.look_at(photos)

    @staticmethod
    def _write(sidecars: Sidecars, photo: Photo, tags: Sequence[str], seen: str | None) -> Written | None:
        in_file = None if photo.facts is None else photo.facts.rating
        return sidecars.write(photo.path, tags, None if photo.rating == in_file else photo.rating, seen)

    def is_hint_due(self) -> bool:
        """Return once in a library's life that people may be told of sidecars: when tags were given, and stay in it."""
        settings = self._catalog
        if self.follows or settings.setting(_HINTED) is not None or not settings.tags.is_any_given():
            return False
        settings.set_setting(_HINTED, "yes")
        return True

    def follow(self, photo_ids: Iterable[int]) -> None:
        """Write sidecars where that is wanted. Raises StoreError for the first that cannot be written; others are."""
        if self.follows:
            task = self.write(list(dict.fromkeys(photo_ids)))
            while True:
                try:
                    next(task)
                except StopIteration as stop:
                    written: SidecarsWritten = stop.value
                    break
            if written.troubles:
                first, count = written.troubles[0], len(written.troubles) - 1
                others = f" {count:,} other{'' if count == 1 else 's'} could not be written either." if count else ""
                raise StoreError(
                    f"{first.sentence}{others} The library has the change all the same.",
                    advice=f"{first.advice} Then write what is missing with: {APP_NAME} tags sidecars",
                )
