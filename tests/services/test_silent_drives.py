"""Drives that do not answer: they are waited for so long, and hold up nothing else."""

import errno
import os
import shutil
import threading
from collections.abc import Iterator
from concurrent.futures import CancelledError
from pathlib import Path

import pytest

from photo_clip.adapters.xmp_sidecars import XmpSidecars
from photo_clip.core.errors import FolderError, PhotoClosedError, PhotoGoneError, SilentDriveError, UnreadablePhotoError
from photo_clip.core.photo import FolderState
from photo_clip.core.progress import Report
from photo_clip.services.answered_sidecars import AnsweredSidecars
from photo_clip.services.asking import Asker
from photo_clip.services.folder_changes import SILENT, WatchedFolders
from photo_clip.services.indexer import Indexer
from photo_clip.services.sidecar_reader import SidecarReader
from tests.fakes import write_photo
from tests.indexing import Bench
from tests.silent_drive import KnowingAsker, SilentDrive, join_askers

STARS = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:Rating="{}"/></rdf:RDF></x:xmpmeta>'
)


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


def test_sidecars_that_could_not_be_read_are_read_when_the_drive_answers(
    bench: Bench, far: Path, drive: SilentDrive, asker: KnowingAsker
) -> None:
    for number in range(40):
        (far / f"{number:02}.jpg.xmp").write_text(STARS.format(4), encoding="utf-8")
        os.utime(far / f"{number:02}.jpg.xmp", (1_500_000_000, 1_500_000_000))
    bench.index()
    sidecars = AnsweredSidecars(XmpSidecars(), asker, bench.folders.root_of)
    reader = SidecarReader(bench.catalog, sidecars, lambda: bench.now_s)
    drive.hang()
    assert list(reader.catch_up(Report()))
    assert drive.asked == 1, "each would be waited for"
    assert {photo.rating for photo in bench.catalog.photos(list(bench.shown().values()))} == {None}
    drive.back()
    assert list(reader.catch_up(Report()))
    assert [photo.rating for photo in bench.catalog.photos(list(bench.shown().values()))].count(4) == 40


def test_a_sidecar_whose_drive_fails_is_left_for_the_next_time(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    photo = write_photo(bench.photos / "a.jpg", "red")
    photo.with_name("a.jpg.xmp").write_text(STARS.format(4), encoding="utf-8")
    os.utime(photo.with_name("a.jpg.xmp"), (1_500_000_000, 1_500_000_000))
    bench.folders.add(bench.photos)
    bench.index()
    reader = SidecarReader(bench.catalog, XmpSidecars(), lambda: bench.now_s)

    def fail(*_told: object) -> bytes:
        raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as failing:
        failing.setattr("photo_clip.adapters.xmp_sidecars.content_of", fail)
        assert list(reader.catch_up(Report()))
    assert list(reader.catch_up(Report()))
    (found,) = bench.catalog.photos(list(bench.shown().values()))
    assert found.rating == 4


def test_photos_on_another_card_are_told_apart_though_one_cannot_be_read(
    bench: Bench, far: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.index()
    for file in sorted(far.iterdir())[:5]:
        file.rename(far / f"moved {file.name}")
    write_photo(far / "a bad.jpg", "broken")
    far.rename(far.with_name("other"))
    shutil.copytree(far.with_name("other"), far)  # another folder, as after a remount
    hashes = bench.reader.hashes

    def all_but_one(paths: Iterator[Path]) -> Iterator[tuple[Path, str | UnreadablePhotoError]]:
        for path, result in hashes(paths):
            yield path, PhotoGoneError("another program keeps it") if path.name == "a bad.jpg" else result

    monkeypatch.setattr(bench.reader, "hashes", all_but_one)
    assert bench.index().moved == 5


def test_what_hangs_in_one_folder_of_a_drive_is_known_of_the_others(
    bench: Bench, tmp_path: Path, asker: KnowingAsker, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(20):
        write_photo(tmp_path / "deep" / f"{number:02}" / "a.jpg", f"blue {number}")
    bench.folders.add(tmp_path / "deep")
    drive = SilentDrive(tmp_path / "deep", asker, monkeypatch)
    looked = list(bench.indexer.follow())
    assert looked
    bench.reader.before_reading = lambda _path: drive.hang()
    monkeypatch.setattr(bench.folders, "is_there", lambda folder: True)
    bench.index()
    assert drive.asked == 1
    drive.back()


def test_a_place_that_never_answered_is_asked_anew_after_a_while(
    tmp_path: Path, asker: KnowingAsker, monkeypatch: pytest.MonkeyPatch
) -> None:
    other, comes = asker.beside(), threading.Event()

    def hang() -> None:
        asker.hanging.add(threading.current_thread())
        comes.wait()

    with pytest.raises(TimeoutError):
        asker.ask(tmp_path, hang)
    assert other.is_silent(tmp_path)
    monkeypatch.setattr("photo_clip.services.asking._ASK_ANEW_S", 0.0)
    assert asker.ask(tmp_path, len, "four") == 4
    asker.close()
    assert other.ask(tmp_path, len, "four") == 4
    comes.set()
    join_askers()


def test_a_look_that_is_paused_does_not_go_on_without_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("photo_clip.services.asking._TOGETHER_S", 0.0)
    asked: list[int] = []
    is_ahead = threading.Event()

    def answers() -> Iterator[int]:
        for number in range(10_000):
            asked.append(number)
            if number == 64:
                is_ahead.set()
            yield number

    told = Asker().each(tmp_path, answers())
    assert next(told) == 0
    assert is_ahead.wait(5)
    assert len(asked) < 100
    told.close()
    join_askers()
    assert len(asked) < 100


def test_sidecars_on_a_drive_that_does_not_answer_are_told_and_left(
    far: Path, drive: SilentDrive, asker: KnowingAsker
) -> None:
    sidecars = AnsweredSidecars(XmpSidecars(), asker, lambda photo: photo.parent)
    photo = far / "00.jpg"
    assert sidecars.write(photo, ["a"])
    mark = sidecars.mark(photo)
    drive.hang()
    for ask in (sidecars.mark, sidecars.clean, sidecars.read):
        with pytest.raises(SilentDriveError, match="does not answer"):
            ask(photo)
    with pytest.raises(SilentDriveError, match="does not answer"):
        sidecars.write(photo, ["b"])
    drive.back()
    assert sidecars.mark(photo) == mark
