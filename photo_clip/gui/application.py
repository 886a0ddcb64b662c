"""The Qt application: its names, its icon, its looks."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication

from photo_clip import APP_ID, APP_NAME, __version__
from photo_clip.gui import theme


def make_application(arguments: Sequence[str], icon: Path) -> QApplication:
    """Return the application, dressed for the system's colour scheme and following its changes."""
    application = QApplication(list(arguments))
    application.setApplicationName(APP_NAME)
    application.setApplicationDisplayName(APP_NAME)
    application.setOrganizationName(APP_NAME)
    application.setApplicationVersion(__version__)
    application.setDesktopFileName(APP_ID)
    application.setWindowIcon(QIcon(str(icon)))
    dress(application, dark=theme.is_dark())
    application.styleHints().colorSchemeChanged.connect(lambda _: dress(application, dark=theme.is_dark()))
    return application


def dress(application: QApplication, *, dark: bool) -> None:
    """Give the application its colours."""
    application.setStyle("Fusion")
    application.setPalette(theme.palette(dark=dark))
    application.setStyleSheet(theme.style_sheet(dark=dark))
