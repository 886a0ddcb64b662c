"""Looking at folders: what is found, what is passed over, and when a folder is not to be believed."""

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from photo_clip.adapters.catalog import SqliteCatalog
from photo_clip.core.errors import FolderError
from photo_clip.core.photo import (
    FileStamp,
    Folder,
    FolderChanges,
    FolderIdentity,
    FolderState,
    PhotoFacts,
)
from photo_clip.core.progress import Progress
from photo_clip.core.sidecars import mark_of
from photo_clip.core.stores import EmbeddedPhoto
from photo_clip.core.tags import Decision
from photo_clip.services.folder_changes import EMPTY, GONE, LOSSES, OTHER_DEVICE, UNREADABLE, Look, WatchedFolders
from photo_clip.services.photo_files import find_photo_files, stamp_of
from tests.fakes import write_photo

NOW_S = 2e9
needs_links = pytest.mark.skipif(os.name == "nt", reason="links need rights on Windows")
needs_rights = pytest.mark.skipif(
    os.name == "nt" or (hasattr(os, "geteuid") and os.geteuid() == 0), reason="nothing is forbidden to root"
)


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[SqliteCatalog]:
    catalog = SqliteCatalog(tmp_path / "catalog.db")
    yield catalog
    catalog.close()


@pytest.fixture
def folders(catalog: SqliteCatalog) -> WatchedFolders:
    return WatchedFolders(catalog, lambda: NOW_S)


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    folder.mkdir()
    return folder


def paths_below(root: Path) -> set[str]:
    return {path for found in find_photo_files(root) for path in found.files}


def look_at(folders: WatchedFolders, folder: Folder | None = None, *, accept_losses: bool = False) -> Look:
    task = folders.look(folder or folders.all()[0], accept_losses=accept_losses)
    while True:
        try:
            assert isinstance(next(task), Progress)
        except StopIteration as stop:
            look: Look = stop.value
            return look


def take_in(catalog: SqliteCatalog, folders: WatchedFolders) -> dict[str, int]:
    """Believe what a look at the first folder finds, and return the ids of its photos by path."""
    look = look_at(folders)
    catalog.folders.apply_changes(look.folder.id, look.changes, now_s=NOW_S)
    folders.mark_online(look)
    return {path: file.photo_id for path, file in catalog.folders.known_files(look.folder.id).items()}


def embed(catalog: SqliteCatalog, photo_id: int, words: str, stamp: FileStamp) -> None:
    vector = np.array([1, 0, 0], dtype=np.float32)
    catalog.embeddings.store("model", [EmbeddedPhoto(photo_id, stamp, words, PhotoFacts(1, 1), vector)], {})


# what is found


def test_photos_are_found_at_any_depth_by_the_end_of_their_name(photos: Path) -> None:
    for name in ("a.jpg", "B.JPEG", "x/c.heic", "x/y/z/d.NEF"):
        write_photo(photos / name, "red")
    for name in ("notes.txt", "a.jpg.xmp", "x/movie.mp4", "jpg"):
        write_photo(photos / name, "no photo")
    assert paths_below(photos) == {"a.jpg", "B.JPEG", "x/c.heic", "x/y/z/d.NEF"}


@pytest.mark.parametrize(
    "name",
    [
        *(".a.jpg", "._a.jpg", ".trash/a.jpg", ".thumbnails/a.jpg", "@eaDir/a.jpg/x.jpg", "#recycle/a.jpg"),
        *("$RECYCLE.BIN/a.jpg", "System Volume Information/a.jpg", "lost+found/a.jpg", "x/__MACOSX/a.jpg"),
    ],
)
def test_what_systems_keep_for_themselves_is_passed_over(photos: Path, name: str) -> None:
    write_photo(photos / name, "red")
    assert paths_below(photos) == set()


