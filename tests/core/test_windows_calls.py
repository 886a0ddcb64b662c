"""What is asked of Windows, as Windows wants it."""

import ctypes
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from photo_clip.core import windows_calls

NO_WINDOW = 0x08000000


class FakeLibrary:
    """Notes what is called."""

    def __init__(self, name: str, called: list[tuple[object, ...]]) -> None:
        self._name = name
        self._called = called

    def __getattr__(self, function: str) -> Callable[[SimpleNamespace], None]:
        return lambda given: self._called.append((self._name, function, given.value))


@pytest.fixture
def called(monkeypatch: pytest.MonkeyPatch) -> list[tuple[object, ...]]:
    called: list[tuple[object, ...]] = []
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(ctypes, "WinDLL", lambda name: FakeLibrary(name, called), raising=False)
    return called


def test_the_taskbar_is_told_the_program_and_others_may_come_forward(called: list[tuple[object, ...]]) -> None:
    windows_calls.name_program("io.github.example")
    windows_calls.let_others_come_forward()
    assert called == [
        ("shell32", "SetCurrentProcessExplicitAppUserModelID", "io.github.example"),
        ("user32", "AllowSetForegroundWindow", 2**32 - 1),
    ]


def test_what_libraries_start_shows_no_console(
    called: list[tuple[object, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[object] = []
    monkeypatch.setattr(subprocess.Popen, "__init__", lambda _, line, creationflags: started.append(creationflags))
    monkeypatch.setattr(subprocess.Popen, "__del__", lambda _: None)
    monkeypatch.setattr(subprocess, "Popen", subprocess.Popen)  # so that it is put back
    windows_calls.show_no_consoles()
    subprocess.Popen("ver")
    subprocess.Popen("ver", creationflags=1)
    assert started == [NO_WINDOW, NO_WINDOW | 1]


@pytest.mark.skipif(sys.platform != "win32", reason="no other system has such limits and dialogs")
def test_paths_may_be_long_and_missing_cards_open_no_dialog(tmp_path: Path) -> None:
    windows_calls.settle_in()
    deep = tmp_path.joinpath(*["x" * 100] * 4)
    deep.mkdir(parents=True)
    (deep / "a.jpg").touch()
    assert [file.name for file in deep.iterdir()] == ["a.jpg"]
    assert windows_calls.kernel32().GetErrorMode() & 1


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has what is asked")
def test_other_systems_are_asked_nothing() -> None:
    usual = subprocess.Popen
    windows_calls.settle_in()
    windows_calls.name_program("io.github.example")
    windows_calls.let_others_come_forward()
    windows_calls.show_no_consoles()
    assert subprocess.Popen is usual
    with pytest.raises(OSError, match="not Windows"):
        windows_calls.kernel32()
