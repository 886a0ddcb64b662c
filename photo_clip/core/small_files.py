"""Reads small files that anybody may have made."""

import errno
import stat
from pathlib import Path


def content_of(file: Path, most_bytes: int, *, waits: bool = False) -> bytes:
    """Return what a file holds. Raises OSError, for what is not a file or larger than that as well.

    With `waits`, a pipe is read to its end, too.
    """
    if not waits and not stat.S_ISREG(file.stat().st_mode):  # a pipe would be waited for, and a device may have no end
        raise OSError(errno.EINVAL, "it is not a file")
    with file.open("rb") as stream:
        content = stream.read(most_bytes + 1)
    if len(content) > most_bytes:
        raise OSError(errno.EFBIG, "it is too large")
    return content
