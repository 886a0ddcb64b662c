"""Label lists: one label a line, in plain text that people can share."""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

from photo_clip.core.errors import UsageError
from photo_clip.core.printable import printable
from photo_clip.core.typed_text import one_line

MAX_CHARACTERS = 200
MAX_LABELS = 10_000
"""Of one list. That many take minutes, the first time many, and as many numbers a photo in memory."""
_BEGINNING = 40
"""So much of a line that is too long tells which it is."""
_SIGNS = "|=!"
"""What ends a name; see `parse_label_list`."""
_LANGUAGE = re.compile(r"(?im)^[^\S\n]*#[^\S\n]*language[^\S\n]*:[^\S\n]*(?P<name>[^\n]*?)[^\S\n]*$")
_LANGUAGES = dict(
    pair.split(" ")
    for pair in (
        *("de German", "fr French", "es Spanish", "it Italian", "pt Portuguese", "nl Dutch", "pl Polish", "cs Czech"),
        *("sv Swedish", "da Danish", "nb Norwegian", "fi Finnish", "ru Russian", "uk Ukrainian", "el Greek"),
        *("tr Turkish", "ar Arabic", "he Hebrew", "hi Hindi", "ja Japanese", "zh Chinese", "ko Korean", "en English"),
    )
)
"""By their codes of ISO 639-1; a language may be named in words as well."""
_PARTS = re.compile(
    r"\s*(?P<name>[^|=!]*?)\s*(?:\|(?P<synonyms>[^=!]*))?(?:=(?P<prompts>[^!]*))?(?:!(?P<contrasts>.*))?"
)


@dataclass(frozen=True, slots=True)
class Label:
    """What photos are to be tagged with, and how it is told to the model."""

    name: str
    """The tag, with “/” between a parent and its child."""
    synonyms: tuple[str, ...] = ()
    """Other words for the same, which the model is asked for too."""
    prompts: tuple[str, ...] = ()
    """What the model is asked for instead of the name and the synonyms; empty for those."""
    contrasts: tuple[str, ...] = ()
    """What is taken for the label easily: a photo that is nearer to one of them is not tagged."""

    @property
    def words(self) -> tuple[str, ...]:
        """What the model is asked for: the prompts, or else the last part of the name, and the synonyms."""
        return self.prompts or (self.name.rpartition("/")[2], *self.synonyms)


@dataclass(frozen=True, slots=True)
class LabelList:
    """Labels that belong together."""

    name: str
    text: str
    """As people write it; see `parse_label_list`."""
    is_on: bool = True
    """Whether its labels are suggested."""
    folder: str = ""
    """The folder whose photos they are suggested for, with all below it; empty for all photos."""

    @property
    def language(self) -> str:
        """The language that the text says it is in, in a line “# language: de”, in English; empty where it does not."""
        found = _LANGUAGE.search(self.text)
        if found is None:
            return ""
        code = found["name"].casefold().replace("_", "-").partition("-")[0]
        return _LANGUAGES.get(code, one_line(found["name"]).capitalize())

    def labels(self) -> list[Label]:
        """Return the labels of the list; see `parse_label_list`. Raises UsageError, naming the list."""
        return parse_label_list(self.text, self.name)


def parse_labels(text: str) -> list[str]:
    """Return the labels of a list, in order; lines that are empty or begin with `#` are left out.

    Raises UsageError, naming the line, for a label that is there twice (whatever its case) or too long, and for more
    than MAX_LABELS.
    """
    return [line for _, line in _lines(text, "the list")]


