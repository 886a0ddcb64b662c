"""The command line: every command, what it asks the library and how it answers."""

import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from photo_clip import APP_NAME, __version__
from photo_clip.core.arranging import Bearings, Grouping, Sorting, arranged
from photo_clip.core.coach import advice_on
from photo_clip.core.errors import PhotoClipError, UsageError
from photo_clip.core.filters import EXAMPLES
from photo_clip.core.labels import parse_labels
from photo_clip.core.photo import FolderState, Hit, Photo
from photo_clip.core.places import Places
from photo_clip.core.printable import printable
from photo_clip.core.progress import Report
from photo_clip.core.query import parse
from photo_clip.core.shell_words import shielded, typed
from photo_clip.opening import opened_library, places_for
from photo_clip.self_check import check_oneself
from photo_clip.services.library import Library
from photo_clip.services.models import ModelEntry
from photo_clip.terminal import InterruptedByUser, run_task, say, say_json, say_table, say_trouble

_ANOTHER_LOOK_AFTER_S = 3.0

DONE, NOTHING_FOUND, WRONG_USAGE, TROUBLE, INTERRUPTED = 0, 1, 2, 3, 130

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
model_commands = typer.Typer(help="The models that look at photos.", rich_markup_mode=None, no_args_is_help=True)
commands.add_typer(model_commands, name="models")

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
Limit = Annotated[int, typer.Option("--limit", "-n", min=1, help="How many photos to list at most.")]
Model = Annotated[str, typer.Argument(help="A name from `models list`, or any open_clip model.", metavar="NAME")]
File = Annotated[Path, typer.Argument(help="A photo; it need not be in a watched folder.")]


