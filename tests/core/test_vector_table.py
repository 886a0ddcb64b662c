"""The table of embeddings: the same answer with a sketch and without it, whatever is added and left out."""

import numpy as np
import pytest
from numpy.typing import NDArray

from photo_clip.core.ports import Vectors
from photo_clip.core.scoring import unit_rows
from photo_clip.core.stores import StoredVectors
from photo_clip.core.vector_table import VectorTable


def clustered(count: int, seed: int = 1, dimensions: int = 256) -> NDArray[np.float16]:
    """Return unit vectors in groups, as photos are."""
    numbers = np.random.default_rng(seed)
    centres = np.random.default_rng(0).normal(size=(60, dimensions))
    noise = 0.7 * numbers.normal(size=(count, dimensions))
    return unit_rows(centres[numbers.integers(0, 60, count)] + noise).astype(np.float16)


def stored(vectors: NDArray[np.float16], first_id: int = 1) -> StoredVectors:
    ids = np.arange(first_id, first_id + len(vectors), dtype=np.int64)
    return StoredVectors(ids, vectors, first_id + len(vectors) - 1)


QUERIES = clustered(10, seed=9).astype(np.float32)


def no_words() -> Vectors:
    return np.empty((0, 256), np.float32)


@pytest.fixture(scope="module")
def vectors() -> NDArray[np.float16]:
    return clustered(20_000)


@pytest.fixture(scope="module")
def sketched(vectors: NDArray[np.float16]) -> VectorTable:
    table = VectorTable(stored(vectors))
    table.draw_sketch(no_words)
    assert table.is_sketched
    return table


def test_a_shortlist_gives_nearly_all_of_the_exact_answer_with_exact_cosines(
    vectors: NDArray[np.float16], sketched: VectorTable
) -> None:
    exact = VectorTable(stored(vectors))
    shared = []
    for query in QUERIES:
        (ids, cosines), (exact_ids, exact_cosines) = sketched.nearest(query, 100), exact.nearest(query, 100)
        shared.append(len(set(ids.tolist()) & set(exact_ids.tolist())))
        assert ids[0] == exact_ids[0]
        assert np.allclose(cosines[:50], exact_cosines[:50], atol=1e-3)
        assert (np.diff(cosines) <= 0).all()
    assert np.mean(shared) >= 99


@pytest.mark.parametrize("count", [1, 5])
def test_a_short_shortlist_holds_the_best_few(vectors: NDArray[np.float16], sketched: VectorTable, count: int) -> None:
    exact = VectorTable(stored(vectors))
    for query in QUERIES:
        assert sketched.nearest(query, count)[0].tolist() == exact.nearest(query, count)[0].tolist()


def test_a_sketch_drawn_for_words_finds_what_words_that_lie_elsewhere_than_photos_ask_for() -> None:
    numbers = np.random.default_rng(5)
    shown = numbers.normal(size=(20_000, 256)) * np.repeat([1, 0.5], [160, 96])
    photos = unit_rows(shown).astype(np.float16)
    told = numbers.normal(size=(300, 256)) * np.repeat([0, 1], [224, 32])  # what hardly shows in photos
    asked, words = np.split(unit_rows(told), [20])
    exact, for_photos, for_words = (VectorTable(stored(photos)) for _ in range(3))
    for_photos.draw_sketch(no_words)
    for_words.draw_sketch(lambda: words)

    def recall(table: VectorTable) -> float:
        found = [(set(t.nearest(q, 100)[0].tolist()) for t in (table, exact)) for q in asked]
        return float(np.mean([len(set.intersection(*pair)) / 100 for pair in found]))

    assert recall(for_words) >= 0.99
    assert recall(for_words) > recall(for_photos)


def test_only_what_is_allowed_is_found(vectors: NDArray[np.float16], sketched: VectorTable) -> None:
    exact = VectorTable(stored(vectors))
    for allowed in (np.arange(1, 20_001, 2), np.array([5, 77, 12_000]), np.empty(0, np.int64), np.array([10**9])):
        ids, cosines = sketched.nearest(QUERIES[0], 50, allowed)
        expected, _ = exact.nearest(QUERIES[0], 50, allowed)
        assert set(ids.tolist()) <= set(allowed.tolist())
        assert len(set(ids.tolist()) & set(expected.tolist())) >= 0.96 * len(expected)
        assert len(ids) == len(cosines) == len(expected)


def test_a_few_allowed_are_all_ranked_exactly(vectors: NDArray[np.float16], sketched: VectorTable) -> None:
    allowed = np.random.default_rng(4).choice(20_000, 1500, replace=False) + 1
    found, expected = (table.nearest(QUERIES[1], 300, allowed) for table in (sketched, VectorTable(stored(vectors))))
    assert found[0].tolist() == expected[0].tolist()


def test_what_is_added_is_found_in_a_sketch_and_without_it(vectors: NDArray[np.float16], sketched: VectorTable) -> None:
    more = clustered(500, seed=7)
    for table in (sketched, VectorTable(stored(vectors))):
        longer = table.extended(stored(more, first_id=30_000))
        assert (len(table), len(longer), longer.last_row) == (20_000, 20_500, 30_499)
        assert longer.is_sketched == table.is_sketched
        assert longer.nearest(more[3].astype(np.float32), 1)[0].tolist() == [30_003]


def test_a_table_that_has_doubled_draws_its_sketch_anew(vectors: NDArray[np.float16], sketched: VectorTable) -> None:
    longer = sketched.extended(stored(vectors, first_id=30_000))
    assert not longer.is_sketched
    longer.draw_sketch(no_words)
    assert longer.is_sketched


@pytest.mark.parametrize(("count", "dimensions"), [(0, 0), (0, 64), (1, 64), (50, 256), (5000, 100)])
def test_small_tables_need_no_sketch(count: int, dimensions: int) -> None:
    table = VectorTable(stored(clustered(count, dimensions=dimensions)))
    table.draw_sketch(no_words)
    assert not table.is_sketched
    ids, cosines = table.nearest(np.ones(dimensions, np.float32) / 8, 10)
    assert len(ids) == len(cosines) == min(10, count)
    assert len(table.nearest(np.ones(dimensions, np.float32), 0)[0]) == 0
