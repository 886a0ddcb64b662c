"""A catalogue of which single bytes are damaged: nothing decided is lost, and whatever is told is a sentence."""

import os
import random
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from photo_clip.adapters import catalog_schema
from photo_clip.adapters.catalog import SqliteCatalog
from photo_clip.adapters.catalog_head import head_of, kept_pages
from photo_clip.adapters.catalog_salvage import marker_of
from photo_clip.adapters.catalog_schema import MIGRATIONS
from photo_clip.core.errors import StoreError
from photo_clip.core.photo import FileStamp, FolderChanges, FolderIdentity, PhotoFacts
from photo_clip.core.sidecars import ReadSidecar, Said, SidecarChange
from photo_clip.core.tags import Decision
from tests.tagged_catalog import MODEL, PAGE, tagged_catalog

PHOTOS = 12
STAMP = FileStamp(1, 1_600_000_000_000_000_000)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A catalogue with some photos, all tagged, with keywords of their own and in sidecars."""
    file = tmp_path / "catalog.db"
    vectors = np.full((PHOTOS, 4), 0.5, np.float32)
    catalog, ids = tagged_catalog(file, vectors, PhotoFacts(4, 3, keywords=("a keyword",)), STAMP)
    catalog.sidecars.store(
        [ReadSidecar(ids[0], "1:1", Said(keywords=("said beside",)), None, SidecarChange(added=("new",)))], now_s=1.0
    )
    catalog.close()
    return file


def ask_everything(catalog: SqliteCatalog) -> None:
    catalog.folders.all()
    ids = catalog.newest_photo_ids().tolist()
    catalog.photos(ids)
    catalog.bearings(ids)
    catalog.looks()
    catalog.photos_within(())
    catalog.tags.tags_of(ids)
    catalog.tags.counts()
    catalog.sidecars.known(ids)
    catalog.sidecars.conflicts()
    catalog.embeddings.vectors(MODEL)
    catalog.photos_saying(["keyword"], 5)


def change(file: Path, old: bytes, new: bytes) -> None:
    content = file.read_bytes()
    assert old in content
    assert len(old) == len(new)
    file.write_bytes(content.replace(old, new))


def run_sql(file: Path, statement: str) -> None:
    with closing(sqlite3.connect(file)) as connection:
        connection.execute(statement)
        connection.commit()


def decided(catalog: SqliteCatalog) -> int:
    return len(catalog.tags.decided("kept"))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"CREATE TABLE folders", b"CREATE TABLE fXlders"),
        (b"CREATE TABLE folders", b"CREATE TABLE f\xc6lders"),
        (b"CREATE TABLE photos", b"CREATE \xc6ABLE photos"),
        (b"CREATE INDEX decisions_by_label", b"CREATE INDEX decisions_bX_label"),
        (b"label_id INTEGER NOT NULL REFERENCES labels", b"lXbel_id INTEGER NOT NULL REFERENCES labels"),
    ],
)
def test_a_byte_of_what_says_where_the_tables_lie_costs_nothing(file: Path, old: bytes, new: bytes) -> None:
    change(file, old, new)
    catalog = SqliteCatalog(file)
    assert f"Saved were {PHOTOS} photos and {PHOTOS} decisions" in catalog.salvaged
    assert (decided(catalog), catalog.embeddings.count(MODEL)) == (PHOTOS, PHOTOS)
    ask_everything(catalog)
    catalog.close()


@pytest.mark.skipif(sys.platform == "win32", reason="plays Windows")
def test_what_is_saved_is_put_on_the_disk_as_windows_wants_it(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def sync(descriptor: int) -> None:
        os.write(descriptor, b"")  # raises OSError where it may but be read

    monkeypatch.setattr(os, "fsync", sync)
    change(file, b"CREATE TABLE folders", b"CREATE TABLE fXlders")
    catalog = SqliteCatalog(file)
    assert decided(catalog) == PHOTOS
    catalog.close()


def test_random_bytes_of_what_says_where_the_tables_lie_cost_no_decision(file: Path) -> None:
    """One at a time, in each of those pages."""
    chance = random.Random(7)
    sound, head = file.read_bytes(), head_of(file).read_bytes()
    pages = kept_pages(file)
    assert len(pages) > 1
    for page in pages:
        for _ in range(6):
            at = chance.randrange((page - 1) * PAGE, page * PAGE)
            content = bytearray(sound)
            content[at] ^= 1 << chance.randrange(8)
            for left in file.parent.iterdir():
                left.unlink()
            file.write_bytes(content)
            head_of(file).write_bytes(head)
            if 60 <= at < 64:  # it may be that of a newer program
                continue
            catalog = SqliteCatalog(file)
            assert (decided(catalog), catalog.count_shown()) == (PHOTOS, PHOTOS), f"byte {at}"
            catalog.close()


def test_a_table_that_seems_to_lie_elsewhere_is_found_where_it_was(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute(
            "UPDATE sqlite_schema SET rootpage = (SELECT rootpage FROM sqlite_schema WHERE name = 'models')"
            " WHERE name = 'labels'"
        )
        connection.commit()
    catalog = SqliteCatalog(file)
    assert catalog.salvaged
    assert decided(catalog) == PHOTOS
    catalog.close()


def test_the_head_of_another_file_is_made_anew_and_used_for_nothing(file: Path, tmp_path: Path) -> None:
    """Such as when a copy was put back whose tables lie elsewhere."""
    run_sql(file, "VACUUM")
    catalog = SqliteCatalog(file)
    assert catalog.salvaged == ""
    catalog.close()
    change(file, b"CREATE TABLE folders", b"CREATE TABLE fXlders")
    catalog = SqliteCatalog(file)
    assert decided(catalog) == PHOTOS
    catalog.close()


def test_where_the_file_knows_better_than_an_old_head_it_is_believed(file: Path) -> None:
    """The head was kept when the file was smaller and its tables lay elsewhere, and a row is damaged."""
    former = head_of(file).read_bytes()
    run_sql(file, "VACUUM")
    head_of(file).write_bytes(former)
    marker_of(file).touch()
    catalog = SqliteCatalog(file)
    assert f"{PHOTOS} photos and {PHOTOS} decisions" in catalog.salvaged
    assert catalog.embeddings.count(MODEL) == PHOTOS
    catalog.close()


def test_an_old_head_does_not_cut_off_what_came_since(file: Path) -> None:
    """It tells how long the file was when it was kept, which is less than it is."""
    catalog = SqliteCatalog(file)
    folder = catalog.folders.all()[0]
    new = dict.fromkeys((f"new {number}.jpg" for number in range(500)), STAMP)
    catalog.folders.apply_changes(folder.id, FolderChanges(new=new), now_s=1.0)
    catalog.close()
    change(file, b"CREATE TABLE folders", b"CREATE TABLE fXlders")
    catalog = SqliteCatalog(file)
    assert f"Saved were {PHOTOS + 500} photos and {PHOTOS} decisions" in catalog.salvaged
    catalog.close()


@pytest.mark.parametrize(
    ("what", "damage"),
    [
        ("a keyword that is no text", lambda file: change(file, b'["a keyword"]', b'["\xe9 keyword"]')),
        ("keywords that are no list", lambda file: change(file, b'["a keyword"]', b'["a keyword"[')),
        ("half a character", lambda file: run_sql(file, """UPDATE contents SET keywords = '["\\ud83d"]'""")),
        ("a sidecar's keywords", lambda file: change(file, b'["said beside"]', b'["said beside"[')),
        ("what changed in a sidecar", lambda file: change(file, b'"removed"', b'"rexoved"')),
        ("a time", lambda file: run_sql(file, "UPDATE photos SET taken_at = '2021*06-11T10:11:12' WHERE id = 2")),
        ("a zone", lambda file: run_sql(file, "UPDATE photos SET taken_at = '2021-06-11T10:11+12' WHERE id = 2")),
        ("where a time is from", lambda file: run_sql(file, "UPDATE photos SET taken_source = 'fole time'")),
        ("a folder's disk", lambda file: run_sql(file, "UPDATE folders SET device = '1<'")),
        ("a folder's state", lambda file: run_sql(file, "UPDATE folders SET state = 'onlime'")),
        ("a vector", lambda file: run_sql(file, "UPDATE embeddings SET vector = x'0000' WHERE id = 3")),
        ("a number", lambda file: run_sql(file, "UPDATE photos SET content_id = 'x' WHERE id = 3")),
        ("a small picture", lambda file: run_sql(file, "UPDATE contents SET miniature = x'00'")),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_value_that_cannot_be_understood_is_told_as_damage_and_left_out_by_the_next_start(
    file: Path, what: str, damage: Callable[[Path], None]
) -> None:
    damage(file)
    reader = SqliteCatalog(file, read_only=True)
    with pytest.raises(StoreError, match="is damaged") as told:
        ask_everything(reader)
    assert "what can be read is saved then" in told.value.advice
    reader.close()
    catalog = SqliteCatalog(file)
    assert catalog.salvaged
    assert decided(catalog) == PHOTOS
    assert catalog.embeddings.counts(MODEL).photos == PHOTOS
    ask_everything(catalog)
    catalog.close()


@pytest.mark.parametrize("number", ["9223372036854775807", "'x'", "-3"])
def test_a_damaged_count_of_rows_is_no_full_disk(file: Path, number: str) -> None:
    run_sql(file, f"UPDATE sqlite_sequence SET seq = {number}")  # noqa: S608
    marker_of(file).touch()
    catalog = SqliteCatalog(file)
    assert catalog.salvaged
    catalog.folders.add(Path("/more"), FolderIdentity(3, 4))
    assert decided(catalog) == PHOTOS
    catalog.close()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE sqlite_sequence SET seq = 9223372036854775807 WHERE name = 'journal'",
        "INSERT INTO journal (id, before) VALUES (9223372036854775807, '[]')",
    ],
)
def test_a_number_beyond_all_others_is_found_at_the_start(file: Path, statement: str) -> None:
    run_sql(file, statement)
    catalog = SqliteCatalog(file)
    assert catalog.salvaged
    catalog.tags.decide([Decision(1, "more", True)], now_s=2.0)
    catalog.close()


def test_other_kinds_of_a_first_page_are_seen_through(file: Path) -> None:
    for statement in ("PRAGMA application_id = 7", f"PRAGMA user_version = {len(MIGRATIONS) - 3}"):
        run_sql(file, statement)
        catalog = SqliteCatalog(file)
        assert f"{PHOTOS} photos and {PHOTOS} decisions" in catalog.salvaged
        catalog.close()


def test_a_migration_that_makes_nothing_is_done_all_the_same(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def change_rows(connection: sqlite3.Connection) -> None:
        connection.execute("UPDATE photos SET skip_reason = 'seen'")

    monkeypatch.setattr(catalog_schema, "MIGRATIONS", (*catalog_schema.MIGRATIONS, change_rows))
    for is_damaged in (False, True):
        if is_damaged:
            run_sql(file, f"PRAGMA user_version = {len(MIGRATIONS)}")
            run_sql(file, "UPDATE photos SET skip_reason = ''")
            marker_of(file).touch()
        catalog = SqliteCatalog(file)
        assert (bool(catalog.salvaged), len(catalog.skipped_photos())) == (is_damaged, PHOTOS)
        catalog.close()


@pytest.mark.parametrize("head", [b"", b"junk" * 2000, b"\xff" * 4100])
@pytest.mark.parametrize("page", [b"\0" * PAGE, b"\xff" * PAGE])
def test_where_file_and_head_are_damaged_a_new_catalogue_is_made_and_people_are_told(
    file: Path, head: bytes, page: bytes
) -> None:
    damaged = page + file.read_bytes()[PAGE:]
    file.write_bytes(damaged)
    head_of(file).write_bytes(head)
    catalog = SqliteCatalog(file)
    assert "was damaged. Saved were 0 photos and 0 decisions" in catalog.salvaged
    assert file.with_name("catalog.db.damaged-1").read_bytes() == damaged
    catalog.close()


@pytest.mark.parametrize("place", [16, 20, 28, 60, 68, 4096, 4100])
def test_a_damaged_head_beside_a_sound_file_is_made_anew(file: Path, place: int) -> None:
    sound = head_of(file).read_bytes()
    damaged = bytearray(sound)
    damaged[place : place + 4] = b"\xff" * 4
    head_of(file).write_bytes(damaged)
    catalog = SqliteCatalog(file)
    assert catalog.salvaged == ""
    catalog.close()
    assert kept_pages(file).keys() == {int.from_bytes(sound[at : at + 4], "big") for at in range(0, len(sound), 4100)}


def test_a_folder_in_the_place_of_the_head_keeps_nobody_out(file: Path) -> None:
    head_of(file).unlink()
    head_of(file).mkdir()
    catalog = SqliteCatalog(file)
    assert (catalog.salvaged, decided(catalog)) == ("", PHOTOS)
    catalog.close()
    marker_of(file).touch()
    catalog = SqliteCatalog(file)
    assert (bool(catalog.salvaged), decided(catalog)) == (True, PHOTOS)
    catalog.close()


@pytest.mark.parametrize("junk", [b"", b"junk" * 5000])
def test_junk_in_the_place_of_a_rescued_catalogue_is_not_taken_for_one(file: Path, junk: bytes) -> None:
    rescued = file.with_name("catalog.db.rescued")
    rescued.write_bytes(junk)
    catalog = SqliteCatalog(file)
    assert (catalog.salvaged, decided(catalog)) == ("", PHOTOS)
    catalog.close()
    marker_of(file).touch()
    catalog = SqliteCatalog(file)
    assert f"{PHOTOS} photos and {PHOTOS} decisions" in catalog.salvaged
    assert decided(catalog) == PHOTOS
    catalog.close()
    assert not rescued.exists()


@pytest.mark.parametrize("length", [0, 1, 600])
def test_a_catalogue_that_was_cut_off_is_not_replaced_by_a_new_one_without_a_word(file: Path, length: int) -> None:
    left = file.read_bytes()[:length]
    file.write_bytes(left)
    with pytest.raises(StoreError, match="is damaged"):
        SqliteCatalog(file, read_only=True)
    catalog = SqliteCatalog(file)
    assert "was damaged. Saved were 0 photos and 0 decisions" in catalog.salvaged
    assert file.with_name("catalog.db.damaged-1").read_bytes() == left
    catalog.close()
    again = SqliteCatalog(file)
    assert again.salvaged == ""
    again.close()


def test_what_is_in_the_journal_of_a_catalogue_that_was_cut_off_is_saved(file: Path) -> None:
    with closing(sqlite3.connect(file)) as writing:
        writing.execute("PRAGMA wal_autocheckpoint = 0")
        for table in ("folders", "labels", "photos"):  # each page of them is written
            writing.execute(f"UPDATE {table} SET id = id")  # noqa: S608
            writing.execute(f"REINDEX {table}")
        writing.execute("UPDATE decisions SET decided_at_s = 2")
        writing.execute("REINDEX decisions")
        writing.commit()
        journal = Path(f"{file}-wal").read_bytes()
    file.write_bytes(b"")
    Path(f"{file}-wal").write_bytes(journal)
    catalog = SqliteCatalog(file)
    assert f"{PHOTOS} photos and {PHOTOS} decisions" in catalog.salvaged
    assert decided(catalog) == PHOTOS
    catalog.close()


def test_whoever_moves_the_damaged_file_away_begins_anew(file: Path) -> None:
    marker_of(file).touch()
    file.rename(file.with_name("elsewhere"))
    for _ in range(2):
        catalog = SqliteCatalog(file)
        assert (catalog.salvaged, catalog.folders.all()) == ("", [])
        catalog.close()


def test_what_is_told_of_a_rescue_is_what_is_there(file: Path) -> None:
    """What people decided stands in the file twice, and photos may go with their folder."""
    run_sql(file, "INSERT INTO decisions SELECT id + 1000, 1, 1, 1.0, '' FROM photos")
    run_sql(file, "INSERT INTO marks (photo_id, rating) VALUES (1000, 5)")
    marker_of(file).touch()
    catalog = SqliteCatalog(file)
    assert f"Saved were {PHOTOS} photos and {PHOTOS} decisions" in catalog.salvaged
    catalog.close()
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("SELECT count(*) FROM decisions NOT INDEXED").fetchone() == (PHOTOS,)
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []


def test_a_word_too_long_to_look_for_is_no_damage(file: Path) -> None:
    catalog = SqliteCatalog(file)
    with pytest.raises(StoreError, match="too complex"), catalog._connections.reading() as connection:
        connection.execute("SELECT 'x' LIKE ?", ("%" + "x" * 60_000,))
    assert not marker_of(file).exists()
    catalog.close()
