"""Says in people's words why a photo could not be read."""

import errno
import os
import struct
import sys
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from photo_clip.core.errors import PhotoGoneError, UnreadablePhotoError
from photo_clip.core.formats import HEAD_BYTES, kind_of, why_unreadable

DAMAGE = (
    *(OSError, SyntaxError, ValueError, TypeError, KeyError, IndexError, AttributeError, ArithmeticError, EOFError),
    *(AssertionError, RuntimeError, struct.error, zlib.error),
)
"""What Pillow and its plugins raise on damaged files."""

_DRIVE_TROUBLE = frozenset(
    (errno.EIO, errno.ENODEV, errno.ENXIO, errno.ETIMEDOUT, errno.ENOTCONN, getattr(errno, "ESTALE", errno.EIO))
)
_SHARED = 7
"""Whatever others do with it meanwhile: read, write, delete."""
_HELD = (32, 33)
"""What Windows calls a sharing and a lock violation."""
_CUT_OFF = ("truncated", "end of file", "only got")
_MOST_BOXES = 64
_UNSUPPORTED = ("unsupported", "not supported", "not implemented", "not available", "unknown compression")
_UNCLEAR = ("cannot identify", "decoder error")
"""So libraries say that a file is damaged, or that they do not know its kind."""


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn what reading the file raises into an UnreadablePhotoError, and keep the libraries' warnings about it quiet.

    A PhotoGoneError says that the file, or its drive, is not there (any more), or is another program's for a moment.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except UnreadablePhotoError:
        raise
    except (FileNotFoundError, NotADirectoryError) as error:
        raise PhotoGoneError("the file is not there any more") from error
    except PermissionError as error:
        if _is_held(path):
            raise PhotoGoneError("another program keeps it to itself just now") from error
        raise UnreadablePhotoError("you may not read this file") from error
    except MemoryError as error:
        raise UnreadablePhotoError("reading it needs more memory than allowed") from error
    except DAMAGE as error:
        if isinstance(error, OSError) and error.errno in _DRIVE_TROUBLE:
            raise PhotoGoneError("its drive does not answer") from error
        if isinstance(error, OSError) and error.errno is not None and error.filename is not None:
            raise UnreadablePhotoError(f"the system cannot open it ({os.strerror(error.errno)})") from error
        raise UnreadablePhotoError(_reason(error, path)) from error


def _is_held(path: Path) -> bool:
    """Whether nothing but another program keeps a file from being read; Windows alone lets it.

    Python's own error does not tell, and calls that a lack of rights, too.
    """
    if sys.platform != "win32":
        return False
    import _winapi

    try:
        handle = _winapi.CreateFile(str(path), _winapi.GENERIC_READ, _SHARED, 0, _winapi.OPEN_EXISTING, 0, 0)
    except OSError as error:
        return error.winerror in _HELD
    _winapi.CloseHandle(handle)  # it was held until now, or is held in part
    return True


def _reason(error: BaseException, path: Path) -> str:
    try:
        with path.open("rb") as file:
            head = file.read(HEAD_BYTES)
            is_short = _is_shorter_than_it_says(file, head)
    except OSError:
        return "the file is damaged"
    kind = kind_of(head)
    said = str(error).lower()
    if not kind:
        return why_unreadable(head)
    if is_short or any(word in said for word in _CUT_OFF):
        return "the file is cut off"
    if any(word in said for word in _UNSUPPORTED):
        return f"this program cannot read this kind of {kind} file"
    if any(word in said for word in _UNCLEAR):
        return f"this {kind} file is damaged, or of a kind that this program cannot read"
    return "the file is damaged"


def _is_shorter_than_it_says(file: BinaryIO, head: bytes) -> bool:
    """Whether the parts that a WebP, HEIF or AVIF file is made of go on beyond its end."""
    size = file.seek(0, os.SEEK_END)
    if head[:4] == b"RIFF":
        return 8 + int.from_bytes(head[4:8], "little") > size
    if head[4:8] != b"ftyp":
        return False
    at = 0
    for _ in range(_MOST_BOXES):
        file.seek(at)
        start = file.read(16)
        length = int.from_bytes(start[:4], "big")
        if length == 1:
            length = int.from_bytes(start[8:16], "big")
        if length < 8:  # 0 stands for the rest of the file
            return False
        at += length
        if at >= size:
            return at > size
    return False