@pytest.mark.parametrize("library", ["Photos Library.photoslibrary", "Old.APLIBRARY", "2024 Previews.lrdata"])
def test_the_library_of_another_program_is_passed_over_unless_it_was_asked_for(photos: Path, library: str) -> None:
    write_photo(photos / library / "originals" / "0" / "a.jpg", "red")
    write_photo(photos / "a.jpg", "red")
    assert paths_below(photos) == {"a.jpg"}
    assert paths_below(photos / library) == {"originals/0/a.jpg"}


def test_libraries_of_other_programs_that_were_looked_into_once_are_no_loss(
    catalog: SqliteCatalog, folders: WatchedFolders, photos: Path
) -> None:
    library = photos / "Photos Library.photoslibrary"
    write_photo(photos / "kept.jpg", "red")
    for number in range(20):
        write_photo(library / f"{number}.jpg", "red")
    folder = folders.add(photos)
    stamp = FileStamp(3, 0)
    new = {f"{library.name}/{number}.jpg": stamp for number in range(20)}
    catalog.folders.apply_changes(folder.id, FolderChanges(new=new), now_s=NOW_S)
    look = look_at(folders)
    assert len(look.changes.missing) == 20
    assert look.reason_to_doubt() == ""


def test_a_folder_with_nomedia_is_passed_over_with_all_below_unless_it_was_asked_for(photos: Path) -> None:
    write_photo(photos / "private" / "deep" / "a.jpg", "red")
    (photos / "private" / ".nomedia").touch()
    assert paths_below(photos) == set()
    assert paths_below(photos / "private") == {"deep/a.jpg"}


@pytest.mark.parametrize("system_takes_them_for_one", [True, False])
def test_a_sidecar_in_capitals_is_a_photos_where_the_system_takes_it_for_that(
    folders: WatchedFolders, photos: Path, monkeypatch: pytest.MonkeyPatch, system_takes_them_for_one: bool
) -> None:
    write_photo(photos / "IMG_1.jpg", "red")
    stamp = stamp_of(write_photo(photos / "IMG_1.XMP", "said"))
    folders.add(photos)
    monkeypatch.setattr(os.path, "exists", lambda path: system_takes_them_for_one and path == photos / "IMG_1.xmp")
    expected = {"IMG_1.jpg": mark_of([None, stamp])} if system_takes_them_for_one else {}
    assert look_at(folders).changes.sidecars == expected


def test_a_folder_may_have_the_name_of_a_photo_and_a_photo_no_ordinary_file_is_none(photos: Path) -> None:
    write_photo(photos / "trip.jpg" / "a.jpg", "red")
    if hasattr(os, "mkfifo"):
        os.mkfifo(photos / "pipe.jpg")
    assert paths_below(photos) == {"trip.jpg/a.jpg"}


def test_a_large_folder_is_told_in_parts(photos: Path) -> None:
    for number in range(501):
        (photos / f"{number}.jpg").touch()
    parts = [len(found.files) for found in find_photo_files(photos)]
    assert sum(parts) == 501
    assert max(parts) <= 200


def test_files_carry_their_size_and_time(photos: Path) -> None:
    write_photo(photos / "a.jpg", "12345", mtime_s=1_234_567_890)
    (found,) = find_photo_files(photos)
    assert found.files == {"a.jpg": FileStamp(5, 1_234_567_890_000_000_000)}


@needs_links
def test_a_linked_folder_is_followed_but_each_photo_is_found_where_it_really_is(photos: Path, tmp_path: Path) -> None:
    write_photo(photos / "z" / "a.jpg", "red")
    (photos / "link to z").symlink_to(photos / "z")
    write_photo(tmp_path / "elsewhere" / "b.jpg", "blue")
    (photos / "first").symlink_to(tmp_path / "elsewhere")
    (photos / "second").symlink_to(tmp_path / "elsewhere")
    write_photo(tmp_path / "single.jpg", "green")
    (photos / "c.jpg").symlink_to(tmp_path / "single.jpg")
    assert paths_below(photos) == {"z/a.jpg", "first/b.jpg", "c.jpg"}


