"""Which rows of a list are selected, as arrays: a selection of 100,000 rows is a few ranges, not so many objects."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QAbstractItemModel, QItemSelection, QItemSelectionRange


def selected_rows(selection: QItemSelection, count: int) -> NDArray[np.intp]:
    """Return the selected ones of `count` rows, in order; none gives shape (0,)."""
    chosen = np.zeros(count, dtype=bool)
    for part in (selection.at(number) for number in range(selection.size())):
        chosen[part.top() : part.bottom() + 1] = True
    return np.flatnonzero(chosen)


def selection_of(model: QAbstractItemModel, rows: NDArray[np.intp]) -> QItemSelection:
    """Return a selection of rows given in order."""
    runs = np.split(rows, np.flatnonzero(np.diff(rows) != 1) + 1)
    return selection_of_runs(model, ((int(run[0]), int(run[-1])) for run in runs if len(run)))


def selection_of_runs(model: QAbstractItemModel, runs: Iterable[tuple[int, int]]) -> QItemSelection:
    """Return a selection of runs of rows, each given by its first and its last."""
    selection = QItemSelection()
    for first, last in runs:
        selection.append(QItemSelectionRange(model.index(first, 0), model.index(last, 0)))
    return selection
