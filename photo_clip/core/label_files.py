"""Keyword lists of other programs, as label lists."""

import csv
import io
import re

from photo_clip.core.typed_text import one_line

_INDENTED = re.compile(r"^(?P<depth>\t*)(?P<rest>[^\t].*)$")
_SYNONYM = re.compile(r"^\{(?P<words>.*)\}$")


def imported(text: str, suffix: str = ".txt") -> str:
    """Return the label list that another program's keywords make, as text.

    Lightroom and digiKam write one keyword a line, below its parent and indented by a tab more, with synonyms in
    {braces} and groups that are no keywords in [brackets]. Of a CSV, the first column counts, and one called label,
    keyword, tag or name where there is one. Anything else is taken for a label list already.
    """
    if suffix.lower() in {".csv", ".tsv"}:
        return _from_csv(text, "\t" if suffix.lower() == ".tsv" else None)
    if re.search(r"(?m)^\t", text):
        return _from_keywords(text)
    return text.strip("\n")


def _from_csv(text: str, delimiter: str | None) -> str:
    if delimiter is None:
        head = text.partition("\n")[0]
        delimiter = max(",;\t", key=head.count)
    rows = [row for row in csv.reader(io.StringIO(text), delimiter=delimiter) if any(row)]
    if not rows:
        return ""
    titles = [title.strip().casefold() for title in rows[0]]
    column = next((titles.index(title) for title in ("label", "keyword", "tag", "name") if title in titles), None)
    body = rows if column is None else rows[1:]
    return "\n".join(dict.fromkeys(_plain(row[column or 0]) for row in body if len(row) > (column or 0))).strip("\n")


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
