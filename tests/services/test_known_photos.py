"""Photos of the library, asked for by whatever path leads to them."""

import os
from pathlib import Path

import pytest

from photo_clip.services.known_photos import photo_at
from tests.fakes import open_fake_library, write_photo
from tests.indexing import run


@pytest.mark.skipif(os.name == "nt", reason="links need rights on Windows")
def test_a_photo_is_known_by_every_path_that_leads_to_it(tmp_path: Path) -> None:
    home = Path(os.path.realpath(tmp_path))
    write_photo(home / "photos" / "a.jpg", "red")
    write_photo(home / "elsewhere" / "b.jpg", "blue")
    (home / "photos" / "friends").symlink_to(home / "elsewhere")
    (home / "photos" / "linked.jpg").symlink_to(write_photo(home / "c.jpg", "green"))
    (home / "link").symlink_to(home / "photos")
    (home / "best.jpg").symlink_to(home / "link" / "a.jpg")
    library = open_fake_library(home / "library")
    library.folders.add(home / "link")
    run(library.keep_up())

    def known(path: str) -> str | None:
        photo = photo_at(library.catalog, home / path)
        return photo and photo.path.relative_to(home / "photos").as_posix()

    assert [known(path) for path in ("photos/a.jpg", "link/a.jpg", "photos/../link/a.jpg", "best.jpg")] == ["a.jpg"] * 4
    assert [known(f"{folder}/friends/b.jpg") for folder in ("photos", "link")] == ["friends/b.jpg"] * 2
    assert [known(f"{folder}/linked.jpg") for folder in ("photos", "link")] == ["linked.jpg"] * 2
    assert [known("elsewhere/b.jpg"), known("photos/d.jpg"), known("photos")] == [None] * 3
    library.close()
