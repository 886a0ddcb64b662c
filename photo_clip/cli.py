"""The command line: every command, what it asks the library and how it answers."""

import signal
import sys
import threading
import time
from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from photo_clip import APP_NAME, HOMEPAGE, __version__
from photo_clip.cli_common import AsJson, labels_of, meant, places_of
from photo_clip.cli_tags import tag, tag_commands
from photo_clip.core.amounts import photos_in_words, size_in_words
from photo_clip.core.arranging import Sorting
from photo_clip.core.coach import advice_on
from photo_clip.core.editions import Edition
from photo_clip.core.errors import PhotoClipError, UsageError
from photo_clip.core.filters import EXAMPLES
from photo_clip.core.left_out import paths_or_name
from photo_clip.core.linked_paths import as_compared, real_path
from photo_clip.core.photo import Folder, Hit
from photo_clip.core.places import Places
from photo_clip.core.printable import printable
from photo_clip.core.progress import Report
from photo_clip.core.query import parse
from photo_clip.core.shell_words import shielded, typed
from photo_clip.core.there import is_there
from photo_clip.core.tiles import cost_in_words
from photo_clip.core.typed_paths import from_home, meant_by
from photo_clip.exit_codes import DONE, INTERRUPTED, NOTHING_FOUND, TROUBLE, WRONG_USAGE
from photo_clip.listing import (
    folder_json,
    in_order,
    model_json,
    report_json,
    say_hits,
    say_report,
    say_stacks,
    say_status,
    stack_json,
    status_json,
)
from photo_clip.opening import opened_library, places_for
from photo_clip.self_check import check_oneself
from photo_clip.services.duplicates import Stack
from photo_clip.services.library import Library
from photo_clip.terminal import (
    InterruptedByUser,
    is_of_a_closed_pipe,
    ready_streams,
    run_task,
    say,
    say_json,
    say_system_trouble,
    say_table,
    say_the_rest,
    say_trouble,
)

_ANOTHER_LOOK_AFTER_S = 3.0


class Switch(StrEnum):
    """Whether something is to be done."""

    ON = "on"
    OFF = "off"


