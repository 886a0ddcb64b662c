"""Measures how fast a model is on this computer."""

from collections.abc import Callable, Generator
from dataclasses import dataclass

import numpy as np

from photo_clip.core.ports import Encoder
from photo_clip.core.progress import Phase, Progress

TRIAL_S = 10.0
_STEP_S = 1.0
"""How long one step should take, so that it can be stopped soon."""
_BATCH = 32


@dataclass(frozen=True, slots=True)
class Trial:
    """What a trial found out."""

    photos_per_s: float
    untrained: bool
    """Whether random weights stood in for the model's own."""


def photos_per_second(encoder: Encoder, stopwatch: Callable[[], float]) -> Generator[Progress, None, float]:
    """Embed squares of noise for about ten seconds, in batches as large as the indexer's where they take no longer
    than a second, and return how many a second that were."""
    side = encoder.square.side_px
    noise = np.random.default_rng(0).integers(0, 256, (_BATCH, side, side, 3), dtype=np.uint8)
    encoder.embed_images(noise[:1])  # the first one makes ready
    batch, photos, timed_s, spent_s = 1, 0, 0.0, 0.0
    while spent_s < TRIAL_S:
        before_s = stopwatch()
        encoder.embed_images(noise[:batch])
        step_s = stopwatch() - before_s
        spent_s += step_s
        if batch < _BATCH and 2 * step_s < _STEP_S:
            batch *= 2  # still finding out how many fit into a step
        else:
            photos += batch
            timed_s += step_s
        yield Progress(Phase.TRYING, round(min(spent_s, TRIAL_S)), round(TRIAL_S))
    return photos / timed_s
