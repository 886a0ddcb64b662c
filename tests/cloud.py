"""A cloud that keeps the content of files, as tests need it: here no system has one."""

import os
from pathlib import Path

import pytest


class Cloud:
    """Which files are only in the cloud; nothing else of them changes, as it is with OneDrive and iCloud."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._kept: set[tuple[int, int]] = set()
        for module in ("services.photo_files", "adapters.images"):
            monkeypatch.setattr(f"photo_clip.{module}.is_only_in_cloud", self._has)

    def take(self, *paths: Path) -> None:
        """Leave no more of files here than their names."""
        self._kept.update(map(_identity, paths))

    def bring(self, *paths: Path) -> None:
        """Make files available on this computer."""
        self._kept.difference_update(map(_identity, paths))

    def has(self, path: Path) -> bool:
        """Whether reading a file would download it."""
        return _identity(path) in self._kept

    def _has(self, found: os.stat_result) -> bool:
        return (found.st_dev, found.st_ino) in self._kept


def _identity(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_dev, found.st_ino
