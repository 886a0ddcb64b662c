"""The choice of models, and the encoders in memory."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from photo_clip import HOMEPAGE
from photo_clip.adapters.catalog import SqliteCatalog
from photo_clip.core.editions import Edition
from photo_clip.core.errors import ModelError, UsageError
from photo_clip.core.models import Kind, ModelOffer, ModelSource
from photo_clip.core.ports import Encoder, ModelIdentity
from photo_clip.services.folder_changes import WatchedFolders
from photo_clip.services.indexer import Indexer
from photo_clip.services.model_notes import ModelNotes
from photo_clip.services.models import Models
from photo_clip.services.thumbnails import Thumbnails
from tests.fakes import FakeEncoder, FakeModelFiles, FakeReader, bundled, write_photo
from tests.indexing import indexing

STARTER = ModelSource(Kind.STARTER)
OFFER = ModelOffer("Better", "ViT-B-32", "tag", "some/where", "MIT", "English", 1000, "100 %", "a dream")
BETTER = OFFER.model
MINE = ModelSource(Kind.FOLDER, "", str(Path("/models/mine").absolute()))


class House:
    """Models over a real catalogue, with fakes for what loads and downloads."""

    def __init__(self, folder: Path, *here: ModelSource) -> None:
        self.folder = folder
        self.catalog = SqliteCatalog(folder / "catalog.db")
        self.files = FakeModelFiles(*here)
        self.loaded: list[FakeEncoder] = []
        self.trouble: ModelError | None = None
        self.now_s = 0.0
        self.bundled = bundled()
        self.models = self.opened(self.catalog)

    def opened(self, catalog: SqliteCatalog, edition: Edition = Edition.FULL) -> Models:
        notes = ModelNotes(catalog)
        return Models(
            catalog,
            [OFFER],
            self.files,
            self.load,
            self.load_untrained,
            lambda: self.bundled,
            notes,
            lambda: self.now_s,
            edition,
        )

    def load(self, source: ModelSource) -> Encoder:
        if self.trouble is not None:
            raise self.trouble
        self.loaded.append(FakeEncoder(str(source)))
        return self.loaded[-1]

    def load_untrained(self, source: ModelSource) -> Encoder:
        self.loaded.append(FakeEncoder(f"untrained {source}"))
        return self.loaded[-1]

    def embed_one_photo(self, source: ModelSource) -> str:
        """Store an embedding by the model, and return its key."""
        write_photo(self.folder / "pictures" / "a.jpg", "red 1")
        folders, reader = WatchedFolders(self.catalog, lambda: 2e9), FakeReader()
        folders.add(self.folder / "pictures")
        encoder = self.models.encoder_of(source)
        thumbnails = Thumbnails(self.folder / "thumbnails", reader)
        indexer = Indexer(self.catalog, folders, reader, thumbnails, lambda: 2e9)
        run(indexing(indexer, encoder))
        return encoder.identity.key


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Callable[..., House]]:
    houses: list[House] = []

    def build(*here: ModelSource) -> House:
        houses.append(House(tmp_path, *here))
        return houses[-1]

    yield build
    for built in houses:
        built.models.close()
        built.catalog.close()


def run(task):
    while True:
        try:
            next(task)
        except StopIteration as stop:
            return stop.value


def test_the_starter_answers_in_a_new_library(house) -> None:
    models = house().models
    assert models.active == STARTER
    assert models.wanted is None
    assert models.preparation() is None
    assert models.active_encoder().identity.architecture == "starter"


def test_a_damaged_note_of_the_model_in_use_is_told_once_and_written_anew_by_the_next_choice(house) -> None:
    home = house(BETTER)
    home.models.use(BETTER)
    home.models.complete_switch(BETTER)
    home.catalog.set_setting("active_model", "junk")
    models = home.opened(home.catalog)
    assert models.active == models.active == STARTER
    assert [entry.source for entry in models.entries() if entry.is_active] == [STARTER]
    (notice,) = models.notes.take_notices()
    assert "models use NAME" in notice
    models.use(STARTER)
    again = home.opened(home.catalog)
    assert again.active == STARTER
    assert not again.notes.take_notices()


def test_a_damaged_note_of_the_model_being_prepared_ends_the_change(house) -> None:
    home = house(BETTER)
    home.models.use(BETTER)
    home.catalog.set_setting("wanted_model", "junk")
    models = home.opened(home.catalog)
    assert models.wanted is None
    (notice,) = models.notes.take_notices()
    assert "the former one stays" in notice
    models.use(BETTER)
    assert home.opened(home.catalog).wanted == BETTER


def test_a_damaged_line_in_the_list_of_models_elsewhere_takes_no_other_with_it(house) -> None:
    home = house(MINE)
    home.models.use(MINE)
    home.catalog.set_setting("models_elsewhere", f"junk\n{MINE}")
    home.models.cancel_switch()
    assert MINE in [entry.source for entry in home.models.entries()]


def test_an_encoder_is_loaded_once(house) -> None:
    home = house()
    assert home.models.active_encoder() is home.models.active_encoder()
    assert len(home.loaded) == 1


def test_a_model_in_memory_answers_while_another_is_being_loaded(house) -> None:
    home = house(BETTER)
    home.models.active_encoder()
    begun, may_end = threading.Event(), threading.Event()

    def load_slowly(source: ModelSource) -> Encoder:
        begun.set()
        assert may_end.wait(10)
        return FakeEncoder(str(source))

    home.models._encoders._load = load_slowly
    loading = threading.Thread(target=home.models.use, args=(BETTER,))
    loading.start()
    assert begun.wait(10)
    answered = home.models.active_encoder().embed_texts(["red"])
    may_end.set()
    loading.join()
    assert len(answered) == 1
    assert home.models.wanted == BETTER


def test_a_model_that_is_not_here_cannot_be_used_and_the_advice_is_to_download_it(house) -> None:
    models = house().models
    with pytest.raises(ModelError) as refused:
        models.use(BETTER)
    assert "photo-clip models download Better" in refused.value.advice
    assert models.wanted is None


def test_a_model_that_cannot_be_loaded_is_not_wanted(house) -> None:
    home = house(BETTER)
    home.trouble = ModelError("It is damaged.", advice="Remove it.")
    with pytest.raises(ModelError):
        home.models.use(BETTER)
    assert home.models.wanted is None


def test_the_active_model_answers_until_the_wanted_one_is_complete(house) -> None:
    home = house(BETTER)
    home.models.use(BETTER)
    assert (home.models.active, home.models.wanted) == (STARTER, BETTER)
    home.models.complete_switch(BETTER)
    assert (home.models.active, home.models.wanted) == (BETTER, None)
    assert home.models.active_encoder().identity.architecture == "ViT-B-32/tag"


def test_a_search_that_has_begun_may_end_with_the_former_model(house) -> None:
    home = house(BETTER)
    former = home.models.active_encoder()
    home.models.use(BETTER)
    home.models.complete_switch(BETTER)
    assert len(former.embed_texts(["red"])) == 1


def test_completing_a_switch_to_a_model_that_is_not_wanted_any_more_changes_nothing(house) -> None:
    home = house(BETTER, MINE)
    home.models.use(BETTER)
    home.models.use(MINE)
    home.models.complete_switch(BETTER)
    assert (home.models.active, home.models.wanted) == (STARTER, MINE)


def test_using_the_active_model_again_ends_a_change(house) -> None:
    home = house(BETTER)
    home.models.use(BETTER)
    home.models.use(STARTER)
    assert (home.models.active, home.models.wanted) == (STARTER, None)


def test_a_switch_that_was_killed_half_way_is_done(house) -> None:
    home = house(BETTER)
    home.models.use(BETTER)
    home.catalog.set_setting("active_model", str(BETTER))  # killed before the second setting was written
    assert (home.models.active, home.models.wanted) == (BETTER, None)


def test_the_choice_is_kept_by_the_library(house) -> None:
    home = house(BETTER, MINE)
    home.models.use(BETTER)
    home.models.complete_switch(BETTER)
    home.models.use(MINE)
    again = home.opened(home.catalog)
    assert (again.active, again.wanted) == (BETTER, MINE)


def test_when_the_files_of_the_active_model_vanish_the_starter_is_offered_and_nothing_is_lost(house) -> None:
    home = house(BETTER)
    home.models.use(BETTER)
    home.models.complete_switch(BETTER)
    key = home.embed_one_photo(BETTER)
    home.files.remove(BETTER)
    later = home.opened(home.catalog)
    with pytest.raises(ModelError) as told:
        later.active_encoder()
    assert "models use starter" in told.value.advice
    assert home.catalog.embeddings.count(key) == 1
    assert later.active_key() == key

    later.use(STARTER)  # nothing answers meanwhile, so there is nothing to wait for
    assert (later.active, later.wanted) == (STARTER, None)
    assert home.catalog.embeddings.count(key) == 1


def test_a_model_in_memory_goes_on_answering_when_its_drive_is_unplugged(house) -> None:
    home = house(MINE)
    home.models.use(MINE)
    home.models.complete_switch(MINE)
    home.models.active_encoder()
    home.files.remove(MINE)
    assert len(home.models.active_encoder().embed_texts(["red"])) == 1


def test_the_list_says_what_is_here_in_use_and_being_prepared(house) -> None:
    home = house(BETTER, MINE)
    home.models.use(MINE)
    home.embed_one_photo(STARTER)
    entries = {entry.name: entry for entry in home.models.entries()}
    assert list(entries) == ["starter", "Better", str(MINE)]
    assert [entry.name for entry in entries.values() if entry.is_active] == ["starter"]
    assert [entry.name for entry in entries.values() if entry.is_wanted] == [str(MINE)]
    assert entries["starter"].embedded == 1
    assert entries["Better"].offer is OFFER
    assert entries["Better"].size_bytes == 300


def test_a_model_named_by_hand_stays_on_the_list_until_it_is_removed(house) -> None:
    home = house(MINE)
    home.models.use(MINE)
    home.models.cancel_switch()
    assert MINE in [entry.source for entry in home.models.entries()]
    home.models.remove(MINE)
    assert MINE not in [entry.source for entry in home.models.entries()]


def test_a_model_in_use_is_not_removed(house) -> None:
    home = house(BETTER)
    home.models.use(BETTER)
    for source in (STARTER, BETTER):
        with pytest.raises(UsageError):
            home.models.remove(source)
    assert home.files.is_here(BETTER)


def test_removing_a_model_removes_its_files_and_its_embeddings_alone(house) -> None:
    home = house(BETTER)
    kept = home.embed_one_photo(STARTER)
    removed = home.embed_one_photo(BETTER)
    assert home.models.remove(BETTER) == removed
    assert not home.files.is_here(BETTER)
    assert home.catalog.embeddings.model_keys() == [kept]


def test_the_starter_stays_when_its_embeddings_are_removed(house) -> None:
    home = house(BETTER)
    key = home.embed_one_photo(STARTER)
    home.models.use(BETTER)
    home.models.complete_switch(BETTER)
    assert home.catalog.embeddings.count(key) == 1  # until the user agrees
    assert home.models.remove(STARTER) == key
    assert home.catalog.embeddings.count(key) == 0
    assert home.models.active == BETTER
    home.models.use(STARTER)
    assert home.models.wanted == STARTER


def test_embeddings_that_no_model_on_the_list_made_are_found_and_can_be_removed(house) -> None:
    home = house()
    key = home.embed_one_photo(STARTER)
    home.bundled = ModelIdentity("starter", "newer", "squash 4")
    assert home.models.leftovers() == {key: 1}
    home.models.remove_embeddings(key)
    assert home.models.leftovers() == {}


def test_embeddings_in_use_are_not_removed(house) -> None:
    home = house()
    key = home.embed_one_photo(STARTER)
    with pytest.raises(UsageError):
        home.models.remove_embeddings(key)
    assert home.catalog.embeddings.count(key) == 1


def test_a_library_that_is_only_read_can_load_a_model(house, tmp_path: Path) -> None:
    home = house()
    read_only = SqliteCatalog(tmp_path / "catalog.db", read_only=True)
    try:
        models = home.opened(read_only)
        assert models.active_encoder().identity.architecture == "starter"
        assert models.active_key() == models.active_encoder().identity.key
    finally:
        read_only.close()


def test_a_downloaded_model_can_be_used(house) -> None:
    home = house()
    assert [progress.done for progress in home.models.download(BETTER)] == [100, 200, 300]
    home.models.use(BETTER)
    assert home.models.wanted == BETTER


@pytest.mark.parametrize("source", [STARTER, MINE])
def test_what_comes_from_nowhere_is_not_downloaded(house, source: ModelSource) -> None:
    with pytest.raises(UsageError):
        run(house().models.download(source))


def test_files_that_a_person_has_are_taken_and_tried(house) -> None:
    home = house()
    run(home.models.take(BETTER, Path("/weights")))
    assert home.files.is_here(BETTER)
    assert home.loaded[-1].is_closed


def test_files_that_do_not_fit_the_model_are_not_kept(house) -> None:
    home = house()
    home.trouble = ModelError("These are weights of another model.", advice="Choose others.")
    with pytest.raises(ModelError):
        run(home.models.take(BETTER, Path("/weights")))
    assert not home.files.is_here(BETTER)


def photos_a_second(home: House, source: ModelSource, *, seconds_a_photo: float):
    embed = FakeEncoder.embed_images

    def embed_slowly(self: FakeEncoder, squares):
        home.now_s += seconds_a_photo * len(squares)
        return embed(self, squares)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(FakeEncoder, "embed_images", embed_slowly)
        return run(home.models.trial(source))


@pytest.mark.parametrize("seconds_a_photo", [0.001, 0.05, 0.4, 7.0])
def test_a_trial_measures_fast_and_slow_models_in_about_ten_seconds(house, seconds_a_photo: float) -> None:
    home = house()
    trial = photos_a_second(home, STARTER, seconds_a_photo=seconds_a_photo)
    assert trial.photos_per_s == pytest.approx(1 / seconds_a_photo)
    assert not trial.untrained
    assert home.now_s < 22


def test_a_trial_of_a_model_that_is_not_here_says_that_its_weights_are_random(house) -> None:
    home = house()
    trial = photos_a_second(home, BETTER, seconds_a_photo=0.1)
    assert trial.untrained
    assert home.loaded[-1].identity.architecture == "untrained ViT-B-32/tag"
    assert home.loaded[-1].is_closed


def test_a_trial_leaves_the_model_in_use_open(house) -> None:
    home = house()
    encoder = home.models.active_encoder()
    photos_a_second(home, STARTER, seconds_a_photo=0.1)
    assert len(encoder.embed_texts(["red"])) == 1


def test_a_trial_that_is_stopped_gives_its_memory_back(house) -> None:
    home = house()
    trial = home.models.trial(BETTER)
    home.now_s = 0.0
    next(trial)
    next(trial)
    trial.close()
    assert home.loaded[-1].is_closed


def test_what_models_tell_is_heard_once(house) -> None:
    notes = house().models.notes
    notes.tell("Memory ran short.")
    assert notes.take_notices() == ["Memory ran short."]
    assert notes.take_notices() == []


def test_closing_gives_back_the_memory_of_every_model(house) -> None:
    home = house(BETTER)
    home.models.active_encoder()
    home.models.use(BETTER)
    home.models.close()
    home.models.close()
    assert [encoder.is_closed for encoder in home.loaded] == [True, True]


def test_the_standard_edition_says_of_every_other_model_that_it_needs_the_full_one(house) -> None:
    home = house()
    models = home.opened(home.catalog, Edition.STANDARD)
    assert [entry.is_usable for entry in models.entries()] == [True, False]
    home.files.here.append(BETTER)
    tries = (models.download(BETTER), models.take(BETTER, home.folder), models.trial(BETTER))
    for task in tries:
        with pytest.raises(ModelError, match="“Better” needs the full edition") as told:
            next(iter(task))
        assert HOMEPAGE in told.value.advice
    with pytest.raises(ModelError, match="needs the full edition"):
        models.use(BETTER)
    assert home.loaded == []


def test_a_library_of_the_full_edition_is_led_back_to_the_starter_by_the_standard_one(house) -> None:
    home = house(BETTER)
    home.models.use(BETTER)
    home.models.complete_switch(BETTER)
    models = home.opened(home.catalog, Edition.STANDARD)
    assert models.active == BETTER
    with pytest.raises(ModelError, match="needs the full edition"):
        models.active_encoder()
    models.use(STARTER)
    assert models.active == STARTER
    models.active_encoder()


def test_a_change_that_the_full_edition_began_waits_in_the_standard_one(house) -> None:
    home = house(BETTER)
    home.models.use(BETTER)
    models = home.opened(home.catalog, Edition.STANDARD)
    assert models.wanted is None
    assert home.models.wanted == BETTER
    models.remove(BETTER)
    assert home.models.wanted is None