@needs_links
@pytest.mark.parametrize("names", ["az", "za"])
def test_a_photo_that_links_lead_to_is_found_once(photos: Path, tmp_path: Path, names: str) -> None:
    here, other = names
    write_photo(photos / f"{here}.jpg", "red")
    (photos / f"{other}.jpg").symlink_to(photos / f"{here}.jpg")
    outside = write_photo(tmp_path / "outside.jpg", "blue")
    (photos / "first.jpg").symlink_to(outside)
    (photos / "second.jpg").symlink_to(photos / "first.jpg")
    write_photo(tmp_path / "trips" / "rome" / "b.jpg", "green")
    (photos / f"{here} trips").symlink_to(tmp_path / "trips")
    (photos / f"{other} rome").symlink_to(tmp_path / "trips" / "rome")
    (photos / "third.jpg").symlink_to(tmp_path / "trips" / "rome" / "b.jpg")
    found = paths_below(photos)
    assert found - {f"{here} trips/rome/b.jpg", f"{other} rome/b.jpg"} == {f"{here}.jpg", "first.jpg"}
    assert len(found) == 3


@needs_links
def test_a_link_to_a_photo_that_is_not_looked_for_is_a_photo(photos: Path) -> None:
    write_photo(photos / ".annex" / "objects" / "a.jpg", "red")
    (photos / "a.jpg").symlink_to(photos / ".annex" / "objects" / "a.jpg")
    (photos / "a.jpg.xmp").touch()
    assert paths_below(photos) == {"a.jpg"}
    assert [path for found in find_photo_files(photos) for path in found.sidecars] == ["a.jpg.xmp"]


@needs_links
def test_links_that_lead_back_or_out_to_the_whole_disk_are_passed_over(photos: Path) -> None:
    write_photo(photos / "a.jpg", "red")
    (photos / "here").symlink_to(photos)
    (photos / "up").symlink_to(photos.parent)
    (photos / "all").symlink_to("/")
    (photos / "round").symlink_to(photos / "round")
    assert paths_below(photos) == {"a.jpg"}


@needs_links
def test_names_of_any_bytes_and_of_both_unicode_forms_are_told_apart(photos: Path) -> None:
    names = {b"latin-\xe9.jpg", "na\u0308her.jpg".encode(), "n\u00e4her.jpg".encode(), b"new\nline.jpg"}
    for name in names:
        (photos / os.fsdecode(name)).touch()
    assert {os.fsencode(path) for path in paths_below(photos)} == names


# what changed


def test_a_look_tells_new_changed_returned_and_missing_photos(
    catalog: SqliteCatalog, folders: WatchedFolders, photos: Path
) -> None:
    for name in ("same", "changed", "missing", "back"):
        write_photo(photos / f"{name}.jpg", "red")
    folder = folders.add(photos)
    ids = take_in(catalog, folders)
    embed(catalog, ids["back.jpg"], "red", FileStamp(3, 1_000_000_000_000_000_000))
    catalog.folders.apply_changes(folder.id, FolderChanges(missing=(ids["back.jpg"],)), now_s=NOW_S)
    write_photo(photos / "changed.jpg", "red", mtime_s=1_000_000_005)
    (photos / "missing.jpg").unlink()
    write_photo(photos / "new.jpg", "red")
    assert look_at(folders).changes == FolderChanges(
        new={"new.jpg": FileStamp(3, 1_000_000_000_000_000_000)},
        changed={ids["changed.jpg"]: FileStamp(3, 1_000_000_005_000_000_000)},
        returned=(ids["back.jpg"],),
        missing=(ids["missing.jpg"],),
    )


