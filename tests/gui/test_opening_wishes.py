"""A second start of the program, and macOS, ask the window that is there to open things."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtGui import QFileOpenEvent
from PySide6.QtNetwork import QLocalSocket
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from photo_clip.gui import opening_wishes
from photo_clip.gui.opening_wishes import OpeningWishes, _socket_names, hand_over


@pytest.fixture
def wishes(tmp_path: Path, qapp: QApplication) -> Iterator[OpeningWishes]:
    wishes = OpeningWishes(tmp_path, hears_events=True)
    yield wishes
    qapp.removeEventFilter(wishes)
    wishes.close()


def test_without_a_window_nothing_is_handed_over(tmp_path: Path, qapp: QApplication) -> None:
    assert not hand_over(tmp_path / "never made", [])


def test_another_start_hands_its_paths_to_the_window(wishes: OpeningWishes, tmp_path: Path, qtbot: QtBot) -> None:
    wishes.listen()
    names = ["päth with \n line.jpg"] + ([os.fsdecode(b"no text \xff.jpg")] if sys.platform == "linux" else [])
    code = (
        "import sys\nfrom pathlib import Path\nfrom PySide6.QtCore import QCoreApplication\n"
        "from photo_clip.gui.opening_wishes import hand_over\n"
        "application = QCoreApplication([])\nsys.exit(not hand_over(Path(sys.argv[1]), list(map(Path, sys.argv[2:]))))"
    )
    with qtbot.waitSignal(wishes.wished, timeout=20_000) as told:
        other = subprocess.Popen([sys.executable, "-c", code, str(tmp_path), *names], cwd=tmp_path)
    assert told.args == [[Path.cwd() / tmp_path / name for name in names]]
    assert other.wait(20) == 0


def test_the_window_that_is_asked_may_come_forward(
    wishes: OpeningWishes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    allowed: list[bool] = []
    monkeypatch.setattr(opening_wishes, "let_others_come_forward", lambda: allowed.append(True))
    monkeypatch.setattr(opening_wishes, "_PATIENCE_MS", 50)  # nobody here can answer meanwhile
    hand_over(tmp_path, [])
    assert allowed == []
    wishes.listen()
    hand_over(tmp_path, [])
    assert allowed == [True]


def test_who_asks_in_another_way_is_sent_away(wishes: OpeningWishes, tmp_path: Path, qtbot: QtBot) -> None:
    wishes.listen()
    heard: list[object] = []
    wishes.wished.connect(heard.append)
    socket = QLocalSocket()
    socket.connectToServer(_socket_names(tmp_path)[0])
    socket.write(b"open everything\n")
    qtbot.waitUntil(lambda: socket.state() is QLocalSocket.LocalSocketState.UnconnectedState)
    assert heard == []


@pytest.mark.skipif(os.name == "nt", reason="Windows names its pipes")
def test_nobody_else_can_ask(wishes: OpeningWishes, tmp_path: Path) -> None:
    wishes.listen()
    assert (tmp_path / "window.socket").stat().st_mode & 0o077 == 0


@pytest.mark.skipif(os.name == "nt", reason="Windows names its pipes, and takes them away with their program")
def test_a_socket_that_a_crash_left_is_replaced(wishes: OpeningWishes, tmp_path: Path) -> None:
    (tmp_path / "window.socket").write_text("left", encoding="ascii")
    wishes.listen()
    assert (tmp_path / "window.socket").is_socket()


@pytest.mark.skipif(os.name == "nt", reason="Windows names its pipes")
def test_a_library_whose_drive_takes_no_socket_is_asked_elsewhere(
    wishes: OpeningWishes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    (tmp_path / "window.socket" / "stands in the way").mkdir(parents=True)
    monkeypatch.setattr(opening_wishes, "_PATIENCE_MS", 50)  # nobody here can answer meanwhile
    wishes.listen()
    with qtbot.waitSignal(wishes.wished) as told:
        hand_over(tmp_path, [tmp_path / "cat.jpg"])
    assert told.args == [[tmp_path / "cat.jpg"]]
    assert not hand_over(tmp_path / "another", [])


def test_a_library_with_a_long_path_has_a_short_name(tmp_path: Path) -> None:
    (name,) = _socket_names(tmp_path / ("long" * 40))
    assert len(name) <= 100


def test_what_macos_opens_is_heard(wishes: OpeningWishes, tmp_path: Path, qapp: QApplication, qtbot: QtBot) -> None:
    with qtbot.waitSignal(wishes.wished) as told:
        qapp.sendEvent(qapp, QFileOpenEvent(QUrl.fromLocalFile(str(tmp_path / "cat.jpg"))))
    assert told.args == [[tmp_path / "cat.jpg"]]
