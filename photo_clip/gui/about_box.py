"""What the program is: its version, its licence, and what it never does."""

import platform

from PySide6.QtCore import QSize, Qt, qVersion
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QApplication, QDialog, QHBoxLayout, QLabel, QPlainTextEdit, QVBoxLayout, QWidget

from photo_clip import APP_NAME, HOMEPAGE, __version__
from photo_clip.core.editions import this_edition
from photo_clip.core.places import notices_file
from photo_clip.gui.buttons import push_button
from photo_clip.gui.plain import plain_label, plain_tip

_SIGN_PX = 72


class AboutBox(QDialog):
    """Says what there is to know, in a few lines."""

    def __init__(self, model: str = "", parent: QWidget | None = None) -> None:
        """`model` is the name of the one that answers, empty as long as it is not known."""
        super().__init__(parent)
        self.setWindowTitle(f"About {APP_NAME}")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        sign = plain_label()
        sign.setPixmap(QApplication.windowIcon().pixmap(QSize(_SIGN_PX, _SIGN_PX), self.devicePixelRatioF()))
        title = plain_label(APP_NAME)
        title.setProperty("title", True)
        versions = plain_label(
            f"Version {__version__}, {this_edition()} edition\nPython {platform.python_version()}  ·  Qt {qVersion()}"
            + (f"\nModel: {model}" if model else "")
        )
        versions.setProperty("quiet", True)
        versions.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        words = plain_label(
            "Finds your own photos by what they show.\n\nNothing leaves this computer, and no photo is ever changed."
            " The network is used only for a model that you ask for.\n\nFree software under the MIT licence, built on"
            " the work of many."
        )
        words.setWordWrap(True)
        names = QVBoxLayout()
        names.setSpacing(2)
        names.addWidget(title)
        names.addWidget(versions)
        top = QHBoxLayout()
        top.setSpacing(18)
        top.addWidget(sign, 0, Qt.AlignmentFlag.AlignTop)
        top.addLayout(names, 1)
        newer = QLabel(
            f'<a href="{HOMEPAGE}/releases">Look for a newer version</a> in your browser',
            textFormat=Qt.TextFormat.RichText,
        )
        newer.setOpenExternalLinks(True)
        newer.setToolTip(plain_tip(f"{HOMEPAGE}/releases\nphoto-clip itself never looks."))
        buttons = QHBoxLayout()
        if notices_file().is_file():
            buttons.addWidget(push_button("Licences and notices …", self.show_notices))
        buttons.addStretch()
        close = push_button("Close", self.accept, primary=True)
        buttons.addWidget(close)
        column = QVBoxLayout(self)
        column.setContentsMargins(28, 26, 28, 22)
        column.setSpacing(18)
        column.addLayout(top)
        column.addWidget(words)
        column.addWidget(newer)
        column.addLayout(buttons)
        self.setFixedWidth(460)
        close.setFocus()

    def show_notices(self) -> None:
        """Show whose work is in the program, and under what licences."""
        NoticesDialog(notices_file().read_text(encoding="utf-8"), self).open()


class NoticesDialog(QDialog):
    """Shows the notices of all that a package contains."""

    def __init__(self, notices: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Licences and notices")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(900, 640)
        text = QPlainTextEdit(notices)
        text.setReadOnly(True)
        text.setAccessibleName("Licences and notices")
        text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        buttons = QHBoxLayout()
        buttons.addStretch()
        buttons.addWidget(push_button("Close", self.accept, primary=True))
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 20)
        column.setSpacing(14)
        column.addWidget(text, 1)
        column.addLayout(buttons)
