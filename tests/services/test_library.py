"""The open library: kept up as a whole, counted, and closed whatever happens."""

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from photo_clip.adapters.catalog import SqliteCatalog
from photo_clip.core.errors import TRIED_AGAIN, PhotoClosedError
from photo_clip.core.models import Kind, ModelSource
from photo_clip.core.photo import FolderState
from photo_clip.core.progress import Phase, Progress, Report, Task
from photo_clip.services.folder_changes import GONE
from photo_clip.services.library import Library
from photo_clip.services.model_notes import ModelNotes
from photo_clip.services.models import Models
from photo_clip.services.thumbnails import Thumbnails
from tests.fakes import FakeEncoder, FakeIndex, FakeModelFiles, FakeReader, bundled, plug_in, unplug, write_photo

OTHER = ModelSource(Kind.TAG, "ViT-B-32", "tag")


class Rooms:
    """What a library is made of, to be opened again and again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.photos = folder / "photos"
        self.photos.mkdir()
        self.closed: list[str] = []
        self.failing: set[str] = set()
        self.index = FakeIndex()
        self.library = self.open()

    def open(self) -> Library:
        catalog = SqliteCatalog(self.folder / "catalog.db")
        reader = FakeReader()

        def load(source: ModelSource) -> FakeEncoder:
            encoder = FakeEncoder(str(source))
            self._note(encoder, "model")
            return encoder

        models = Models(catalog, [], FakeModelFiles(OTHER), load, load, bundled, ModelNotes(catalog), lambda: 0.0)
        for part, name in ((catalog, "catalogue"), (reader, "reader"), (self.index, "index")):
            self._note(part, name)
        thumbnails = Thumbnails(self.folder / "thumbnails", reader)
        return Library(catalog, self.index, reader, thumbnails, models, lambda: 2e9, lambda: self.closed.append("lock"))

    def _note(self, part: object, name: str) -> None:
        close: Callable[[], None] = part.close  # type: ignore[attr-defined]

        def noting() -> None:
            self.closed.append(name)
            close()
            if name in self.failing:
                raise OSError(f"{name} cannot be closed")

        part.close = noting  # type: ignore[attr-defined]


@pytest.fixture
def rooms(tmp_path: Path) -> Iterator[Rooms]:
    rooms = Rooms(Path(os.path.realpath(tmp_path)))
    rooms.library.folders.add(rooms.photos)
    yield rooms
    rooms.library.close()


def run(task: Task[Report]) -> Report:
    while True:
        try:
            next(task)
        except StopIteration as stop:
            report: Report = stop.value
            return report


@pytest.mark.parametrize("reason", TRIED_AGAIN)
def test_photos_that_may_not_be_read_are_tried_again_once_at_each_start(rooms: Rooms, reason: str) -> None:
    closed, broken = rooms.photos / "closed.jpg", rooms.photos / "broken.jpg"
    write_photo(closed, "red")
    write_photo(broken, "broken")

    def fail(path: Path) -> None:
        if path == closed:
            raise PhotoClosedError(reason)

    def files_read() -> list[Path]:
        assert isinstance(rooms.library.reader, FakeReader)
        rooms.library.reader.before_reading = fail
        run(rooms.library.keep_up())
        return rooms.library.reader.files_read

    assert sorted(files_read()) == [broken, closed]
    assert len(files_read()) == 2, "they were tried in this start"
    rooms.library.close()
    rooms.library = rooms.open()
    assert files_read() == [closed]


def test_keeping_up_embeds_and_levels_the_index(rooms: Rooms) -> None:
    for number in range(3):
        write_photo(rooms.photos / f"{number}.jpg", f"red {number}")
    write_photo(rooms.photos / "bad.jpg", "broken")
    phases = [progress.phase for progress in rooms.library.keep_up()]
    assert phases[0] is Phase.LOOKING
    assert phases[-1] is Phase.LEVELLING
    status = rooms.library.status()
    assert (status.counts.photos, status.counts.embedded, status.counts.skipped, status.counts.waiting) == (4, 3, 1, 0)
    assert (status.model, status.wanted_model, status.waiting_for_wanted) == ("starter", None, 0)
    assert status.index_trouble is None
    assert rooms.library.neighbours.is_level(rooms.library.models.active_key())
    assert [folder.path for folder in status.folders] == [rooms.photos]
    assert run(rooms.library.keep_up()) == Report()


def test_progress_counts_up_to_its_total(rooms: Rooms) -> None:
    for number in range(70):
        write_photo(rooms.photos / f"{number}.jpg", f"red {number}")
    told = [each for each in rooms.library.keep_up() if each.phase is Phase.EMBEDDING]
    assert [(each.done, each.total) for each in told] == [(0, 70), (32, 70), (64, 70), (70, 70)]
    assert told[1].name.endswith(".jpg")


def test_keeping_up_closed_anywhere_goes_on_the_next_time(rooms: Rooms) -> None:
    for number in range(70):
        write_photo(rooms.photos / f"{number}.jpg", f"red {number}")
    rooms.library.models.use(OTHER)
    embedded = 0
    closed = 0
    while rooms.library.models.wanted is not None:
        for progress in (task := rooms.library.keep_up()):
            if isinstance(progress, Progress) and progress.phase is Phase.EMBEDDING and progress.done:
                embedded += 1
                break
        task.close()
        closed += 1
        assert closed < 20
    assert embedded == 6, "three batches for each model, none twice"
    assert rooms.library.models.active == OTHER
    assert run(rooms.library.keep_up()) == Report()


def test_one_folder_can_be_looked_at_alone(rooms: Rooms, tmp_path: Path) -> None:
    other = tmp_path / "other"
    write_photo(rooms.photos / "a.jpg", "red 1")
    write_photo(other / "b.jpg", "red 2")
    second = rooms.library.folders.add(other)
    assert run(rooms.library.keep_up([second.id])).new == 1
    assert run(rooms.library.keep_up([])).new == 0
    assert run(rooms.library.keep_up()).new == 1


def test_a_drive_that_is_away_is_told_in_status_and_comes_back_by_itself(rooms: Rooms) -> None:
    write_photo(rooms.photos / "a.jpg", "red 1")
    run(rooms.library.keep_up())
    unplug(rooms.photos)
    assert run(rooms.library.keep_up()).offline == {rooms.photos: GONE}
    (folder,) = rooms.library.status().folders
    assert (folder.state, folder.offline_reason) == (FolderState.OFFLINE, GONE)
    assert rooms.library.status().counts.embedded == 1
    plug_in(rooms.photos)
    assert run(rooms.library.keep_up()) == Report()
    assert rooms.library.status().folders[0].state is FolderState.ONLINE


def test_a_wanted_model_waits_for_photos_on_an_unplugged_drive_too(rooms: Rooms) -> None:
    for number in range(3):
        write_photo(rooms.photos / f"{number}.jpg", f"red {number}")
    run(rooms.library.keep_up())
    unplug(rooms.photos)
    rooms.library.models.use(OTHER)
    run(rooms.library.keep_up())
    status = rooms.library.status()
    assert (status.model, status.waiting_for_wanted) == ("starter", 3)
    plug_in(rooms.photos)
    run(rooms.library.keep_up())
    assert rooms.library.status().wanted_model is None


def test_a_removed_folder_is_not_found_any_more_and_its_files_stay(rooms: Rooms) -> None:
    write_photo(rooms.photos / "a.jpg", "red 1")
    run(rooms.library.keep_up())
    rooms.library.remove_folder(rooms.library.folders.all()[0].id)
    assert rooms.library.searcher.search("red") == []
    assert rooms.library.status().counts.photos == 0
    assert (rooms.photos / "a.jpg").exists()


def test_a_deleted_cache_and_a_broken_index_break_nothing(rooms: Rooms) -> None:
    write_photo(rooms.photos / "a.jpg", "red 1")
    run(rooms.library.keep_up())
    shutil.rmtree(rooms.folder / "thumbnails")
    rooms.index.is_broken = True
    write_photo(rooms.photos / "b.jpg", "green 1")
    run(rooms.library.keep_up())
    hit = rooms.library.searcher.search("red")[0]
    assert rooms.library.thumbnails.jpeg(hit.photo)
    trouble = rooms.library.status().index_trouble
    assert trouble is not None
    assert trouble.sentence == "The index is broken."
    write_photo(rooms.photos / "b.jpg", "red 2")
    assert run(rooms.library.keep_up()).embedded == 1
    assert len(rooms.library.searcher.search("red")) == 2


def test_what_was_known_is_known_after_opening_again(rooms: Rooms) -> None:
    write_photo(rooms.photos / "a.jpg", "red 1")
    run(rooms.library.keep_up())
    rooms.library.close()
    rooms.library = rooms.open()
    assert len(rooms.library.searcher.search("red")) == 1
    assert run(rooms.library.keep_up()) == Report()


def test_everything_is_closed_once_the_catalogue_and_the_lock_last(rooms: Rooms) -> None:
    rooms.library.models.active_encoder()
    rooms.library.close()
    rooms.library.close()
    assert sorted(rooms.closed) == ["catalogue", "index", "lock", "model", "reader"]
    assert rooms.closed[-2:] == ["catalogue", "lock"]


@pytest.mark.parametrize("failing", ["reader", "model", "index", "catalogue"])
def test_everything_else_is_closed_when_one_part_fails_to(rooms: Rooms, failing: str) -> None:
    rooms.library.models.active_encoder()
    rooms.failing = {failing}
    with pytest.raises(OSError, match=failing):
        rooms.library.close()
    assert sorted(rooms.closed) == ["catalogue", "index", "lock", "model", "reader"]


def test_searching_while_indexing_sees_whole_batches(rooms: Rooms) -> None:
    for number in range(100):
        write_photo(rooms.photos / f"{number}.jpg", f"red {number}")
    seen: list[int] = []

    def search_on_and_on() -> None:
        while not seen or seen[-1] < 100:
            seen.append(len(rooms.library.searcher.search("red", 1000)))

    searching = threading.Thread(target=search_on_and_on)
    searching.start()
    run(rooms.library.keep_up())
    searching.join(timeout=30)
    assert not searching.is_alive()
    assert seen == sorted(seen)
    assert set(seen) <= {0, 32, 64, 96, 100}


def test_with_nothing_new_neither_model_nor_index_is_opened(rooms: Rooms) -> None:
    write_photo(rooms.photos / "a.jpg", "red 1")
    assert run(rooms.library.keep_up()).embedded == 1
    rooms.library.close()
    rooms.closed.clear()
    rooms.index.is_broken = True  # asked for more than its level, it fails
    rooms.library = rooms.open()
    assert run(rooms.library.keep_up()) == Report()
    assert rooms.library.neighbours.index_trouble is None
    rooms.library.close()
    assert "model" not in rooms.closed
