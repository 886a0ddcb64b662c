"""Groups among photos that no label fits."""

import numpy as np

from photo_clip.core.gaps import Group, groups_among, names_of
from photo_clip.core.scoring import unit_rows


def around(axis: int, count: int, spread: float, seed: int) -> np.ndarray:
    rows = np.random.default_rng(seed).normal(size=(count, 24)) * spread
    rows[:, axis] += 1
    return unit_rows(rows)


def test_photos_that_lie_together_make_a_group_and_the_tightest_comes_first() -> None:
    vectors = np.concatenate([around(0, 80, 0.05, 1), around(5, 70, 0.02, 2), around(9, 50, 0.3, 3)])
    stored, everywhere = vectors.astype(np.float16), np.arange(200)
    groups = groups_among(stored, everywhere)
    assert sorted(row for group in groups for row in group.rows.tolist()) == list(range(200))
    assert set(groups[0].rows.tolist()) == set(range(80, 150))
    assert set(groups[1].rows.tolist()) == set(range(80))
    assert groups[0].tightness > groups[1].tightness > groups[2].tightness
    again = groups_among(stored, everywhere)
    assert [group.rows.tolist() for group in again] == [group.rows.tolist() for group in groups]
    among = groups_among(stored, np.arange(150)[::-1])
    assert sorted(row for group in among for row in group.rows.tolist()) == list(range(150))


def test_few_photos_make_no_group() -> None:
    assert groups_among(around(0, 30, 0.1, 1), np.arange(30)) == []
    assert groups_among(np.empty((0, 24), np.float32), np.arange(0)) == []


def test_a_group_is_named_by_what_it_shows_more_than_others() -> None:
    phrases = np.eye(24, dtype=np.float32)[:4]
    group = Group(np.arange(3), unit_rows(np.array([[0.7, 0.6, 0.1, 0] + [0] * 20]))[0], 0.9)
    free = np.ones(4, np.bool_)
    assert names_of([group], phrases, np.array([0.6, 0.1, 0, 0], np.float32), free) == [1]
    assert names_of([group], phrases, np.zeros(4, np.float32), free) == [0]


def test_groups_have_names_of_their_own_that_are_free() -> None:
    phrases = np.eye(24, dtype=np.float32)[:4]
    group = Group(np.arange(3), unit_rows(np.array([[0.9, 0.7, 0.6, 0.1] + [0] * 20]))[0], 0.9)
    free = np.array([False, True, True, True])
    assert names_of([group, group], phrases, np.zeros(4, np.float32), free) == [1, 2]
    assert free.tolist() == [False, True, True, True]
