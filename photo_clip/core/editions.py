"""Which edition of the program this is: the full one has torch and open_clip, the standard one has not."""

from enum import StrEnum
from importlib.util import find_spec

from photo_clip import APP_NAME, HOMEPAGE
from photo_clip.core.errors import ModelError

_ONLY_IN_FULL = ("torch", "torchvision", "open_clip", "transformers")


class Edition(StrEnum):
    """What the program can use; the value is its name for people."""

    STANDARD = "standard"
    """The bundled model alone."""
    FULL = "full"
    """Any open_clip model."""


def this_edition() -> Edition:
    """Return what this installation is, without importing what it looks for."""
    return Edition.FULL if all(find_spec(name) is not None for name in _ONLY_IN_FULL) else Edition.STANDARD


def needs_full_edition(name: str) -> ModelError:
    """Return the error for the model called `name` that the standard edition is asked to use."""
    return ModelError(
        f"The model “{name}” needs the full edition of {APP_NAME}, and this is the standard one.",
        advice=f"Install the full edition ({HOMEPAGE}), which opens the same library, or use the starter model.",
    )
