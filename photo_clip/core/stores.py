"""The contract of the catalogue, and of its parts."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from photo_clip.core.arranging import Bearings
from photo_clip.core.errors import UnreadablePhotoError
from photo_clip.core.filters import AnyOf
from photo_clip.core.labels import LabelList
from photo_clip.core.likeness import Looks
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
from photo_clip.core.sidecars import KnownSidecar, ReadSidecar, SidecarConflict
from photo_clip.core.tags import Decision, Tag, Undone


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


@dataclass(frozen=True, slots=True, eq=False)
class StoredTiles:
    """Embeddings of tiles as the catalogue holds them, in the order they were stored."""

    content_ids: NDArray[np.int64]
    """Shape (n,)."""
    counts: NDArray[np.int64]
    """How many tiles each content has, shape (n,); 0 for one that could not be read for them."""
    vectors: NDArray[np.float16]
    """Shape (sum of counts, dimensions), rows of unit length up to rounding."""
    last_row: int
    """The last row's number, to ask for what was stored since; what was asked for when there is none."""


@dataclass(frozen=True, slots=True)
class Counts:
    """How many photos the catalogue knows, for one model; embedded + skipped + waiting + missing = photos."""

    photos: int
    embedded: int
    skipped: int
    waiting: int
    """Neither embedded, as they are now, nor skipped yet; those in offline folders among them."""
    missing: int
    """Gone from an online folder; remembered, not shown."""
    only_in_cloud: int = 0
    """Those of the waiting that are not read, as that would download them."""


class FolderStore(Protocol):
    """The watched folders and the files in them."""

    def all(self) -> list[Folder]:
        """Return the watched folders by path."""

    def add(self, path: Path, identity: FolderIdentity) -> Folder:
        """Remember a folder; one that is known already is returned as it is."""

    def update(
        self, folder_id: int, state: FolderState, *, offline_reason: str = "", identity: FolderIdentity | None = None
    ) -> None:
        """Set the state of a folder, and its identity where one is given."""

    def move(self, folder_id: int, path: Path, identity: FolderIdentity) -> None:
        """Give a folder another place, with all its photos; it is online then."""

    def forget(self, photo_ids: Sequence[int]) -> None:
        """Forget photos and what is known of them; embeddings that no photo uses any more go with them."""

    def remove(self, folder_id: int) -> None:
        """Forget a folder and its photos; embeddings that no photo uses any more go with them."""

    def known_files(self, folder_id: int) -> dict[str, KnownFile]:
        """Return what is known of a folder's files, by path relative to it, missing ones too."""

    def some_files(self, folder_id: int, most: int) -> dict[str, FileStamp]:
        """Return up to `most` of a folder's files that are not missing, from all over it, by path relative to it."""

    def apply_changes(self, folder_id: int, changes: FolderChanges, *, now_s: float) -> None:
        """Remember what a look at a folder found; one that changed is shown as it was until it is read, and one that is
        missing before it was read is forgotten, if people decided nothing of it."""

    def move_photos(self, moves: Sequence[MovedFile]) -> None:
        """Give photos their new places, where no other photo is; embeddings and decisions stay."""

    def copies_of_missing(self) -> list[tuple[MovedFile, MovedFile]]:
        """Return the missing photos that people decided something of, each with the latest photo that is there, has the
        same content, and of which they decided nothing."""