def run_command(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code; trouble is told on standard error."""
    typed_in = list(sys.argv[1:] if arguments is None else arguments)
    if "search" in typed_in:
        words_from = typed_in.index("search") + 1
        typed_in[words_from:] = shielded(typed_in[words_from:])
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


@commands.command()
def index(
    context: typer.Context,
    folders: Annotated[
        list[Path] | None, typer.Argument(help="Folders to watch from now on.", metavar="FOLDER…")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Add folders and embed their new photos; without a folder, go over all that are watched."""
    with opened_library(_places(context)) as library:
        added = [library.folders.add(folder).id for folder in folders or []]
        if not added and not library.folders.all():
            raise UsageError("No folder is watched yet.", advice=f"Name one: {APP_NAME} index FOLDER")
        report = _index(library, added)
    if as_json:
        say_json(_report_json(report))
    else:
        _say_report(report)


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
    with opened_library(_places(context), writing=False) as library:
        found = library.searcher.find(query, limit)
        hits = library.searcher.hits(found)
        languages = library.models.languages(library.models.active)
    for note in advice_on(query, languages):
        sys.stderr.write(f"{note}\n")
    if matches and found.matches is not None:
        hits = hits[: found.matches]
    _answer(_in_order(hits, sort), as_json)


@commands.command()
def similar(context: typer.Context, file: File, limit: Limit = 20, as_json: AsJson = False) -> None:
    """List the photos that look most like a photo."""
    with opened_library(_places(context), writing=False) as library:
        _answer(library.searcher.similar_to_file(file, limit), as_json)


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
    wanted = [*(labels or []), *(_labels_in(label_file) if label_file else [])]
    if not wanted:
        raise UsageError("There is no label to choose from.", advice="Name at least two labels after the photo.")
    with opened_library(_places(context), writing=False) as library:
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
    with opened_library(_places(context), writing=False) as library:
        if as_json:
            say_json(_status_json(library))
        else:
            _say_status(library, with_skipped=skipped)


@commands.command(name="self-check")
def self_check() -> None:
    """Try the program on an empty library of its own: a picture is embedded and found again."""
    check_oneself()
    say("ok")


@folder_commands.command(name="list")
def list_folders(context: typer.Context, as_json: AsJson = False) -> None:
    """List the watched folders."""
    with opened_library(_places(context), writing=False) as library:
        folders = library.folders.all()
    if as_json:
        say_json([_folder_json(folder.path, folder.state, folder.offline_reason) for folder in folders])
    else:
        say_table([folder.state.value, printable(str(folder.path)), folder.offline_reason] for folder in folders)
    if not folders:
        raise typer.Exit(NOTHING_FOUND)


@folder_commands.command(name="add")
def add_folders(context: typer.Context, folders: Annotated[list[Path], typer.Argument(metavar="FOLDER…")]) -> None:
    """Watch folders; their photos are embedded by the next `index`, or by the window."""
    with opened_library(_places(context)) as library:
        for folder in folders:
            say(printable(str(library.folders.add(folder).path)))


@folder_commands.command(name="remove")
def remove_folders(context: typer.Context, folders: Annotated[list[Path], typer.Argument(metavar="FOLDER…")]) -> None:
    """Forget folders and what is known of their photos. No photo file is touched."""
    with opened_library(_places(context)) as library:
        watched = {folder.path: folder.id for folder in library.folders.all()}
        for folder in folders:
            path = folder.expanduser().resolve()
            if path not in watched:
                raise UsageError(
                    f"The folder “{path}” is not watched.", advice=f"See the watched ones with: {APP_NAME} folders list"
                )
            library.remove_folder(watched[path])


@model_commands.command(name="list")
def list_models(context: typer.Context, as_json: AsJson = False) -> None:
    """List the models: the starter, those on offer, and those in use."""
    with opened_library(_places(context)) as library:
        entries = library.models.entries()
    if as_json:
        say_json([_model_json(entry) for entry in entries])
        return
    for entry in entries:
        state = (
            "in use" if entry.is_active else "being prepared" if entry.is_wanted else "here" if entry.is_here else ""
        )
        say(f"{printable(entry.name)}{f'  ({state})' if state else ''}")
        if entry.offer is not None:
            say(f"    {entry.offer.licence} · {entry.offer.languages} · {entry.offer.figures}")
    say("\nAny other open_clip model: ARCHITECTURE/TAG, hf-hub:NAME, local-dir:FOLDER or file:ARCHITECTURE:FILE.")
    say("Mind its licence; those of the models above allow any use.")


@model_commands.command(name="download")
def download_model(context: typer.Context, model: Model) -> None:
    """Fetch a model from the hub; stopped with Ctrl+C, it goes on from there the next time."""
    with opened_library(_places(context)) as library:
        run_task(library.models.download(library.models.find(model)))


@model_commands.command(name="use")
def use_model(context: typer.Context, model: Model) -> None:
    """Embed every photo with a model, then let it answer; until then the former one does."""
    with opened_library(_places(context)) as library:
        library.models.use(library.models.find(model))
        _say_report(run_task(library.keep_up()))


@model_commands.command(name="remove")
def remove_model(context: typer.Context, model: Model) -> None:
    """Delete a model's files and embeddings; decisions and tags stay."""
    with opened_library(_places(context)) as library:
        library.remove_model(library.models.find(model))


def _index(library: Library, folder_ids: Sequence[int]) -> Report:
    """Index, and once more where files were still being written when they were looked at."""
    report = run_task(library.keep_up(folder_ids or None))
    if report.look_again_soon:
        sys.stderr.write("Some files were just written; looking again to have them whole.\n")
        time.sleep(_ANOTHER_LOOK_AFTER_S)
        report.add(run_task(library.keep_up(folder_ids or None)))
    return report


def _places(context: typer.Context) -> Places:
    places: Places = context.find_root().obj
    return places


def _labels_in(file: Path) -> list[str]:
    try:
        return parse_labels(file.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            f"The labels in “{file}” cannot be read.", advice="Give a text file in UTF-8, one label a line."
        ) from error


def _in_order(hits: Sequence[Hit], sorting: Sorting) -> list[Hit]:
    bearings = [Bearings(hit.photo.taken_at, str(hit.photo.path.parent), hit.photo.path.name) for hit in hits]
    order, _ = arranged(bearings, sorting, Grouping.NONE)
    return [hits[row] for row in order]


def _answer(hits: Sequence[Hit], as_json: bool) -> None:
    if as_json:
        say_json([_hit_json(hit) for hit in hits])
    else:
        for hit in hits:
            cosine = "" if hit.cosine is None else f"{hit.cosine:.3f}  "
            say(f"{cosine}{printable(str(hit.photo.path))}{'  (offline)' if hit.photo.offline else ''}")
    if not hits:
        raise typer.Exit(NOTHING_FOUND)


def _hit_json(hit: Hit) -> dict[str, Any]:
    told = {"cosine": None if hit.cosine is None else round(hit.cosine, 4), **_photo_json(hit.photo)}
    if hit.relevance is not None:
        told["relevance"] = round(hit.relevance, 4)
    if hit.says_it:
        told["says_it"] = True
    return told


def _photo_json(photo: Photo) -> dict[str, Any]:
    return {
        "path": str(photo.path),
        "taken_at": photo.taken_at.isoformat() if photo.taken_at else None,
        "offline": photo.offline,
    }


def _folder_json(path: Path, state: FolderState, reason: str) -> dict[str, Any]:
    return {"path": str(path), "state": state.value, "reason": reason}


def _model_json(entry: ModelEntry) -> dict[str, Any]:
    return {
        "name": entry.name,
        "in_use": entry.is_active,
        "being_prepared": entry.is_wanted,
        "here": entry.is_here,
        "size_bytes": entry.size_bytes,
        "licence": entry.offer.licence if entry.offer else None,
        "languages": entry.offer.languages if entry.offer else None,
    }


def _status_json(library: Library) -> dict[str, Any]:
    status = library.status()
    return {
        "photos": asdict(status.counts),
        "skipped": {str(photo.path): photo.skip_reason for photo in library.catalog.skipped_photos()},
        "folders": [_folder_json(folder.path, folder.state, folder.offline_reason) for folder in status.folders],
        "model": status.model,
        "wanted_model": status.wanted_model,
        "waiting_for_wanted_model": status.waiting_for_wanted,
    }


def _say_status(library: Library, *, with_skipped: bool) -> None:
    status = library.status()
    counts = status.counts
    say(
        f"{counts.photos:,} photos: {counts.embedded:,} embedded, {counts.skipped:,} skipped,"
        f" {counts.waiting:,} waiting, {counts.missing:,} gone"
    )
    reasons = Counter(photo.skip_reason for photo in library.catalog.skipped_photos())
    for reason, count in reasons.most_common():
        say(f"  skipped {count:,}: {reason}")
    for folder in status.folders:
        offline = f": {folder.offline_reason}" if folder.offline_reason else ""
        say(f"Folder {printable(str(folder.path))} ({folder.state.value}{offline})")
    say(f"Model {status.model}")
    if status.wanted_model is not None:
        say(f"Preparing {status.wanted_model}: {status.waiting_for_wanted:,} photos to go")
    if with_skipped:
        for photo in library.catalog.skipped_photos():
            say(f"{printable(str(photo.path))}: {photo.skip_reason}")


def _report_json(report: Report) -> dict[str, Any]:
    return {
        **{name: getattr(report, name) for name in ("embedded", "reused", "new", "changed", "moved", "removed")},
        "skipped": {str(path): reason for path, reason in report.skipped.items()},
        "offline": {str(path): reason for path, reason in report.offline.items()},
    }


def _say_report(report: Report) -> None:
    for path, reason in report.offline.items():
        sys.stderr.write(f"Offline: {printable(str(path))}: {reason}. Nothing of it was removed.\n")
    for path, reason in report.skipped.items():
        sys.stderr.write(f"Skipped: {printable(str(path))}: {reason}\n")
    parts = [f"{report.embedded:,} embedded"]
    for count, words in (
        (report.reused, "with a known content"),
        (report.moved, "moved"),
        (report.removed, "gone"),
        (len(report.skipped), "skipped"),
    ):
        if count:
            parts.append(f"{count:,} {words}")
    say(f"Photos: {', '.join(parts)}.")
