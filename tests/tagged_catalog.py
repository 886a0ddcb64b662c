"""A catalogue to do harm to."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from photo_clip.adapters.catalog import SqliteCatalog
from photo_clip.core.photo import FileStamp, FolderChanges, FolderIdentity, PhotoFacts
from photo_clip.core.stores import EmbeddedPhoto
from photo_clip.core.tags import Decision

MODEL = "model"
PAGE = 4096


def tagged_catalog(
    file: Path, vectors: NDArray[np.float32], facts: PhotoFacts, stamp: FileStamp
) -> tuple[SqliteCatalog, list[int]]:
    """Make one with a photo for each vector, all embedded and tagged “kept”; return it, open, and their ids."""
    catalog = SqliteCatalog(file)
    folder = catalog.folders.add(Path("/photos"), FolderIdentity(1, 2))
    names = [f"{number:04}.jpg" for number in range(len(vectors))]
    catalog.folders.apply_changes(folder.id, FolderChanges(new=dict.fromkeys(names, stamp)), now_s=1.0)
    known = catalog.folders.known_files(folder.id)
    ids = [known[name].photo_id for name in names]
    catalog.embeddings.store(
        MODEL,
        [
            EmbeddedPhoto(photo_id, stamp, f"hash {name}", facts, vector)
            for photo_id, name, vector in zip(ids, names, vectors, strict=True)
        ],
        {},
    )
    catalog.tags.decide([Decision(photo_id, "kept", True) for photo_id in ids], now_s=1.0)
    return catalog, ids
