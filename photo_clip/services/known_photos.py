"""Which photo of the library somebody means by a path."""

from pathlib import Path

from photo_clip.core.linked_paths import paths_to
from photo_clip.core.photo import Photo
from photo_clip.core.stores import Catalog


def photo_at(catalog: Catalog, path: Path) -> Photo | None:
    """Return the photo that a path leads to, through links as well; one that is a link itself before its target, and
    one that is missing last."""
    found = [photo for each in paths_to(path) if (photo := catalog.photo_at(each)) is not None]
    return min(found, key=lambda photo: photo.missing, default=None)
