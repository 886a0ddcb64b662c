"""What a model hub says of one of its files."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file of the hub, and what the hub promises of it."""

    url: str
    name: str
    size_bytes: int | None
    digest: str
    """SHA-256 of its content or, for small files, SHA-1 of it as a blob of git, hexadecimal; empty when not told."""

    def part_of(self, folder: Path) -> Path:
        """Return where the beginning is kept until the file is whole; another content has another place."""
        return folder / f"{self.name.replace('/', '--')}.{self.digest[:12] or 'unchecked'}.part"
