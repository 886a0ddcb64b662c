"""The catalogue: what it promises to everything built on it, and that a kill takes nothing from it."""

import errno
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path, PurePath, PurePosixPath, PureWindowsPath

import numpy as np
import pytest

from photo_clip.adapters import catalog_connections, catalog_schema
from photo_clip.adapters.catalog import SqliteCatalog
from photo_clip.adapters.catalog_salvage import marker_of
from photo_clip.core.errors import StoreError, UnreadablePhotoError
from photo_clip.core.photo import (
    FileStamp,
    FolderChanges,
    FolderIdentity,
    FolderState,
    MovedFile,
    PhotoFacts,
    TakenSource,
)
from photo_clip.core.stores import Counts, EmbeddedPhoto
from photo_clip.core.tags import Decision
from tests.fakes import break_drive

HERE = FolderIdentity(7, 2**63 + 5)
MODEL = "model"
FACTS = PhotoFacts(40, 30, 6, datetime(2021, 7, 4, 12, 30), "Canon EOS 6D", 48.1, -11.5)


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[SqliteCatalog]:
    catalog = SqliteCatalog(tmp_path / "catalog.db")
    yield catalog
    catalog.close()


def add_photos(catalog: SqliteCatalog, *names: str, folder: str = "/photos") -> dict[str, int]:
    """Make photos known and return their ids by name."""
    folder_id = catalog.folders.add(Path(folder), HERE).id
    stamps = {name: FileStamp(number + 1, 1_600_000_000 * 10**9) for number, name in enumerate(names)}
    catalog.folders.apply_changes(folder_id, FolderChanges(new=stamps), now_s=1)
    return {name: file.photo_id for name, file in catalog.folders.known_files(folder_id).items()}


def embedded(catalog: SqliteCatalog, photo_id: int, content: str, vector: list[float] | None = None) -> EmbeddedPhoto:
    stamp = catalog.photos([photo_id])[0].stamp
    values = np.array(vector or [0.6, 0.8], dtype=np.float32)
    return EmbeddedPhoto(photo_id, stamp, content, FACTS, values)


def test_a_photo_comes_back_as_it_was_stored(catalog: SqliteCatalog) -> None:
    ids = add_photos(catalog, "sub/a.jpg")
    catalog.embeddings.store(MODEL, [embedded(catalog, ids["sub/a.jpg"], "hash")], {})
    photo = catalog.photo_at(Path("/photos/sub/a.jpg"))
    assert photo is not None
    assert photo.facts == FACTS
    assert (photo.taken_at, photo.taken_source) == (FACTS.exif_taken_at, TakenSource.EXIF)
    assert photo.content_hash == "hash"
    assert catalog.photos([photo.id, 999]) == [photo]
    vector = catalog.embeddings.vectors_of(MODEL, "hash")
    assert vector is not None
    assert np.allclose(vector, [0.6, 0.8], atol=1e-3)


def test_counts_add_up(catalog: SqliteCatalog) -> None:
    ids = add_photos(catalog, "a.jpg", "b.jpg", "c.jpg", "d.jpg")
    read = [embedded(catalog, ids["a.jpg"], "1"), embedded(catalog, ids["c.jpg"], "3")]
    catalog.embeddings.store(MODEL, read, {ids["b.jpg"]: UnreadablePhotoError("it is broken")})
    catalog.folders.apply_changes(1, FolderChanges(missing=(ids["c.jpg"],)), now_s=2)
    assert catalog.embeddings.counts(MODEL) == Counts(photos=4, embedded=1, skipped=1, waiting=1, missing=1)
    assert catalog.embeddings.counts("another model") == Counts(photos=4, embedded=0, skipped=1, waiting=2, missing=1)
    assert [photo.path.name for photo in catalog.embeddings.waiting(MODEL)] == ["d.jpg"]
    assert catalog.embeddings.count_waiting("another model") == 2


