"""Stand-ins that keep the contracts of core/ports.py and core/stores.py without models, decoders or databases."""

import errno
import io
import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from photo_clip.adapters.catalog import SqliteCatalog
from photo_clip.core.errors import PhotoGoneError, StoreError, UnreadablePhotoError
from photo_clip.core.models import Kind, ModelSource
from photo_clip.core.photo import PhotoFacts
from photo_clip.core.places import resources_folder
from photo_clip.core.ports import (
    Encoder,
    Fit,
    ModelIdentity,
    Notes,
    ReadPhoto,
    ReadTiles,
    RgbImage,
    Sidecars,
    Squares,
    SquareSpec,
    Vectors,
)
from photo_clip.core.progress import Phase, Progress, Task
from photo_clip.core.scoring import unit_rows
from photo_clip.core.stores import StoredVectors
from photo_clip.core.tiles import tile_boxes
from photo_clip.services.library import Library
from photo_clip.services.model_notes import ModelNotes
from photo_clip.services.models import Models
from photo_clip.services.thumbnails import Thumbnails

COLOURS = {"red": (255, 0, 0), "green": (0, 255, 0), "blue": (0, 0, 255), "white": (255, 255, 255)}


def write_photo(path: Path, words: str, *, mtime_s: float = 1_000_000_000) -> Path:
    """Write a file that FakeReader reads as a photo: its first word is its colour, the rest makes it unlike others."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(words, encoding="utf-8")
    os.utime(path, (mtime_s, mtime_s))
    return path


def break_drive(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let what lies below a folder be neither looked at nor written, as where a drive was pulled out in use."""

    def fail_below(do: Callable[..., object]) -> Callable[..., object]:
        def done(path: object, *more: object, **how: object) -> object:
            if isinstance(path, str | os.PathLike) and Path(path).is_relative_to(folder):
                raise OSError(errno.EIO, os.strerror(errno.EIO), str(path))
            return do(path, *more, **how)

        return done

    for name in ("stat", "lstat", "open", "utime", "replace"):
        monkeypatch.setattr(os, name, fail_below(getattr(os, name)))


def unplug(folder: Path) -> Path:
    """Take a folder away as a drive that is unplugged, and return where it is until it comes back."""
    away = folder.parent / "out of reach" / folder.name
    away.parent.mkdir(exist_ok=True)
    return folder.rename(away)


def plug_in(folder: Path) -> None:
    """Let a folder be there again."""
    (folder.parent / "out of reach" / folder.name).rename(folder)


def bundled_model(_notes: Notes) -> Encoder:
    """Load the real starter, on one core."""
    from photo_clip.adapters.starter_model import StarterModel

    return StarterModel(resources_folder() / "models" / "starter", threads=1)


def bundled() -> ModelIdentity:
    """Return the identity of the FakeEncoder that stands for the bundled model."""
    return FakeEncoder("starter").identity


class FakeEncoder:
    """Sees the mean colour of a picture, and knows the words of COLOURS."""

    dimensions = 3
    logit_scale = 10.0
    square = SquareSpec(4, Fit.SQUASH)

    def __init__(self, name: str = "colours") -> None:
        self.identity = ModelIdentity(name, "fake", "squash 4")
        self.images_embedded = 0
        self.is_closed = False

    def embed_images(self, squares: Squares) -> Vectors:
        assert not self.is_closed
        self.images_embedded += len(squares)
        return unit_rows(squares.reshape(len(squares), -1, 3).mean(axis=1) + 1.0 if len(squares) else np.empty((0, 3)))

    def embed_texts(self, texts: Sequence[str]) -> Vectors:
        assert not self.is_closed
        rows = [np.sum([COLOURS.get(word, (1, 1, 1)) for word in (text or "none").split()], axis=0) for text in texts]
        return unit_rows(np.array(rows, dtype=np.float32).reshape(len(texts), 3))

    def close(self) -> None:
        self.is_closed = True