@pytest.mark.parametrize("age_s", [-1.0, 0.0, 1.9])
def test_a_file_just_written_is_left_for_the_next_look(
    catalog: SqliteCatalog, folders: WatchedFolders, photos: Path, age_s: float
) -> None:
    write_photo(photos / "known.jpg", "red")
    folders.add(photos)
    take_in(catalog, folders)
    write_photo(photos / "known.jpg", "now longer", mtime_s=NOW_S - age_s)
    write_photo(photos / "new.jpg", "red", mtime_s=NOW_S - age_s)
    look = look_at(folders)
    assert look.again_soon
    assert not look.changes
    later = WatchedFolders(catalog, lambda: NOW_S + 5)
    assert (len(look_at(later).changes.new), len(look_at(later).changes.changed)) == (1, 1)


def test_a_file_from_the_future_is_taken_as_it_is(folders: WatchedFolders, photos: Path) -> None:
    write_photo(photos / "a.jpg", "red", mtime_s=NOW_S + 3600)
    folders.add(photos)
    look = look_at(folders)
    assert list(look.changes.new) == ["a.jpg"]
    assert not look.again_soon


# what is not to be believed


def fill(photos: Path, count: int) -> None:
    for number in range(count):
        write_photo(photos / f"{number}.jpg", f"red {number}")


def lose(photos: Path, count: int) -> None:
    for number in range(count):
        (photos / f"{number}.jpg").unlink()


@pytest.mark.parametrize(
    ("present", "lost", "reason"),
    [
        *((10, 9, ""), (10, 10, EMPTY), (1, 1, EMPTY), (49, 9, ""), (49, 10, LOSSES)),
        *((50, 10, ""), (51, 10, ""), (54, 11, LOSSES), (200, 40, ""), (200, 41, LOSSES)),
    ],
)
def test_losses_of_more_than_a_fifth_and_ten_are_doubted(
    catalog: SqliteCatalog, folders: WatchedFolders, photos: Path, present: int, lost: int, reason: str
) -> None:
    fill(photos, present)
    folders.add(photos)
    take_in(catalog, folders)
    lose(photos, lost)
    assert look_at(folders).reason_to_doubt() == reason
    assert look_at(folders, accept_losses=True).reason_to_doubt() == ""
    assert len(look_at(folders).changes.missing) == lost


def test_an_empty_folder_that_never_had_photos_is_just_empty(folders: WatchedFolders, photos: Path) -> None:
    folders.add(photos)
    assert look_at(folders).reason_to_doubt() == ""


def test_photos_missing_before_do_not_count_as_lost_again(
    catalog: SqliteCatalog, folders: WatchedFolders, photos: Path
) -> None:
    fill(photos, 30)
    folder = folders.add(photos)
    ids = take_in(catalog, folders)
    lose(photos, 20)
    gone = tuple(ids[f"{number}.jpg"] for number in range(20))
    catalog.folders.apply_changes(folder.id, FolderChanges(missing=gone), now_s=NOW_S)
    assert look_at(folders).reason_to_doubt() == ""
    for file in photos.iterdir():
        file.unlink()
    assert look_at(folders).reason_to_doubt() == EMPTY


def test_a_folder_that_is_gone_is_offline_and_tells_no_changes(
    catalog: SqliteCatalog, folders: WatchedFolders, photos: Path
) -> None:
    fill(photos, 3)
    folder = folders.add(photos)
    take_in(catalog, folders)
    shutil.rmtree(photos)
    assert look_at(folders) == Look(folders.all()[0], offline_reason=GONE)
    photos.write_text("a file now")
    assert look_at(folders).offline_reason == UNREADABLE
    assert look_at(folders, folder, accept_losses=True).offline_reason == UNREADABLE


def on_another_device(folder: Folder) -> Folder:
    """As the catalogue remembers it, when the drive that is there now is another one."""
    identity = FolderIdentity(folder.identity.device + 1, folder.identity.inode)
    return replace(folder, identity=identity)


def test_an_empty_mount_point_tells_no_changes_at_all(
    catalog: SqliteCatalog, folders: WatchedFolders, photos: Path
) -> None:
    fill(photos, 3)
    folders.add(photos)
    take_in(catalog, folders)
    lose(photos, 3)
    look = look_at(folders, on_another_device(folders.all()[0]))
    assert (look.offline_reason, look.changes) == (EMPTY, FolderChanges())


