"""All the paths by which something can be known."""

import errno
import os
import sys
from pathlib import Path, PosixPath
from unicodedata import normalize

import pytest

from photo_clip.core.linked_paths import as_compared, paths_to, real_path


@pytest.mark.skipif(os.name == "nt", reason="links need rights on Windows")
def test_links_are_resolved_one_after_the_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = Path(os.path.realpath(tmp_path))
    (home / "drive" / "elsewhere").mkdir(parents=True)
    (home / "pictures").symlink_to(home / "drive")
    (home / "drive" / "friends").symlink_to("elsewhere")
    all_three = [home / "pictures/friends/a.jpg", home / "drive/friends/a.jpg", home / "drive/elsewhere/a.jpg"]
    assert paths_to(home / "pictures/friends/a.jpg") == all_three
    assert paths_to(home / "pictures/../pictures/friends/a.jpg") == all_three
    monkeypatch.chdir(home / "drive")
    assert paths_to(Path("friends/a.jpg")) == all_three[1:]
    assert paths_to(Path("../drive/elsewhere")) == [home / "drive/elsewhere"]
    (home / "round").symlink_to("round")
    assert paths_to(home / "round") == [home / "round"]


def test_a_path_that_leads_nowhere_is_not_followed_once_for_each_of_its_parts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    followed: list[object] = []
    real = os.path.realpath
    monkeypatch.setattr(os.path, "realpath", lambda path: followed.append(path) or real(path))
    nowhere = Path(real(tmp_path), *["long"] * 1000)
    assert paths_to(nowhere) == [nowhere]
    assert len(followed) < 50


@pytest.fixture
def macos(monkeypatch: pytest.MonkeyPatch) -> None:
    """What macOS does: whatever was opened in small letters or with accents as one, it has other names."""
    fcntl = pytest.importorskip("fcntl")

    def path_of(descriptor: int, command: int, room: bytes) -> bytes:
        assert command == 50
        opened = os.readlink(f"/proc/self/fd/{descriptor}")  # noqa: PTH115 - it is no file
        true = normalize("NFD", opened.replace("pictures", "Pictures"))
        return os.fsencode(true).ljust(len(room), b"\0")

    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr(os, "O_EVTONLY", os.O_RDONLY, raising=False)
    monkeypatch.setattr(fcntl, "F_GETPATH", 50, raising=False)
    monkeypatch.setattr(fcntl, "fcntl", path_of)


@pytest.mark.skipif(sys.platform != "linux", reason="plays macOS with what Linux has")
@pytest.mark.usefixtures("macos")
def test_macos_is_asked_how_it_spells_a_path(tmp_path: Path) -> None:
    home = Path(os.path.realpath(tmp_path))
    typed = home / "pictures" / normalize("NFC", "Café") / "a.jpg"
    typed.parent.mkdir(parents=True)
    true = home / "Pictures" / normalize("NFD", "Café")
    assert real_path(typed.parent) == true
    assert true / "a.jpg" in paths_to(typed)
    assert real_path(home / "not there") == home / "not there"
    assert as_compared(str(typed.parent)) == as_compared(str(true))


@pytest.mark.skipif(sys.platform not in ("darwin", "win32"), reason="capitals count here")
def test_what_is_typed_in_small_letters_is_known_as_it_is_spelled(tmp_path: Path) -> None:
    (tmp_path / "Pictures").mkdir()
    true = f"{os.path.realpath(tmp_path)}{os.sep}Pictures"
    assert str(real_path(tmp_path / "pictures")) == true
    assert true in map(str, paths_to(tmp_path / "pictures"))


def test_a_drive_that_is_locked_keeps_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path) -> str:
        raise OSError(errno.EINVAL, "Invalid argument", path)  # as Windows does, and no other system

    monkeypatch.setattr(os.path, "realpath", refuse)
    assert real_path(tmp_path / "photos") == tmp_path / "photos"
    assert paths_to(tmp_path / "photos") == [tmp_path / "photos"]


@pytest.mark.skipif(os.name == "nt", reason="plays Windows")
def test_the_true_spelling_is_kept_where_paths_in_small_letters_are_equal(monkeypatch: pytest.MonkeyPatch) -> None:
    class PathInAnyCapitals(PosixPath):
        """A path as Windows compares it."""

        def __eq__(self, other: object) -> bool:
            return str(self).lower() == str(other).lower()

        def __hash__(self) -> int:
            return hash(str(self).lower())

    monkeypatch.setattr("photo_clip.core.linked_paths.Path", PathInAnyCapitals)
    monkeypatch.setattr(os.path, "realpath", lambda path: str(path).replace("/pictures", "/Pictures"))
    assert str(paths_to(PathInAnyCapitals("/me/pictures/a.jpg"))[-1]) == "/me/Pictures/a.jpg"
