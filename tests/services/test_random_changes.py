"""Whatever happens to the folders, the catalogue follows, embeds nothing twice and keeps photos who they are."""

import os
import shutil
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from photo_clip.adapters.catalog import SqliteCatalog
from photo_clip.core.progress import Report, Task
from photo_clip.services.folder_changes import WatchedFolders
from photo_clip.services.indexer import Indexer
from photo_clip.services.thumbnails import Thumbnails
from tests.fakes import FakeEncoder, FakeReader, plug_in, unplug, write_photo
from tests.indexing import indexing

FOLDERS = ("one", "two")
NAMES = st.sampled_from([f"{within}{name}.jpg" for within in ("", "sub/", "sub/deep/") for name in "abc"])
PLACES = st.tuples(st.sampled_from(FOLDERS), NAMES).map("/".join)
ANY = st.integers(0, 1000)
KINDS = st.sampled_from(["red", "blue", "broken"])


def run(task: Task[Report]) -> Report:
    while True:
        try:
            next(task)
        except StopIteration as stop:
            report: Report = stop.value
            return report


class Library(RuleBasedStateMachine):
    """Two watched folders, and all that can happen to the files in them between two runs of the indexer."""

    def __init__(self) -> None:
        super().__init__()
        self.root = Path(tempfile.mkdtemp())
        for name in FOLDERS:
            (self.root / name).mkdir()
        self.catalog = SqliteCatalog(self.root / "catalog.db")
        self.reader = FakeReader()
        self.encoders = [FakeEncoder("first"), FakeEncoder("second")]
        folders = WatchedFolders(self.catalog, lambda: 2e9)
        self.folder_ids = [folders.add(self.root / name).id for name in FOLDERS]
        thumbnails = Thumbnails(self.root / "thumbnails", self.reader)
        self.indexer = Indexer(self.catalog, folders, self.reader, thumbnails, lambda: 2e9)
        self.written = 0
        self.before: dict[str, tuple[int, str]] = {}
        """Id and content of each photo by its place, when the catalogue was last seen to be level."""
        self.was_interrupted = False

    def teardown(self) -> None:
        self.catalog.close()
        shutil.rmtree(self.root)

    def on_disk(self) -> dict[str, str]:
        files = (file for name in FOLDERS for file in (self.root / name).rglob("*.jpg"))
        return {file.relative_to(self.root).as_posix(): file.read_text() for file in files}

    def one_of(self, number: int) -> str:
        places = sorted(self.on_disk())
        return places[number % len(places)]

    def write(self, place: str, words: str) -> None:
        self.written += 1
        write_photo(self.root / place, words, mtime_s=1e9 + self.written)

    def new_words(self, kind: str) -> str:
        return f"{kind} {self.written:05}"  # of one length for each kind, so that sizes alone tell nothing

    # what happens to files

    @initialize(places=st.sets(PLACES, min_size=3))
    def begin(self, places: set[str]) -> None:
        for place in sorted(places):
            self.write(place, self.new_words("red"))
        self.index()

    @rule(place=PLACES, kind=KINDS)
    def create_or_overwrite(self, place: str, kind: str) -> None:
        self.write(place, self.new_words(kind))

    @precondition(lambda self: self.on_disk())
    @rule(number=ANY, kind=KINDS)
    def modify(self, number: int, kind: str) -> None:
        self.write(self.one_of(number), self.new_words(kind))

    @precondition(lambda self: self.on_disk())
    @rule(number=ANY)
    def touch(self, number: int) -> None:
        place = self.one_of(number)
        self.write(place, self.on_disk()[place])

    @precondition(lambda self: self.on_disk())
    @rule(number=ANY, there=PLACES, with_time=st.booleans())
    def copy(self, number: int, there: str, with_time: bool) -> None:
        source = self.root / self.one_of(number)
        (self.root / there).parent.mkdir(parents=True, exist_ok=True)
        if source != self.root / there:
            self.write(there, source.read_text())
            if with_time:
                shutil.copystat(source, self.root / there)

    @precondition(lambda self: self.on_disk())
    @rule(number=ANY, there=PLACES)
    def move(self, number: int, there: str) -> None:
        (self.root / there).parent.mkdir(parents=True, exist_ok=True)
        (self.root / self.one_of(number)).replace(self.root / there)

    @precondition(lambda self: len(self.on_disk()) > 1)
    @rule(numbers=st.lists(ANY, min_size=2, max_size=4))
    def rotate(self, numbers: list[int]) -> None:
        places = [self.root / place for place in dict.fromkeys(map(self.one_of, numbers))]
        places[-1].rename(self.root / "aside")
        for source, target in zip(places[-2::-1], places[:0:-1], strict=True):
            source.rename(target)
        (self.root / "aside").rename(places[0])

    @precondition(lambda self: self.on_disk())
    @rule(number=ANY)
    def delete(self, number: int) -> None:
        (self.root / self.one_of(number)).unlink()

    @rule(folder=st.sampled_from(FOLDERS), there=st.sampled_from(["new", "sub/deep/er"]))
    def move_subfolder(self, folder: str, there: str) -> None:
        source, target = self.root / folder / "sub", self.root / "two" / there
        if source.exists() and not target.exists() and not target.is_relative_to(source):
            target.parent.mkdir(parents=True, exist_ok=True)
            source.rename(target)

    # what the program does

    @rule(steps=st.integers(0, 6), only=st.none() | st.sampled_from([0, 1]))
    def index_and_stop(self, steps: int, only: int | None) -> None:
        ids = None if only is None else [self.folder_ids[only]]
        task = indexing(self.indexer, self.encoders[0], folder_ids=ids)
        for _ in range(steps):
            next(task, None)
        task.close()
        self.was_interrupted = True
        self.check_nothing_was_embedded_twice()

    @rule()
    def prepare_another_model(self) -> None:
        run(self.indexer.embed_waiting(self.encoders[1], Report()))
        self.check_nothing_was_embedded_twice()

    @rule(folder=st.sampled_from(FOLDERS))
    def unplug_and_plug_in(self, folder: str) -> None:
        """While a drive is away nothing of it is lost, not even to a copy of its photos elsewhere."""
        self.index()
        before = self.known()
        away = unplug(self.root / folder)
        for file in sorted(away.rglob("*.jpg"))[:1]:
            other = FOLDERS[1 - FOLDERS.index(folder)]
            self.write(f"{other}/saved copy {self.written}.jpg", file.read_text())
        assert list(run(indexing(self.indexer, self.encoders[0])).offline) == [self.root / folder]
        now = self.known()
        assert {place: now.get(place) for place in before} == before
        plug_in(self.root / folder)
        self.index()

    @rule()
    def index(self) -> None:
        report = run(indexing(self.indexer, self.encoders[0]))
        if report.offline:  # rightly so: much was deleted; the user says it is
            losses = [self.folder_ids[FOLDERS.index(folder.name)] for folder in report.offline]
            run(indexing(self.indexer, self.encoders[0], accept_losses=losses))
        again = run(indexing(self.indexer, self.encoders[0]))
        assert again == Report()
        self.check_the_catalogue_equals_the_disk()
        self.check_nothing_was_embedded_twice()
        if not self.was_interrupted:
            self.check_photos_are_who_they_were()
        self.before, self.was_interrupted = self.known(), False

    # what must be true

    def known(self) -> dict[str, tuple[int, str]]:
        photos = self.catalog.photos(self.catalog.newest_photo_ids().tolist())
        return {photo.path.relative_to(self.root).as_posix(): (photo.id, str(photo.content_hash)) for photo in photos}

    def check_the_catalogue_equals_the_disk(self) -> None:
        disk = self.on_disk()
        readable = {place: words for place, words in disk.items() if "broken" not in words}
        assert {place: content for place, (_, content) in self.known().items()} == readable
        skipped = {photo.path.relative_to(self.root).as_posix() for photo in self.catalog.skipped_photos()}
        assert skipped == disk.keys() - readable.keys()
        counts = self.catalog.embeddings.counts(self.encoders[0].identity.key)
        assert (counts.embedded, counts.skipped, counts.waiting) == (len(readable), len(skipped), 0)

    def check_nothing_was_embedded_twice(self) -> None:
        for encoder in self.encoders:
            assert encoder.images_embedded == self.catalog.embeddings.count(encoder.identity.key)

    def check_photos_are_who_they_were(self) -> None:
        now = self.known()
        before, after = [[content for _, content in known.values()] for known in (self.before, now)]
        for place, (photo_id, content) in now.items():
            replaced = self.before.get(place, (0, content))[1]
            if any(known.count(each) != 1 for known in (before, after) for each in (content, replaced)):
                continue  # one of several copies may stand for another
            source = next(place for place, (_, former) in self.before.items() if former == content)
            was_here = self.before.get(place)
            if source == place:
                assert photo_id == self.before[place][0], "it stayed where it was"
            elif was_here is None and source not in now and source not in self.on_disk():
                assert photo_id == self.before[source][0], "it moved to a new place"
            elif was_here is not None and now.get(source, (0, ""))[1] == was_here[1]:
                assert photo_id == self.before[source][0], "two changed places"


def test_the_catalogue_follows_whatever_happens_on_disk() -> None:
    run_state_machine_as_test(
        Library,
        settings=settings(
            max_examples=int(os.environ.get("PHOTO_CLIP_EXAMPLES", "25")),
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            derandomize="PHOTO_CLIP_EXAMPLES" not in os.environ,
            database=None,
            phases=[Phase.generate, Phase.shrink],
        ),
    )
