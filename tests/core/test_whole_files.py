"""What was made aside takes its place, also where Windows lets scanners hold it for a moment."""

import sys
import time
from pathlib import Path

import pytest

from photo_clip.core.whole_files import put_in_place


class Scanner:
    """Holds what is put in place for so many tries, each of which is followed by a wait of no time."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, refusals: int) -> None:
        self.refusals = refusals
        self.waited_s = 0.0
        replace = Path.replace

        def refused(made: Path, place: Path) -> None:
            if self.refusals:
                self.refusals -= 1
                raise PermissionError(13, "Access is denied", str(made))
            replace(made, place)

        monkeypatch.setattr(Path, "replace", refused)
        monkeypatch.setattr(time, "sleep", self._wait)

    def _wait(self, seconds: float) -> None:
        self.waited_s += seconds


@pytest.fixture
def made(tmp_path: Path) -> Path:
    file = tmp_path / "a.new"
    file.write_text("new")
    return file


def test_a_file_that_is_held_for_a_moment_takes_its_place_on_windows(
    made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    scanner = Scanner(monkeypatch, 3)
    place = made.with_suffix(".txt")
    place.write_text("old")
    put_in_place(made, place)
    assert place.read_text() == "new"
    assert 0 < scanner.waited_s < 1


def test_one_that_stays_held_is_told_after_two_seconds(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    scanner = Scanner(monkeypatch, 1000)
    with pytest.raises(PermissionError):
        put_in_place(made, made.with_suffix(".txt"))
    assert scanner.waited_s == pytest.approx(2)


def test_what_is_refused_for_good_is_told_at_once(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scanner = Scanner(monkeypatch, 1000)
    place = made.with_suffix(".txt")
    if sys.platform != "win32":
        with pytest.raises(PermissionError):
            put_in_place(made, place)
    place.touch(0o444)
    monkeypatch.setattr(sys, "platform", "win32")
    with pytest.raises(PermissionError):
        put_in_place(made, place)
    assert scanner.waited_s == 0
