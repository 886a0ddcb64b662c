"""Photos that show the same as one."""

import os
from pathlib import Path

import numpy as np

from photo_clip.core.photo import PhotoFacts
from photo_clip.services.background import Background
from photo_clip.services.bursts import Bursts
from photo_clip.services.label_judge import LabelJudge
from tests.fakes import open_fake_library, write_photo
from tests.indexing import run


def test_copies_and_versions_of_a_photo_are_around_it(tmp_path: Path) -> None:
    folder = Path(os.path.realpath(tmp_path)) / "photos"
    words = {"one": "red a", "copy": "red a", "version": "red b", "other": "red c", "far": "green d"}
    for name, text in words.items():
        write_photo(folder / f"{name}.jpg", text)
    rng = np.random.default_rng(1)
    looks = {text: rng.integers(0, 255, 72, np.uint8).tobytes() for text in words.values()}
    looks["red b"] = looks["red a"]
    prints = {text: number * 0x0F0F_3355 + 5 for number, text in enumerate(sorted(looks))} | {"red b": 6, "red a": 6}
    library = open_fake_library(tmp_path / "library")
    library.reader.facts_of = lambda text: PhotoFacts(  # type: ignore[attr-defined]
        16, 16, fingerprint=prints[text], sharpness=1, miniature=looks[text]
    )
    library.folders.add(folder)
    run(library.keep_up())
    background = Background(library.catalog, ["red", "green"], tmp_path / "background")
    judge = LabelJudge(library.catalog, library.neighbours, library.models, background)
    photos = library.catalog.photos(library.catalog.newest_photo_ids().tolist())
    id_of = {photo.path.stem: photo.id for photo in photos}
    found = Bursts(library.models, judge, library.duplicates).around([id_of["one"], id_of["far"], 999])
    assert found[id_of["one"]][0] == id_of["one"]
    assert set(found[id_of["one"]]) == {id_of[name] for name in ("one", "copy", "version")}
    assert found[id_of["far"]] == [id_of["far"]]
    assert found[999] == [999]
    library.close()
