"""Asks for sidecars on drives that may not answer."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from photo_clip.core.errors import SilentDriveError
from photo_clip.core.ports import Sidecars
from photo_clip.core.sidecars import Said, Written
from photo_clip.services.asking import SEE_TO_DRIVE, Asker


class AnsweredSidecars:
    """Keeps the `Sidecars` contract by another one that keeps it, and waits for no drive for ever.

    What a drive was asked and does not answer may still be done when it does.
    """

    def __init__(self, sidecars: Sidecars, asker: Asker, root_of: Callable[[Path], Path]) -> None:
        """`root_of` returns the folder that stands for a photo's drive."""
        self._sidecars = sidecars
        self._asker = asker
        self._root_of = root_of

    def write(
        self, photo: Path, tags: Sequence[str], rating: int | None = None, seen: str | None = None
    ) -> Written | None:
        with _told_to_people(photo):
            return self._asker.ask(self._root_of(photo), self._sidecars.write, photo, tags, rating, seen)

    def clean(self, photo: Path, seen: str | None = None) -> Written | None:
        with _told_to_people(photo):
            return self._asker.ask(self._root_of(photo), self._sidecars.clean, photo, seen)

    def mark(self, photo: Path) -> str:
        with _told_to_people(photo):
            return self._asker.ask(self._root_of(photo), self._sidecars.mark, photo)

    def read(self, photo: Path) -> Said:
        with _told_to_people(photo):
            return self._asker.ask(self._root_of(photo), self._sidecars.read, photo)


@contextmanager
def _told_to_people(photo: Path) -> Iterator[None]:
    try:
        yield
    except TimeoutError as error:
        raise SilentDriveError(
            f"The drive of “{photo}” does not answer, so nobody knows what became of the photo's sidecar.",
            advice=SEE_TO_DRIVE,
        ) from error
