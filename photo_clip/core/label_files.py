"""Keyword lists of other programs, as label lists."""

import csv
import io
import re
from collections.abc import Sequence
from pathlib import Path

from photo_clip.core.errors import UsageError
from photo_clip.core.labels import MAX_CHARACTERS, MAX_LABELS, Label
from photo_clip.core.printable import printable
from photo_clip.core.small_files import content_of
from photo_clip.core.typed_text import one_line

_INDENTED = re.compile(r"^(?P<depth>\t*)(?P<rest>[^\t].*)$")
_SYNONYM = re.compile(r"^\{(?P<words>.*)\}$")
_MOST_BYTES = 4_000_000
_MOST_LINES = 2 * MAX_LABELS
"""Of a file, notes among them: many short lines, or one that is very long, keep an editor busy for minutes."""
_LONGEST_LINE = 5 * MAX_CHARACTERS
_COLUMNS = (("|", ", ", "synonyms"), ("=", "; ", "prompts"), ("!", "; ", "contrasts"))
"""How a list writes what belongs to a label, in order, and the columns it comes from."""


def labels_in(file: Path, *, waits: bool = False) -> str:
    """Return the label list that a file makes, see `imported`. Raises UsageError for what is none; slow.

    With `waits`, a pipe is taken for a file.
    """
    try:
        text = content_of(file, _MOST_BYTES, waits=waits).decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no text in UTF-8"
        raise UsageError(
            f"“{printable(file.name)}” cannot be read: {reason}.",
            advice=f"Give a text file in UTF-8 of at most {_MOST_BYTES // 1_000_000} MB.",
        ) from error
    try:
        labels = imported(text, file.suffix)
    except UsageError as error:
        raise UsageError(f"“{printable(file.name)}”: {error.sentence}", advice=error.advice) from error
    lines = labels.split("\n")
    if len(lines) > _MOST_LINES or max(map(len, lines)) > _LONGEST_LINE:
        raise UsageError(
            f"“{printable(file.name)}” is too long for a label list.",
            advice=f"Give at most {_MOST_LINES:,} lines of at most {_LONGEST_LINE:,} characters.",
        )
    return labels


def imported(text: str, suffix: str = ".txt") -> str:
    """Return the label list that another program's keywords make, as text.

    Lightroom and digiKam write one keyword a line, below its parent and indented by a tab more, with synonyms in
    {braces} and groups that are no keywords in [brackets]. Of a CSV, the first column counts, and one called label,
    keyword, tag or name where there is one; synonyms, prompts and contrasts come from columns of those names. Anything
    else is taken for a label list already. Raises UsageError for a CSV that cannot be read.
    """
    if suffix.lower() in {".csv", ".tsv"}:
        return _from_csv(text, "\t" if suffix.lower() == ".tsv" else None)
    if re.search(r"(?m)^\t", text):
        return _from_keywords(text)
    return text.rstrip("\n")  # lines at the beginning are counted where one is wrong


def as_keywords(labels: Sequence[Label]) -> str:
    """Return labels as the keyword file that Lightroom and digiKam import; see `imported`."""
    lines: list[str] = []
    above: tuple[str, ...] = ()
    synonyms = {label.name: label.synonyms for label in labels}
    for name in sorted(synonyms, key=lambda name: [part.casefold() for part in name.split("/")]):
        path = tuple(name.split("/"))
        shared = 0
        while shared < min(len(above), len(path)) and above[shared] == path[shared]:
            shared += 1
        for depth in range(shared, len(path)):
            is_label = "/".join(path[: depth + 1]) in synonyms
            lines.append("\t" * depth + (path[depth] if is_label else f"[{path[depth]}]"))
        lines += ["\t" * len(path) + "{" + synonym + "}" for synonym in synonyms[name]]
        above = path
    return "".join(f"{line}\n" for line in lines)


def as_csv(labels: Sequence[Label]) -> str:
    """Return labels as CSV, with what belongs to each in columns of their own."""
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow(["label", "synonyms", "prompts", "contrasts"])
    for label in labels:
        table.writerow([label.name, *("; ".join(each) for each in (label.synonyms, label.prompts, label.contrasts))])
    return out.getvalue()


def _from_csv(text: str, delimiter: str | None) -> str:
    if delimiter is None:
        head = text.partition("\n")[0]
        delimiter = max(",;\t", key=head.count)
    table = csv.reader(io.StringIO(text), delimiter=delimiter)
    try:
        rows = [row for row in table if any(row)]
    except csv.Error as error:
        raise UsageError(
            f"The table cannot be read up to line {table.line_num}: {error}.",
            advice="Look for a quotation mark before it that is not closed.",
        ) from error
    if not rows:
        return ""
    titles = [title.strip().casefold() for title in rows[0]]
    column = next((titles.index(title) for title in ("label", "keyword", "tag", "name") if title in titles), None)
    body = rows if column is None else rows[1:]
    more = [
        (sign, glue, titles.index(title)) for sign, glue, title in _COLUMNS if column is not None and title in titles
    ]
    lines: dict[str, str] = {}
    for row in body:
        name = _plain(row[column or 0]) if len(row) > (column or 0) else ""
        told = [
            f" {sign} {glue.join(filter(None, map(_plain, row[at].split(';'))))}"
            for sign, glue, at in more
            if len(row) > at and row[at].strip()
        ]
        if name:
            lines.setdefault(name, name + "".join(told))
    return "\n".join(lines.values())


def _from_keywords(text: str) -> str:
    above: list[str] = []
    names: list[str] = []
    synonyms: dict[str, list[str]] = {}
    for line in text.splitlines():
        found = _INDENTED.match(line)
        if found is None or not found["rest"].strip():
            continue
        depth, rest = len(found["depth"]), found["rest"].strip()
        is_synonym = _SYNONYM.match(rest)
        if is_synonym:
            if names:
                synonyms.setdefault(names[-1], []).append(_plain(is_synonym["words"]))
            continue
        above = [*above[:depth], _plain(rest.strip("[]"))]
        if rest.startswith("["):
            continue
        name = "/".join(above)
        names.append(name)
    lines = (name + (f" | {', '.join(synonyms[name])}" if name in synonyms else "") for name in dict.fromkeys(names))
    return "\n".join(lines)


def _plain(words: str) -> str:
    """Return words without the signs that mean something in a label list."""
    return one_line(re.sub(r"[|=!#]", " ", words))
