"""The contracts that adapters keep and services rely on."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from photo_clip.core.errors import UnreadablePhotoError
from photo_clip.core.models import ModelSource
from photo_clip.core.photo import PhotoFacts
from photo_clip.core.progress import Task
from photo_clip.core.sidecars import Said, Written
from photo_clip.core.stores import StoredVectors

Vectors = NDArray[np.float32]
"""Shape (n, dimensions); every row has length 1, so a dot product is a cosine."""

RgbImage = NDArray[np.uint8]
"""Shape (height, width, 3), sRGB, upright."""

Squares = NDArray[np.uint8]
"""Shape (n, side, side, 3), sRGB: what an encoder looks at."""


class Fit(StrEnum):
    """How a photo is made square."""

    CROP = "crop"
    """The shorter side is scaled to the square's, the rest of the longer one is cut off evenly."""
    SQUASH = "squash"
    """Both sides are scaled to the square's, whatever that does to the shape."""
    PAD = "pad"
    """The longer side is scaled to the square's, the rest is filled with black."""


class Resampling(StrEnum):
    """How pixels are interpolated."""

    BILINEAR = "bilinear"
    BICUBIC = "bicubic"


@dataclass(frozen=True, slots=True)
class SquareSpec:
    """The square picture a model wants."""

    side_px: int
    fit: Fit = Fit.CROP
    resampling: Resampling = Resampling.BICUBIC


@dataclass(frozen=True, slots=True)
class ModelIdentity:
    """What makes two embeddings comparable: same architecture, weights and preprocessing."""

    architecture: str
    weights: str
    """A tag or a digest of the weights."""
    preprocessing: str
    """Square, mean and standard deviation, in words that change whenever they do."""

    @property
    def key(self) -> str:
        """One line that is equal for comparable embeddings and for no others."""
        return "|".join((self.architecture, self.weights, self.preprocessing))


class Encoder(Protocol):
    """Turns pictures and words into vectors of one shared space; any thread may use it."""

    @property
    def identity(self) -> ModelIdentity: ...

    @property
    def square(self) -> SquareSpec: ...

    @property
    def dimensions(self) -> int: ...

    @property
    def logit_scale(self) -> float:
        """What cosines are multiplied by before a softmax gives probabilities; above 0."""

    def embed_images(self, squares: Squares) -> Vectors:
        """Return one row per square, in order; no square gives shape (0, dimensions).

        Raises ModelError if memory runs out.
        """

    def embed_texts(self, texts: Sequence[str]) -> Vectors:
        """Return one row per text, in order; no text gives shape (0, dimensions).

        Any text is taken, an empty one too; what is longer than the model reads is cut off.
        """

    def close(self) -> None:
        """Give back memory; the encoder cannot be used afterwards. Twice is once."""


@dataclass(frozen=True, slots=True, eq=False)
class ReadPhoto:
    """All that is wanted of a photo file, from one reading of it."""

    content_hash: str
    """xxh3-128, hexadecimal: of the whole file, or over 32 MB of head, tail and size."""
    square: RgbImage
    """Shape (side, side, 3)."""
    thumbnail_jpeg: bytes
    facts: PhotoFacts


@dataclass(frozen=True, slots=True, eq=False)
class ReadTiles:
    """The tiles of a photo file."""

    content_hash: str
    """As in ReadPhoto."""
    squares: Squares
    """In the order of `core.tiles.tile_boxes`, of the side that was asked for."""


class PhotoReader(Protocol):
    """Reads photo files away from the program's own process, so that a bad one cannot harm it."""

    def read(
        self, paths: Iterable[Path], square: SquareSpec
    ) -> Iterator[tuple[Path, ReadPhoto | UnreadablePhotoError]]:
        """Yield one result a path, in order, reading a bounded number ahead.

        `paths` is drawn from lazily. A file that crashes, hangs or exhausts its reader gives
        an UnreadablePhotoError, one that is not there (any more), or only in the cloud, a PhotoGoneError.
        Closing the iterator early is safe.
        """

    def read_tiles(
        self, paths: Iterable[Path], square: SquareSpec
    ) -> Iterator[tuple[Path, ReadTiles | UnreadablePhotoError]]:
        """Do as `read` for the tiles of each photo."""

    def hashes(self, paths: Iterable[Path]) -> Iterator[tuple[Path, str | UnreadablePhotoError]]:
        """Yield the content hash of each file, in order, without decoding it."""

    def thumbnail(self, path: Path) -> bytes:
        """Return a small JPEG of the photo. Raises UnreadablePhotoError."""

    def view(self, path: Path, max_side_px: int) -> RgbImage:
        """Return the photo for the screen, no side longer than `max_side_px`. Raises UnreadablePhotoError."""

    def close(self) -> None:
        """End the reading processes. Twice is once."""


