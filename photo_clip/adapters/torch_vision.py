"""Imports torchvision without its native library, too: open_clip asks for torchvision, and for nothing native of it.

Packages leave that library out, and the registry's does not fit torch's CPU build. torchvision then stumbles over
operators of its own that nobody declared. This happens when the module is imported, as open_clip's import is what
stumbles.
"""

import torch

_NAMED_AT_IMPORT = ("nms", "qnms")
_FORM = "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"

try:
    import torchvision
except RuntimeError as error:
    if "operator torchvision::" not in str(error):
        raise
    for _name in _NAMED_AT_IMPORT:
        torch.library.define(f"torchvision::{_name}", _FORM)
    import torchvision  # noqa: F401
