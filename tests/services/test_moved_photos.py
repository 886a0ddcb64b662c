"""Photos stay who they are, wherever their files go, and no photo takes over what was decided about another."""

import os
import shutil
from collections.abc import ItemsView, Iterator
from pathlib import Path

import pytest

from photo_clip.core.photo import FolderIdentity, FolderState, KnownFile
from photo_clip.core.progress import Report
from photo_clip.core.tags import Decision
from photo_clip.services.folder_changes import EMPTY, LOSSES, OTHER_DEVICE
from photo_clip.services.known_photos import photo_at
from tests.fakes import unplug, write_photo
from tests.indexing import Bench, run


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path)
    bench.folders.add(bench.photos)
    yield bench
    bench.catalog.close()


@pytest.fixture
def other(bench: Bench) -> Path:
    """A second watched folder, empty."""
    other = bench.photos.with_name("other")
    other.mkdir()
    bench.folders.add(other)
    return other


def series(bench: Bench, count: int) -> list[Path]:
    """Write photos whose size tells nothing, and index them."""
    files = [
        write_photo(bench.photos / f"IMG_{number}.jpg", f"red {number:03}", mtime_s=1_000_000_000 + number)
        for number in range(count)
    ]
    bench.index()
    return files


def test_a_renumbered_series_keeps_every_photo(bench: Bench) -> None:
    files = series(bench, 6)
    before = bench.shown()
    for number in reversed(range(6)):
        files[number].rename(bench.photos / f"IMG_{number + 1}.jpg")
    report = bench.index()
    assert (report.moved, report.embedded, report.new, report.changed, report.removed) == (6, 0, 0, 0, 0)
    assert bench.shown() == {f"IMG_{number + 1}.jpg": before[f"IMG_{number}.jpg"] for number in range(6)}


def test_photos_that_go_round_keep_who_they_are(bench: Bench) -> None:
    files = series(bench, 3)
    before = bench.shown()
    files[0].rename(bench.photos / "aside")
    files[1].rename(files[0])
    files[2].rename(files[1])
    (bench.photos / "aside").rename(files[2])
    assert bench.index().moved == 3
    assert bench.shown() == {
        "IMG_0.jpg": before["IMG_1.jpg"],
        "IMG_1.jpg": before["IMG_2.jpg"],
        "IMG_2.jpg": before["IMG_0.jpg"],
    }


@pytest.mark.skipif(os.name == "nt", reason="Windows tells of no new name")
@pytest.mark.parametrize("looks_between", [False, True])
def test_files_of_one_size_and_time_that_change_names_keep_who_they_are(bench: Bench, *, looks_between: bool) -> None:
    for name in "abc":
        write_photo(bench.photos / f"{name}.jpg", f"red {name}", mtime_s=1_000_000_000)
    write_photo(bench.photos / "copy of c.jpg", "red c", mtime_s=1_000_000_000)
    bench.now_s = 1_500_000_000.0  # the files are renamed later
    bench.index()
    before = bench.shown()
    for name, other in (("a.jpg", "aside"), ("b.jpg", "a.jpg"), ("aside", "b.jpg")):
        (bench.photos / name).rename(bench.photos / other)
        if looks_between:
            bench.index()
    bench.index()
    assert bench.shown() == before | {"a.jpg": before["b.jpg"], "b.jpg": before["a.jpg"]}
    bench.now_s = 2_000_000_000.0
    bench.index()
    (folder,) = bench.folders.all()
    assert not run(bench.folders.look(folder)).changes, "what was not renamed since is not read again"
    version = bench.catalog.version()
    bench.now_s += 60
    bench.index()
    assert bench.catalog.version() == version, "a look that finds nothing writes nothing"


@pytest.mark.skipif(os.name == "nt", reason="Windows tells of no new name")
def test_files_of_one_size_and_time_keep_who_they_are_though_one_more_was_not_read_yet(bench: Bench) -> None:
    bench.now_s = 1_500_000_000.0  # the files are renamed later
    for name in "ab":
        write_photo(bench.photos / f"{name}.jpg", f"red {name}", mtime_s=1_000_000_000)
    bench.index()
    before = bench.shown()
    write_photo(bench.photos / "c.jpg", "red c", mtime_s=1_000_000_000)
    run(bench.indexer.follow())
    for name, other in (("a.jpg", "aside"), ("b.jpg", "a.jpg"), ("aside", "b.jpg")):
        (bench.photos / name).rename(bench.photos / other)
    assert bench.index().moved == 2
    assert bench.shown() == {"a.jpg": before["b.jpg"], "b.jpg": before["a.jpg"], "c.jpg": 3}


