"""How labels are judged, by words and by decisions."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from photo_clip.core.errors import UsageError
from photo_clip.core.labels import Label, parse_label_list, written
from photo_clip.core.places import resources_folder
from photo_clip.core.scoring import unit_rows
from photo_clip.core.tagging import (
    TEMPLATES,
    doubtful,
    embedding_of,
    ground_of,
    histogram,
    learned,
    logits_by_words,
    others_among,
    precision_above,
    probability,
)

DIMENSIONS = 32


def vectors(count: int, seed: int, around: np.ndarray | None = None, spread: float = 1.0) -> np.ndarray:
    rows = np.random.default_rng(seed).normal(size=(count, DIMENSIONS)) * spread
    return unit_rows(rows if around is None else rows + around)


def axis(number: int) -> np.ndarray:
    return np.eye(DIMENSIONS, dtype=np.float32)[number]


def test_photos_of_a_label_are_told_from_others() -> None:
    photos = np.concatenate([vectors(20, 1, axis(0) * 4, 0.3), vectors(500, 2)])
    phrases = vectors(60, 3)
    cosines = photos @ axis(0)
    logits = logits_by_words(cosines, phrases @ axis(0), ground_of(photos, phrases), cosines[20:])
    assert logits.shape == (520,)
    chances = probability(logits)
    assert chances[:20].min() > 0.9
    assert (chances[20:] < 0.5).mean() > 0.98


def test_a_phrase_that_says_the_same_is_no_ground_against_a_label() -> None:
    photos = np.concatenate([vectors(20, 1, axis(0) * 4, 0.3), vectors(500, 2)])
    phrases = np.concatenate([vectors(60, 3), axis(0)[np.newaxis]])
    cosines = photos @ axis(0)
    logits = logits_by_words(cosines, phrases @ axis(0), ground_of(photos, phrases), cosines[20:])
    assert probability(logits)[:20].min() > 0.9


def test_a_contrast_takes_photos_away() -> None:
    photos = np.concatenate([vectors(10, 1, axis(0) * 5 + axis(1) * 8, 0.3), vectors(300, 2)])
    phrases, cosines = vectors(60, 3), photos @ axis(0)
    told = (cosines, phrases @ axis(0), ground_of(photos, phrases), cosines[10:])
    assert probability(logits_by_words(*told))[:10].min() > 0.5
    assert probability(logits_by_words(*told, photos @ axis(1)))[:10].max() < 0.5


def test_no_photo_and_one_photo_can_be_judged() -> None:
    phrases = vectors(5, 3)
    nothing = np.empty((0, DIMENSIONS), np.float32)
    assert logits_by_words(nothing @ axis(0), phrases @ axis(0), ground_of(nothing, phrases), np.ones(1)).shape == (0,)
    one = vectors(1, 4)
    logits = logits_by_words(one @ axis(0), phrases @ axis(0), ground_of(one, phrases), one @ axis(0))
    assert np.isfinite(logits).all()


def test_a_ground_grows_with_the_library() -> None:
    photos, phrases = vectors(50, 1), vectors(30, 2)
    whole, parts = ground_of(photos, phrases), ground_of(photos[:20], phrases).joined(ground_of(photos[20:], phrases))
    assert whole.phrases.shape == parts.phrases.shape == (50, 16)
    assert np.allclose(whole.cosines, parts.cosines, atol=1e-5)
    assert np.allclose(whole.spreads, parts.spreads, atol=1e-5)
    assert (np.diff(whole.cosines, axis=1) <= 0).all()


def test_words_are_put_into_sentences_and_averaged() -> None:
    asked: list[str] = []

    def embed(texts: list[str]) -> np.ndarray:
        asked.extend(texts)
        return vectors(len(texts), 5)

    found = embedding_of(["dog", "hound"], embed)
    assert len(asked) == 2 * len(TEMPLATES)
    assert "a photo of a hound" in asked
    assert np.linalg.norm(found) == pytest.approx(1)


def test_decisions_teach_what_the_words_do_not_say() -> None:
    # The words find both; people accept what lies along the one axis and reject the other.
    wanted, other = vectors(200, 1, axis(0) * 3, 0.3), vectors(200, 2, axis(1) * 3, 0.3)
    photos, by_words = np.concatenate([wanted, other]), np.full(400, 0.4, np.float32)
    rows = np.array([0, 1, 2, 200, 201, 202])
    far = vectors(100, 3)
    taught = learned(photos[rows], by_words[rows], rows < 200, far, np.full(100, -6, np.float32))
    chances = probability(taught.logits(photos @ taught.direction, by_words))
    assert chances[:200].min() > 0.5 > chances[200:].max()
    assert probability(taught.logits(far @ taught.direction, np.full(100, -6, np.float32))).max() < 0.1


@given(st.lists(st.booleans(), min_size=1, max_size=30), st.integers(0, 2**31))
def test_learning_ends_well_whatever_is_decided(accepted: list[bool], seed: int) -> None:
    rng = np.random.default_rng(seed)
    rows = vectors(len(accepted), seed)
    by_words = rng.normal(0, 8, len(accepted)).astype(np.float32)
    taught = learned(
        rows, by_words, np.array(accepted), vectors(40, seed + 1), rng.normal(-8, 4, 40).astype(np.float32)
    )
    logits = taught.logits(rows @ taught.direction, by_words)
    assert np.isfinite(logits).all()
    before = np.logaddexp(0, np.where(accepted, -by_words, by_words)).sum()
    assert np.logaddexp(0, np.where(accepted, -logits, logits)).sum() <= before + 5


def test_doubtful_photos_are_asked_for_and_no_two_alike() -> None:
    rows = np.concatenate([np.repeat(axis(0)[np.newaxis], 5, axis=0), axis(1)[np.newaxis], axis(2)[np.newaxis]])
    chances = np.array([0.5, 0.5, 0.5, 0.5, 0.5, 0.45, 0.999])
    assert doubtful(chances, rows, 2).tolist() == [0, 5]
    assert len(doubtful(chances, rows, 50)) == 7
    assert doubtful(chances[:0], rows[:0], 3).tolist() == []


def test_precision_above_a_line_comes_with_its_interval() -> None:
    chances = np.array([0.9] * 50 + [0.6] * 50)
    share, low, high = precision_above(chances, 0.5, [])
    assert share == pytest.approx(0.75)
    assert low < share < high
    surer = precision_above(chances, 0.5, [(0.9, True)] * 60 + [(0.1, False)] * 9)
    assert surer[0] > 0.9
    assert surer[2] - surer[1] < high - low
    assert precision_above(chances[:0], 0.5, []) == (0, 0, 1)


def test_a_histogram_counts_everything() -> None:
    assert histogram(np.array([0, 0.05, 0.5, 1.0]), 4) == [2, 0, 1, 1]
    assert len(others_among(10)) == 10
    assert len(others_among(100_000)) == 500


def test_a_line_of_a_list_says_all_of_a_label() -> None:
    assert parse_label_list(
        "# mine\n\nanimals / wolf|grey wolf, she-wolf = a wolf; wolves !dog; husky \ncat! dog\n a=b"
    ) == [
        Label("animals/wolf", ("grey wolf", "she-wolf"), ("a wolf", "wolves"), ("dog", "husky")),
        Label("cat", (), (), ("dog",)),
        Label("a", (), ("b",)),
    ]
    assert Label("animals/wolf", ("grey wolf",)).words == ("wolf", "grey wolf")
    assert Label("wolf", ("grey wolf",), ("a wolf",)).words == ("a wolf",)


@pytest.mark.parametrize(
    ("text", "told"), [("dog\n= a dog", "Line 2.*no name"), ("dog\ncat\nDOG", "Line 3.*line 1"), ("/ !x", "Line 1")]
)
def test_what_is_wrong_with_a_list_is_told_with_its_line(text: str, told: str) -> None:
    with pytest.raises(UsageError, match=told):
        parse_label_list(text)


@given(st.text(max_size=200))
def test_any_text_is_a_list_or_a_sentence_and_lists_are_stable(text: str) -> None:
    try:
        labels = parse_label_list(text)
    except UsageError:
        return
    assert parse_label_list(written(labels)) == labels


@pytest.mark.parametrize("file", sorted((resources_folder() / "labels").glob("*.txt")), ids=lambda file: file.stem)
def test_every_list_that_is_shipped_can_be_read(file) -> None:
    assert len(parse_label_list(file.read_text(encoding="utf-8"))) > 5
