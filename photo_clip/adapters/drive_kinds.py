"""Kinds of drives on which changes may go unheard, or had better not be listened for."""

import os
import subprocess
import sys
from pathlib import Path, PurePath

from photo_clip.core.file_systems import ON_THE_NETWORK
from photo_clip.core.windows_calls import kernel32

NETWORK_DRIVE = "it is on another computer, which does not tell of every change"
EJECTABLE = "its drive could not be ejected while it is listened to"

_REASONS = {2: EJECTABLE, 4: NETWORK_DRIVE, 5: EJECTABLE}
"""By what Windows calls removable, remote and optical. External hard disks are fixed to it, as inner ones are."""


def poll_reason(folder: PurePath, device: int) -> str:
    """Return why a folder is to be looked at now and then: a clause for people, empty where there is no reason.

    `device` is its `st_dev`.
    """
    if sys.platform == "win32":
        return _REASONS.get(kernel32().GetDriveTypeW(folder.anchor), "")
    if sys.platform == "darwin":
        is_far = _is_far_on_macos(_told_by_mount(), _mount_point(str(folder)))
    else:
        is_far = _is_far_on_linux(_mountinfo(), f"{os.major(device)}:{os.minor(device)}")
    return NETWORK_DRIVE if is_far else ""


def _mountinfo() -> str:
    try:
        return Path("/proc/self/mountinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _is_far_on_linux(mounts: str, number: str) -> bool:
    """Whether the file system of the device with this number is on another computer."""
    for line in mounts.splitlines():
        mount, _, kind = line.partition(" - ")
        if mount.split(" ")[2:3] == [number]:
            return kind.split(" ", 1)[0] in ON_THE_NETWORK
    return False


def _told_by_mount() -> str:
    try:
        return subprocess.run(
            ["/sbin/mount"], capture_output=True, encoding="utf-8", errors="replace", timeout=10, check=False
        ).stdout
    except (OSError, subprocess.TimeoutExpired):
        return ""


def _mount_point(place: str) -> str:
    while not os.path.ismount(place):
        place = os.path.dirname(place)  # noqa: PTH120 - Path.is_mount differs between versions of Python
    return place


def _is_far_on_macos(mounts: str, mount_point: str) -> bool:
    """Whether what is mounted there lacks the word “local”, as in “//anna@nas/photos on /Volumes/photos (smbfs)”."""
    for line in mounts.splitlines():
        what, _, words = line.rpartition(" (")
        if what.endswith(f" on {mount_point}"):
            return "local" not in words.rstrip(")").split(", ")
    return False