class FakeNotes:
    """Remembers and hears in memory."""

    def __init__(self) -> None:
        self.known: dict[str, str] = {}
        self.told: list[str] = []

    def recall(self, name: str) -> str | None:
        return self.known.get(name)

    def remember(self, name: str, value: str) -> None:
        self.known[name] = value

    def tell(self, sentence: str) -> None:
        self.told.append(sentence)


class FakeReader:
    """Reads the files of `write_photo`; the word “broken” makes one unreadable."""

    def __init__(self) -> None:
        self.files_read: list[Path] = []
        self.open_readings = 0
        self.before_reading: Callable[[Path], None] | None = None
        """What happens to a file just before it is read; may raise UnreadablePhotoError."""
        self.facts_of: Callable[[str], PhotoFacts] = lambda _words: PhotoFacts(16, 16)
        """What a file with these words says of itself."""
        self.is_closed = False

    def read(
        self, paths: Iterable[Path], square: SquareSpec
    ) -> Iterator[tuple[Path, ReadPhoto | UnreadablePhotoError]]:
        self.open_readings += 1
        try:
            for path in paths:
                self.files_read.append(path)
                yield path, self._read_or_error(path, square)
        finally:
            self.open_readings -= 1

    def read_tiles(
        self, paths: Iterable[Path], square: SquareSpec
    ) -> Iterator[tuple[Path, ReadTiles | UnreadablePhotoError]]:
        """Give each photo its tiles: all of its colour, but for one of each colour that its words name after “with”."""
        self.open_readings += 1
        try:
            for path in paths:
                self.files_read.append(path)
                yield path, self._tiles_or_error(path, square)
        finally:
            self.open_readings -= 1

    def hashes(self, paths: Iterable[Path]) -> Iterator[tuple[Path, str | UnreadablePhotoError]]:
        for path in paths:
            try:
                yield path, _words(path)
            except UnreadablePhotoError as error:
                yield path, error

    def thumbnail(self, path: Path) -> bytes:
        return _jpeg(path)

    def view(self, path: Path, max_side_px: int) -> RgbImage:
        side = min(max_side_px, 16)
        return np.full((side, side, 3), _colour(path), dtype=np.uint8)

    def close(self) -> None:
        self.is_closed = True

    def _read_or_error(self, path: Path, square: SquareSpec) -> ReadPhoto | UnreadablePhotoError:
        try:
            return self._read(path, square)
        except UnreadablePhotoError as error:
            return error

    def _tiles_or_error(self, path: Path, square: SquareSpec) -> ReadTiles | UnreadablePhotoError:
        try:
            read = self._read(path, square)
            if "without tiles" in read.content_hash:
                raise UnreadablePhotoError("it is too large")
        except UnreadablePhotoError as error:
            return error
        squares = np.stack([read.square] * len(tile_boxes(read.facts.width_px, read.facts.height_px)))
        _, _, small = read.content_hash.partition(" with ")
        for number, colour in enumerate(small.split()):
            squares[-1 - number] = COLOURS[colour]
        return ReadTiles(read.content_hash, squares)

    def _read(self, path: Path, square: SquareSpec) -> ReadPhoto:
        if self.before_reading is not None:
            self.before_reading(path)
        words = _words(path)
        if "broken" in words:
            raise UnreadablePhotoError("it is broken")
        pixels = np.full((square.side_px, square.side_px, 3), _colour(path), dtype=np.uint8)
        return ReadPhoto(words, pixels, _jpeg(path), self.facts_of(words))


