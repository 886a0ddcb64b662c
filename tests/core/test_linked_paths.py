"""All the paths by which something can be known."""

import os
from pathlib import Path

import pytest

from photo_clip.core.linked_paths import paths_to


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
