"""Files that hold the same have the same hash, and no others."""

from pathlib import Path

import pytest
import xxhash

from photo_clip.adapters.content_hash import content_hash

MEGABYTE = 1024 * 1024


def test_the_hash_is_xxh3_128_of_the_whole_file(tmp_path: Path) -> None:
    content = bytes(range(256)) * 9000
    (tmp_path / "photo.jpg").write_bytes(content)

    assert content_hash(tmp_path / "photo.jpg") == xxhash.xxh3_128_hexdigest(content)


def test_an_empty_file_has_a_hash(tmp_path: Path) -> None:
    (tmp_path / "photo.jpg").touch()

    assert content_hash(tmp_path / "photo.jpg") == xxhash.xxh3_128_hexdigest(b"")


def sparse(path: Path, size: int, changes: dict[int, bytes]) -> str:
    with path.open("wb") as file:
        file.truncate(size)
        for at, content in changes.items():
            file.seek(at)
            file.write(content)
    return content_hash(path)


def test_of_a_large_file_head_tail_and_size_count(tmp_path: Path) -> None:
    size = 33 * MEGABYTE
    hashes = [
        sparse(tmp_path / "a", size, {}),
        sparse(tmp_path / "b", size, {0: b"x"}),
        sparse(tmp_path / "c", size, {size - 1: b"x"}),
        sparse(tmp_path / "d", size + 1, {}),
        sparse(tmp_path / "e", 32 * MEGABYTE, {}),
    ]

    assert len(set(hashes)) == len(hashes)
    assert sparse(tmp_path / "f", size, {16 * MEGABYTE: b"x"}) == hashes[0]


def test_every_byte_of_a_file_of_32_megabytes_counts(tmp_path: Path) -> None:
    size = 32 * MEGABYTE

    assert sparse(tmp_path / "a", size, {}) != sparse(tmp_path / "b", size, {16 * MEGABYTE: b"x"})


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        content_hash(tmp_path / "gone.jpg")
