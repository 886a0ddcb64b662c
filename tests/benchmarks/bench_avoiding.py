"""Prints how often what is to be avoided stays away, for several ways to take it away from what is wanted.

    photo-clip --library LIBRARY index PHOTOS/flickr8k/images
    python -m tests.benchmarks.bench_avoiding --library LIBRARY --photos PHOTOS

PHOTOS holds flickr8k/ with captions.tsv. A photo shows something when one of its five captions has a word for it. Of
the first 20 hits, those count that show the one and not the other. “As typed” embeds “a dog without grass” as it is.
"""

import argparse
import re
from pathlib import Path

import numpy as np

from photo_clip.core.kinds import kinds_of
from photo_clip.core.places import Places
from photo_clip.core.ranking import direction
from photo_clip.opening import opened_library
from tests.benchmarks.bench_relevance import lines_of, read_library

HITS = 20
WATER = "water|ocean|lake|pool|river|sea|beach"
PEOPLE = (
    "people|person|man|men|woman|women|boys?|girls?|child|children|kids?|family|couple|lady|guy|toddler|player|surfer"
)
PAIRS = (
    ("a dog", "dogs?", "grass", "grass|grassy|lawn|field"),
    ("a dog", "dogs?", "snow", "snow|snowy"),
    ("a dog", "dogs?", "water", WATER),
    ("a dog", "dogs?", "a ball", "ball|toy|frisbee|tennis"),
    ("beach", "beach|shore", "people", PEOPLE),
    ("street", "street|sidewalk|road", "people", PEOPLE),
    ("snow", "snow|snowy", "people", PEOPLE),
    ("water", WATER, "people", PEOPLE),
    ("grass", "grass|grassy|lawn|field", "people", PEOPLE),
    ("a child", "child|children|boy|girl|kids?|toddler", "water", WATER),
    ("a man", "man|men|guy", "a bicycle", "bikes?|bicycles?|biker|cyclist"),
    (
        "children playing",
        "child|children|boys?|girls?|kids?",
        "a ball",
        "ball|soccer|football|basketball|tennis|baseball",
    ),
    ("people on a street", "street|sidewalk|road", "a car", "cars?|truck|vehicle"),
    ("snow", "snow|snowy", "skiing", "ski|skis|skiing|skier|snowboard|snowboarding|snowboarder|sled|sledding"),
    ("football", "football", "red", "red"),
    ("a bicycle", "bikes?|bicycles?", "jump", "jump|jumps|jumping|air|trick|midair"),
    ("mountain", "mountains?", "snow", "snow|snowy"),
    ("a girl", "girl", "pink", "pink"),
    ("water", "water", "a dog", "dogs?"),
    ("grass", "grass|grassy|field|lawn", "a dog", "dogs?"),
)
WEIGHTS = (0.3, 0.5, 0.7, 1.0, 1.5)


def main() -> None:
    """Read the arguments and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--library", type=Path, required=True)
    parser.add_argument("--photos", type=Path, required=True)
    arguments = parser.parse_args()
    captions: dict[str, str] = {}
    for name, caption in lines_of(arguments.photos / "flickr8k" / "captions.tsv"):
        captions[Path(name).name] = f"{captions.get(Path(name).name, '')} {caption.lower()}"
    rows: dict[str, list[float]] = {}
    with opened_library(Places(arguments.library, arguments.library / "cache"), writing=False) as library:
        encoder = library.models.active_encoder()
        paths, ground = read_library(library, encoder)
        told = [captions.get(path.name, "") for path in paths]
        known = np.array([bool(text) for text in told])

        def showing(words: str) -> np.ndarray:
            return np.array([re.search(rf"\b(?:{words})\b", text) is not None for text in told])

        for wanted, wanted_words, other, other_words in PAIRS:
            good = showing(wanted_words) & ~showing(other_words) & known
            both = encoder.embed_texts([wanted, other])
            asked = {"ignored": both[0], "as typed": encoder.embed_texts([f"{wanted} without {other}"])[0]}
            kinds = encoder.embed_texts(kinds_of(other))
            mean = direction(kinds, [1] * len(kinds))
            asked["kinds, weight 1.0"] = direction(np.stack([both[0], mean]), [1, -1])
            asked |= {f"weight {weight}": direction(both, [1, -weight]) for weight in WEIGHTS}
            rows.setdefault("photos that would do", []).append(float(good.mean()))
            for name, query in asked.items():
                cosines = np.where(known, ground.vectors @ query, -2)
                rows.setdefault(name, []).append(float(good[np.argsort(-cosines)[:HITS]].mean()))
    print(f"{int(known.sum()):,} photos, {len(PAIRS)} pairs")
    for name, shares in rows.items():
        print(f"  {name:22} {np.mean(shares):.3f}   worst pair {min(shares):.2f}")


if __name__ == "__main__":
    main()
