"""The paths by which a file or folder can be known: through symbolic links, and in other spellings of its name."""

import os
import sys
from contextlib import suppress
from pathlib import Path
from unicodedata import normalize

_LONGEST_PATH = 1024
"""On macOS, in bytes (MAXPATHLEN)."""


def paths_to(path: Path) -> list[Path]:
    """Return a path as it is, absolute, then with more and more of the links in it resolved, from its beginning on.

    Photos are known by paths whose beginning, the watched folder, is resolved, and whose end need not be. What is
    resolved is also spelled as it really is.
    """
    path = path.absolute()
    beginnings = (*filter(os.path.lexists, reversed(path.parents)), path)  # no link is in what is not there
    found = (Path(real_path(each), path.relative_to(each)) for each in beginnings)
    spelled = {str(each): each for each in found}  # paths of Windows are equal in capitals and in small letters
    return [each for each in spelled.values() if ".." not in each.parts]


def real_path(path: Path) -> Path:
    """Return a path without links, in the system's own spelling as far as it leads to something.

    Linux knows no other spelling, and Windows tells the true one with the links; macOS, which takes capitals and small
    letters for one, and an accent however it is written, is asked. A path on a drive of Windows that is locked, or
    whose server lets nobody in, stays as it is.
    """
    try:
        real = os.path.realpath(path)
    except OSError:
        return path.absolute()
    if sys.platform == "darwin":
        import fcntl

        with suppress(OSError):  # it is not there
            descriptor = os.open(real, os.O_EVTONLY)  # reads nothing, and lets its drive be ejected
            try:
                told = fcntl.fcntl(descriptor, fcntl.F_GETPATH, bytes(_LONGEST_PATH))
            finally:
                os.close(descriptor)
            real = os.fsdecode(told.rstrip(b"\0"))
    return Path(real)


def as_compared(path: str) -> str:
    """Return what is equal for all spellings of a path that the system takes for one."""
    if sys.platform == "darwin":
        path = normalize("NFC", path)
    return path.casefold() if sys.platform in ("darwin", "win32") else path
