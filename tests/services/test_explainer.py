"""Why a photo was found, and what else it looks like."""

import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from photo_clip.core.query import parse
from photo_clip.services.background import Background
from photo_clip.services.explainer import Explainer, Explanation
from photo_clip.services.library import Library
from photo_clip.services.query_embeddings import QueryEmbeddings
from photo_clip.services.tile_finder import TileFinder
from tests.fakes import COLOURS, open_fake_library, write_photo


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    return write_photo(Path(os.path.realpath(tmp_path)) / "photos" / "sky.jpg", "blue")


@pytest.fixture
def library(tmp_path: Path, photo: Path) -> Iterator[Library]:
    library = open_fake_library(tmp_path / "library")
    library.folders.add(photo.parent)
    list(library.keep_up())
    yield library
    library.close()


@pytest.fixture
def background(library: Library, tmp_path: Path) -> Background:
    return Background(library.catalog, list(COLOURS), tmp_path / "cache")


def explained(library: Library, background: Background | None, text: str, path: Path) -> Explanation:
    embeddings = QueryEmbeddings(library.catalog, library.reader)
    explainer = Explainer(library.neighbours, library.models, embeddings, TileFinder(library.catalog), background)
    photo = library.catalog.photo_at(path)
    assert photo is not None
    return explainer.explain(parse(text, date.today()), photo, int(library.catalog.content_ids_of([photo.id])[0]))


def test_what_else_a_photo_looks_like_is_told_beside_what_was_asked_for(
    library: Library, background: Background, photo: Path
) -> None:
    told = explained(library, background, "red", photo).rivals
    assert [words for words, _ in told] == ["blue", "white", "green"]
    assert told[0][1] == pytest.approx(1, abs=0.01)
    assert [words for words, _ in explained(library, background, "blue", photo).rivals] == ["white", "red", "green"]
    assert explained(library, background, "white -blue", photo).rivals[0][0] == "blue"


@pytest.mark.parametrize("text", ["similar:{}", "-red", "name:sky"])
def test_where_nothing_is_asked_for_in_words_nothing_is_told_of_other_words(
    library: Library, background: Background, photo: Path, text: str
) -> None:
    assert explained(library, background, text.format(photo), photo).rivals == ()
    assert explained(library, None, "red", photo).rivals == ()
