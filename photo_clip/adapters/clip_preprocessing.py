"""What open_clip does to a picture before the model sees it, in the program's own words."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from photo_clip.core.errors import ModelError
from photo_clip.core.ports import Fit, Resampling, SquareSpec

_FITS = {"shortest": Fit.CROP, "squash": Fit.SQUASH, "longest": Fit.PAD}


@dataclass(frozen=True, slots=True)
class Preprocessing:
    """How a photo becomes what the model's image tower takes."""

    square: SquareSpec
    mean: tuple[float, ...]
    """Taken away, per channel, from values of 0 to 1."""
    std: tuple[float, ...]
    """What the rest is divided by, per channel."""

    def __str__(self) -> str:
        square = self.square
        return f"{square.fit} {square.side_px}px {square.resampling} mean {_words(self.mean)} std {_words(self.std)}"


def preprocessing_of(told: dict[str, Any]) -> Preprocessing:
    """Return the preprocessing that open_clip's `preprocess_cfg` asks for. Raises ModelError for an unusual one."""
    try:
        return _preprocessing(told)
    except (ValueError, TypeError, LookupError, OverflowError) as error:
        raise ModelError(
            "How the model wants its pictures cannot be understood.", advice="Use another model."
        ) from error


def _preprocessing(told: dict[str, Any]) -> Preprocessing:
    size = told["size"]
    width, height = (size, size) if isinstance(size, int) else (int(size[-1]), int(size[0]))
    way = told["resize_mode"]
    if width != height or way not in _FITS or told["mode"] != "RGB":
        raise ModelError(
            f"The model wants pictures of {width} × {height} pixels, made by “{way}”; photo-clip makes squares.",
            advice="Use another model.",
        )
    if _FITS[way] is Fit.PAD and told["fill_color"] != 0:
        raise ModelError("The model wants pictures with a coloured border.", advice="Use another model.")
    # open_clip resamples bicubically whatever else it is told, "random" among it
    resampling = Resampling.BILINEAR if told["interpolation"] == "bilinear" else Resampling.BICUBIC
    return Preprocessing(
        SquareSpec(width, _FITS[way], resampling), _per_channel(told["mean"]), _per_channel(told["std"])
    )


def _per_channel(value: float | Sequence[float]) -> tuple[float, ...]:
    red, green, blue = (value,) * 3 if isinstance(value, int | float) else value
    return float(red), float(green), float(blue)


def _words(values: Sequence[float]) -> str:
    return ",".join(f"{value:.6g}" for value in values)
