"""The problems photo-clip can explain.

* PhotoClipError              the user can do something about it
  - UsageError                what was asked for makes no sense as it was written
  - FolderError               a folder cannot be added or read
  - ModelError                a model cannot be loaded, or does not fit in memory
  - DownloadError             a model could not be fetched
  - StoreError                the library is damaged, full, or made by a newer photo-clip
    - LibraryInUseError       another photo-clip holds the library
    - SilentDriveError        nobody can tell what is on a drive
    - SidecarChangedError     another program was at work on a sidecar
    - SidecarClosedError      a sidecar may not be read, or not now
* UnreadablePhotoError        one photo cannot be used; the task goes on without it
  - PhotoGoneError            it went away, is held or is only in the cloud; a later look at its folder decides
  - PhotoClosedError          it may not be read, or not in time; what is known of it stays

Anything else that is raised is a bug and is shown as one.
"""

from collections.abc import Callable
from functools import partial

NOT_ALLOWED = "you may not read this file"
NOT_GIVEN = "its drive does not give all of it"
TRIED_AGAIN = (NOT_ALLOWED, NOT_GIVEN)
"""The reasons of those that are tried again at each start, as rights and drives change without a trace in the file."""


class PhotoClipError(Exception):
    """A sentence about what happened, and an advice about what to do."""

    def __init__(self, sentence: str, *, advice: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.advice = advice

    def __reduce__(self) -> tuple[Callable[..., "PhotoClipError"], tuple[str]]:
        """Let pickle send it from one of the program's processes to another."""
        return partial(type(self), advice=self.advice), (self.sentence,)


class UsageError(PhotoClipError):
    """What was asked for makes no sense as it was written."""


class FolderError(PhotoClipError):
    """A folder cannot be added or read."""


class ModelError(PhotoClipError):
    """A model cannot be loaded, or does not fit in memory."""


class DownloadError(PhotoClipError):
    """A model could not be fetched; nothing half-finished is left in its place."""


class StoreError(PhotoClipError):
    """The library cannot be read or written."""


class SilentDriveError(StoreError):
    """A drive does not answer: nothing is known of what is on it."""


class SidecarChangedError(StoreError):
    """Another program changed a sidecar that was to be written; it is as that program left it."""


class SidecarClosedError(StoreError):
    """A sidecar may not be read as things are, which says nothing about what it holds."""


class LibraryInUseError(StoreError):
    """Another photo-clip holds the library and may be writing to it."""


class UnreadablePhotoError(Exception):
    """One photo cannot be used; `reason` is a short clause for a person, such as "the file is cut off"."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class PhotoGoneError(UnreadablePhotoError):
    """The file went away while it was being read, its drive does not answer, another program holds it or it is only in
    the cloud: nothing can be said about it."""


class PhotoClosedError(UnreadablePhotoError):
    """The file cannot be read as things are, which says nothing about what it holds."""
