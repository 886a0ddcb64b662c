"""The catalogue finds photos by filters and by words, and keeps marks and searches."""

import os
import sqlite3
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from unicodedata import normalize

import numpy as np
import pytest

from photo_clip.adapters import catalog_schema
from photo_clip.adapters.catalog import SqliteCatalog
from photo_clip.adapters.catalog_filters import km_between
from photo_clip.core.filters import filter_of
from photo_clip.core.photo import FileStamp, FolderChanges, FolderIdentity, FolderState, PhotoFacts, SavedSearch
from photo_clip.core.stores import EmbeddedPhoto
from photo_clip.core.tags import Decision

HERE = FolderIdentity(1, 2)
TODAY = date(2026, 11, 23)
MINIATURE = bytes(range(72))
PHOTOS = {
    "Lisbon/tram.jpg": PhotoFacts(
        6000,
        4000,
        1,
        datetime(2023, 7, 4, 10),
        "FUJIFILM X-T4",
        38.71,
        -9.14,
        4,
        "A tram",
        ("Trip", "tram"),
        77,
        5.0,
        MINIATURE,
    ),
    "Lisbon/tram copy.JPG": PhotoFacts(3000, 2000, 1, datetime(2023, 7, 31, 23, 59), "", fingerprint=77),
    "wide 100%.png": PhotoFacts(4000, 1000, 1, datetime(2022, 7, 4), "NIKON D750", -38.71, 9.14, fingerprint=-1),
    "düne/OSTSEE_1.nef": PhotoFacts(1000, 1000, caption="Düne am Meer", rating=0, fingerprint=-1),
    "tall.heic": PhotoFacts(1000, 1001, keywords=("100", "tram lines")),
}


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[SqliteCatalog]:
    catalog = SqliteCatalog(tmp_path / "catalog.db")
    folder_id = catalog.folders.add(Path("/mnt/Archive"), HERE).id
    stamps = {path: FileStamp((number + 1) * 1_000_000, 1_600_000_000 * 10**9) for number, path in enumerate(PHOTOS)}
    catalog.folders.apply_changes(folder_id, FolderChanges(new={**stamps, "waiting.jpg": FileStamp(1, 1)}), now_s=1)
    known = catalog.folders.known_files(folder_id)
    vector = np.array([1, 0], np.float32)
    read = [EmbeddedPhoto(known[path].photo_id, stamps[path], path, facts, vector) for path, facts in PHOTOS.items()]
    catalog.embeddings.store("model", read, {})
    yield catalog
    catalog.close()


def found(catalog: SqliteCatalog, *groups: str) -> set[str]:
    """Return the first letters of the photos that pass filters, “a:b or c:d” a group."""
    typed = [[word.partition(":") for word in group.split(" or ")] for group in groups]
    wanted = [
        tuple((filter_of(key.lstrip("-"), value, TODAY), not key.startswith("-")) for key, _, value in group)
        for group in typed
    ]
    photo_ids, content_ids = catalog.photos_within(wanted)
    assert len(photo_ids) == len(content_ids)
    return {photo.path.name for photo in catalog.photos(photo_ids.tolist())}


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_names_are_found_however_their_accents_are_written(catalog: SqliteCatalog, form: str) -> None:
    folder_id = catalog.folders.add(Path(normalize(form, "/mnt/Café")), HERE).id
    path, stamp = normalize(form, "Ägypten/Zoë Müller.jpg"), FileStamp(1, 1)
    catalog.folders.apply_changes(folder_id, FolderChanges(new={path: stamp}), now_s=1)
    photo_id = catalog.folders.known_files(folder_id)[path].photo_id
    vector = np.array([1, 0], np.float32)
    catalog.embeddings.store("model", [EmbeddedPhoto(photo_id, stamp, form, PhotoFacts(1, 1), vector)], {})
    for typed in ("name:Müller", "name:zoë müller", "folder:ägypten", "folder:/mnt/Café", "folder:CAFÉ"):
        assert found(catalog, typed) == {path.rpartition("/")[2]}, typed


