"""The system's bin, by send2trash; on Windows, where that deletes for good what the bin does not take, by Qt."""

import os
import sys
from pathlib import Path

from photo_clip.core.errors import StoreError


def move_to_bin(path: Path) -> None:
    """Move a file to the system's bin, from where people can take it back. Raises StoreError; then it stays."""
    try:
        if sys.platform == "win32":
            _recycle(path)
        else:
            from send2trash import send2trash

            send2trash(path)
    except OSError as error:
        raise StoreError(
            f"“{path}” could not be moved to the bin: {error.strerror or error}.",
            advice="Nothing was deleted. Some drives have no bin, and some files may not be moved by this user.",
        ) from error


def _recycle(path: Path) -> None:
    from PySide6.QtCore import QFile

    file = QFile(str(path))
    if not file.moveToTrash() or os.path.lexists(path):  # Windows may call it done where Qt stopped it
        raise OSError(file.errorString().rstrip("."))