class EmbeddingStore(Protocol):
    """Embeddings of the photos' contents, for each model, and which photos wait for theirs."""

    def waiting(self, model_key: str, *, after_photo_id: int = 0, limit: int = 1000) -> list[Photo]:
        """Return photos, by id above `after_photo_id`, that have no embedding as they are now and are neither skipped,
        missing, offline nor only in the cloud."""

    def count_waiting(self, model_key: str) -> int:
        """Return how many photos `waiting` would give in all."""

    def known_contents(self, model_key: str, content_hashes: Iterable[str]) -> set[str]:
        """Return those of the hashes whose content has an embedding by the model."""

    def store(
        self,
        model_key: str,
        embedded: Sequence[EmbeddedPhoto],
        skipped: Mapping[int, UnreadablePhotoError],
    ) -> None:
        """Remember a batch: embeddings, facts, and why photos are skipped, by photo id.

        Of one that changed, what was known is forgotten, unless it is a PhotoClosedError.
        """

    def counts(self, model_key: str) -> Counts:
        """Return how many photos there are, and how far they are."""

    def vectors(self, model_key: str, *, after_row: int = 0) -> StoredVectors:
        """Return the model's embeddings stored after row number `after_row`."""

    def vectors_of(self, model_key: str, content_hash: str) -> NDArray[np.float32] | None:
        """Return one content's embedding, shape (dimensions,), unit length."""

    def vectors_of_contents(self, model_key: str, content_ids: Sequence[int]) -> dict[int, NDArray[np.float32]]:
        """Return the embeddings of contents by their ids; those that have none are left out."""

    def are_embedded(self, model_key: str, content_ids: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Return for each of some contents whether it has an embedding by the model."""

    def embedded_contents(self, model_key: str) -> NDArray[np.int64]:
        """Return the ids of the contents a model has embedded, ascending; none for a model that is not known."""

    def last_row(self, model_key: str) -> int:
        """Return the highest row number of the model's embeddings, 0 when there is none."""

    def count(self, model_key: str) -> int:
        """Return how many embeddings the model has here."""

    def model_keys(self) -> list[str]:
        """Return the models that have embeddings here."""

    def remove_model(self, model_key: str) -> None:
        """Remove all embeddings of a model."""


class TileStore(Protocol):
    """Embeddings of parts of photos, for the folders where small things are looked for."""

    def folders(self) -> frozenset[int]:
        """Return the ids of the folders whose photos have tiles, or will have."""

    def switch(self, folder_id: int, *, on: bool) -> None:
        """Let a folder's photos have tiles, or no longer; tiles that no such folder needs are removed."""

    def waiting(self, model_key: str, *, after_photo_id: int = 0, limit: int = 1000) -> list[Photo]:
        """Return photos, by id above `after_photo_id` and one a content, that are to have tiles by the model and have
        none; those that are not embedded as a whole, missing, offline or only in the cloud are left out."""

    def count_waiting(self, model_key: str) -> int:
        """Return how many photos `waiting` would give in all."""

    def store(self, model_key: str, vectors: Mapping[str, NDArray[np.float32]]) -> None:
        """Remember the embeddings of tiles, shape (tiles, dimensions), by content hash.

        No rows remember that a content has none. Contents that nobody needs any more are left out.
        """

    def stored(self, model_key: str, *, after_row: int = 0, limit: int = 1000) -> StoredTiles:
        """Return the tiles of up to `limit` contents, those stored after row number `after_row`."""

    def of(self, model_key: str, content_ids: Sequence[int]) -> dict[int, NDArray[np.float32]]:
        """Return the tiles of contents by their ids; those that have none are left out."""

    def last_row(self, model_key: str) -> int:
        """Return the highest row number of the model's tiles, 0 when there is none."""


class TagStore(Protocol):
    """Labels, label lists and what people decided. A label is one, whatever its capitals; the first spelling stays."""

    def decide(self, decisions: Sequence[Decision], *, now_s: float, model_key: str = "") -> None:
        """Remember decisions, all or none; later ones replace earlier ones. `model_key`: whose suggestions they answer.

        Decisions on photos that are not known are left out. Together they can be undone.
        """

    def undo(self) -> Undone | None:
        """Take back what was decided or marked last, as it was before; None where nothing is left of the last 200."""

    def decided(self, label: str) -> dict[int, bool]:
        """Return the decisions on a label: True for accepted, by photo id."""

    def decisions(self, photo_id: int) -> dict[str, bool]:
        """Return the decisions on a photo: True for accepted, by label."""

    def tags_of(self, photo_ids: Sequence[int]) -> dict[int, list[Tag]]:
        """Return the tags of photos, accepted ones before those in files; photos without one are left out."""

    def counts(self) -> dict[str, int]:
        """Return every tag that a shown photo has, by name, with how many have it."""

    def is_any_given(self) -> bool:
        """Whether any tag was given or accepted here."""

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


class SidecarStore(Protocol):
    """What is remembered of the sidecars of photos. Looks at folders note their marks; see `FolderChanges`."""

    def waiting(self, *, after_photo_id: int = 0, limit: int = 500) -> list[KnownSidecar]:
        """Return sidecars that came, changed or went since they were read, by photo id above `after_photo_id`.

        Those in folders that are offline, and of missing photos, are left out.
        """

    def count_waiting(self) -> int:
        """Return how many came, changed or went since they were read."""

    def known(self, photo_ids: Sequence[int]) -> dict[int, KnownSidecar]:
        """Return what is known of the sidecars of photos, by photo id; photos without any are left out."""

    def store(self, read: Sequence[ReadSidecar], *, now_s: float) -> None:
        """Remember what sidecars say, and what others changed in them."""

    def conflicts(self) -> list[SidecarConflict]:
        """Return the photos whose sidecars others changed since this program wrote to them, by path."""

    def acknowledge(self, photo_ids: Sequence[int]) -> None:
        """Leave photos out of `conflicts` until their sidecars are changed again."""


class MarkStore(Protocol):
    """What people marked and kept. Marks can be taken back as decisions are, see `TagStore.undo`.

    Photos that are not known are left out.
    """

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


class Catalog(Protocol):
    """The only source of truth: folders, photos, vectors, decisions, settings of the library.

    Every method, those of its parts too, is one transaction and may be called from any thread. Each may raise
    StoreError.
    """

    @property
    def folders(self) -> FolderStore:
        """The watched folders and the files in them."""

    @property
    def embeddings(self) -> EmbeddingStore:
        """Embeddings, and which photos wait for theirs."""

    @property
    def tiles(self) -> TileStore:
        """Parts of photos."""

    @property
    def tags(self) -> TagStore:
        """Labels and decisions."""

    @property
    def sidecars(self) -> SidecarStore:
        """What sidecars say, and what others changed in them."""

    @property
    def marks(self) -> MarkStore:
        """Favourites, stars and kept searches."""

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

    def photos_with(self, content_ids: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.intp]]:
        """Return the ids of the shown photos with these contents, each given once, and which of them each one has.

        They come in the order of the contents, those of one content by their ids. Contents without one are left out.
        """

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

    def forget_skips(self, reason: str | None = None) -> None:
        """Let every skipped photo, or those with this reason, be read again at the next indexing."""

    # settings of the library
    def setting(self, name: str) -> str | None:
        """Return a setting of the library, None where it was never set."""

    def set_setting(self, name: str, value: str | None) -> None:
        """Set a setting of the library; None removes it."""

    def check(self) -> None:
        """Raise StoreError where what is stored was damaged; the next opening saves what can be read then."""

    def close(self) -> None:
        """Close the file. Twice is once."""
