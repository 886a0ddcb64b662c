"""Tiny open_clip models with random weights, written down as the model hub keeps large ones."""

import json
from pathlib import Path
from typing import Any

import open_clip
import torch
from safetensors.torch import save_file
from tokenizers import Tokenizer, models, pre_tokenizers

torch.set_num_threads(1)  # for tiny models, threads cost more than they gain

TEXT = {"context_length": 16, "vocab_size": 49408, "width": 32, "heads": 2, "layers": 2}
VISION = {"image_size": 64, "layers": 2, "width": 64, "head_width": 32, "patch_size": 16}
CLIP = {
    "model_cfg": {"embed_dim": 48, "vision_cfg": VISION, "text_cfg": TEXT},
    "preprocess_cfg": {
        "mean": [0.48145466, 0.4578275, 0.40821073],
        "std": [0.26862954, 0.26130258, 0.27577711],
        "interpolation": "bicubic",
        "resize_mode": "shortest",
    },
}
SIGLIP2 = {
    "model_cfg": {
        "embed_dim": 48,
        "init_logit_bias": -10,
        "custom_text": True,
        "vision_cfg": VISION,
        "text_cfg": {
            **TEXT,
            "vocab_size": 64,
            "hf_tokenizer_name": "somebody/words",
            "tokenizer_kwargs": {"clean": "canonicalize"},
            "no_causal_mask": True,
            "proj_bias": True,
            "pool_type": "last",
        },
    },
    "preprocess_cfg": {
        "mean": [0.5, 0.5, 0.5],
        "std": [0.5, 0.5, 0.5],
        "interpolation": "bicubic",
        "resize_mode": "squash",
    },
}
PE = {
    "model_cfg": {"embed_dim": 48, "custom_text": True, "vision_cfg": VISION, "text_cfg": TEXT},
    "preprocess_cfg": {
        "mean": [0.5, 0.5, 0.5],
        "std": [0.5, 0.5, 0.5],
        "interpolation": "bilinear",
        "resize_mode": "squash",
    },
}
WORDS = ["<pad>", "<unk>", "a", "cup", "of", "coffee", "cat", "dog", "photo", "the", "sea"]


def write_model(folder: Path, config: dict[str, Any] = CLIP, *, side_px: int = 64, seed: int = 0) -> Path:
    """Write a model of random weights into `folder`, and return that."""
    folder.mkdir(parents=True, exist_ok=True)
    told = json.loads(json.dumps(config))
    told["model_cfg"]["vision_cfg"]["image_size"] = side_px
    told["model_cfg"]["vision_cfg"]["patch_size"] = max(16, side_px // 8)
    (folder / "open_clip_config.json").write_text(json.dumps(told))
    torch.manual_seed(seed)
    model = open_clip.create_model(f"local-dir:{folder}", load_weights=False, pretrained_text=False)
    with torch.no_grad():
        for parameter in model.visual.parameters():
            parameter.mul_(1.5)  # the usual beginning sees hardly any difference between photos
    save_file(model.state_dict(), folder / "open_clip_model.safetensors")
    if "hf_tokenizer_name" in told["model_cfg"]["text_cfg"]:
        _write_tokenizer(folder)
    return folder


def _write_tokenizer(folder: Path) -> None:
    tokenizer = Tokenizer(models.WordLevel({word: number for number, word in enumerate(WORDS)}, unk_token="<unk>"))  # noqa: S106
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.save(str(folder / "tokenizer.json"))
    told = {"tokenizer_class": "PreTrainedTokenizerFast", "pad_token": "<pad>", "unk_token": "<unk>"}
    (folder / "tokenizer_config.json").write_text(json.dumps(told))