def test_a_renamed_folder_keeps_every_photo_and_reads_none(bench: Bench) -> None:
    for number in range(50):
        write_photo(bench.photos / "2020" / "trip" / f"{number}.jpg", f"red {number:03}")
    bench.index()
    before = bench.shown()
    bench.reader.files_read.clear()
    (bench.photos / "2020").rename(bench.photos / "Summer 2020")
    assert bench.index().moved == 50
    assert bench.shown() == {path.replace("2020", "Summer 2020"): photo_id for path, photo_id in before.items()}
    assert bench.reader.files_read == []


def test_a_touched_photo_is_not_read_and_never_out_of_sight(bench: Bench) -> None:
    files = series(bench, 3)
    before = bench.shown()
    bench.reader.files_read.clear()
    for file in files:
        write_photo(file, file.read_text(), mtime_s=1_000_000_500)
    task = bench.indexing()
    for _ in task:
        assert bench.shown() == before
    assert bench.reader.files_read == []
    assert bench.index() == Report()


def test_photos_of_a_folder_that_lost_many_are_known_where_only_the_other_folder_is_looked_at(
    bench: Bench, other: Path
) -> None:
    files = series(bench, 30)
    before = bench.shown()
    for file in files[:20]:
        file.rename(other / file.name)
    other_folder, bench_folder = bench.folders.all()
    assert bench.index(folder_ids=[bench_folder.id]).offline == {bench.photos: LOSSES}
    assert bench.index(folder_ids=[other_folder.id]).moved == 20
    assert bench.shown()["../other/IMG_0.jpg"] == before["IMG_0.jpg"]


def test_an_edited_photo_stays_who_it_is_though_a_copy_from_before_lies_beside_it(bench: Bench) -> None:
    (photo,) = series(bench, 1)
    photo_id = bench.shown()["IMG_0.jpg"]
    shutil.copy2(photo, bench.photos / "IMG_0 original.jpg")
    write_photo(photo, "red 999", mtime_s=1_000_000_500)
    report = bench.index()
    assert (report.moved, report.changed, report.new, report.reused) == (0, 1, 1, 1)
    assert bench.shown()["IMG_0.jpg"] == photo_id


def test_a_photo_saved_over_another_is_the_photo_of_that_place(bench: Bench) -> None:
    edited, original = series(bench, 2)
    before = bench.shown()
    edited.replace(original)
    report = bench.index()
    assert (report.moved, report.changed, report.removed, report.embedded) == (0, 1, 1, 0)
    assert bench.shown() == {"IMG_1.jpg": before["IMG_1.jpg"]}


def test_another_photo_at_the_place_of_a_deleted_one_takes_over_nothing(bench: Bench) -> None:
    photo, _ = series(bench, 2)
    first = bench.shown()["IMG_0.jpg"]
    bench.catalog.tags.decide([Decision(first, "cat", True)], now_s=1)
    photo.unlink()
    bench.index()
    bench.now_s += 3600
    write_photo(photo, "red 777", mtime_s=1_000_000_500)
    report = bench.index()
    assert (report.new, report.changed, report.embedded) == (1, 0, 1)
    second = bench.shown()["IMG_0.jpg"]
    assert second != first
    assert bench.catalog.tags.decisions(second) == {}
    # The first one is not forgotten: put back from a copy, it is known again, with what was decided.
    write_photo(bench.photos / "from backup.jpg", "red 000", mtime_s=1_000_000_600)
    assert bench.index().moved == 1
    assert bench.shown() == {"IMG_0.jpg": second, "from backup.jpg": first, "IMG_1.jpg": bench.shown()["IMG_1.jpg"]}
    assert bench.catalog.tags.decisions(first) == {"cat": True}


def test_a_photo_moved_to_the_place_of_a_deleted_one_stays_who_it_is(bench: Bench) -> None:
    deleted, moved = series(bench, 2)
    photo_id = bench.shown()["IMG_1.jpg"]
    deleted.unlink()
    bench.index()
    moved.rename(deleted)
    assert bench.index().moved == 1
    assert bench.shown() == {"IMG_0.jpg": photo_id}
    assert bench.index() == Report()


