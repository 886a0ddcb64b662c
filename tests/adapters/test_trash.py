"""The system's bin, in a home of its own."""

import os
import sys
from pathlib import Path

import pytest

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


def test_what_cannot_be_moved_is_told(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"gone\.jpg.*could not be moved"):
        move_to_bin(tmp_path / "gone.jpg")
