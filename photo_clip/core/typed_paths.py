"""Takes paths as people type them."""

import glob
import os
import re
import sys
from pathlib import Path


def from_home(path: str | Path) -> Path:
    """Return a path with “~” replaced as shells do it; that of a user who is not known here stays as it is.

    A quotation mark at its end, which no name has on Windows, is one that a backslash there kept from ending the word.
    """
    typed = os.path.expanduser(path)  # noqa: PTH111 - never raises
    return Path(re.sub('"$', re.escape(os.sep), typed) if sys.platform == "win32" else typed)


def meant_by(path: Path) -> list[Path]:
    """Return the paths that somebody means who types one: on Windows, whose shells leave it to programs, all those
    that fit its `*` and `?`, and itself where none does."""
    path = from_home(path)
    below = str(path).removeprefix(path.anchor)  # which may hold a “?”
    if sys.platform != "win32" or set("*?").isdisjoint(below):
        return [path]
    pattern = path.anchor + below.replace("[", "[[]")  # which names may hold
    return [Path(each) for each in sorted(glob.glob(pattern))] or [path]  # noqa: PTH207 - in “*” there is no folder
