"""Widening float16 rows."""

import numpy as np

from photo_clip.core.halves import widened, widened_blocks


def test_every_finite_number_is_widened_as_numpy_does_it() -> None:
    every = np.arange(2**16, dtype=np.uint16).view(np.float16)
    finite = every[np.isfinite(every)]

    assert widened(finite).tobytes() == finite.astype(np.float32).tobytes()


def test_rows_that_do_not_lie_in_a_row_are_widened_too() -> None:
    halves = np.arange(48, dtype=np.float16).reshape(6, 8)

    np.testing.assert_array_equal(widened(halves[::2, 1::3]), halves[::2, 1::3].astype(np.float32))
    np.testing.assert_array_equal(widened(halves.T), halves.T.astype(np.float32))


def test_what_is_wide_already_is_not_copied() -> None:
    wide = np.ones((3, 4), np.float32)

    assert np.shares_memory(widened(wide), wide)


def test_blocks_hold_each_row_once_and_where_it_is() -> None:
    halves = np.arange(2500, dtype=np.float16).reshape(-1, 1)
    found = np.full((2500, 1), -1, np.float32)

    for here, block in widened_blocks(halves):
        found[here] = block

    np.testing.assert_array_equal(found, halves.astype(np.float32))


def test_no_rows_make_no_block() -> None:
    assert list(widened_blocks(np.empty((0, 5), np.float16))) == []


def test_some_rows_alone_are_widened_in_their_order() -> None:
    halves = np.arange(5000, dtype=np.float16).reshape(-1, 1)
    among = np.arange(2000)[::-1] * 2
    found = np.full((2000, 1), -1, np.float32)

    for here, block in widened_blocks(halves, among):
        found[here] = block

    np.testing.assert_array_equal(found, halves[among].astype(np.float32))
