"""Puts what was made aside in its place, all at once."""

import stat
import sys
import time
from pathlib import Path

_TRIES, _WAIT_S = 20, 0.1
"""On Windows, where scanners look at new files, and keep them and folders with them from being renamed meanwhile."""


def put_in_place(made: Path, place: Path) -> None:
    """Give a file the name of another, which is replaced, or a folder one that is free. Raises OSError."""
    for _ in range(_TRIES if sys.platform == "win32" else 0):
        try:
            made.replace(place)
        except PermissionError:
            if _is_read_only(place):
                raise
            time.sleep(_WAIT_S)
        else:
            return
    made.replace(place)


def _is_read_only(file: Path) -> bool:
    try:
        return not file.stat().st_mode & stat.S_IWRITE
    except OSError:
        return False
