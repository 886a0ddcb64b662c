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

from photo_clip.adapters.content_hash import content_hash
from photo_clip.adapters.memory_limit import TOO_MUCH_MEMORY
from photo_clip.core.errors import NOT_ALLOWED, NOT_GIVEN, PhotoClosedError, PhotoGoneError, UnreadablePhotoError
from photo_clip.core.file_systems import CLOSED, OF_THE_FILE
from photo_clip.core.formats import HEAD_BYTES, kind_of, why_unreadable

DAMAGE = (
    *(OSError, SyntaxError, ValueError, TypeError, KeyError, IndexError, AttributeError, ArithmeticError, EOFError),
    *(AssertionError, RuntimeError, struct.error, zlib.error),
)
"""What Pillow and its plugins raise on damaged files."""

_GONE = frozenset((errno.ENOENT, errno.ENOTDIR))
_LEADS_NOWHERE = frozenset((errno.EINVAL, errno.EFBIG, errno.EOVERFLOW))
"""What reading comes to in a damaged file. Where opening does, it is Windows, which has no other name for most trouble
of networks."""
_SHARED = 7
"""Whatever others do with it meanwhile: read, write, delete."""
_HELD = (32, 33)
"""What Windows calls a sharing and a lock violation."""
_NOT_READY = 21
"""What Windows calls a card reader without a card."""
_NO_ANSWER = "its drive does not answer"
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
    except MemoryError as error:
        raise UnreadablePhotoError(TOO_MUCH_MEMORY) from error
    except DAMAGE as error:
        raise _trouble(error, path) from error


def check_readable(path: Path) -> None:
    """Raise OSError where a file cannot be read to its end, as the libraries that decode it do not always tell."""
    content_hash(path)


def _trouble(error: BaseException, path: Path) -> UnreadablePhotoError:
    if isinstance(error, OSError) and error.errno is not None:
        told = _told_by_system(error, error.errno, path)
        if told is not None:
            return told
    try:
        check_readable(path)
        return UnreadablePhotoError(_reason(error, path))
    except OSError as later:
        return _told_by_system(later, later.errno or errno.EIO, path) or UnreadablePhotoError("the file is damaged")


def _told_by_system(error: OSError, number: int, path: Path) -> UnreadablePhotoError | None:
    """Return what an error of the system says about a file; None where that is damaged, and leads nowhere."""
    if number in _GONE:
        return PhotoGoneError("the file is not there any more")
    if number in CLOSED:
        return _why_closed(path)
    if number == errno.ENOMEM:
        return UnreadablePhotoError(TOO_MUCH_MEMORY)
    if number in _LEADS_NOWHERE and error.filename is None:
        return None
    if number == errno.EIO and error.filename is None:  # it was opened; where the drive is gone, its folder is, too
        return PhotoClosedError(NOT_GIVEN)
    if number in OF_THE_FILE:
        return UnreadablePhotoError(f"the system cannot open it ({os.strerror(number)})")
    return PhotoGoneError(_NO_ANSWER)


def _why_closed(path: Path) -> UnreadablePhotoError:
    """Return what keeps a file from being read, where that is a lack of rights as far as Python can tell."""
    trouble = _told_by_windows(path)
    if trouble in _HELD:
        return PhotoGoneError("another program keeps it to itself just now")
    return PhotoGoneError(_NO_ANSWER) if trouble == _NOT_READY else PhotoClosedError(NOT_ALLOWED)


def _told_by_windows(path: Path) -> int:
    """Return what Windows calls its trouble with opening a file, which Python's own errors do not tell; 0 elsewhere."""
    if sys.platform != "win32":
        return 0
    import _winapi

    try:
        handle = _winapi.CreateFile(str(path), _winapi.GENERIC_READ, _SHARED, 0, _winapi.OPEN_EXISTING, 0, 0)
    except OSError as error:
        return error.winerror
    _winapi.CloseHandle(handle)
    return _HELD[0]  # it was held until now, or is held in part


def _reason(error: BaseException, path: Path) -> str:
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
        is_short = _is_shorter_than_it_says(file, head)
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
