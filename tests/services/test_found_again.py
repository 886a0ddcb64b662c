"""A folder that is at another place is found there, with all that is known of its photos."""

from pathlib import Path

import pytest

from photo_clip.core.photo import FolderIdentity, FolderState
from photo_clip.core.tags import Decision
from photo_clip.services import drives
from photo_clip.services.drives import mount_points
from photo_clip.services.folder_changes import GONE, LOSSES, WatchedFolders
from photo_clip.services.indexer import Indexer
from tests.fakes import unplug, write_photo
from tests.indexing import Bench


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    """Photos on a drive that is mounted at “media/card”."""
    found = Bench(tmp_path)
    found.photos = tmp_path / "media" / "card" / "DCIM" / "best"
    for number in range(30):
        write_photo(found.photos / f"{number:02}.jpg", f"red {number:02}", mtime_s=1e9 + 60 * number)
    found.folders.add(found.photos)
    found.index()
    return found


def with_drives(bench: Bench, *roots: Path) -> None:
    """Let these be the places where drives are connected."""
    bench.folders = WatchedFolders(bench.catalog, lambda: bench.now_s, lambda: roots)
    bench.indexer = Indexer(bench.catalog, bench.folders, bench.reader, bench.thumbnails, lambda: bench.now_s)


def copied(folder: Path, to: Path, *, hours: int = 0) -> None:
    """Make a folder with the same files, as they look on another drive, or in another time zone."""
    for file in folder.iterdir():
        mtime_s = file.stat().st_mtime + 3600 * hours
        write_photo(to / file.name, file.read_text(encoding="utf-8"), mtime_s=mtime_s)


def everything(bench: Bench) -> dict[str, int]:
    photos = bench.catalog.photos(bench.catalog.newest_photo_ids().tolist())
    return {photo.path.name: photo.id for photo in photos}


def test_a_drive_under_another_name_is_found_again_without_any_work(bench: Bench, tmp_path: Path) -> None:
    before, read = everything(bench), len(bench.reader.files_read)
    drive = tmp_path / "media" / "card"
    drive.rename(tmp_path / "media" / "card1")
    with_drives(bench, Path("/"), tmp_path / "media" / "card1")
    report = bench.index()
    now = tmp_path / "media" / "card1" / "DCIM" / "best"
    assert report.found_again == {bench.photos: now}
    assert not report.offline
    assert everything(bench) == before
    assert len(bench.reader.files_read) == read
    (folder,) = bench.folders.all()
    assert (folder.path, folder.state) == (now, FolderState.ONLINE)
    assert bench.catalog.photo_at(now / "03.jpg") is not None


@pytest.mark.parametrize("hours", [0, 1, -2])
def test_a_drive_without_lasting_numbers_is_known_by_its_files_in_any_time_zone(
    bench: Bench, tmp_path: Path, hours: int
) -> None:
    away = unplug(bench.photos)
    drive = tmp_path / "elsewhere" / "stick"
    copied(away, drive / "DCIM" / "best", hours=hours)
    with_drives(bench, drive)
    assert bench.index().found_again == {bench.photos: drive / "DCIM" / "best"}


def test_a_folder_that_was_renamed_while_the_program_was_closed_is_found_beside_its_place(bench: Bench) -> None:
    before, read = everything(bench), len(bench.reader.files_read)
    named = bench.photos.rename(bench.photos.with_name("the very best"))
    with_drives(bench)
    assert bench.index().found_again == {bench.photos: named}
    assert everything(bench) == before
    assert len(bench.reader.files_read) == read
    assert sorted(before.values()) == sorted(bench.catalog.photos_saying(["very", "best"], 100))


def test_other_photos_at_its_place_on_another_drive_are_not_taken_for_it(bench: Bench, tmp_path: Path) -> None:
    away = unplug(bench.photos)
    drive = tmp_path / "elsewhere" / "stick"
    copied(away, drive / "DCIM" / "best")
    for number in range(8):
        write_photo(drive / "DCIM" / "best" / f"{number:02}.jpg", f"another size {number}")
    with_drives(bench, drive)
    report = bench.index()
    assert not report.found_again
    assert report.offline == {bench.photos: GONE}


