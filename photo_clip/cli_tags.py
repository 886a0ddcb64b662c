"""The commands about labels and tags."""

import csv
import io
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from photo_clip import APP_NAME
from photo_clip.cli_common import AsJson, all_letters, labels_of, meant, places_of
from photo_clip.core.errors import UsageError
from photo_clip.core.labels import Label
from photo_clip.core.printable import printable
from photo_clip.core.there import is_there
from photo_clip.exit_codes import NOTHING_FOUND, TROUBLE
from photo_clip.opening import opened_library
from photo_clip.services.known_photos import photo_at
from photo_clip.services.label_judge import Judged
from photo_clip.services.label_lists import LabelsOn, labels_on, shipped_files
from photo_clip.services.library import Library
from photo_clip.services.sidecar_writer import SidecarsWritten
from photo_clip.terminal import run_task, say, say_json, say_table, say_trouble

tag_commands = typer.Typer(help="The tags of photos.", rich_markup_mode=None, no_args_is_help=True)

Files = Annotated[list[Path], typer.Argument(help="Photos in watched folders.", metavar="FILE…", callback=meant)]
Name = Annotated[
    str,
    typer.Argument(help="A tag, with “/” between a parent and its child.", metavar="TAG", callback=all_letters),
]

_TOLD_AT_MOST = 10
"""Sidecars that could not be written: a full disk is the trouble of all of them."""


