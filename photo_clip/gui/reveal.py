"""Shows files where they lie, in the system's own file manager."""

import shutil
import subprocess
import sys
from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

from photo_clip.core.errors import FolderError
from photo_clip.core.printable import printable
from photo_clip.core.there import is_folder, is_there
from photo_clip.services.asking import SEE_TO_DRIVE, Asker

_ANSWER_TIME_S = 10


def show_in_file_manager(path: Path, asker: Asker) -> Path | None:
    """Open the file manager with a file or folder selected; may take a while, and is called in a lane's thread.

    Returns the folder that is to be opened instead where that is not possible. Raises FolderError where nothing is.
    """
    check_is_there(path, asker)
    if sys.platform == "win32":
        subprocess.Popen(f'explorer /select,"{path}"')  # noqa: S603 - explorer reads its line in its own way
        return None
    if sys.platform == "darwin":
        shown = subprocess.run(["/usr/bin/open", "-R", str(path)], check=False).returncode == 0  # noqa: S603
    else:
        shown = _ask_file_manager(path)
    return None if shown else path if is_folder(path) else path.parent


def check_is_there(path: Path, asker: Asker) -> Path:
    """Return the path of a file or folder. Raises FolderError where it is not there."""
    try:
        if asker.ask(path, is_there, path):
            return path
    except TimeoutError as error:
        raise FolderError(
            f"The drive of “{printable(path.name)}” does not answer.",
            advice=SEE_TO_DRIVE,
        ) from error
    raise FolderError(
        f"“{printable(path.name)}” is not there just now.",
        advice="Connect its drive. If it was moved or deleted, the next look at its folder notices it.",
    )


def open_with_usual_program(path: Path) -> bool:
    """Open a file or folder with the program the system has for it; return whether there is one."""
    return QDesktopServices.openUrl(url_of(path))


def url_of(path: Path) -> QUrl:
    """Return the address of a file, whose name may be no text at all."""
    return QUrl.fromEncoded(path.as_uri().encode("ascii"))


def _ask_file_manager(path: Path) -> bool:
    """Ask by https://www.freedesktop.org/wiki/Specifications/file-manager-interface/."""
    dbus_send = shutil.which("dbus-send")
    if dbus_send is None:
        return False
    url = path.as_uri()  # a comma, which would part the array, is written as %2C
    call = [dbus_send, "--session", "--print-reply", f"--reply-timeout={1000 * _ANSWER_TIME_S}"]
    call += ["--dest=org.freedesktop.FileManager1", "/org/freedesktop/FileManager1"]
    call += ["org.freedesktop.FileManager1.ShowItems", f"array:string:{url}", "string:"]
    try:
        done = subprocess.run(call, capture_output=True, check=False, timeout=2 * _ANSWER_TIME_S)  # noqa: S603
    except (OSError, subprocess.SubprocessError):
        return False
    return done.returncode == 0
