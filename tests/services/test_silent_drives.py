"""Drives that do not answer: they are waited for so long, and hold up nothing else."""

import threading
from collections.abc import Iterator
from concurrent.futures import CancelledError
from pathlib import Path

import pytest

from photo_clip.adapters.xmp_sidecars import XmpSidecars
from photo_clip.core.errors import FolderError, PhotoClosedError, StoreError
from photo_clip.core.photo import FolderState
from photo_clip.services.answered_sidecars import AnsweredSidecars
from photo_clip.services.asking import Asker
from photo_clip.services.folder_changes import SILENT, WatchedFolders
from photo_clip.services.indexer import Indexer
from tests.fakes import write_photo
from tests.indexing import Bench
from tests.silent_drive import KnowingAsker, SilentDrive, join_askers


@pytest.fixture
def asker() -> KnowingAsker:
    return KnowingAsker()


@pytest.fixture
def bench(tmp_path: Path, asker: KnowingAsker) -> Iterator[Bench]:
    bench = Bench(tmp_path)
    bench.folders = WatchedFolders(bench.catalog, lambda: bench.now_s, lambda: (), asker)
    bench.indexer = Indexer(bench.catalog, bench.folders, bench.reader, bench.thumbnails, lambda: bench.now_s)
    yield bench
    bench.catalog.close()


@pytest.fixture
def far(bench: Bench, tmp_path: Path) -> Path:
    """A watched folder with photos, on a drive of its own."""
    write_photo(bench.photos / "near.jpg", "red")
    for number in range(40):
        write_photo(tmp_path / "far" / f"{number:02}.jpg", f"blue {number}")
    bench.folders.add(tmp_path / "far")
    bench.folders.add(bench.photos)
    return tmp_path / "far"


@pytest.fixture
def drive(far: Path, asker: KnowingAsker, monkeypatch: pytest.MonkeyPatch) -> Iterator[SilentDrive]:
    drive = SilentDrive(far, asker, monkeypatch)
    yield drive
    drive.back()


