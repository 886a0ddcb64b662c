"""A damaged catalogue: what can be read is saved, the file is kept, and people are told."""

import errno
import io
import os
import sqlite3
from collections.abc import Collection
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from photo_clip.adapters import catalog_remains, catalog_salvage
from photo_clip.adapters.catalog import SqliteCatalog
from photo_clip.adapters.catalog_salvage import marker_of
from photo_clip.core.errors import StoreError
from photo_clip.core.labels import LabelList
from photo_clip.core.photo import FileStamp, PhotoFacts
from photo_clip.core.scoring import unit_rows
from photo_clip.core.stores import EmbeddedPhoto
from tests.tagged_catalog import MODEL, PAGE, tagged_catalog

PHOTOS = 600


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A catalogue with many photos, all tagged, rated and embedded."""
    file = tmp_path / "catalog.db"
    vectors = unit_rows(np.random.default_rng(1).standard_normal((PHOTOS, 64), dtype=np.float32))
    catalog, ids = tagged_catalog(file, vectors, PhotoFacts(4, 3), FileStamp(1, 1))
    catalog.marks.rate(ids[:50], 5)
    catalog.tags.save_list(LabelList("mine", "cat\ndog", True))
    catalog.set_setting("name", "value")
    catalog.close()
    return file


def pages_of(file: Path, table: str) -> list[int]:
    """Return the pages that a table or an index lies on, its root first."""
    connection = sqlite3.connect(file)
    rows = connection.execute("SELECT pageno FROM dbstat WHERE name = ? ORDER BY path", (table,)).fetchall()
    connection.close()
    return [row[0] for row in rows]


def overwrite(file: Path, page: int, content: bytes | None = None) -> None:
    with file.open("r+b") as stream:
        stream.seek((page - 1) * PAGE)
        stream.write(content or os.urandom(PAGE))


def break_sectors(file: Path, pages: Collection[int], monkeypatch: pytest.MonkeyPatch) -> None:
    """Let pages of a file be overwritten for SQLite, and not be given at all to who reads them from Python."""
    for page in pages:
        overwrite(file, page)
    open_file, device = Path.open, (file.stat().st_dev, file.stat().st_ino)

    class Broken(io.FileIO):
        def read(self, size: int | None = -1, /) -> bytes:
            if self.tell() // PAGE + 1 in pages:
                raise OSError(errno.EIO, os.strerror(errno.EIO), str(file))
            return super().read(size)

    def open_broken(self: Path, mode: str = "r", **how: Any) -> Any:
        is_broken = mode == "rb" and self.exists() and (self.stat().st_dev, self.stat().st_ino) == device
        return Broken(self) if is_broken else open_file(self, mode, **how)

    monkeypatch.setattr(Path, "open", open_broken)


def tags_in(catalog: SqliteCatalog) -> int:
    return catalog.tags.counts().get("kept", 0)


def has_dbstat() -> bool:
    connection = sqlite3.connect(":memory:")
    try:
        connection.execute("SELECT * FROM dbstat")
    except sqlite3.OperationalError:
        return False
    finally:
        connection.close()
    return True


needs_dbstat = pytest.mark.skipif(not has_dbstat(), reason="this SQLite does not tell where its tables lie")


@needs_dbstat
@pytest.mark.parametrize("table", ["photos", "contents", "embeddings", "decisions", "photo_words_content"])
def test_a_damaged_page_costs_its_rows_alone_and_no_decision(file: Path, table: str) -> None:
    overwrite(file, pages_of(file, table)[2], b"\xff" * PAGE)
    marker_of(file).touch()
    damaged = file.read_bytes()
    catalog = SqliteCatalog(file)
    assert "Saved were 600 photos and 600 decisions" in catalog.salvaged
    assert file.with_name("catalog.db.damaged-1").read_bytes() == damaged
    assert str(file.with_name("catalog.db.damaged-1")) in catalog.salvaged
    kept = catalog.embeddings.count(MODEL)
    assert PHOTOS - 200 < kept <= PHOTOS
    assert len(catalog.tags.decided("kept")) == PHOTOS
    assert catalog.setting("name") == "value"
    assert [each.text for each in catalog.tags.lists()] == ["cat\ndog"]
    waiting = catalog.embeddings.count_waiting(MODEL) + catalog.embeddings.counts(MODEL).embedded
    assert waiting == PHOTOS, "what was lost is read again"
    catalog.close()
    assert not marker_of(file).exists()
    again = SqliteCatalog(file)
    assert again.salvaged == ""
    again.close()


@needs_dbstat
@pytest.mark.parametrize("table", ["photos", "decisions", "sqlite_schema"])
def test_bad_sectors_of_the_drive_cost_their_rows_alone(
    file: Path, table: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    break_sectors(file, pages_of(file, table)[:1], monkeypatch)
    if table != "sqlite_schema":  # that is noticed by itself
        marker_of(file).touch()
    catalog = SqliteCatalog(file)
    assert "Saved were 600 photos and 600 decisions" in catalog.salvaged
    assert len(catalog.tags.decided("kept")) == PHOTOS
    catalog.close()


def test_a_drive_that_gives_hardly_anything_is_the_trouble_and_not_the_file(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    marker_of(file).touch()
    held = file.read_bytes()
    with monkeypatch.context() as broken:
        broken.setattr(catalog_salvage, "page_of", lambda _stream, number: None if number % 2 else bytes(PAGE))
        with pytest.raises(StoreError, match="cannot be used") as told:
            SqliteCatalog(file)
    assert "drive" in told.value.advice
    assert file.read_bytes() == held
    assert sorted(each.name for each in file.parent.iterdir()) == [
        "catalog.db",
        "catalog.db.damaged",
        "catalog.db.head",
    ]
    catalog = SqliteCatalog(file)
    assert tags_in(catalog) == PHOTOS
    catalog.close()


@needs_dbstat
def test_damage_that_shows_while_the_library_is_open_is_told_and_mended_at_the_next_start(file: Path) -> None:
    catalog = SqliteCatalog(file)
    page = pages_of(file, "embeddings")[1]
    catalog.close()
    overwrite(file, page, b"\xff" * PAGE)
    catalog = SqliteCatalog(file)
    with pytest.raises(StoreError, match="is damaged") as told:
        catalog.embeddings.vectors(MODEL)
    assert "open it again" in told.value.advice
    catalog.close()
    catalog = SqliteCatalog(file)
    assert catalog.salvaged
    stored = catalog.embeddings.vectors(MODEL)
    assert 0 < len(stored.content_ids) < PHOTOS
    np.testing.assert_allclose(np.linalg.norm(stored.vectors.astype(np.float32), axis=1), 1, atol=1e-2)
    catalog.close()


@needs_dbstat
@pytest.mark.parametrize("content", [b"\0" * PAGE, b"\xff" * PAGE])
def test_without_what_says_where_the_tables_lie_everything_is_saved_all_the_same(file: Path, content: bytes) -> None:
    pages = pages_of(file, "sqlite_schema") or pages_of(file, "sqlite_master")
    assert len(pages) > 1
    for page in pages:
        overwrite(file, page, content)
    catalog = SqliteCatalog(file)
    assert "600 photos and 600 decisions" in catalog.salvaged
    assert (catalog.embeddings.count(MODEL), tags_in(catalog)) == (PHOTOS, PHOTOS)
    catalog.close()


@needs_dbstat
@pytest.mark.parametrize("is_sound", [False, True])
def test_damage_that_nobody_comes_across_is_found_by_looking(file: Path, is_sound: bool) -> None:
    _, page, other, *_ = pages_of(file, "photos_by_time")
    start = (other - 1) * PAGE
    overwrite(file, page, file.read_bytes()[start : start + PAGE] if is_sound else b"\xff" * PAGE)
    catalog = SqliteCatalog(file)
    with pytest.raises(StoreError, match="is damaged"):
        catalog.check()
    catalog.close()
    catalog = SqliteCatalog(file)
    assert catalog.salvaged
    catalog.check()
    assert (catalog.embeddings.count(MODEL), tags_in(catalog)) == (PHOTOS, PHOTOS)
    catalog.close()


@needs_dbstat
@pytest.mark.parametrize("table", ["folders", "labels", "decisions", "marks"])
def test_what_people_decided_is_read_from_its_index_where_the_table_is_gone(file: Path, table: str) -> None:
    for page in pages_of(file, table):
        overwrite(file, page)
    marker_of(file).touch()
    catalog = SqliteCatalog(file)
    assert len(catalog.tags.decided("kept")) == PHOTOS
    assert [photo.rating for photo in catalog.photos([1, 50, 51])] == [5, 5, None]
    assert catalog.embeddings.count(MODEL) == PHOTOS
    catalog.close()


@pytest.mark.parametrize("page", [b"\0" * PAGE, b"\xff" * PAGE])
def test_without_its_first_page_everything_is_saved_all_the_same(file: Path, page: bytes) -> None:
    overwrite(file, 1, page)
    catalog = SqliteCatalog(file)
    assert "600 photos and 600 decisions" in catalog.salvaged
    assert (catalog.embeddings.count(MODEL), tags_in(catalog)) == (PHOTOS, PHOTOS)
    catalog.close()


def test_of_a_file_that_was_cut_off_the_rest_is_saved(file: Path) -> None:
    content = file.read_bytes()
    file.write_bytes(content[: len(content) * 2 // 3 // PAGE * PAGE])
    marker_of(file).touch()
    catalog = SqliteCatalog(file)
    assert catalog.salvaged
    assert catalog.embeddings.counts(MODEL).photos > 0
    catalog.close()


def test_no_number_is_given_twice_so_that_the_index_stays_true(file: Path) -> None:
    catalog = SqliteCatalog(file)
    last = catalog.embeddings.last_row(MODEL)
    catalog.close()
    with sqlite3.connect(file) as connection:
        connection.execute("DELETE FROM embeddings WHERE id > ?", (last - 10,))
    connection.close()
    marker_of(file).touch()
    catalog = SqliteCatalog(file)
    photo = catalog.photos([1])[0]
    vector = np.ones(64, np.float32) / 8
    catalog.embeddings.store(MODEL, [EmbeddedPhoto(photo.id, photo.stamp, "another", PhotoFacts(1, 1), vector)], {})
    assert catalog.embeddings.last_row(MODEL) > last
    catalog.close()


def test_what_was_overwritten_with_something_else_is_left_out(file: Path) -> None:
    with sqlite3.connect(file) as connection:
        connection.execute("UPDATE photos SET taken_at = 'nonsense' WHERE id = 1")
        connection.execute("UPDATE photos SET taken_at = CAST(x'ff00ff' AS TEXT) WHERE id = 2")
        connection.execute("UPDATE embeddings SET vector = x'00' WHERE id = 3")
    connection.close()
    marker_of(file).touch()
    catalog = SqliteCatalog(file)
    assert len(catalog.photos([1, 2, 3])) == 3
    assert len(catalog.tags.decided("kept")) == PHOTOS
    assert catalog.embeddings.count(MODEL) == PHOTOS - 1
    catalog.close()


@pytest.mark.parametrize("step", ["sqlite3.connect", "Path.replace", "Path.unlink"])
def test_a_rescue_that_is_broken_off_anywhere_is_finished_by_the_next_start(
    file: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """The power goes at the first, second ... use of what a rescue works with."""
    wal = sqlite3.connect(file)
    wal.execute("PRAGMA journal_mode = WAL")
    wal.execute("UPDATE settings SET value = 'in the journal alone' WHERE name = 'name'")
    wal.commit()
    for suffix in ("", "-wal"):
        Path(f"{file}{suffix}").with_suffix(".kept" + suffix).write_bytes(Path(f"{file}{suffix}").read_bytes())
    wal.close()
    reached_the_end = False
    for turns in range(40):
        for left in file.parent.glob("catalog.db*"):
            left.unlink()
        for suffix in ("", "-wal"):
            Path(f"{file}{suffix}").write_bytes(file.with_suffix(".kept" + suffix).read_bytes())
        marker_of(file).touch()
        left_over = turns

        def stop(function: object) -> object:
            def counted(*arguments: object, **options: object) -> object:
                nonlocal left_over
                left_over -= 1
                if left_over < 0:
                    raise KeyboardInterrupt
                return function(*arguments, **options)  # type: ignore[operator]

            return counted

        with monkeypatch.context() as patched:
            owner, name = step.split(".")
            home = getattr(catalog_salvage, owner)
            patched.setattr(home, name, stop(getattr(home, name)))
            try:
                catalog_salvage.salvage(file)
                reached_the_end = True
            except KeyboardInterrupt:
                pass
        catalog = SqliteCatalog(file)
        assert catalog.setting("name") == "in the journal alone"
        assert (catalog.embeddings.count(MODEL), tags_in(catalog)) == (PHOTOS, PHOTOS)
        catalog.close()
        if reached_the_end:
            break
    assert reached_the_end


def test_a_reader_leaves_a_damaged_catalogue_to_those_who_may_write(file: Path) -> None:
    overwrite(file, 1, b"\0" * PAGE)
    before = file.read_bytes()
    with pytest.raises(StoreError):
        SqliteCatalog(file, read_only=True)
    assert file.read_bytes() == before


def test_no_table_is_forgotten_when_a_catalogue_is_saved(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection:
        tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
    made_by_others = {name for name in tables if name.startswith(("sqlite_", "photo_words"))}
    assert {*catalog_remains._KEY_OF, *catalog_remains._WITHOUT_NUMBERS} == tables - made_by_others
