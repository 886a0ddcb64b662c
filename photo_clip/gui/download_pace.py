"""How fast a download comes, in words."""

import time
from collections import deque
from collections.abc import Callable

from photo_clip.core.amounts import size_in_words
from photo_clip.core.progress import Progress
from photo_clip.gui.activity_bar import in_words

_PACE_OVER_S = 10.0
_TRUSTED_AFTER_S = 2.0


class DownloadPace:
    """Hears how much of a download is there, and says speed and time left once they are known."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._seen: deque[tuple[float, int]] = deque()
        self.words = "waiting for the hub"
        self.percent: int | None = None
        """Of all that is to come; None while that is not known."""

    def hear(self, progress: Progress) -> None:
        """Take note of progress, counted in bytes."""
        now_s = self._clock()
        self._seen.append((now_s, progress.done))
        while now_s - self._seen[0][0] > _PACE_OVER_S:
            self._seen.popleft()
        began_s, began = self._seen[0]
        words = [size_in_words(progress.done)]
        if progress.total:
            self.percent = min(100, 100 * progress.done // progress.total)
            words = [f"{size_in_words(progress.done)} of {size_in_words(progress.total)}"]
        if progress.total and progress.done >= progress.total:
            words.append("being checked")
        elif now_s - began_s >= _TRUSTED_AFTER_S and progress.done > began:
            bytes_per_s = (progress.done - began) / (now_s - began_s)
            words.append(f"{size_in_words(bytes_per_s)}/s")
            if progress.total:
                words.append(f"{in_words((progress.total - progress.done) / bytes_per_s)} left")
        self.words = "  ·  ".join(words)
