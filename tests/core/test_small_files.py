"""Small files are read, and nothing else."""

from pathlib import Path

import pytest

from photo_clip.core.small_files import content_of


def test_a_file_is_read_up_to_a_length(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"12345")
    assert content_of(file, 5) == b"12345"
    with pytest.raises(OSError, match="too large"):
        content_of(file, 4)
    with pytest.raises(OSError, match="not a file"):
        content_of(tmp_path, 4)
    with pytest.raises(FileNotFoundError):
        content_of(tmp_path / "gone", 4)
