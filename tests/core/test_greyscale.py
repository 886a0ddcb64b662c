"""Greyscale of many bits becomes greyscale of 8."""

import numpy as np
import pytest

from photo_clip.core.greyscale import eight_bit


@pytest.mark.parametrize("white", [255, 4095, 65535])
def test_white_stays_white_and_middle_grey_stays_middle_grey(white: int) -> None:
    grey = np.array([[0, white // 2, white]], dtype=np.uint16)

    assert eight_bit(grey).tolist() == [[0, 127, 255]]


def test_fractions_are_parts_of_white() -> None:
    assert eight_bit(np.array([[0.0, 0.2, 0.8]], dtype=np.float32)).tolist() == [[0, 51, 204]]


def test_numbers_of_no_known_scale_are_spread_out() -> None:
    assert eight_bit(np.array([[-100, 0, 100]], dtype=np.int32)).tolist() == [[0, 128, 255]]


def test_what_is_no_number_is_black() -> None:
    grey = np.array([[np.nan, np.inf, -np.inf, 1.0]], dtype=np.float32)

    assert eight_bit(grey).tolist() == [[0, 0, 0, 255]]


def test_a_single_shade_is_no_trouble() -> None:
    assert eight_bit(np.full((2, 2), -7.0, dtype=np.float32)).tolist() == [[0, 0], [0, 0]]