def test_photos_that_are_only_in_the_cloud_wait_and_are_not_asked_for(catalog: SqliteCatalog) -> None:
    ids = add_photos(catalog, "a.jpg", "b.jpg")
    catalog.embeddings.store(MODEL, [embedded(catalog, ids["a.jpg"], "1")], {})
    catalog.folders.apply_changes(1, FolderChanges(in_cloud={"a.jpg": True, "b.jpg": True}), now_s=2)
    assert catalog.embeddings.counts(MODEL) == Counts(2, embedded=1, skipped=0, waiting=1, missing=0, only_in_cloud=1)
    assert catalog.embeddings.waiting(MODEL) == catalog.embeddings.waiting("another model") == []
    assert {file.only_in_cloud for file in catalog.folders.known_files(1).values()} == {True}
    catalog.folders.apply_changes(1, FolderChanges(in_cloud={"a.jpg": False, "b.jpg": False}), now_s=3)
    assert [photo.path.name for photo in catalog.embeddings.waiting(MODEL)] == ["b.jpg"]


def test_a_photo_that_goes_before_it_was_read_is_forgotten_unless_somebody_decided_about_it(
    catalog: SqliteCatalog,
) -> None:
    ids = add_photos(catalog, "never read.jpg", "decided.jpg", "read.jpg", "there.jpg")
    catalog.embeddings.store(MODEL, [embedded(catalog, ids["read.jpg"], "1")], {})
    catalog.tags.decide([Decision(ids["decided.jpg"], "cat", True)], now_s=1)
    gone = tuple(ids[name] for name in ("never read.jpg", "decided.jpg", "read.jpg"))
    catalog.folders.apply_changes(1, FolderChanges(missing=gone), now_s=2)
    assert set(catalog.folders.known_files(1)) == {"decided.jpg", "read.jpg", "there.jpg"}


def test_some_files_are_from_all_over_a_folder_and_there(catalog: SqliteCatalog) -> None:
    ids = add_photos(catalog, *(f"{number}.jpg" for number in range(10)))
    catalog.embeddings.store(MODEL, [embedded(catalog, ids["9.jpg"], "9")], {})
    catalog.folders.apply_changes(1, FolderChanges(missing=(ids["9.jpg"],)), now_s=2)
    known = catalog.folders.known_files(1)

    some = catalog.folders.some_files(1, 3)
    assert list(some) == ["0.jpg", "3.jpg", "6.jpg"]
    assert some["3.jpg"] == known["3.jpg"].stamp
    assert known.keys() - catalog.folders.some_files(1, 50).keys() == {"9.jpg"}
    assert catalog.folders.some_files(2, 3) == {}


def test_what_waits_in_an_offline_folder_is_not_asked_for(catalog: SqliteCatalog) -> None:
    add_photos(catalog, "a.jpg")
    catalog.folders.update(1, FolderState.OFFLINE, offline_reason="unplugged")
    assert catalog.embeddings.waiting(MODEL) == []
    assert catalog.folders.all()[0].offline_reason == "unplugged"


def test_two_photos_with_one_content_share_an_embedding(catalog: SqliteCatalog) -> None:
    ids = add_photos(catalog, "a.jpg", "b.jpg")
    catalog.embeddings.store(MODEL, [embedded(catalog, ids["a.jpg"], "same")], {})
    assert catalog.embeddings.known_contents(MODEL, ["same", "other"]) == {"same"}
    again = embedded(catalog, ids["b.jpg"], "same")
    catalog.embeddings.store(MODEL, [EmbeddedPhoto(again.photo_id, again.stamp, "same", None, None)], {})
    stored = catalog.embeddings.vectors(MODEL)
    assert len(stored.content_ids) == 1
    photo_ids, which = catalog.photos_with(stored.content_ids)
    assert (photo_ids.tolist(), which.tolist()) == (sorted(ids.values()), [0, 0])


def test_photos_come_in_the_order_of_their_contents(catalog: SqliteCatalog) -> None:
    ids = add_photos(catalog, "a.jpg", "b.jpg", "c.jpg", "gone.jpg")
    hashes = {"a.jpg": "one", "b.jpg": "two", "c.jpg": "one", "gone.jpg": "gone"}
    catalog.embeddings.store(MODEL, [embedded(catalog, ids[name], hashed) for name, hashed in hashes.items()], {})
    one, two, gone = catalog.content_ids_of([ids["a.jpg"], ids["b.jpg"], ids["gone.jpg"]]).tolist()
    catalog.folders.apply_changes(1, FolderChanges(missing=(ids["gone.jpg"],)), now_s=2)
    photo_ids, which = catalog.photos_with(np.array([gone, two, 12345, one]))
    assert photo_ids.tolist() == [ids["b.jpg"], ids["a.jpg"], ids["c.jpg"]]
    assert which.tolist() == [1, 3, 3]


