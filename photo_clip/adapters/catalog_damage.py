"""Tells damage of the catalogue's file from other trouble, and what a row holds from what was overwritten."""

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from photo_clip.core.likeness import HASH_HEIGHT, HASH_WIDTH
from photo_clip.core.photo import FolderState, TakenSource
from photo_clip.core.sidecars import SidecarChange

UNREADABLE = (sqlite3.DatabaseError, UnicodeDecodeError)
"""What is raised of a damaged file: SQLite's message may quote what it read, which Python then cannot decode."""
HIGHEST_NUMBER = 2**32
"""No row of a sound catalogue has a higher one."""
_SAID_OF_DAMAGE = (
    "could not decode",
    "malformed",
    "json cannot hold",
    "no such",
    "duplicate column",
    "already exists",
    "vtable constructor",
    "invalid fts5",
    "unsupported",
)
"""What SQLite and Python say, in a general error, of tables and values that are not as this program made them."""
_MISREAD = (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, DeprecationWarning)
"""numpy warns of text that it should read numbers from, which is an error where warnings are."""
_SIZE_OF_MINIATURE = HASH_WIDTH * HASH_HEIGHT


def tells_of_damage(error: Exception) -> bool:
    """Whether one of UNREADABLE says that the file is damaged; else the disk is full, another program holds it ..."""
    if isinstance(error, sqlite3.OperationalError):
        return code_of(error) == sqlite3.SQLITE_ERROR and any(words in str(error).lower() for words in _SAID_OF_DAMAGE)
    return not isinstance(error, sqlite3.IntegrityError | sqlite3.ProgrammingError)  # bugs of ours


def code_of(error: Exception) -> int:
    """Return the kind of an error as SQLite numbers it; that of a general one where Python itself raised it.

    See “Primary Result Code List” in https://sqlite.org/rescode.html.
    """
    return getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF


@contextmanager
def rows_understood() -> Iterator[None]:
    """Raise sqlite3.DatabaseError where values of rows are not what the program wrote; for their reading alone."""
    try:
        yield
    except _MISREAD as error:
        raise sqlite3.DatabaseError(f"a row was overwritten: {error}") from error


def time_of(text: str | None) -> datetime | None:
    """Return a time as the program writes it: that of the place, without a zone. Raises ValueError."""
    if text is None:
        return None
    when = datetime.fromisoformat(text)
    if when.tzinfo is not None:
        raise ValueError(f"{text} has a zone")
    return when


def words_of(text: str) -> tuple[str, ...]:
    """Return the words of a JSON list. Raises ValueError."""
    words = json.loads(text)
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        raise ValueError(f"{text} is no list of words")
    "".join(words).encode()  # halves of characters are none
    return tuple(words)


def change_of(text: str) -> SidecarChange:
    """Return what others changed in a sidecar. Raises ValueError, TypeError or LookupError."""
    told = json.loads(text)
    return SidecarChange(
        tuple(told["added"]),
        tuple(told["removed"]),
        tuple(told["taken_away"]),
        None if told["rating"] is None else (told["rating"][0], told["rating"][1]),
        told["is_gone"],
    )


Before = tuple[int, str, int | None, float | None, str]
"""A decision as it was: photo, label, answer, time and model; the answer is None where there was none.

Without a label, a photo's marks as they were: 1 for a favourite, 0 for another one, None where it had no marks, and its
stars.
"""


def before_of(text: str) -> list[Before]:
    """Return decisions and marks as they were. Raises ValueError or TypeError."""
    return [
        (photo_id, label, accepted, at_s, model_key) for photo_id, label, accepted, at_s, model_key in json.loads(text)
    ]


def _number(value: int) -> None:
    if not 0 <= value <= HIGHEST_NUMBER:
        raise ValueError(f"no row has the number {value}")


def _path(value: bytes) -> None:
    if b"\0" in value:
        raise ValueError("no path holds a zero")


def _miniature(value: bytes) -> None:
    if len(value) not in (0, _SIZE_OF_MINIATURE):
        raise ValueError("no miniature has that size")


_READERS: dict[str, Callable[..., object]] = {
    "id": _number,
    "device": int,
    "inode": int,
    "state": FolderState,
    "relative_path": _path,
    "taken_at": time_of,
    "taken_source": TakenSource,
    "exif_taken_at": time_of,
    "miniature": _miniature,
    "keywords": words_of,
    "decided_at_s": datetime.fromtimestamp,
    "before": before_of,
    "change": change_of,
    "noticed_at_s": datetime.fromtimestamp,
}
"""By column, what reads a value, and raises where it was overwritten with something else."""


def is_readable(column: str, value: object) -> bool:
    """Whether a value of a column, which has its type, is one that the program can have written."""
    if column not in _READERS:
        return True
    try:
        _READERS[column](value)
    except (*_MISREAD, OSError):  # the time of a number too large
        return False
    return True