def test_a_photo_moved_over_one_that_could_not_be_read_stays_who_it_is(bench: Bench) -> None:
    (photo,) = series(bench, 1)
    photo_id = bench.shown()["IMG_0.jpg"]
    broken = write_photo(bench.photos / "broken.jpg", "broken")
    bench.index()
    photo.replace(broken)
    assert bench.index().moved == 1
    assert bench.shown() == {"broken.jpg": photo_id}
    assert bench.catalog.skipped_photos() == []


def test_a_file_renamed_before_it_was_read_leaves_nothing_behind(bench: Bench) -> None:
    files = [write_photo(bench.photos / f"{number}.jpg", f"red {number}") for number in range(3)]
    task = bench.indexing()
    next(progress for progress in task if progress.total == 3)
    task.close()
    for file in files:
        file.rename(file.with_name(f"renamed {file.name}"))
    assert bench.index().embedded == 3
    counts = bench.catalog.embeddings.counts(bench.encoder.identity.key)
    assert (counts.photos, counts.missing) == (3, 0)


def test_of_two_copies_the_one_of_the_same_name_is_taken_for_it(bench: Bench) -> None:
    write_photo(bench.photos / "x" / "a.jpg", "red same")
    write_photo(bench.photos / "x" / "b.jpg", "red same")
    bench.index()
    before = bench.shown()
    (bench.photos / "x").rename(bench.photos / "y")
    bench.index()
    assert bench.shown() == {"y/a.jpg": before["x/a.jpg"], "y/b.jpg": before["x/b.jpg"]}


def test_a_copy_is_a_photo_of_its_own(bench: Bench) -> None:
    (photo,) = series(bench, 1)
    before = bench.shown()
    shutil.copy2(photo, bench.photos / "copy.jpg")
    assert bench.index().reused == 1
    assert bench.shown()["IMG_0.jpg"] == before["IMG_0.jpg"]
    assert len(bench.shown()) == 2


def test_a_folder_emptied_into_another_watched_one_keeps_its_photos_and_stays_online(bench: Bench, other: Path) -> None:
    files = series(bench, 20)
    before = set(bench.shown().values())
    for file in files:
        file.rename(other / file.name)
    report = bench.index()
    assert (report.moved, report.offline) == (20, {})
    assert set(bench.shown().values()) == before


def test_a_folder_emptied_but_for_what_turned_up_elsewhere_is_offline_and_loses_nothing(
    bench: Bench, other: Path
) -> None:
    files = series(bench, 3)
    files[0].rename(other / "a.jpg")
    files[1].unlink()
    files[2].unlink()
    report = bench.index()
    assert (report.moved, report.offline) == (1, {bench.photos: EMPTY})
    assert len(bench.shown()) == 3


def test_losses_are_counted_without_what_turned_up_elsewhere(bench: Bench, other: Path) -> None:
    files = series(bench, 30)
    for file in files[:12]:
        file.rename(other / file.name)
    for file in files[12:21]:
        file.unlink()
    report = bench.index()
    assert (report.moved, report.removed, report.offline) == (12, 9, {})
    for file in files[21:]:
        file.unlink()
    for number in range(30):
        write_photo(bench.photos / f"later {number}.jpg", f"blue {number}")
    bench.index()
    for number in range(15):
        (bench.photos / f"later {number}.jpg").unlink()
    assert bench.index().offline == {bench.photos: LOSSES}


@pytest.mark.parametrize("look_at_both", [True, False])
def test_a_copy_made_before_a_drive_was_unplugged_takes_nothing_from_it(
    bench: Bench, other: Path, look_at_both: bool
) -> None:
    (photo,) = series(bench, 1)
    before = bench.shown()
    shutil.copy2(photo, other / photo.name)
    unplug(bench.photos)
    second = next(folder.id for folder in bench.folders.all() if folder.path == other)
    report = bench.index() if look_at_both else bench.index(folder_ids=[second])
    assert (report.moved, report.new, report.reused) == (0, 1, 1)
    assert bench.shown()["IMG_0.jpg"] == before["IMG_0.jpg"]


def test_a_photo_moved_out_of_a_folder_that_is_not_looked_at_is_recognised(bench: Bench, other: Path) -> None:
    photo, stays = series(bench, 2)
    photo_id = bench.shown()["IMG_0.jpg"]
    photo.rename(other / "moved.jpg")
    shutil.copy2(stays, other / "copy.jpg")
    second = next(folder.id for folder in bench.folders.all() if folder.path == other)
    report = bench.index(folder_ids=[second])
    assert (report.moved, report.new) == (1, 1)
    assert bench.shown()["../other/moved.jpg"] == photo_id


