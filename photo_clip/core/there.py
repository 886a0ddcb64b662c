"""Tells what there is at a path; what may not be looked at is not there. pathlib's own questions raise OSError then."""

import os
from pathlib import Path

_NOT_READY = 21
"""What Windows calls a card reader without a card; Python takes it for a lack of rights."""


def is_there(path: str | Path) -> bool:
    """Whether there is anything."""
    return os.path.exists(path)  # noqa: PTH110


def is_gone(path: Path) -> bool:
    """Whether there is surely nothing, not even a link; what may not be looked at may be there."""
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError as error:
        return getattr(error, "winerror", None) == _NOT_READY
    return False


def is_folder(path: str | Path) -> bool:
    """Whether there is a folder."""
    return os.path.isdir(path)  # noqa: PTH112


def is_file(path: str | Path) -> bool:
    """Whether there is a file."""
    return os.path.isfile(path)  # noqa: PTH113
