"""The name of the drive that a photo lies on, as people know it from their file manager."""

from pathlib import PurePath, PurePosixPath

from photo_clip.core.printable import printable

_BEFORE_NAME = {"Volumes": 0, "mnt": 0, "media": 1, "run": 2}
"""Where systems connect drives, and how many folders stand before the name: /media/USER/NAME, /run/media/USER/NAME."""


def drive_name(path: PurePath) -> str:
    """Return the name of the drive that an absolute path leads to, made printable; empty where the path does not tell.

    On Windows that is the letter, or the server with its share.
    """
    if path.drive:
        return printable(path.drive)
    if not isinstance(path, PurePosixPath) or len(path.parts) < 2:
        return ""
    _, first, *inner = path.parts
    before = _BEFORE_NAME.get(first)
    if before is None or (first == "run" and inner[:1] != ["media"]) or len(inner) <= before:
        return ""
    return printable(inner[before])


def offline_in_words(path: PurePath) -> str:
    """Return that a photo or folder is offline, and which drive to connect."""
    name = drive_name(path)
    return f"offline: {name}" if name else "offline"