def test_a_photo_that_came_back_is_not_taken_for_its_copy(bench: Bench, other: Path) -> None:
    (photo, _) = series(bench, 2)
    photo_id = bench.shown()["IMG_0.jpg"]
    photo.rename(bench.photos.with_name("aside.jpg"))
    bench.index()
    shutil.copy2(bench.photos.with_name("aside.jpg"), photo)
    shutil.copy2(photo, other / "copy.jpg")
    bench.index()
    assert bench.shown()["IMG_0.jpg"] == photo_id
    assert "../other/copy.jpg" in bench.shown()


def tagged(bench: Bench, file: Path) -> None:
    """Give the photo of a file a tag and stars."""
    photo = bench.catalog.photo_at(file)
    assert photo is not None
    bench.catalog.tags.decide([Decision(photo.id, "cat", True)], now_s=1)
    bench.catalog.marks.rate([photo.id], 5)


def assert_tagged(bench: Bench, file: Path) -> None:
    photo = bench.catalog.photo_at(file)
    assert photo is not None
    assert (list(bench.catalog.tags.decisions(photo.id)), photo.rating, photo.missing) == (["cat"], 5, False)


def follow_only(bench: Bench) -> None:
    """Note what came and went, and end before anything is embedded."""
    run(bench.indexer.follow())


def test_tags_go_with_a_copy_that_was_there_before_its_original_went(bench: Bench, other: Path) -> None:
    photo, _ = series(bench, 2)
    tagged(bench, photo)
    copy = other / "copy.jpg"
    shutil.copy2(photo, copy)
    bench.index()
    photo.unlink()
    report = bench.index()
    assert (report.moved, report.removed, report.embedded) == (1, 1, 0)
    assert_tagged(bench, copy)
    assert len(bench.folders.missing()) == 1
    assert bench.index() == Report()


def test_tags_go_with_a_copy_that_was_not_read_yet_when_its_original_went(bench: Bench, other: Path) -> None:
    photo, _ = series(bench, 2)
    tagged(bench, photo)
    copy = other / "copy.jpg"
    shutil.copy2(photo, copy)
    follow_only(bench)
    photo.unlink()
    follow_only(bench)
    assert bench.index().moved == 1
    assert_tagged(bench, copy)


def test_a_copy_with_tags_of_its_own_keeps_them_and_its_original_is_missing(bench: Bench, other: Path) -> None:
    photo, _ = series(bench, 2)
    tagged(bench, photo)
    copy = other / "copy.jpg"
    shutil.copy2(photo, copy)
    bench.index()
    kept = bench.catalog.photo_at(copy)
    assert kept is not None
    bench.catalog.tags.decide([Decision(kept.id, "dog", True)], now_s=1)
    photo.unlink()
    assert bench.index().moved == 0
    assert bench.catalog.photo_at(copy) == kept
    assert list(bench.catalog.tags.decisions(kept.id)) == ["dog"]


def test_one_copy_serves_one_of_two_originals(bench: Bench, other: Path) -> None:
    photo, _ = series(bench, 2)
    twin = bench.photos / "twin.jpg"
    shutil.copy2(photo, twin)
    bench.index()
    for file in (photo, twin):
        tagged(bench, file)
    shutil.copy2(photo, other / "copy.jpg")
    bench.index()
    photo.unlink()
    twin.unlink()
    assert bench.index().moved == 1
    assert_tagged(bench, other / "copy.jpg")
    assert len(bench.folders.missing()) == 2


def edited_and_renamed(bench: Bench, photo: Path, content: str) -> None:
    """Tag a photo, write to it, have that noticed but not read, and name the file “renamed.jpg”."""
    tagged(bench, photo)
    write_photo(photo, content, mtime_s=1_000_000_500)
    follow_only(bench)
    photo.rename(bench.photos / "renamed.jpg")


@pytest.mark.parametrize("is_read", [True, False])
def test_an_edited_photo_keeps_its_tags_though_it_is_renamed_before_it_was_read(bench: Bench, is_read: bool) -> None:
    photo, _ = series(bench, 2)
    edited_and_renamed(bench, photo, "red edited" if is_read else "broken")
    assert bench.index().moved == 1
    assert_tagged(bench, bench.photos / "renamed.jpg")


