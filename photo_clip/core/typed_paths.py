"""Takes paths as people type them."""

import os
from pathlib import Path


def from_home(path: str | Path) -> Path:
    """Return a path with “~” replaced as shells do it; that of a user who is not known here stays as it is."""
    return Path(os.path.expanduser(path))  # noqa: PTH111 - never raises
