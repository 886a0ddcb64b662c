"""Print how well an encoder of the program finds and names photos.

    python packaging/starter_model/evaluate.py PHOTOS
    python packaging/starter_model/evaluate.py PHOTOS --starter FOLDER --split dev
    python packaging/starter_model/evaluate.py PHOTOS --clip local-dir:FOLDER

PHOTOS holds flickr8k/ (images, captions.tsv, splits.tsv) and the labelled folders intel_scenes/,
caltech101/, food_mnist/ and flowers5/ (images, labels.tsv). The captions' split is searched with all
captions of each photo; "other photos" are three of each class of the four labelled folders, searched
with "a photo of a" label; scenes, objects, dishes and flowers are named zero-shot, by the plain and
by the templated label, of which the mean is printed; the calibration error is the mean of the four.
"""

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from folders import read_captioned, read_labelled  # noqa: E402
from judging import (  # noqa: E402
    NamedPhotos,
    accuracy,
    calibration_error,
    recall_at,
    recall_of_classes,
)
from prompts import PLAIN, TEMPLATED  # noqa: E402
from squares import square_batches  # noqa: E402

from photo_clip.core.ports import Encoder, Vectors  # noqa: E402

LABELLED = {"scenes": "intel_scenes", "objects": "caltech101", "dishes": "food_mnist", "flowers": "flowers5"}


def embedded_photos(encoder: Encoder, photos: Sequence[Path]) -> Vectors:
    """Return one row per photo, shape (n, dimensions)."""
    return np.concatenate([encoder.embed_images(batch) for batch in square_batches(photos, encoder.square)])


def named_photos(encoder: Encoder, folder: Path) -> NamedPhotos:
    """Return a labelled folder's photos and labels as the encoder embeds them."""
    read = read_labelled(folder)
    return NamedPhotos(
        embedded_photos(encoder, read.photos),
        np.array(read.label_of),
        encoder.embed_texts([PLAIN.format(label) for label in read.labels]),
        encoder.embed_texts([TEMPLATED.format(label) for label in read.labels]),
    )


def figures(encoder: Encoder, photos: Path, split: str) -> dict[str, str]:
    """Return the columns of the table by their names."""
    captioned = read_captioned(photos / "flickr8k")
    rows = captioned.rows(split)
    texts = [caption for row in rows for caption in captioned.captions[row]]
    photo_of_text = np.repeat(np.arange(len(rows)), [len(captioned.captions[row]) for row in rows])
    vectors = embedded_photos(encoder, [captioned.photos[row] for row in rows])
    recalls = recall_at(vectors, encoder.embed_texts(texts), photo_of_text, (1, 5, 10))
    named = {column: named_photos(encoder, photos / name) for column, name in LABELLED.items()}
    other, count = recall_of_classes(list(named.values()))
    errors = [calibration_error(one, encoder.logit_scale) for one in named.values()]
    return {
        f"Flickr8k {split} R@1 / R@5 / R@10 of {len(rows)}": " / ".join(f"{value:.1f}" for value in recalls),
        f"other photos R@10 of {count}": f"{other:.1f}",
        **{f"{column} ({len(one.plain)})": f"{accuracy(one):.1f} %" for column, one in named.items()},
        "calibration error": f"{np.mean(errors):.1f} %",
    }


def speeds(encoder: Encoder) -> dict[str, str]:
    """Return the best of several short trials, for other programs may be running."""
    side = encoder.square.side_px
    squares = np.random.default_rng(0).integers(0, 256, (16, side, side, 3), dtype=np.uint8)
    encoder.embed_images(squares)
    encoder.embed_texts(["a dog runs along the beach"])
    photo_s = min(_seconds(lambda: encoder.embed_images(squares)) for _ in range(8)) / len(squares)
    text_s = min(_seconds(lambda: encoder.embed_texts(["two children play football in a park"])) for _ in range(30))
    return {"photos/s": f"{1 / photo_s:.0f}", "ms a sentence": f"{1000 * text_s:.1f}"}


def _seconds(call: object) -> float:
    start = time.perf_counter()
    call()  # type: ignore[operator]
    return time.perf_counter() - start


def _encoder(arguments: argparse.Namespace) -> Encoder:
    if arguments.clip:
        from photo_clip.adapters.clip_model import load_clip_model
        from photo_clip.core.models import parse_source

        source = parse_source(arguments.clip, [])
        return load_clip_model(source, Path(source.place), remembered=lambda _: None, remember=lambda *_: None)
    from photo_clip.adapters.starter_model import StarterModel

    return StarterModel(arguments.starter, threads=arguments.threads)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photos", type=Path, help="the folder with the folders of photos")
    parser.add_argument("--starter", type=Path, default=ROOT / "resources" / "models" / "starter")
    parser.add_argument("--clip", help="an open_clip model instead: local-dir:FOLDER or file:ARCHITECTURE:CHECKPOINT")
    parser.add_argument("--split", default="test", choices=("dev", "test"))
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    start = time.perf_counter()
    encoder = _encoder(arguments)
    loading_s = time.perf_counter() - start
    told = {**figures(encoder, arguments.photos, arguments.split), **speeds(encoder), "load": f"{loading_s:.2f} s"}
    print("| " + " | ".join(told) + " |")
    print("| " + " | ".join("---" for _ in told) + " |")
    print("| " + " | ".join(told.values()) + " |")
    encoder.close()


if __name__ == "__main__":
    main()
