"""Any open_clip model, through the real loading code, on tiny models of random weights."""

import gc
import io
import json
import logging
import os
import shutil
import socket
import subprocess
import sys
import threading
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import open_clip
import pytest
import torch
from PIL import Image, ImageCms

from photo_clip.adapters.clip_model import (
    ClipModel,
    config_of_tag,
    load_clip_model,
    repository_of_tag,
    untrained_clip_model,
)
from photo_clip.adapters.images import read_photo
from photo_clip.adapters.model_folder import read_config
from photo_clip.adapters.torch_towers import Mode
from photo_clip.core.errors import ModelError
from photo_clip.core.models import Kind, ModelSource
from photo_clip.core.ports import Fit, Resampling, SquareSpec
from tests.fakes import FakeNotes
from tests.tiny_models import CLIP, PE, SIGLIP2, write_model

PLAIN = Mode()
TEXTS = ["a photo of a cat", "coffee", "the sea", ""]


def opened(folder: Path, notes: FakeNotes | None = None, mode: Mode = PLAIN) -> ClipModel:
    return load_clip_model(ModelSource(Kind.FOLDER, "", str(folder)), folder, notes or FakeNotes(), mode=mode)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_model(tmp_path_factory.mktemp("tiny"))


@pytest.fixture(scope="module")
def tiny_siglip2(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_model(tmp_path_factory.mktemp("tiny_siglip2"), SIGLIP2)


def photos_in(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.suffix in (".png", ".jpg"))


def squares_of(folder: Path, square: SquareSpec) -> np.ndarray:
    return np.stack([read_photo(path, square).square for path in photos_in(folder)])


def in_srgb(image: Image.Image) -> Image.Image:
    """Return a photo in the colours that open_clip takes every photo to be in; it does not know profiles."""
    profile = image.info.get("icc_profile")
    if profile is None:
        return image.convert("RGB")
    own = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    return ImageCms.profileToProfile(image, own, ImageCms.createProfile("sRGB"), outputMode="RGB")


def cosines(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    left, right = (rows / np.linalg.norm(rows, axis=1, keepdims=True) for rows in (left, right))
    return (left * right).sum(axis=1)


@pytest.mark.parametrize(
    ("config", "side_px", "square"),
    [
        (CLIP, 224, SquareSpec(224, Fit.CROP, Resampling.BICUBIC)),
        (SIGLIP2, 256, SquareSpec(256, Fit.SQUASH, Resampling.BICUBIC)),
        (PE, 336, SquareSpec(336, Fit.SQUASH, Resampling.BILINEAR)),
    ],
    ids=["CLIP", "SigLIP2", "PE"],
)
def test_photos_come_out_as_by_open_clips_own_transforms_and_encoder(
    config: dict, side_px: int, square: SquareSpec, tmp_path: Path, real_photos: Path
) -> None:
    folder = write_model(tmp_path / "model", config, side_px=side_px)
    model = opened(folder)
    assert model.square == square
    ours = model.embed_images(squares_of(real_photos, square))

    theirs, _, transform = open_clip.create_model_and_transforms(f"local-dir:{folder}")
    pictures = torch.stack([transform(in_srgb(Image.open(path))) for path in photos_in(real_photos)])
    with torch.inference_mode():
        expected = theirs.eval().encode_image(pictures).numpy()
    assert cosines(ours, expected).min() > 1 - 1e-3
    between = ours @ ours.T
    assert between.min() < 0.9  # the model tells these photos apart by far more than that


@pytest.mark.parametrize("config", [CLIP, SIGLIP2, PE], ids=["CLIP", "SigLIP2", "PE"])
def test_texts_come_out_as_by_open_clips_own_tokenizer_and_encoder(config: dict, tmp_path: Path) -> None:
    folder = write_model(tmp_path / "model", config)
    ours = opened(folder).embed_texts(TEXTS)
    theirs = open_clip.create_model(f"local-dir:{folder}").eval()
    with torch.inference_mode():
        expected = theirs.encode_text(open_clip.get_tokenizer(f"local-dir:{folder}")(TEXTS)).numpy()
    assert cosines(ours, expected).min() > 1 - 1e-5
    assert ours[0] @ ours[1] < 0.99


def test_rows_have_unit_length_and_the_models_dimensions(tiny: Path) -> None:
    model = opened(tiny)
    noise = np.random.default_rng(1).integers(0, 256, (70, 64, 64, 3), dtype=np.uint8)
    for rows, count in ((model.embed_images(noise), 70), (model.embed_texts(["a cat"] * 300), 300)):
        assert rows.dtype == np.float32
        assert rows.shape == (count, model.dimensions)
        assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)


def test_nothing_gives_no_rows(tiny: Path) -> None:
    model = opened(tiny)
    assert model.embed_images(np.empty((0, 64, 64, 3), np.uint8)).shape == (0, 48)
    assert model.embed_texts([]).shape == (0, 48)


def test_squares_of_another_size_or_kind_are_refused(tiny: Path) -> None:
    model = opened(tiny)
    for squares in (np.zeros((1, 32, 32, 3), np.uint8), np.zeros((1, 64, 64, 3), np.float32)):
        with pytest.raises(ValueError, match="uint8"):
            model.embed_images(squares)


@pytest.mark.parametrize("text", ["", " ", "word " * 5000, "\ud800 half a character", "猫 🐈 кот", "\x00"])
def test_any_text_is_taken(text: str, tiny: Path, tiny_siglip2: Path) -> None:
    for folder in (tiny, tiny_siglip2):
        assert np.isfinite(opened(folder).embed_texts([text])).all()


def test_what_a_model_cannot_read_any_more_is_cut_off(tiny: Path, tiny_siglip2: Path) -> None:
    for folder in (tiny, tiny_siglip2):
        long, longer = opened(folder).embed_texts(["cat " * 100, "cat " * 100 + "dog"])
        assert np.array_equal(long, longer)


@pytest.mark.parametrize("is_packaged", [False, True])
def test_what_open_clip_logs_of_weights_that_are_read_later_is_kept_from_people(
    tiny: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, is_packaged: bool
) -> None:
    made, heard = logging.getLogRecordFactory(), []

    def record(*args: Any, **kwargs: Any) -> logging.LogRecord:
        found = made(*args, **kwargs)
        heard.append(found.pathname)
        if is_packaged:  # where files have no folder
            found.pathname = found.pathname.partition(f"site-packages{os.sep}")[2]
        return found

    monkeypatch.setattr(logging, "_logRecordFactory", record)
    opened(tiny)
    assert any("open_clip" in path for path in heard)
    assert not caplog.records


def test_the_logit_scale_is_the_models_own(tiny: Path) -> None:
    assert opened(tiny).logit_scale == pytest.approx(1 / 0.07, rel=1e-3)


def test_half_precision_changes_nothing_that_matters(tmp_path: Path, real_photos: Path) -> None:
    folder = write_model(tmp_path / "model", side_px=224)
    exact, quick = opened(folder), opened(folder, mode=Mode(torch.bfloat16))
    squares = squares_of(real_photos, exact.square)
    images = cosines(exact.embed_images(squares), quick.embed_images(squares))
    texts = cosines(exact.embed_texts(TEXTS), quick.embed_texts(TEXTS))
    assert images.mean() >= 0.999
    assert texts.mean() >= 0.999
    assert images.min() < 1  # it was another computation


def test_another_order_in_memory_changes_nothing(tiny: Path, real_photos: Path) -> None:
    plain, ordered = opened(tiny), opened(tiny, mode=Mode(channels_last=True))
    squares = squares_of(real_photos, plain.square)
    assert cosines(plain.embed_images(squares), ordered.embed_images(squares)).min() > 1 - 1e-5


@pytest.fixture
def tiny_architecture(tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Make open_clip know the tiny model's architecture by a name."""
    told = json.loads((tiny / "open_clip_config.json").read_text())["model_cfg"]
    (tmp_path / "tiny-architecture.json").write_text(json.dumps(told))
    monkeypatch.setattr(open_clip.factory, "_MODEL_CONFIG_PATHS", list(open_clip.factory._MODEL_CONFIG_PATHS))
    monkeypatch.setattr(open_clip.factory, "_MODEL_CONFIGS", dict(open_clip.factory._MODEL_CONFIGS))
    open_clip.add_model_config(tmp_path / "tiny-architecture.json")
    return "tiny-architecture"


def opened_file(architecture: str, file: Path) -> ClipModel:
    return load_clip_model(ModelSource(Kind.FILE, architecture, str(file)), file, FakeNotes(), mode=PLAIN)


def test_a_checkpoint_file_of_a_known_architecture_is_the_same_model_as_its_folder(
    tiny: Path, tiny_architecture: str
) -> None:
    by_folder = opened(tiny)
    by_file = opened_file(tiny_architecture, tiny / "open_clip_model.safetensors")
    assert by_file.identity == by_folder.identity
    assert np.array_equal(by_file.embed_texts(TEXTS), by_folder.embed_texts(TEXTS))


def test_a_pickle_file_that_a_person_names_is_read_as_numbers(
    tiny: Path, tiny_architecture: str, tmp_path: Path
) -> None:
    model = open_clip.create_model(f"local-dir:{tiny}")
    torch.save(model.state_dict(), tmp_path / "weights.pt")
    by_pickle = opened_file(tiny_architecture, tmp_path / "weights.pt")
    assert np.array_equal(by_pickle.embed_texts(TEXTS), opened(tiny).embed_texts(TEXTS))


class Evil:
    def __init__(self, file: Path) -> None:
        self.file = file

    def __reduce__(self) -> tuple:
        return Path.touch, (self.file,)


def test_a_pickle_file_that_holds_a_program_is_not_opened(tiny_architecture: str, tmp_path: Path) -> None:
    harm = tmp_path / "harm"
    torch.save({"state_dict": Evil(harm)}, tmp_path / "weights.bin")
    with pytest.raises(ModelError) as refused:
        opened_file(tiny_architecture, tmp_path / "weights.bin")
    assert "safetensors" in refused.value.advice
    assert not harm.exists()


def test_damaged_weights_are_refused_and_a_pickle_beside_them_is_not_tried(tiny: Path, tmp_path: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(tiny, folder)
    model = open_clip.create_model(f"local-dir:{tiny}")
    torch.save(model.state_dict(), folder / "open_clip_pytorch_model.bin")
    weights = folder / "open_clip_model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1000])
    with pytest.raises(ModelError) as refused:
        opened(folder)
    assert str(weights) in refused.value.sentence


def test_weights_of_another_architecture_are_refused(tiny: Path, tmp_path: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(tiny, folder)
    told = json.loads((folder / "open_clip_config.json").read_text())
    told["model_cfg"]["embed_dim"] = 40
    (folder / "open_clip_config.json").write_text(json.dumps(told))
    with pytest.raises(ModelError, match="belong to another architecture"):
        opened(folder)


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (shutil.rmtree, "is missing"),
        (lambda folder: (folder / "open_clip_config.json").write_text("{"), "no configuration"),
        (lambda folder: (folder / "open_clip_config.json").write_text('{"model_cfg": {}}'), "no configuration"),
        (lambda folder: (folder / "open_clip_model.safetensors").unlink(), "no weights"),
        (lambda folder: (folder / "tokenizer.json").unlink(), "reads text"),
    ],
    ids=["no folder", "broken configuration", "other configuration", "no weights", "no tokenizer"],
)
def test_a_folder_that_is_no_whole_model_is_refused_with_what_is_missing(
    spoil, told: str, tiny_siglip2: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "model"
    shutil.copytree(tiny_siglip2, folder)
    spoil(folder)
    with pytest.raises(ModelError, match=told):
        opened(folder)


def changed(folder: Path, model: Path, part: str, **changes: Any) -> Path:
    """Copy a model into `folder` with a part of its configuration changed, and return that."""
    shutil.copytree(model, folder)
    told = json.loads((folder / "open_clip_config.json").read_text())
    place = told if part == "preprocess_cfg" else told["model_cfg"]
    if part == "model_cfg":
        place.update(changes)
    else:
        place[part].update(changes)
    (folder / "open_clip_config.json").write_text(json.dumps(told))
    return folder


@pytest.mark.parametrize(
    ("part", "name", "value"),
    [
        ("vision_cfg", "layers", 10**9),
        ("vision_cfg", "layers", [10**9, 1, 1, 1]),
        ("vision_cfg", "width", 10**7),
        ("vision_cfg", "image_size", [10**6, 10**6]),
        ("vision_cfg", "attn_pooler_queries", 10**12),
        ("text_cfg", "layers", True),
        ("text_cfg", "heads", -1),
        ("text_cfg", "context_length", "x"),
        ("text_cfg", "vocab_size", 10**12),
        ("text_cfg", "tokenizer_kwargs", [1]),
        ("text_cfg", "tokenizer_kwargs", {"bpe_path": "//somewhere/words"}),
        ("text_cfg", "tokenizer_kwargs", {"clean": [1]}),
        ("model_cfg", "embed_dim", float("nan")),
        ("model_cfg", "multimodal_cfg", {"layers": 10**9}),
        ("preprocess_cfg", "size", 10**6),
    ],
)
def test_a_configuration_that_asks_for_what_no_model_has_is_refused_by_what_it_asks_for(
    part: str, name: str, value: Any, tiny: Path, tmp_path: Path
) -> None:
    asked = "layers" if name == "multimodal_cfg" else "clean" if value == {"clean": [1]} else name
    with pytest.raises(ModelError, match=f"sets “{asked}”"):
        opened(changed(tmp_path / "model", tiny, part, **{name: value}))


def test_no_architecture_that_open_clip_knows_is_refused_for_what_it_asks_for(tmp_path: Path) -> None:
    for architecture in open_clip.list_models():
        told = {"model_cfg": open_clip.get_model_config(architecture)}
        (tmp_path / "open_clip_config.json").write_text(json.dumps(told))
        assert read_config(tmp_path)["model_cfg"] == told["model_cfg"]


@pytest.mark.parametrize(
    "change", [{"mean": "x"}, {"std": [1, 1]}, {"mean": [1, "x", 1]}, {"resize_mode": {"a": 1}}, {"size": {"a": 1}}]
)
def test_preprocessing_that_is_none_is_refused(change: dict, tiny: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError):
        opened(changed(tmp_path / "model", tiny, "preprocess_cfg", **change))


def test_a_model_of_more_numbers_than_its_weights_have_is_not_built(
    tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    built, create = [], open_clip.create_model

    def create_model(*args: Any, **kwargs: Any) -> Any:
        built.append(create(*args, **kwargs))
        return built[-1]

    monkeypatch.setattr(open_clip, "create_model", create_model)
    with pytest.raises(ModelError, match="belong to another architecture"):
        opened(changed(tmp_path / "model", tiny, "vision_cfg", width=8192, layers=50))
    assert all(parameter.is_meta for model in built for parameter in model.parameters())


@pytest.mark.parametrize("name", ["hf-hub:somebody/model", "local-dir://somebody/model", "somebody/model"])
def test_an_image_tower_of_another_place_is_not_asked_for(
    name: str, tiny: Path, tmp_path: Path, no_network: None
) -> None:
    folder = changed(tmp_path / "model", tiny, "vision_cfg", timm_model_name=name, timm_model_pretrained=True)
    with pytest.raises(ModelError, match="timm_model_name"):
        opened(folder)


def test_a_text_tower_of_another_place_is_not_asked_for(tiny_siglip2: Path, tmp_path: Path, no_network: None) -> None:
    asked = {"hf_model_name": "somebody/model", "hf_model_pretrained": True}
    with pytest.raises(ModelError, match="text_tower"):
        opened(changed(tmp_path / "model", tiny_siglip2, "text_cfg", **asked))


@pytest.mark.parametrize(
    "tower",
    [
        "[" * 100_000,
        '{"model_type": "xlm-roberta", "num_hidden_layers": 1000000000}',
        '{"model_type": "xlm-roberta", "num_labels": 1000000000}',
        '{"model_type": "mine", "auto_map": {"AutoConfig": "program.Config"}}',
        '{"model_type": ["bert"]}',
    ],
    ids=lambda tower: tower[:80],
)
def test_a_text_tower_that_open_clip_does_not_know_or_no_computer_holds_is_refused(
    tower: str, tiny_siglip2: Path, tmp_path: Path
) -> None:
    folder = changed(tmp_path / "model", tiny_siglip2, "text_cfg", hf_model_name="somebody/model")
    (folder / "text_tower").mkdir()
    (folder / "text_tower" / "config.json").write_text(tower)
    with pytest.raises(ModelError, match="text_tower"):
        opened(folder)


@pytest.mark.parametrize("options", [{}, {"trust_remote_code": True}])
def test_a_program_that_lies_with_a_model_is_not_run(options: dict, tiny_siglip2: Path, tmp_path: Path) -> None:
    folder = changed(tmp_path / "model", tiny_siglip2, "text_cfg", tokenizer_kwargs=options)
    (folder / "tokenizer_config.json").write_text('{"auto_map": {"AutoTokenizer": [null, "program.Words"]}}')
    (folder / "program.py").write_text(f"open({str(tmp_path / 'harm')!r}, 'w')\nclass Words: pass\n")
    with pytest.raises(ModelError):
        opened(folder)
    assert not (tmp_path / "harm").exists()


@pytest.mark.parametrize(
    "change", [{"size": [64, 32]}, {"resize_mode": "stretch"}, {"resize_mode": "longest", "fill_color": 7}]
)
def test_pictures_that_are_not_square_are_refused(change: dict, tiny: Path, tmp_path: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(tiny, folder)
    told = json.loads((folder / "open_clip_config.json").read_text())
    told["preprocess_cfg"].update(change)
    (folder / "open_clip_config.json").write_text(json.dumps(told))
    with pytest.raises(ModelError):
        opened(folder)


def test_the_identity_changes_with_weights_and_preprocessing_alone(tiny: Path, tmp_path: Path) -> None:
    key = opened(tiny).identity.key
    shutil.copytree(tiny, tmp_path / "copy")
    assert opened(tmp_path / "copy").identity.key == key
    assert opened(tiny, mode=Mode(torch.bfloat16)).identity.key == key

    told = json.loads((tiny / "open_clip_config.json").read_text())
    told["preprocess_cfg"]["resize_mode"] = "squash"
    (tmp_path / "copy" / "open_clip_config.json").write_text(json.dumps(told))
    assert opened(tmp_path / "copy").identity.key != key
    assert opened(write_model(tmp_path / "other", seed=1)).identity.key != key


def test_weights_are_not_read_twice_to_know_which_they_are(tiny: Path) -> None:
    notes = FakeNotes()
    key = opened(tiny, notes).identity.key
    (remembered,) = notes.known
    notes.known[remembered] = "0" * 64
    assert opened(tiny, notes).identity.weights == "0" * 32
    assert opened(tiny, FakeNotes()).identity.key == key


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Hear who asks for the network, as nothing else forbids it here."""
    asked = []

    def refuse(*arguments: object) -> None:
        asked.append(arguments)
        raise OSError("the network was asked for")

    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
    for name in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, name, refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    yield
    assert asked == []


_TELLS_AT_THE_FIRST_LIBRARY = """
import os, sys
class Told:
    def find_spec(name, path, target=None):
        if name in ("torch", "torchvision", "open_clip", "timm", "transformers", "huggingface_hub"):
            print(os.environ.get("HF_HUB_OFFLINE"), os.environ.get("HF_HUB_DISABLE_TELEMETRY"), flush=True)
            os._exit(0)
sys.meta_path.insert(0, Told)
import photo_clip.adapters.clip_model
"""


def test_the_hubs_own_library_is_told_to_stay_offline_before_anything_loads_it() -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("HF_")}
    code = [sys.executable, "-c", _TELLS_AT_THE_FIRST_LIBRARY]
    done = subprocess.run(code, env=environment, capture_output=True, text=True)
    assert done.stdout == "1 1\n", done.stderr


def test_loading_and_embedding_need_no_network(tiny: Path, tiny_siglip2: Path, no_network: None) -> None:
    for folder in (tiny, tiny_siglip2):
        assert len(opened(folder).embed_texts(["a cat"])) == 1


def test_two_threads_may_use_a_model_at_once(tiny_siglip2: Path) -> None:
    model = opened(tiny_siglip2)
    noise = np.random.default_rng(2).integers(0, 256, (64, 64, 64, 3), dtype=np.uint8)
    alone = model.embed_images(noise), model.embed_texts(TEXTS * 20)
    wrong: list[str] = []

    def look(turns: int) -> None:
        for _ in range(turns):
            if not np.allclose(model.embed_images(noise), alone[0], atol=1e-5):
                wrong.append("image")
            if not np.allclose(model.embed_texts(TEXTS * 20), alone[1], atol=1e-5):
                wrong.append("text")

    threads = [threading.Thread(target=look, args=(3,)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_closing_gives_the_memory_back(tiny: Path) -> None:
    model = opened(tiny)
    weights = weakref.ref(model._towers._placed.model)
    model.close()
    model.close()
    gc.collect()
    assert weights() is None


def test_a_trial_model_has_the_square_of_the_real_one_and_hardly_any_text_tower(
    tiny_architecture: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = {**open_clip.get_pretrained_cfg("PE-Core-S-16-384", "meta")}
    monkeypatch.setitem(open_clip.pretrained._PRETRAINED, tiny_architecture, {"tag": known})
    model = untrained_clip_model(ModelSource(Kind.TAG, tiny_architecture, "tag"), FakeNotes(), mode=PLAIN)
    assert model.square == SquareSpec(64, Fit.SQUASH, Resampling.BILINEAR)
    assert model.embed_images(np.zeros((2, 64, 64, 3), np.uint8)).shape == (2, 48)


def test_a_repository_has_no_trial_before_it_is_downloaded() -> None:
    with pytest.raises(ModelError, match="not known"):
        untrained_clip_model(ModelSource(Kind.HUB, "", "some/where"), FakeNotes())


def test_the_repository_of_weights_is_the_one_that_open_clip_names() -> None:
    assert repository_of_tag("ViT-B-32", "laion2b_s34b_b79k") == "laion/CLIP-ViT-B-32-laion2B-s34B-b79K"


@pytest.mark.parametrize(("architecture", "tag"), [("ViT-B-33", "openai"), ("ViT-B-32", "nothing"), ("hf-hub:a/b", "")])
def test_weights_that_open_clip_does_not_know_are_refused(architecture: str, tag: str) -> None:
    with pytest.raises(ModelError):
        repository_of_tag(architecture, tag)


def test_every_model_on_offer_lies_where_open_clip_says_and_has_as_many_numbers() -> None:
    from photo_clip.core.models import parse_offers
    from photo_clip.core.places import resources_folder

    for offer in parse_offers((resources_folder() / "models.toml").read_text(encoding="utf-8")):
        assert repository_of_tag(offer.architecture, offer.tag) == offer.repository
        with torch.device("meta"):  # counted without any memory
            model = open_clip.create_model(offer.architecture, load_weights=False, device="meta")
        assert sum(parameter.numel() for parameter in model.parameters()) == offer.parameters


def test_the_configuration_of_known_weights_is_one_that_can_be_loaded(tiny: Path, tmp_path: Path) -> None:
    told = json.loads(config_of_tag("ViT-B-16-SigLIP2-256", "webli"))
    assert told["preprocess_cfg"]["resize_mode"] == "squash"
    assert told["model_cfg"]["text_cfg"]["hf_tokenizer_name"]
