"""Which files the folder of an open_clip model holds, under the names that the model hub uses."""

import hashlib
import json
import re
from pathlib import Path
from typing import Any

from photo_clip.core.errors import ModelError
from photo_clip.core.ports import Notes

CONFIG = "open_clip_config.json"
WEIGHTS = ("open_clip_model.safetensors", "open_clip_pytorch_model.safetensors", "model.safetensors")
"""By preference. They hold nothing but numbers."""
PICKLES = ("open_clip_pytorch_model.bin", "open_clip_pytorch_model.pth", "pytorch_model.bin", "model.pth")
"""Weights that could hold anything: never downloaded, and read from a person's own folder as numbers alone."""
TOKENIZER = ("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "tokenizer.model")
"""Of models that do not read text as CLIP does; the first is needed."""
TEXT_TOWER = "text_tower"
"""A folder within, with the configuration (config.json) of a text tower that is not open_clip's own."""
MOST_CONFIG_BYTES = 1_000_000
"""A configuration has a thousand or two."""

_PARTS = ("vision_cfg", "text_cfg")
_MOST = {
    "embed_dim": 8192,
    "width": 8192,
    "heads": 256,
    "image_size": 2048,
    "size": 2048,
    "context_length": 2048,
}
"""About four times what the largest models have. Layers have an entry of their own, as they have many names."""
_MOST_LAYERS = 256
_MOST_OF_ANYTHING = 4_000_000
"""The largest number is that of the words; 900,000 are known."""
_WORDS = {
    "timm_model_name": r"[\w.-]+",  # a name of timm's own register; with a place before it, timm would go there
    "hf_model_name": ".*",
    "hf_tokenizer_name": ".*",
    "clean": r"\w+",
    "language": r"\w+",
}
_TOKENIZER_OPTIONS = {"clean", "strip_sep_token", "language"}
"""The others reach the transformers library, and could ask it to run a program that lies with the model."""


def read_config(folder: Path) -> dict[str, Any]:
    """Return the model's configuration: `model_cfg` and, maybe empty, `preprocess_cfg`. Raises ModelError.

    Its parts are there, their sizes are those of a model, and nothing in it names a place to fetch something from.
    """
    file = folder / CONFIG
    told = read_table(file)
    config, preprocessing = told.get("model_cfg"), told.get("preprocess_cfg", {})
    if not isinstance(config, dict) or "embed_dim" not in config:
        raise _no_config(file)
    parts = [config.get(name) for name in _PARTS]
    if not all(isinstance(part, dict) for part in (*parts, preprocessing)):
        raise _no_config(file)
    options = config["text_cfg"].get("tokenizer_kwargs", {})
    if not isinstance(options, dict) or not options.keys() <= _TOKENIZER_OPTIONS:
        raise _unusual(file, "tokenizer_kwargs")
    for part in (config, *parts, config.get("multimodal_cfg"), options, preprocessing):
        refuse_unusual(file, part)
    return {"model_cfg": config, "preprocess_cfg": preprocessing}


def read_table(file: Path) -> dict[str, Any]:
    """Return what a configuration file holds. Raises ModelError."""
    try:
        with file.open("rb") as stream:
            text = stream.read(MOST_CONFIG_BYTES + 1)
        told = json.loads(text.decode("utf-8")) if len(text) <= MOST_CONFIG_BYTES else None
    except (OSError, ValueError, RecursionError) as error:
        raise _no_config(file) from error
    if not isinstance(told, dict):
        raise _no_config(file)
    return told


def refuse_unusual(file: Path, part: Any) -> None:
    """Raise ModelError for a part of a configuration with sizes that no model has, or names of another kind."""
    for name, value in part.items() if isinstance(part, dict) else ():
        if name in _WORDS:
            usual = isinstance(value, str) and re.fullmatch(_WORDS[name], value, re.ASCII | re.DOTALL) is not None
        elif name in _MOST or name.endswith("layers"):
            sizes = value if isinstance(value, list) else [value]
            usual = all(type(size) is int and 0 < size <= _MOST.get(name, _MOST_LAYERS) for size in sizes)
        else:
            usual = type(value) is not int or abs(value) <= _MOST_OF_ANYTHING
        if not usual and value is not None:
            raise _unusual(file, name[:100])


def _no_config(file: Path) -> ModelError:
    return ModelError(
        f"“{file}” is missing or is no configuration of open_clip.",
        advice=f"Name a folder that holds {CONFIG} and the weights of one open_clip model.",
    )


def _unusual(file: Path, name: str) -> ModelError:
    return ModelError(
        f"“{file}” sets “{name}” to what no model has that photo-clip can use.",
        advice="Use another model.",
    )


def find_weights(folder: Path) -> Path:
    """Return the file of weights in a folder, a pickle only where there is no other. Raises ModelError."""
    for name in (*WEIGHTS, *PICKLES):
        if (folder / name).is_file():
            return folder / name
    raise ModelError(f"In “{folder}” are no weights.", advice=f"Put {WEIGHTS[0]} there.")


def digest_of(file: Path, notes: Notes) -> str:
    """Return the SHA-256 of a file; it is remembered, and computed again only when the file is another."""
    stat = file.stat()
    name = f"sha256:{file}:{stat.st_size}:{stat.st_mtime_ns}"
    digest = notes.recall(name)
    if digest is None:
        digest = sha256_of(file)
        notes.remember(name, digest)
    return digest


def sha256_of(file: Path) -> str:
    """Return the SHA-256 of a file's content, hexadecimal."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
