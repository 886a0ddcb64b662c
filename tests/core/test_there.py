"""What may not be looked at is not there, and nobody who asks meets the system's trouble."""

import os
from pathlib import Path

import pytest

from photo_clip.core.there import is_file, is_folder, is_gone, is_there


def test_what_is_there_is_told(tmp_path: Path) -> None:
    file = tmp_path / "a.jpg"
    file.touch()
    assert (is_there(file), is_file(file), is_folder(file)) == (True, True, False)
    assert (is_there(tmp_path), is_file(tmp_path), is_folder(tmp_path)) == (True, False, True)


@pytest.mark.skipif(os.name == "nt", reason="links need rights on Windows")
def test_a_drive_in_trouble_says_nothing_about_what_is_gone(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    (tmp_path / "file").touch()
    (tmp_path / "circle").symlink_to(tmp_path / "circle")
    told = {name: is_gone(tmp_path / name) for name in ("link", "file", "nothing", "file/a.jpg", "circle/a.jpg")}
    assert [name for name, gone in told.items() if gone] == ["nothing", "file/a.jpg"]


@pytest.mark.parametrize(("told", "gone"), [(21, True), (5, False), (53, False)], ids=["no card", "no rights", "else"])
def test_nothing_is_left_where_a_reader_has_lost_its_card(
    told: int, gone: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path) -> None:
        error = PermissionError(13, "Permission denied")
        error.winerror = told  # type: ignore[attr-defined]
        raise error

    monkeypatch.setattr(Path, "lstat", refuse)
    assert is_gone(Path("E:/photos")) is gone


def test_what_may_not_be_looked_at_is_not_there(tmp_path: Path) -> None:
    barred = tmp_path / ("x" * 300)  # a name of that length is refused to root, too
    assert [ask(barred) for ask in (is_there, is_file, is_folder)] == [False] * 3
