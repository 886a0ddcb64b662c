"""How alike two photos are as pictures, and which is sharper."""

import numpy as np
import pytest

from photo_clip.core.likeness import HASH_HEIGHT, HASH_WIDTH, bits_apart, fingerprint, sharpness


def test_a_fingerprint_tells_where_it_grows_lighter_to_the_right() -> None:
    rising = np.tile(np.arange(HASH_WIDTH, dtype=np.uint8), (HASH_HEIGHT, 1))
    assert fingerprint(rising) == -1
    assert fingerprint(rising[:, ::-1]) == 0
    half = rising.copy()
    half[4:] = rising[4:, ::-1]
    apart = bits_apart(np.array([-1, 0, fingerprint(half)]), np.array(-1))
    assert apart.tolist() == [0, 64, 32]


@pytest.mark.parametrize("shape", [(0, 0), (2, 9), (9, 2)])
def test_a_picture_too_small_to_tell_has_no_sharpness(shape: tuple[int, int]) -> None:
    assert sharpness(np.zeros(shape, np.uint8)) == 0


def test_edges_are_sharp_and_plain_pictures_are_not() -> None:
    plain = np.full((20, 20), 100, np.uint8)
    edge = plain.copy()
    edge[:, 10:] = 200
    slope = np.tile(np.linspace(0, 255, 20).astype(np.uint8), (20, 1))
    assert sharpness(plain) == 0
    assert sharpness(edge) > 50 * sharpness(slope)