class FakeIndex:
    """A vector index that looks at every vector."""

    def __init__(self, *, is_remote: bool = False) -> None:
        self.is_remote = is_remote
        self.levels: dict[str, int] = {}
        self.marks: dict[str, str] = {}
        self.vectors: dict[str, dict[int, NDArray[np.float32]]] = {}
        self.is_broken = False
        self.is_closed = False

    def level(self, model_key: str) -> int:
        return self.levels.get(model_key, 0)

    def mark(self, model_key: str) -> str:
        return self.marks.get(model_key, "")

    def size(self, model_key: str) -> int:
        return len(self.vectors.get(model_key, {}))

    def open(self) -> None:
        self._check()

    def add(self, model_key: str, stored: StoredVectors, mark: str = "") -> None:
        self._check()
        held = self.vectors.setdefault(model_key, {})
        held.update(zip(stored.content_ids.tolist(), stored.vectors.astype(np.float32), strict=True))
        self.levels[model_key] = stored.last_row
        self.marks[model_key] = mark

    def nearest(
        self, model_key: str, query: NDArray[np.float32], count: int
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        self._check()
        held = self.vectors.get(model_key, {})
        best = sorted(((float(vector @ query), -content_id) for content_id, vector in held.items()), reverse=True)
        ids = np.array([-content_id for _, content_id in best[:count]], dtype=np.int64)
        return ids, np.array([cosine for cosine, _ in best[:count]], dtype=np.float32)

    def remove_model(self, model_key: str) -> None:
        self.levels.pop(model_key, None)
        self.marks.pop(model_key, None)
        self.vectors.pop(model_key, None)

    def close(self) -> None:
        self.is_closed = True

    def _check(self) -> None:
        if self.is_broken:
            raise StoreError("The index is broken.", advice="Make it anew.")


class FakeWatcher:
    """Tells of the changes it is told of."""

    def __init__(self) -> None:
        self.watched: set[Path] = set()
        self.polled: dict[Path, str] = {}
        self.changed: set[Path] = set()
        self.is_closed = False

    def watch(self, folder: Path) -> None:
        self.watched.add(folder)

    def unwatch(self, folder: Path) -> None:
        self.watched.discard(folder)

    def take_settled(self, now_s: float) -> set[Path]:
        changed, self.changed = self.changed, set()
        return changed

    def close(self) -> None:
        self.is_closed = True


def open_fake_library(folder: Path, sidecars: Sidecars | None = None) -> Library:
    """Open a library in `folder` with a real catalogue and fakes around it."""
    folder.mkdir(parents=True, exist_ok=True)
    catalog = SqliteCatalog(folder / "catalog.db")
    reader = FakeReader()

    def load(source: ModelSource) -> FakeEncoder:
        return FakeEncoder(str(source))

    models = Models(catalog, [], FakeModelFiles(), load, load, bundled, ModelNotes(catalog), time.perf_counter)
    thumbnails = Thumbnails(folder / "thumbnails", reader)
    return Library(
        catalog,
        FakeIndex(),
        reader,
        thumbnails,
        models,
        lambda: 2_000_000_000.0,
        None,
        move_to_bin=Path.unlink,
        sidecars=sidecars,
    )


def _jpeg(path: Path) -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (16, 16), _colour(path)).save(stream, "JPEG")
    return stream.getvalue()


def _words(path: Path) -> str:
    try:
        words = path.read_text(encoding="utf-8")
    except OSError as error:
        raise PhotoGoneError("it is gone") from error
    if not words:
        raise UnreadablePhotoError("the file is empty")
    return words


def _colour(path: Path) -> tuple[int, int, int]:
    return COLOURS.get(_words(path).split()[0], (120, 120, 120))


class FakeModelFiles:
    """Says which models are here, and downloads in three steps."""

    def __init__(self, *here: ModelSource) -> None:
        self.here = [ModelSource(Kind.STARTER), *here]
        self.begun: dict[ModelSource, int] = {}

    def is_here(self, source: ModelSource) -> bool:
        return source in self.here

    def size_bytes(self, source: ModelSource) -> int:
        return 300 if source in self.held() else 0

    def begun_bytes(self, source: ModelSource) -> int:
        return self.begun.get(source, 0)

    def held(self) -> list[ModelSource]:
        return [source for source in self.here if source.is_on_hub]

    def download(self, source: ModelSource) -> Task[None]:
        for done in (100, 200, 300):
            self.begun[source] = done
            yield Progress(Phase.DOWNLOADING, done, 300, "weights")
        self.begun.pop(source)
        self.here.append(source)

    def take(self, source: ModelSource, path: Path) -> Task[None]:
        yield Progress(Phase.DOWNLOADING, 300, 300, path.name)
        self.here.append(source)

    def remove(self, source: ModelSource) -> None:
        self.begun.pop(source, None)
        self.here = [other for other in self.here if other != source or other.kind is Kind.STARTER]
