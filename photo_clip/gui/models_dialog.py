"""The window of the models page, which keeps its downloads when it is closed."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from photo_clip.gui.buttons import push_button
from photo_clip.gui.jobs import Jobs
from photo_clip.gui.models_page import ModelsPage
from photo_clip.gui.problems import ProblemBar
from photo_clip.services.library import Library


class ModelsDialog(QDialog):
    """Shows the models page, with its own bar for trouble; made once for a library, and hidden when it is closed."""

    change_wanted = Signal(object, object)
    """Something that writes to the library, and who hears what it returned; for `IndexKeeper.interrupt`."""

    def __init__(self, library: Library, jobs: Jobs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Models")
        self.resize(980, 720)
        self.problems = ProblemBar()
        self.page = ModelsPage(library, jobs, self.problems)
        self.page.change_wanted.connect(self.change_wanted)
        close = push_button("Close", self.reject)
        close.setAutoDefault(False)
        buttons = QHBoxLayout()
        buttons.addStretch()
        buttons.addWidget(close)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 20)
        column.setSpacing(14)
        column.addWidget(self.problems)
        column.addWidget(self.page, 1)
        column.addLayout(buttons)
        for button in self.page.findChildren(type(close)):
            button.setAutoDefault(False)  # Enter in the line for a name must not press one
