"""Asks for sidecars on drives that may not answer."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from photo_clip.core.errors import StoreError
from photo_clip.core.ports import Sidecars
from photo_clip.core.sidecars import Said
from photo_clip.services.asking import Asker


class AnsweredSidecars:
    """Keeps the `Sidecars` contract by another one that keeps it, and waits for no drive for ever."""

    def __init__(self, sidecars: Sidecars, asker: Asker) -> None:
        self._sidecars = sidecars
        self._asker = asker

    def write(self, photo: Path, tags: Sequence[str], rating: int | None = None) -> bool:
        with _told_to_people(photo):
            return self._asker.ask(photo.parent, self._sidecars.write, photo, tags, rating)

    def clean(self, photo: Path) -> bool:
        with _told_to_people(photo):
            return self._asker.ask(photo.parent, self._sidecars.clean, photo)

    def mark(self, photo: Path) -> str:
        with _told_to_people(photo):
            return self._asker.ask(photo.parent, self._sidecars.mark, photo)

    def read(self, photo: Path) -> Said:
        with _told_to_people(photo):
            return self._asker.ask(photo.parent, self._sidecars.read, photo)


@contextmanager
def _told_to_people(photo: Path) -> Iterator[None]:
    try:
        yield
    except TimeoutError as error:
        raise StoreError(
            f"The drive of “{photo}” does not answer, so nothing was done with the photo's sidecar.",
            advice="See whether the drive, or the computer it is on, is switched on and connected; then try again.",
        ) from error