def test_a_question_is_answered_or_refused_as_without_an_asker(tmp_path: Path) -> None:
    asker = Asker()
    assert asker.ask(tmp_path, sorted, "ba") == ["a", "b"]
    with pytest.raises(FileNotFoundError):
        asker.ask(tmp_path, (tmp_path / "gone").stat)
    told = asker.each(tmp_path, (1 // (2 - number) for number in range(3)))
    assert [next(told), next(told)] == [0, 1]
    with pytest.raises(ZeroDivisionError):
        next(told)


def test_nobody_asks_on_when_nobody_listens(tmp_path: Path) -> None:
    asked: list[int] = []
    is_left = threading.Event()

    def answers() -> Iterator[int]:
        for number in range(1000):
            asked.append(number)
            yield number
            is_left.wait(0.03)

    told = Asker().each(tmp_path, answers())
    assert next(told) == 0
    told.close()
    is_left.set()
    join_askers()
    assert len(asked) < 1000


def test_a_place_that_does_not_answer_is_asked_once_until_it_does(tmp_path: Path) -> None:
    asker, comes, calls = Asker(answer_time_s=0.05), threading.Event(), list[str]()
    with pytest.raises(TimeoutError):
        asker.ask(tmp_path / "far", comes.wait)
    with pytest.raises(TimeoutError, match="far"):
        asker.ask(tmp_path / "far" / "below", calls.append, "below")
    assert calls == []
    assert asker.is_silent(tmp_path / "far")
    assert not asker.is_silent(tmp_path)
    comes.set()
    join_askers()
    assert not asker.is_silent(tmp_path / "far")


def test_who_waits_for_an_answer_can_be_told_not_to(tmp_path: Path) -> None:
    asker, comes = Asker(), threading.Event()

    def hang() -> None:
        asker.close()
        comes.wait()

    with pytest.raises(CancelledError):
        asker.ask(tmp_path, hang)
    comes.set()
    with pytest.raises(CancelledError):
        asker.ask(tmp_path, len, "nothing")


def test_nothing_is_remembered_of_a_look_that_is_ended_with_the_window(
    bench: Bench, far: Path, drive: SilentDrive
) -> None:
    bench.index()
    drive.hang()
    drive.when_asked = bench.folders.close
    with pytest.raises(CancelledError):
        bench.index()
    assert {folder.state for folder in bench.folders.all()} == {FolderState.ONLINE}


def test_a_folder_that_does_not_answer_is_offline_and_the_others_are_indexed(
    bench: Bench, far: Path, drive: SilentDrive
) -> None:
    drive.hang()
    report = bench.index()
    assert report.offline == {far: SILENT}
    assert report.embedded == 1
    assert drive.asked == 1
    assert bench.index().offline == {far: SILENT}
    assert drive.asked == 1
    drive.back()
    assert bench.index().embedded == 40
    assert {folder.state for folder in bench.folders.all()} == {FolderState.ONLINE}


def test_a_folder_that_stops_answering_in_the_middle_loses_nothing(bench: Bench, far: Path, drive: SilentDrive) -> None:
    tried: list[Path] = []

    def hang(path: Path) -> None:
        if path.parent == far and len(tried) >= 5:
            drive.hang()
            raise PhotoClosedError("it took longer than 30 s to read")
        tried.append(path)

    bench.reader.before_reading = hang
    report = bench.index()
    assert report.offline == {far: SILENT}
    assert report.skipped == {}
    assert report.embedded <= 6
    assert len(bench.reader.files_read) <= 8, "each photo there would be waited for"
    bench.reader.before_reading = None
    drive.back()
    bench.index()
    assert len(bench.shown()) == bench.encoder.images_embedded == 41


def test_photos_that_may_have_moved_are_not_read_where_their_drive_does_not_answer(
    bench: Bench, far: Path, drive: SilentDrive, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.index()
    before = bench.shown()
    for number in range(40):
        write_photo(far / f"{number:02}.jpg", f"blue {number}", mtime_s=1_500_000_000)
    tried: list[Path] = []

    def hashes(paths: Iterator[Path]) -> Iterator[tuple[Path, PhotoClosedError]]:
        for path in paths:
            tried.append(path)
            drive.hang()
            yield path, PhotoClosedError("it took longer than 30 s to read")

    monkeypatch.setattr(bench.reader, "hashes", hashes)
    bench.index()
    assert len(tried) == 1
    drive.back()
    monkeypatch.undo()
    assert bench.index().embedded == 0
    assert bench.shown() == before


def test_a_folder_on_a_drive_that_does_not_answer_is_not_added(bench: Bench, far: Path, drive: SilentDrive) -> None:
    drive.hang()
    with pytest.raises(FolderError, match="does not answer") as told:
        bench.folders.add(far / "other")
    assert "switched on" in told.value.advice


def test_a_folder_is_found_again_elsewhere_though_another_drive_does_not_answer(
    bench: Bench, far: Path, drive: SilentDrive, tmp_path: Path
) -> None:
    bench.index()
    drive.hang()
    beside = tmp_path / "renamed"
    bench.photos.rename(beside)
    report = bench.index()
    assert report.found_again == {bench.photos: beside}
    assert report.offline == {far: SILENT}


def test_what_is_there_is_told_though_a_drive_does_not_answer(bench: Bench, far: Path, drive: SilentDrive) -> None:
    bench.index()
    ids = {folder.path: folder.id for folder in bench.folders.all()}
    before = bench.folders.presence()
    drive.hang()
    silent = bench.folders.presence()
    assert silent[ids[far]] != before[ids[far]]
    assert silent[ids[bench.photos]] == before[ids[bench.photos]]
    drive.back()
    assert bench.folders.presence() == before


def test_photos_that_were_lost_are_counted_without_those_on_a_silent_drive(
    bench: Bench, far: Path, drive: SilentDrive
) -> None:
    bench.index()
    (bench.photos / "near.jpg").unlink()
    write_photo(bench.photos / "other.jpg", "green")
    (far / "00.jpg").unlink()
    bench.index()
    assert len(bench.folders.missing()) == 2
    drive.hang()
    assert len(bench.folders.missing()) == 1


def test_sidecars_on_a_drive_that_does_not_answer_are_told_and_left(
    far: Path, drive: SilentDrive, asker: KnowingAsker
) -> None:
    sidecars = AnsweredSidecars(XmpSidecars(), asker)
    photo = far / "00.jpg"
    assert sidecars.write(photo, ["a"])
    mark = sidecars.mark(photo)
    drive.hang()
    for ask in (sidecars.mark, sidecars.clean, sidecars.read):
        with pytest.raises(StoreError, match="does not answer"):
            ask(photo)
    with pytest.raises(StoreError, match="does not answer"):
        sidecars.write(photo, ["b"])
    drive.back()
    assert sidecars.mark(photo) == mark
