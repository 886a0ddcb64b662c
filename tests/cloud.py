"""A cloud that keeps the content of files, as tests need it: here no system has one."""

import os
from pathlib import Path

import pytest

from photo_clip.core.photo import FileStamp


class Cloud:
    """Which files are only in the cloud; nothing else of them changes, as it is with OneDrive and iCloud.

    Files are known by their stamps: Windows tells nothing else of who they are when it lists a folder.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._kept: set[FileStamp] = set()
        for module in ("services.photo_files", "adapters.images"):
            monkeypatch.setattr(f"photo_clip.{module}.is_only_in_cloud", self._has)

    def take(self, *paths: Path) -> None:
        """Leave no more of files here than their names."""
        self._kept.update(map(_stamp, paths))

    def bring(self, *paths: Path) -> None:
        """Make files available on this computer."""
        self._kept.difference_update(map(_stamp, paths))

    def has(self, path: Path) -> bool:
        """Whether reading a file would download it."""
        return _stamp(path) in self._kept

    def _has(self, found: os.stat_result) -> bool:
        return FileStamp.of(found) in self._kept


def _stamp(path: Path) -> FileStamp:
    return FileStamp.of(path.stat())
