"""Copies and near-duplicates of a library: found, folded, and moved to the bin."""

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from photo_clip.core.errors import StoreError, UsageError
from photo_clip.core.likeness import HASH_HEIGHT, HASH_WIDTH, fingerprint
from photo_clip.core.photo import FolderState, Photo, PhotoFacts
from photo_clip.services.duplicates import Duplicates, Stack, without
from photo_clip.services.library import Library
from tests.fakes import FakeReader, open_fake_library, write_photo
from tests.indexing import run

PICTURES = {
    name: np.random.default_rng(number).integers(0, 255, (HASH_HEIGHT, HASH_WIDTH), np.uint8)
    for number, name in enumerate(("sea", "hill"))
}

needs_links = pytest.mark.skipif(os.name == "nt", reason="links need rights on Windows")


def facts_of(words: str) -> PhotoFacts:
    """Return the looks of photos that are called “red sea small”, “red sea large”, “blue hill”."""
    picture = next((name for name in PICTURES if name in words), None)
    side = 20 if "small" in words else 80
    if picture is None:
        return PhotoFacts(side, side)
    return PhotoFacts(
        side, side, fingerprint=fingerprint(PICTURES[picture]), sharpness=5, miniature=PICTURES[picture].tobytes()
    )


class Bin:
    def __init__(self) -> None:
        self.taken: list[str] = []

    def take(self, path: Path) -> None:
        if "locked" in path.name:
            raise StoreError("It is locked.", advice="Unlock it.")
        path.unlink()
        self.taken.append(path.name)


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = Path(os.path.realpath(tmp_path)) / "photos"
    folder.mkdir()
    return folder


@pytest.fixture
def library(tmp_path: Path, photos: Path) -> Iterator[Library]:
    library = open_fake_library(tmp_path / "library")
    assert isinstance(library.reader, FakeReader)
    library.reader.facts_of = facts_of
    library.folders.add(photos)
    yield library
    library.close()


@pytest.fixture
def bin_() -> Bin:
    return Bin()


def duplicates_of(library: Library, bin_: Bin | None = None) -> Duplicates:
    run(library.keep_up())
    return Duplicates(library.catalog, library.models, None, bin_ and bin_.take)


def names(stacks: list[Stack]) -> list[list[str]]:
    return [[photo.path.name for photo in stack.photos] for stack in stacks]


def test_exact_copies_are_told_from_near_duplicates(library: Library, photos: Path) -> None:
    write_photo(photos / "beach.jpg", "red sea")
    write_photo(photos / "beach (1).jpg", "red sea")
    write_photo(photos / "beach, small.jpg", "red sea small")
    write_photo(photos / "hill.jpg", "green hill")
    write_photo(photos / "plain.jpg", "blue")
    duplicates = duplicates_of(library)
    exact, near = run(duplicates.find())
    assert names([exact, near]) == [["beach.jpg", "beach (1).jpg"], ["beach.jpg", "beach, small.jpg"]]
    assert (exact.is_exact, near.is_exact) == (True, False)
    assert exact.reason == "not named as a copy"
    assert near.reason.startswith("largest (80 × 80)")
    assert exact.spare_bytes == len("red sea")
    assert names(run(duplicates.find(exact_only=True))) == [["beach.jpg", "beach (1).jpg"]]


def test_photos_of_folders_that_are_offline_are_left_alone(library: Library, photos: Path) -> None:
    write_photo(photos / "a.jpg", "red sea")
    write_photo(photos / "b.jpg", "red sea")
    duplicates = duplicates_of(library)
    assert len(run(duplicates.find())) == 1
    library.catalog.folders.update(library.folders.all()[0].id, FolderState.OFFLINE)
    assert run(duplicates.find()) == []


def test_an_empty_library_has_no_duplicates(library: Library) -> None:
    assert run(duplicates_of(library).find()) == []


def test_what_was_found_is_folded_under_the_best(library: Library, photos: Path) -> None:
    for name, words in (
        ("1 hill", "green hill"),
        ("2 small", "red sea small"),
        ("3 plain", "blue"),
        ("4 large", "red sea large"),
    ):
        write_photo(photos / f"{name}.jpg", words)
    duplicates = duplicates_of(library)
    ids = {photo.path.stem: photo.id for photo in library.catalog.photos(library.catalog.newest_photo_ids().tolist())}
    order = [ids[name] for name in sorted(ids)]
    assert duplicates.fold(order) == [[order[0]], [order[3], order[1]], [order[2]]]
    assert duplicates.fold([order[1], 999]) == [[order[1]]]
    assert duplicates.fold([]) == []
    write_photo(photos / "4 large.jpg", "red sea larger", mtime_s=1_000_000_500)
    run(library.indexer.follow())  # and does not read it yet
    assert duplicates.fold(order) == [[order[0]], [order[1]], [order[2]], [order[3]]]