def test_another_card_in_the_same_reader_is_another_drive(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    reader = bench.photos.stat().st_dev

    def with_card(uuid: str) -> FolderIdentity:
        monkeypatch.setattr(drives, "_file_systems", lambda: {reader: uuid, reader + 1: "of another drive"})
        return drives.identity_of(bench.photos)

    first, second = with_card("A1B2-0001"), with_card("A1B2-0002")
    assert (first.inode, first) == (second.inode, with_card("A1B2-0001"))
    assert first.device != second.device


def test_the_root_of_another_drive_has_the_number_of_this_one_and_is_told_from_it(bench: Bench, tmp_path: Path) -> None:
    away = unplug(bench.photos)
    drive = tmp_path / "elsewhere" / "stick"
    for file in away.iterdir():
        write_photo(drive / "DCIM" / "best" / file.name, file.read_text(), mtime_s=file.stat().st_mtime + 100)
    (folder,) = bench.folders.all()
    number = (drive / "DCIM" / "best").stat().st_ino
    identity = FolderIdentity(folder.identity.device + 1, number)
    bench.catalog.folders.update(folder.id, FolderState.ONLINE, identity=identity)
    with_drives(bench, drive)
    assert not bench.index().found_again


def test_a_copy_of_a_folder_that_is_there_is_not_taken_for_it(bench: Bench, tmp_path: Path) -> None:
    drive = tmp_path / "elsewhere" / "backup"
    copied(bench.photos, drive / "DCIM" / "best")
    with_drives(bench, drive)
    assert not bench.index().found_again


def test_what_lies_in_another_watched_folder_is_left_to_that(bench: Bench, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    bench.folders.add(other)
    away = unplug(bench.photos)
    copied(away, other / "DCIM" / "best")
    with_drives(bench, other)
    assert not bench.index().found_again


def test_a_folder_that_was_never_read_is_not_looked_for(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.folders.add(bench.photos)
    bench.photos.rename(bench.photos.with_name("other"))
    with_drives(bench, tmp_path)
    assert list(bench.index().offline) == [bench.photos]


def test_adding_a_folder_at_its_new_place_is_not_another_folder(bench: Bench, tmp_path: Path) -> None:
    before = everything(bench)
    away = unplug(bench.photos)
    new = tmp_path / "kept here now"
    away.rename(new)
    with_drives(bench)
    folder = bench.folders.add(new)
    assert [each.id for each in bench.folders.all()] == [folder.id]
    assert folder.path == new
    bench.index()
    assert everything(bench) == before


def test_a_drive_that_is_watched_as_a_whole_is_found_again(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.photos = tmp_path / "media" / "card"
    write_photo(bench.photos / "a.jpg", "red 1")
    bench.folders.add(bench.photos)
    bench.index()
    copied(unplug(bench.photos), tmp_path / "mnt" / "other")
    with_drives(bench, tmp_path / "mnt" / "other")
    assert list(bench.index().found_again) == [bench.photos]


def test_an_empty_mount_point_does_not_keep_it_from_being_found(bench: Bench, tmp_path: Path) -> None:
    drive = tmp_path / "media" / "card"
    drive.rename(tmp_path / "media" / "card1")
    bench.photos.mkdir(parents=True)
    with_drives(bench, tmp_path / "media" / "card1")
    assert list(bench.index().found_again) == [bench.photos]


def test_a_drive_that_may_not_be_looked_at_keeps_it_from_nothing(bench: Bench, tmp_path: Path) -> None:
    barred = tmp_path / ("x" * 300)  # a name of that length is refused to root, too
    copied(unplug(bench.photos), tmp_path / "stick" / "DCIM" / "best")
    with_drives(bench, barred, tmp_path / "stick")
    assert list(bench.index().found_again) == [bench.photos]


def test_mounted_drives_are_read_from_what_linux_tells() -> None:
    mounts = (
        "proc /proc proc rw 0 0\n/dev/sda1 / ext4 rw 0 0\n/dev/sdb1 /media/me/My\\040Card vfat rw 0 0\n"
        "server:/photos /net nfs4 rw 0 0\nbroken\n"
    )
    assert list(mount_points(mounts)) == [Path("/"), Path("/media/me/My Card")]


def test_whether_a_folder_is_there_is_told_without_a_look_at_its_photos(bench: Bench, tmp_path: Path) -> None:
    with_drives(bench, Path("/"))
    (folder,) = bench.folders.all()
    there = bench.folders.presence()
    assert there == bench.folders.presence()
    with_drives(bench, Path("/"), tmp_path / "a drive of something else")
    assert there == bench.folders.presence()

    unplug(bench.photos)
    away = bench.folders.presence()
    assert away != there
    with_drives(bench, Path("/"))
    assert bench.folders.presence() != away, "it may be on the drive that came or went"
    bench.photos.mkdir()  # an empty mount point
    bench.folders.mark_offline(folder, GONE)
    empty = bench.folders.presence()
    with_drives(bench, Path("/"), tmp_path / "media")
    assert bench.folders.presence() != empty


def test_a_renamed_folder_is_known_though_people_tidied_up_in_it(bench: Bench) -> None:
    before = everything(bench)
    named = bench.photos.rename(bench.photos.with_name("the very best"))
    (named / "sub").mkdir()
    for number in range(10):
        (named / f"{number:02}.jpg").rename(named / "sub" / f"{number:02}.jpg")
    with_drives(bench)
    report = bench.index()
    assert (report.found_again, report.moved) == ({bench.photos: named}, 10)
    assert everything(bench) == before


def test_a_folder_that_was_moved_into_a_watched_one_is_taken_in_without_any_work(bench: Bench, tmp_path: Path) -> None:
    before, read = everything(bench), len(bench.reader.files_read)
    other = tmp_path / "other"
    write_photo(other / "more.jpg", "blue")
    watched = bench.folders.add(other)
    bench.index()
    (other / "2024").mkdir()
    bench.photos.rename(other / "2024" / "best of")
    with_drives(bench)
    report = bench.index(folder_ids=[watched.id])  # as when only that one is known to have changed
    assert report.found_again == {bench.photos: other / "2024" / "best of"}
    assert (report.new, report.moved, report.embedded) == (0, 0, 0)
    assert everything(bench) == before | {"more.jpg": everything(bench)["more.jpg"]}
    assert len(bench.reader.files_read) == read + 1
    assert bench.folders.all() == [watched]


def test_a_folder_is_known_in_one_that_is_added_around_its_new_place(bench: Bench, tmp_path: Path) -> None:
    before = everything(bench)
    around = tmp_path / "moved house"
    around.mkdir()
    bench.photos.rename(around / "photos")
    with_drives(bench)
    assert bench.index().offline == {bench.photos: GONE}
    added = bench.folders.add(around)
    bench.index()
    assert (everything(bench), bench.folders.all()) == (before, [added])


def test_a_folder_that_is_away_is_not_taken_in_by_one_that_is_added_around_its_place(
    bench: Bench, tmp_path: Path
) -> None:
    away = bench.photos.rename(tmp_path / "in a drawer")
    with_drives(bench)
    bench.index()
    write_photo(tmp_path / "media" / "beside.jpg", "blue")
    around = bench.folders.add(tmp_path / "media")
    report = bench.index()
    assert (report.offline, report.new, bench.folders.missing()) == ({bench.photos: GONE}, 1, [])
    away.rename(bench.photos)
    report = bench.index()
    assert (report.new, report.removed, report.embedded) == (0, 0, 0)
    bench.index()
    assert bench.folders.all() == [around], "on the same drive the two are one"
    assert bench.folders.missing() == []


def test_photos_on_a_drive_below_a_watched_folder_are_not_gone_while_it_is_away(bench: Bench, tmp_path: Path) -> None:
    before = everything(bench)
    card = tmp_path / "media" / "card"
    with_drives(bench, card)
    around = bench.folders.add(tmp_path / "media")
    bench.index()
    away = card.rename(tmp_path / "in a drawer")
    card.mkdir()
    with_drives(bench)
    report = bench.index()
    assert (report.offline, report.removed, bench.folders.missing()) == ({}, 0, [])
    write_photo(tmp_path / "media" / "beside.jpg", "blue")
    assert bench.index().new == 1

    card.rmdir()
    away.rename(card)
    with_drives(bench, card)
    (bench.photos / "03.jpg").unlink()
    report = bench.index()
    assert (report.new, report.removed) == (0, 1)
    assert everything(bench).keys() == before.keys() - {"03.jpg"} | {"beside.jpg"}
    assert bench.folders.all() == [around]


def test_a_folder_in_which_a_drive_was_is_a_folder_like_any_other(bench: Bench, tmp_path: Path) -> None:
    card = tmp_path / "media" / "card"
    with_drives(bench, card)
    around = bench.folders.add(tmp_path / "media")
    bench.index()
    card.rename(tmp_path / "in a drawer")
    write_photo(card / "new.jpg", "blue")
    with_drives(bench)
    assert bench.index().offline == {around.path: LOSSES}
    assert bench.index(accept_losses=[around.id]).new == 1


def test_tags_go_to_copies_of_photos_whose_folder_is_said_to_be_gone(bench: Bench, tmp_path: Path) -> None:
    (folder,) = bench.folders.all()
    first = everything(bench)["00.jpg"]
    bench.catalog.tags.decide([Decision(first, "cat", True)], now_s=1)
    other = tmp_path / "other"
    copied(unplug(bench.photos), other / "copies")
    bench.folders.add(other)
    with_drives(bench)
    assert bench.index().offline == {bench.photos: GONE}
    report = bench.index(accept_losses=[folder.id])
    assert (report.removed, report.moved) == (30, 1)
    found = bench.catalog.photo_at(other / "copies" / "00.jpg")
    assert found is not None
    assert found.id == first
    assert bench.index().offline == {bench.photos: GONE}
