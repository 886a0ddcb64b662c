"""Ids are found among others, in whatever order those stand."""

import numpy as np
import pytest

from photo_clip.core.id_rows import rows_of


@pytest.mark.parametrize("is_sorted_before", [False, True])
def test_each_id_is_found_at_its_row_and_others_nowhere(is_sorted_before: bool) -> None:
    ids = np.array([30, 10, 20])
    sorter = np.argsort(ids) if is_sorted_before else None
    assert rows_of(np.array([10, 5, 30, 40, 20, 10]), ids, sorter).tolist() == [1, -1, 0, -1, 2, 1]


def test_nothing_is_found_among_none_and_none_among_some() -> None:
    none = np.empty(0, np.int64)
    assert rows_of(np.array([1, 2]), none).tolist() == [-1, -1]
    assert rows_of(none, np.array([1, 2])).tolist() == []
