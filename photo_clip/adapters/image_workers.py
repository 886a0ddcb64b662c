"""Reads photos in processes of their own, with a time and a memory limit, so that a bad file harms nothing else."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from photo_clip.adapters import reading_process
from photo_clip.adapters.guarded_pool import GuardedPool
from photo_clip.core.errors import UnreadablePhotoError
from photo_clip.core.ports import ReadPhoto, ReadTiles, RgbImage, SquareSpec

_MOST_PROCESSES = 8


class ImageWorkers:
    """Keeps the `PhotoReader` contract; any thread may use it.

    One pool of processes is for indexing, another for what the window waits for, which therefore
    never queues behind the indexing.
    """

    def __init__(self, *, time_limit_s: float, memory_limit_mb: int, processes: int = 0) -> None:
        """Limits are per photo and per process; 0 processes lets the number of cores decide."""
        count = processes or min(_usable_cores(), _MOST_PROCESSES)
        self._indexing = _pool(count, time_limit_s, memory_limit_mb, in_background=True)
        self._looking = _pool(1, time_limit_s, memory_limit_mb, in_background=False)

    def read(
        self, paths: Iterable[Path], square: SquareSpec
    ) -> Iterator[tuple[Path, ReadPhoto | UnreadablePhotoError]]:
        return self._indexing.each(reading_process.read, paths, square)

    def read_tiles(
        self, paths: Iterable[Path], square: SquareSpec
    ) -> Iterator[tuple[Path, ReadTiles | UnreadablePhotoError]]:
        return self._indexing.each(reading_process.tiles, paths, square)

    def hashes(self, paths: Iterable[Path]) -> Iterator[tuple[Path, str | UnreadablePhotoError]]:
        return self._indexing.each(reading_process.hash_of, paths)

    def thumbnail(self, path: Path) -> bytes:
        return self._looking.one(reading_process.thumbnail, path)

    def view(self, path: Path, max_side_px: int) -> RgbImage:
        return self._looking.one(reading_process.view, path, max_side_px)

    def close(self) -> None:
        self._indexing.close()
        self._looking.close()


def _pool(processes: int, time_limit_s: float, memory_limit_mb: int, *, in_background: bool) -> GuardedPool:
    return GuardedPool(
        processes,
        time_limit_s=time_limit_s,
        prepare=reading_process.prepare,
        preparation=(memory_limit_mb, in_background),
    )


def _usable_cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