def test_another_drive_at_its_place_is_not_taken_for_it(
    catalog: SqliteCatalog, folders: WatchedFolders, photos: Path
) -> None:
    fill(photos, 3)
    folders.add(photos)
    take_in(catalog, folders)
    remembered = on_another_device(folders.all()[0])
    for number in range(3):
        write_photo(photos / f"{number}.jpg", "a photo of another card")
    write_photo(photos / "more.jpg", "blue")
    look = look_at(folders, remembered)
    assert (look.offline_reason, look.changes, look.identity) == (OTHER_DEVICE, FolderChanges(), None)
    assert len(look_at(folders, remembered, accept_losses=True).changes.changed) == 3


def test_a_drive_that_only_got_another_number_or_time_zone_is_known_by_its_photos(
    catalog: SqliteCatalog, folders: WatchedFolders, photos: Path
) -> None:
    fill(photos, 3)
    folder = folders.add(photos)
    take_in(catalog, folders)
    for number in range(3):
        write_photo(photos / f"{number}.jpg", f"red {number}", mtime_s=1_000_003_600)
    look = look_at(folders, on_another_device(folder))
    assert look.reason_to_doubt() == ""
    assert look.identity == folder.identity


@pytest.mark.parametrize("trouble", [PermissionError(13, "no"), OSError(5, "input/output error")])
def test_what_lies_in_a_folder_that_cannot_be_read_stays_as_it_is(
    catalog: SqliteCatalog,
    folders: WatchedFolders,
    photos: Path,
    monkeypatch: pytest.MonkeyPatch,
    trouble: OSError,
) -> None:
    for number in range(20):
        write_photo(photos / "closed" / "deep" / f"{number}.jpg", "red")
        write_photo(photos / "closed beside" / f"{number}.jpg", "red")
    write_photo(photos / "a.jpg", "red")
    folders.add(photos)
    ids = take_in(catalog, folders)
    scandir = os.scandir

    def refusing(path: Path) -> object:
        if Path(path).name == "closed":
            raise trouble
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refusing)
    (photos / "a.jpg").unlink()
    look = look_at(folders)
    assert look.changes == FolderChanges(missing=(ids["a.jpg"],))
    assert look.reason_to_doubt() == ""


class Unlisted:
    """An entry of a listing that tells no more than names, as some file systems do; asking for more may fail."""

    def __init__(self, entry: "os.DirEntry[str]", trouble: OSError | None) -> None:
        self.name = entry.name
        self._entry = entry
        self._trouble = trouble

    def is_symlink(self) -> bool:
        if self._trouble is not None:
            raise self._trouble
        return self._entry.is_symlink()

    def is_dir(self, *, follow_symlinks: bool) -> bool:
        return self._entry.is_dir(follow_symlinks=follow_symlinks)

    def stat(self) -> os.stat_result:
        return self._entry.stat()


