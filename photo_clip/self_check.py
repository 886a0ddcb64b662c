"""Tries the whole program on a library of its own: pictures that come with it are embedded and found again."""

import os
import shutil
import tempfile
from pathlib import Path

import numpy as np

from photo_clip.core.editions import Edition
from photo_clip.core.errors import PhotoClipError
from photo_clip.core.places import Places, resources_folder
from photo_clip.opening import opened_library, small_untrained_model
from photo_clip.services.library import Library

_PICTURES = {"boat.jpg": "a sailing boat on the sea at sunset", "chessboard.jpg": "a chessboard"}


class SelfCheckError(PhotoClipError):
    """The program does not do on this computer what it should."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence, advice="Install photo-clip again; if that does not help, please report it.")


def check_oneself() -> None:
    """Embed the bundled pictures in a temporary library and find each by words and by its own likeness.

    In the full edition, torch computes once too.
    Raises a PhotoClipError that says what went wrong.
    """
    with tempfile.TemporaryDirectory(prefix="photo-clip-") as folder:
        photos = Path(folder) / "photos"
        photos.mkdir()
        for name in _PICTURES:
            shutil.copyfile(resources_folder() / "self_check" / name, photos / name)
            os.utime(photos / name, (0, 0))  # or it would count as still being written
        with opened_library(Places(Path(folder) / "library", Path(folder) / "cache")) as library:
            library.folders.add(photos)
            for _ in library.keep_up():
                pass
            counts = library.status().counts
            if counts.embedded != len(_PICTURES):
                raise SelfCheckError(f"Of {len(_PICTURES)} pictures only {counts.embedded} could be embedded.")
            for name, words in _PICTURES.items():
                hits = library.searcher.search(words, len(_PICTURES))
                if not hits or hits[0].photo.path.name != name:
                    raise SelfCheckError(f"The picture “{name}” was not found by the words “{words}”.")
                hits = library.searcher.similar_to_file(photos / name, 1)
                if not hits or hits[0].photo.path.name != name:
                    raise SelfCheckError(f"The picture “{name}” was not found by its own likeness.")
            if library.models.edition is Edition.FULL:
                _check_torch(library)


def _check_torch(library: Library) -> None:
    encoder = small_untrained_model(library.models.notes)
    side = encoder.square.side_px
    vectors = encoder.embed_images(np.zeros((1, side, side, 3), np.uint8))
    encoder.close()
    if vectors.shape != (1, encoder.dimensions) or not np.isfinite(vectors).all():
        raise SelfCheckError("An open_clip model did not give a vector for a picture.")
