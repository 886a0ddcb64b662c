"""Which other photos show the same as one: the shots of its burst, its other versions and its copies."""

from collections.abc import Sequence

import numpy as np

from photo_clip.core.scoring import best_rows
from photo_clip.services.duplicates import Duplicates
from photo_clip.services.label_judge import LabelJudge
from photo_clip.services.models import Models

_NEAREST = 40
"""So many embeddings are compared closer with a photo; larger bursts are taken in part."""


class Bursts:
    """Looks among the nearest embeddings, so that it is quick in large libraries. Any thread may use it."""

    def __init__(self, models: Models, judge: LabelJudge, duplicates: Duplicates) -> None:
        self._models = models
        self._judge = judge
        self._duplicates = duplicates

    def around(self, photo_ids: Sequence[int]) -> dict[int, list[int]]:
        """Return the near-duplicates of each photo, itself first; itself alone where there are none."""
        shown = self._judge.shown(self._models.active_encoder())
        found = {photo_id: [photo_id] for photo_id in photo_ids}
        places = {photo_id: int(row) for photo_id, row in zip(shown.photo_ids.tolist(), shown.rows, strict=True)}
        known = [photo_id for photo_id in photo_ids if photo_id in places]
        if not known:
            return found
        cosines = shown.table.products(shown.table.rows(np.array([places[photo_id] for photo_id in known])))
        for photo_id, row in zip(known, cosines, strict=True):
            near = sorted({photo_id, *shown.photo_ids[np.isin(shown.rows, best_rows(row, _NEAREST))].tolist()})
            (stack,) = (each for each in self._duplicates.fold(near) if photo_id in each)
            found[photo_id] += [other for other in stack if other != photo_id]
        return found
