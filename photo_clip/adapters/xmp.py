"""What people wrote about a photo in XMP: its rating, its caption, its keywords."""

from collections.abc import Collection, Mapping
from contextlib import suppress

from lxml import etree

from photo_clip.core.labels import tag_name
from photo_clip.core.sidecars import Said
from photo_clip.core.typed_text import one_line

LONGEST_PACKET_BYTES = 4_000_000
_LONGEST_CAPTION, _LONGEST_KEYWORD, _MOST_KEYWORDS = 2000, 200, 500
_MOST_TITLES = 100
"""So many titles and descriptions, in all languages, are looked at."""
_SPACES = {
    "dc": "http://purl.org/dc/elements/1.1/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "xmp": "http://ns.adobe.com/xap/1.0/",
    "photoshop": "http://ns.adobe.com/photoshop/1.0/",
    "lr": "http://ns.adobe.com/lightroom/1.0/",
    "digiKam": "http://www.digikam.org/ns/1.0/",
}
_NONE: Mapping[str, Collection[str]] = {}


def said_in_xmp(packet: bytes) -> Said:
    """Return what an XMP packet says; what is damaged or not there is left out.

    Fields as in the XMP specification, part 1 (ISO 16684-1): dc:title, dc:description, dc:subject, xmp:Rating;
    and those in which Lightroom and digiKam keep keywords with their parents.
    Neither entities nor the network are used while it is read.
    """
    if not packet or len(packet) > LONGEST_PACKET_BYTES:
        return Said()
    try:
        return said_below(parsed(packet.strip(b"\0 \r\n\t")))
    except (etree.XMLSyntaxError, ValueError):
        return Said()


def parsed(content: bytes) -> etree._Element:
    """Return the root of what XML says; raises XMLSyntaxError and ValueError.

    Neither entities nor document types nor the network are used.
    """
    return etree.fromstring(
        content, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    )


def said_below(root: etree._Element, ours: Mapping[str, Collection[str]] = _NONE) -> Said:
    """Return what is said below an element; `ours` names, by their field, keywords that do not count."""
    titles = [*_texts(root, "dc:title"), *_texts(root, "photoshop:Headline"), *_texts(root, "dc:description")]
    return Said(_rating(root), caption_of(titles), _keywords(root, ours))


def _keywords(root: etree._Element, ours: Mapping[str, Collection[str]]) -> tuple[str, ...]:
    """Return the keywords, those with parents by their whole names, in the order of the plain ones."""

    def words_of(field: str) -> list[str]:
        words = [word for word in _texts(root, field) if word not in ours.get(field, ())]
        return list(dict.fromkeys(word[:_LONGEST_KEYWORD] for word in words[:_MOST_KEYWORDS]))

    named = [*words_of("digiKam:TagsList"), *(word.replace("|", "/") for word in words_of("lr:hierarchicalSubject"))]
    paths = dict.fromkeys(filter(None, map(tag_name, named)))
    parts = {part for path in paths for part in path.casefold().split("/")[:-1]}
    by_leaf: dict[str, list[str]] = {}
    for path in paths:
        by_leaf.setdefault(path.casefold().rpartition("/")[2], []).append(path)
    found = [
        word
        for plain in words_of("dc:subject")
        for word in by_leaf.get(one_line(plain).casefold(), () if one_line(plain).casefold() in parts else (plain,))
    ]
    return keywords_of([*found, *paths])


def caption_of(parts: list[str]) -> str:
    """Return titles and descriptions as one line, each once."""
    lines = dict.fromkeys(one_line(part[:_LONGEST_CAPTION]) for part in parts[:_MOST_TITLES])
    return " · ".join(filter(None, lines))[:_LONGEST_CAPTION].strip()


def keywords_of(words: list[str]) -> tuple[str, ...]:
    """Return keywords as clean lines, each once, in order."""
    lines = dict.fromkeys(one_line(word) for word in dict.fromkeys(word[:_LONGEST_KEYWORD] for word in words))
    return tuple(filter(None, lines))[:_MOST_KEYWORDS]


def _texts(root: etree._Element, name: str) -> list[str]:
    """Return a field's values, be they an attribute, a text, or the items of a list; not those of lists within."""
    prefix, field = name.split(":")
    found = [str(value) for value in root.xpath(f"//@{name}", namespaces=_SPACES)]
    for element in root.iter(f"{{{_SPACES[prefix]}}}{field}"):
        items = element.findall("*/rdf:li", _SPACES)
        found.extend(item.text or "" for item in items or [element])
    return found


def _rating(root: etree._Element) -> int | None:
    for text in _texts(root, "xmp:Rating"):
        with suppress(ValueError, OverflowError):
            stars = round(float(text))
            return stars if 0 <= stars <= 5 else None
    return None
