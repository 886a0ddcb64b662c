"""What people want to be left out of their folders."""

import os
import sys
from pathlib import Path
from unicodedata import normalize

import pytest

from photo_clip.core.left_out import LeftOut, paths_or_name

ROOT = Path("/home/me/Pictures")
needs_links = pytest.mark.skipif(os.name == "nt", reason="links need rights, and names end without blanks on Windows")


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


@pytest.mark.parametrize("system", ["win32", "darwin"])
def test_capitals_do_not_count_in_paths_where_the_system_takes_them_for_one(
    system: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed, root = ["c:\\users\\me\\Pictures\\Private"], Path("C:/Users/me/Pictures")
    monkeypatch.setattr(sys, "platform", "linux")
    assert not LeftOut.of(typed).has(root, "private/a.jpg")
    monkeypatch.setattr(sys, "platform", system)
    assert LeftOut.of(typed).has(root, "private/a.jpg")
    assert not LeftOut.of(typed).has(root, "privately/a.jpg")


@pytest.mark.parametrize("pattern", ["Privé", "/home/me/Pictures/Privé", "Privé/2019", "Priv?"])
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_names_are_left_out_however_their_accents_are_written(pattern: str, form: str) -> None:
    for typed_in in ("NFC", "NFD"):
        if "?" not in pattern or typed_in == "NFC":
            rules = LeftOut.of([normalize(typed_in, pattern)])
            assert rules.has(ROOT, normalize(form, "Privé/2019/a.jpg"))


def test_of_the_spellings_of_a_chosen_path_the_true_one_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("photo_clip.core.left_out.paths_to", lambda _: [Path("/me/pics/a"), Path("/Me/Pics/A")])
    monkeypatch.setattr(sys, "platform", "win32")
    assert paths_or_name(str(tmp_path)) == ("/Me/Pics/A",)


def test_nothing_is_left_out_without_patterns() -> None:
    assert not LeftOut.of(["", " ", "/"])
    assert not LeftOut().has(ROOT, "a.jpg")


def test_patterns_are_kept_once_without_slashes_at_their_ends() -> None:
    assert LeftOut.of(["a/", "a", " b "]).patterns == ("a", "b")


def test_a_path_that_was_typed_is_one_and_a_name_is_a_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sub" / "private").mkdir(parents=True)
    here = Path(os.path.realpath(tmp_path))
    assert paths_or_name("./sub") == ((here / "sub").as_posix(),)
    assert paths_or_name("sub/private/") == ((here / "sub" / "private").as_posix(),)
    assert paths_or_name(f"sub{os.sep}private{os.sep}") == ((here / "sub" / "private").as_posix(),)
    assert paths_or_name(str(here / "sub").removeprefix(here.drive)) == ((here / "sub").as_posix(),)
    assert paths_or_name("sub") == ("sub",)
    assert paths_or_name("*.png") == ("*.png",)
    assert paths_or_name("") == ()


@needs_links
@pytest.mark.parametrize("typed", ["link", "folder/link", "folder/link/"])
def test_a_link_that_was_typed_is_left_out_by_its_own_path_and_by_where_it_leads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, typed: str
) -> None:
    here = Path(os.path.realpath(tmp_path))
    (here / "elsewhere").mkdir()
    (here / "folder").mkdir()
    (here / "folder" / "link").symlink_to(here / "elsewhere")
    (here / "link").symlink_to(here / "folder" / "link")
    monkeypatch.chdir(here)
    rules = LeftOut.of(paths_or_name(f"./{typed}"))
    assert rules.has(here, f"{typed.rstrip('/')}/a.jpg")
    assert rules.has(here, "elsewhere/a.jpg")
    assert not rules.has(here, "folder/a.jpg")


@needs_links
@pytest.mark.parametrize("name", ["private ", " private", "\tprivate  "])
def test_blanks_around_the_name_of_a_folder_belong_to_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    (tmp_path / name).mkdir()
    monkeypatch.chdir(tmp_path)
    root = Path(os.path.realpath(tmp_path))
    for typed in (str(root / name), f"./{name}", f"{name}/", name):
        rules = LeftOut.of(LeftOut.of(paths_or_name(typed)).patterns)  # as they are kept and read again
        assert rules.has(root, f"{name}/a.jpg")
        assert not rules.has(root, "private/a.jpg")
