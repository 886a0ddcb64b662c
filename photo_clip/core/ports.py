"""The contracts that adapters keep and services rely on."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from photo_clip.core.arranging import Bearings
from photo_clip.core.errors import UnreadablePhotoError
from photo_clip.core.filters import AnyOf
from photo_clip.core.labels import LabelList
from photo_clip.core.likeness import Looks
from photo_clip.core.models import ModelSource
from photo_clip.core.photo import (
    FileStamp,
    Folder,
    FolderChanges,
    FolderIdentity,
    FolderState,
    KnownFile,
    MovedFile,
    Photo,
    PhotoFacts,
    SavedSearch,
)
from photo_clip.core.progress import Task
from photo_clip.core.tags import Decision, Tag, Undone

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


class PhotoReader(Protocol):
    """Reads photo files away from the program's own process, so that a bad one cannot harm it."""

    def read(
        self, paths: Iterable[Path], square: SquareSpec
    ) -> Iterator[tuple[Path, ReadPhoto | UnreadablePhotoError]]:
        """Yield one result a path, in order, reading a bounded number ahead.

        `paths` is drawn from lazily. A file that crashes, hangs or exhausts its reader gives
        an UnreadablePhotoError, one that is not there (any more) a PhotoGoneError.
        Closing the iterator early is safe.
        """

    def hashes(self, paths: Iterable[Path]) -> Iterator[tuple[Path, str | UnreadablePhotoError]]:
        """Yield the content hash of each file, in order, without decoding it."""

    def thumbnail(self, path: Path) -> bytes:
        """Return a small JPEG of the photo. Raises UnreadablePhotoError."""

    def view(self, path: Path, max_side_px: int) -> RgbImage:
        """Return the photo for the screen, no side longer than `max_side_px`. Raises UnreadablePhotoError."""

    def close(self) -> None:
        """End the reading processes. Twice is once."""


@dataclass(frozen=True, slots=True, eq=False)
class EmbeddedPhoto:
    """A photo that was read, ready to be remembered."""

    photo_id: int
    stamp: FileStamp
    """As it was when the photo was asked for; a file changed since then is found by the next look."""
    content_hash: str
    facts: PhotoFacts | None
    """None where the content is known already."""
    vector: NDArray[np.float32] | None
    """Shape (dimensions,), unit length; None where the content's embedding is known already."""


@dataclass(frozen=True, slots=True, eq=False)
class StoredVectors:
    """Embeddings as the catalogue holds them, in the order they were stored."""

    content_ids: NDArray[np.int64]
    """Shape (n,)."""
    vectors: NDArray[np.float16]
    """Shape (n, dimensions), rows of unit length up to rounding."""
    last_row: int
    """The last row's number, to ask for what was stored since; what was asked for when there is none."""


@dataclass(frozen=True, slots=True)
class Counts:
    """How many photos the catalogue knows, for one model; embedded + skipped + waiting + missing = photos."""

    photos: int
    embedded: int
    skipped: int
    waiting: int
    """Neither embedded nor skipped yet; those in offline folders among them."""
    missing: int
    """Gone from an online folder; remembered, not shown."""


class TagStore(Protocol):
    """Labels, label lists and what people decided."""

    def decide(self, decisions: Sequence[Decision], *, now_s: float, model_key: str = "") -> None:
        """Remember decisions, all or none; later ones replace earlier ones. `model_key`: whose suggestions they answer.

        Decisions on photos that are not known are left out. Together they can be undone.
        """

    def undo(self) -> Undone | None:
        """Take back what was decided last, as it was before; None where nothing is left of the last 200 times."""

    def decided(self, label: str) -> dict[int, bool]:
        """Return the decisions on a label: True for accepted, by photo id."""

    def decisions(self, photo_id: int) -> dict[str, bool]:
        """Return the decisions on a photo: True for accepted, by label."""

    def tags_of(self, photo_ids: Sequence[int]) -> dict[int, list[Tag]]:
        """Return the tags of photos, accepted ones before those in files; photos without one are left out."""

    def counts(self) -> dict[str, int]:
        """Return every tag that a shown photo has, by name, with how many have it."""

    def rename(self, name: str, to: str) -> None:
        """Give a label another name, with its decisions; where that exists, its own decisions win."""

    def lines(self) -> Mapping[str, float]:
        """Return the probabilities from which on labels are suggested, for labels where somebody drew a line."""

    def set_line(self, label: str, line: float | None) -> None:
        """Draw a label's line; None leaves it to the program."""

    def lists(self) -> list[LabelList]:
        """Return the label lists, by name."""

    def save_list(self, changed: LabelList) -> None:
        """Add a label list, or change the one of that name."""

    def remove_list(self, name: str) -> None:
        """Remove a label list; what was decided stays."""


