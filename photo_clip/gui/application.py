"""The Qt application: its names, its icon, its looks."""

import locale
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication

from photo_clip import APP_ID, APP_NAME, __version__
from photo_clip.core.windows_calls import name_program
from photo_clip.gui import theme


def make_application(arguments: Sequence[str], icon: Path) -> QApplication:
    """Return the application in the colours of the system's scheme; its windows are dressed once they are made."""
    name_program(APP_ID)
    application = QApplication(list(arguments))
    name_days_in_english()
    application.setApplicationName(APP_NAME)
    application.setApplicationDisplayName(APP_NAME)
    application.setOrganizationName(APP_NAME)
    application.setApplicationVersion(__version__)
    application.setDesktopFileName(APP_ID)
    application.setWindowIcon(QIcon(str(icon)))
    _colour(application, dark=theme.is_dark())
    return application


def name_days_in_english() -> None:
    """Name days and months as all else is written; Qt has just chosen the system's language for them."""
    locale.setlocale(locale.LC_TIME, "C")


def dress_and_follow(application: QApplication) -> None:
    """Dress its windows for the system's colour scheme, and again whenever that changes.

    Called before they are made, this would double the time that takes: what is put into another widget is dressed anew
    each time.
    """
    application.setStyleSheet(theme.style_sheet(dark=theme.is_dark()))
    application.styleHints().colorSchemeChanged.connect(lambda _: dress(application, dark=theme.is_dark()))


def dress(application: QApplication, *, dark: bool) -> None:
    """Give the application other colours."""
    _colour(application, dark=dark)
    application.setStyleSheet(theme.style_sheet(dark=dark))


def _colour(application: QApplication, *, dark: bool) -> None:
    application.setStyle("Fusion")
    application.setPalette(theme.palette(dark=dark))
