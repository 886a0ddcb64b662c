"""Lets one program at a time write to a library."""

import contextlib
import os
from pathlib import Path

import filelock

from photo_clip.core.errors import LibraryInUseError, StoreError


class LibraryLock:
    """Held from its making until it is released, or until its process ends, however that ends."""

    def __init__(self, file: Path, holder: str) -> None:
        """Take the lock for `holder`, such as “the window”, which others are told. Raises LibraryInUseError."""
        # Opened in one thread and closed in another: the lock belongs to the program, not to a thread.
        self._lock = filelock.FileLock(file, thread_local=False)
        self._note = file.with_suffix(".holder")
        try:
            file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._lock.acquire(timeout=0)
            self._note.write_text(f"{holder} (process {os.getpid()})", encoding="utf-8")
        except filelock.Timeout as error:
            raise LibraryInUseError(
                f"The library is in use by {self._told()}.", advice="Close it there, then try again."
            ) from error
        except OSError as error:
            self._lock.release()
            raise StoreError(
                f"The folder “{file.parent}” cannot be written to ({error.strerror}).",
                advice="Make room, or give yourself the right to write there.",
            ) from error

    def release(self) -> None:
        """Let others in. Twice is once."""
        if self._lock.is_locked:
            with contextlib.suppress(OSError):
                self._note.unlink(missing_ok=True)
            self._lock.release()

    def _told(self) -> str:
        try:
            return self._note.read_text(encoding="utf-8") or "another photo-clip"
        except OSError:
            return "another photo-clip"
