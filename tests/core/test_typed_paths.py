"""Paths as people type them, in shells that expand them and in those of Windows, which do not."""

import os
import sys
from pathlib import Path

import pytest

from photo_clip.core.typed_paths import from_home, meant_by


def test_a_backslash_that_was_taken_for_one_before_a_quotation_mark_ends_the_path(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    assert from_home('my "photos"').name == 'my "photos"'
    monkeypatch.setattr(sys, "platform", "win32")
    assert from_home('my photos"') == Path("my photos")
    assert from_home("my photos") == Path("my photos")


@pytest.mark.skipif(os.name != "nt", reason="no other system has drives")
def test_a_drive_that_was_typed_with_a_backslash_in_quotation_marks_is_its_root() -> None:
    assert from_home('D:"') == Path("D:\\")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("*.jpg", ["a.jpg", "b [1].jpg"]),
        ("b [1].*", ["b [1].jpg", "b [1].png"]),
        ("?.jpg", ["a.jpg"]),
        ("*/c.jpg", ["sub/c.jpg"]),
        ("a.jpg", ["a.jpg"]),
        ("*.gif", ["*.gif"]),
    ],
)
def test_windows_leaves_it_to_programs_what_wildcards_stand_for(
    typed: str, meant: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "sub").mkdir()
    for name in ("a.jpg", "b [1].jpg", "b [1].png", "sub/c.jpg"):
        (tmp_path / name).touch()
    monkeypatch.setattr(sys, "platform", "win32")
    assert meant_by(tmp_path / typed) == [tmp_path / name for name in meant]
    monkeypatch.setattr(sys, "platform", "linux")  # where files may bear such names
    assert meant_by(tmp_path / typed) == [tmp_path / typed]


@pytest.mark.skipif(os.name != "nt", reason="no other system has such paths")
def test_a_question_mark_before_a_drive_is_no_wildcard() -> None:
    assert meant_by(Path("\\\\?\\C:\\Windows")) == [Path("\\\\?\\C:\\Windows")]
