"""Puts the desktop program together: places, log, application, window."""

import logging
import logging.handlers
import signal
import sys
import threading

from photo_clip.core.places import Places, resources_folder
from photo_clip.core.settings import Settings, load_settings, save_settings
from photo_clip.opening import open_library, places_for

_TURN_S = 0.001
"""So long may one thread keep Python to itself while another waits; a fifth of what is usual.

Each of the hundred calls in which the grid is painted waits for its turn when photos are read or ranked meanwhile.
"""


def run_window(places: Places | None = None) -> int:
    """Show the window until it is closed; return the exit code of the program."""
    from PySide6.QtCore import QTimer

    from photo_clip.gui.application import make_application
    from photo_clip.gui.main_window import MainWindow, OpenedLibrary

    chosen = places_for(None) if places is None else places
    sys.setswitchinterval(_TURN_S)

    def open_all() -> OpenedLibrary:
        from photo_clip.adapters.folder_watcher import DirectoryWatcher

        library = open_library(chosen, holder="the window")
        _log_to(chosen)
        return OpenedLibrary(library, DirectoryWatcher())

    def save(settings: Settings) -> None:
        save_settings(chosen.settings_file, settings)

    loaded = load_settings(chosen.settings_file)
    application = make_application(sys.argv[:1], resources_folder() / "icons" / "photo-clip.svg")
    window = MainWindow(open_all, loaded.settings, save)
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
    return application.exec()


def _log_to(places: Places) -> None:
    """Log to a small file in the data folder; names of photos are not logged."""
    handler = logging.handlers.RotatingFileHandler(places.log_file, maxBytes=1_000_000, backupCount=1, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.getLogger().addHandler(handler)
