"""A library whose search index lives on a Chroma server, with the bundled model and real photos."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from photo_clip.cli import run_command
from photo_clip.core.places import Places
from photo_clip.core.settings import Settings, save_settings
from photo_clip.opening import opened_library
from tests.chroma_server import CAN_CERTIFY, behind_a_door, chroma_server, free_port
from tests.journeys.test_window import LONG_MS, drop, find, open_window, photos

__all__ = ["photos"]


def test_the_window_does_without_a_server_that_goes_and_says_so(qtbot: QtBot, tmp_path: Path, photos: Path) -> None:
    port = free_port()
    save_settings(tmp_path / "library" / "settings.json", Settings(index_server_url=f"http://127.0.0.1:{port}"))
    with chroma_server(tmp_path / "server", port):
        window = open_window(qtbot, tmp_path)
        drop(window, photos)
        qtbot.waitUntil(lambda: window.photos.rowCount() == 15 and window.keeper.is_idle, timeout=LONG_MS)
        assert window._opened is not None
        library = window._opened.library
        key = library.models.active_key()
        qtbot.waitUntil(lambda: key in library.neighbours._ready, timeout=LONG_MS)
        find(window, qtbot, "a cup of coffee", "coffee")
        assert library.neighbours._held is None  # no embedding was needed in memory
    find(window, qtbot, "a motorcycle", "motorcycle")
    qtbot.waitUntil(lambda: "without the search index" in window.activity.words, timeout=LONG_MS)
    with chroma_server(tmp_path / "server", port):
        window.keeper.look()
        qtbot.waitUntil(lambda: "search index" not in window.activity.words, timeout=LONG_MS)
        find(window, qtbot, "a cat", "cat")
        window.close()
    assert not (tmp_path / "library" / "index").exists()


def test_the_command_line_says_where_the_server_cannot_be_reached(
    tmp_path: Path, photos: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    library = tmp_path / "library"
    save_settings(library / "settings.json", Settings(index_server_url=f"http://127.0.0.1:{free_port()}"))
    assert run_command(["--library", str(library), "index", str(photos)]) == 0
    told = capsys.readouterr()
    assert "15 embedded" in told.out
    assert "search server “http://127.0.0.1:" in told.err
    assert run_command(["--library", str(library), "search", "a cup of coffee", "--limit", "1", "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)) == 1


def test_a_library_is_one_and_the_same_on_its_server(tmp_path: Path, photos: Path) -> None:
    port, places = free_port(), Places(tmp_path / "library", tmp_path / "cache")
    save_settings(places.settings_file, Settings(index_server_url=f"http://127.0.0.1:{port}"))
    with chroma_server(tmp_path / "server", port):
        assert run_command(["--library", str(places.data), "index", str(photos)]) == 0
        with opened_library(places) as library:
            assert library.neighbours.is_level(library.models.active_key())


@pytest.mark.skipif(not CAN_CERTIFY, reason="openssl is not installed")
def test_a_library_on_a_server_behind_tls_is_kept_from_whoever_shows_another_certificate(
    tmp_path: Path, photos: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    port, places = free_port(), Places(tmp_path / "library", tmp_path / "cache")
    command = ["--library", str(places.data)]
    with chroma_server(tmp_path / "server", port), behind_a_door(port, tmp_path / "door", "secret") as door:
        settings = Settings(index_server_url=door.url, index_server_token="secret")  # noqa: S106
        save_settings(places.settings_file, settings)
        assert run_command([*command, "index", str(photos)]) == 0
        told = capsys.readouterr()
        assert "15 embedded" in told.out
        assert "its certificate is not trusted" in told.err
        assert run_command([*command, "search", "a cup of coffee", "--limit", "1", "--json"]) == 0
        assert len(json.loads(capsys.readouterr().out)) == 1

        save_settings(places.settings_file, replace(settings, index_server_certificate=str(door.certificate)))
        assert run_command([*command, "index"]) == 0
        assert not capsys.readouterr().err.count("cannot be used")
        with opened_library(places) as library:
            assert library.neighbours.is_level(library.models.active_key())
