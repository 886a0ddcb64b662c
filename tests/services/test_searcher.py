"""Searching by words, by photos and by labels, over a real catalogue."""

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from photo_clip.core.errors import UsageError
from photo_clip.core.photo import Hit
from photo_clip.core.progress import Task
from photo_clip.core.relevance import LINE
from photo_clip.services.background import Background
from photo_clip.services.library import Library
from photo_clip.services.query_embeddings import QueryEmbeddings
from photo_clip.services.searcher import Searcher
from tests.fakes import COLOURS, FakeEncoder, FakeReader, open_fake_library, unplug, write_photo
from tests.indexing import indexing


def run(task: Task[object]) -> None:
    for _ in task:
        pass


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = Path(os.path.realpath(tmp_path)) / "photos"
    folder.mkdir()
    return folder


@pytest.fixture
def library(tmp_path: Path, photos: Path) -> Iterator[Library]:
    library = open_fake_library(tmp_path / "library")
    library.folders.add(photos)
    yield library
    library.close()


def keep_up(library: Library) -> Library:
    run(library.keep_up())  # type: ignore[arg-type]
    return library


def names(hits: list[Hit]) -> list[str]:
    return [hit.photo.path.name for hit in hits]


def encoder_of(library: Library) -> FakeEncoder:
    encoder = library.models.active_encoder()
    assert isinstance(encoder, FakeEncoder)
    return encoder


def reader_of(library: Library) -> FakeReader:
    assert isinstance(library.reader, FakeReader)
    return library.reader


def test_words_find_photos_best_first(library: Library, photos: Path) -> None:
    for colour in COLOURS:
        write_photo(photos / f"{colour}.jpg", f"{colour} 1")
    hits = keep_up(library).searcher.search("  red\n")
    assert names(hits)[:2] == ["red.jpg", "white.jpg"]
    assert [hit.cosine for hit in hits] == sorted((hit.cosine for hit in hits), reverse=True)
    assert hits[0].cosine == pytest.approx(1, abs=1e-2)
    assert names(library.searcher.search("red", limit=1)) == ["red.jpg"]


@pytest.mark.parametrize("words", ["", "   ", "\n\t", "\u200d"])
def test_no_words_find_nothing_and_wake_no_model(library: Library, photos: Path, words: str) -> None:
    write_photo(photos / "a.jpg", "red")
    keep_up(library)
    encoder_of(library).close()
    assert library.searcher.search(words) == []


def test_an_empty_library_has_nothing_to_find(library: Library, photos: Path) -> None:
    assert library.searcher.search("red") == []
    assert library.searcher.similar_to_file(write_photo(photos / "a.jpg", "red")) == []


@pytest.mark.parametrize("limit", [0, -1])
def test_a_limit_of_none_finds_none(library: Library, photos: Path, limit: int) -> None:
    write_photo(photos / "a.jpg", "red")
    assert keep_up(library).searcher.search("red", limit) == []


def test_one_content_in_several_photos_gives_several_hits(library: Library, photos: Path) -> None:
    for number in range(3):
        write_photo(photos / f"{number}.jpg", "red same")
    write_photo(photos / "other.jpg", "blue")
    hits = keep_up(library).searcher.search("red")
    assert names(hits) == ["0.jpg", "1.jpg", "2.jpg", "other.jpg"]
    assert names(library.searcher.search("red", limit=2)) == ["0.jpg", "1.jpg"]


def test_a_missing_photo_is_not_found_and_its_copy_is(library: Library, photos: Path) -> None:
    write_photo(photos / "a.jpg", "red same")
    write_photo(photos / "b.jpg", "red same")
    write_photo(photos / "c.jpg", "red other")
    keep_up(library)
    (photos / "a.jpg").unlink()
    (photos / "c.jpg").unlink()
    assert names(keep_up(library).searcher.search("red")) == ["b.jpg"]


def test_an_offline_photo_is_found_and_marked(library: Library, photos: Path) -> None:
    write_photo(photos / "a.jpg", "red")
    keep_up(library)
    unplug(photos)
    (hit,) = keep_up(library).searcher.search("red")
    assert hit.photo.offline


