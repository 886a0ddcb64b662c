"""Settings come back as they were saved, and nothing that somebody wrote is lost."""

import json
import os
from dataclasses import Field, fields, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photo_clip.core.settings import BOUNDS, LoadedSettings, Settings, load_settings, save_settings
from tests.fakes import break_drive


def test_what_was_saved_is_loaded(tmp_path: Path) -> None:
    file = tmp_path / "settings.json"
    assert load_settings(file).settings == Settings()
    wanted = Settings(reader_processes=3, proxy_url="http://localhost:1")
    save_settings(file, wanted)
    assert load_settings(file).settings == wanted
    assert [each.name for each in tmp_path.iterdir()] == ["settings.json"]


@pytest.mark.parametrize("setting", fields(Settings), ids=lambda setting: setting.name)
def test_every_setting_comes_back_as_it_was_set(tmp_path: Path, setting: Field[Any]) -> None:
    default = setting.default
    other = not default if isinstance(default, bool) else default + ("x" if isinstance(default, str) else 1)
    wanted = replace(Settings(), **{setting.name: other})
    save_settings(tmp_path / "settings.json", wanted)
    assert load_settings(tmp_path / "settings.json") == LoadedSettings(wanted)


def test_what_a_newer_version_wrote_stays_in_the_file(tmp_path: Path) -> None:
    file = tmp_path / "settings.json"
    file.write_text('{"of_the_future": [1, 2], "reader_processes": 2}', encoding="utf-8")
    assert load_settings(file).settings == Settings(reader_processes=2)
    save_settings(file, Settings(reader_processes=4))
    assert json.loads(file.read_text(encoding="utf-8")) == {"of_the_future": [1, 2], "reader_processes": 4}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"\xff\xfe\x00",
        b"[]",
        b'{"reader_processes": "many"}',
        b'{"reader_processes": -1}',
        b'{"writes_sidecars": 1}',
        b'{"reader_processes": true}',
        b"[" * 200_000,
        b" " * 1_000_000 + b"{}",
        b'{"reader_processes": 65}',
        b'{"reader_processes": 2.0}',
        b'{"photo_time_limit_s": 0}',
        b'{"photo_time_limit_s": NaN}',
        b'{"photo_time_limit_s": Infinity}',
        b'{"photo_time_limit_s": 1e10}',
        b'{"photo_time_limit_s": 1%b}' % (b"0" * 400),
        b'{"reader_memory_mb": 0}',
        b'{"reader_memory_mb": 9000000000000}',
    ],
)
def test_settings_that_cannot_be_understood_are_set_aside_each_time(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "settings.json"
    for kept in ("settings.json.broken", "settings.json.broken-2"):
        file.write_bytes(content)
        loaded = load_settings(file)
        assert loaded.settings == Settings()
        assert str(tmp_path / kept) in loaded.trouble
        assert (tmp_path / kept).read_bytes() == content
        assert not file.exists()


@pytest.mark.skipif(os.name == "nt", reason="Windows has neither")
@pytest.mark.parametrize("kind", ["a pipe", "a device"])
def test_what_is_no_file_is_set_aside_unread(tmp_path: Path, kind: str) -> None:
    file = tmp_path / "settings.json"
    if kind == "a pipe":
        os.mkfifo(file)
    else:
        file.symlink_to("/dev/zero")
    assert "set aside" in load_settings(file).trouble
    assert [each.name for each in tmp_path.iterdir()] == ["settings.json.broken"]


def test_settings_on_a_broken_drive_are_said_to_be_unreadable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save_settings(tmp_path / "settings.json", Settings(proxy_url="there"))
    with monkeypatch.context() as broken:
        break_drive(tmp_path, broken)
        assert "cannot be read" in load_settings(tmp_path / "settings.json").trouble
    assert load_settings(tmp_path / "settings.json").settings.proxy_url == "there"


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such pipes")
def test_settings_are_saved_where_there_is_no_file(tmp_path: Path) -> None:
    file = tmp_path / "settings.json"
    os.mkfifo(file)
    save_settings(file, Settings(reader_processes=3))
    assert load_settings(file) == LoadedSettings(Settings(reader_processes=3))


@pytest.mark.parametrize("name", BOUNDS)
def test_a_number_may_be_as_small_and_as_large_as_its_bounds(tmp_path: Path, name: str) -> None:
    for bound in BOUNDS[name]:
        wanted = replace(Settings(), **{name: bound})
        save_settings(tmp_path / "settings.json", wanted)
        assert load_settings(tmp_path / "settings.json") == LoadedSettings(wanted)


NAMES = st.sampled_from([each.name for each in fields(Settings)]) | st.text(max_size=5)
VALUES = st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5) | st.just([])
JSON = st.dictionaries(NAMES, VALUES).map(lambda value: json.dumps(value).encode())


@given(JSON | st.binary(max_size=80))
def test_whatever_the_file_holds_the_program_starts(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    file = tmp_path_factory.mktemp("settings") / "settings.json"
    file.write_bytes(content)
    assert isinstance(load_settings(file).settings, Settings)
