"""Prints how many photos a second the program's encoder embeds, against a bare torch loop over the same model.

    python -m tests.benchmarks.bench_models
    python -m tests.benchmarks.bench_models ViT-SO400M-16-SigLIP2-384/webli --seconds 20

Weights are random: they take as long as trained ones. The bare loop gets normalised pictures that lie on the device
already, and computes in the same precision. Both take turns, because machines are noisy: read the ratio. The last
column is the mean cosine of embeddings in 16 bits with those in 32.
"""

import argparse
import os
import statistics
import time
from collections.abc import Callable

os.environ["HF_HUB_OFFLINE"] = "1"

import numpy as np
import torch

from photo_clip.adapters.clip_model import ClipModel, untrained_clip_model
from photo_clip.adapters.torch_towers import Mode, TorchTowers
from photo_clip.core.models import ModelSource, parse_source
from tests.fakes import FakeNotes

USUAL = ("ViT-B-32-256/datacomp_s34b_b86k", "PE-Core-S-16-384/meta", "ViT-B-16-SigLIP2-256/webli")
ROUNDS = 6


def bare_loop(towers: TorchTowers, squares: np.ndarray) -> Callable[[], None]:
    """Return the loop somebody would write who wants nothing but speed."""
    placed = towers._placed
    assert placed is not None
    dtype, device = placed.mode.dtype, placed.device
    pictures = torch.from_numpy(squares).permute(0, 3, 1, 2).float().div(127.5).sub(1).contiguous().to(device)
    if placed.mode.channels_last:
        pictures = pictures.contiguous(memory_format=torch.channels_last)
    reduced = dtype is not torch.float32

    def look() -> None:
        with torch.inference_mode(), torch.autocast(device.type, dtype=dtype if reduced else None, enabled=reduced):
            placed.model.encode_image(pictures).float().cpu()

    return look


def photos_a_second(look: Callable[[], object], batch: int, seconds: float) -> float:
    count, started_s = 0, time.perf_counter()
    while time.perf_counter() - started_s < seconds:
        look()
        count += batch
    return count / (time.perf_counter() - started_s)


def measure(source: ModelSource, batch: int, seconds: float, mode: Mode | None) -> None:
    torch.manual_seed(0)
    model = untrained_clip_model(source, FakeNotes(), mode=mode)
    side = model.square.side_px
    squares = np.random.default_rng(0).integers(0, 256, (batch, side, side, 3), dtype=np.uint8)
    bare = bare_loop(model._towers, squares)
    bare()
    model.embed_images(squares)
    ours, theirs = [], []
    for _ in range(ROUNDS):
        ours.append(photos_a_second(lambda: model.embed_images(squares), batch, seconds / ROUNDS / 2))
        theirs.append(photos_a_second(bare, batch, seconds / ROUNDS / 2))
    ratio = statistics.median(one / other for one, other in zip(ours, theirs, strict=True))
    print(
        f"{source.architecture:28} {model.where:34} {statistics.median(ours):9.1f} {statistics.median(theirs):9.1f}"
        f" {ratio:6.2f}  {half_precision_cosine(model, squares[: min(batch, 8)]):.5f}"
    )
    model.close()


def half_precision_cosine(model: ClipModel, squares: np.ndarray) -> float:
    """Return the mean cosine of what comes out in bfloat16 with what comes out in float32, on the same device."""
    towers = model._towers
    placed = towers._placed
    rows = []
    for dtype in (torch.float32, torch.bfloat16):
        towers._placed = type(placed)(placed.model, placed.device, Mode(dtype), placed.at_once)
        rows.append(model.embed_images(squares))
    towers._placed = placed
    return float((rows[0] * rows[1]).sum(axis=1).mean())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", nargs="*", default=USUAL, metavar="ARCHITECTURE/TAG")
    parser.add_argument("--batch", type=int, default=32, help="photos at once, as the indexer gives them")
    parser.add_argument("--seconds", type=float, default=12.0, help="for each model")
    parser.add_argument("--float32", action="store_true", help="do not measure which precision is fastest")
    options = parser.parse_args()
    torch.set_num_threads(os.cpu_count() or 1)
    print(f"{'architecture':28} {'where':34} {'program/s':>9} {'bare/s':>9} {'ratio':>6}  16 bits")
    for name in options.models:
        measure(parse_source(name, []), options.batch, options.seconds, Mode() if options.float32 else None)


if __name__ == "__main__":
    main()