def test_a_drive_that_is_watched_as_a_whole_is_searched_as_any_folder(catalog: SqliteCatalog) -> None:
    drive = Path(Path.cwd().anchor)
    folder = catalog.folders.add(drive, HERE)
    path, stamp = "DCIM/100/x.jpg", FileStamp(1, 1)
    catalog.folders.apply_changes(folder.id, FolderChanges(new={path: stamp}), now_s=1)
    photo_id = catalog.folders.known_files(folder.id)[path].photo_id
    vector = np.array([1, 0], np.float32)
    catalog.embeddings.store("model", [EmbeddedPhoto(photo_id, stamp, path, PhotoFacts(1, 1), vector)], {})
    assert folder.name == str(drive)
    assert found(catalog, f"folder:{drive}DCIM/100") == {"x.jpg"}
    assert catalog.bearings([photo_id])[0].folder == str(drive / "DCIM" / "100")
    assert set(catalog.vocabulary("folder")) == {"Archive", "Lisbon", "düne", "DCIM", "100"}


TRAM, COPY, WIDE, DUNE, TALL = (path.rsplit("/", 1)[-1] for path in PHOTOS)
ALL = {TRAM, COPY, WIDE, DUNE, TALL}


@pytest.mark.parametrize(
    ("group", "names"),
    [
        ("date:2023", {TRAM, COPY}),
        ("date:2023-07-31", {COPY}),
        ("date:..2022-12", ALL - {TRAM, COPY}),
        ("-date:2023", ALL - {TRAM, COPY}),
        ("folder:lisbon", {TRAM, COPY}),
        ("folder:archive", ALL),
        ("folder:/mnt/Archive/Lisbon", {TRAM, COPY}),
        ("folder:/mnt/Archive/", ALL),
        ("folder:/mnt/Arch/", set()),
        ("folder:Archive\\lisbon", {TRAM, COPY}),
        ("folder:tram", set()),
        ("folder:DÜNE", {DUNE}),
        ("name:ostsee_", {DUNE}),
        ("name:0%", {WIDE}),
        ("name:lisbon", set()),
        ("tag:TRIP", {TRAM}),
        ("tag:tram", {TRAM}),
        ("camera:fuji", {TRAM}),
        ("-camera:fuji", ALL - {TRAM}),
        ("type:raw", {DUNE}),
        ("type:jpg", {TRAM, COPY}),
        ("has:gps", {TRAM, WIDE}),
        ("-has:gps", ALL - {TRAM, WIDE}),
        ("has:tag", {TRAM, TALL}),
        ("has:caption", {TRAM, DUNE}),
        ("has:rating", {TRAM, DUNE}),
        ("has:date", {TRAM, COPY, WIDE}),
        ("has:camera", {TRAM, WIDE}),
        ("rating:>=3", {TRAM}),
        ("rating:0", ALL - {TRAM}),
        ("size:>12mp", {TRAM}),
        ("size:<=1mp", {DUNE}),
        ("size:2mb", {COPY}),
        ("near:38.7,-9.1,10", {TRAM}),
        ("near:38.7,-9.1,1", set()),
        ("is:portrait", {TALL}),
        ("is:landscape", {TRAM, COPY, WIDE}),
        ("is:square", {DUNE}),
        ("is:panorama", {WIDE}),
        ("is:duplicate", {TRAM, COPY}),
        ("is:favourite", set()),
        ("is:offline", set()),
        ("camera:fuji or camera:nikon", {TRAM, WIDE}),
    ],
)
def test_a_filter_finds_what_it_says(catalog: SqliteCatalog, group: str, names: set[str]) -> None:
    assert found(catalog, group) == names


def test_names_of_bytes_that_are_no_text_are_found(catalog: SqliteCatalog) -> None:
    folder_id = catalog.folders.add(Path("/mnt/\udce9"), HERE).id
    stamp = FileStamp(1, 1)
    catalog.folders.apply_changes(folder_id, FolderChanges(new={"n\udce9/%\udcff.jpg": stamp}), now_s=1)
    photo_id = next(iter(catalog.folders.known_files(folder_id).values())).photo_id
    read = EmbeddedPhoto(photo_id, stamp, "bytes", PhotoFacts(1, 1), np.array([1, 0], np.float32))
    catalog.embeddings.store("model", [read], {})
    for group in ("folder:/mnt/\udce9/", "folder:n\udce9", "name:%\udcff"):
        assert found(catalog, group) == {"%\udcff.jpg"}
    for group in ("name:n\udce9", "tag:\udce9", "camera:\udce9"):
        assert found(catalog, group) == set()


def test_filters_are_combined(catalog: SqliteCatalog) -> None:
    assert found(catalog) == ALL
    assert found(catalog, "date:2023", "camera:fuji") == {TRAM}
    assert found(catalog, "date:2023", "camera:nikon") == set()


