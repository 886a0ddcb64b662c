"""The entrance: the window without arguments, the command line with them."""

import multiprocessing
import os
import sys


def main() -> None:
    """Run photo-clip and end the process with its exit code."""
    multiprocessing.freeze_support()
    if len(sys.argv) == 1 and "PHOTO_CLIP_HOME" not in os.environ:
        from photo_clip.app import run_window  # without typer: the window is up sooner

        sys.exit(run_window())
    from photo_clip.cli import run_command

    sys.exit(run_command())


if __name__ == "__main__":
    main()
