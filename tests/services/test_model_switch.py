"""A change of model: search answers all the while, and nothing that people decided is lost."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from photo_clip.adapters.catalog import SqliteCatalog
from photo_clip.core.models import Kind, ModelSource
from photo_clip.core.ports import Encoder, ModelIdentity
from photo_clip.core.tags import Decision
from photo_clip.services.label_judge import LabelJudge
from photo_clip.services.library import Library
from photo_clip.services.model_notes import ModelNotes
from photo_clip.services.models import Models
from photo_clip.services.thumbnails import Thumbnails
from tests.fakes import FakeEncoder, FakeIndex, FakeModelFiles, FakeReader, bundled, plug_in, unplug, write_photo

STARTER = ModelSource(Kind.STARTER)
BETTER = ModelSource(Kind.TAG, "ViT-B-32", "tag")
OTHER = ModelSource(Kind.TAG, "ViT-L-14", "tag")
NEWER = ModelIdentity("starter", "newer", "squash 4")
PHOTOS = 100


class House:
    """A library of a hundred photos, a tenth of them red, embedded by the starter."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.photos = folder / "photos"
        for number in range(PHOTOS):
            write_photo(self.photos / f"{number}.jpg", f"{'green' if number % 10 else 'red'} {number}")
        self.index = FakeIndex()
        self.bundled = bundled()
        self.encoders: dict[ModelSource, FakeEncoder] = {}
        self.library = self.opened()
        self.library.folders.add(self.photos)
        run(self.library.keep_up())

    def opened(self) -> Library:
        catalog = SqliteCatalog(self.folder / "catalog.db")
        reader = FakeReader()
        files = FakeModelFiles(BETTER, OTHER)
        models = Models(
            catalog, [], files, self.load, self.load, lambda: self.bundled, ModelNotes(catalog), lambda: 0.0
        )
        thumbnails = Thumbnails(self.folder / "thumbnails", reader)
        return Library(catalog, self.index, reader, thumbnails, models, lambda: 2e9, None)

    def load(self, source: ModelSource) -> Encoder:
        return self.encoders.setdefault(source, FakeEncoder(str(source)))

    def red_photos(self) -> set[str]:
        """Return the names of the photos that a search for red finds, and check that it finds nothing twice."""
        hits = [hit for hit in self.library.searcher.search("red", PHOTOS) if hit.cosine > 0.9]
        assert len({hit.photo.id for hit in hits}) == len(hits)
        return {hit.photo.path.name for hit in hits}


RED = {f"{number}.jpg" for number in range(0, PHOTOS, 10)}


def run(task) -> None:
    for _ in task:
        pass


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path)
    yield house
    house.library.close()


def test_search_is_answered_by_the_former_model_until_the_new_one_is_complete(house: House) -> None:
    models = house.library.models
    models.use(BETTER)
    steps = 0
    for _ in house.library.keep_up():
        steps += 1
        assert house.red_photos() == RED
        if models.wanted is not None:
            assert models.active == STARTER
    assert steps > 3
    assert (models.active, models.wanted) == (BETTER, None)
    assert house.red_photos() == RED
    assert house.encoders[BETTER].images_embedded == PHOTOS
    assert house.encoders[STARTER].images_embedded == PHOTOS


def test_decisions_stay(house: House) -> None:
    catalog = house.library.catalog
    photo = house.library.searcher.search("red", 1)[0].photo
    catalog.tags.decide([Decision(photo.id, "cat", True)], now_s=1.0)
    catalog.tags.decide([Decision(photo.id, "dog", False)], now_s=2.0)
    house.library.models.use(BETTER)
    run(house.library.keep_up())
    house.library.remove_model(STARTER)
    assert catalog.tags.decisions(photo.id) == {"cat": True, "dog": False}


def test_a_photo_that_is_new_during_the_switch_is_found_before_it_ends(house: House) -> None:
    house.library.models.use(BETTER)
    switching = house.library.keep_up()
    while house.library.models.preparation().embedded == 0:
        next(switching)
    switching.close()
    write_photo(house.photos / "new.jpg", "red and new")
    for _ in house.library.keep_up():
        if "new.jpg" in house.red_photos():
            break
    assert house.library.models.active == STARTER
    assert house.library.models.preparation().waiting > 0
    run(house.library.keep_up())
    assert house.library.models.active == BETTER
    assert house.red_photos() == RED | {"new.jpg"}


def test_a_switch_that_is_stopped_goes_on_where_it_was(house: House) -> None:
    house.library.models.use(BETTER)
    for stops in range(1, 10):
        switching = house.library.keep_up()
        for _ in range(stops):
            if next(switching, None) is None:
                break
        switching.close()
        assert house.red_photos() == RED
    run(house.library.keep_up())
    assert house.library.models.active == BETTER
    assert house.encoders[BETTER].images_embedded == PHOTOS


