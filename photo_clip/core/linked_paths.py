"""The paths by which a file or folder can be known, where symbolic links lead to it."""

import os
from pathlib import Path


def paths_to(path: Path) -> list[Path]:
    """Return a path as it is, absolute, then with more and more of the links in it resolved, from its beginning on.

    Photos are known by paths whose beginning, the watched folder, is resolved, and whose end need not be.
    """
    path = path.absolute()
    beginnings = (*reversed(path.parents), path)
    found = (Path(os.path.realpath(each), path.relative_to(each)) for each in beginnings)
    return [each for each in dict.fromkeys(found) if ".." not in each.parts]
