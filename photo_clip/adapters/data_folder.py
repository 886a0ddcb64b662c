"""Where the system wants programs to keep their data."""

from contextlib import suppress
from pathlib import Path

import platformdirs

from photo_clip import APP_NAME
from photo_clip.core.errors import StoreError
from photo_clip.core.folder_names import NO_MEDIA
from photo_clip.core.places import Places


def user_places() -> Places:
    """Return the places of this user's own library."""
    return Places(
        platformdirs.user_data_path(APP_NAME, appauthor=False), platformdirs.user_cache_path(APP_NAME, appauthor=False)
    )


def make_cache(folder: Path) -> None:
    """Make a private folder in which nobody looks for photos, not this program either: it is full of small pictures
    of them, and may lie in a watched folder. Raises StoreError."""
    make_private(folder)
    with suppress(OSError):  # it is a cache, and its disk may be full
        (folder / NO_MEDIA).touch()


def make_private(folder: Path) -> None:
    """Make a folder that only this user can look into; photos are private. Raises StoreError.

    One that was chosen and holds something stays as open as it is: it may be full of photos that others look at.
    The user's own place holds nothing else, and is made private again, as after a copy came back. Drives without
    rights, such as those with exFAT, let nothing be made private.
    """
    own = user_places()
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if folder in (own.data, own.cache) or not any(folder.iterdir()):
            with suppress(PermissionError):
                folder.chmod(0o700)
    except FileExistsError as error:
        raise StoreError(
            f"“{folder}” is no folder, or a link to one that is not there.", advice="Choose another with --library."
        ) from error
    except OSError as error:
        raise StoreError(
            f"The folder “{folder}” cannot be made or used ({error.strerror}).",
            advice="Choose another with --library, or give yourself the right to write there.",
        ) from error
