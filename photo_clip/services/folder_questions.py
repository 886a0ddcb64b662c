"""Asks about folders on drives that may not answer, and says what came of it in people's words."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from photo_clip.core.errors import FolderError
from photo_clip.core.linked_paths import real_path
from photo_clip.core.photo import FileStamp, Folder, FolderIdentity
from photo_clip.core.there import is_gone
from photo_clip.services.asking import SEE_TO_DRIVE, Asker
from photo_clip.services.drives import identity_of
from photo_clip.services.found_again import is_same


class FolderQuestions:
    """What is asked about folders, watched or not. Where no answer comes, a question for yes or no is answered no."""

    def __init__(self, asker: Asker) -> None:
        self._asker = asker

    def identity(self, path: Path) -> FolderIdentity:
        """Return what tells the folder from others. Raises FolderError where it cannot be listed."""
        with _told_to_people(path):
            return self._asker.ask(path, _identity_of_listed, path)

    def resolved(self, path: Path) -> Path:
        """Return a path without symbolic links, spelled as it really is. Raises FolderError."""
        with _told_to_people(path):
            return self._asker.ask(path, real_path, path)

    def is_empty(self, path: Path) -> bool:
        """Whether nothing is in a folder. Raises OSError."""
        return self._asker.ask(path, _is_empty, path)

    def is_gone(self, path: Path) -> bool:
        """Whether there is surely nothing at a path."""
        try:
            return self._asker.ask(path, is_gone, path)
        except TimeoutError:
            return False

    def is_within(self, path: Path, folder: Path) -> bool:
        """Whether `path` is `folder` or lies in it; on some systems a folder has names in capitals and in small
        letters."""
        if path.is_relative_to(folder):
            return True
        try:
            return self._asker.ask(folder, path.samefile, folder)
        except OSError:
            return False

    def holds(self, place: Path, folder: Folder, some: Mapping[str, FileStamp]) -> bool:
        """Whether a place holds some of a folder's files, by path; see `is_same`."""
        try:
            return self._asker.ask(place, is_same, place, folder, some)
        except TimeoutError:
            return False


def _identity_of_listed(path: Path) -> FolderIdentity:
    with os.scandir(path):
        return identity_of(path)


def _is_empty(path: Path) -> bool:
    with os.scandir(path) as listing:
        return not any(listing)


@contextmanager
def _told_to_people(path: Path) -> Iterator[None]:
    """Raise FolderError where the system does not let a folder be looked at."""
    try:
        yield
    except NotADirectoryError as error:
        raise FolderError(f"“{path}” is not a folder.", advice="Choose the folder that holds the photos.") from error
    except FileNotFoundError as error:
        raise FolderError(f"There is no folder “{path}”.", advice="Connect its drive, or choose another.") from error
    except TimeoutError as error:
        raise FolderError(
            f"The drive of the folder “{path}” does not answer.",
            advice=SEE_TO_DRIVE,
        ) from error
    except OSError as error:
        raise FolderError(
            f"The folder “{path}” cannot be read.", advice="Connect its drive, or give yourself the right to read it."
        ) from error
