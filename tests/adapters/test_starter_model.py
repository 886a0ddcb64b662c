import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from hashlib import sha256
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from tokenizers import Tokenizer

from photo_clip.adapters.images import make_square
from photo_clip.adapters.starter_manifest import FILES, MANIFEST
from photo_clip.adapters.starter_model import StarterModel
from photo_clip.core.errors import ModelError
from photo_clip.core.ports import Encoder
from photo_clip.core.scoring import probabilities

STARTER = Path(__file__).parents[2] / "resources" / "models" / "starter"
SHOWN = {
    "chelsea.png": "a close-up of a cat's face",
    "coffee.png": "a cup of coffee with a spoon",
    "motorcycle_left.png": "a motorcycle in a garage",
    "rocket.jpg": "a rocket on its launch pad",
}
"""Real photos that scikit-image carries, and what a person would say they show."""


@pytest.fixture(scope="module")
def model() -> Iterator[Encoder]:
    model = StarterModel(STARTER, threads=2)
    yield model
    model.close()


@pytest.fixture(scope="module")
def squares(model: Encoder) -> NDArray[np.uint8]:
    pictures = [Image.open(str(files("skimage.data") / name)).convert("RGB") for name in SHOWN]
    return np.stack([make_square(picture, model.square) for picture in pictures])


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    return shutil.copytree(STARTER, tmp_path / "starter")


@pytest.mark.parametrize(
    "text", ["", "a photo of a cat", "Ä naïve [MASK] [PAD] ##ing", "日本語 😀", "x" * 300, "\0\n\t"]
)
def test_texts_are_cut_into_tokens_as_the_file_says(model: Encoder, text: str) -> None:
    assert isinstance(model, StarterModel)
    whole = Tokenizer.from_file(str(STARTER / "tokenizer.json"))
    whole.no_padding()
    assert model._tokenizer.encode(text).ids == whole.encode(text).ids


def test_photos_and_texts_become_rows_of_unit_length(model: Encoder, squares: NDArray[np.uint8]) -> None:
    for rows in (model.embed_images(squares), model.embed_texts(list(SHOWN.values()))):
        assert rows.shape == (len(SHOWN), model.dimensions)
        assert rows.dtype == np.float32
        np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)


def test_nothing_becomes_no_rows(model: Encoder) -> None:
    side = model.square.side_px

    assert model.embed_images(np.empty((0, side, side, 3), np.uint8)).shape == (0, model.dimensions)
    assert model.embed_texts([]).shape == (0, model.dimensions)


def test_words_find_their_photo_and_photos_their_words(model: Encoder, squares: NDArray[np.uint8]) -> None:
    cosines = model.embed_texts(list(SHOWN.values())) @ model.embed_images(squares).T

    assert cosines.argmax(1).tolist() == list(range(len(SHOWN)))
    assert cosines.argmax(0).tolist() == list(range(len(SHOWN)))


def test_the_more_labels_fit_the_less_sure_the_model_is(model: Encoder, squares: NDArray[np.uint8]) -> None:
    cat = model.embed_images(squares)[list(SHOWN).index("chelsea.png")]

    def sure(*labels: str) -> float:
        cosines = model.embed_texts([f"a photo of a {label}" for label in labels]) @ cat
        return float(probabilities(cosines, model.logit_scale).max())

    assert sure("cat", "motorcycle", "cup of coffee") > 0.8
    assert sure("cat", "kitten", "tabby cat") < 0.95


def test_a_photo_gets_the_same_vector_alone_and_in_company(model: Encoder, squares: NDArray[np.uint8]) -> None:
    together = model.embed_images(np.concatenate([squares] * 5))  # more than go through at once
    alone = np.concatenate([model.embed_images(square[None]) for square in squares])

    np.testing.assert_allclose(together, np.concatenate([alone] * 5), atol=1e-4)


def test_a_text_gets_the_same_vector_alone_and_in_company(model: Encoder) -> None:
    texts = ["dog", "two children play football in a park while their parents look on", "", "snow"] * 20

    together = model.embed_texts(texts)

    np.testing.assert_allclose(together, np.concatenate([model.embed_texts([text]) for text in texts]), atol=1e-4)


