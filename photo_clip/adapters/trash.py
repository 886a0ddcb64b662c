"""The system's bin, by send2trash."""

from pathlib import Path

from photo_clip.core.errors import StoreError


def move_to_bin(path: Path) -> None:
    """Move a file to the system's bin, from where people can take it back. Raises StoreError; then it stays."""
    from send2trash import send2trash

    try:
        send2trash(path)
    except OSError as error:
        raise StoreError(
            f"“{path}” could not be moved to the bin: {error.strerror or error}.",
            advice="Nothing was deleted. Some drives have no bin, and some files may not be moved by this user.",
        ) from error
