"""Where a photo lies on the square that a model looks at."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photo_clip.core.ports import Fit, SquareSpec
from photo_clip.core.squares import Placement, placement


def test_cropping_cuts_the_longer_side_evenly() -> None:
    assert placement(600, 400, SquareSpec(200, Fit.CROP)) == Placement((0, 0, 600, 400), 300, 200, -50, 0)


def test_squashing_uses_the_whole_photo() -> None:
    assert placement(600, 400, SquareSpec(200, Fit.SQUASH)) == Placement((0, 0, 600, 400), 200, 200)


def test_padding_keeps_the_shape() -> None:
    assert placement(400, 600, SquareSpec(200, Fit.PAD)) == Placement((0, 0, 400, 600), 133, 200, 33, 0)


@pytest.mark.parametrize("size", [(65_500, 64), (1, 5000), (64, 65_500)])
def test_a_very_long_panorama_is_never_enlarged_as_a_whole(size: tuple[int, int]) -> None:
    place = placement(*size, SquareSpec(224, Fit.CROP))

    assert (place.width_px, place.height_px) == (224, 224)


@given(
    st.integers(1, 100_000),
    st.integers(1, 100_000),
    st.integers(1, 1000),
    st.sampled_from(list(Fit)),
)
def test_the_square_is_filled_from_within_the_photo(width: int, height: int, side: int, fit: Fit) -> None:
    place = placement(width, height, SquareSpec(side, fit))
    left, top, right, bottom = place.box

    assert 0 <= left < right <= width
    assert 0 <= top < bottom <= height
    assert place.width_px > 0
    assert place.height_px > 0
    assert place.width_px * place.height_px <= 9 * side * side
    if fit is Fit.PAD:
        assert place.left_px >= 0
        assert place.top_px >= 0
    else:
        assert place.left_px + place.width_px >= side
        assert place.top_px + place.height_px >= side
