"""What the files of the bundled model say of themselves; read without loading them."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from photo_clip.core.errors import ModelError
from photo_clip.core.ports import Fit, ModelIdentity, Resampling

MANIFEST = "manifest.json"
IMAGE_GRAPH = "image.onnx"
TEXT_GRAPH = "text.onnx"
TOKENIZER = "tokenizer.json"
FILES = (IMAGE_GRAPH, TEXT_GRAPH, TOKENIZER)
REINSTALL = "Install photo-clip again: the files of the bundled model came with it."


@dataclass(frozen=True, slots=True)
class StarterManifest:
    """What the files' makers say of them."""

    architecture: str
    version: str
    side_px: int
    fit: Fit
    resampling: Resampling
    mean: float
    std: float
    dimensions: int
    logit_scale: float
    max_tokens: int
    sha256: dict[str, str]
    """Hexadecimal, by file name."""

    @classmethod
    def read(cls, folder: Path) -> Self:
        """Read the manifest in the model's folder. Raises ModelError where it is not whole."""
        try:
            return cls._parsed((folder / MANIFEST).read_bytes())
        except (OSError, KeyError, TypeError, ValueError) as error:
            raise ModelError(
                f"The bundled model is not complete: “{folder / MANIFEST}” is missing or damaged.", advice=REINSTALL
            ) from error

    @classmethod
    def _parsed(cls, content: bytes) -> Self:
        told: dict[str, Any] = json.loads(content)
        picture = told["picture"]
        return cls(
            architecture=str(told["architecture"]),
            version=str(told["version"]),
            side_px=int(picture["side_px"]),
            fit=Fit(picture["fit"]),
            resampling=Resampling(picture["resampling"]),
            mean=float(picture["mean"]),
            std=float(picture["std"]),
            dimensions=int(told["dimensions"]),
            logit_scale=float(told["logit_scale"]),
            max_tokens=int(told["max_tokens"]),
            sha256={name: str(told["files"][name]["sha256"]) for name in FILES},
        )

    @property
    def identity(self) -> ModelIdentity:
        """The weights are told apart by their content, not by the version somebody wrote."""
        weights = hashlib.sha256("".join(self.sha256[name] for name in FILES).encode()).hexdigest()[:16]
        return ModelIdentity(
            architecture=self.architecture,
            weights=f"{self.version}-{weights}",
            preprocessing=f"{self.fit} {self.side_px}px {self.resampling} mean {self.mean:g} std {self.std:g}",
        )
