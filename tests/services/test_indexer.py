"""The indexer follows what happens on disk, and embeds nothing twice."""

import errno
import json
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from photo_clip.core.errors import (
    NOT_ALLOWED,
    NOT_GIVEN,
    ModelError,
    PhotoClosedError,
    PhotoGoneError,
    StoreError,
    UnreadablePhotoError,
)
from photo_clip.core.photo import FolderState
from photo_clip.core.ports import Squares, Vectors
from photo_clip.core.progress import Report
from photo_clip.core.tags import Decision
from photo_clip.services.folder_changes import EMPTY, GONE, LOSSES, WatchedFolders
from photo_clip.services.indexer import Indexer
from tests.fakes import FakeEncoder, plug_in, unplug, write_photo
from tests.indexing import Bench, run


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path)
    yield bench
    bench.catalog.close()


def test_new_photos_are_embedded_and_a_second_run_does_nothing(bench: Bench) -> None:
    write_photo(bench.photos / "a.jpg", "red 1")
    write_photo(bench.photos / "deep" / "er" / "b.JPG", "green 1")
    write_photo(bench.photos / "notes.txt", "no photo")
    bench.folders.add(bench.photos)
    report = bench.index()
    assert (report.new, report.embedded, report.skipped) == (2, 2, {})
    assert bench.index() == Report()
    assert bench.encoder.images_embedded == 2


def test_the_same_content_twice_is_embedded_once(bench: Bench) -> None:
    write_photo(bench.photos / "a.jpg", "red 1")
    write_photo(bench.photos / "copy.jpg", "red 1")
    bench.folders.add(bench.photos)
    report = bench.index()
    assert (report.embedded, report.reused) == (1, 1)
    write_photo(bench.photos / "another copy.jpg", "red 1")
    assert bench.index().reused == 1
    assert bench.encoder.images_embedded == 1
    assert len(bench.shown()) == 3


def test_a_photo_that_cannot_be_read_is_skipped_with_its_reason_until_it_changes(bench: Bench) -> None:
    bad = write_photo(bench.photos / "bad.jpg", "broken")
    bench.folders.add(bench.photos)
    assert bench.index().skipped == {bad: "it is broken"}
    assert bench.index().skipped == {}
    assert bench.catalog.skipped_photos()[0].skip_reason == "it is broken"
    write_photo(bad, "red again", mtime_s=1_000_000_001)
    assert bench.index().embedded == 1
    assert bench.catalog.skipped_photos() == []


def test_skipped_photos_can_be_tried_again(bench: Bench) -> None:
    write_photo(bench.photos / "bad.jpg", "broken")
    bench.folders.add(bench.photos)
    bench.index()
    bench.catalog.forget_skips()
    assert len(bench.index().skipped) == 1


@pytest.mark.parametrize("target", ["renamed.jpg", "sub/folder/a.jpg"])
def test_a_moved_photo_stays_the_same_photo(bench: Bench, target: str) -> None:
    source = write_photo(bench.photos / "a.jpg", "red 1")
    bench.folders.add(bench.photos)
    bench.index()
    photo_id = bench.shown()["a.jpg"]
    bench.catalog.tags.decide([Decision(photo_id, "cat", True)], now_s=1)
    (bench.photos / target).parent.mkdir(parents=True, exist_ok=True)
    source.rename(bench.photos / target)
    report = bench.index()
    assert (report.moved, report.embedded, report.new, report.removed) == (1, 0, 0, 0)
    assert bench.shown() == {target: photo_id}
    assert bench.catalog.tags.decisions(photo_id) == {"cat": True}