@pytest.mark.parametrize(
    ("file", "address"),
    [
        (PurePosixPath("/home/a b/50%?#.db"), "file:///home/a%20b/50%25%3F%23.db"),
        (PureWindowsPath(r"C:\Users\me\c.db"), "file:///C%3A/Users/me/c.db"),
        (PureWindowsPath(r"\\nas\me\c.db"), "file:////nas/me/c.db"),
    ],
)
def test_a_library_may_lie_anywhere(file: PurePath, address: str) -> None:
    assert catalog_schema.address_of(file) == address


def test_a_library_may_have_any_name(tmp_path: Path) -> None:
    file = tmp_path / "50% #1 ü.db"
    SqliteCatalog(file).close()
    assert file.is_file()


def test_bearings_come_in_the_order_asked_for_whatever_the_names(catalog: SqliteCatalog) -> None:
    names = ["sub/line\nbreak.jpg", "\udcff\udcfe.jpg", "u\u0308.jpg", "plain.jpg"]
    ids = add_photos(catalog, *names)
    catalog.embeddings.store(MODEL, [embedded(catalog, ids["plain.jpg"], "1")], {})
    wanted = [ids[name] for name in names]
    found = catalog.bearings([*wanted, 12345, wanted[3]])
    assert [each.name for each in found] == ["line\nbreak.jpg", *names[1:], "", "plain.jpg"]
    folder, inner = str(Path("/photos")), str(Path("/photos/sub"))
    assert [each.folder for each in found] == [inner, folder, folder, folder, "", folder]
    assert [each.taken_at for each in found[3:]] == [FACTS.exif_taken_at, None, FACTS.exif_taken_at]
    assert catalog.bearings([]) == []


def test_vectors_are_given_from_a_row_on(catalog: SqliteCatalog) -> None:
    ids = add_photos(catalog, "a.jpg", "b.jpg")
    catalog.embeddings.store(MODEL, [embedded(catalog, ids["a.jpg"], "1")], {})
    first = catalog.embeddings.vectors(MODEL)
    assert first.last_row == catalog.embeddings.last_row(MODEL)
    assert len(catalog.embeddings.vectors(MODEL, after_row=first.last_row).content_ids) == 0
    catalog.embeddings.store(MODEL, [embedded(catalog, ids["b.jpg"], "2", [1.0, 0.0])], {})
    more = catalog.embeddings.vectors(MODEL, after_row=first.last_row)
    assert more.vectors.tolist() == [[1.0, 0.0]]
    assert more.last_row > first.last_row


def test_many_vectors_come_each_with_its_content_whatever_their_bytes(catalog: SqliteCatalog) -> None:
    names = [f"{number}.jpg" for number in range(1300)]
    ids = add_photos(catalog, *names)
    halves = np.random.default_rng(0).integers(0, 2**15 - 2**10, (len(names), 3), dtype=np.uint16)  # all but infinity
    halves[::7] = 0
    values = dict(zip(names, halves.view(np.float16), strict=True))
    read = [embedded(catalog, ids[name], name, value.astype(float).tolist()) for name, value in values.items()]
    catalog.embeddings.store(MODEL, read, {})

    stored = catalog.embeddings.vectors(MODEL)
    photo_ids, rows = catalog.photos_with(stored.content_ids)
    name_of = {photo_id: name for name, photo_id in ids.items()}
    found = {name_of[photo_id]: stored.vectors[row].tolist() for photo_id, row in zip(photo_ids, rows, strict=True)}
    assert found == {name: value.tolist() for name, value in values.items()}
    assert stored.last_row == catalog.embeddings.last_row(MODEL)
    some = catalog.embeddings.vectors_of_contents(MODEL, stored.content_ids[::2].tolist())
    assert {content_id: vector.tolist() for content_id, vector in some.items()} == dict(
        zip(stored.content_ids[::2].tolist(), stored.vectors[::2].tolist(), strict=True)
    )
    assert catalog.embeddings.vectors_of_contents(MODEL, []) == {}
    asked = np.array([stored.content_ids[3], 10**6, stored.content_ids[1]])
    assert catalog.embeddings.are_embedded(MODEL, asked).tolist() == [True, False, True]
    assert catalog.embeddings.are_embedded("another", asked).tolist() == [False] * 3


