"""The process that Chroma runs in: it keeps Python to itself for a second at a time, which no window may wait for.

Measured with chromadb 1.5.9: while 2,000 vectors are added, other threads of the process stand still for 0.7 to 1.3 s.
"""

from dataclasses import dataclass
from pathlib import Path

from photo_clip.adapters.memory_limit import limit_memory
from photo_clip.adapters.process_beside import ProcessBeside

_LONGEST_CALL_S = 120.0
"""Adding 5,000 vectors takes 3 s; what takes this long hangs."""
_MOST_OF_SERVER_MB = 1000
"""What a server tells may go on for ever. A million ids with their distances take 250 MB here."""
_LARGEST = 2**63 - 1
"""The catalogue counts no further."""
NONSENSE = "what it tells makes no sense"


@dataclass(frozen=True, slots=True)
class IndexServer:
    """A Chroma server, and what belongs to this library there."""

    url: str
    """Such as https://host:8000."""
    library: str
    """What tells this library from others that live there."""
    token: str = ""
    """Sent along where there is one, as a bearer token and in Chroma's own header."""
    certificate: str = ""
    """A file with the certificate of whom to trust, beside https; empty for those that the system trusts."""


@dataclass(frozen=True, slots=True)
class Holding:
    """What a database has of one model."""

    level: int = 0
    size: int = 0
    mark: str = ""

    def __post_init__(self) -> None:
        """Raise ValueError where that is nothing to be had, as a damaged file or a server may say it."""
        if not all(isinstance(told, int) and 0 <= told <= _LARGEST for told in (self.level, self.size)):
            raise ValueError(NONSENSE)


@dataclass(frozen=True, slots=True)
class _Chroma:
    """The work of the index's process."""

    place: Path | IndexServer

    def prepare(self) -> None:
        import photo_clip.adapters.chroma_collections  # noqa: F401

        if isinstance(self.place, IndexServer):
            limit_memory(_MOST_OF_SERVER_MB)

    def make(self) -> object:
        from photo_clip.adapters.chroma_collections import ChromaCollections

        return ChromaCollections(self.place)

    def explained(self, error: Exception) -> Exception:
        from photo_clip.adapters.chroma_collections import reason_of

        return RuntimeError(reason_of(error))


class IndexProcess(ProcessBeside):
    """Chroma's process, which answers as ChromaCollections does; one thread uses it.

    Its errors are RuntimeErrors with the reason in words.
    """

    def __init__(self, place: Path | IndexServer) -> None:
        super().__init__(_Chroma(place), "index", longest_s=_LONGEST_CALL_S)
