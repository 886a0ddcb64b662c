"""What is said in words about a class: names, glosses and sentences around a label."""

from functools import cache
from pathlib import Path

from timm.data import ImageNetInfo

TEMPLATES = (
    "{}",
    "a photo of a {}",
    "a picture of {}",
    "a close-up of a {}",
    "there is a {} in the scene",
    "a {} outdoors",
    "{} on a table",
)
"""Labels are trained with all of them; the first two are those that are judged with."""
PLAIN, TEMPLATED = TEMPLATES[0], TEMPLATES[1]


@cache
def imagenet_names() -> list[list[str]]:
    """Return the WordNet names of each of the 1,000 classes, in the classifier's order."""
    info = ImageNetInfo()
    return [[name.strip() for name in info.index_to_description(row).split(",")] for row in range(1000)]


@cache
def imagenet_texts() -> list[list[list[str]]]:
    """Return, for each class, four groups of texts: names, templates around them, all names in one, names with gloss.

    The groups count alike in the class's sentence vector, however many texts they have.
    """
    info = ImageNetInfo()
    texts = []
    for row, names in enumerate(imagenet_names()):
        told = info.index_to_description(row, detailed=True)
        gloss = told.partition(": ")[2]
        texts.append(
            [
                names[:3],
                [template.format(names[0]) for template in TEMPLATES[1:4]],
                [", ".join(names)],
                [f"{names[0]}, {gloss}" if gloss else names[0]],
            ]
        )
    return texts


def label_texts(label: str) -> list[str]:
    """Return a label in each of the templates."""
    return [template.format(label) for template in TEMPLATES]


def everyday_things() -> list[tuple[list[str], list[int]]]:
    """Return everyday words, and the rows of the classes that are such a thing or look like it (things.tsv)."""
    things = []
    for line in (Path(__file__).parent / "things.tsv").read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        words, _, places = line.partition("\t")
        rows: set[int] = set()
        for place in places.split():
            first, _, last = place.partition("-")
            rows.update(range(int(first), int(last or first) + 1))
        things.append(([word.strip() for word in words.split(",")], sorted(rows)))
    return things


def thing_texts(words: list[str]) -> list[str]:
    """Return what is said of an everyday thing: its words, plain and as of a photo."""
    return [template.format(word) for template in (PLAIN, TEMPLATED) for word in words]
