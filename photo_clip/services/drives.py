"""Where drives are connected just now, and what tells them apart."""

import hashlib
import re
import string
import sys
from collections.abc import Iterator
from pathlib import Path

from photo_clip.core.file_systems import ON_THE_NETWORK
from photo_clip.core.photo import FolderIdentity
from photo_clip.core.there import is_there
from photo_clip.core.windows_calls import kernel32

_NO_DRIVES = frozenset(
    (
        *("proc", "sysfs", "devtmpfs", "devpts", "cgroup", "cgroup2", "securityfs", "debugfs", "tracefs", "pstore"),
        *("bpf", "mqueue", "hugetlbfs", "configfs", "fusectl", "binfmt_misc", "rpc_pipefs", "autofs", "squashfs"),
        *("overlay", "efivarfs", "nsfs", "ramfs"),
    )
)
_KINDS_LOOKED_AT = (2, 3, 6)
"""What Windows calls removable, fixed and a RAM disk; a server may not answer, and a disc would be kept turning."""

_BY_UUID = Path("/dev/disk/by-uuid")
"""Where Linux names devices by the file systems on them; on Windows a device's number is its file system's."""


def identity_of(place: Path) -> FolderIdentity:
    """Return what tells a folder from others, such as one on another card in the same reader. Raises OSError."""
    found = place.stat()
    uuid = _file_systems().get(found.st_dev)
    if uuid is None:
        return FolderIdentity(found.st_dev, found.st_ino)
    return FolderIdentity(int.from_bytes(hashlib.blake2b(uuid.encode(), digest_size=8).digest()), found.st_ino)


def _file_systems() -> dict[int, str]:
    """Return the UUIDs of the file systems on this computer's devices; none where the system does not name them."""
    try:
        return {link.stat().st_rdev: link.name for link in _BY_UUID.iterdir()}
    except OSError:  # or while one comes or goes
        return {}


def drive_roots() -> Iterator[Path]:
    """Yield the folders at which drives of this computer are found: mount points, volumes, letters."""
    if sys.platform == "win32":
        yield from (root for letter in _letters() if is_there(root := Path(f"{letter}:\\")))  # a reader may be empty
    elif sys.platform == "darwin":
        yield from sorted(Path("/Volumes").glob("*"))
    else:
        try:
            told = Path("/proc/self/mounts").read_bytes()
        except OSError:
            return
        yield from mount_points(told.decode("utf-8", "surrogateescape"))


def _letters() -> list[str]:
    """Return the letters of Windows that stand for drives of this computer, without a look at what is there."""
    if sys.platform != "win32":
        return []
    kernel = kernel32()
    given = kernel.GetLogicalDrives()
    letters = [letter for number, letter in enumerate(string.ascii_uppercase) if given & 1 << number]
    return [letter for letter in letters if kernel.GetDriveTypeW(f"{letter}:\\") in _KINDS_LOOKED_AT]


def mount_points(mounts: str) -> Iterator[Path]:
    """Yield where drives are mounted, from what Linux tells in /proc/self/mounts."""
    for line in mounts.splitlines():
        _, place, kind, *_ = [*line.split(" "), "", "", ""]
        if place and kind not in _NO_DRIVES and kind not in ON_THE_NETWORK:
            yield Path(re.sub(r"\\([0-7]{3})", lambda found: chr(int(found[1], 8)), place))
