"""Which files the folder of an open_clip model holds, under the names that the model hub uses."""

import hashlib
import json
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


def read_config(folder: Path) -> dict[str, Any]:
    """Return the model's configuration: `model_cfg` and, maybe empty, `preprocess_cfg`. Raises ModelError."""
    file = folder / CONFIG
    try:
        told = json.loads(file.read_text(encoding="utf-8"))
        config, preprocessing = told["model_cfg"], told.get("preprocess_cfg", {})
        if not {"embed_dim", "vision_cfg", "text_cfg"} <= set(config) or not isinstance(preprocessing, dict):
            raise ValueError("it is a configuration of something else")
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelError(
            f"“{file}” is missing or is no configuration of open_clip.",
            advice=f"Name a folder that holds {CONFIG} and the weights of one open_clip model.",
        ) from error
    return {"model_cfg": config, "preprocess_cfg": preprocessing}


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
