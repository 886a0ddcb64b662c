"""Any open_clip model as an encoder: its files read, its preprocessing followed, its text made into tokens."""

import hashlib
import json
import logging
import os
import pickle
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

# open_clip, timm and transformers ask the model hub for what they do not find, and the hub's own library reports what
# it is used for, unless they are told not to before they are loaded. What is fetched, model_files.py fetches.
os.environ.update(HF_HUB_OFFLINE="1", HF_HUB_DISABLE_TELEMETRY="1")

import photo_clip.adapters.torch_vision  # noqa: F401 - before open_clip, which could not import torchvision itself

# isort: split
import open_clip

from photo_clip.adapters.clip_preprocessing import preprocessing_of
from photo_clip.adapters.model_folder import (
    TEXT_TOWER,
    TOKENIZER,
    digest_of,
    find_weights,
    read_config,
    read_table,
    refuse_unusual,
)
from photo_clip.adapters.torch_towers import Mode, TorchTowers, numbers_in
from photo_clip.core.errors import ModelError
from photo_clip.core.models import Kind, ModelSource
from photo_clip.core.ports import ModelIdentity, Notes, Squares, SquareSpec, Vectors
from photo_clip.core.scoring import unit_rows

_TEXTS_AT_ONCE = 256
_CHARACTERS_READ = 4000
"""More than any model reads of a text; a pasted book must not keep the tokenizer busy."""
_SMALL_TEXT_TOWER = {"context_length": 8, "vocab_size": 64, "width": 64, "heads": 1, "layers": 1}


@dataclass(frozen=True, slots=True)
class _Plan:
    """What a model is made of, before it is built."""

    name: str
    """As open_clip's factory takes it."""
    config: dict[str, Any]
    """`model_cfg` in open_clip's words."""
    preprocessing: dict[str, Any]
    """What differs from open_clip's defaults."""
    weights: Path | None
    """None for random ones."""
    folder: Path
    """Where the tokenizer's files lie, where the model has its own."""


class ClipModel:
    """Keeps the `Encoder` contract for an open_clip model. Any thread may use it: nothing is changed by looking."""

    def __init__(
        self,
        identity: ModelIdentity,
        square: SquareSpec,
        dimensions: int,
        logit_scale: float,
        towers: TorchTowers,
        tokenize: Callable[[list[str]], Any],
    ) -> None:
        self.identity = identity
        self.square = square
        self.dimensions = dimensions
        self.logit_scale = logit_scale
        self._towers = towers
        self._tokenize = tokenize
        self._tokenizing = threading.Lock()  # tokenizers of the transformers library refuse two threads

    @property
    def where(self) -> str:
        """Where and how it computes, for people."""
        return self._towers.where

    def embed_images(self, squares: Squares) -> Vectors:
        side = self.square.side_px
        if squares.dtype != np.uint8 or squares.shape[1:] != (side, side, 3):
            raise ValueError(f"squares of shape (n, {side}, {side}, 3) and uint8 are wanted, not {squares.shape}")
        if not len(squares):
            return np.empty((0, self.dimensions), np.float32)
        return unit_rows(self._towers.of_images(squares))

    def embed_texts(self, texts: Sequence[str]) -> Vectors:
        rows = [np.empty((0, self.dimensions), np.float32)]
        for start in range(0, len(texts), _TEXTS_AT_ONCE):
            with self._tokenizing:
                tokens = self._tokenize([_readable(text) for text in texts[start : start + _TEXTS_AT_ONCE]])
            rows.append(unit_rows(self._towers.of_texts(tokens)))
        return np.concatenate(rows)

    def close(self) -> None:
        self._towers.close()


def load_clip_model(source: ModelSource, place: Path, notes: Notes, *, mode: Mode | None = None) -> ClipModel:
    """Load a model without any network from `place`: its folder or, for `Kind.FILE`, its checkpoint.

    Weights are read as safetensors; a pickle file only where a person has no other, and then numbers alone.
    `mode` is measured where it is not given. Raises ModelError.
    """
    plan = _plan_of_file(source.architecture, place) if source.kind is Kind.FILE else _plan_of_folder(place)
    return _built(plan, notes, mode)


