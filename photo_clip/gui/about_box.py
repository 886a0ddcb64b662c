"""What the program is: its version, its licence, and what it never does."""

import platform

from PySide6.QtCore import QSize, Qt, qVersion
from PySide6.QtWidgets import QApplication, QDialog, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from photo_clip import APP_NAME, __version__
from photo_clip.gui.buttons import push_button

_SIGN_PX = 72


class AboutBox(QDialog):
    """Says what there is to know, in a few lines."""

    def __init__(self, model: str = "", parent: QWidget | None = None) -> None:
        """`model` is the name of the one that answers, empty as long as it is not known."""
        super().__init__(parent)
        self.setWindowTitle(f"About {APP_NAME}")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        sign = QLabel()
        sign.setPixmap(QApplication.windowIcon().pixmap(QSize(_SIGN_PX, _SIGN_PX), self.devicePixelRatioF()))
        title = QLabel(APP_NAME)
        title.setProperty("title", True)
        versions = QLabel(
            f"Version {__version__}\nPython {platform.python_version()}  ·  Qt {qVersion()}"
            + (f"\nModel: {model}" if model else "")
        )
        versions.setProperty("quiet", True)
        versions.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        words = QLabel(
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
        buttons = QHBoxLayout()
        buttons.addStretch()
        buttons.addWidget(push_button("Close", self.accept, primary=True))
        column = QVBoxLayout(self)
        column.setContentsMargins(28, 26, 28, 22)
        column.setSpacing(18)
        column.addLayout(top)
        column.addWidget(words)
        column.addLayout(buttons)
        self.setFixedWidth(460)
