"""What people want to be left out of their folders."""

from pathlib import Path

import pytest

from photo_clip.core.left_out import LeftOut, path_or_name

ROOT = Path("/home/me/Pictures")


@pytest.mark.parametrize(
    ("pattern", "left_out", "kept"),
    [
        ("Previews", ["Previews/a.jpg", "2019/previews/deep/a.jpg"], ["My Previews/a.jpg", "Previews.jpg"]),
        ("*_small.jpg", ["a_small.jpg", "2019/b_SMALL.JPG"], ["a_small.jpeg", "small.jpg"]),
        ("/home/me/Pictures/private", ["private/a.jpg", "private/x/b.jpg"], ["private2/a.jpg", "x/private/a.jpg"]),
        ("/home/me/Pictures/one.jpg", ["one.jpg"], ["x/one.jpg"]),
        ("2019/scans", ["2019/scans/a.jpg"], ["x/2019/scans/a.jpg", "2019/scans2/a.jpg"]),
        ("[ab]?", ["a1/x.jpg", "B2/x.jpg"], ["c1/x.jpg", "a/x.jpg"]),
        ("a\nb", ["a\nb/c.jpg"], ["a/b/c.jpg"]),
    ],
)
def test_a_pattern_leaves_out_what_it_says(pattern: str, left_out: list[str], kept: list[str]) -> None:
    rules = LeftOut.of([pattern])
    assert [path for path in left_out if not rules.has(ROOT, path)] == []
    assert [path for path in kept if rules.has(ROOT, path)] == []


def test_nothing_is_left_out_without_patterns() -> None:
    assert not LeftOut.of(["", " ", "/"])
    assert not LeftOut().has(ROOT, "a.jpg")


def test_patterns_are_kept_once_without_slashes_at_their_ends() -> None:
    assert LeftOut.of(["a/", "a", " b "]).patterns == ("a", "b")


def test_a_path_that_was_typed_is_one_and_a_name_is_a_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sub" / "private").mkdir(parents=True)
    assert path_or_name("./sub") == (tmp_path / "sub").as_posix()
    assert path_or_name("sub/private/") == (tmp_path / "sub" / "private").as_posix()
    assert path_or_name("sub") == "sub"
    assert path_or_name("*.png") == "*.png"
