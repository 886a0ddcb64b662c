"""What labels mean to a model: made once, kept in a cache that may be lost."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from photo_clip.core.tagging import TEMPLATES
from photo_clip.services import label_embeddings
from photo_clip.services.label_embeddings import LabelEmbeddings
from tests.fakes import FakeEncoder


class CountingEncoder(FakeEncoder):
    def __init__(self, name: str = "colours") -> None:
        super().__init__(name)
        self.labels: list[str] = []

    def embed_texts(self, texts: Sequence[str]) -> np.ndarray:
        self.labels.append(texts[0])
        assert len(texts) % len(TEMPLATES) == 0
        return super().embed_texts(texts)


def test_a_label_is_embedded_once_and_means_the_same_at_the_next_start(tmp_path: Path) -> None:
    encoder = CountingEncoder()
    first = LabelEmbeddings(tmp_path / "cache")
    made = [first.of(encoder, words) for words in (["red"], ["red", "warm"], ["red"])]
    assert encoder.labels == ["red", "red"]
    first.keep()
    again = LabelEmbeddings(tmp_path / "cache")
    assert [again.of(encoder, words).tolist() for words in (["red"], ["red", "warm"])] == [
        vector.tolist() for vector in made[:2]
    ]
    assert encoder.labels == ["red", "red"]
    assert np.linalg.norm(made[0]) == pytest.approx(1, abs=1e-3)
    assert [file.suffix for file in (tmp_path / "cache").iterdir()] == [".npz"]


def test_a_crash_loses_a_few_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(label_embeddings, "_WRITTEN_AFTER", 4)
    encoder = CountingEncoder()
    crashed = LabelEmbeddings(tmp_path)
    for number in range(10):
        crashed.of(encoder, [f"label {number}"])
    encoder.labels.clear()
    (tmp_path / "labels-left.part").write_bytes(b"cut off")
    after = LabelEmbeddings(tmp_path)
    for number in range(10):
        after.of(encoder, [f"label {number}"])
    assert encoder.labels == ["label 8", "label 9"]


def test_each_model_has_its_own_until_it_is_removed(tmp_path: Path) -> None:
    one, other = CountingEncoder("one"), CountingEncoder("other")
    embeddings = LabelEmbeddings(tmp_path)
    for encoder in (one, other, one):
        embeddings.of(encoder, ["red"])
    assert (one.labels, other.labels) == (["red"], ["red"])
    embeddings.keep()
    embeddings.forget(one.identity.key)
    embeddings.of(one, ["red"])
    embeddings.of(other, ["red"])
    assert (one.labels, other.labels) == (["red", "red"], ["red"])


def test_the_longest_unused_go_where_there_are_too_many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(label_embeddings, "_MOST", 2)
    encoder = CountingEncoder()
    embeddings = LabelEmbeddings(tmp_path)
    for word in ("red", "green", "blue", "red"):
        embeddings.of(encoder, [word])
    embeddings.keep()
    encoder.labels.clear()
    again = LabelEmbeddings(tmp_path)
    for word in ("red", "blue", "green"):
        again.of(encoder, [word])
    assert encoder.labels == ["green"]


def _cut_off(content: bytes) -> bytes:
    return content[: len(content) // 2]


def _spoilt(content: bytes) -> bytes:
    return content.replace(b"\x00\x3c", b"\x00\x3d")  # a one, as float16


def _encrypted(content: bytes) -> bytes:
    """Return it with another bit turned over, that tells what is encrypted."""
    flags = content.index(b"PK\x01\x02") + 8
    return content[:flags] + b"\x01" + content[flags + 1 :]


@pytest.mark.parametrize("damaged", [lambda _: b"", lambda _: b"rubbish", _cut_off, _spoilt, _encrypted])
def test_a_damaged_cache_is_made_anew(tmp_path: Path, damaged: Callable[[bytes], bytes]) -> None:
    encoder = CountingEncoder()
    encoder.embed_texts = lambda texts: np.eye(3, dtype=np.float32)[[0] * len(texts)]  # type: ignore[method-assign]
    first = LabelEmbeddings(tmp_path)
    expected = first.of(encoder, ["red"]).tolist()
    first.keep()
    (file,) = tmp_path.iterdir()
    content = damaged(file.read_bytes())
    assert content != file.read_bytes()
    file.write_bytes(content)
    assert LabelEmbeddings(tmp_path).of(encoder, ["red"]).tolist() == expected


@pytest.mark.parametrize("is_there", [False, True])
def test_a_cache_that_cannot_be_written_costs_time_alone(tmp_path: Path, is_there: bool) -> None:
    if is_there:
        (tmp_path / "cache").write_text("a file where a folder should be")
    embeddings = LabelEmbeddings(tmp_path / "cache" if is_there else None)
    encoder = CountingEncoder()
    for _ in range(2):
        embeddings.of(encoder, ["red"])
        embeddings.keep()
    embeddings.forget("other")
    assert encoder.labels == ["red"]
