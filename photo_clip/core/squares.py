"""How a photo of any shape becomes the square picture that a model wants."""

from dataclasses import dataclass

from photo_clip.core.ports import Fit, SquareSpec

_LONG_SHAPE = 8


@dataclass(frozen=True, slots=True)
class Placement:
    """A part of the photo, the size it is scaled to, and where it then lies on the black square."""

    box: tuple[float, float, float, float]
    """Left, top, right and bottom in the photo, in pixels and parts of them."""
    width_px: int
    height_px: int
    left_px: int = 0
    top_px: int = 0
    """Below zero where the edges are cut off."""


def placement(width_px: int, height_px: int, square: SquareSpec) -> Placement:
    """Return how a photo of this size, which is not empty, is placed.

    Sizes are rounded as torchvision's Resize and CenterCrop and open_clip's ResizeKeepRatio and
    CenterCropOrPad do it, so that the result is what the model was trained on.
    """
    side = square.side_px
    whole = (0.0, 0.0, float(width_px), float(height_px))
    if square.fit is Fit.SQUASH:
        return Placement(whole, side, side)
    if square.fit is Fit.PAD:
        ratio = max(width_px, height_px) / side
        width, height = max(1, round(width_px / ratio)), max(1, round(height_px / ratio))
        return Placement(whole, width, height, (side - width) // 2, (side - height) // 2)
    short, long = sorted((width_px, height_px))
    width, height = (side if n == short else int(side * n / short) for n in (width_px, height_px))
    left, top = round((width - side) / 2), round((height - side) / 2)
    if long <= _LONG_SHAPE * short:
        return Placement(whole, width, height, -left, -top)
    # Of a very long panorama only the part that is kept is scaled, as all of it would not fit into memory.
    across, down = width_px / width, height_px / height
    right, bottom = min(float(width_px), (left + side) * across), min(float(height_px), (top + side) * down)
    return Placement((left * across, top * down, right, bottom), side, side)
