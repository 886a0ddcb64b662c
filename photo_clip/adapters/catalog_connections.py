"""The connections to the catalogue's file: one a thread, and one writer at a time."""

import errno
import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from photo_clip.adapters.catalog_damage import UNREADABLE, code_of, tells_of_damage
from photo_clip.adapters.catalog_head import differs, keep_head, kept_pages
from photo_clip.adapters.catalog_salvage import is_cut_off, is_due, marker_of, salvage
from photo_clip.adapters.catalog_schema import check, connect, open_for_reading, open_for_writing
from photo_clip.core.errors import StoreError
from photo_clip.core.file_systems import CLOSED, OF_THE_FILE

_TAKES_NO_FILE = CLOSED | {errno.EROFS, errno.ENOSPC}
"""What the system says of a folder where nothing can be written, on a drive that is well."""
_SEE_TO_ITS_PLACE = (
    "See that its drive is connected and has room, and that you may write to its folder; photo-clip goes on then."
)


class Connections:
    """Each thread has a connection of its own, so that readers never wait for a writer."""

    def __init__(self, file: Path, *, read_only: bool) -> None:
        """Open or make the file; with `read_only` it must be there. Raises StoreError.

        What can be read of a damaged file is saved first, unless it may only be read.
        """
        self._file = file
        self._read_only = read_only
        self._write_lock = threading.RLock()
        self._list_lock = threading.Lock()
        self._of_thread = threading.local()
        self._list: list[sqlite3.Connection] = []
        self._observer: sqlite3.Connection | None = None
        """Writes nothing, so that every commit is another connection's, which is what SQLite counts."""
        self.salvaged = ""
        """A sentence for the user where the file was damaged, and what could be read of it was saved."""
        with _errors_explained(file):
            if read_only and is_cut_off(file):
                raise sqlite3.DatabaseError("it is shorter than its first page")
            if read_only and not file.exists():
                raise StoreError("There is no library yet.", advice="Add a folder first: photo-clip index FOLDER")
            self._adopt(open_for_reading(file) if read_only else self._open_sound())
            self._opened = file.stat()

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Give this thread's connection. Raises StoreError."""
        with _errors_explained(self._file):
            yield self._connection()

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Give this thread's connection in a transaction, which an error undoes. Raises StoreError."""
        with self._write_lock, _errors_explained(self._file):
            connection = self._connection()
            self._see_that_it_is_there()
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    def version(self) -> int:
        """Return a number that is another one after each commit, by whatever connection. Raises StoreError."""
        with self._list_lock, _errors_explained(self._file):
            if self._observer is None:
                self._observer = connect(self._file, read_only=True)
                self._list.append(self._observer)
            version: int = self._observer.execute("PRAGMA data_version").fetchone()[0]
            return version

    def check(self) -> None:
        """Read the whole file, and see that it holds together: 1 s for 100,000 photos. Raises StoreError."""
        with self.reading() as connection:
            self._see_that_it_is_there()
            check(connection)

    def close(self) -> None:
        """Close every thread's connection; no other thread may be using one. Twice is once."""
        with self._write_lock, self._list_lock:
            connections, self._list = self._list, []
            self._observer = None
            self._of_thread = threading.local()
        for connection in connections:
            connection.close()

    def _open_sound(self) -> sqlite3.Connection:
        if is_due(self._file):
            self.salvaged = salvage(self._file)
        marker_of(self._file).unlink(missing_ok=True)  # whoever moved the damaged file away begins anew
        try:
            return self._open_with_head()
        except UNREADABLE as error:
            # Where it says that it is for reading alone, for instance, no error tells of damage.
            if not tells_of_damage(error) and not differs(self._file, kept_pages(self._file)):
                raise
            self.salvaged = salvage(self._file)
            return self._open_with_head()

    def _open_with_head(self) -> sqlite3.Connection:
        """Open the file, and see that its head is kept: first, or after a migration, that of a file that is sound."""
        connection = open_for_writing(self._file)
        try:
            pages = kept_pages(self._file)
            if not pages or differs(self._file, pages):
                _, in_journal, moved = connection.execute("PRAGMA wal_checkpoint").fetchone()
                check(connection)
                if moved == in_journal:  # else somebody reads what was before it; the next start does it
                    with suppress(OSError):  # it is for the worst alone
                        keep_head(self._file)
        finally:
            connection.close()
        # Another one: whoever closes a file gives up all locks of the process on it, those that keep other programs
        # from taking the journal away among them. See “Posix advisory locks” in https://sqlite.org/howtocorrupt.html.
        return connect(self._file, read_only=False)

    def _adopt(self, connection: sqlite3.Connection) -> sqlite3.Connection:
        self._of_thread.connection = connection
        with self._list_lock:
            self._list.append(connection)
        return connection

    def _connection(self) -> sqlite3.Connection:
        mine: sqlite3.Connection | None = getattr(self._of_thread, "connection", None)
        if mine is not None:
            return mine
        self._see_that_it_is_there()  # else an empty one would be made
        return self._adopt(connect(self._file, read_only=self._read_only))

    def _see_that_it_is_there(self) -> None:
        """Raise StoreError where what is written would be lost with a file that was deleted while it is open."""
        try:
            if os.path.samestat(self._file.stat(), self._opened):
                return
        except FileNotFoundError:
            pass
        raise StoreError(
            f"The library's file “{self._file}” was moved, deleted or replaced while photo-clip had it open.",
            advice="Put the library's folder back, if it was moved, and start photo-clip again.",
        )


@contextmanager
def _errors_explained(file: Path) -> Iterator[None]:
    try:
        yield
    except UNREADABLE as error:
        if tells_of_damage(error):
            _mark_as_damaged(file)
            raise StoreError(
                f"The library's file “{file}” is damaged.",
                advice="Close photo-clip and open it again, or run photo-clip index: what can be read is saved then,"
                " and the damaged file is kept. If it cannot be opened, move the file elsewhere, and add your folders"
                " again.",
            ) from error
        if not isinstance(error, sqlite3.OperationalError):
            raise  # a bug of ours, not the user's trouble
        # Where a drive fails below a table made by a module, SQLite says that the module does.
        text = "disk I/O error" if code_of(error) == sqlite3.SQLITE_IOERR else str(error)
        raise _explained(text, file) from error
    except OSError as error:
        advice = "Choose another folder with --library." if error.errno in OF_THE_FILE else _SEE_TO_ITS_PLACE
        raise _useless(file, error.strerror, advice) from error


def _mark_as_damaged(file: Path) -> None:
    """Let the next start save what can be read. Raises StoreError where the drive takes nothing, and no right or room
    is missing: SQLite speaks of damage, too, where a drive is gone and gives no page."""
    try:
        marker_of(file).touch()
    except OSError as error:
        if error.errno not in _TAKES_NO_FILE:
            raise _useless(file, error.strerror) from error


def _explained(text: str, file: Path) -> StoreError:
    if "full" in text:
        return StoreError(
            f"There is no room left on the disk of “{file}”.", advice="Make room; photo-clip goes on where it stopped."
        )
    if "readonly" in text or "permission" in text:
        return StoreError(
            f"The library's file “{file}” may not be written to.",
            advice="Give yourself the right to write to its folder.",
        )
    if "locked" in text or "busy" in text:
        return StoreError("Another program holds the library.", advice="Close it and try again.")
    return _useless(file, text)


def _useless(file: Path, what_happened: str | None, advice: str = _SEE_TO_ITS_PLACE) -> StoreError:
    return StoreError(f"The library's file “{file}” cannot be used ({what_happened}).", advice=advice)
