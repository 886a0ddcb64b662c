"""Near-duplicates among fingerprints, miniatures and times."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from photo_clip.core.likeness import HASH_HEIGHT, HASH_WIDTH, Looks, bits_apart, correlations, fingerprint
from photo_clip.core.stacks import (
    BURST_S,
    VERSION_BITS,
    alike,
    best_first,
    copies,
    joined,
    least_cosine_of,
    shots_of_bursts,
    stacked,
    versions,
)

PIXELS = HASH_HEIGHT * HASH_WIDTH


def looks_of(
    count: int,
    *,
    contents: Sequence[int] | None = None,
    fingerprints: Sequence[int] | None = None,
    taken_s: Sequence[float] | None = None,
    miniatures: np.ndarray | None = None,
    pixels: Sequence[int] | None = None,
    sharpness: Sequence[float] | None = None,
    marked: Sequence[bool] | None = None,
) -> Looks:
    return Looks(
        np.arange(count) + 100,
        np.arange(count) if contents is None else np.array(contents),
        np.full(count, 5, np.int64) if fingerprints is None else np.array(fingerprints, np.int64),
        np.ones(count, np.float32) if sharpness is None else np.array(sharpness, np.float32),
        np.full(count, 1000) if pixels is None else np.array(pixels),
        np.full(count, np.nan) if taken_s is None else np.array(taken_s, float),
        np.zeros(count, np.bool_) if marked is None else np.array(marked),
        np.zeros((count, PIXELS), np.uint8) if miniatures is None else miniatures,
    )


def pairs_of(found: tuple[np.ndarray, np.ndarray]) -> set[tuple[int, int]]:
    return {(min(pair), max(pair)) for pair in zip(found[0].tolist(), found[1].tolist(), strict=True)}


def test_photos_of_one_content_are_copies() -> None:
    assert pairs_of(copies(looks_of(6, contents=[7, 3, 7, 9, 3, 7]))) == {(0, 2), (0, 5), (1, 4)}
    assert pairs_of(copies(looks_of(0))) == set()


def test_versions_are_found_wherever_they_stand() -> None:
    rng = np.random.default_rng(0)
    count = 5000  # more than are compared at once
    prints = rng.integers(-(2**63), 2**63 - 1, count)
    prints[4990] = prints[3] ^ (2**VERSION_BITS - 1)
    prints[130] = prints[70] ^ 1
    prints[200], prints[900] = 0, 0  # pictures of one colour
    expected = {
        (one, other)
        for one in range(count)
        for other in (one + 1 + np.flatnonzero(bits_apart(prints[one : one + 1], prints[one + 1 :]) <= VERSION_BITS))
        if prints[one] != 0
    }
    assert {(3, 4990), (70, 130)} <= expected
    assert pairs_of(joined(*versions(looks_of(count, fingerprints=prints.tolist())))) == expected


def test_shots_are_of_one_burst_when_they_lie_seconds_apart() -> None:
    times = [100.0, 100.0 + BURST_S, float("nan"), 99.0, 500.0, 505.0]
    prints = [5, 6, 5, 5, 5, ~5]
    assert pairs_of(shots_of_bursts(looks_of(6, fingerprints=prints, taken_s=times))) == {(0, 1), (0, 3)}


def test_versions_need_be_more_alike_than_shots_of_a_burst() -> None:
    rng = np.random.default_rng(1)
    picture = rng.integers(60, 180, PIXELS)
    much_the_same = picture + rng.integers(-30, 30, PIXELS)
    brighter = picture + 40
    other = rng.integers(0, 255, PIXELS)
    miniatures = np.array([picture, much_the_same, brighter, other], np.uint8)
    pairs = (np.array([0, 0, 0]), np.array([1, 2, 3]))
    near, sure = alike(looks_of(4, miniatures=miniatures), pairs)
    assert near.tolist() == [False, True, False]
    assert sure.tolist() == [False, True, False]
    near, sure = alike(looks_of(4, miniatures=miniatures, taken_s=[1, 2, 3, 4]), pairs)
    assert near.tolist() == [True, True, False]
    assert sure.tolist() == [False, True, False]


def test_copies_are_near_whatever_they_look_like() -> None:
    _, sure = alike(looks_of(2, contents=[4, 4]), (np.array([0]), np.array([1])))
    assert sure.tolist() == [True]


def test_a_photo_joins_the_first_stack_whose_head_it_is_like() -> None:
    pairs = (np.array([0, 1, 2]), np.array([1, 2, 3]))
    assert stacked(pairs, [0, 1, 2, 3, 4]) == [[0, 1], [2, 3], [4]]
    assert stacked(pairs, [1, 0, 2, 3, 4]) == [[1, 0, 2], [3], [4]]
    assert stacked(pairs, []) == []


@given(st.lists(st.tuples(st.integers(0, 11), st.integers(0, 11)), max_size=40), st.permutations(range(12)))
def test_every_photo_is_in_one_stack_and_near_its_head(found: list[tuple[int, int]], order: list[int]) -> None:
    near = {pair for pair in found if pair[0] != pair[1]}
    pairs = (np.array([one for one, _ in near], int), np.array([other for _, other in near], int))
    stacks = stacked(pairs, order)
    assert sorted(row for stack in stacks for row in stack) == list(range(12))
    for head, *others in stacks:
        assert all((head, each) in near or (each, head) in near for each in others)
        assert all(order.index(head) < order.index(each) for each in others)


def test_what_is_marked_comes_first_then_the_largest_then_the_sharpest() -> None:
    looks = looks_of(
        5, marked=[False, False, False, True, False], pixels=[100, 1000, 1010, 10, 1000], sharpness=[9, 50, 1, 1, 90]
    )
    assert best_first(looks) == [3, 2, 4, 1, 0]


def test_how_near_duplicates_lie_depends_on_how_far_others_do() -> None:
    rng = np.random.default_rng(2)

    def sample(common: float) -> np.ndarray:
        rows = rng.normal(size=(400, 64)) + common
        return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)

    assert 0.3 < least_cosine_of(sample(0)) < 0.7 < least_cosine_of(sample(1.5)) <= 0.95
    assert least_cosine_of(sample(0)[:50]) == -1
    assert least_cosine_of(np.empty((0, 4), np.float32)) == -1


def test_pictures_are_alike_whatever_the_light() -> None:
    rng = np.random.default_rng(3)
    one = rng.integers(0, 100, (1, PIXELS)).astype(np.uint8)
    assert correlations(one, one + 50) == pytest.approx(1)
    assert correlations(one, 200 - one) == pytest.approx(-1)
    assert correlations(one, np.full_like(one, 9)).tolist() == [0]
    assert fingerprint(one.reshape(HASH_HEIGHT, HASH_WIDTH)) == fingerprint(one.reshape(HASH_HEIGHT, HASH_WIDTH) + 7)