def test_all_but_one_go_to_the_bin(library: Library, photos: Path, bin_: Bin) -> None:
    for name in ("a.jpg", "b.jpg", "c.jpg"):
        write_photo(photos / name, "red sea")
    duplicates = duplicates_of(library, bin_)
    (stack,) = run(duplicates.find())
    with pytest.raises(UsageError, match="would be left"):
        duplicates.discard(stack, stack.photos)
    duplicates.discard(stack, stack.photos[1:])
    assert bin_.taken == ["b.jpg", "c.jpg"]
    assert (photos / "a.jpg").exists()


def test_the_last_file_is_kept_although_the_library_knows_more(library: Library, photos: Path, bin_: Bin) -> None:
    write_photo(photos / "a.jpg", "red sea")
    write_photo(photos / "b.jpg", "red sea")
    duplicates = duplicates_of(library, bin_)
    (stack,) = run(duplicates.find())
    (photos / "a.jpg").unlink()
    with pytest.raises(UsageError, match="would be left"):
        duplicates.discard(stack, stack.photos[1:])
    assert bin_.taken == []


@needs_links
def test_links_are_no_copies_of_the_file_that_they_lead_to(library: Library, photos: Path, tmp_path: Path) -> None:
    other = Path(os.path.realpath(tmp_path)) / "other"
    write_photo(photos / "z.jpg", "red sea")
    write_photo(photos / "small.jpg", "red sea small")
    write_photo(photos / "trip" / "x.jpg", "blue hill")
    write_photo(other / "y.jpg", "green")
    os.link(other / "y.jpg", other / "hard link to y.jpg")
    (other / "a.jpg").symlink_to(photos / "z.jpg")
    (other / "linked").symlink_to(photos / "trip")
    (other / "b.jpg").symlink_to(other / "a.jpg")
    library.folders.add(other)
    duplicates = duplicates_of(library)
    hard_links, near = run(duplicates.find())
    assert names([hard_links, near]) == [["y.jpg", "hard link to y.jpg"], ["z.jpg", "small.jpg"]]


@needs_links
def test_a_file_stays_where_a_link_to_it_is_all_that_would_be_left(library: Library, photos: Path, bin_: Bin) -> None:
    for name in ("a.jpg", "b.jpg", "c.jpg"):
        write_photo(photos / name, "red sea")
    duplicates = duplicates_of(library, bin_)
    (stack,) = run(duplicates.find())
    (photos / "a.jpg").unlink()
    (photos / "a.jpg").symlink_to(photos / "c.jpg")  # as programs do that save space
    with pytest.raises(UsageError, match="are one file"):
        duplicates.discard(stack, stack.photos[1:])
    assert bin_.taken == ["b.jpg"]
    assert (photos / "a.jpg").read_text() == "red sea"
    (photos / "c.jpg").rename(photos / "d.jpg")
    os.link(photos / "d.jpg", photos / "c.jpg")
    with pytest.raises(UsageError, match="are one file"):
        duplicates.discard(stack, stack.photos[2:])
    (photos / "a.jpg").unlink()
    os.link(photos / "d.jpg", photos / "a.jpg")
    duplicates.discard(stack, stack.photos[2:])
    assert bin_.taken == ["b.jpg", "c.jpg"]


def test_a_copy_that_was_changed_meanwhile_is_no_copy(library: Library, photos: Path, bin_: Bin) -> None:
    write_photo(photos / "a.jpg", "red sea")
    write_photo(photos / "b.jpg", "red sea")
    duplicates = duplicates_of(library, bin_)
    (stack,) = run(duplicates.find())
    write_photo(photos / "b.jpg", "blue sea, painted over")
    with pytest.raises(UsageError, match="any more"):
        duplicates.discard(stack, stack.photos[1:])
    assert bin_.taken == []


def test_trouble_with_the_bin_is_told(library: Library, photos: Path, bin_: Bin) -> None:
    for name in ("a.jpg", "b.jpg", "locked.jpg"):
        write_photo(photos / name, "red sea")
    duplicates = duplicates_of(library, bin_)
    (stack,) = run(duplicates.find())
    moved: list[Photo] = []
    with pytest.raises(StoreError, match="locked"):
        duplicates.discard(stack, stack.photos[1:], moved.append)
    assert [photo.path.name for photo in moved] == ["b.jpg"]
    left = without([stack], {photo.id for photo in moved})
    assert names(left) == [["a.jpg", "locked.jpg"]]
    assert without(left, {stack.photos[0].id}) == []
    with pytest.raises(UsageError, match="no bin"):
        duplicates_of(library).discard(stack, stack.photos[1:])