class Sidecars(Protocol):
    """Files beside photos, where other programs read tags."""

    def write(
        self, photo: Path, tags: Sequence[str], rating: int | None = None, seen: str | None = None
    ) -> Written | None:
        """Let a photo's sidecar say these tags in place of those written before; return None where it does already.

        What other programs wrote stays. A rating of None leaves that there as it is. `seen` is the mark of the
        sidecars that the caller knows; by default they are taken as they are now. Raises SidecarChangedError where
        they are or become others, and StoreError where they cannot be written; then the sidecar is as it was.
        """

    def clean(self, photo: Path, seen: str | None = None) -> Written | None:
        """Take away all that `write` wrote, and the file where nothing else is in it, in the same way."""

    def mark(self, photo: Path) -> str:
        """Return the mark of a photo's sidecars as they are now; see core/sidecars.py.

        Raises StoreError where they may not be looked at, SilentDriveError where nobody can tell.
        """

    def read(self, photo: Path) -> Said:
        """Return what others say in a photo's sidecars; nothing where there are none.

        Raises StoreError where there are some and none of them can be read, SilentDriveError and SidecarClosedError
        where nobody can tell just now.
        """


class VectorIndex(Protocol):
    """Nearest neighbours over the catalogue's vectors; a cache that may be deleted at any time.

    Raises StoreError where it cannot be used; the catalogue's vectors answer then.
    """

    @property
    def is_remote(self) -> bool:
        """Whether it is on a server: then it answers for small libraries, too, and trouble with it may pass."""

    def level(self, model_key: str) -> int:
        """Return the catalogue's row number up to which the index holds the model's vectors; 0 for an empty one."""

    def mark(self, model_key: str) -> str:
        """Return what was noted with the level; empty where nothing was."""

    def size(self, model_key: str) -> int:
        """Return how many of the model's vectors the index holds."""

    def open(self) -> None:
        """Make ready to answer, which takes a second or two; what needs it does it by itself."""

    def add(self, model_key: str, stored: StoredVectors, mark: str = "") -> None:
        """Add vectors, those already there are replaced, raise the level to `stored.last_row`, and note a mark with
        it."""

    def nearest(
        self, model_key: str, query: NDArray[np.float32], count: int
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Return the content ids of up to `count` nearest vectors and their cosines, best first."""

    def remove_model(self, model_key: str) -> None:
        """Forget a model's vectors."""

    def close(self) -> None:
        """Write what is to be written, mark the index as whole and give back memory; it opens again when it is used.

        Twice is once.
        """


class FolderWatcher(Protocol):
    """Tells which directories may have changed; a hint, never the truth."""

    @property
    def polled(self) -> Mapping[Path, str]:
        """The folders whose changes may go unheard, so that they are looked at every minute, each with the reason."""

    def watch(self, folder: Path) -> None:
        """Begin to watch a folder and all below it; one that is watched already, or is not there, is left alone."""

    def unwatch(self, folder: Path) -> None: ...

    def take_settled(self, now_s: float) -> set[Path]:
        """Return, once, the watched folders with changes that have been quiet for a while (monotonic seconds)."""

    def close(self) -> None:
        """Stop watching and end its threads. Twice is once."""


class Notes(Protocol):
    """Where an encoder notes what it measured, and what the user should hear. Any thread may use it."""

    def recall(self, name: str) -> str | None:
        """Return what was remembered under a name."""

    def remember(self, name: str, value: str) -> None:
        """Remember something for the next time, where that is possible."""

    def tell(self, sentence: str) -> None:
        """Tell the user something, such as that memory ran short."""


class ModelFiles(Protocol):
    """The models' files on this computer."""

    def is_here(self, source: ModelSource) -> bool:
        """Whether the model can be loaded without any network."""

    def size_bytes(self, source: ModelSource) -> int:
        """Return what its files take in the program's own folder, 0 when there are none."""

    def begun_bytes(self, source: ModelSource) -> int:
        """Return how much of the model an unfinished download has brought, 0 when there is none."""

    def held(self) -> list[ModelSource]:
        """Return the models whose files lie in the program's own folder, by name."""

    def download(self, source: ModelSource) -> Task[None]:
        """Fetch the model's files, counted in bytes; raises DownloadError."""

    def take(self, source: ModelSource, path: Path) -> Task[None]:
        """Take files that a person has already, a folder or one of weights, counted in bytes; raises DownloadError."""

    def remove(self, source: ModelSource) -> None:
        """Delete the model's files, and what an unfinished download left; those a person keeps elsewhere stay."""


Clock = Callable[[], float]
"""Returns seconds since the epoch."""
