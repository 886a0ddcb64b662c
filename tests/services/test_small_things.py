"""Small things are looked for where that is wanted, after everything else, and found by the part they are in."""

import os
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from photo_clip.core.photo import Hit
from photo_clip.core.progress import Phase, Progress, Task
from photo_clip.core.query import parse
from photo_clip.core.tiles import place_in_words
from photo_clip.services.explainer import Explanation
from photo_clip.services.library import Library
from tests.fakes import FakeReader, open_fake_library, write_photo


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """Many plain photos, and one that is white with something small and red in its lower right corner."""
    folder = Path(os.path.realpath(tmp_path)) / "photos"
    for number in range(12):
        write_photo(folder / f"{number}.jpg", f"{('green', 'blue', 'white')[number % 3]} {number}")
    write_photo(folder / "small.jpg", "green with red")
    return folder


@pytest.fixture
def library(tmp_path: Path, photos: Path) -> Iterator[Library]:
    library = open_fake_library(tmp_path / "library")
    library.folders.add(photos)
    run(library.keep_up())
    yield library
    library.close()


def run(task: Task[object]) -> list[Progress]:
    return list(task)


def look_closer(library: Library, *, on: bool = True) -> list[Progress]:
    library.look_for_small_things(library.folders.all()[0].id, on=on)
    return run(library.look_closer())


def names(hits: list[Hit]) -> list[str]:
    return [hit.photo.path.name for hit in hits]


def read_count(library: Library) -> int:
    assert isinstance(library.reader, FakeReader)
    return len(library.reader.files_read)


def explained(library: Library, words: str, path: Path) -> Explanation:
    photo = library.catalog.photo_at(path)
    assert photo is not None
    content_id = int(library.catalog.content_ids_of([photo.id])[0])
    found = library.explainer.explain(parse(words, date.today()), photo, content_id)
    assert found.where == library.explainer.where(parse(words, date.today()), photo, content_id)
    return found


def test_nothing_is_looked_for_unless_it_is_wanted(library: Library) -> None:
    before = read_count(library)
    assert run(library.look_closer()) == []
    assert read_count(library) == before
    assert library.status().tiled == frozenset()
    assert all(hit.part is None for hit in library.searcher.search("red"))


def test_a_small_thing_is_found_by_its_part(library: Library, photos: Path) -> None:
    assert names(library.searcher.search("red"))[0] != "small.jpg"
    look_closer(library)
    best = library.searcher.search("red")[0]
    assert best.photo.path.name == "small.jpg"
    assert best.part is not None
    assert place_in_words(best.part) == "lower right part"
    where = explained(library, "red", photos / "small.jpg").where
    assert where is not None
    assert (where.box, where.found_it) == (best.part, True)
    assert where.cosine == pytest.approx(1, abs=1e-2)


def test_what_fills_the_photo_is_found_as_a_whole_as_before(library: Library, photos: Path) -> None:
    before = [(hit.photo.id, hit.cosine, hit.part) for hit in library.searcher.search("green")]
    look_closer(library)
    assert [(hit.photo.id, hit.cosine, hit.part) for hit in library.searcher.search("green")] == before
    assert explained(library, "green", photos / "0.jpg").where is None


def test_parts_answer_no_query_that_avoids_something_and_none_with_a_photo(library: Library, photos: Path) -> None:
    look_closer(library)
    for text in ("red -blue", f"similar:{photos / 'small.jpg'}"):
        assert all(hit.part is None for hit in library.searcher.search(text))
        assert explained(library, text, photos / "small.jpg").where is None
    assert explained(library, "name:small", photos / "small.jpg").where is None


def test_filters_hold_for_parts(library: Library) -> None:
    look_closer(library)
    assert "small.jpg" not in names(library.searcher.search("red name:1"))
    assert names(library.searcher.search("red name:small")) == ["small.jpg"]
    small = next(hit.photo.id for hit in library.searcher.search("red") if hit.part is not None)
    others = np.array([hit.photo.id for hit in library.searcher.search("green") if hit.photo.id != small])
    found = library.searcher.find(parse("red", date.today()), within=others)
    assert small not in found.photo_ids.tolist()
    assert found.parts == {}


def test_a_part_brings_a_photo_up_from_behind_those_near_as_wholes(library: Library) -> None:
    look_closer(library)
    found = library.searcher.find(parse("red", date.today()), limit=1)
    assert names(library.searcher.hits(found)) == ["small.jpg"]


def test_looking_goes_on_where_it_stopped(library: Library) -> None:
    library.look_for_small_things(library.folders.all()[0].id, on=True)
    task = library.look_closer()
    assert [next(task).done, next(task).done > 0] == [0, True]
    task.close()
    key = library.models.active_key()
    left = library.catalog.tiles.count_waiting(key)
    assert 0 < left < 13
    before = read_count(library)
    told = run(library.look_closer())
    assert {progress.phase for progress in told} == {Phase.TILING}
    assert (told[-1].done, told[-1].total) == (left, left)
    assert read_count(library) - before == left
    assert run(library.look_closer()) == []


def test_new_photos_of_the_folder_are_looked_at_as_they_arrive(library: Library, photos: Path) -> None:
    look_closer(library)
    write_photo(photos / "new.jpg", "blue with red")
    task = library.keep_up()
    while True:
        try:
            next(task)
        except StopIteration as stop:
            report = stop.value
            break
    assert report.parts_wait
    run(library.look_closer())
    by_part = [hit for hit in library.searcher.search("red") if hit.part is not None]
    assert sorted(names(by_part)) == ["new.jpg", "small.jpg"]


def test_switched_off_all_is_as_it_was(library: Library) -> None:
    before = [(hit.photo.id, hit.cosine) for hit in library.searcher.search("red")]
    look_closer(library)
    look_closer(library, on=False)
    assert [(hit.photo.id, hit.cosine) for hit in library.searcher.search("red")] == before
    assert library.catalog.tiles.last_row(library.models.active_key()) == 0


def test_a_folder_that_is_removed_takes_its_parts_along(library: Library) -> None:
    look_closer(library)
    library.remove_folder(library.folders.all()[0].id)
    assert library.searcher.search("red") == []
    assert library.catalog.tiles.last_row(library.models.active_key()) == 0


def change(path: Path) -> None:
    write_photo(path, "green with blue", mtime_s=1_500_000_000)


@pytest.mark.parametrize("spoil", [Path.unlink, change])
def test_a_photo_that_goes_or_changes_meanwhile_is_left_to_the_next_look(
    library: Library, photos: Path, spoil: Callable[[Path], object]
) -> None:
    spoil(photos / "small.jpg")
    look_closer(library)
    assert library.catalog.tiles.count_waiting(library.models.active_key()) == 1
    run(library.keep_up())
    run(library.look_closer())
    assert library.catalog.tiles.count_waiting(library.models.active_key()) == 0
    assert all(hit.part is None for hit in library.searcher.search("red"))


def test_a_photo_whose_parts_cannot_be_read_is_tried_once_and_found_as_a_whole(library: Library, photos: Path) -> None:
    write_photo(photos / "huge.jpg", "red without tiles")
    run(library.keep_up())
    look_closer(library)
    before = read_count(library)
    assert run(library.look_closer()) == []
    assert read_count(library) == before
    assert names(library.searcher.search("red"))[0] == "huge.jpg"