commands = typer.Typer(
    name=APP_NAME,
    help="Find your own photos by what they show. Without a command, the window opens.",
    epilog="Exit codes: 0 done, 1 nothing found, 2 wrong usage, 3 trouble.",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
folder_commands = typer.Typer(help="The watched folders.", rich_markup_mode=None, no_args_is_help=True)
commands.add_typer(folder_commands, name="folders")
commands.command(name="tag")(tag)
commands.add_typer(tag_commands, name="tags")
model_commands = typer.Typer(help="The models that look at photos.", rich_markup_mode=None, no_args_is_help=True)
commands.add_typer(model_commands, name="models")

Limit = Annotated[int, typer.Option("--limit", "-n", min=1, help="How many photos to list at most.")]
Model = Annotated[str, typer.Argument(help="A name from `models list`, or any open_clip model.", metavar="NAME")]
File = Annotated[Path, typer.Argument(help="A photo; it need not be in a watched folder.", callback=from_home)]
Folders = Annotated[list[Path], typer.Argument(metavar="FOLDER…", callback=meant)]


def run_command(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code; trouble is told on standard error."""
    _end_gently()
    ready_streams()
    try:
        try:
            return _run(arguments)
        finally:
            say_the_rest()
    except OSError as error:
        if is_of_a_closed_pipe(error):
            return NOTHING_FOUND  # whoever reads has had enough; typer ends with this code, too, when it meets one
        say_system_trouble(error)
        return TROUBLE


def _run(arguments: Sequence[str] | None) -> int:
    typed_in = list(sys.argv[1:] if arguments is None else arguments)
    if "search" in typed_in:
        words_from = typed_in.index("search") + 1
        typed_in[words_from:] = shielded(typed_in[words_from:])
    first = typed_in[0] if typed_in else ""
    if first and first not in _command_names() and any(map(is_there, meant_by(Path(first)))):
        typed_in.insert(0, "open")
    try:
        commands(args=typed_in)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else DONE
    except UsageError as error:
        say_trouble(error)
        return WRONG_USAGE
    except PhotoClipError as error:
        say_trouble(error)
        return TROUBLE
    except InterruptedByUser:
        sys.stderr.write("Stopped. What was done is kept, and the next run goes on from there.\n")
        return INTERRUPTED
    return DONE


def _end_gently() -> None:
    """Take it for Ctrl+C when the system ends the program, as at the end of a session: what was done is kept."""
    if threading.current_thread() is not threading.main_thread():
        return
    for name in ("SIGTERM", "SIGHUP", "SIGBREAK"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, signal.default_int_handler)


def _command_names() -> set[str]:
    return set(typer.main.get_group(commands).commands)


def _say_version(wanted: bool) -> None:
    if wanted:
        say(f"{APP_NAME} {__version__}")
        raise typer.Exit(DONE)


@commands.callback()
def main(
    context: typer.Context,
    library: Annotated[
        Path | None,
        typer.Option("--library", envvar="PHOTO_CLIP_HOME", help="The folder that holds the library.", metavar="DIR"),
    ] = None,
    _version: Annotated[bool, typer.Option("--version", callback=_say_version, is_eager=True)] = False,
) -> None:
    """Find your own photos by what they show. Without a command, the window opens."""
    context.obj = places_for(library)
    if context.invoked_subcommand is None:
        from photo_clip.app import run_window

        raise typer.Exit(run_window(context.obj))


@commands.command(name="open")
def open_window(
    context: typer.Context,
    paths: Annotated[list[Path], typer.Argument(help="Folders to add, or photos.", metavar="PATH…", callback=meant)],
) -> None:
    """Open the window with folders, or with what looks like photos; `photo-clip PATH` does the same."""
    from photo_clip.app import run_window

    raise typer.Exit(run_window(places_of(context), paths))


@commands.command()
def index(
    context: typer.Context,
    folders: Annotated[
        list[Path] | None, typer.Argument(help="Folders to watch from now on.", metavar="FOLDER…", callback=meant)
    ] = None,
    retry_skipped: Annotated[bool, typer.Option("--retry-skipped", help="Try skipped photos again.")] = False,
    as_json: AsJson = False,
) -> None:
    """Add folders and embed their new photos; without a folder, go over all that are watched."""
    with opened_library(places_of(context)) as library:
        known = {folder.id for folder in library.folders.all()}
        added = [library.folders.add(folder).id for folder in folders or []]
        if not added and not library.folders.all():
            raise UsageError("No folder is watched yet.", advice=f"Name one: {APP_NAME} index FOLDER")
        if retry_skipped:
            library.catalog.forget_skips()
        # a new folder may hold photos that were in the others
        report = _index(library, added if known.issuperset(added) else [])
    if as_json:
        say_json(report_json(report))
    else:
        say_report(report)


@commands.command(
    epilog=f"Filters: {'; '.join(EXAMPLES.values())}. More: -words avoids, 2:words weighs, must:words, similar:PHOTO.",
)
def search(
    context: typer.Context,
    words: Annotated[list[str], typer.Argument(help="What the photo shows, and filters.", metavar="WORDS…")],
    limit: Limit = 20,
    matches: Annotated[bool, typer.Option("--matches", help="List matches only, without the weaker ones.")] = False,
    sort: Annotated[Sorting, typer.Option(help="In which order the photos found are listed.")] = Sorting.RELEVANCE,
    as_json: AsJson = False,
) -> None:
    """List the photos that fit best: cosine similarity and path, a line each; matches before weaker ones."""
    query = parse(typed(words), date.today())
    with opened_library(places_of(context), writing=False) as library:
        found = library.searcher.find(query, limit)
        hits = library.searcher.hits(found)
        languages = library.models.languages(library.models.active)
    for note in advice_on(query, languages):
        sys.stderr.write(f"{note}\n")
    if matches and found.matches is not None:
        hits = hits[: found.matches]
    _answer(in_order(hits, sort), as_json)


@commands.command()
def similar(context: typer.Context, file: File, limit: Limit = 20, as_json: AsJson = False) -> None:
    """List the photos that look most like a photo."""
    with opened_library(places_of(context), writing=False) as library:
        _answer(library.searcher.similar_to_file(file, limit), as_json)


@commands.command()
def duplicates(
    context: typer.Context,
    exact: Annotated[bool, typer.Option("--exact", help="Exact copies only, no near-duplicates.")] = False,
    trash: Annotated[
        bool, typer.Option("--trash", help="Move all but the first of each stack to the bin, after a question.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="With --trash: do not ask.")] = False,
    as_json: AsJson = False,
) -> None:
    """List copies and near-duplicates in stacks: first the photo worth keeping, and why; nothing is moved unasked."""
    with opened_library(places_of(context), writing=False) as library:
        stacks = run_task(library.duplicates.find(exact_only=exact))
        if as_json:
            say_json([stack_json(stack) for stack in stacks])
        else:
            say_stacks(stacks)
        if not stacks:
            raise typer.Exit(NOTHING_FOUND)
        if trash and (yes or _is_sure(stacks)):
            for stack in stacks:
                library.duplicates.discard(stack, stack.photos[1:])
            if not as_json:
                say(f"Moved to the bin: {photos_in_words(sum(len(stack.photos) - 1 for stack in stacks))}.")


@commands.command()
def classify(
    context: typer.Context,
    file: File,
    labels: Annotated[list[str] | None, typer.Argument(help="The labels to choose from.", metavar="LABEL…")] = None,
    label_file: Annotated[
        Path | None, typer.Option("--labels", help="A text file with more labels, one a line.", metavar="FILE")
    ] = None,
    template: Annotated[
        str | None, typer.Option(help="A sentence to put each label in, such as “a photo of a {}”.", metavar="TEXT")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Tell how probable each label is for a photo (zero-shot classification); the probabilities add up to 1."""
    wanted = [*(labels or []), *(_names_in(label_file) if label_file else [])]
    if not wanted:
        raise UsageError("There is no label to choose from.", advice="Name at least two labels after the photo.")
    with opened_library(places_of(context), writing=False) as library:
        found = library.classifier.classify(file, wanted, template)
    if as_json:
        say_json([{"label": label, "probability": round(probability, 6)} for label, probability in found])
    else:
        say_table([f"{probability:7.2%}", printable(label)] for label, probability in found)


@commands.command()
def status(
    context: typer.Context,
    skipped: Annotated[bool, typer.Option("--skipped", help="List every skipped photo with its reason.")] = False,
    as_json: AsJson = False,
) -> None:
    """Tell what the library holds, and what could not be used."""
    with opened_library(places_of(context), writing=False) as library:
        if as_json:
            say_json(status_json(library))
        else:
            say_status(library, with_skipped=skipped)


@commands.command(name="self-check")
def self_check() -> None:
    """Try the program on an empty library of its own: a picture is embedded and found again."""
    check_oneself()
    say("ok")


@folder_commands.command(name="list")
def list_folders(context: typer.Context, as_json: AsJson = False) -> None:
    """List the watched folders."""
    with opened_library(places_of(context), writing=False) as library:
        folders, tiled = library.folders.all(), library.catalog.tiles.folders()
    if as_json:
        say_json([folder_json(folder, tiled) for folder in folders])
    else:
        say_table(
            [
                folder.state.value,
                printable(str(folder.path)),
                folder.offline_reason,
                "small things too" if folder.id in tiled else "",
            ]
            for folder in folders
        )
    if not folders:
        raise typer.Exit(NOTHING_FOUND)


@folder_commands.command(name="add")
def add_folders(context: typer.Context, folders: Folders) -> None:
    """Watch folders; their photos are embedded by the next `index`, or by the window."""
    with opened_library(places_of(context)) as library:
        for folder in folders:
            say(printable(str(library.folders.add(folder).path)))


@folder_commands.command(name="remove")
def remove_folders(context: typer.Context, folders: Folders) -> None:
    """Forget folders and what is known of their photos. No photo file is touched."""
    with opened_library(places_of(context)) as library:
        for folder in folders:
            library.remove_folder(_watched(library, folder).id)


@folder_commands.command(name="gone")
def accept_losses(context: typer.Context, folders: Folders) -> None:
    """Say that the missing photos of offline folders are really gone, as you deleted or moved them yourself.

    If their drive is only unplugged, connect it instead: nothing is lost meanwhile. What is known of photos that are
    gone is kept until `folders purge`.
    """
    with opened_library(places_of(context)) as library:
        ids = [_watched(library, folder).id for folder in folders]
        say_report(run_task(library.keep_up(accept_losses=ids)))


@folder_commands.command(name="where")
def look_for_small_things(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(help="A watched folder.", metavar="FOLDER")],
    switch: Annotated[Switch, typer.Argument(help="Whether to look.")],
) -> None:
    """Look for small things in a folder's photos too, and tell in which part they are; `off` forgets what was found.

    Parts of each photo are embedded by the next `index`, or by the window.
    """
    with opened_library(places_of(context)) as library:
        watched, on = _watched(library, folder), switch is Switch.ON
        library.look_for_small_things(watched.id, on=on)
        count = library.catalog.count_in_folders().get(watched.id, 0)
    if on:
        sys.stderr.write(f"{cost_in_words(count)}\nIt begins with the next {APP_NAME} index; “off” takes it back.\n")


@folder_commands.command(name="exclude")
def exclude(
    context: typer.Context,
    patterns: Annotated[list[str] | None, typer.Argument(help="Paths, or names with * and ?.", metavar="WHAT…")] = None,
    back: Annotated[bool, typer.Option("--undo", help="Let these in again.")] = False,
    only: Annotated[bool, typer.Option("--only", help="Leave out these, and nothing else any more.")] = False,
) -> None:
    """Leave subfolders or files out of the watched folders; without any, list what is left out.

    A path is that folder, and what it leads to; a name, such as Previews or *_small.jpg, is every folder or file of
    that name.
    """
    wanted = {each: paths_or_name(each) for each in patterns or []}
    all_wanted = [pattern for some in wanted.values() for pattern in some]
    with opened_library(places_of(context), writing=bool(wanted) or only) as library:
        known = () if only else library.folders.left_out().patterns
        if not wanted and not only:
            for pattern in known:
                say(printable(pattern))
            return
        if back:
            for each, some in wanted.items():
                if not set(some).intersection(known):
                    raise UsageError(
                        f"“{each}” is not left out.", advice=f"See what is with: {APP_NAME} folders exclude"
                    )
            library.folders.leave_out(each for each in known if each not in all_wanted)
        else:
            library.folders.leave_out([*known, *all_wanted])
        if library.folders.all():
            say_report(run_task(library.keep_up()))


@folder_commands.command(name="purge")
def purge(context: typer.Context, yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False) -> None:
    """Forget photos whose files are gone, with their tags and stars; those of offline folders stay."""
    with opened_library(places_of(context)) as library:
        if library.folders.all():
            run_task(library.keep_up())
        count = len(library.folders.missing())
        if not count:
            say("No photo is missing.")
            raise typer.Exit(NOTHING_FOUND)
        question = f"Forget {photos_in_words(count)} whose files are gone, with tags and stars, for good?"
        if yes or typer.confirm(question, err=True):
            say(f"Forgotten: {photos_in_words(library.forget_missing())}.")


@model_commands.command(name="list")
def list_models(context: typer.Context, as_json: AsJson = False) -> None:
    """List the models: the starter, those on offer, and those in use."""
    places = places_of(context)
    with TemporaryDirectory(prefix=f"{APP_NAME}-") as empty:
        has_library = is_there(places.catalog_file)
        if not has_library:  # whoever looks at what is on offer need not have one
            places = Places(Path(empty), Path(empty) / "cache")
        with opened_library(places, writing=not has_library) as library:
            entries, edition = library.models.entries(), library.models.edition
    if as_json:
        say_json([model_json(entry) for entry in entries])
        return
    for entry in entries:
        state = (
            "in use" if entry.is_active else "being prepared" if entry.is_wanted else "here" if entry.is_here else ""
        )
        if not entry.is_usable:
            state = f"{state}, but needs the full edition" if state else "needs the full edition"
        say(f"{printable(entry.name)}{f'  ({state})' if state else ''}")
        if entry.offer is not None:
            say(f"    {entry.offer.licence} · {entry.offer.languages} · {entry.offer.figures}")
    if edition is Edition.STANDARD:
        say(f"\nThis is the standard edition, which uses the starter alone; the full one uses all: {HOMEPAGE}")
        return
    say("\nAny other open_clip model: ARCHITECTURE/TAG, hf-hub:NAME, local-dir:FOLDER or file:ARCHITECTURE:FILE.")
    say("Mind its licence; those of the models above allow any use.")


@model_commands.command(name="download")
def download_model(context: typer.Context, model: Model) -> None:
    """Fetch a model from the hub; stopped with Ctrl+C, it goes on from there the next time."""
    with opened_library(places_of(context)) as library:
        run_task(library.models.download(library.models.find(model)))


@model_commands.command(name="use")
def use_model(context: typer.Context, model: Model) -> None:
    """Embed every photo with a model, then let it answer; until then the former one does."""
    with opened_library(places_of(context)) as library:
        library.models.use(library.models.find(model))
        say_report(run_task(library.keep_up()))


@model_commands.command(name="remove")
def remove_model(context: typer.Context, model: Model) -> None:
    """Delete a model's files and embeddings; decisions and tags stay."""
    with opened_library(places_of(context)) as library:
        library.remove_model(library.models.find(model))


def _watched(library: Library, folder: Path) -> Folder:
    """Return the watched folder at a path. Raises UsageError."""
    path = real_path(from_home(folder))
    for watched in library.folders.all():
        if as_compared(str(watched.path)) == as_compared(str(path)):
            return watched
    raise UsageError(
        f"The folder “{path}” is not watched.", advice=f"See the watched ones with: {APP_NAME} folders list"
    )


def _index(library: Library, folder_ids: Sequence[int]) -> Report:
    """Index, and once more where files were still being written when they were looked at."""
    report = run_task(library.keep_up(folder_ids or None))
    if report.look_again_soon:
        sys.stderr.write("Some files were just written; looking again to have them whole.\n")
        time.sleep(_ANOTHER_LOOK_AFTER_S)
        report.add(run_task(library.keep_up(folder_ids or None)))
    if report.parts_wait:
        report.looked_closer = run_task(library.look_closer())
    report.only_in_cloud = library.catalog.embeddings.counts(library.models.active_key()).only_in_cloud
    return report


def _names_in(file: Path) -> list[str]:
    return [label.words[0] for label in labels_of(file)]


def _answer(hits: Sequence[Hit], as_json: bool) -> None:
    say_hits(hits, as_json=as_json)
    if not hits:
        raise typer.Exit(NOTHING_FOUND)


def _is_sure(stacks: Sequence[Stack]) -> bool:
    count, size = sum(len(stack.photos) - 1 for stack in stacks), sum(stack.spare_bytes for stack in stacks)
    return typer.confirm(f"Move {photos_in_words(count)} ({size_in_words(size)}) to the bin?", err=True)
