"""The shortest names that tell folders apart."""

from collections import Counter
from collections.abc import Sequence
from pathlib import PurePath


def short_names(folders: Sequence[PurePath]) -> list[str]:
    """Return for each of several folders its name, with as many of those around it as tell it from the others.

    “images” stays “images” as long as it is the only one, and is “flickr/images” beside “flowers/images”.
    """
    depths = [1] * len(folders)
    while True:
        names = [_end_of(folder, depth) for folder, depth in zip(folders, depths, strict=True)]
        counts = Counter(names)
        longer = [
            min(depth + 1, len(folder.parts)) if counts[name] > 1 else depth
            for folder, depth, name in zip(folders, depths, names, strict=True)
        ]
        if longer == depths:
            return names
        depths = longer


def _end_of(folder: PurePath, depth: int) -> str:
    return str(type(folder)(*folder.parts[-depth:])) if folder.parts else str(folder)