def tag(
    context: typer.Context,
    label_file: Annotated[
        Path | None,
        typer.Option(
            "--labels",
            help="A label list: a file, or the name of one that comes with the program, such as “nature”. Without it,"
            " the lists that are on in the window.",
            metavar="FILE",
        ),
    ] = None,
    accept_above: Annotated[
        float | None,
        typer.Option(
            "--accept-above", min=0, max=1, help="Accept suggestions that are at least so probable.", metavar="P"
        ),
    ] = None,
    sidecars: Annotated[
        bool, typer.Option("--sidecars", help="Write the tags accepted beside the photos, in XMP files.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Change nothing, only say what would be accepted.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Suggest labels for all photos: probability, label and path, a line each; `tags undo` takes accepted ones back."""
    is_writing = accept_above is not None and not dry_run
    with opened_library(places_of(context), writing=is_writing) as library:
        on = labels_on(library.catalog.tags.lists()) if label_file is None else LabelsOn(_labels_of(label_file), [])
        for unreadable in on.unreadable:
            say_trouble(unreadable)
        if not (on.labels or on.unreadable):
            raise UsageError("No label list is on.", advice="Name one: --labels FILE, or switch one on in the window.")
        judged = run_task(library.label_judge.judge_all(on.labels))
        found = [(each, _chosen(each, accept_above)) for each in judged]
        _say_suggested(library, found, as_json=as_json)
        count = sum(len(rows) for _, rows in found)
        if is_writing and count:
            accepted = {each.label.name: each.photo_ids[rows].tolist() for each, rows in found if len(rows)}
            library.tagger.accept(accepted)
            sys.stderr.write(f"Accepted: {count:,} tags. Take them back with: {APP_NAME} tags undo\n")
            if sidecars:
                changed = sorted({photo_id for ids in accepted.values() for photo_id in ids})
                _tell_of_sidecars(run_task(library.sidecars.write(changed)))
    if on.unreadable:
        raise typer.Exit(TROUBLE)
    if not count:
        raise typer.Exit(NOTHING_FOUND)


@tag_commands.command(name="list")
def list_tags(
    context: typer.Context,
    as_csv: Annotated[
        bool, typer.Option("--csv", help="Print path, tag, when and by which model it was accepted, as CSV.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """List the tags with how many photos have each, or every tag of every photo."""
    with opened_library(places_of(context), writing=False) as library:
        if as_csv:
            _say_csv(library)
            return
        counts = library.catalog.tags.counts()
    if as_json:
        say_json(dict(counts))
    else:
        say_table([f"{count:,}", printable(name)] for name, count in counts.items())
    if not counts:
        raise typer.Exit(NOTHING_FOUND)


@tag_commands.command(name="add")
def add_tag(context: typer.Context, name: Name, files: Files) -> None:
    """Give photos a tag."""
    _decide(context, name, files, accepted=True)


@tag_commands.command(name="remove")
def remove_tag(context: typer.Context, name: Name, files: Files) -> None:
    """Take a tag from photos; it is not suggested for them again."""
    _decide(context, name, files, accepted=False)


@tag_commands.command(name="undo")
def undo_tags(context: typer.Context) -> None:
    """Take back what was decided or marked last, one photo or all that `tag` accepted; again to go further back."""
    with opened_library(places_of(context)) as library:
        undone = library.tagger.undo()
    if undone is None:
        say("Nothing is left to take back.")
        raise typer.Exit(NOTHING_FOUND)
    say(f"{undone.told}.")


@tag_commands.command(name="sidecars")
def write_sidecars(
    context: typer.Context,
    remove: Annotated[
        bool, typer.Option("--remove", help=f"Take everything out of sidecars that {APP_NAME} wrote.")
    ] = False,
) -> None:
    """Write the tags of all photos beside them, in XMP files that other programs read; what those wrote stays."""
    with opened_library(places_of(context)) as library:
        photo_ids = library.catalog.newest_photo_ids().tolist()
        act = library.sidecars.clean if remove else library.sidecars.write
        _tell_of_sidecars(run_task(act(photo_ids)))


@tag_commands.command(name="conflicts")
def list_conflicts(
    context: typer.Context,
    acknowledge: Annotated[
        bool, typer.Option("--acknowledge", help="Leave them out from now on, until they are changed again.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """List photos whose sidecars other programs changed since this one wrote to them; both is kept."""
    with opened_library(places_of(context), writing=acknowledge) as library:
        conflicts = library.catalog.sidecars.conflicts()
        if as_json:
            say_json(
                [
                    {
                        "path": str(each.path),
                        "noticed at": each.noticed_at.isoformat(timespec="seconds"),
                        **{name.replace("_", " "): value for name, value in asdict(each.change).items()},
                    }
                    for each in conflicts
                ]
            )
        else:
            for each in conflicts:
                say(f"{printable(str(each.path))}  {printable(each.change.in_words())}")
        if acknowledge:
            library.catalog.sidecars.acknowledge([each.photo_id for each in conflicts])
    if not conflicts:
        raise typer.Exit(NOTHING_FOUND)


def _labels_of(file: Path) -> list[Label]:
    """Return the labels of a file, or of the list of that name that comes with the program."""
    shipped = {each.stem: each for each in shipped_files().values()}
    if is_there(file):
        return labels_of(file)
    if file.name not in shipped:
        known = ", ".join(sorted(shipped))
        raise UsageError(f"There is no file “{file}”.", advice=f"Give a text file, one label a line, or: {known}.")
    return labels_of(shipped[file.name])


def _chosen(judged: Judged, least: float | None) -> np.ndarray:
    rows = judged.suggested
    return rows if least is None else rows[judged.probabilities[rows] >= least]


def _say_suggested(library: Library, found: list[tuple[Judged, np.ndarray]], *, as_json: bool) -> None:
    wanted = sorted({int(photo_id) for each, rows in found for photo_id in each.photo_ids[rows]})
    paths = {photo.id: str(photo.path) for photo in library.catalog.photos(wanted)}
    told = [
        (each.label.name, float(each.probabilities[row]), paths[int(each.photo_ids[row])])
        for each, rows in found
        for row in rows.tolist()
        if int(each.photo_ids[row]) in paths
    ]
    if as_json:
        say_json([{"label": name, "probability": round(chance, 4), "path": path} for name, chance, path in told])
        return
    for name, chance, path in told:
        say(f"{chance:.3f}  {printable(name)}  {printable(path)}")


def _decide(context: typer.Context, name: str, files: list[Path], *, accepted: bool) -> None:
    with opened_library(places_of(context)) as library:
        photos = [(file, photo_at(library.catalog, file)) for file in files]
        for file, photo in photos:
            if photo is None:
                raise UsageError(
                    f"“{file}” is no photo of a watched folder, so nothing was changed.",
                    advice=f"Add its folder with: {APP_NAME} index FOLDER",
                )
        library.tagger.decide([photo.id for _, photo in photos if photo is not None], name, accepted)


def _say_csv(library: Library) -> None:
    ids = library.catalog.newest_photo_ids().tolist()
    tags = library.catalog.tags.tags_of(ids)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(newline="")  # lines end with \r\n already, of which Windows would make \r\r\n
    out = csv.writer(sys.stdout)
    out.writerow(["path", "tag", "decided at", "model", "written by others"])
    for photo in library.catalog.photos(sorted(tags)):
        for each in tags[photo.id]:
            at = "" if each.decided_at is None else each.decided_at.isoformat(timespec="seconds")
            out.writerow([str(photo.path), each.name, at, each.model_key, each.place])


def _tell_of_sidecars(written: SidecarsWritten) -> None:
    """Say what was written, and what could not be, which is trouble for scripts, too."""
    for trouble in written.troubles[:_TOLD_AT_MOST]:
        say_trouble(trouble)
    if len(written.troubles) > _TOLD_AT_MOST:
        sys.stderr.write(f"And {len(written.troubles) - _TOLD_AT_MOST:,} more sidecars could not be written.\n")
    sys.stderr.write(f"Sidecars written: {written.changed:,}\n")
    if written.troubles:
        raise typer.Exit(TROUBLE)