def test_photos_that_change_places_stay_themselves(bench: Bench) -> None:
    a = write_photo(bench.photos / "a.jpg", "red 1", mtime_s=1_000_000_001)
    b = write_photo(bench.photos / "b.jpg", "blue 2 longer", mtime_s=1_000_000_002)
    bench.folders.add(bench.photos)
    bench.index()
    ids = bench.shown()
    bench.catalog.tags.decide([Decision(ids["a.jpg"], "cat", True)], now_s=1)
    a.rename(bench.photos / "c.jpg")
    b.rename(a)
    (bench.photos / "c.jpg").rename(b)
    assert bench.index().moved == 2
    assert bench.encoder.images_embedded == 2
    hashes = {photo.path.name: photo.content_hash for photo in bench.catalog.photos(list(bench.shown().values()))}
    assert hashes == {"a.jpg": "blue 2 longer", "b.jpg": "red 1"}
    assert bench.shown() == {"a.jpg": ids["b.jpg"], "b.jpg": ids["a.jpg"]}
    assert bench.catalog.tags.decisions(ids["a.jpg"]) == {"cat": True}


def test_a_photo_moved_to_another_watched_folder_keeps_its_decisions(bench: Bench, tmp_path: Path) -> None:
    source = write_photo(bench.photos / "a.jpg", "red 1")
    other = tmp_path / "other"
    other.mkdir()
    bench.folders.add(bench.photos)
    second = bench.folders.add(other)
    bench.index()
    photo_id = bench.shown()["a.jpg"]
    source.rename(other / "a.jpg")
    report = bench.index(folder_ids=[second.id])
    assert report.moved == 1
    assert bench.shown() == {"../other/a.jpg": photo_id}
    assert bench.index() == Report()


def test_a_changed_photo_is_embedded_anew_and_keeps_its_decisions(bench: Bench) -> None:
    photo = write_photo(bench.photos / "a.jpg", "red 1")
    bench.folders.add(bench.photos)
    bench.index()
    photo_id = bench.shown()["a.jpg"]
    bench.catalog.tags.decide([Decision(photo_id, "cat", False)], now_s=1)
    write_photo(photo, "blue now", mtime_s=1_000_000_009)
    report = bench.index()
    assert (report.changed, report.embedded) == (1, 1)
    assert bench.shown() == {"a.jpg": photo_id}
    assert bench.catalog.tags.decisions(photo_id) == {"cat": False}


def test_a_removed_photo_is_not_shown_and_comes_back_without_work(bench: Bench) -> None:
    photo = write_photo(bench.photos / "a.jpg", "red 1")
    write_photo(bench.photos / "b.jpg", "blue 1")
    bench.folders.add(bench.photos)
    bench.index()
    before = bench.shown()
    photo.unlink()
    assert bench.index().removed == 1
    assert list(bench.shown()) == ["b.jpg"]
    write_photo(photo, "red 1")
    bench.index()
    assert bench.shown() == before
    assert bench.encoder.images_embedded == 2


def fill(bench: Bench, count: int) -> list[Path]:
    return [write_photo(bench.photos / f"{number}.jpg", f"red {number}") for number in range(count)]


def empty_it(bench: Bench) -> None:
    for file in bench.photos.iterdir():
        file.unlink()


def remove_it(bench: Bench) -> None:
    shutil.rmtree(bench.photos)


def lose_half(bench: Bench) -> None:
    for number in range(15):
        (bench.photos / f"{number}.jpg").unlink()


@pytest.mark.parametrize(("trouble", "reason"), [(empty_it, EMPTY), (remove_it, GONE), (lose_half, LOSSES)])
def test_a_drive_in_trouble_does_not_empty_the_library(
    bench: Bench, trouble: Callable[[Bench], None], reason: str
) -> None:
    fill(bench, 30)
    bench.folders.add(bench.photos)
    bench.index()
    before = bench.shown()
    trouble(bench)
    assert bench.index().offline == {bench.photos: reason}
    assert bench.shown() == before
    assert bench.folders.all()[0].state is FolderState.OFFLINE
    assert all(photo.offline for photo in bench.catalog.photos(list(before.values())))
    bench.photos.mkdir(exist_ok=True)
    fill(bench, 30)
    assert bench.index() == Report()
    assert bench.folders.all()[0].state is FolderState.ONLINE
    assert bench.encoder.images_embedded == 30


