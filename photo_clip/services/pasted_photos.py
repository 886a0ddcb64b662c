"""Pictures that were pasted to be searched with, kept as files for as long as they may be needed."""

import contextlib
import hashlib
from pathlib import Path

_KEPT = 20


class PastedPhotos:
    """Keeps the last few in a folder of the cache."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, png: bytes) -> Path:
        """Return the file that holds a picture from now on. Raises OSError where it cannot be written."""
        file = self._folder / f"pasted-{hashlib.sha256(png).hexdigest()[:12]}.png"
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        file.write_bytes(png)
        older = sorted(self._folder.glob("pasted-*.png"), key=lambda each: each.stat().st_mtime_ns, reverse=True)
        for forgotten in older[_KEPT:]:
            with contextlib.suppress(OSError):
                forgotten.unlink()
        return file
