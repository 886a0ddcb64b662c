"""Tells people of trouble: the only place where the window does."""

import logging
import platform
import traceback
from types import TracebackType

from PySide6.QtCore import QEvent, Qt, Signal, qVersion
from PySide6.QtGui import QColor, QFontDatabase, QGuiApplication, QShowEvent
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from photo_clip import APP_NAME, __version__
from photo_clip.core.editions import this_edition
from photo_clip.core.errors import PhotoClipError
from photo_clip.core.printable import printable
from photo_clip.gui import icons, theme
from photo_clip.gui.announcing import announce
from photo_clip.gui.buttons import IconButton, push_button
from photo_clip.gui.plain import plain_label

_GOES_ON = "Your photos and decisions are safe, and you can go on."
_CRASHED = "Your photos and decisions are safe."
_STAYS_HERE = (
    "A report helps to mend it; the text below says what happened, and stays on this computer unless you send it."
    " Read it before: it may name files."
)
_log = logging.getLogger(__name__)


class ProblemBar(QFrame):
    """A bar that says what happened and what to do; it covers nothing and asks nothing."""

    _bug_met = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("problemBar")
        self.setAccessibleName("Problem")
        self._sign = plain_label()
        self._sentence = plain_label(wordWrap=True)
        self._sentence.setObjectName("problemSentence")
        self._advice = plain_label(wordWrap=True)
        for label in (self._sentence, self._advice):
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self._sentence)
        words.addWidget(self._advice)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 10, 8, 10)
        row.setSpacing(12)
        row.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        row.addWidget(IconButton("close", "Dismiss", self.hide), 0, Qt.AlignmentFlag.AlignTop)
        self._bug_dialog: BugDialog | None = None
        self._bug_met.connect(self.show_problem, Qt.ConnectionType.QueuedConnection)
        self.hide()

    @property
    def words(self) -> str:
        """What is being said; empty when nothing is."""
        return "" if self.isHidden() else f"{self._sentence.text()} {self._advice.text()}".strip()

    def show_problem(self, error: BaseException) -> None:
        """Show a problem as a sentence and an advice; anything unexpected as a bug, with a text to copy."""
        if isinstance(error, PhotoClipError):
            _log.warning("A problem was told: %s", type(error).__name__)
            self.tell(error.sentence, error.advice)
            return
        _log.error("Something unexpected happened", exc_info=error)
        self._show_report("photo-clip made a mistake", _GOES_ON, report_of(error))

    def show_crash(self, trace: str) -> None:
        """Tell that the program ended in the middle of its work the last time, and where it was then."""
        self._show_report("photo-clip crashed the last time", _CRASHED, _headed(trace))

    def tell(self, sentence: str, advice: str = "") -> None:
        """Show a sentence and an advice until it is dismissed or replaced."""
        self._sentence.setText(printable(sentence))
        self._advice.setText(printable(advice))
        self._advice.setVisible(bool(advice))
        self.setAccessibleDescription(f"{sentence} {advice}")
        self.show()
        announce(self, f"{sentence} {advice}")

    def hear_exception(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        """Stand in for `sys.excepthook`; may be called from any thread."""
        if issubclass(kind, KeyboardInterrupt):
            QGuiApplication.quit()
            return
        self._bug_met.emit(error.with_traceback(trace))

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802
        if event.type() is QEvent.Type.PaletteChange:
            self._draw_sign()
        super().changeEvent(event)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802
        self._draw_sign()
        super().showEvent(event)

    def _show_report(self, title: str, sentence: str, report: str) -> None:
        if self._bug_dialog is None:  # a bug that is met at every repaint must not open a dialog at each
            self._bug_dialog = BugDialog(title, sentence, report, self.window())
            self._bug_dialog.finished.connect(self._forget_bug)
            self._bug_dialog.open()

    def _draw_sign(self) -> None:
        colour = QColor(theme.colours().warning)
        self._sign.setPixmap(icons.picture("warning", colour, icons.SIDE_PX, self.devicePixelRatioF()))

    def _forget_bug(self) -> None:
        self._bug_dialog = None


class BugDialog(QDialog):
    """Shows a mistake of the program, with everything a report of it needs; the program goes on."""

    def __init__(self, title: str, sentence: str, report: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Something went wrong")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(660, 460)
        headline = plain_label(title)
        headline.setProperty("title", True)
        words = plain_label(f"{sentence} {_STAYS_HERE}", wordWrap=True)
        self.report = report
        text = QPlainTextEdit(self.report)
        text.setReadOnly(True)
        text.setAccessibleName("Report")
        text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        buttons = QHBoxLayout()
        buttons.addWidget(push_button("Copy the report", self.copy_report))
        buttons.addStretch()
        buttons.addWidget(push_button("Go on", self.accept, primary=True))
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 22, 24, 20)
        column.setSpacing(14)
        column.addWidget(headline)
        column.addWidget(words)
        column.addWidget(text, 1)
        column.addLayout(buttons)

    def copy_report(self) -> None:
        """Put the report on the clipboard."""
        QGuiApplication.clipboard().setText(self.report)


def report_of(error: BaseException) -> str:
    """Return what a report of a mistake needs: versions, and where it happened."""
    return _headed("".join(traceback.format_exception(error)))


def _headed(trace: str) -> str:
    program = f"{APP_NAME} {__version__} ({this_edition()} edition)"
    return f"{program}, Python {platform.python_version()}, Qt {qVersion()}, {platform.platform()}\n\n{trace}"