def test_losses_are_believed_when_the_user_says_so(bench: Bench) -> None:
    fill(bench, 30)
    folder = bench.folders.add(bench.photos)
    bench.index()
    lose_half(bench)
    assert bench.index().offline
    assert bench.index(accept_losses=[folder.id]).removed == 15
    assert len(bench.shown()) == 15
    assert bench.index() == Report()


def test_a_few_removed_photos_are_believed_at_once(bench: Bench) -> None:
    files = fill(bench, 4)
    bench.folders.add(bench.photos)
    bench.index()
    files[0].unlink()
    files[1].unlink()
    assert bench.index().removed == 2


def test_a_file_that_is_still_being_written_waits(bench: Bench) -> None:
    photo = write_photo(bench.photos / "a.jpg", "red", mtime_s=bench.now_s - 0.5)
    bench.folders.add(bench.photos)
    report = bench.index()
    assert (report.new, report.look_again_soon) == (0, True)
    bench.now_s += 5
    report = bench.index()
    assert (report.new, report.look_again_soon) == (1, False)
    assert photo.exists()


def test_a_clock_that_went_back_does_not_hide_photos(bench: Bench) -> None:
    write_photo(bench.photos / "a.jpg", "red", mtime_s=bench.now_s + 10_000)
    bench.folders.add(bench.photos)
    assert bench.index().embedded == 1


def test_a_photo_gone_in_the_middle_is_neither_skipped_nor_embedded(bench: Bench) -> None:
    files = fill(bench, 3)
    bench.folders.add(bench.photos)
    task = bench.indexing()
    next(progress for progress in task if progress.total is not None)
    files[1].unlink()
    report = run(task)
    assert (report.embedded, report.skipped) == (2, {})


def test_stopping_anywhere_loses_nothing_and_repeats_nothing(bench: Bench) -> None:
    fill(bench, 100)
    bench.folders.add(bench.photos)
    stops = 0
    while bench.catalog.embeddings.counts(bench.encoder.identity.key).embedded < 100:
        task = bench.indexing()
        for progress in task:
            if progress.done and progress.total:
                break
        task.close()
        stops += 1
        assert stops < 10
    assert bench.encoder.images_embedded == 100


def test_hidden_files_caches_and_nomedia_folders_are_left_out(bench: Bench) -> None:
    for name in (".hidden.jpg", "._a.jpg", ".thumbnails/a.jpg", "@eaDir/a.jpg", "private/a.jpg"):
        write_photo(bench.photos / name, "red")
    (bench.photos / "private" / ".nomedia").touch()
    bench.folders.add(bench.photos)
    assert bench.index().new == 0


@pytest.mark.skipif(os.name == "nt", reason="links need rights on Windows")
def test_a_loop_of_links_ends(bench: Bench) -> None:
    write_photo(bench.photos / "a.jpg", "red")
    (bench.photos / "loop").symlink_to(bench.photos)
    (bench.photos / "nowhere.jpg").symlink_to(bench.photos / "missing")
    bench.folders.add(bench.photos)
    assert bench.index().new == 1


@pytest.mark.skipif(sys.platform != "linux", reason="names are text on other systems")
def test_names_of_any_bytes_are_kept(bench: Bench) -> None:
    names = [b"latin-\xe9.jpg", "na\u0308her.jpg".encode(), "n\u00e4her.jpg".encode(), b"new\nline.jpg"]
    for number, name in enumerate(names):
        write_photo(bench.photos / os.fsdecode(name), f"red {number}")
    bench.folders.add(bench.photos)
    assert bench.index().embedded == 4
    assert {os.fsencode(name) for name in bench.shown()} == set(names)


