"""Shows files where they lie, in the system's own file manager."""

import sys
from pathlib import Path

from PySide6.QtCore import QProcess, QUrl
from PySide6.QtGui import QDesktopServices


def reveal(path: Path) -> None:
    """Open the file manager with this file or folder selected, or at least its folder."""
    url = QUrl.fromLocalFile(str(path))
    if sys.platform == "win32":
        QProcess.startDetached("explorer", ["/select,", str(path)])
        return
    if sys.platform == "darwin":
        QProcess.startDetached("open", ["-R", str(path)])
        return
    # https://www.freedesktop.org/wiki/Specifications/file-manager-interface/
    call = ["--session", "--type=method_call", "--dest=org.freedesktop.FileManager1", "/org/freedesktop/FileManager1"]
    call += [
        "org.freedesktop.FileManager1.ShowItems",
        f"array:string:{url.toString(QUrl.ComponentFormattingOption.FullyEncoded)}",
        "string:",
    ]
    if QProcess.startDetached("dbus-send", call)[0]:
        return
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(path.parent)))


def open_with_system(path: Path) -> None:
    """Open a file with the program the system uses for it."""
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))
