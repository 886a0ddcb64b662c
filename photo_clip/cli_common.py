"""What all commands have in common: options, the library's places, label lists in files."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from photo_clip.core.errors import UsageError
from photo_clip.core.label_files import labels_in
from photo_clip.core.labels import Label, parse_label_list
from photo_clip.core.places import Places
from photo_clip.core.typed_paths import meant_by

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]


def places_of(context: typer.Context) -> Places:
    """Return the places of the library that was chosen before the command."""
    places: Places = context.find_root().obj
    return places


def all_letters(word: str) -> str:
    """Return a word that was typed to be kept. Raises UsageError for one of which the shell gave bytes, not letters."""
    try:
        word.encode()
    except UnicodeEncodeError as error:
        raise UsageError(
            f"“{word}” holds bytes that are no letters in {sys.getfilesystemencoding()}, so nothing was changed.",
            advice="Set the terminal, and the locale (LANG), to UTF-8; or use the window.",
        ) from error
    return word


def meant(paths: list[Path] | None) -> list[Path]:
    """Return the paths that somebody means by those that were typed; see `meant_by`."""
    return [each for path in paths or [] for each in meant_by(path)]


def labels_of(file: Path) -> list[Label]:
    """Return the labels of a file of any kind that the window imports, or of a pipe. Raises UsageError."""
    return parse_label_list(labels_in(file, waits=True), file.name)