def test_a_file_that_changed_while_it_was_read_keeps_waiting(catalog: SqliteCatalog) -> None:
    ids = add_photos(catalog, "a.jpg")
    old = embedded(catalog, ids["a.jpg"], "old content")
    catalog.folders.apply_changes(1, FolderChanges(changed={ids["a.jpg"]: FileStamp(99, 1)}), now_s=2)
    catalog.embeddings.store(MODEL, [old], {})
    assert catalog.photos([ids["a.jpg"]])[0].content_hash is None
    assert catalog.embeddings.count_waiting(MODEL) == 1


def test_a_removed_folder_takes_its_embeddings_but_not_those_in_use(catalog: SqliteCatalog) -> None:
    ids = add_photos(catalog, "a.jpg", "b.jpg")
    other = add_photos(catalog, "c.jpg", folder="/other")
    for photo_id, content in ((ids["a.jpg"], "1"), (ids["b.jpg"], "2"), (other["c.jpg"], "2")):
        catalog.embeddings.store(MODEL, [embedded(catalog, photo_id, content)], {})
    catalog.folders.remove(1)
    assert catalog.embeddings.known_contents(MODEL, ["1", "2"]) == {"2"}
    assert catalog.embeddings.counts(MODEL).photos == 1


def test_decisions_outlive_changes_and_moves(catalog: SqliteCatalog) -> None:
    photo_id = add_photos(catalog, "a.jpg")["a.jpg"]
    catalog.tags.decide([Decision(photo_id, "cat", True)], now_s=1)
    catalog.tags.decide([Decision(photo_id, "dog", True)], now_s=2)
    catalog.tags.decide([Decision(photo_id, "dog", False)], now_s=3)
    catalog.folders.apply_changes(1, FolderChanges(changed={photo_id: FileStamp(2, 2)}), now_s=4)
    catalog.folders.move_photos([MovedFile(photo_id, 1, "b.jpg", FileStamp(2, 2))])
    assert catalog.tags.decisions(photo_id) == {"cat": True, "dog": False}


def test_a_label_is_one_whatever_its_capitals(catalog: SqliteCatalog) -> None:
    first, second, third = add_photos(catalog, "a.jpg", "b.jpg", "c.jpg").values()
    tags = catalog.tags
    tags.set_line("Dog", 0.4)
    tags.decide([Decision(first, "Dog", True)], now_s=1)
    tags.decide([Decision(first, "dog", True), Decision(second, "DOG", True), Decision(third, "dog", False)], now_s=2)
    for name in ("Dog", "dog"):
        assert tags.decided(name) == {first: True, second: True, third: False}
    assert {photo_id: [tag.name for tag in of] for photo_id, of in tags.tags_of([first, second, third]).items()} == {
        first: ["Dog"],
        second: ["Dog"],
    }
    tags.set_line("dog", 0.3)
    assert tags.lines() == {"Dog": 0.3}
    tags.undo()
    assert tags.decided("dog") == {first: True}
    tags.rename("dog", "DOG")
    assert tags.decisions(first) == {"DOG": True}
    tags.decide([Decision(second, "cat", True)], now_s=3)
    tags.rename("Dog", "Cat")
    assert tags.decided("cat") == {first: True, second: True}
    assert tags.lines() == {"Cat": 0.3}