def parse_label_list(text: str, called: str = "") -> list[Label]:
    """Return the labels of a list, in order; `called` is the list's name, or that of its file, where it has one.

    A line is a name and what may follow it: “name | synonym, synonym = prompt; prompt ! contrast; contrast”. A name
    has “/” between a parent and its child; empty lines and those that begin with `#` are left out. Raises UsageError,
    naming the list and the line, for a name that is missing, or there twice whatever its case, and for a line that is
    too long, and for more than MAX_LABELS.
    """
    labels: list[Label] = []
    places: dict[str, int] = {}
    whole = f"“{printable(called)}”" if called else "the list"
    for number, line in _lines(text, whole):
        parts = _PARTS.fullmatch(line)
        name = tag_name(parts["name"] if parts else "")
        if parts is None or not name:
            raise UsageError(
                f"Line {number} of {whole}, “{line}”, has no name.",
                advice="Write: name | synonym = prompt; prompt ! contrast. All but the name may be left out.",
            )
        if name.casefold() in places:
            raise UsageError(
                f"Line {number} of {whole}, “{name}”, was there before, on line {places[name.casefold()]}.",
                advice="Remove one of the two.",
            )
        places[name.casefold()] = number
        labels.append(
            Label(
                name, _listed(parts["synonyms"], ","), _listed(parts["prompts"], ";"), _listed(parts["contrasts"], ";")
            )
        )
    return labels


def tag_name(text: str) -> str:
    """Return a tag as it is kept: one line, single “/” between parents and children; empty where nothing is left."""
    return "/".join(filter(None, (one_line(part) for part in text.split("/"))))


def label_name(text: str) -> str:
    """Return a label's name as a list keeps it. Raises UsageError for what a line cannot hold as a name."""
    name = tag_name(text)
    if not name:
        raise UsageError("A label has no name.", advice="Write a word for it.")
    if name.startswith("#") or any(sign in name for sign in _SIGNS):
        raise UsageError(
            f"A label cannot be called “{name}”.",
            advice="Leave out “|”, “=” and “!”, and “#” at the beginning: they mean something else in a list.",
        )
    if len(name) > MAX_CHARACTERS:
        raise UsageError(
            f"A label cannot be {len(name):,} characters long.", advice=f"It has at most {MAX_CHARACTERS}."
        )
    return name


def renamed(text: str, name: str, to: str) -> str:
    """Return a list's text with another name for a label; notes and all else stay as they are."""
    lines = io.StringIO(text, newline=None).readlines()
    for number, line in enumerate(lines):
        parts = _PARTS.fullmatch(one_line(line))
        if parts is not None and not one_line(line).startswith("#") and tag_name(parts["name"]) == name:
            lines[number] = line.replace(line.lstrip()[: _name_end(line.lstrip())].rstrip(), to, 1)
    return "".join(lines)


def _name_end(line: str) -> int:
    return min((place for place in map(line.find, _SIGNS) if place >= 0), default=len(line))


def written(labels: list[Label]) -> str:
    """Return a list's text, from which `parse_label_list` makes the same labels."""
    lines = (
        label.name
        + (f" | {', '.join(label.synonyms)}" if label.synonyms else "")
        + (f" = {'; '.join(label.prompts)}" if label.prompts else "")
        + (f" ! {'; '.join(label.contrasts)}" if label.contrasts else "")
        for label in labels
    )
    return "".join(f"{line}\n" for line in lines)


def _listed(text: str | None, separator: str) -> tuple[str, ...]:
    return tuple(filter(None, (one_line(part) for part in (text or "").split(separator))))


def _lines(text: str, whole: str) -> Iterator[tuple[int, str]]:
    """Yield the lines that say something, with their numbers as text editors count them.

    `whole` is what they are lines of, for the sentence of the UsageError that is raised.
    """
    lines: dict[str, int] = {}
    for number, line in enumerate(io.StringIO(text, newline=None), start=1):
        label = one_line(line)
        if not label or label.startswith("#"):
            continue
        if len(label) > MAX_CHARACTERS:
            raise UsageError(
                f"Line {number} of {whole}, “{label[:_BEGINNING]} …”, is {len(label):,} characters long.",
                advice=f"A label has at most {MAX_CHARACTERS}; put one label on each line.",
            )
        if label.casefold() in lines:
            raise UsageError(
                f"Line {number} of {whole}, “{label}”, was there before, on line {lines[label.casefold()]}.",
                advice="Remove one of the two.",
            )
        if len(lines) == MAX_LABELS:
            raise UsageError(
                f"There are more than {MAX_LABELS:,} labels in {whole}.",
                advice="Leave some out, or put them into several lists.",
            )
        lines[label.casefold()] = number
        yield number, label
