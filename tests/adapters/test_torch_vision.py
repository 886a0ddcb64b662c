"""open_clip can be imported whatever becomes of torchvision's native library."""

import os
import subprocess
import sys
from pathlib import Path

_ROOT = Path(__file__).parents[2]
_REFUSE = """
import torch

def refused(path):
    raise OSError(path)

torch.ops.load_library = refused
"""
_EMBED = """
import numpy as np
import photo_clip.adapters.clip_model
import torchvision
from photo_clip.opening import small_untrained_model
from tests.fakes import FakeNotes

encoder = small_untrained_model(FakeNotes())
side = encoder.square.side_px
vectors = encoder.embed_images(np.zeros((1, side, side, 3), np.uint8))
print(torchvision.extension._has_ops(), vectors.shape[0], bool(np.isfinite(vectors).all()))
"""


def told_by(code: str) -> str:
    environment = {**os.environ, "PYTHONPATH": str(_ROOT)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=170)
    assert done.stderr == ""
    return done.stdout.strip()


def test_a_model_embeds_where_torchvisions_native_library_does_not_fit_torch() -> None:
    assert told_by(_REFUSE + _EMBED) == "False 1 True"