def test_spellings_of_a_label_that_were_two_once_are_decided_as_one(catalog: SqliteCatalog) -> None:
    first, second = add_photos(catalog, "a.jpg", "b.jpg").values()
    tags = catalog.tags
    with catalog._connections.writing() as connection:
        connection.execute("INSERT INTO labels (id, name) VALUES (1, 'Dog'), (2, 'dog')")
        connection.execute(
            """INSERT INTO decisions (photo_id, label_id, accepted, decided_at_s, model_key)
               VALUES (?1, 1, 1, 1, ''), (?1, 2, 0, 2, ''), (?2, 1, 1, 1, '')""",
            (first, second),
        )
    assert tags.decided("dog") == tags.decided("Dog") == {first: False, second: True}
    tags.decide([Decision(first, "dog", None), Decision(second, "dog", False)], now_s=3)
    assert tags.decided("dog") == {second: False}
    assert tags.tags_of([first, second]) == {}
    tags.undo()
    assert (tags.decisions(first), tags.decisions(second)) == ({"Dog": True, "dog": False}, {"Dog": True})
    tags.rename("dog", "hound")
    assert tags.decided("hound") == {first: False, second: True}


def test_photos_are_listed_newest_first(catalog: SqliteCatalog) -> None:
    ids = add_photos(catalog, "IMG_20200101_000000.jpg", "IMG_20220101_000000.jpg", "IMG_20210101_000000.jpg")
    for number, photo_id in enumerate(ids.values()):
        photo = embedded(catalog, photo_id, str(number))
        catalog.embeddings.store(
            MODEL, [EmbeddedPhoto(photo_id, photo.stamp, str(number), PhotoFacts(1, 1), photo.vector)], {}
        )
    names = [photo.path.name[4:8] for photo in catalog.photos(catalog.newest_photo_ids().tolist())]
    assert names == ["2022", "2021", "2020"]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such names")
def test_a_name_of_any_bytes_comes_back(catalog: SqliteCatalog) -> None:
    name = os.fsdecode(b"\xff\n\xe9.jpg")
    photo_id = add_photos(catalog, name)[name]
    assert catalog.photos([photo_id])[0].path == Path("/photos") / name


def test_very_many_ids_can_be_asked_for_at_once(catalog: SqliteCatalog) -> None:
    add_photos(catalog, "a.jpg")
    assert len(catalog.photos(range(1, 100_000))) == 1
    assert not len(catalog.photos_with(np.arange(100_000))[0])


def test_settings_of_the_library_are_kept(catalog: SqliteCatalog) -> None:
    assert catalog.setting("x") is None
    catalog.set_setting("x", "1")
    catalog.set_setting("x", "2")
    assert catalog.setting("x") == "2"
    catalog.set_setting("x", None)
    assert catalog.setting("x") is None


def test_a_removed_model_takes_its_embeddings_alone(catalog: SqliteCatalog) -> None:
    ids = add_photos(catalog, "a.jpg")
    for model in ("one", "two"):
        catalog.embeddings.store(model, [embedded(catalog, ids["a.jpg"], "1")], {})
    catalog.embeddings.remove_model("one")
    assert catalog.embeddings.model_keys() == ["two"]
    assert (catalog.embeddings.count("one"), catalog.embeddings.count("two")) == (0, 1)


def test_readers_do_not_wait_for_a_writer(catalog: SqliteCatalog) -> None:
    ids = add_photos(catalog, "a.jpg")
    answers: list[int] = []
    with catalog._connections.writing() as connection:
        connection.execute("UPDATE photos SET size_bytes = 5")
        reader = threading.Thread(target=lambda: answers.append(len(catalog.photos(list(ids.values())))))
        reader.start()
        reader.join(timeout=10)
        assert answers == [1]


def test_what_was_decided_is_asked_to_be_on_the_drive_itself(catalog: SqliteCatalog) -> None:
    with catalog._connections.writing() as connection:
        asked = [
            connection.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("synchronous", "fullfsync", "checkpoint_fullfsync")
        ]
    assert asked == [2, 1, 1]


def test_another_program_can_read_while_this_one_writes(catalog: SqliteCatalog, tmp_path: Path) -> None:
    add_photos(catalog, "a.jpg")
    other = SqliteCatalog(tmp_path / "catalog.db", read_only=True)
    assert other.embeddings.counts(MODEL).photos == 1
    with pytest.raises(StoreError, match="may not be written"):
        other.set_setting("x", "1")
    other.close()


