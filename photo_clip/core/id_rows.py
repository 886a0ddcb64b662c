"""Where ids stand among others."""

import numpy as np
from numpy.typing import NDArray


def rows_of(
    wanted: NDArray[np.int64], ids: NDArray[np.int64], sorter: NDArray[np.intp] | None = None
) -> NDArray[np.intp]:
    """Return at which row of `ids`, shape (n,), each of `wanted`, shape (k,), stands, -1 for one that does not.

    `sorter` is what sorts `ids`, where it is known already.
    """
    if not len(ids):
        return np.full(len(wanted), -1, np.intp)
    if sorter is None:
        sorter = np.argsort(ids, kind="stable")
    rows: NDArray[np.intp] = sorter[np.minimum(np.searchsorted(ids, wanted, sorter=sorter), len(ids) - 1)]
    return np.where(ids[rows] == wanted, rows, -1)
