"""Tiles cover a photo of any shape, and can be named."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from photo_clip.core.tiles import TILE_SIDE, USUAL_TILES, Box, cost_in_words, place_in_words, tile_boxes


@pytest.mark.parametrize(("size", "count"), [((1000, 1000), 9), ((4000, 3000), 12), ((4000, 6000), 12), ((1, 1), 9)])
def test_a_photo_of_a_usual_shape_has_nine_or_twelve_tiles(size: tuple[int, int], count: int) -> None:
    assert len(tile_boxes(*size)) == count
    assert count in (9, USUAL_TILES)


@given(st.integers(1, 30_000), st.integers(1, 30_000))
def test_tiles_are_square_and_stay_within_the_photo(width_px: int, height_px: int) -> None:
    boxes = tile_boxes(width_px, height_px)
    for box in boxes:
        assert box.width * width_px == pytest.approx(box.height * height_px)
        assert box.left >= 0
        assert box.top >= 0
        assert box.left + box.width <= 1 + 1e-9
        assert box.top + box.height <= 1 + 1e-9
    assert len(set(boxes)) == len(boxes) <= 8 * 3


@given(st.floats(1, 3))
def test_nothing_lies_between_the_tiles_of_a_photo_that_is_no_long_panorama(ratio: float) -> None:
    width_px, height_px = round(3000 * ratio), 3000
    covered = np.zeros((60, 180), bool)
    for box in tile_boxes(width_px, height_px):
        rows = slice(int(np.floor(box.top * 60 + 1e-6)), int(np.ceil((box.top + box.height) * 60 - 1e-6)))
        columns = slice(int(np.floor(box.left * 180 + 1e-6)), int(np.ceil((box.left + box.width) * 180 - 1e-6)))
        covered[rows, columns] = True
    assert covered.all()


def test_a_part_is_named_as_people_name_it() -> None:
    side = TILE_SIDE
    assert place_in_words(Box(0, 0, side, side)) == "upper left part"
    assert place_in_words(Box(1 - side, 1 - side, side, side)) == "lower right part"
    assert place_in_words(Box(0.31, 0.31, side, side)) == "middle"
    assert place_in_words(Box(0.31, 0, side, side)) == "upper part"
    assert place_in_words(Box(0, 0.31, side, side)) == "middle left part"


def test_what_it_costs_is_said_in_numbers() -> None:
    told = cost_in_words(12_000)
    assert "12 parts" in told
    assert "221 MB" in told
    assert "12,000 photos" in told
