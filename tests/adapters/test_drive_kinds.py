"""Folders that are to be looked at now and then are known by their drives, on each system in its own way."""

import os
import sys
from pathlib import Path, PurePosixPath, PureWindowsPath
from types import SimpleNamespace

import pytest

from photo_clip.adapters import drive_kinds
from photo_clip.adapters.drive_kinds import EJECTABLE, NETWORK_DRIVE, poll_reason

LINUX = """\
22 29 0:21 / /proc rw,nosuid shared:12 - proc proc rw
29 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
91 29 0:52 / /home/anna/My\\040NAS rw,relatime shared:50 - cifs //nas/photos rw,vers=3.1.1
92 29 0:53 / /mnt/b rw,relatime - fuse.sshfs anna@host:/ rw
93 29 0:54 / /mnt/c rw,relatime - fuseblk /dev/sdb1 rw
"""
MACOS = """\
/dev/disk3s1s1 on / (apfs, sealed, local, read-only, journaled)
devfs on /dev (devfs, local, nobrowse)
/dev/disk3s5 on /System/Volumes/Data (apfs, local, journaled, nobrowse, protect)
//anna@nas._smb._tcp.local/photos on /Volumes/photos (smbfs, nodev, nosuid, mounted by anna)
//anna@nas/old on /Volumes/old (2) (smbfs, nodev, nosuid, mounted by anna)
nas:/export on /Volumes/export (nfs, nodev, nosuid, mounted by anna)
/dev/disk4s1 on /Volumes/CARD (exfat, local, nodev, nosuid, noowners, mounted by anna)
"""
WINDOWS = {"C:\\": 3, "D:\\": 2, "E:\\": 5, "N:\\": 4, "\\\\nas\\photos\\": 4, "R:\\": 6}


@pytest.mark.skipif(sys.platform == "win32", reason="Windows does not take numbers of devices apart")
@pytest.mark.parametrize(
    ("number", "reason"),
    [((254, 0), ""), ((0, 52), NETWORK_DRIVE), ((0, 53), NETWORK_DRIVE), ((0, 54), ""), ((9, 9), ""), ((0, 2), "")],
)
def test_linux_names_the_file_system(monkeypatch: pytest.MonkeyPatch, number: tuple[int, int], reason: str) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(drive_kinds, "_mountinfo", lambda: LINUX)
    assert poll_reason(PurePosixPath("/anywhere"), os.makedev(*number)) == reason


@pytest.mark.parametrize(
    ("mount_point", "reason"),
    [
        *(("/", ""), ("/Users", ""), ("/System/Volumes/Data", ""), ("/Volumes/CARD", "")),
        *(("/Volumes/photos", NETWORK_DRIVE), ("/Volumes/old (2)", NETWORK_DRIVE), ("/Volumes/export", NETWORK_DRIVE)),
    ],
)
def test_macos_says_what_is_local(monkeypatch: pytest.MonkeyPatch, mount_point: str, reason: str) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr(drive_kinds, "_told_by_mount", lambda: MACOS)
    monkeypatch.setattr(os.path, "ismount", lambda place: place == mount_point)
    assert poll_reason(PurePosixPath(mount_point, "2020", "Lisbon"), 0) == reason


@pytest.mark.parametrize(
    ("folder", "reason"),
    [
        *((r"C:\Users\anna\Pictures", ""), (r"R:\photos", "")),
        *((r"D:\DCIM", EJECTABLE), (r"E:\photos", EJECTABLE)),
        *((r"N:\photos", NETWORK_DRIVE), (r"\\nas\photos\2020", NETWORK_DRIVE)),
    ],
)
def test_windows_knows_the_kind_of_each_drive(monkeypatch: pytest.MonkeyPatch, folder: str, reason: str) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(drive_kinds, "kernel32", lambda: SimpleNamespace(GetDriveTypeW=WINDOWS.__getitem__))
    assert poll_reason(PureWindowsPath(folder), 0) == reason


def test_a_folder_of_this_computer_is_as_good_as_its_system_says(tmp_path: Path) -> None:
    assert poll_reason(tmp_path, tmp_path.stat().st_dev) == ""
