"""Makes resources/screenshot.png: the real window, on real photos with open licences, after a search.

python packaging/make_screenshot.py [--dark]
"""

import argparse
import sys
import tempfile
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtTest import QTest

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from photo_clip.core.places import Places, resources_folder  # noqa: E402
from photo_clip.core.settings import Settings  # noqa: E402
from photo_clip.gui.application import dress, make_application  # noqa: E402
from photo_clip.gui.main_window import MainWindow, OpenedLibrary  # noqa: E402
from photo_clip.gui.photo_list_model import Role  # noqa: E402
from photo_clip.opening import open_library  # noqa: E402
from tests.real_photos import write_real_photos  # noqa: E402

_LONGEST_WAIT_MS = 60_000


def main() -> None:
    """Open a library of its own, index, search, and save what the window shows."""
    from photo_clip.adapters.folder_watcher import DirectoryWatcher

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dark", action="store_true")
    parser.add_argument("--words", default="a cup of coffee")
    parser.add_argument("--to", type=Path, default=ROOT / "resources" / "screenshot.png")
    arguments = parser.parse_args()
    application = make_application(
        ["photo-clip", "-platform", "offscreen"], resources_folder() / "icons" / "photo-clip.svg"
    )
    dress(application, dark=arguments.dark)
    with tempfile.TemporaryDirectory() as folder:
        photos = write_real_photos(Path(folder) / "Pictures")
        places = Places(Path(folder) / "library", Path(folder) / "cache")
        window = MainWindow(
            lambda: OpenedLibrary(open_library(places, holder="the screenshot"), DirectoryWatcher()),
            Settings(),
            lambda _settings: None,
        )
        window.resize(1180, 740)
        window.show()
        QTimer.singleShot(_LONGEST_WAIT_MS, application.quit)
        wait_for(lambda: window.search_view.isEnabled() or window.first_run.isEnabled())
        window.keeper.add_folders([photos])
        wait_for(lambda: window.photos.rowCount() == len(list(photos.iterdir())) and window.keeper.is_idle)
        window.search_view.line.setText(arguments.words)
        window.search_view.search()
        wait_for(lambda: "match" in window.search_view.told)
        wait_for(lambda: not window.search_view.weaker.isHidden())
        window.search_view.weaker.click()
        wait_for(lambda: window.photos.rowCount() > 1)
        wait_for(lambda: window.photos.index(window.photos.rowCount() - 1).data(Role.THUMBNAIL) is not None)
        QTest.qWait(500)
        window.grab().save(str(arguments.to))
        window.close()


def wait_for(condition) -> None:
    """Let the window live until the condition holds."""
    for _ in range(_LONGEST_WAIT_MS // 20):
        if condition():
            return
        QTest.qWait(20)
    raise SystemExit("The window did not get there in a minute.")


if __name__ == "__main__":
    main()
