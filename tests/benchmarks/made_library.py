"""A library of any size for benchmarks: embeddings of real photos, resampled with noise; the photos are only names."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
from PIL import Image

from photo_clip.adapters.catalog import SqliteCatalog
from photo_clip.core.photo import FileStamp, FolderChanges, FolderIdentity, FolderState, PhotoFacts
from photo_clip.core.places import Places
from photo_clip.core.ports import Encoder, Vectors
from photo_clip.core.scoring import unit_rows
from photo_clip.core.stores import EmbeddedPhoto
from photo_clip.opening import opened_library
from tests.real_photos import write_real_photos

_CUTS_PER_PHOTO = 40
_AT_ONCE = 5000
_FIRST_DAY = datetime(2000, 1, 1)
_CAMERAS = ("Canon EOS R6", "NIKON D750", "Apple iPhone 13", "Google Pixel 7", "SONY ILCE-7M4", "")
_NOISE = 0.35
"""Length of the noise beside a unit vector: neighbours stay alike, and no two are the same."""


def real_embeddings(encoder: Encoder, folder: Path) -> Vectors:
    """Return embeddings of random cuts out of real photos, several hundred rows."""
    numbers = np.random.default_rng(3)
    squares = []
    for path in sorted(write_real_photos(folder).iterdir()):
        with Image.open(path) as picture:
            photo = picture.convert("RGB")
        for _ in range(_CUTS_PER_PHOTO):
            share = numbers.uniform(0.3, 1.0)
            width, height = int(photo.width * share), int(photo.height * share)
            left, top = (int(numbers.uniform(0, 1 - share) * length) for length in photo.size)
            cut = photo.resize((encoder.square.side_px,) * 2, box=(left, top, left + width, top + height))
            squares.append(np.asarray(cut))
    return np.concatenate([encoder.embed_images(np.stack(part)) for part in _parts(squares)])


def resampled(seeds: Vectors, count: int) -> Vectors:
    """Return `count` unit rows: mixtures of two rows of `seeds`, and noise."""
    numbers = np.random.default_rng(count)
    first, second = (seeds[numbers.integers(0, len(seeds), count)] for _ in range(2))
    share = numbers.uniform(0, 0.5, (count, 1)).astype(np.float32)
    noise = numbers.standard_normal(first.shape, dtype=np.float32)
    return unit_rows((1 - share) * first + share * second + _NOISE * unit_rows(noise))


def make_library(places: Places, vectors_of: Vectors, model_key: str) -> None:
    """Make a library whose catalogue holds one photo for each row; its folder counts as offline. The index is empty."""
    with opened_library(places):  # makes what is to be there
        pass
    catalog = SqliteCatalog(places.catalog_file)
    folder = catalog.folders.add(Path("/photos of the benchmark"), FolderIdentity(1, 1))
    stamp = FileStamp(4_000_000, 1_600_000_000_000_000_000)
    names = [f"{row // 500:04}/{row:07}.jpg" for row in range(len(vectors_of))]
    catalog.folders.apply_changes(folder.id, FolderChanges(new=dict.fromkeys(names, stamp)), now_s=1.6e9)
    known = catalog.folders.known_files(folder.id)
    facts = _made_facts(len(vectors_of))
    for start in range(0, len(vectors_of), _AT_ONCE):
        embedded = [
            EmbeddedPhoto(known[names[row]].photo_id, stamp, f"{row:032x}", facts[row], vectors_of[row])
            for row in range(start, min(start + _AT_ONCE, len(vectors_of)))
        ]
        catalog.embeddings.store(model_key, embedded, {})
    catalog.folders.update(folder.id, FolderState.OFFLINE, offline_reason="it is made up")
    catalog.close()


def _made_facts(count: int) -> list[PhotoFacts]:
    """Return what photos of 25 years say of themselves: not all of them everything."""
    numbers = np.random.default_rng(7)
    seconds = numbers.integers(0, 25 * 365 * 86_400, count).tolist()
    prints = numbers.integers(-(2**63), 2**63 - 1, count).tolist()
    towns = numbers.uniform((-50, -170), (65, 170), (40, 2))
    places = (towns[numbers.integers(0, 40, count)] + numbers.normal(scale=0.1, size=(count, 2))).tolist()
    kinds = numbers.integers(0, 60, count).tolist()
    return [
        PhotoFacts(
            *((4000, 3000) if kind % 3 else (3000, 4000)),
            exif_taken_at=_FIRST_DAY + timedelta(seconds=second) if kind % 10 else None,
            camera=_CAMERAS[kind % len(_CAMERAS)],
            latitude=latitude if kind % 2 else None,
            longitude=longitude if kind % 2 else None,
            rating=kind % 6 if kind % 5 == 0 else None,
            keywords=(f"places/town {kind}", "family") if kind % 4 == 0 else (),
            fingerprint=fingerprint,
        )
        for second, (latitude, longitude), kind, fingerprint in zip(seconds, places, kinds, prints, strict=True)
    ]


def fill_index(places: Places, model_key: str) -> None:
    """Bring the library's index level with its catalogue."""
    with opened_library(places) as library:
        for _ in library.neighbours.catch_up(model_key):
            pass


def _parts(squares: list[np.ndarray]) -> Iterator[list[np.ndarray]]:
    for start in range(0, len(squares), 32):
        yield squares[start : start + 32]
