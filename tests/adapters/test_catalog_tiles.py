"""Tiles are kept as long as a folder wants them, by content and by model."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from photo_clip.adapters.catalog import SqliteCatalog
from photo_clip.core.photo import FileStamp, FolderChanges, FolderIdentity, PhotoFacts
from photo_clip.core.scoring import unit_rows
from photo_clip.core.stores import EmbeddedPhoto, TileStore

STAMP = FileStamp(1, 1)
TILES = unit_rows(np.random.default_rng(1).standard_normal((9, 4)))


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[SqliteCatalog]:
    catalog = SqliteCatalog(tmp_path / "catalog.db")
    yield catalog
    catalog.close()


def add_photos(catalog: SqliteCatalog, folder: str, contents: dict[str, str], models: tuple[str, ...] = ("m",)) -> int:
    """Let a folder have embedded photos, content hashes by name; return its id."""
    added = catalog.folders.add(Path(folder), FolderIdentity(1, 1))
    catalog.folders.apply_changes(added.id, FolderChanges(new=dict.fromkeys(contents, STAMP)), now_s=1.0)
    known = catalog.folders.known_files(added.id)
    for model in models:
        embedded = [
            EmbeddedPhoto(known[name].photo_id, STAMP, content, PhotoFacts(10, 10), TILES[0])
            for name, content in contents.items()
        ]
        catalog.embeddings.store(model, embedded, {})
    return added.id


def content_of(catalog: SqliteCatalog, path: str) -> int:
    photo = catalog.photo_at(Path(path))
    assert photo is not None
    return int(catalog.content_ids_of([photo.id])[0])


def test_it_keeps_the_contract(catalog: SqliteCatalog) -> None:
    tiles: TileStore = catalog.tiles
    assert tiles.folders() == frozenset()


def test_nothing_waits_until_a_folder_is_switched_on(catalog: SqliteCatalog) -> None:
    folder = add_photos(catalog, "/a", {"1.jpg": "one", "2.jpg": "two"})
    add_photos(catalog, "/b", {"3.jpg": "three"})
    assert catalog.tiles.count_waiting("m") == 0
    catalog.tiles.switch(folder, on=True)
    catalog.tiles.switch(folder, on=True)
    assert catalog.tiles.folders() == {folder}
    assert [photo.path.name for photo in catalog.tiles.waiting("m")] == ["1.jpg", "2.jpg"]
    assert catalog.tiles.count_waiting("m") == 2
    assert catalog.tiles.waiting("another model") == []


def test_tiles_come_back_as_they_were_stored(catalog: SqliteCatalog) -> None:
    catalog.tiles.switch(add_photos(catalog, "/a", {"1.jpg": "one", "2.jpg": "two"}), on=True)
    catalog.tiles.store("m", {"one": TILES, "two": TILES[:0], "unknown": TILES})
    assert catalog.tiles.count_waiting("m") == 0
    one, two = content_of(catalog, "/a/1.jpg"), content_of(catalog, "/a/2.jpg")
    found = catalog.tiles.of("m", [two, one, 99])
    assert list(found) == [one]
    assert np.allclose(found[one], TILES, atol=1e-3)
    stored = catalog.tiles.stored("m")
    assert stored.content_ids.tolist() == [one, two]
    assert stored.counts.tolist() == [9, 0]
    assert stored.vectors.shape == (9, 4)
    assert stored.last_row == catalog.tiles.last_row("m")
    assert len(catalog.tiles.stored("m", after_row=stored.last_row).content_ids) == 0
    assert len(catalog.tiles.stored("m", limit=1).content_ids) == 1


def test_one_content_in_two_places_waits_once(catalog: SqliteCatalog) -> None:
    catalog.tiles.switch(add_photos(catalog, "/a", {"1.jpg": "one", "copy.jpg": "one"}), on=True)
    assert len(catalog.tiles.waiting("m")) == catalog.tiles.count_waiting("m") == 1


@pytest.mark.parametrize("way", ["switch off", "remove"])
def test_tiles_go_with_the_last_folder_that_wants_them(catalog: SqliteCatalog, way: str) -> None:
    first = add_photos(catalog, "/a", {"1.jpg": "one", "shared.jpg": "both"})
    second = add_photos(catalog, "/b", {"shared.jpg": "both"})
    third = add_photos(catalog, "/c", {"4.jpg": "one"})
    for folder in (first, second):
        catalog.tiles.switch(folder, on=True)
    catalog.tiles.store("m", {"one": TILES, "both": TILES})
    if way == "remove":
        catalog.folders.remove(first)
    else:
        catalog.tiles.switch(first, on=False)
    assert catalog.tiles.stored("m").content_ids.tolist() == [content_of(catalog, "/b/shared.jpg")]
    catalog.tiles.switch(second, on=False)
    assert catalog.tiles.last_row("m") == 0
    assert third in {folder.id for folder in catalog.folders.all()}


def test_tiles_of_a_folder_that_was_switched_off_meanwhile_are_not_kept(catalog: SqliteCatalog) -> None:
    folder = add_photos(catalog, "/a", {"1.jpg": "one"})
    catalog.tiles.switch(folder, on=True)
    catalog.tiles.switch(folder, on=False)
    catalog.tiles.store("m", {"one": TILES})
    assert catalog.tiles.last_row("m") == 0


def test_each_model_has_tiles_of_its_own(catalog: SqliteCatalog) -> None:
    catalog.tiles.switch(add_photos(catalog, "/a", {"1.jpg": "one"}, ("m", "n")), on=True)
    catalog.tiles.store("m", {"one": TILES})
    assert (catalog.tiles.count_waiting("m"), catalog.tiles.count_waiting("n")) == (0, 1)
    catalog.tiles.store("n", {"one": TILES})
    catalog.embeddings.remove_model("m")
    assert (catalog.tiles.last_row("m"), catalog.tiles.last_row("n") > 0) == (0, True)
