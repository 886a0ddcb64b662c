"""Real photos with open licences that scikit-image and scikit-learn carry, copied to where a test wants them."""

import os
import shutil
from importlib.resources import files
from pathlib import Path

from PIL import Image

TAKEN_S = 1_600_000_000
"""The files' time: long ago, so that nobody takes them for files that are still being written."""

SCIKIT_IMAGE = {
    "astronaut.png": "astronaut",
    "brick.png": "brick wall",
    "camera.png": "photographer",
    "chelsea.png": "cat",
    "coffee.png": "coffee",
    "coins.png": "coins",
    "grass.png": "grass",
    "hubble_deep_field.jpg": "galaxies",
    "moon.png": "moon",
    "motorcycle_left.png": "motorcycle",
    "page.png": "page",
    "retina.jpg": "retina",
    "rocket.jpg": "rocket",
}
SCIKIT_LEARN = {"china.jpg": "palace", "flower.jpg": "flower"}


def write_real_photos(folder: Path) -> Path:
    """Copy the photos into `folder`, under names that do not say what they show; return it."""
    folder.mkdir(parents=True, exist_ok=True)
    sources = [files("skimage.data") / name for name in SCIKIT_IMAGE]
    sources += [files("sklearn.datasets.images") / name for name in SCIKIT_LEARN]
    for source in sources:
        name = Path(str(source)).name
        copy = folder / photo_name({**SCIKIT_IMAGE, **SCIKIT_LEARN}[name])
        shutil.copyfile(str(source), copy)
        os.utime(copy, (TAKEN_S, TAKEN_S))
    return folder


def photo_name(what: str) -> str:
    """Return the name under which the photo of `what` was written, such as `photo_name("coffee")`."""
    names = {**SCIKIT_IMAGE, **SCIKIT_LEARN}
    number = sorted(names.values()).index(what)
    ending = next(Path(name).suffix for name, shown in names.items() if shown == what)
    return f"IMG_{number:04}{ending}"


def write_small_coffee(folder: Path) -> Path:
    """Write a photo of the palace, mirrored, with the cup of coffee small in its lower right corner; return it."""
    with (
        Image.open(str(files("sklearn.datasets.images") / "china.jpg")) as china,
        Image.open(str(files("skimage.data") / "coffee.png")) as coffee,
    ):
        palace = china.transpose(Image.Transpose.FLIP_LEFT_RIGHT)  # else it is a near-duplicate of the other one
        cup = coffee.convert("RGB").resize((150, 100))
        palace.paste(cup, (palace.width - 160, palace.height - 110))
        copy = folder / "IMG_0100.png"
        palace.save(copy)
    os.utime(copy, (TAKEN_S, TAKEN_S))
    return copy
