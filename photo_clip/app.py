"""Puts the desktop program together: places, log, application, window."""

import faulthandler
import logging
import logging.handlers
import re
import signal
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from photo_clip.core.places import Places, resources_folder
from photo_clip.core.settings import Settings, load_settings, save_settings
from photo_clip.core.windows_calls import show_no_consoles
from photo_clip.opening import open_library, places_for

_TURN_S = 0.001 if sys.platform == "win32" else 0.00005
"""So long may one thread keep Python to itself while another waits; a hundredth of what is usual, on Windows a fifth.

Each of the hundred calls in which the grid is painted waits for its turn when photos are read or ranked meanwhile.
On Windows Python waits for whole milliseconds: with less than one a thread does not sleep, but asks again and again.
"""


def run_window(places: Places | None = None, paths: Sequence[Path] = ()) -> int:
    """Show the window until it is closed; return the exit code of the program.

    `paths` are folders to add and photos to find others like. Where a window with this library is there already,
    that one shows them.
    """
    from PySide6.QtCore import QTimer

    from photo_clip.gui.application import dress_and_follow, make_application
    from photo_clip.gui.main_window import MainWindow, OpenedLibrary
    from photo_clip.gui.opening_wishes import OpeningWishes, hand_over

    chosen = places_for(None) if places is None else places
    sys.setswitchinterval(_TURN_S)
    show_no_consoles()

    def open_all() -> OpenedLibrary:
        from photo_clip.adapters.folder_watcher import DirectoryWatcher

        library = open_library(chosen, holder="the window", beside=True)
        _log_to(chosen)
        return OpenedLibrary(library, DirectoryWatcher(), _crash_of_last_time(chosen))

    def save(settings: Settings) -> None:
        save_settings(chosen.settings_file, settings)

    loaded = load_settings(chosen.settings_file)
    application = make_application(sys.argv[:1], resources_folder() / "icons" / "photo-clip.svg")
    if hand_over(chosen.data, paths):
        return 0
    window = MainWindow(open_all, loaded.settings, save)
    dress_and_follow(application)
    wishes = OpeningWishes(chosen.data, window)
    wishes.wished.connect(window.come_forward)
    wishes.wished.connect(window.show_paths)
    window.library_opened.connect(wishes.listen)
    window.show_paths(paths)
    if loaded.trouble:
        window.problems.tell(loaded.trouble, "Set what you want to differ from the defaults again.")
    sys.excepthook = window.problems.hear_exception
    threading.excepthook = lambda hook: window.problems.hear_exception(
        hook.exc_type, hook.exc_value or hook.exc_type(), hook.exc_traceback
    )
    # Python sees Ctrl+C only when it runs; a timer lets it run now and then.
    signal.signal(signal.SIGINT, lambda *_: window.close())
    signal.signal(signal.SIGTERM, lambda *_: window.close())
    ticking = QTimer(interval=300)
    ticking.timeout.connect(lambda: None)
    ticking.start()
    window.show()
    code = application.exec()
    wishes.close()
    _forget_crash(chosen)
    return code


def _crash_of_last_time(places: Places) -> str:
    """Return where the program was when it crashed, if it did, and note from now on where it is if it does."""
    try:
        file = places.crash_file.open("a+", encoding="utf-8", errors="replace")
        file.seek(0)
        told = file.read().strip()
        file.truncate(0)
    except OSError:  # no reason to do without the library
        return ""
    faulthandler.enable(file)  # it keeps the file open
    return told


def _forget_crash(places: Places) -> None:
    """Drop what Windows noted of errors that were mended on the way: the program came to its proper end."""
    faulthandler.disable()
    with suppress(OSError):
        places.crash_file.unlink()


def _log_to(places: Places) -> None:
    """Log to a small file in the data folder; names of photos are not logged, so neither is what libraries say."""
    logging.raiseExceptions = False  # a full disk is told in the window, not with each line that has no room
    handler = logging.handlers.RotatingFileHandler(places.log_file, maxBytes=1_000_000, backupCount=1, encoding="utf-8")
    handler.setFormatter(_Nameless("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    handler.addFilter(logging.Filter("photo_clip"))
    logging.getLogger().addHandler(handler)


_Raised = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class _Nameless(logging.Formatter):
    """Tells what kind of error there was, and where; not its words, which may name a photo."""

    def formatException(self, ei: _Raised) -> str:  # noqa: N802
        places = re.findall(r'File "[^"\n]+", line \d+, in \S+', super().formatException(ei))
        return "\n".join([*places, "" if ei[0] is None else ei[0].__name__])
