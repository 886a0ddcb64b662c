"""What goes on inside a process that reads photos: its limits, and the work it does.

Importing this module costs next to nothing: the program's own process names these functions, and
only the reading processes load what they need.
"""

from __future__ import annotations

import contextlib
import faulthandler
import os
import signal
import sys
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from photo_clip.core.ports import ReadPhoto, RgbImage, SquareSpec

_GRACE_S = 10.0
"""A process that nobody ends when its time is over, as the program was killed, ends by itself so much later."""
_NICENESS = 10

_silence: TextIO
_end_after_s: float


def prepare(time_limit_s: float, memory_limit_mb: int, in_background: bool) -> None:
    """Make this process one that reads photos and nothing else; called once, before the first photo."""
    global _silence, _end_after_s  # noqa: PLW0603 - the state of a process is its own
    os.umask(0o077)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for the program, which then ends this process
    signal.signal(signal.SIGTERM, signal.SIG_DFL)  # end at once, in the middle of a decoder too
    if in_background and hasattr(os, "nice"):
        os.nice(_NICENESS)
    os.environ["OPENBLAS_NUM_THREADS"] = "1"  # numpy would start a thread, with its memory, for every core
    from photo_clip.adapters import images  # noqa: F401 - now, so that its memory is not counted as a photo's

    _limit_memory(memory_limit_mb)
    # What decoders written in C print about a bad file is no message for anyone.
    _silence = open(os.devnull, "w")  # noqa: SIM115, PTH123 - for the life of the process
    os.dup2(_silence.fileno(), 2)
    _end_after_s = time_limit_s + _GRACE_S


def read(path: Path, square: SquareSpec) -> ReadPhoto:
    from photo_clip.adapters.images import read_photo

    with _ending_in_time():
        return read_photo(path, square)


def hash_of(path: Path) -> str:
    from photo_clip.adapters.images import hash_photo

    with _ending_in_time():
        return hash_photo(path)


def thumbnail(path: Path) -> bytes:
    from photo_clip.adapters.images import read_thumbnail

    with _ending_in_time():
        return read_thumbnail(path)


def view(path: Path, max_side_px: int) -> RgbImage:
    from photo_clip.adapters.images import read_view

    with _ending_in_time():
        return read_view(path, max_side_px)


@contextlib.contextmanager
def _ending_in_time() -> Iterator[None]:
    """End this process if it hangs here, inside a decoder say, where neither Python nor a signal handler runs."""
    faulthandler.dump_traceback_later(_end_after_s, exit=True, file=_silence)
    try:
        yield
    finally:
        faulthandler.cancel_dump_traceback_later()


def _limit_memory(memory_limit_mb: int) -> None:
    """Let this process take so much more memory than it has now; Linux alone keeps such a limit."""
    if sys.platform != "linux":
        return
    import resource

    with open("/proc/self/statm", encoding="ascii") as statm:  # noqa: PTH123
        data_pages = int(statm.read().split()[5])
    limit = data_pages * resource.getpagesize() + memory_limit_mb * 1024 * 1024
    # Not the address space (RLIMIT_AS), of which libraries reserve more than they use.
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a crash leaves no picture of private photos behind
