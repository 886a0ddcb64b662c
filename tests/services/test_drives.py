"""Where drives are connected, and which of them are looked at."""

import sys
from pathlib import Path

import pytest

from photo_clip.services.drives import drive_roots


def test_a_locked_drive_is_passed_over_on_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    def looked_at(path: str | Path, **_: object) -> None:
        raise PermissionError(13, "This drive is locked by BitLocker", str(path), -2144272384)

    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr("os.stat", looked_at)
    assert list(drive_roots()) == []
