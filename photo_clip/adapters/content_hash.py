"""Tells whether two files hold the same, by xxh3-128."""

from pathlib import Path

import xxhash

_WHOLE_BYTES = 32 * 1024 * 1024
_PART_BYTES = 8 * 1024 * 1024
_BLOCK_BYTES = 1024 * 1024


def content_hash(path: Path) -> str:
    """Return 32 hexadecimal digits: of the whole file, or over 32 MB of its first and last 8 MB and its size.

    Raises OSError.
    """
    digest = xxhash.xxh3_128()
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(0)
        if size <= _WHOLE_BYTES:
            while block := file.read(_BLOCK_BYTES):
                digest.update(block)
        else:
            digest.update(file.read(_PART_BYTES))
            file.seek(size - _PART_BYTES)
            digest.update(file.read(_PART_BYTES))
            digest.update(size.to_bytes(8, "little"))
    return digest.hexdigest()
