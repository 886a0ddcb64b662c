"""Queries of several parts: more and less like, filters, words in names, photos among words."""

import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from photo_clip.core.errors import UsageError
from photo_clip.core.query import parse
from photo_clip.core.relevance import LINE
from photo_clip.services.background import Background
from photo_clip.services.library import Library
from photo_clip.services.query_embeddings import QueryEmbeddings
from photo_clip.services.searcher import Found, Searcher
from tests.fakes import COLOURS, open_fake_library, write_photo
from tests.indexing import run

PICTURES = {
    "sea/p1.jpg": "red 1",
    "sea/p2.jpg": "blue 1",
    "land/p3.jpg": "green 1",
    "land/sunset.jpg": "white 1",
}


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    photos = Path(os.path.realpath(tmp_path)) / "photos"
    for number, (name, words) in enumerate(PICTURES.items()):
        write_photo(photos / name, words, mtime_s=1_500_000_000 + number)
    library = open_fake_library(tmp_path / "library")
    library.folders.add(photos)
    run(library.keep_up())
    yield library
    library.close()


def names(library: Library, typed: str, limit: int = 10) -> list[str]:
    return [hit.photo.path.name for hit in library.searcher.search(typed, limit)]


def test_what_is_to_be_avoided_comes_last(library: Library) -> None:
    assert names(library, "white")[0] == "sunset.jpg"
    assert names(library, "white -green -blue")[0] == "p1.jpg"
    assert names(library, "white without green and blue")[0] == "p1.jpg"
    assert names(library, "-red")[-1] == "p1.jpg"


def test_weights_shift_the_balance(library: Library) -> None:
    assert names(library, "2:red +green")[:2] == ["p1.jpg", "sunset.jpg"]
    assert names(library, "red 3:green")[0] == "p3.jpg"


def test_a_photo_and_words_are_mixed(library: Library) -> None:
    photo = next(hit.photo.path for hit in library.searcher.search("blue") if hit.photo.path.name == "p2.jpg")
    assert names(library, f'similar:"{photo}"')[0] == "p2.jpg"
    assert names(library, f'similar:"{photo}" +red')[0] == "sunset.jpg"
    assert names(library, f'0.1:similar:"{photo}" 5:red')[0] == "p1.jpg"
    with pytest.raises(UsageError, match="nowhere"):
        library.searcher.search("similar:nowhere.jpg")


def test_a_photo_that_changed_and_waits_to_be_read_is_looked_at_for_others_like_it(
    library: Library, tmp_path: Path
) -> None:
    photo = write_photo(tmp_path / "photos" / "land" / "sunset.jpg", "blue now", mtime_s=1_500_001_000)
    run(library.indexer.follow())
    encoder, embeddings = library.models.active_encoder(), QueryEmbeddings(library.catalog, library.reader)
    unknown = write_photo(tmp_path / "unknown.jpg", "blue now")
    np.testing.assert_array_equal(embeddings.of_photo(encoder, photo), embeddings.of_photo(encoder, unknown))


def test_filters_narrow_the_answer(library: Library) -> None:
    assert names(library, "red folder:land") == ["sunset.jpg", "p3.jpg"]
    assert names(library, "red folder:land -name:sunset") == ["p3.jpg"]
    assert names(library, "red date:1999") == []
    assert library.searcher.search("red folder:sea")[0].cosine == pytest.approx(1, abs=0.01)


def test_filters_alone_list_photos_newest_first(library: Library) -> None:
    assert names(library, "folder:photos") == ["sunset.jpg", "p3.jpg", "p2.jpg", "p1.jpg"]
    assert names(library, "folder:photos", 2) == ["sunset.jpg", "p3.jpg"]


@pytest.mark.parametrize("typed", ["kamera:fuji", "red date:soon", "near:Atlantis"])
def test_a_filter_that_makes_no_sense_is_told(library: Library, typed: str) -> None:
    with pytest.raises(UsageError) as trouble:
        library.searcher.search(typed)
    assert trouble.value.advice


def test_words_in_names_are_found_beside_pictures_and_said_so(library: Library) -> None:
    hits = library.searcher.search("sunset")
    assert [hit.photo.path.name for hit in hits if hit.says_it] == ["sunset.jpg"]
    assert names(library, "sea", 2) == ["p1.jpg", "p2.jpg"]
    assert {hit.photo.path.name for hit in library.searcher.search("sea") if hit.says_it} == {"p1.jpg", "p2.jpg"}


def test_a_copy_in_another_folder_does_not_pass_the_filter_of_the_first(library: Library, tmp_path: Path) -> None:
    write_photo(tmp_path / "photos" / "elsewhere" / "copy.jpg", "red 1")
    run(library.keep_up())
    assert names(library, "red folder:elsewhere") == ["copy.jpg"]


@pytest.fixture
def judging(library: Library, tmp_path: Path) -> Searcher:
    """Return a searcher that tells matches, over many photos of each colour."""
    for number in range(30):
        for colour in COLOURS:
            write_photo(tmp_path / "photos" / "many" / f"x{number}{colour[0]}.jpg", f"{colour} {number + 10}")
    run(library.keep_up())
    background = Background(library.catalog, list(COLOURS), tmp_path / "cache")
    embeddings = QueryEmbeddings(library.catalog, library.reader)
    return Searcher(library.catalog, library.neighbours, library.models, embeddings, background)


def matching(searcher: Searcher, library: Library, typed: str) -> set[str]:
    hits = searcher.search(typed, 500)
    return {hit.photo.path.name[-5] for hit in hits if (hit.relevance or 0) >= LINE}


def test_must_and_avoid_decide_what_matches(judging: Searcher, library: Library) -> None:
    assert matching(judging, library, "red folder:many") == {"r"}
    assert matching(judging, library, "red -red folder:many") == set()
    assert matching(judging, library, "red must:blue folder:many") == set()


def test_the_line_can_be_moved(judging: Searcher) -> None:
    query = parse("red folder:many", date(2026, 1, 1))
    counts = [judging.find(query, line=line).matches or 0 for line in (0.999, 0.5, 0.001)]
    assert counts == sorted(counts)
    assert counts[0] < counts[-1]
    found: Found = judging.find(query, line=0.001)
    assert found.cosines is not None
    assert np.all(np.diff(found.cosines[: found.matches]) <= 0)


def test_what_the_words_alone_found_comes_between_matches_and_weaker_ones(
    judging: Searcher, library: Library, tmp_path: Path
) -> None:
    write_photo(tmp_path / "photos" / "many" / "redwood.jpg", "blue 99")
    run(library.keep_up())
    hits = judging.search("red", 500)
    kinds = [0 if (hit.relevance or 0) >= LINE else 1 if hit.says_it else 2 for hit in hits]
    assert [hit.photo.path.name for hit, kind in zip(hits, kinds, strict=True) if kind == 1] == ["redwood.jpg"]
    assert kinds == sorted(kinds)


def test_only_photos_no_line(judging: Searcher, library: Library) -> None:
    photo = library.searcher.search("blue")[0].photo.path
    assert judging.find(parse(f'similar:"{photo}"', date(2026, 1, 1))).matches is None
    assert judging.find(parse("-red", date(2026, 1, 1))).matches is None