def test_a_file_that_its_drive_does_not_give_stays_as_it_is_and_the_rest_is_looked_at(
    catalog: SqliteCatalog, folders: WatchedFolders, photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("stale.jpg", "stale/b.jpg", "fine.jpg", "gone.jpg"):
        write_photo(photos / name, "red")
    folders.add(photos)
    ids = take_in(catalog, folders)
    scandir = os.scandir

    @contextmanager
    def listing(path: Path) -> Iterator[list[Unlisted]]:
        with scandir(path) as entries:
            yield [
                Unlisted(each, OSError(errno.EIO, "Input/output error") if each.name.startswith("stale") else None)
                for each in entries
            ]

    monkeypatch.setattr(os, "scandir", listing)
    write_photo(photos / "new.jpg", "red")
    (photos / "gone.jpg").unlink()
    changes = look_at(folders).changes
    assert (list(changes.new), changes.missing) == (["new.jpg"], (ids["gone.jpg"],))


def test_what_a_drive_in_trouble_does_not_tell_of_is_not_forgotten(
    catalog: SqliteCatalog, folders: WatchedFolders, photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo = write_photo(photos / "a.jpg", "red")
    folders.add(photos)
    ids = take_in(catalog, folders)
    catalog.tags.decide([Decision(ids["a.jpg"], "sunset", True)], now_s=1)
    photo.unlink()
    take_in(catalog, folders)
    lstat = Path.lstat

    def failing(path: Path) -> os.stat_result:
        if path.name == "a.jpg":
            raise OSError(errno.EIO, "Input/output error")
        return lstat(path)

    monkeypatch.setattr(Path, "lstat", failing)
    assert folders.missing() == []
    monkeypatch.undo()
    assert folders.missing() == [ids["a.jpg"]]


@needs_rights
def test_a_folder_without_rights_stays_as_it_is(catalog: SqliteCatalog, folders: WatchedFolders, photos: Path) -> None:
    fill(photos / "listed only", 3)
    folders.add(photos)
    take_in(catalog, folders)
    (photos / "listed only").chmod(0o400)
    try:
        assert not look_at(folders).changes
    finally:
        (photos / "listed only").chmod(0o700)


@needs_links
def test_photos_behind_a_link_to_an_unplugged_drive_stay_as_they_are(
    catalog: SqliteCatalog, folders: WatchedFolders, photos: Path, tmp_path: Path
) -> None:
    drive = tmp_path / "drive"
    fill(drive, 15)
    write_photo(photos / "a.jpg", "red")
    (photos / "my drive").symlink_to(drive)
    folders.add(photos)
    take_in(catalog, folders)
    drive.rename(tmp_path / "unplugged")
    look = look_at(folders)
    assert not look.changes
    assert look.reason_to_doubt() == ""
    (photos / "my drive").unlink()
    assert len(look_at(folders).changes.missing) == 15


# which folders are watched


def test_a_folder_is_remembered_by_its_real_path(folders: WatchedFolders, photos: Path, tmp_path: Path) -> None:
    assert folders.add(photos / ".." / "photos").path == Path(os.path.realpath(photos))
    assert len(folders.all()) == 1


@needs_links
def test_a_link_to_a_watched_folder_is_that_folder(folders: WatchedFolders, photos: Path, tmp_path: Path) -> None:
    first = folders.add(photos)
    (tmp_path / "link").symlink_to(photos)
    assert folders.add(tmp_path / "link") == first
    assert folders.all() == [first]


def test_a_relative_path_is_taken_from_where_one_is(
    folders: WatchedFolders, photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(photos.parent)
    assert folders.add(Path("photos")).path == Path(os.path.realpath(photos))


def test_a_folder_typed_in_another_spelling_is_the_one_that_is_watched(
    folders: WatchedFolders, photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inner = photos / "2020"
    inner.mkdir()
    watched = folders.add(photos)
    monkeypatch.setattr(
        "photo_clip.services.folder_questions.real_path",
        lambda path: Path(os.path.realpath(str(path).replace("PHOTOS", "photos"))),
    )
    assert folders.add(photos.with_name("PHOTOS") / "2020") == watched
    assert folders.all() == [watched]


@pytest.mark.parametrize("path", ["missing", "file.jpg", "~no such user/photos"])
def test_what_is_no_folder_cannot_be_watched(folders: WatchedFolders, photos: Path, path: str) -> None:
    write_photo(photos / "file.jpg", "red")
    with pytest.raises(FolderError) as trouble:
        folders.add(photos / path)
    assert path.rsplit("/", 1)[-1] in trouble.value.sentence
    assert trouble.value.advice
    assert folders.all() == []


def test_a_folder_around_watched_ones_takes_them_in_with_all_that_is_known(
    catalog: SqliteCatalog, folders: WatchedFolders, photos: Path
) -> None:
    write_photo(photos / "in" / "a.jpg", "red")
    write_photo(photos / "in" / "gone.jpg", "blue")
    inner = folders.add(photos / "in")
    ids = take_in(catalog, folders)
    stamp = FileStamp(3, 1_000_000_000_000_000_000)
    embed(catalog, ids["a.jpg"], "red", stamp)
    embed(catalog, ids["gone.jpg"], "blue", FileStamp(4, stamp.mtime_ns))
    catalog.tags.decide([Decision(ids["a.jpg"], "cat", True)], now_s=1)
    embed(catalog, ids["gone.jpg"], "blue", FileStamp(4, 1_000_000_000_000_000_000))
    catalog.folders.apply_changes(inner.id, FolderChanges(missing=(ids["gone.jpg"],)), now_s=NOW_S)
    outer = folders.add(photos)
    assert [folder.path for folder in folders.all()] == [Path(os.path.realpath(photos))]
    known = catalog.folders.known_files(outer.id)
    assert {path: (file.photo_id, file.missing) for path, file in known.items()} == {
        "in/a.jpg": (ids["a.jpg"], False),
        "in/gone.jpg": (ids["gone.jpg"], True),
    }
    assert catalog.tags.decisions(ids["a.jpg"]) == {"cat": True}
    assert catalog.embeddings.count("model") == 2
    assert folders.add(photos / "in") == outer


def test_taking_in_goes_on_after_it_was_broken_off(
    catalog: SqliteCatalog, folders: WatchedFolders, photos: Path
) -> None:
    write_photo(photos / "in" / "a.jpg", "red")
    stamp = FileStamp(3, 1_000_000_000_000_000_000)
    inner = folders.add(photos / "in")
    photo_id = take_in(catalog, folders)["a.jpg"]
    embed(catalog, photo_id, "red", stamp)
    catalog.tags.decide([Decision(photo_id, "cat", True)], now_s=1)
    # The outer folder was remembered, and even looked at, before the program was killed.
    identity = FolderIdentity(photos.stat().st_dev, photos.stat().st_ino)
    outer = catalog.folders.add(Path(os.path.realpath(photos)), identity)
    catalog.folders.apply_changes(outer.id, FolderChanges(new={"in/a.jpg": stamp}), now_s=NOW_S)
    again = catalog.folders.known_files(outer.id)["in/a.jpg"].photo_id
    embed(catalog, again, "red", stamp)
    catalog.tags.decide([Decision(again, "dog", True)], now_s=1)
    assert folders.add(photos) == outer
    assert [folder.id for folder in folders.all()] == [outer.id]
    assert inner.id != outer.id
    assert {
        path: file.photo_id for path, file in catalog.folders.known_files(outer.id).items() if not file.missing
    } == {"in/a.jpg": photo_id}
    assert catalog.tags.decisions(photo_id) == {"cat": True}
    assert folders.missing() == [again]
    assert catalog.tags.decisions(again) == {"dog": True}


def test_folders_beside_each_other_are_not_nested(folders: WatchedFolders, tmp_path: Path) -> None:
    for name in ("photos", "photos 2", "phot"):
        (tmp_path / name).mkdir()
        folders.add(tmp_path / name)
    assert len(folders.all()) == 3


def test_a_removed_folder_takes_what_is_known_of_it(
    catalog: SqliteCatalog, folders: WatchedFolders, photos: Path
) -> None:
    fill(photos, 3)
    folder = folders.add(photos)
    take_in(catalog, folders)
    folders.remove(folder.id)
    assert folders.all() == []
    assert catalog.embeddings.counts("model").photos == 0
    assert len(list(photos.iterdir())) == 3


def test_offline_and_back_online_is_remembered(catalog: SqliteCatalog, folders: WatchedFolders, photos: Path) -> None:
    folder = folders.add(photos)
    folders.mark_offline(folder, GONE)
    (offline,) = folders.all()
    assert (offline.state, offline.offline_reason) == (FolderState.OFFLINE, GONE)
    assert folders.is_there(offline)
    folders.mark_online(look_at(folders))
    assert folders.all() == [folder]
    photos.rmdir()
    assert not folders.is_there(folder)
