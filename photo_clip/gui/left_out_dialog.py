"""Which subfolders and files are left out of the watched folders, to be edited one a line."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QFileDialog, QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from photo_clip.core.left_out import paths_or_name
from photo_clip.gui.buttons import push_button
from photo_clip.gui.plain import plain_label


class LeftOutDialog(QDialog):
    """Shows patterns; what is to be left out from now on goes out by `changed`, as a list."""

    changed = Signal(list)

    def __init__(self, patterns: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Leave out")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._exact = set(patterns)
        """Lines whose blanks at the end are part of a name, not typed by chance."""
        words = plain_label(
            "What is left out of the watched folders, one a line: the path of a subfolder or photo, or a name such as"
            " Previews or *_small.jpg. What you decided about these photos is kept.",
            wordWrap=True,
        )
        self.lines = QPlainTextEdit("\n".join(patterns))
        self.lines.setAccessibleName("Left out, one a line")
        self.lines.setTabChangesFocus(True)
        words.setBuddy(self.lines)
        buttons = QHBoxLayout()
        buttons.setSpacing(10)
        buttons.addWidget(push_button("Choose a subfolder …", self._choose))
        buttons.addStretch()
        buttons.addWidget(push_button("Cancel", self.reject))
        save = push_button("Save", self._save, primary=True)
        save.setDefault(True)
        buttons.addWidget(save)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 20)
        column.setSpacing(14)
        column.addWidget(words)
        column.addWidget(self.lines)
        column.addLayout(buttons)
        self.setMinimumWidth(560)

    def _choose(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, "Choose a subfolder to leave out")
        for path in paths_or_name(chosen) if chosen else ():
            self._exact.add(path)
            self.lines.appendPlainText(path)

    def _save(self) -> None:
        lines = [line for line in self.lines.toPlainText().splitlines() if line.strip()]
        wanted = [line if line in self._exact else line.strip() for line in lines]
        self.changed.emit(wanted)
        self.accept()
