"""Photos that are only in the cloud are not downloaded, and nothing of them is lost."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from photo_clip.core.errors import UnreadablePhotoError
from photo_clip.core.progress import Report
from photo_clip.core.tags import Decision
from photo_clip.services.tiler import Tiler
from tests.cloud import Cloud
from tests.fakes import FakeEncoder, write_photo
from tests.indexing import Bench, run


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch) -> Cloud:
    return Cloud(monkeypatch)


@pytest.fixture
def bench(tmp_path: Path, cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    """A library that must read nothing of what is only in the cloud."""
    bench = Bench(tmp_path)
    bench.folders.add(bench.photos)
    hashes = bench.reader.hashes

    def nothing_is_downloaded(path: Path) -> None:
        assert not cloud.has(path)

    def hashes_of_what_is_here(paths: Iterable[Path]) -> Iterator[tuple[Path, str | UnreadablePhotoError]]:
        asked = list(paths)
        assert not any(map(cloud.has, asked))
        return hashes(asked)

    bench.reader.before_reading = nothing_is_downloaded
    monkeypatch.setattr(bench.reader, "hashes", hashes_of_what_is_here)
    yield bench
    bench.catalog.close()


def test_a_photo_that_is_only_in_the_cloud_waits_until_it_is_here(bench: Bench, cloud: Cloud) -> None:
    here, away = write_photo(bench.photos / "here.jpg", "red"), write_photo(bench.photos / "away.jpg", "green")
    cloud.take(away)
    report = bench.index()
    counts = bench.catalog.embeddings.counts(bench.encoder.identity.key)
    assert (report.embedded, report.skipped, bench.reader.files_read) == (1, {}, [here])
    assert (counts.embedded, counts.skipped, counts.waiting, counts.only_in_cloud, counts.missing) == (1, 0, 1, 1, 0)
    assert bench.index() == Report()

    cloud.bring(away)
    assert bench.index().embedded == 1
    counts = bench.catalog.embeddings.counts(bench.encoder.identity.key)
    assert (counts.embedded, counts.waiting, counts.only_in_cloud) == (2, 0, 0)


def test_a_known_photo_that_goes_to_the_cloud_stays_found_with_its_tags(bench: Bench, cloud: Cloud) -> None:
    photo = write_photo(bench.photos / "a.jpg", "red")
    bench.index()
    (photo_id,) = bench.shown().values()
    bench.catalog.tags.decide([Decision(photo_id, "sunset", True)], now_s=1)
    cloud.take(photo)
    report = bench.index()
    assert (report.changed, report.removed, report.embedded) == (0, 0, 0)
    assert bench.shown() == {"a.jpg": photo_id}
    assert bench.catalog.tags.decisions(photo_id) == {"sunset": True}
    assert bench.catalog.embeddings.counts(bench.encoder.identity.key).only_in_cloud == 0  # it has all it needs
    cloud.bring(photo)
    bench.index()
    assert bench.encoder.images_embedded == 1


def test_another_model_waits_for_photos_in_the_cloud(bench: Bench, cloud: Cloud) -> None:
    photo = write_photo(bench.photos / "a.jpg", "red")
    bench.index()
    cloud.take(photo)
    bench.index()
    other = FakeEncoder("other")
    run(bench.indexer.embed_waiting(other, Report()))
    counts = bench.catalog.embeddings.counts(other.identity.key)
    assert (counts.embedded, counts.waiting, counts.only_in_cloud) == (0, 1, 1)


def test_parts_of_photos_in_the_cloud_are_not_looked_at(bench: Bench, cloud: Cloud) -> None:
    photo = write_photo(bench.photos / "a.jpg", "red")
    bench.index()
    bench.catalog.tiles.switch(bench.folders.all()[0].id, on=True)
    cloud.take(photo)
    bench.index()
    assert list(Tiler(bench.catalog, bench.folders, bench.reader).embed_waiting(bench.encoder)) == []
    cloud.bring(photo)
    bench.index()
    assert bench.catalog.tiles.count_waiting(bench.encoder.identity.key) == 1


def test_photos_moved_within_the_cloud_stay_who_they_are(bench: Bench, cloud: Cloud) -> None:
    photos = [write_photo(bench.photos / f"2019/{number}.jpg", f"red {number:02}") for number in range(20)]
    bench.index()
    before = bench.shown()
    cloud.take(*photos)
    bench.index()
    (bench.photos / "2019").rename(bench.photos / "2019 Italy")
    report = bench.index()
    assert (report.moved, report.new, report.removed, report.offline) == (20, 0, 0, {})
    assert bench.shown() == {path.replace("2019", "2019 Italy"): photo_id for path, photo_id in before.items()}
    assert bench.index() == Report()


def test_a_photo_edited_elsewhere_is_read_when_it_is_here(bench: Bench, cloud: Cloud) -> None:
    photo = write_photo(bench.photos / "a.jpg", "red")
    bench.index()
    (photo_id,) = bench.shown().values()
    bench.catalog.tags.decide([Decision(photo_id, "sunset", True)], now_s=1)
    cloud.take(write_photo(photo, "green 2", mtime_s=1_100_000_000))
    report = bench.index()
    assert (report.changed, report.removed, bench.shown()) == (1, 0, {"a.jpg": photo_id})
    counts = bench.catalog.embeddings.counts(bench.encoder.identity.key)
    assert (counts.embedded, counts.waiting, counts.only_in_cloud) == (0, 1, 1)
    cloud.bring(photo)
    bench.index()
    assert bench.shown() == {"a.jpg": photo_id}
    assert bench.catalog.tags.decisions(photo_id) == {"sunset": True}


def test_another_photo_in_the_cloud_at_the_place_of_one_that_is_long_gone_gets_no_tags_of_it(
    bench: Bench, cloud: Cloud
) -> None:
    photo = write_photo(bench.photos / "a.jpg", "red 1")
    write_photo(bench.photos / "b.jpg", "green 1")
    bench.index()
    former = bench.shown()["a.jpg"]
    bench.catalog.tags.decide([Decision(former, "sunset", True)], now_s=1)
    photo.unlink()
    bench.index()
    bench.now_s += 1e6
    cloud.take(write_photo(photo, "blue and quite another one", mtime_s=1_500_000_000))
    bench.index()
    assert former not in bench.shown().values()
    cloud.bring(photo)
    bench.index()
    assert bench.shown()["a.jpg"] != former
    assert bench.catalog.tags.decisions(bench.shown()["a.jpg"]) == {}


def test_photos_of_one_size_and_time_that_go_to_the_cloud_stay_who_they_are(bench: Bench, cloud: Cloud) -> None:
    bench.now_s = 1_500_000_000.0  # what the system notes of the files is later
    photos = [write_photo(bench.photos / f"{name}.jpg", f"red {name}", mtime_s=1_000_000_000) for name in "ab"]
    bench.index()
    before = bench.shown()
    for photo in photos:
        cloud.take(photo)
    report = bench.index()
    assert (report.moved, report.changed) == (0, 0)
    assert bench.shown() == before
    assert bench.catalog.embeddings.counts(bench.encoder.identity.key).waiting == 0


def test_a_sidecar_that_is_only_in_the_cloud_says_what_it_said(bench: Bench, cloud: Cloud) -> None:
    photo = write_photo(bench.photos / "a.jpg", "red")
    sidecar = write_photo(bench.photos / "a.xmp", "<xmp/>")
    bench.index()
    before = bench.catalog.folders.known_files(bench.folders.all()[0].id)["a.jpg"].sidecars
    assert before
    cloud.take(sidecar)
    bench.index()
    after = bench.catalog.folders.known_files(bench.folders.all()[0].id)[photo.name].sidecars
    assert after == before


def test_a_link_to_a_photo_in_the_cloud_waits_too(bench: Bench, cloud: Cloud, tmp_path: Path) -> None:
    elsewhere = write_photo(tmp_path / "elsewhere" / "a.jpg", "red")
    try:
        (bench.photos / "a.jpg").symlink_to(elsewhere)
    except OSError:
        pytest.skip("links need rights on Windows")
    cloud.take(elsewhere)
    assert bench.index().embedded == 0
    assert bench.catalog.embeddings.counts(bench.encoder.identity.key).only_in_cloud == 1