@pytest.mark.skipif(os.name == "nt", reason="what is open cannot be moved on Windows")
@pytest.mark.parametrize("what_comes_after", ["nothing", "another library"])
def test_what_would_be_lost_with_a_file_that_is_gone_is_told(
    catalog: SqliteCatalog, tmp_path: Path, what_comes_after: str
) -> None:
    catalog.set_setting("said before", "yes")
    for file in tmp_path.glob("catalog.db*"):
        file.rename(tmp_path / f"moved {file.name}")
    if what_comes_after != "nothing":
        SqliteCatalog(tmp_path / "catalog.db").close()
    there = set(tmp_path.iterdir())
    for write in (lambda: catalog.set_setting("said after", "yes"), catalog.check):
        with pytest.raises(StoreError, match="moved, deleted or replaced"):
            write()
    with ThreadPoolExecutor(1) as other, pytest.raises(StoreError, match="moved, deleted or replaced"):
        other.submit(catalog.setting, "said before").result()
    assert set(tmp_path.iterdir()) == there


def test_a_catalogue_that_is_not_there_is_not_made_by_reading(tmp_path: Path) -> None:
    with pytest.raises(StoreError) as error:
        SqliteCatalog(tmp_path / "catalog.db", read_only=True)
    assert "photo-clip index" in error.value.advice
    assert list(tmp_path.iterdir()) == []


def test_a_newer_catalogue_is_refused_untouched(tmp_path: Path) -> None:
    file = tmp_path / "catalog.db"
    SqliteCatalog(file).close()
    with sqlite3.connect(file) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    before = file.read_bytes()
    for read_only in (False, True):
        with pytest.raises(StoreError, match="newer"):
            SqliteCatalog(file, read_only=read_only)
    assert file.read_bytes() == before


@pytest.mark.parametrize("content", [b"this is no database at all" * 100, b"\0" * 5000])
def test_a_file_that_is_no_catalogue_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "catalog.db"
    file.write_bytes(content)
    with pytest.raises(StoreError):
        SqliteCatalog(file)
    assert file.read_bytes() == content


def test_a_foreign_database_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "catalog.db"
    with sqlite3.connect(file) as connection:
        connection.execute("CREATE TABLE other (x)")
    connection.close()
    with pytest.raises(StoreError, match="not a photo-clip catalogue"):
        SqliteCatalog(file)


def test_a_copy_is_made_before_a_migration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "catalog.db"
    old = SqliteCatalog(file)
    add_photos(old, "a.jpg")
    old.close()

    def second(connection: sqlite3.Connection) -> None:
        connection.execute("ALTER TABLE photos ADD COLUMN rating INTEGER")

    monkeypatch.setattr(catalog_schema, "MIGRATIONS", (*catalog_schema.MIGRATIONS, second))
    new = SqliteCatalog(file)
    assert new.embeddings.counts(MODEL).photos == 1
    new.close()
    monkeypatch.undo()
    copy = SqliteCatalog(file.with_name(f"catalog.db.version-{len(catalog_schema.MIGRATIONS)}"), read_only=True)
    assert copy.embeddings.counts(MODEL).photos == 1
    copy.close()


def test_a_migration_that_fails_leaves_the_catalogue_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "catalog.db"
    SqliteCatalog(file).close()

    def broken(connection: sqlite3.Connection) -> None:
        connection.execute("DROP TABLE photos")
        raise RuntimeError("no")

    monkeypatch.setattr(catalog_schema, "MIGRATIONS", (*catalog_schema.MIGRATIONS, broken))
    with pytest.raises(RuntimeError):
        SqliteCatalog(file)
    monkeypatch.undo()
    whole = SqliteCatalog(file)
    assert whole.embeddings.counts(MODEL).photos == 0
    whole.close()