def test_offline_photos_accepted_labels_and_copies_are_found(catalog: SqliteCatalog) -> None:
    tall = catalog.photo_at(Path("/mnt/Archive") / TALL)
    assert tall is not None
    catalog.tags.decide([Decision(tall.id, "Tower", True)], now_s=1)
    catalog.tags.decide([Decision(tall.id, "sea", False)], now_s=1)
    assert found(catalog, "tag:tower") == {TALL}
    assert found(catalog, "tag:sea") == set()
    other = catalog.folders.add(Path("/mnt/other"), HERE).id
    catalog.folders.apply_changes(other, FolderChanges(new={"again.heic": FileStamp(1, 1)}), now_s=1)
    copy_id = catalog.folders.known_files(other)["again.heic"].photo_id
    catalog.embeddings.store("model", [EmbeddedPhoto(copy_id, FileStamp(1, 1), "tall.heic", None, None)], {})
    catalog.folders.update(other, FolderState.OFFLINE, offline_reason="it is gone")
    assert found(catalog, "is:duplicate", "type:heic") == {TALL, "again.heic"}
    assert found(catalog, "is:offline") == {"again.heic"}


def test_marks_are_kept_and_a_person_s_stars_come_before_the_file_s(catalog: SqliteCatalog) -> None:
    ids = {photo.path.name: photo.id for photo in catalog.photos(catalog.newest_photo_ids().tolist())}
    catalog.marks.set_favourite([ids[TRAM], ids[WIDE]], True)
    catalog.marks.set_favourite([ids[WIDE]], False)
    catalog.marks.rate([ids[TRAM], ids[TALL]], 5)
    catalog.marks.rate([ids[TRAM]], 2)
    assert found(catalog, "is:favourite") == {TRAM}
    assert found(catalog, "rating:>=3") == {TALL}
    photo = catalog.photos([ids[TRAM]])[0]
    assert (photo.is_favourite, photo.rating) == (True, 2)
    catalog.marks.rate([ids[TRAM]], None)
    assert catalog.photos([ids[TRAM]])[0].rating == 4
    assert catalog.photos([ids[DUNE]])[0].rating == 0


@pytest.mark.parametrize(
    ("words", "names"),
    [
        (["tram"], {TRAM, COPY, TALL}),
        (["tram", "trip"], {TRAM}),
        (["dune"], {DUNE}),
        (["meer"], {DUNE}),
        (["lisb"], {TRAM, COPY}),
        (["archive", "100"], {WIDE, TALL}),
        (["ostsee"], {DUNE}),
        (['quoted"'], set()),
        (["waiting"], set()),
        (["mnt"], set()),
        ([], set()),
    ],
)
def test_words_are_found_in_names_captions_and_keywords(
    catalog: SqliteCatalog, words: list[str], names: set[str]
) -> None:
    ids = catalog.photos_saying(words, 10)
    assert {photo.path.name for photo in catalog.photos(ids)} == names
    assert len(catalog.photos_saying(words, 1)) == min(1, len(names))


def test_words_follow_a_photo_that_is_moved_changed_or_removed(catalog: SqliteCatalog) -> None:
    (folder,) = catalog.folders.all()
    known = catalog.folders.known_files(folder.id)
    catalog.folders.apply_changes(
        folder.id,
        FolderChanges(
            changed={known["düne/OSTSEE_1.nef"].photo_id: FileStamp(9, 9)}, missing=(known["tall.heic"].photo_id,)
        ),
        now_s=2,
    )
    (changed,) = catalog.photos(catalog.photos_saying(["meer"], 10))
    stamp, vector = changed.stamp, np.ones(2, np.float32)
    catalog.embeddings.store("model", [EmbeddedPhoto(changed.id, stamp, "other", PhotoFacts(1, 1), vector)], {})
    assert catalog.photos_saying(["meer"], 10) == []
    assert len(catalog.photos_saying(["tram"], 10)) == 2
    catalog.folders.remove(folder.id)
    assert catalog.photos_saying(["tram"], 10) == []
    connection = sqlite3.connect(catalog._connections._file)
    assert connection.execute("SELECT count(*) FROM photo_words").fetchone() == (0,)
    connection.close()


