"""Tells people of trouble: the only place where the window does."""

import logging
import platform
import traceback
from types import TracebackType

from PySide6.QtCore import Qt, Signal, qVersion
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from photo_clip import APP_NAME, __version__
from photo_clip.core.errors import PhotoClipError
from photo_clip.gui.buttons import tool_button

_log = logging.getLogger(__name__)


class ProblemBar(QFrame):
    """A bar that says what happened and what to do; it covers nothing and asks nothing."""

    bug_met = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("problemBar")
        self.setAccessibleName("Problem")
        self._sentence = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self._advice = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self._sentence.setObjectName("problemSentence")
        dismiss = tool_button("✕", "Dismiss the problem", self.hide)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self._sentence)
        words.addWidget(self._advice)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 10, 10, 10)
        row.addLayout(words, 1)
        row.addWidget(dismiss, 0, Qt.AlignmentFlag.AlignTop)
        self.bug_met.connect(self.show_problem)
        self.hide()

    def show_problem(self, error: BaseException) -> None:
        """Show a problem as a sentence and an advice; anything unexpected as a bug, with a text to copy."""
        if isinstance(error, PhotoClipError):
            _log.warning("%s", error.sentence)
            self.tell(error.sentence, error.advice)
        else:
            _log.error("Something unexpected happened", exc_info=error)
            BugDialog(error, self.window()).open()

    def tell(self, sentence: str, advice: str) -> None:
        """Show a sentence and an advice until it is dismissed or replaced."""
        self._sentence.setText(sentence)
        self._advice.setText(advice)
        self.setAccessibleDescription(f"{sentence} {advice}")
        self.show()

    def hear_exception(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        """Stand in for `sys.excepthook`; may be called from any thread."""
        if issubclass(kind, KeyboardInterrupt):
            QGuiApplication.quit()
            return
        self.bug_met.emit(error.with_traceback(trace))


class BugDialog(QDialog):
    """Shows a mistake of the program, with everything a report of it needs; the program goes on."""

    def __init__(self, error: BaseException, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Something went wrong")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(640, 420)
        sentence = QLabel(
            "photo-clip made a mistake. Your photos and decisions are safe, and you can go on. A report helps to mend"
            " it; the text below says what happened and stays on this computer unless you send it.",
            wordWrap=True,
        )
        self.report = report_of(error)
        text = QPlainTextEdit(self.report)
        text.setReadOnly(True)
        text.setAccessibleName("Report")
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        copy = QPushButton("Copy the report")
        buttons.addButton(copy, QDialogButtonBox.ButtonRole.ActionRole)
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.report))
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addWidget(sentence)
        column.addWidget(text, 1)
        column.addWidget(buttons)


def report_of(error: BaseException) -> str:
    """Return what a report of a mistake needs: versions, and where it happened."""
    trace = "".join(traceback.format_exception(error))
    versions = f"{APP_NAME} {__version__}, Python {platform.python_version()}, Qt {qVersion()}"
    return f"{versions}, {platform.platform()}\n\n{trace}"
