"""Where drives are connected, and which of them are looked at."""

import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from photo_clip.services.drives import drive_roots

REMOVABLE, FIXED, REMOTE, DISC, RAM = 2, 3, 4, 5, 6
"""GetDriveTypeW's."""


@pytest.fixture
def drives(monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """Windows' drives, by their letters; to be filled."""
    found: dict[str, int] = {}
    windows = SimpleNamespace(
        GetLogicalDrives=lambda: sum(1 << "ABCDEFGHIJKLMNOPQRSTUVWXYZ".index(letter) for letter in found),
        GetDriveTypeW=lambda root: found[root.removesuffix(":\\")],
    )
    monkeypatch.setattr("photo_clip.services.drives.kernel32", lambda: windows)
    monkeypatch.setattr(sys, "platform", "win32")
    return found


def test_only_drives_of_this_computer_are_looked_at_on_windows(
    drives: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_at = []
    monkeypatch.setattr("photo_clip.services.drives.is_there", lambda path: not looked_at.append(str(path)))
    drives.update(C=FIXED, D=DISC, E=REMOVABLE, R=RAM, Z=REMOTE)
    assert [str(root) for root in drive_roots()] == looked_at == ["C:\\", "E:\\", "R:\\"]


def test_a_locked_drive_is_passed_over_on_windows(drives: dict[str, int], monkeypatch: pytest.MonkeyPatch) -> None:
    def looked_at(path: str | Path, **_: object) -> None:
        raise PermissionError(13, "This drive is locked by BitLocker", str(path), -2144272384)

    monkeypatch.setattr("os.stat", looked_at)
    drives.update(F=REMOVABLE)
    assert list(drive_roots()) == []
