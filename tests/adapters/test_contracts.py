"""What stands in for encoders and readers in tests keeps the contracts that the real ones keep."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from photo_clip.adapters.clip_model import load_clip_model
from photo_clip.adapters.encoder_process import EncoderProcess
from photo_clip.adapters.image_workers import ImageWorkers
from photo_clip.core.errors import PhotoGoneError, UnreadablePhotoError
from photo_clip.core.models import Kind, ModelSource
from photo_clip.core.ports import Encoder, PhotoReader, ReadPhoto
from tests.fakes import FakeEncoder, FakeNotes, FakeReader, bundled_model, write_photo
from tests.made_pictures import SQUARE, quarters
from tests.tiny_models import CLIP, write_model


@pytest.fixture(scope="module", params=["fake", "bundled", "beside", "open_clip"])
def encoder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Encoder]:
    made: Encoder
    if request.param == "fake":
        made = FakeEncoder()
    elif request.param == "bundled":
        made = bundled_model(FakeNotes())
    elif request.param == "beside":
        made = EncoderProcess(bundled_model, FakeNotes())
    else:
        folder = write_model(tmp_path_factory.mktemp("tiny"), CLIP)
        made = load_clip_model(ModelSource(Kind.FOLDER, "", str(folder)), folder, FakeNotes())
    yield made
    made.close()


def squares_for(encoder: Encoder, count: int) -> np.ndarray:
    side = encoder.square.side_px
    return np.random.default_rng(5).integers(0, 256, (count, side, side, 3), dtype=np.uint8)


def test_photos_and_texts_become_unit_rows_of_one_space(encoder: Encoder) -> None:
    photos, texts = encoder.embed_images(squares_for(encoder, 3)), encoder.embed_texts(["red", ""])

    assert (photos.shape, texts.shape) == ((3, encoder.dimensions), (2, encoder.dimensions))
    assert (photos.dtype, texts.dtype) == (np.float32, np.float32)
    np.testing.assert_allclose(np.linalg.norm(np.concatenate([photos, texts]), axis=1), 1, atol=1e-3)


def test_no_photo_and_no_text_become_no_rows(encoder: Encoder) -> None:
    assert encoder.embed_images(squares_for(encoder, 0)).shape == (0, encoder.dimensions)
    assert encoder.embed_texts([]).shape == (0, encoder.dimensions)


def test_rows_come_in_the_order_of_the_photos(encoder: Encoder) -> None:
    squares = squares_for(encoder, 3)

    together, alone = encoder.embed_images(squares), encoder.embed_images(squares[2:])

    np.testing.assert_allclose(together[2], alone[0], atol=2e-3)


def test_an_encoder_says_what_its_embeddings_compare_with(encoder: Encoder) -> None:
    assert encoder.identity.key.count("|") >= 2
    assert encoder.logit_scale > 0


Written = tuple[PhotoReader, Callable[[Path], Path], Callable[[Path], Path]]
"""A reader, what writes a photo for it, and what writes one that it cannot read."""


@pytest.fixture(scope="module")
def workers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ImageWorkers]:
    workers = ImageWorkers(time_limit_s=30, memory_limit_mb=600, processes=1)
    path = tmp_path_factory.mktemp("first") / "photo.jpg"
    quarters().save(path)
    workers.thumbnail(path)  # both its pools are there before a test counts threads
    assert len(list(workers.hashes([path]))) == 1
    yield workers
    workers.close()


@pytest.fixture(params=["fake", "processes"])
def written(request: pytest.FixtureRequest, workers: ImageWorkers) -> Written:
    if request.param == "fake":
        return FakeReader(), lambda path: write_photo(path, "red"), lambda path: write_photo(path, "red broken")

    def photo(path: Path) -> Path:
        quarters().save(path)
        return path

    def broken(path: Path) -> Path:
        path.write_bytes(b"\xff\xd8\xff\xe0 no photo")
        return path

    return workers, photo, broken


def test_reading_yields_one_result_a_path_in_order(written: Written, tmp_path: Path) -> None:
    reader, photo, broken = written
    paths = [photo(tmp_path / "a.jpg"), broken(tmp_path / "b.jpg"), tmp_path / "gone.jpg", photo(tmp_path / "c.jpg")]

    results = list(reader.read(iter(paths), SQUARE))

    assert [path for path, _ in results] == paths
    first, second, third, last = (result for _, result in results)
    assert isinstance(first, ReadPhoto)
    assert isinstance(last, ReadPhoto)
    assert first.square.shape == (SQUARE.side_px, SQUARE.side_px, 3)
    assert first.content_hash == last.content_hash
    assert isinstance(second, UnreadablePhotoError)
    assert not isinstance(second, PhotoGoneError)
    assert isinstance(third, PhotoGoneError)


def test_paths_are_drawn_no_further_than_is_read_ahead(written: Written, tmp_path: Path) -> None:
    reader, photo, _ = written
    path, drawn = photo(tmp_path / "a.jpg"), []

    def endless() -> Iterator[Path]:
        while True:
            drawn.append(path)
            yield path

    reading = reader.read(endless(), SQUARE)
    next(reading)
    reading.close()  # type: ignore[attr-defined]

    assert 1 <= len(drawn) < 1000


def test_hashes_are_those_of_reading_and_tell_of_what_is_gone(written: Written, tmp_path: Path) -> None:
    reader, photo, _ = written
    path = photo(tmp_path / "a.jpg")

    ((_, read),) = reader.read([path], SQUARE)
    (_, known), (_, gone) = reader.hashes([path, tmp_path / "gone.jpg"])

    assert isinstance(read, ReadPhoto)
    assert known == read.content_hash
    assert isinstance(gone, PhotoGoneError)


def test_a_view_is_no_larger_than_asked_and_a_thumbnail_is_a_jpeg(written: Written, tmp_path: Path) -> None:
    reader, photo, _ = written
    path = photo(tmp_path / "a.jpg")

    assert max(reader.view(path, 50).shape[:2]) <= 50
    assert reader.thumbnail(path).startswith(b"\xff\xd8")
    with pytest.raises(UnreadablePhotoError):
        reader.thumbnail(tmp_path / "gone.jpg")
    with pytest.raises(UnreadablePhotoError):
        reader.view(tmp_path / "gone.jpg", 50)