def test_a_file_that_windows_lists_but_does_not_find_has_a_reason(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    stat = Path.stat

    def found(path: Path, **how: bool) -> os.stat_result:
        if path.name.startswith("long"):
            raise FileNotFoundError(errno.ENOENT, "The system cannot find the path specified", str(path))
        return stat(path, **how)

    def before_reading(path: Path) -> None:
        if path.name.startswith(("long", "gone")):
            (bench.photos / "gone.jpg").unlink(missing_ok=True)
            raise PhotoGoneError("the file is not there any more")

    for name in ("a.jpg", "gone.jpg", "long name.jpg"):
        write_photo(bench.photos / name, f"red {name}")
    bench.folders.add(bench.photos)
    bench.reader.before_reading = before_reading
    monkeypatch.setattr(Path, "stat", found)
    report = bench.index()
    assert report.embedded == 1
    assert [path.name for path in report.skipped] == ["long name.jpg"]
    bench.index()
    read = len(bench.reader.files_read)
    assert bench.index() == Report()
    assert len(bench.reader.files_read) == read


@pytest.mark.parametrize("mtime_s", [13_569_465_600, -12_000_000_000])
def test_files_dated_centuries_away_are_photos_like_others(bench: Bench, mtime_s: int) -> None:
    write_photo(bench.photos / "a.jpg", "red")
    try:
        write_photo(bench.photos / "b.jpg", "green", mtime_s=mtime_s)
    except OSError:
        pytest.skip("this system keeps no such times")
    bench.folders.add(bench.photos)
    assert bench.index().embedded == 2
    assert bench.index() == Report()
    assert len(bench.shown()) == 2


def test_nested_folders_are_one(bench: Bench) -> None:
    write_photo(bench.photos / "inner" / "a.jpg", "red")
    write_photo(bench.photos / "b.jpg", "blue")
    inner = bench.folders.add(bench.photos / "inner")
    bench.index()
    photo_id = bench.shown()["inner/a.jpg"]
    outer = bench.folders.add(bench.photos)
    assert outer.id != inner.id
    assert bench.folders.add(bench.photos / "inner") == outer
    assert [folder.path for folder in bench.folders.all()] == [bench.photos]
    assert bench.index().embedded == 1
    assert bench.shown()["inner/a.jpg"] == photo_id


def test_a_second_model_embeds_what_the_first_one_did(bench: Bench) -> None:
    fill(bench, 5)
    bench.folders.add(bench.photos)
    bench.index()
    other = FakeEncoder("other")
    assert run(bench.indexer.embed_waiting(other, Report())).embedded == 5
    assert len(bench.catalog.embeddings.vectors(other.identity.key).content_ids) == 5
    assert len(bench.catalog.embeddings.vectors(bench.encoder.identity.key).content_ids) == 5


def test_vectors_are_those_of_the_photos(bench: Bench) -> None:
    write_photo(bench.photos / "a.jpg", "blue")
    bench.folders.add(bench.photos)
    bench.index()
    stored = bench.catalog.embeddings.vectors(bench.encoder.identity.key)
    expected = bench.encoder.embed_texts(["blue"])[0]
    assert np.allclose(stored.vectors[0].astype(np.float32), expected, atol=0.02)


def test_an_unplugged_drive_in_the_middle_goes_offline_and_its_photos_are_not_skipped(bench: Bench) -> None:
    fill(bench, 100)
    bench.folders.add(bench.photos)
    task = bench.indexing()
    next(progress for progress in task if progress.done and progress.total)
    unplug(bench.photos)
    report = run(task)
    assert report.skipped == {}
    assert report.offline == {bench.photos: GONE}
    assert len(bench.reader.files_read) < 70, "what is gone is not asked for to the end"
    counts = bench.catalog.embeddings.counts(bench.encoder.identity.key)
    assert (counts.embedded, counts.skipped, counts.waiting, counts.missing) == (32, 0, 68, 0)
    plug_in(bench.photos)
    assert bench.index().embedded == 68
    assert bench.folders.all()[0].state is FolderState.ONLINE


def test_a_drive_that_answers_with_nonsense_before_it_is_gone_skips_nothing(bench: Bench) -> None:
    files = fill(bench, 10)
    bench.folders.add(bench.photos)

    def fail_late(path: Path) -> None:
        if path == files[-1]:
            unplug(bench.photos)
        raise UnreadablePhotoError("the file is damaged")

    bench.reader.before_reading = fail_late
    report = bench.index()
    assert report.skipped == {}
    assert report.offline == {bench.photos: GONE}


def test_a_photo_rewritten_while_it_is_read_is_left_to_the_next_look(bench: Bench) -> None:
    photo = write_photo(bench.photos / "a.jpg", "red 1")
    bad = write_photo(bench.photos / "b.jpg", "broken")
    bench.folders.add(bench.photos)

    def rewrite(path: Path) -> None:
        write_photo(path, f"green {path.name}", mtime_s=1_000_000_500)

    bench.reader.before_reading = rewrite
    report = bench.index()
    assert (report.embedded, report.skipped) == (0, {})
    bench.reader.before_reading = None
    assert bench.index().embedded == 2
    assert {hit.content_hash for hit in bench.catalog.photos(list(bench.shown().values()))} == {
        f"green {photo.name}",
        f"green {bad.name}",
    }


def test_photos_that_a_drive_did_not_give_are_tried_again_when_it_is_back(bench: Bench) -> None:
    def fail(path: Path) -> None:
        raise PhotoClosedError(NOT_GIVEN)

    for number in range(3):
        write_photo(bench.photos / f"{number}.jpg", f"red {number}")
    bench.folders.add(bench.photos)
    bench.reader.before_reading = fail
    assert set(bench.index().skipped.values()) == {NOT_GIVEN}
    bench.reader.before_reading = None
    assert bench.index().embedded == 0
    away = unplug(bench.photos)
    assert bench.index().offline
    away.rename(bench.photos)
    assert bench.index().embedded == 3


@pytest.mark.parametrize(
    ("trouble", "skipped"),
    [
        (PhotoGoneError("its drive does not answer"), ""),
        (PhotoClosedError(NOT_ALLOWED), NOT_ALLOWED),
        (UnreadablePhotoError("the file is damaged"), "the file is damaged"),
    ],
    ids=str,
)
def test_a_changed_photo_that_cannot_be_read_is_shown_as_it_was_unless_it_is_damaged(
    bench: Bench, trouble: UnreadablePhotoError, skipped: str
) -> None:
    photo = write_photo(bench.photos / "a.jpg", "red 1")
    bench.folders.add(bench.photos)
    bench.index()
    before = bench.shown()
    (photo_id,) = before.values()
    bench.catalog.tags.decide([Decision(photo_id, "sunset", True)], now_s=1)

    def fail(path: Path) -> None:
        raise trouble

    write_photo(photo, "green 2", mtime_s=1_000_000_500)
    bench.reader.before_reading = fail
    bench.index()
    bench.index()
    counts = bench.catalog.embeddings.counts(bench.encoder.identity.key)
    assert (counts.embedded, counts.skipped, counts.waiting) == (0, int(bool(skipped)), int(not skipped))
    assert [each.skip_reason for each in bench.catalog.skipped_photos()] == [skipped] * counts.skipped
    assert bench.shown() == ({} if skipped == "the file is damaged" else before)
    assert len(bench.catalog.looks().photo_ids) == 0, "nobody knows what it looks like now"

    bench.reader.before_reading = None
    bench.catalog.forget_skips()
    assert bench.index().embedded == 1
    assert bench.shown() == before
    assert bench.catalog.photos([photo_id])[0].content_hash == "green 2"
    assert bench.catalog.tags.decisions(photo_id) == {"sunset": True}
    assert len(bench.catalog.looks().photo_ids) == 1


def test_a_changed_photo_that_was_not_read_yet_is_recognised_where_it_is_moved(bench: Bench) -> None:
    photo = write_photo(bench.photos / "a.jpg", "red 1")
    bench.folders.add(bench.photos)
    bench.index()
    before = bench.shown()
    write_photo(photo, "green 2", mtime_s=1_000_000_500)
    run(bench.indexer.follow())
    photo.rename(bench.photos / "b.jpg")
    assert bench.index().moved == 1
    assert list(bench.shown().values()) == list(before.values())


def test_what_cannot_be_read_for_another_model_keeps_what_is_known_of_it(bench: Bench) -> None:
    photo = write_photo(bench.photos / "a.jpg", "red 1")
    bench.folders.add(bench.photos)
    bench.index()
    before = bench.shown()

    def fail(path: Path) -> None:
        raise UnreadablePhotoError("it took too long")

    bench.reader.before_reading = fail
    assert run(bench.indexer.embed_waiting(FakeEncoder("other"), Report())).skipped == {photo: "it took too long"}
    (known,) = bench.catalog.photos(list(before.values()))
    assert bench.shown() == before
    assert known.facts is not None
    assert bench.catalog.embeddings.vectors_of(bench.encoder.identity.key, "red 1") is not None


def test_a_failing_encoder_loses_no_finished_batch(bench: Bench) -> None:
    fill(bench, 100)
    bench.folders.add(bench.photos)
    embed = bench.encoder.embed_images

    def fail_at_third(squares: Squares) -> Vectors:
        if bench.encoder.images_embedded >= 64:
            raise ModelError("There is not enough memory.", advice="Close other programs.")
        return embed(squares)

    bench.encoder.embed_images = fail_at_third  # type: ignore[method-assign]
    with pytest.raises(ModelError):
        bench.index()
    bench.encoder.embed_images = embed  # type: ignore[method-assign]
    assert bench.index().embedded == 36
    assert bench.encoder.images_embedded == 100


def test_reading_ahead_ends_when_the_task_is_closed(bench: Bench) -> None:
    fill(bench, 100)
    bench.folders.add(bench.photos)
    task = bench.indexing()
    next(progress for progress in task if progress.done and progress.total)
    assert bench.reader.open_readings == 1
    task.close()
    assert bench.reader.open_readings == 0


def scenario(bench: Bench) -> None:
    """A library in which everything happened at once since it was level."""
    other = bench.photos / "two"
    fill(bench, 20)
    write_photo(other / "deep" / "x.jpg", "blue x")
    bench.folders.add(bench.photos)
    bench.index()
    for number in range(5):
        (bench.photos / f"{number}.jpg").rename(other / f"moved {number}.jpg")
    (bench.photos / "5.jpg").unlink()
    write_photo(bench.photos / "6.jpg", "green changed", mtime_s=1_000_000_600)
    os.utime(bench.photos / "7.jpg", (1_000_000_700, 1_000_000_700))
    for number in range(40):
        write_photo(bench.photos / "new" / f"{number}.jpg", f"white {number % 35}")
    write_photo(bench.photos / "bad.jpg", "broken")
    swap = bench.photos / "swap"
    (bench.photos / "8.jpg").rename(swap)
    (bench.photos / "9.jpg").rename(bench.photos / "8.jpg")
    swap.rename(bench.photos / "9.jpg")


def outcome(bench: Bench) -> tuple[object, ...]:
    """All that a run leaves behind; ids of new photos depend on the order of things."""
    first = [photo_id for photo_id in bench.shown().values() if photo_id <= 21]
    known = bench.catalog.photos(first)
    skipped = [photo.path.name for photo in bench.catalog.skipped_photos()]
    who = {(photo.id, os.path.relpath(photo.path, bench.photos), photo.content_hash) for photo in known}
    return who, set(bench.shown()), skipped, bench.encoder.images_embedded


def test_closing_at_every_yield_ends_where_an_undisturbed_run_does(tmp_path: Path) -> None:
    expected: tuple[object, ...] | None = None
    stopped_at = 0
    ended = False
    while not ended:
        (tmp_path / str(stopped_at)).mkdir()
        bench = Bench(tmp_path / str(stopped_at))
        scenario(bench)
        task = bench.indexing()
        if expected is not None:
            ended = sum(1 for _ in zip(range(stopped_at), task, strict=False)) < stopped_at
            task.close()
        bench.index()
        assert bench.index() == Report()
        expected = expected or outcome(bench)
        assert outcome(bench) == expected, f"closed after {stopped_at} steps"
        bench.catalog.close()
        stopped_at += 1
    assert stopped_at > 10


@pytest.mark.parametrize("damaged", ["{", "null", '{"private": 1}'])
def test_nothing_private_is_indexed_because_the_note_of_it_is_damaged(bench: Bench, damaged: str) -> None:
    private = bench.photos / "private"
    bench.folders.add(bench.photos)
    bench.folders.leave_out([private.as_posix()])
    write_photo(private / "secret.jpg", "red 1")
    write_photo(bench.photos / "a.jpg", "red 2")
    bench.catalog.set_setting("left_out", damaged)
    with pytest.raises(StoreError, match="no folder is looked into") as told:
        bench.index()
    assert "--only" in told.value.advice
    with pytest.raises(StoreError, match="no folder is looked into"):
        bench.folders.missing()
    assert not bench.shown()
    bench.folders.leave_out([private.as_posix()])
    bench.index()
    assert list(bench.shown()) == ["a.jpg"]


def test_a_damaged_note_of_drives_is_written_anew(bench: Bench) -> None:
    drive = bench.photos / "card"
    write_photo(drive / "a.jpg", "red 1")
    bench.folders = WatchedFolders(bench.catalog, lambda: bench.now_s, lambda: [drive])
    bench.indexer = Indexer(bench.catalog, bench.folders, bench.reader, bench.thumbnails, lambda: bench.now_s)
    bench.folders.add(bench.photos)
    bench.catalog.set_setting("drives_below", "{")
    bench.index()
    assert bench.catalog.setting("drives_below") == json.dumps([str(drive)])


def test_what_is_left_out_goes_out_of_sight_and_comes_back_as_it_was(bench: Bench) -> None:
    for number in range(40):
        write_photo(bench.photos / "private" / f"{number}.jpg", f"red {number}")
    write_photo(bench.photos / "a.jpg", "blue 1")
    bench.folders.add(bench.photos)
    bench.index()
    before = bench.shown()
    bench.folders.leave_out([(bench.photos / "private").as_posix()])
    report = bench.index()
    assert not report.offline, "leaving out is no loss"
    assert set(bench.shown()) == {"a.jpg"}
    assert bench.folders.forget_missing() == 0, "they are not gone"
    bench.folders.leave_out([])
    assert bench.index().embedded == 0
    assert bench.shown() == before


def test_photos_that_are_gone_are_forgotten_when_the_user_says_so_but_not_those_of_a_drive_that_is_away(
    bench: Bench, tmp_path: Path
) -> None:
    drive = tmp_path / "drive"
    for folder, words in ((bench.photos, "red"), (drive, "blue")):
        for number in range(3):
            write_photo(folder / f"{number}.jpg", f"{words} {number}")
        bench.folders.add(folder)
    bench.index()
    for folder in (bench.photos, drive):
        (folder / "0.jpg").unlink()
    bench.index()
    unplug(drive)
    bench.index()
    key = bench.encoder.identity.key
    assert bench.catalog.embeddings.counts(key).missing == 2
    assert bench.folders.forget_missing() == 1
    assert bench.catalog.embeddings.counts(key).missing == 1
    assert bench.catalog.embeddings.count(key) == 5
    assert bench.folders.forget_missing() == 0
    write_photo(bench.photos / "0.jpg", "red 0")
    assert bench.index().embedded == 1, "it is a new photo then"