@pytest.mark.parametrize(
    "text",
    ["", " \n", "beach " * 100_000, "x" * 100_000, "🏖️👩‍👩‍👧", "\ud800 lone", "a\x00b", "海辺の犬", "[PAD] [MASK]"],
    ids=["empty", "blank", "long", "one long word", "emoji", "surrogate", "null", "Japanese", "special"],
)
def test_any_text_is_taken(model: Encoder, text: str) -> None:
    rows = model.embed_texts([text, "a dog"])

    assert np.isfinite(rows).all()
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)


def test_what_is_longer_than_the_model_reads_is_cut_off(model: Encoder) -> None:
    long, longer = model.embed_texts(["a dog runs " * 200, "a dog runs " * 200 + "on the moon"])

    np.testing.assert_array_equal(long, longer)


def test_squares_of_another_size_are_refused(model: Encoder) -> None:
    with pytest.raises(ValueError, match="squares of shape"):
        model.embed_images(np.zeros((1, 8, 8, 3), np.uint8))


def test_threads_may_share_the_model(model: Encoder, squares: NDArray[np.uint8]) -> None:
    wanted, texts = model.embed_images(squares), model.embed_texts(list(SHOWN.values()))
    same: list[bool] = []

    def ask() -> None:
        same.append(np.allclose(model.embed_images(squares), wanted, atol=1e-5))
        same.append(np.allclose(model.embed_texts(list(SHOWN.values())), texts, atol=1e-5))

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert same == [True] * 6


@pytest.mark.parametrize("name", FILES)
def test_a_changed_file_is_refused_with_its_name(copied: Path, name: str) -> None:
    content = bytearray((copied / name).read_bytes())
    content[len(content) // 2] ^= 1
    (copied / name).write_bytes(content)

    with pytest.raises(ModelError, match=name) as caught:
        StarterModel(copied)

    assert caught.value.advice


@pytest.mark.parametrize("name", [*FILES, MANIFEST])
def test_a_missing_file_is_refused_with_its_name(copied: Path, name: str) -> None:
    (copied / name).unlink()

    with pytest.raises(ModelError, match=name):
        StarterModel(copied)


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"picture": 3}'])
def test_a_broken_manifest_is_refused(copied: Path, content: str) -> None:
    (copied / MANIFEST).write_text(content)

    with pytest.raises(ModelError, match=MANIFEST):
        StarterModel(copied)


def test_other_weights_are_another_model(copied: Path, model: Encoder) -> None:
    tokenizer = copied / "tokenizer.json"
    tokenizer.write_bytes(tokenizer.read_bytes() + b"\n")
    manifest = json.loads((copied / MANIFEST).read_text())
    manifest["files"]["tokenizer.json"]["sha256"] = sha256(tokenizer.read_bytes()).hexdigest()
    (copied / MANIFEST).write_text(json.dumps(manifest))
    changed = StarterModel(copied, threads=1)

    assert changed.identity.key != model.identity.key
    changed.close()


def test_closing_twice_is_once_and_a_closed_model_says_so() -> None:
    model = StarterModel(STARTER, threads=1)

    model.close()
    model.close()

    with pytest.raises(RuntimeError, match="closed"):
        model.embed_texts(["a dog"])


def test_the_files_stay_small() -> None:
    assert sum(file.stat().st_size for file in STARTER.iterdir()) <= 50_000_000


def test_nothing_is_noted_for_the_makers_of_onnx_runtime(tmp_path: Path) -> None:
    code = (
        "import sys\nfrom pathlib import Path\nfrom photo_clip.adapters.starter_model import StarterModel\n"
        "model = StarterModel(Path(sys.argv[1]))\nmodel.embed_texts(['a cat'])\nmodel.close()"
    )
    home = {name: str(tmp_path) for name in ("HOME", "XDG_CACHE_HOME", "LOCALAPPDATA", "APPDATA", "USERPROFILE")}
    kept = {name: value for name, value in os.environ.items() if name != "ORT_DISABLE_TELEMETRY"}
    subprocess.run([sys.executable, "-c", code, str(STARTER)], env={**kept, **home}, check=True, timeout=60)
    assert list(tmp_path.rglob("*")) == []