STORING = """
import sys
from pathlib import Path
import numpy as np
from photo_clip.adapters.catalog import SqliteCatalog
from photo_clip.core.photo import FileStamp, FolderChanges, FolderIdentity, PhotoFacts
from photo_clip.core.stores import EmbeddedPhoto
catalog = SqliteCatalog(Path(sys.argv[1]))
folder = catalog.folders.add(Path("/photos"), FolderIdentity(1, 1))
number = catalog.embeddings.count("model")
while True:
    stamp = FileStamp(1, 1)
    if f"{number}.jpg" not in catalog.folders.known_files(folder.id):  # else killed just after adding it
        catalog.folders.apply_changes(folder.id, FolderChanges(new={f"{number}.jpg": stamp}), now_s=1)
    photo_id = catalog.folders.known_files(folder.id)[f"{number}.jpg"].photo_id
    vector = np.ones(4, dtype=np.float32) / 2
    catalog.embeddings.store("model", [EmbeddedPhoto(photo_id, stamp, str(number), PhotoFacts(1, 1), vector)], {})
    print(number, flush=True)
    number += 1
"""


@pytest.mark.skipif(os.name == "nt", reason="needs SIGKILL")
def test_what_was_acknowledged_outlives_a_kill(tmp_path: Path) -> None:
    file = tmp_path / "catalog.db"
    acknowledged = -1
    for lines in (3, 1, 17, 8, 2):
        with subprocess.Popen([sys.executable, "-c", STORING, str(file)], stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            for _ in range(lines):
                acknowledged = int(process.stdout.readline())
            process.send_signal(signal.SIGKILL)
            rest = process.stdout.read().split()
            acknowledged = int(rest[-1]) if rest else acknowledged
        catalog = SqliteCatalog(file)
        assert catalog.embeddings.known_contents("model", map(str, range(acknowledged + 1))) == set(
            map(str, range(acknowledged + 1))
        )
        catalog.close()
        with sqlite3.connect(file) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        connection.close()


def test_a_full_disk_is_told_damages_nothing_and_all_goes_on_when_there_is_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk has room for a few pages more than the file has when it is opened."""
    file = tmp_path / "catalog.db"
    SqliteCatalog(file).close()
    connect = catalog_schema.connect

    def connect_to_a_full_disk(place: Path, *, read_only: bool) -> sqlite3.Connection:
        connection = connect(place, read_only=read_only)
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages + 4}")
        return connection

    with monkeypatch.context() as full:
        full.setattr(catalog_connections, "connect", connect_to_a_full_disk)
        catalog = SqliteCatalog(file)
        catalog.set_setting("small", "fits")
        with pytest.raises(StoreError, match="no room left") as told:
            catalog.set_setting("large", "x" * 100_000)
        assert "goes on where it stopped" in told.value.advice
        assert (catalog.setting("small"), catalog.setting("large")) == ("fits", None)
        catalog.close()
    catalog = SqliteCatalog(file)
    catalog.set_setting("large", "x" * 100_000)
    assert catalog.salvaged == ""
    catalog.check()
    catalog.close()


def test_a_drive_that_is_gone_or_broken_is_no_damage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What SQLite says was seen with a drive that answered each question with an input/output error."""
    catalog = SqliteCatalog(tmp_path / "catalog.db")
    below_a_module = sqlite3.OperationalError("vtable constructor failed: photo_words")
    below_a_module.sqlite_errorcode = sqlite3.SQLITE_IOERR
    a_page = sqlite3.DatabaseError("database disk image is malformed")
    with monkeypatch.context() as broken:
        for error, told in ((below_a_module, "disk I/O error"), (a_page, os.strerror(errno.EIO))):
            with pytest.raises(StoreError, match=f"cannot be used .{told}") as raised, catalog._connections.reading():
                raise error
            assert "drive" in raised.value.advice
            break_drive(tmp_path, broken)
    assert not marker_of(tmp_path / "catalog.db").exists()
    catalog.close()


LOOKING_IN = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1])
connection.execute("SELECT count(*) FROM photos").fetchone()
connection.close()
"""


def test_a_look_at_the_catalogue_with_another_program_takes_no_decision_away(tmp_path: Path) -> None:
    file = tmp_path / "catalog.db"
    SqliteCatalog(file).close()
    catalog = SqliteCatalog(file)
    catalog.set_setting("before", "kept")
    subprocess.run([sys.executable, "-c", LOOKING_IN, str(file)], check=True)
    catalog.set_setting("after", "kept")
    beside = SqliteCatalog(file, read_only=True)  # it goes by the file's name, as the next start does
    assert (beside.setting("before"), beside.setting("after")) == ("kept", "kept")
    beside.close()
    catalog.close()