def test_an_edited_photo_keeps_its_tags_though_another_takes_its_name_before_it_was_read(bench: Bench) -> None:
    photo, other = series(bench, 2)
    edited_and_renamed(bench, photo, "red edited")
    other.rename(photo)
    assert bench.index().moved == 2
    assert_tagged(bench, bench.photos / "renamed.jpg")


def test_stars_of_an_edited_photo_stay_though_it_went_before_it_was_read(bench: Bench) -> None:
    photo, _ = series(bench, 2)
    first = bench.shown()["IMG_0.jpg"]
    bench.catalog.marks.rate([first], 5)
    write_photo(photo, "broken", mtime_s=1_000_000_500)
    bench.index()
    photo.unlink()
    bench.index()
    assert bench.folders.missing() == [first]
    assert bench.catalog.photos([first])[0].rating == 5


def test_a_photo_that_took_the_place_of_one_that_cannot_be_read_leaves_its_tags_alone(bench: Bench) -> None:
    broken, photo = series(bench, 2)
    tagged(bench, broken)
    first = bench.shown()["IMG_0.jpg"]
    write_photo(broken, "broken", mtime_s=1_000_000_500)
    bench.index()
    photo.replace(broken)
    assert bench.index().moved == 1
    assert list(bench.catalog.tags.decisions(first)) == ["cat"]
    assert bench.folders.missing() == [first]
    taker = bench.catalog.photo_at(broken)
    assert taker is not None
    assert not bench.catalog.tags.decisions(taker.id)


def test_a_photo_that_an_editor_takes_away_before_it_saves_stays_who_it_is(bench: Bench) -> None:
    photo, _ = series(bench, 2)
    tagged(bench, photo)
    photo.rename(bench.photos / "IMG_0.jpg~")
    bench.index()
    bench.now_s += 5
    write_photo(photo, "red edited", mtime_s=1_000_000_500)
    bench.index()
    assert_tagged(bench, photo)


def left_out(bench: Bench) -> Path:
    """Return the file of a tagged photo in a folder that is left out."""
    photo = write_photo(bench.photos / "private" / "a.jpg", "red 1")
    bench.index()
    tagged(bench, photo)
    bench.folders.leave_out(["private"])
    bench.index()
    return photo


def test_a_copy_of_a_photo_that_is_left_out_is_a_photo_of_its_own(bench: Bench) -> None:
    photo = left_out(bench)
    shutil.copy2(photo, bench.photos / "copy.jpg")
    bench.index()
    bench.folders.leave_out([])
    bench.index()
    assert_tagged(bench, photo)


def test_a_photo_that_was_edited_while_it_was_left_out_stays_who_it_is(bench: Bench) -> None:
    photo = left_out(bench)
    bench.now_s += 3600
    write_photo(photo, "red edited", mtime_s=1_000_000_500)
    bench.folders.leave_out([])
    bench.index()
    assert_tagged(bench, photo)


def test_photos_that_are_kept_from_galleries_are_out_of_sight_and_no_loss(bench: Bench) -> None:
    files = series(bench, 30)
    hidden = bench.photos / "hidden"
    hidden.mkdir()
    for file in files[:20]:
        file.rename(hidden / file.name)
    bench.index()
    tagged(bench, hidden / "IMG_0.jpg")
    (hidden / ".nomedia").touch()
    report = bench.index()
    assert (report.offline, report.removed, bench.folders.missing()) == ({}, 20, [])
    assert len(bench.shown()) == 10
    (hidden / ".nomedia").unlink()
    bench.index()
    assert len(bench.shown()) == 30
    assert_tagged(bench, hidden / "IMG_0.jpg")


def test_a_photo_that_is_taken_out_of_a_folder_that_is_left_out_keeps_its_tags(bench: Bench) -> None:
    photo = left_out(bench)
    photo.rename(bench.photos / "b.jpg")
    bench.index()
    assert_tagged(bench, bench.photos / "b.jpg")


def test_photos_of_another_card_take_over_nothing_though_the_former_ones_are_said_to_be_gone(bench: Bench) -> None:
    files = series(bench, 3)
    tagged(bench, files[0])
    first = bench.shown()["IMG_0.jpg"]
    (folder,) = bench.folders.all()
    of_another = FolderIdentity(folder.identity.device + 1, folder.identity.inode)
    bench.catalog.folders.update(folder.id, FolderState.ONLINE, identity=of_another)
    for number, file in enumerate(files):
        write_photo(file, f"blue {number}", mtime_s=1_000_100_000 + 100 * number)
    assert bench.index().offline == {bench.photos: OTHER_DEVICE}
    report = bench.index(accept_losses=[folder.id])
    assert (report.new, report.changed) == (3, 0)
    assert first not in bench.shown().values()
    assert list(bench.catalog.tags.decisions(first)) == ["cat"]