def untrained_clip_model(source: ModelSource, notes: Notes, *, mode: Mode | None = None) -> ClipModel:
    """Return a model of the same image tower with random weights, and hardly any text tower: it takes as long for
    photos, and finds nothing. Raises ModelError."""
    if source.kind is not Kind.TAG:
        raise ModelError(
            f"The architecture of “{source}” is not known before it is downloaded.", advice="Download it first."
        )
    config = {**_own_config(source.architecture), "text_cfg": _SMALL_TEXT_TOWER}
    preprocessing = open_clip.get_pretrained_cfg(source.architecture, source.place)
    return _built(_Plan(source.architecture, config, preprocessing, None, Path()), notes, mode)


def repository_of_tag(architecture: str, tag: str) -> str:
    """Return the model hub's repository of an architecture's weights. Raises ModelError where there is none."""
    _own_config(architecture)
    known = open_clip.get_pretrained_cfg(architecture, tag)
    if not known:
        tags = ", ".join(open_clip.list_pretrained_tags_by_model(architecture)) or "none"
        raise ModelError(
            f"open_clip knows no weights “{tag}” for the architecture {architecture}.", advice=f"It knows: {tags}."
        )
    organisation, _, rest = known.get("hf_hub", "").partition("/")
    if not rest:
        raise ModelError(
            f"The weights {architecture}/{tag} are not on the model hub.",
            advice=f"Fetch them yourself from {known.get('url', 'their makers')} and name the file:"
            f" file:{architecture}:FILE",
        )
    return f"{organisation}/{rest.partition('/')[0]}"


def config_of_tag(architecture: str, tag: str) -> str:
    """Return the text of the configuration file for weights of open_clip's own register. Raises ModelError."""
    known = open_clip.get_pretrained_cfg(architecture, tag)
    preprocessing = {name: known[name] for name in ("mean", "std", "interpolation", "resize_mode") if name in known}
    return json.dumps({"model_cfg": _own_config(architecture), "preprocess_cfg": preprocessing}, indent=2)


def _own_config(architecture: str) -> dict[str, Any]:
    config: dict[str, Any] | None = open_clip.get_model_config(architecture) if ":" not in architecture else None
    if config is None:
        raise ModelError(
            f"open_clip {open_clip.__version__} knows no architecture “{architecture}”.",
            advice="Look its name up on open_clip's pages; upper and lower case matter.",
        )
    return config


def _plan_of_folder(folder: Path) -> _Plan:
    told = read_config(folder)
    weights = find_weights(folder)
    plan = _Plan(f"local-dir:{folder}", told["model_cfg"], told["preprocess_cfg"], weights, folder)
    if numbers_in(lambda device: _empty_model(plan, device)) > weights.stat().st_size:  # each takes two or four bytes
        raise _foreign(weights)  # built, it could take all the memory there is
    return plan


def _plan_of_file(architecture: str, file: Path) -> _Plan:
    config = _own_config(architecture)
    tags = open_clip.list_pretrained_tags_by_model(architecture)
    ways = [open_clip.get_pretrained_cfg(architecture, tag) for tag in tags]
    names = ("mean", "std", "interpolation", "resize_mode")
    agreed = {name: ways[0][name] for name in names if ways and all(way[name] == ways[0][name] for way in ways)}
    return _Plan(architecture, config, agreed, file, file.parent)


def _built(plan: _Plan, notes: Notes, mode: Mode | None) -> ClipModel:
    model = _model(plan)
    preprocessing = preprocessing_of(model.visual.preprocess_cfg)
    towers = TorchTowers(
        model,
        mean=preprocessing.mean,
        std=preprocessing.std,
        side_px=preprocessing.square.side_px,
        name=_digest_of_config(plan.config["vision_cfg"]),
        notes=notes,
        mode=mode,
    )
    identity = ModelIdentity(
        architecture=f"open_clip {_digest_of_config(plan.config)}",
        weights="random" if plan.weights is None else digest_of(plan.weights, notes)[:32],
        preprocessing=str(preprocessing),
    )
    scale = float(model.logit_scale.exp())
    return ClipModel(identity, preprocessing.square, int(plan.config["embed_dim"]), scale, towers, _tokenizer(plan))


def _model(plan: _Plan) -> Any:
    """Build the model on the processor and read its weights."""
    model = _empty_model(plan, "cpu")
    if plan.weights is not None:
        _read_weights(model, plan.weights)
    return model


