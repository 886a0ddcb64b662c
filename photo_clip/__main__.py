"""The entrance: the window without arguments or by the window's own name, else the command line."""

import sys
import traceback

from photo_clip.exit_codes import INTERRUPTED, TROUBLE

_WINDOW = "photo-clip-window"
"""The program's name where its arguments are folders and photos to open, as file managers give them."""

_BLAS_WAITS = "20"
"""After numpy's threads were needed they keep their cores busy for 2 ** 20 cycles, which is less than a millisecond,
not 2 ** 28: a search takes no longer, and a third less of the processors' time."""


def main() -> None:
    """Run photo-clip and end the process with its exit code."""
    try:
        sys.exit(_run())
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - Python's own code for it is “nothing found”
        if _is_of_an_interruption(error):
            sys.exit(INTERRUPTED)
        traceback.print_exception(error)
        sys.exit(TROUBLE)


def _run() -> int:
    import multiprocessing  # here, so that Ctrl+C is heard from the beginning on
    import os
    from pathlib import Path

    from photo_clip.core.windows_calls import settle_in

    multiprocessing.freeze_support()
    settle_in()
    os.environ.setdefault("OPENBLAS_THREAD_TIMEOUT", _BLAS_WAITS)  # before numpy is loaded
    arguments = sys.argv[1:]
    if not arguments or Path(sys.argv[0]).stem == _WINDOW:
        from photo_clip.app import run_window  # without typer: the window is up sooner
        from photo_clip.core.typed_paths import from_home
        from photo_clip.opening import places_for

        library = os.environ.get("PHOTO_CLIP_HOME")
        return run_window(places_for(Path(library) if library else None), list(map(from_home, arguments)))
    from photo_clip.cli import run_command

    return run_command()


def _is_of_an_interruption(error: BaseException | None) -> bool:
    """Whether an error is Ctrl+C, or what a library in C++ made of it that was just being loaded."""
    while error is not None and not isinstance(error, KeyboardInterrupt):
        error = error.__cause__
    return error is not None


if __name__ == "__main__":
    main()
