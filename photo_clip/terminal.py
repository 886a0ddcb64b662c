"""How the command line talks: lists, progress and trouble, on a terminal or through a pipe."""

import codecs
import errno
import io
import json
import os
import sys
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from photo_clip.core.errors import PhotoClipError
from photo_clip.core.printable import printable
from photo_clip.core.progress import Phase, Progress, Task

Result = TypeVar("Result")

_SECONDS_BETWEEN_LINES = 5.0
_BYTES_OR_ESCAPED = "photo-clip.bytes-or-escaped"
_WORDS = {
    Phase.LOOKING: "Looking at folders",
    Phase.EMBEDDING: "Embedding photos",
    Phase.TILING: "Looking for small things",
    Phase.LEVELLING: "Updating the search index",
    Phase.DOWNLOADING: "Downloading",
    Phase.COMPARING: "Comparing photos",
    Phase.WRITING: "Writing sidecars",
    Phase.TRYING: "Trying the model",
}


class InterruptedByUser(Exception):  # noqa: N818 - no error, a wish
    """Ctrl+C during a task; what the task had stored is kept."""


def ready_streams() -> None:
    """Let standard output take any name, and have something in the place of streams that are closed."""
    for name in ("stdin", "stdout", "stderr"):  # in the order of their descriptors
        if getattr(sys, name) is None:
            _drop(name)
    if sys.platform == "win32" and "PYTHONIOENCODING" not in os.environ:
        for stream in (sys.stdout, sys.stderr):  # which may be one file
            if isinstance(stream, io.TextIOWrapper) and not stream.isatty():
                # files and pipes are given an old encoding, which lacks most letters
                stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    if isinstance(sys.stdout, io.TextIOWrapper):
        is_of_files = codecs.lookup(sys.stdout.encoding).name == codecs.lookup(sys.getfilesystemencoding()).name
        codecs.register_error(_BYTES_OR_ESCAPED, _bytes_or_escaped)
        sys.stdout.reconfigure(errors=_BYTES_OR_ESCAPED if is_of_files else "backslashreplace")


def _drop(name: str) -> None:
    """Put nothing in the place of a stream: what it holds back could not be written as the program ends, either."""
    mode = "r" if name == "stdin" else "w"
    setattr(sys, name, Path(os.devnull).open(mode, errors="backslashreplace"))  # noqa: SIM115 - open to the end


def _bytes_or_escaped(error: UnicodeError) -> tuple[str | bytes, int]:
    """Give back the bytes of a file name that are no letters; letters that the encoding has not are escaped."""
    try:
        return codecs.lookup_error(sys.getfilesystemencodeerrors())(error)
    except UnicodeError:
        return codecs.backslashreplace_errors(error)


def say(line: str = "") -> None:
    """Print one line to standard output."""
    sys.stdout.write(line + "\n")


def say_json(value: Mapping[str, Any] | list[Any]) -> None:
    """Print a value as JSON, to be read by programs."""
    sys.stdout.write(json.dumps(value, ensure_ascii=True, indent=2) + "\n")


def say_table(rows: Iterable[Iterable[str]]) -> None:
    """Print rows in columns of even width, two blanks apart."""
    lines = [list(row) for row in rows]
    if not lines:
        return
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        say("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


def say_trouble(error: PhotoClipError) -> None:
    """Print a problem to standard error: the sentence, then the advice."""
    try:
        sys.stderr.write(f"{printable(error.sentence)}\n{printable(error.advice)}\n")
    except OSError:  # there is nowhere else to tell it
        _drop("stderr")


def say_system_trouble(error: OSError) -> None:
    """Print to standard error what the system refused, and for which file."""
    thing = f"“{error.filename}” cannot be used" if error.filename else "Something could not be read or written"
    say_trouble(
        PhotoClipError(
            f"{thing}: {error.strerror or error}.",
            advice="See that it is there, that you may read and write it, and that there is room; then try again.",
        )
    )


def say_the_rest() -> None:
    """Write what standard output still holds back. Raises OSError, and drops it then."""
    try:
        sys.stdout.flush()
    except OSError:
        _drop("stdout")
        raise


def is_of_a_closed_pipe(error: OSError) -> bool:
    """Whether nobody reads any more what is written, of which Windows says that it were an invalid argument."""
    is_invalid = sys.platform == "win32" and error.errno == errno.EINVAL and error.filename is None
    return isinstance(error, BrokenPipeError) or is_invalid


def run_task(task: Task[Result]) -> Result:
    """Run a task to its end and return its result, with a progress bar on a terminal, plain lines otherwise.

    The task is closed when anything is raised on the way, Ctrl+C among it, so that what it did is kept.
    """
    show = _run_with_bar if sys.stderr.isatty() else _run_with_lines
    try:
        return show(task)
    except KeyboardInterrupt:
        raise InterruptedByUser from None
    finally:
        task.close()


def _run_with_lines(task: Task[Result]) -> Result:
    phase: Phase | None = None
    said_s = 0.0
    while True:
        try:
            progress = next(task)
        except StopIteration as stop:
            result: Result = stop.value
            return result
        now_s = time.monotonic()
        if progress.phase is not phase or now_s - said_s >= _SECONDS_BETWEEN_LINES:
            phase, said_s = progress.phase, now_s
            sys.stderr.write(f"{_WORDS[progress.phase]}: {_how_far(progress)}\n")
            sys.stderr.flush()


def _run_with_bar(task: Task[Result]) -> Result:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bars

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
        TextColumn("{task.fields[file]}"),
    )
    with Bars(*columns, console=Console(stderr=True)) as bars:
        bar = bars.add_task("", total=None, rate="", file="")
        phase: Phase | None = None
        while True:
            try:
                progress = next(task)
            except StopIteration as stop:
                result: Result = stop.value
                return result
            if progress.phase is not phase:
                phase = progress.phase
                bars.reset(bar, description=_WORDS[phase], rate="", file="")
            speed = bars.tasks[0].speed
            rate = f"{speed:.0f}/s" if speed and progress.total else ""
            name = printable(progress.name)[-40:].replace("[", "\\[")
            bars.update(bar, completed=progress.done, total=progress.total, rate=rate, file=name)


def _how_far(progress: Progress) -> str:
    return f"{progress.done:,}" if progress.total is None else f"{progress.done:,} of {progress.total:,}"