def test_searches_are_kept_by_name(catalog: SqliteCatalog) -> None:
    for search in (
        SavedSearch("sea", "beach"),
        SavedSearch("Cats", "cat -dog"),
        SavedSearch("sea", "sea is:favourite"),
    ):
        catalog.marks.save_search(search)
    assert catalog.marks.saved_searches() == [SavedSearch("Cats", "cat -dog"), SavedSearch("sea", "sea is:favourite")]
    catalog.marks.forget_search("Cats")
    catalog.marks.forget_search("none")
    assert [search.name for search in catalog.marks.saved_searches()] == ["sea"]


def test_a_library_of_the_first_version_can_be_searched_by_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "old.db"
    monkeypatch.setattr(catalog_schema, "MIGRATIONS", catalog_schema.MIGRATIONS[:1])
    catalog_schema.open_for_writing(file).close()
    with sqlite3.connect(file) as connection:
        connection.execute(
            "INSERT INTO folders (path, device, inode, state) VALUES (?, '1', '1', 'online')", (b"/a/Zoo",)
        )
        connection.execute(
            "INSERT INTO contents (content_hash, width_px, height_px, orientation, camera) VALUES ('x', 1, 1, 1, '')"
        )
        connection.execute(
            """INSERT INTO photos (folder_id, relative_path, size_bytes, mtime_ns, content_id, taken_at, taken_source)
               VALUES (1, ?, 1, 1, 1, '2020-01-01T00:00:00', 'exif')""",
            (os.fsencode("lion \udcff.jpg"),),
        )
    connection.close()
    monkeypatch.undo()
    catalog = SqliteCatalog(file)
    assert catalog.photos_saying(["zoo", "lion"], 5) == [1]
    assert catalog.photos([1])[0].facts == PhotoFacts(1, 1)
    catalog.close()


def test_distances_are_those_of_an_atlas() -> None:
    places = np.array([(48.857, 2.352), (52.52, 13.405)])
    assert km_between(52.52, 13.405, *places.T).tolist() == pytest.approx([878, 0], abs=3)  # Berlin to Paris, to itself
    assert km_between(0, 179.9, np.array([0.0]), np.array([-179.9])).tolist() == pytest.approx([22.2], abs=0.1)
    assert km_between(90, 0, np.array([-90.0]), np.array([50.0])).tolist() == pytest.approx([20015], abs=5)


def test_what_tells_near_duplicates_comes_in_the_order_asked_for(catalog: SqliteCatalog) -> None:
    ids = {photo.path.name: photo.id for photo in catalog.photos(catalog.newest_photo_ids().tolist())}
    catalog.marks.rate([ids[TALL]], 3)
    catalog.marks.rate([ids[COPY]], 0)
    looks = catalog.looks([ids[TALL], 999, ids[TRAM], ids[COPY]])
    assert looks.photo_ids.tolist() == [ids[TALL], ids[TRAM], ids[COPY]]
    assert looks.content_ids.tolist() == [catalog.content_ids_of([photo_id])[0] for photo_id in looks.photo_ids]
    assert looks.fingerprints.tolist() == [0, 77, 77]
    assert looks.sharpness.tolist() == [0, 5, 0]
    assert looks.pixels.tolist() == [1_001_000, 24_000_000, 6_000_000]
    assert looks.is_marked.tolist() == [True, False, False]
    assert looks.miniatures.tolist() == [[0] * 72, list(range(72)), [0] * 72]
    assert np.isnan(looks.taken_s[0])  # the file's time is not the camera's
    days = (datetime(2023, 7, 31, 23, 59) - datetime(2023, 7, 4, 10)).total_seconds()
    assert looks.taken_s[2] - looks.taken_s[1] == pytest.approx(days, abs=0.001)
    assert len(catalog.looks([])) == 0
    assert sorted(catalog.looks().photo_ids.tolist()) == sorted(ids.values())


def test_the_words_that_photos_have_are_told_the_most_frequent_first(catalog: SqliteCatalog) -> None:
    ids = {photo.path.name: photo.id for photo in catalog.photos(catalog.newest_photo_ids().tolist())}
    catalog.tags.decide([Decision(ids[DUNE], "tram", True)], now_s=1)
    catalog.tags.decide([Decision(ids[WIDE], "never", False)], now_s=1)
    assert catalog.vocabulary("tag") == ["tram", "100", "Trip", "tram lines"]
    assert catalog.vocabulary("camera") == ["FUJIFILM X-T4", "NIKON D750"]
    assert catalog.vocabulary("folder") == ["Archive", "Lisbon", "düne"]
    assert catalog.vocabulary("size") == []
