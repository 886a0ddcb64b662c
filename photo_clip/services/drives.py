"""Where drives are connected just now."""

import re
import string
import sys
from collections.abc import Iterator
from pathlib import Path

_NO_DRIVES = frozenset(
    (
        *("proc", "sysfs", "devtmpfs", "devpts", "cgroup", "cgroup2", "securityfs", "debugfs", "tracefs", "pstore"),
        *("bpf", "mqueue", "hugetlbfs", "configfs", "fusectl", "binfmt_misc", "rpc_pipefs", "autofs", "squashfs"),
        *("overlay", "efivarfs", "nsfs", "ramfs"),
    )
)
_ON_THE_NETWORK = ("nfs", "cifs", "smb", "fuse.sshfs", "fuse.rclone", "davfs", "afs")
"""A server that went away lets whoever looks wait for minutes."""


def drive_roots() -> Iterator[Path]:
    """Yield the folders at which drives of this computer are found: mount points, volumes, letters."""
    if sys.platform == "win32":
        yield from (root for letter in string.ascii_uppercase if (root := Path(f"{letter}:\\")).exists())
    elif sys.platform == "darwin":
        yield from sorted(Path("/Volumes").glob("*"))
    else:
        try:
            told = Path("/proc/self/mounts").read_bytes()
        except OSError:
            return
        yield from mount_points(told.decode("utf-8", "surrogateescape"))


def mount_points(mounts: str) -> Iterator[Path]:
    """Yield where drives are mounted, from what Linux tells in /proc/self/mounts."""
    for line in mounts.splitlines():
        _, place, kind, *_ = [*line.split(" "), "", "", ""]
        if place and kind not in _NO_DRIVES and not kind.startswith(_ON_THE_NETWORK):
            yield Path(re.sub(r"\\([0-7]{3})", lambda found: chr(int(found[1], 8)), place))