@pytest.mark.parametrize("is_level", [True, False], ids=["through the index", "exactly"])
def test_removed_photos_do_not_eat_the_places_of_others(library: Library, photos: Path, is_level: bool) -> None:
    for number in range(60):
        write_photo(photos / f"red {number}.jpg", f"red {number}")
    for number in range(5):
        write_photo(photos / f"blue {number}.jpg", f"blue {number}")
    folder = library.folders.all()[0]
    if is_level:
        keep_up(library)
    else:
        run(indexing(library.indexer, library.models.active_encoder()))  # type: ignore[arg-type]
    for number in range(60):
        (photos / f"red {number}.jpg").unlink()
    run(indexing(library.indexer, library.models.active_encoder(), accept_losses=[folder.id]))  # type: ignore[arg-type]
    assert library.neighbours.is_level(encoder_of(library).identity.key) is is_level
    assert len(library.searcher.search("red", limit=4)) == 4


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the texts that are embedded from now on."""
    texts_asked: list[str] = []
    embed = FakeEncoder.embed_texts

    def counting(encoder: FakeEncoder, texts: list[str]) -> object:
        texts_asked.extend(texts)
        return embed(encoder, texts)

    monkeypatch.setattr(FakeEncoder, "embed_texts", counting)
    return texts_asked


def test_repeated_words_are_embedded_once_for_each_model(library: Library, photos: Path, asked: list[str]) -> None:
    for words in ("red", " red", "blue", "red", "red "):
        library.searcher.search(words)
    assert asked == ["red", "blue"]
    for number in range(300):
        library.searcher.search(f"word {number}")
    library.searcher.search("red")
    assert asked[-1] == "red"
    assert asked.count("red") == 2


def test_a_photo_is_most_similar_to_itself_even_before_its_copies(library: Library, photos: Path) -> None:
    for name in ("copy.jpg", "it.jpg", "third.jpg"):
        write_photo(photos / name, "red same")
    write_photo(photos / "near.jpg", "white")
    keep_up(library)
    for path in (photos / "it.jpg", photos / ".." / "photos" / "it.jpg"):
        hits = library.searcher.search(f'similar:"{path}"')
        assert (names(hits)[0], set(names(hits)[1:3])) == ("it.jpg", {"copy.jpg", "third.jpg"})


def test_a_file_from_elsewhere_finds_what_looks_like_it(library: Library, photos: Path, tmp_path: Path) -> None:
    write_photo(photos / "red.jpg", "red 1")
    write_photo(photos / "blue.jpg", "blue 1")
    other = write_photo(tmp_path / "elsewhere" / "other.png", "blue 2")
    assert names(keep_up(library).searcher.similar_to_file(other)) == ["blue.jpg", "red.jpg"]


def test_a_known_photo_is_not_read_again_unless_it_changed(
    library: Library, photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo = write_photo(photos / "red.jpg", "red 1")
    write_photo(photos / "blue.jpg", "blue 1")
    keep_up(library)
    read = reader_of(library).files_read
    read.clear()
    monkeypatch.chdir(photos)
    for path in (photo, Path("red.jpg"), photos / ".." / "photos" / "red.jpg"):
        assert names(library.searcher.similar_to_file(path))[0] == "red.jpg"
    assert read == []
    write_photo(photo, "blue now", mtime_s=1_000_000_009)
    assert names(library.searcher.similar_to_file(photo))[0] == "blue.jpg"
    assert read == [photo]


def test_a_known_photo_on_an_unplugged_drive_can_be_asked_for(library: Library, photos: Path) -> None:
    write_photo(photos / "red.jpg", "red 1")
    keep_up(library)
    unplug(photos)
    keep_up(library)
    assert names(library.searcher.similar_to_file(photos / "red.jpg")) == ["red.jpg"]


@pytest.mark.parametrize("words", [None, "broken"])
def test_a_file_that_cannot_be_used_says_why(library: Library, tmp_path: Path, words: str | None) -> None:
    path = tmp_path / "x.jpg" if words is None else write_photo(tmp_path / "x.jpg", words)
    for ask in (lambda: library.searcher.similar_to_file(path), lambda: library.classifier.classify(path, ["cat"])):
        with pytest.raises(UsageError) as trouble:
            ask()
        assert "x.jpg" in trouble.value.sentence
        assert trouble.value.advice


def test_labels_share_all_probability_and_the_best_comes_first(library: Library, tmp_path: Path) -> None:
    photo = write_photo(tmp_path / "a.jpg", "green")
    found = library.classifier.classify(photo, ["red", "green", "blue"])
    assert sum(probability for _, probability in found) == pytest.approx(1)
    assert found[0][0] == "green"
    assert [probability for _, probability in found] == sorted((each for _, each in found), reverse=True)


def test_probabilities_are_the_softmax_of_scaled_cosines(library: Library, tmp_path: Path) -> None:
    photo = write_photo(tmp_path / "a.jpg", "green")
    encoder = encoder_of(library)
    image = encoder.embed_texts(["green"])[0]
    logits = 10.0 * np.array([float(encoder.embed_texts([label])[0] @ image) for label in ("green", "red")])
    expected = np.exp(logits) / np.exp(logits).sum()
    found = library.classifier.classify(photo, ["green", "red"])
    assert [each for _, each in found] == pytest.approx(expected.tolist(), abs=0.01)


def test_a_template_puts_each_label_in_its_place(library: Library, tmp_path: Path, asked: list[str]) -> None:
    photo = write_photo(tmp_path / "a.jpg", "green")
    found = library.classifier.classify(photo, ["red", "{} green"], "a {} photo")
    assert asked == ["a red photo", "a {} green photo"]
    assert [label for label, _ in found] == ["{} green", "red"]
    with pytest.raises(UsageError, match="place for the label"):
        library.classifier.classify(photo, ["red"], "a photo")


def test_no_label_gives_no_probability(library: Library, tmp_path: Path) -> None:
    assert library.classifier.classify(tmp_path / "never read.jpg", []) == []


def test_one_label_is_certain(library: Library, tmp_path: Path) -> None:
    assert library.classifier.classify(write_photo(tmp_path / "a.jpg", "red"), ["blue"]) == [("blue", 1.0)]


def test_with_a_background_matches_come_before_weaker_ones_each_by_cosine(
    library: Library, photos: Path, tmp_path: Path
) -> None:
    for number in range(30):
        for colour in COLOURS:
            write_photo(photos / f"{colour} {number}.jpg", f"{colour} {number}")
    keep_up(library)
    background = Background(library.catalog, list(COLOURS), tmp_path / "cache")
    searcher = Searcher(
        library.catalog,
        library.neighbours,
        library.models,
        QueryEmbeddings(library.catalog, library.reader),
        background,
    )
    hits = searcher.search("red")
    matching = [(hit.relevance or 0) >= LINE for hit in hits]
    assert matching == sorted(matching, reverse=True)
    assert matching[0]
    assert not matching[-1]
    for group in (True, False):
        cosines = [hit.cosine for hit, matches in zip(hits, matching, strict=True) if matches is group]
        assert cosines == sorted(cosines, reverse=True)
    assert [hit.photo.id for hit in searcher.search("red", 3)] == [hit.photo.id for hit in hits[:3]]
    assert library.searcher.search("red")[0].relevance is None