# links between watched folders


@pytest.mark.skipif(os.name == "nt", reason="links need rights on Windows")
def test_a_photo_that_links_of_another_watched_folder_lead_to_is_there_once(bench: Bench, other: Path) -> None:
    for file in (bench.photos / "own.jpg", bench.photos / "z" / "z.jpg", other / "a.jpg", other / "trip" / "b.jpg"):
        write_photo(file, file.stem)
    (bench.photos / "link.jpg").symlink_to(other / "a.jpg")
    (bench.photos / "trip").symlink_to(other / "trip")
    (bench.photos / "all").symlink_to(bench.photos.parent)
    (other / "back").symlink_to(bench.photos / "z")
    (other / "round").symlink_to(bench.photos)
    bench.index()
    assert sorted(bench.shown()) == ["../other/a.jpg", "../other/trip/b.jpg", "own.jpg", "z/z.jpg"]


@pytest.mark.skipif(os.name == "nt", reason="links need rights on Windows")
def test_a_link_into_a_watched_folder_to_what_is_not_looked_for_there_is_a_photo(bench: Bench, other: Path) -> None:
    for folder in (".hidden", "private"):
        write_photo(other / folder / f"{folder}.jpg", folder)
    (bench.photos / "hidden").symlink_to(other / ".hidden")
    (bench.photos / "private").symlink_to(other / "private")
    bench.folders.leave_out([str(other / "private")])
    write_photo(bench.photos / "hidden" / "a.jpg", "red")
    (bench.photos / "named.jpg").symlink_to(write_photo(other / "by content" / "1d2e3f", "blue"))
    bench.index()
    assert sorted(bench.shown()) == ["hidden/a.jpg", "named.jpg", "private/private.jpg"]


@pytest.mark.skipif(os.name == "nt", reason="links need rights on Windows")
@pytest.mark.parametrize("looks_at", ["both", "the new one first"])
def test_what_was_decided_of_a_photo_behind_a_link_goes_where_it_is_once_that_is_watched(
    bench: Bench, tmp_path: Path, looks_at: str
) -> None:
    outside = Path(os.path.realpath(tmp_path)) / "outside"
    for number in range(20):
        write_photo(outside / f"{number}.jpg", f"blue {number:02}")
    (bench.photos / "linked").symlink_to(outside)
    bench.index()
    before = bench.shown()
    bench.catalog.tags.decide([Decision(before["linked/1.jpg"], "boat", True)], now_s=1)
    new = bench.folders.add(outside)
    if looks_at != "both":
        bench.index(folder_ids=[new.id])
    bench.index()
    now = bench.shown()
    assert sorted(now) == sorted(f"../outside/{number}.jpg" for number in range(20))
    assert now["../outside/1.jpg"] == before["linked/1.jpg"]
    by_link = photo_at(bench.catalog, bench.photos / "linked" / "1.jpg")
    assert by_link is not None
    assert by_link.id == before["linked/1.jpg"]
    assert {folder.state for folder in bench.folders.all()} == {FolderState.ONLINE}
    bench.folders.remove(new.id)
    bench.index()
    assert len(bench.shown()) == 20


@pytest.mark.skipif(os.name == "nt", reason="links need rights on Windows")
def test_known_photos_are_not_gone_through_for_each_link_to_another_watched_folder(
    bench: Bench, other: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Known(dict[str, KnownFile]):
        times_gone_through = 0

        def items(self) -> ItemsView[str, KnownFile]:
            Known.times_gone_through += 1
            return super().items()

    write_photo(bench.photos / "own.jpg", "own")
    bench.index()
    known_files = bench.catalog.folders.known_files
    monkeypatch.setattr(bench.catalog.folders, "known_files", lambda folder_id: Known(known_files(folder_id)))
    times: list[int] = []
    for number in range(20):
        (bench.photos / f"{number}.jpg").symlink_to(write_photo(other / f"{number}.jpg", f"blue {number:02}"))
        Known.times_gone_through = 0
        bench.index()
        times.append(Known.times_gone_through)
    assert len(bench.shown()) == 21
    assert times[-1] == times[0]
