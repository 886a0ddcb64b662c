"""The system's bin, in a home of its own."""

import os
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QFile

from photo_clip.adapters.trash import move_to_bin
from photo_clip.core.errors import StoreError


@pytest.mark.skipif(sys.platform in {"win32", "darwin"}, reason="the bin of Windows or macOS cannot be moved aside")
def test_a_file_goes_to_the_bin_with_the_place_it_came_from(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from send2trash.plat_other import HOMETRASH  # read once, when it is imported

    monkeypatch.setattr("send2trash.plat_other.HOMETRASH_B", os.fsencode(tmp_path / "bin"))
    monkeypatch.setattr("send2trash.plat_other.HOMETRASH", str(tmp_path / "bin"))
    assert HOMETRASH
    photo = tmp_path / "küste.jpg"
    photo.write_bytes(b"sea")
    move_to_bin(photo)
    assert not photo.exists()
    assert (tmp_path / "bin" / "files" / "küste.jpg").read_bytes() == b"sea"
    assert "k%C3%BCste.jpg" in (tmp_path / "bin" / "info" / "küste.jpg.trashinfo").read_text()


@pytest.mark.skipif(sys.platform in {"win32", "darwin"}, reason="the bin of Windows or macOS cannot be moved aside")
def test_on_windows_qt_moves_it_and_nothing_that_may_delete_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr("send2trash.send2trash", os.unlink)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    photo = tmp_path / "küste.jpg"
    photo.write_bytes(b"sea")
    move_to_bin(photo)
    assert not photo.exists()
    assert (tmp_path / "Trash" / "files" / "küste.jpg").read_bytes() == b"sea"


@pytest.mark.parametrize("is_done", [False, True])
def test_what_the_bin_of_windows_does_not_take_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_done: bool
) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(QFile, "moveToTrash", lambda file: is_done)
    photo = tmp_path / "on a stick.jpg"
    photo.write_bytes(b"sea")
    with pytest.raises(StoreError, match=r"on a stick\.jpg.*could not be moved"):
        move_to_bin(photo)


def test_what_cannot_be_moved_is_told(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"gone\.jpg.*could not be moved"):
        move_to_bin(tmp_path / "gone.jpg")