def test_a_switch_goes_on_in_the_next_session(house: House) -> None:
    house.library.models.use(BETTER)
    switching = house.library.keep_up()
    while house.library.models.preparation().embedded == 0:
        next(switching)
    switching.close()
    house.library.close()
    house.encoders.clear()
    house.library = house.opened()
    assert house.library.models.wanted == BETTER
    assert house.red_photos() == RED
    run(house.library.keep_up())
    assert house.library.models.active == BETTER
    assert house.encoders[BETTER].images_embedded < PHOTOS
    assert house.red_photos() == RED


def test_switching_early_finds_what_is_embedded_and_goes_on_to_the_end(house: House) -> None:
    models = house.library.models
    models.use(BETTER)
    switching = house.library.keep_up()
    while models.preparation().embedded < PHOTOS / 3:
        next(switching)
    models.complete_switch(BETTER)
    assert models.active == BETTER
    found = house.red_photos()
    assert found
    assert found < RED
    run(switching)
    assert house.red_photos() == RED
    assert house.encoders[BETTER].images_embedded == PHOTOS


def test_a_change_that_is_taken_back_stops_embedding(house: House) -> None:
    models = house.library.models
    models.use(BETTER)
    switching = house.library.keep_up()
    while models.preparation().embedded == 0:
        next(switching)
    models.cancel_switch()
    run(switching)
    assert house.encoders[BETTER].images_embedded < PHOTOS
    assert (models.active, models.wanted) == (STARTER, None)
    assert house.red_photos() == RED


def test_a_third_model_chosen_on_the_way_is_prepared_instead(house: House) -> None:
    models = house.library.models
    models.use(BETTER)
    switching = house.library.keep_up()
    while models.preparation().embedded == 0:
        next(switching)
    models.use(OTHER)
    run(switching)
    assert models.active == OTHER
    assert house.encoders[BETTER].images_embedded < PHOTOS
    assert house.red_photos() == RED


def test_photos_on_a_drive_that_is_away_are_not_lost_to_search_by_a_switch(house: House) -> None:
    write_photo(house.folder / "drive" / "far.jpg", "red and far")
    house.library.folders.add(house.folder / "drive")
    run(house.library.keep_up())
    unplug(house.folder / "drive")
    models = house.library.models
    models.use(BETTER)
    run(house.library.keep_up())
    assert (models.active, models.wanted) == (STARTER, BETTER)
    assert "far.jpg" in house.red_photos()
    assert any("offline" in notice for notice in models.notes.take_notices())

    plug_in(house.folder / "drive")
    run(house.library.keep_up())
    assert models.active == BETTER
    assert "far.jpg" in house.red_photos()


def test_going_back_to_the_former_model_embeds_nothing_again(house: House) -> None:
    models = house.library.models
    models.use(BETTER)
    run(house.library.keep_up())
    models.use(STARTER)
    run(house.library.keep_up())
    assert models.active == STARTER
    assert house.encoders[STARTER].images_embedded == PHOTOS
    assert house.red_photos() == RED


def test_the_former_model_leaves_catalogue_and_index_when_the_user_agrees(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    forgotten: list[str] = []
    monkeypatch.setattr(LabelJudge, "forget", lambda _judge, model_key: forgotten.append(model_key))
    house.library.models.use(BETTER)
    run(house.library.keep_up())
    key = house.encoders[STARTER].identity.key
    assert house.library.catalog.embeddings.count(key) == PHOTOS
    house.library.remove_model(STARTER)
    assert house.library.catalog.embeddings.count(key) == 0
    assert house.index.size(key) == 0
    assert forgotten == [key]
    assert house.red_photos() == RED


def test_leftovers_of_a_former_version_leave_catalogue_and_index(house: House) -> None:
    key = house.encoders[STARTER].identity.key
    house.library.models.use(BETTER)
    run(house.library.keep_up())
    house.bundled = NEWER
    assert house.library.models.leftovers() == {key: PHOTOS}
    house.library.remove_leftovers()
    assert house.library.models.leftovers() == {}
    assert house.index.size(key) == 0


def test_a_newer_bundled_model_embeds_the_photos_anew(house: House) -> None:
    house.library.close()
    house.bundled = NEWER
    house.encoders[STARTER] = newer = FakeEncoder("starter")
    newer.identity = NEWER
    house.library = house.opened()
    run(house.library.keep_up())
    assert house.library.catalog.embeddings.count(NEWER.key) == PHOTOS
    assert house.red_photos() == RED
