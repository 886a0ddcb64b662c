"""The table of tiles names the photos worth a closer look."""

import numpy as np
import pytest

from photo_clip.core.ports import Vectors
from photo_clip.core.scoring import unit_rows
from photo_clip.core.stores import StoredTiles
from photo_clip.core.tile_table import TileTable

DIMENSIONS = 200


@pytest.fixture
def made() -> Vectors:
    """Tiles that lie, as real ones do, mostly along a few of their dimensions."""
    numbers = np.random.default_rng(4)
    return unit_rows(numbers.standard_normal((3000, DIMENSIONS)) * np.geomspace(1, 0.02, DIMENSIONS))


def stored(vectors: Vectors, counts: list[int], first_id: int = 1) -> StoredTiles:
    ids = np.arange(first_id, first_id + len(counts))
    return StoredTiles(ids, np.array(counts), vectors.astype(np.float16), int(ids[-1]))


def test_the_best_tile_of_each_photo_counts(made: Vectors) -> None:
    table = TileTable(made[:500]).extended([stored(made[:1500], [3] * 500), stored(made[1500:], [3] * 500, 501)])
    assert (len(table), table.last_row) == (1000, 1000)
    query = made[2000]
    exact = (made.reshape(1000, 3, DIMENSIONS) @ query).max(axis=1)
    found = table.shortlist(query, 50).tolist()
    assert found[0] == 2000 // 3 + 1
    assert len(set(found) & set((np.argsort(-exact)[:25] + 1).tolist())) == 25


def test_only_what_is_allowed_counts(made: Vectors) -> None:
    table = TileTable(made).extended([stored(made, [3] * 1000)])
    allowed = np.array([5, 700, 9999])
    assert sorted(table.shortlist(made[0], 10, allowed).tolist()) == [5, 700]


def test_a_photo_without_tiles_is_no_candidate(made: Vectors) -> None:
    table = TileTable(made).extended([stored(made[:4], [2, 0, 2])])
    assert sorted(table.shortlist(made[0], 10).tolist()) == [1, 3]
    assert table.last_row == 3


def test_an_extended_table_leaves_the_former_one_as_it_was(made: Vectors) -> None:
    first = TileTable(made).extended([stored(made[:6], [3, 3])])
    second = first.extended([stored(made[6:9], [3], 3)])
    assert (len(first), len(second)) == (2, 3)
    assert first.shortlist(made[7], 5).tolist() != second.shortlist(made[7], 5).tolist()
    assert second.shortlist(made[7], 1).tolist() == [3]


def test_an_empty_table_finds_nothing(made: Vectors) -> None:
    assert not len(TileTable(made[:1]).shortlist(made[0], 5))