def _empty_model(plan: _Plan, device: str) -> Any:
    """Build the model as `plan` describes it, with random weights."""
    vision_tower = {**plan.config["vision_cfg"], "timm_model_pretrained": False}
    text_tower = {**plan.config["text_cfg"], "hf_model_pretrained": False}
    if text_tower.get("hf_model_name"):
        text_tower["hf_model_name"] = _checked_text_tower(plan.folder / TEXT_TOWER)
    try:
        with _open_clip_silent():
            return open_clip.create_model(
                plan.name,
                load_weights=False,
                device=device,
                pretrained_image=False,
                pretrained_text=False,
                force_preprocess_cfg=plan.preprocessing,
                vision_cfg=vision_tower,
                text_cfg=text_tower,
            )
    except MemoryError as error:
        raise ModelError("There is not enough memory for the model.", advice="Use a smaller model.") from error
    except Exception as error:
        raise ModelError(
            f"open_clip {open_clip.__version__} cannot build the model “{plan.name}” ({error}).",
            advice="See that its folder holds all files of one open_clip model.",
        ) from error


def _checked_text_tower(folder: Path) -> str:
    """Return the folder of a text tower that is of a kind open_clip knows: transformers asks for programs of others."""
    file = folder / "config.json"
    told = read_table(file)
    refuse_unusual(file, told)
    if str(told.get("model_type")) not in open_clip.hf_configs.arch_dict:
        raise ModelError(f"“{file}” is of a text tower that open_clip does not know.", advice="Use another model.")
    return str(folder)


@contextmanager
def _open_clip_silent() -> Iterator[None]:
    """Keep what open_clip logs to itself: it writes to the root logger, and warns of weights that are read later."""

    def is_not_of_open_clip(record: logging.LogRecord) -> bool:
        return "open_clip" not in Path(record.pathname).parts  # in a package it is no absolute path

    root, nowhere = logging.getLogger(), logging.NullHandler()  # without a handler, logging would set one up
    root.addHandler(nowhere)
    root.addFilter(is_not_of_open_clip)
    try:
        yield
    finally:
        root.removeFilter(is_not_of_open_clip)
        root.removeHandler(nowhere)


def _read_weights(model: Any, file: Path) -> None:
    try:
        open_clip.load_checkpoint(model, str(file), strict=True, weights_only=True)
    except OSError as error:
        raise ModelError(
            f"The weights “{file}” cannot be read ({error.strerror or error}).", advice="See that the file is there."
        ) from error
    except pickle.UnpicklingError as error:
        raise ModelError(
            f"“{file}” holds more than numbers, and what it holds could do anything; it was not opened.",
            advice="Fetch the weights as safetensors.",
        ) from error
    except Exception as error:
        raise _foreign(file) from error


def _foreign(weights: Path) -> ModelError:
    return ModelError(
        f"The weights “{weights}” are damaged or belong to another architecture.",
        advice="Fetch them again, or name the architecture they were made for.",
    )


def _tokenizer(plan: _Plan) -> Callable[[list[str]], Any]:
    text_tower = plan.config["text_cfg"]
    options = dict(text_tower.get("tokenizer_kwargs", {}))
    length = text_tower.get("context_length", open_clip.tokenizer.DEFAULT_CONTEXT_LENGTH)
    tokenizer: Callable[[list[str]], Any]
    if not text_tower.get("hf_tokenizer_name"):
        tokenizer = open_clip.SimpleTokenizer(context_length=length, clean=options.get("clean", "lower"))
        return tokenizer
    try:
        tokenizer = open_clip.tokenizer.HFTokenizer(
            str(plan.folder),
            context_length=length,
            tokenizer_mode=text_tower.get("tokenizer_mode"),
            local_files_only=True,
            trust_remote_code=False,
            **options,
        )
    except Exception as error:
        raise ModelError(
            f"In “{plan.folder}” are not the files by which the model reads text.",
            advice=f"Put {TOKENIZER[0]} and {TOKENIZER[1]} of {text_tower['hf_tokenizer_name']} there.",
        ) from error
    return tokenizer


def _digest_of_config(config: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(config, sort_keys=True).encode()).hexdigest()[:12]


def _readable(text: str) -> str:
    """Return what is read of a text: its beginning, with lone surrogates replaced, for they cannot be encoded."""
    return text[:_CHARACTERS_READ].encode("utf-8", errors="replace").decode("utf-8")