class Sidecars(Protocol):
    """Files beside photos, where other programs read tags."""

    def write(self, photo: Path, tags: Sequence[str], rating: int | None = None) -> bool:
        """Let a photo's sidecar say these tags in place of those written before; return whether anything changed.

        What other programs wrote stays. A rating of None leaves that there as it is. Raises StoreError; then the
        sidecar is as it was.
        """

    def clean(self, photo: Path) -> bool:
        """Take away all that `write` wrote, and the file where nothing else is in it; return whether it did."""


class Catalog(Protocol):
    """The only source of truth: folders, photos, vectors, decisions, settings of the library.

    Every method is one transaction and may be called from any thread. Each may raise StoreError.
    """

    # folders
    def folders(self) -> list[Folder]:
        """Return the watched folders by path."""

    def add_folder(self, path: Path, identity: FolderIdentity) -> Folder:
        """Remember a folder; one that is known already is returned as it is."""

    def update_folder(
        self, folder_id: int, state: FolderState, *, offline_reason: str = "", identity: FolderIdentity | None = None
    ) -> None:
        """Set the state of a folder, and its identity where one is given."""

    def remove_folder(self, folder_id: int) -> None:
        """Forget a folder and its photos; embeddings that no photo uses any more go with them."""

    # files
    def known_files(self, folder_id: int) -> dict[str, KnownFile]:
        """Return what is known of a folder's files, by path relative to it, missing ones too."""

    def apply_changes(self, folder_id: int, changes: FolderChanges, *, now_s: float) -> None:
        """Remember what a look at a folder found; a photo that is missing before it was ever read is forgotten."""

    def move_photos(self, moves: Sequence[MovedFile]) -> None:
        """Give photos their new places; embeddings and decisions stay. A place's former, never read entry goes."""

    # photos
    def photos(self, photo_ids: Sequence[int]) -> list[Photo]:
        """Return the photos with these ids, in this order; unknown ids are left out."""

    def photo_at(self, path: Path) -> Photo | None:
        """Return the photo at an absolute path."""

    def newest_photo_ids(self) -> NDArray[np.int64]:
        """Return the ids of all shown photos (read, not missing), by time taken, newest first."""

    def photos_within(self, groups: Sequence[AnyOf]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the ids and the content ids of the shown photos that pass a filter of every group; all of no group."""

    def photos_saying(self, words: Sequence[str], limit: int) -> list[int]:
        """Return up to `limit` ids of shown photos whose path, caption and keywords hold every word, in any order.

        A word is found in small letters and capitals, with accents or without, and as the beginning of a longer one.
        """

    def count_in_folders(self) -> dict[int, int]:
        """Return how many photos are shown of each folder, by its id; folders without one are left out."""

    def photo_ids_of(self, content_ids: Sequence[int]) -> dict[int, list[int]]:
        """Return the ids of the shown photos with each content; contents without one are left out."""

    def bearings(self, photo_ids: Sequence[int]) -> list[Bearings]:
        """Return where and when photos belong, in this order; nowhere and never for an id that is not known."""

    def looks(self, photo_ids: Sequence[int] | None = None) -> Looks:
        """Return what tells near-duplicates among photos, in this order, those that are not shown left out.

        All shown photos by their ids where there is None.
        """

    def vocabulary(self, key: str) -> list[str]:
        """Return the values that shown photos have for a filter, the most frequent first: folder, tag or camera."""

    def count_shown(self) -> int:
        """Return how many photos are shown."""

    def version(self) -> int:
        """Return a number that is another one after each change, by whatever program."""

    def content_ids_of(self, photo_ids: Sequence[int]) -> NDArray[np.int64]:
        """Return the contents of photos, each once, ascending."""

    def skipped_photos(self) -> list[Photo]:
        """Return the photos that cannot be used, by path."""

    def forget_skips(self) -> None:
        """Let every skipped photo be read again at the next indexing."""

    # embedding
    def waiting(self, model_key: str, *, after_photo_id: int = 0, limit: int = 1000) -> list[Photo]:
        """Return photos, by id above `after_photo_id`, that have no embedding and are neither skipped, missing nor
        offline."""

    def count_waiting(self, model_key: str) -> int:
        """Return how many photos `waiting` would give in all."""

    def known_contents(self, model_key: str, content_hashes: Iterable[str]) -> set[str]:
        """Return those of the hashes whose content has an embedding by the model."""

    def store(
        self,
        model_key: str,
        embedded: Sequence[EmbeddedPhoto],
        skipped: Mapping[int, str],
    ) -> None:
        """Remember a batch: embeddings, facts, and the reason for each skipped photo, by photo id."""

    def counts(self, model_key: str) -> Counts:
        """Return how many photos there are, and how far they are."""

    # vectors
    def vectors(self, model_key: str, *, after_row: int = 0) -> StoredVectors:
        """Return the model's embeddings stored after row number `after_row`."""

    def vectors_of(self, model_key: str, content_hash: str) -> NDArray[np.float32] | None:
        """Return one content's embedding, shape (dimensions,), unit length."""

    def vectors_of_contents(self, model_key: str, content_ids: Sequence[int]) -> dict[int, NDArray[np.float32]]:
        """Return the embeddings of contents by their ids; those that have none are left out."""

    def embedded_contents(self, model_key: str) -> NDArray[np.int64]:
        """Return the ids of the contents a model has embedded, ascending; none for a model that is not known."""

    def last_vector_row(self, model_key: str) -> int:
        """Return the highest row number of the model's embeddings, 0 when there is none."""

    def count_vectors(self, model_key: str) -> int:
        """Return how many embeddings the model has here."""

    def model_keys(self) -> list[str]:
        """Return the models that have embeddings here."""

    def remove_model(self, model_key: str) -> None:
        """Remove all embeddings of a model."""

    @property
    def tags(self) -> TagStore:
        """Labels and decisions."""

    # marks of people
    def set_favourite(self, photo_ids: Sequence[int], is_favourite: bool) -> None:
        """Remember whether photos are favourites."""

    def rate(self, photo_ids: Sequence[int], stars: int | None) -> None:
        """Give photos 0 to 5 stars; None leaves it to what their files say."""

    def saved_searches(self) -> list[SavedSearch]:
        """Return the searches that were kept, by name."""

    def save_search(self, search: SavedSearch) -> None:
        """Keep a search; one of that name is replaced."""

    def forget_search(self, name: str) -> None:
        """Forget a search that was kept."""

    # settings of the library
    def setting(self, name: str) -> str | None:
        """Return a setting of the library, None where it was never set."""

    def set_setting(self, name: str, value: str | None) -> None:
        """Set a setting of the library; None removes it."""

    def close(self) -> None:
        """Close the file. Twice is once."""


class VectorIndex(Protocol):
    """Nearest neighbours over the catalogue's vectors; a cache that may be deleted at any time.

    Raises StoreError where it cannot be used; the catalogue's vectors answer then.
    """

    def level(self, model_key: str) -> int:
        """Return the catalogue's row number up to which the index holds the model's vectors; 0 for an empty one."""

    def size(self, model_key: str) -> int:
        """Return how many of the model's vectors the index holds."""

    def open(self) -> None:
        """Make ready to answer, which takes a second or two; what needs it does it by itself."""

    def add(self, model_key: str, stored: StoredVectors) -> None:
        """Add vectors, those already there are replaced, and raise the level to `stored.last_row`."""

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
