"""Hears what the system wants opened while the window is there: by another start of the program, or by macOS."""

import hashlib
import json
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QStandardPaths, Signal
from PySide6.QtGui import QFileOpenEvent
from PySide6.QtNetwork import QLocalServer, QLocalSocket

from photo_clip import APP_NAME
from photo_clip.core.windows_calls import let_others_come_forward

_PATIENCE_MS = 2000
_MOST_BYTES = 1_000_000
_LONGEST_NAME_BYTES = 100
"""macOS allows 103 for a socket, Linux 107."""
_HEARD = b"heard"


class OpeningWishes(QObject):
    """A socket on this computer, for this user alone, by which a second start hands over and leaves."""

    wished = Signal(list)
    """Paths; none where the program was just started again."""

    def __init__(
        self, library: Path, parent: QObject | None = None, *, hears_events: bool = sys.platform == "darwin"
    ) -> None:
        """`library` is the folder of the library that the window shows; macOS alone tells by events.

        Where they are heard, each event of the program waits for Python, which other threads may hold.
        """
        super().__init__(parent)
        self._library = library
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._greet)
        application = QCoreApplication.instance()
        if application is not None and hears_events:
            application.installEventFilter(self)

    def listen(self) -> None:
        """Hear other starts from now on; only for who holds the library, as a socket left by a crash is replaced."""
        for name in _socket_names(self._library):
            QLocalServer.removeServer(name)
            if self._server.listen(name):
                break

    def close(self) -> None:
        """Hear nothing any more."""
        self._server.close()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        if isinstance(event, QFileOpenEvent) and event.file():
            self.wished.emit([Path(event.file())])
            return True
        return super().eventFilter(watched, event)

    def _greet(self) -> None:
        while (socket := self._server.nextPendingConnection()) is not None:
            socket.setReadBufferSize(_MOST_BYTES)
            socket.readyRead.connect(lambda socket=socket: self._read(socket))
            socket.disconnected.connect(socket.deleteLater)
            self._read(socket)

    def _read(self, socket: QLocalSocket) -> None:
        """Take one line: a JSON list of paths."""
        if not socket.canReadLine():
            return
        try:
            told = json.loads(bytes(socket.readLine().data()))
            paths = [Path(os.fsdecode(bytes.fromhex(each))) for each in told]
        except (ValueError, TypeError):
            socket.abort()  # nobody who knows how to ask
            return
        socket.write(_HEARD)
        socket.flush()
        self.wished.emit(paths)


def hand_over(library: Path, paths: Sequence[Path]) -> bool:
    """Ask the window that already shows `library` to open `paths`; return whether there is one that heard."""
    socket = QLocalSocket()
    for name in _socket_names(library):
        socket.connectToServer(name)
        if socket.waitForConnected(_PATIENCE_MS):
            break
    else:
        return False
    let_others_come_forward()
    written = [os.fsencode(path.absolute()).hex() for path in paths]  # names of files need not be text
    socket.write(json.dumps(written).encode() + b"\n")
    heard = socket.waitForReadyRead(_PATIENCE_MS) and bytes(socket.readAll().data()) == _HEARD
    socket.abort()
    return heard


def _socket_names(library: Path) -> list[str]:
    """Return where a library's socket may be, the better place first: in its folder, which is private, where systems
    allow so long a name, else in the user's cache, as not every drive takes sockets."""
    name = f"{APP_NAME}-{hashlib.sha256(os.fsencode(library.absolute())).hexdigest()[:16]}"
    if os.name == "nt":
        return [name]
    cache = Path(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.GenericCacheLocation))
    with suppress(OSError):
        cache.mkdir(parents=True, exist_ok=True, mode=0o700)
    places = str(library.absolute() / "window.socket"), str(cache / f"{name}.socket")
    return [place for place in places if len(os.fsencode(place)) <= _LONGEST_NAME_BYTES]
