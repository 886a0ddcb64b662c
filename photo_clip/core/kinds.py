"""What general words stand for, where photos of it are to be avoided."""

from photo_clip.core.typed_text import one_line

_PEOPLE = (
    "people",
    "a person",
    "a man",
    "a woman",
    "a boy",
    "a girl",
    "children",
    "a group of people",
)
_ANIMALS = ("an animal", "a dog", "a cat", "a horse", "a bird", "a cow")
_VEHICLES = ("a vehicle", "a car", "a truck", "a bus", "a motorcycle")
_KINDS = {
    **dict.fromkeys(("people", "person", "persons", "humans", "human", "anyone", "anybody", "someone"), _PEOPLE),
    **dict.fromkeys(("animals", "animal", "pets"), _ANIMALS),
    **dict.fromkeys(("vehicles", "vehicle", "traffic"), _VEHICLES),
}
_ARTICLES = ("a ", "an ", "the ", "any ")


def kinds_of(words: str) -> tuple[str, ...]:
    """Return descriptions of the kinds that general words stand for, or the words themselves.

    A photo of a running child is far from “people”, which a model takes for a crowd. With the mean of these embeddings
    in place of that of “people”, of the 20 best photos of snow, of water and of grass 15, 16 and 15 showed nobody, with
    “people” alone 2, 0 and 0 (tests/benchmarks/bench_avoiding.py).
    """
    plain = one_line(words).casefold()
    for article in _ARTICLES:
        plain = plain.removeprefix(article)
    return _KINDS.get(plain, (words,))
