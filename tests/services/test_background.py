"""The background of a search: made once a model, kept in a cache that may be lost."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from photo_clip.core.stores import EmbeddedPhoto
from photo_clip.services.background import Background
from tests.fakes import FakeEncoder, write_photo
from tests.indexing import Bench

PHRASES = ["red", "green", "blue sky"]


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path)
    bench.folders.add(bench.photos)
    yield bench
    bench.catalog.close()


class CountingEncoder(FakeEncoder):
    texts_embedded = 0

    def embed_texts(self, texts: list[str]) -> np.ndarray:
        self.texts_embedded += len(texts)
        return super().embed_texts(texts)


def test_phrases_are_embedded_once_and_kept_for_the_next_start(bench: Bench, tmp_path: Path) -> None:
    encoder = CountingEncoder()
    first = Background(bench.catalog, PHRASES, tmp_path / "cache").phrases(encoder)
    again = Background(bench.catalog, PHRASES, tmp_path / "cache").phrases(encoder)
    assert encoder.texts_embedded == len(PHRASES)
    assert np.allclose(first, again, atol=1e-3)


def test_other_models_and_other_phrases_have_embeddings_of_their_own(bench: Bench, tmp_path: Path) -> None:
    background = Background(bench.catalog, PHRASES, tmp_path / "cache")
    other = CountingEncoder("other")
    background.phrases(FakeEncoder())
    background.phrases(other)
    Background(bench.catalog, PHRASES[:2], tmp_path / "cache").phrases(other)
    assert other.texts_embedded == 5


@pytest.mark.parametrize("content", [b"", b"rubbish", b"\x93NUMPY\x01\x00"])
def test_a_damaged_cache_is_made_anew(bench: Bench, tmp_path: Path, content: bytes) -> None:
    cache = tmp_path / "cache"
    expected = Background(bench.catalog, PHRASES, cache).phrases(FakeEncoder())
    (file,) = cache.iterdir()
    file.write_bytes(content)
    assert np.allclose(Background(bench.catalog, PHRASES, cache).phrases(FakeEncoder()), expected, atol=1e-3)


def test_a_cache_that_cannot_be_written_costs_time_alone(bench: Bench, tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file where a folder should be")
    assert len(Background(bench.catalog, PHRASES, tmp_path / "cache").phrases(FakeEncoder())) == 3


@pytest.mark.parametrize(
    ("words", "beside"),
    [
        ("a dog at night", [1, 2, 3, 4]),
        ("dogs at night", [0, 1, 2, 3]),
        ("the streets of a city, at NIGHT", [0, 2, 3, 4]),
        ("", [0, 1, 2, 3, 4]),
    ],
)
def test_phrases_that_a_description_says_itself_are_not_beside_it(
    bench: Bench, tmp_path: Path, words: str, beside: list[int]
) -> None:
    phrases = ["a dog", "a city at night", "a street", "a photo of it", "night dogs"]
    assert Background(bench.catalog, phrases, tmp_path / "cache").beside(words).tolist() == beside


def test_where_a_description_says_all_phrases_all_are_beside_it(bench: Bench, tmp_path: Path) -> None:
    assert Background(bench.catalog, ["a dog", "a cat"], tmp_path / "cache").beside("cat and dog").tolist() == [0, 1]


def test_a_sample_is_drawn_from_the_library_and_again_when_that_has_grown(bench: Bench, tmp_path: Path) -> None:
    background = Background(bench.catalog, PHRASES, tmp_path / "cache")
    key = bench.encoder.identity.key
    assert len(background.sample(key)) == 0
    for number in range(8):
        write_photo(bench.photos / f"{number}.jpg", f"red {number}")
    bench.index()
    assert background.sample(key).shape == (8, 3)
    write_photo(bench.photos / "8.jpg", "green 8")
    bench.index()
    assert len(background.sample(key)) == 8
    for number in range(9, 20):
        write_photo(bench.photos / f"{number}.jpg", f"green {number}")
    bench.index()
    assert len(background.sample(key)) == 20


def test_a_model_that_has_embedded_only_one_of_many_photos_has_a_sample(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("photo_clip.services.background._SAMPLE", 4)
    for number in range(40):
        write_photo(bench.photos / f"{number}.jpg", f"red {number}")
    bench.index()
    photo = bench.catalog.photos([17])[0]
    assert photo.content_hash is not None
    assert photo.facts is not None
    vector = np.array([1, 0, 0], np.float32)
    embedded = EmbeddedPhoto(photo.id, photo.stamp, photo.content_hash, photo.facts, vector)
    bench.catalog.embeddings.store("other", [embedded], {})
    background = Background(bench.catalog, PHRASES, tmp_path / "cache")
    assert background.sample("other").tolist() == [[1, 0, 0]]
    assert background.sample(bench.encoder.identity.key).shape == (4, 3)
