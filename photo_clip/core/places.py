"""Where the program keeps its things, each place said once."""

import sys
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Places:
    """The files and folders of one library; nothing is made by asking for them."""

    data: Path
    """What must be kept."""
    cache: Path
    """What may be deleted at any time."""

    @property
    def catalog_file(self) -> Path:
        return self.data / "catalog.db"

    @property
    def index_folder(self) -> Path:
        return self.data / "index"

    @property
    def models_folder(self) -> Path:
        return self.data / "models"

    @property
    def settings_file(self) -> Path:
        return self.data / "settings.json"

    @property
    def lock_file(self) -> Path:
        return self.data / "library.lock"

    @property
    def log_file(self) -> Path:
        return self.data / "photo-clip.log"

    @property
    def crash_file(self) -> Path:
        """Where the program was when it crashed; empty as long as it did not."""
        return self.data / "crash.txt"

    @property
    def thumbnails_folder(self) -> Path:
        return self.cache / "thumbnails"

    @property
    def pasted_folder(self) -> Path:
        """Pictures that were pasted to be searched with."""
        return self.cache / "pasted"

    @property
    def background_folder(self) -> Path:
        return self.cache / "background"


def resources_folder() -> Path:
    """Return the folder with models, icons and lists: in the package where it was installed or packaged from a
    wheel, beside it in a checkout."""
    package = Path(__file__).resolve().parents[1]
    frozen = getattr(sys, "_MEIPASS", None)
    if frozen is not None:
        return Path(frozen) / "resources"
    inside = package / "resources"
    return inside if inside.is_dir() else package.parent / "resources"


def notices_file() -> Path:
    """Return the file that names the work of others in a package and its licences; only packages have one."""
    return resources_folder() / "THIRD_PARTY.txt"
