"""What goes on inside a process that reads photos: its limits, and the work it does.

Importing this module costs next to nothing: the program's own process names these functions, and
only the reading processes load what they need.
"""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

from photo_clip.adapters.memory_limit import limit_memory
from photo_clip.core.windows_calls import settle_in

if TYPE_CHECKING:
    from pathlib import Path

    from photo_clip.core.ports import ReadPhoto, ReadTiles, RgbImage, SquareSpec

_NICENESS = 10


def prepare(memory_limit_mb: int, in_background: bool) -> None:
    """Make this process one that reads photos and nothing else; called once, before the first photo."""
    os.umask(0o077)
    settle_in()
    for name in ("SIGINT", "SIGBREAK"):  # Ctrl+C is for the program, which then ends this process
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)  # end at once, in the middle of a decoder too
    if in_background and hasattr(os, "nice"):
        os.nice(_NICENESS)
    os.environ["OPENBLAS_NUM_THREADS"] = "1"  # numpy would start a thread, with its memory, for every core
    from photo_clip.adapters import images  # noqa: F401 - now, so that its memory is not counted as a photo's

    limit_memory(memory_limit_mb)
    # What decoders written in C print about a bad file is no message for anyone.
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    os.close(nowhere)


def read(path: Path, square: SquareSpec) -> ReadPhoto:
    from photo_clip.adapters.images import read_photo

    return read_photo(path, square)


def tiles(path: Path, square: SquareSpec) -> ReadTiles:
    from photo_clip.adapters.images import read_tiles

    return read_tiles(path, square)


def hash_of(path: Path) -> str:
    from photo_clip.adapters.images import hash_photo

    return hash_photo(path)


def thumbnail(path: Path) -> bytes:
    from photo_clip.adapters.images import read_thumbnail

    return read_thumbnail(path)


def view(path: Path, max_side_px: int) -> RgbImage:
    from photo_clip.adapters.images import read_view

    return read_view(path, max_side_px)
