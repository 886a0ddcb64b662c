"""What every test stands on: no display, no network, no real home, nothing left running."""

import os
import socket
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from photo_clip.adapters.catalog_connections import Connections


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--headed", action="store_true", help="show the windows of the tests on the real display")


def pytest_configure(config: pytest.Config) -> None:
    # Test machines are busy: how long an example takes says nothing of the code.
    settings.register_profile("busy machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.load_profile("busy machine")
    if not config.getoption("--headed"):
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
        if sys.platform == "win32":  # where Qt looks for fonts beside itself then, and has none
            os.environ.setdefault("QT_QPA_FONTDIR", str(Path(os.environ["SYSTEMROOT"], "Fonts")))
    os.environ["HF_HUB_OFFLINE"] = "1"


@pytest.fixture(autouse=True)
def _empty_clipboard() -> Iterator[None]:
    yield
    qt = sys.modules.get("PySide6.QtGui")
    if qt is not None and qt.QGuiApplication.instance() is not None:
        # Without a display the clipboard outlives Python, and what Python made for it would be deleted by then.
        qt.QGuiApplication.clipboard().clear()


@pytest.fixture(autouse=True)
def _home_of_its_own(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("PHOTO_CLIP_HOME", str(home / "library"))
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / "config"))
    monkeypatch.setenv("XDG_DATA_HOME", str(home / "data"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(home / "cache"))


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    connect = socket.socket.connect

    def connect_locally(self: socket.socket, address: object) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6):
            host = address[0] if isinstance(address, tuple) else address
            assert host in ("127.0.0.1", "::1", "localhost"), f"a test tried to reach {address}"
        connect(self, address)  # type: ignore[arg-type]

    monkeypatch.setattr(socket.socket, "connect", connect_locally)


@pytest.fixture(autouse=True)
def _closed_catalogues(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Close what catalogues a test made: from Python 3.13 on, a connection that is forgotten is warned of."""
    opened: list[Connections] = []
    open_one = Connections.__init__

    def remember(self: Connections, file: Path, *, read_only: bool) -> None:
        open_one(self, file, read_only=read_only)
        opened.append(self)

    monkeypatch.setattr(Connections, "__init__", remember)
    yield
    for each in opened:
        each.close()


@pytest.fixture(autouse=True)
def _no_thread_left_behind() -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    left = [thread for thread in threading.enumerate() if thread not in before and thread.is_alive()]
    for thread in left:
        thread.join(timeout=5)
    assert [thread.name for thread in left if thread.is_alive()] == []


@pytest.fixture(scope="session")
def real_photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a dozen real photos under open licences, as scikit-image and scikit-learn carry them."""
    from tests.real_photos import write_real_photos

    return write_real_photos(tmp_path_factory.mktemp("photos"))
