"""Uses the window as people do: sentences typed key by key, and answers scrolled through."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication

if TYPE_CHECKING:
    from photo_clip.gui.main_window import MainWindow

KEY_MS = 90
"""Between two keys, as a fast typist has it."""
PAGE_MS = 60
PAGES = 12
SENTENCES = (
    "a cup of coffee",
    "a cat -people",
    "an old coin must:metal",
    "a rocket date:2020..2022",
    "name:0123 grass",
)
Step = tuple[str, int]


def steps() -> list[Step]:
    """Return what is done, and how many milliseconds later the next thing is."""
    done: list[Step] = []
    for sentence in SENTENCES:
        done += [(key, KEY_MS) for key in sentence]
        done += [("answer", 1200), *[("page", PAGE_MS)] * PAGES, ("clear", 600)]
    return done


class Hands(QObject):
    """Goes through steps, and calls `at_end` when there is none left."""

    def __init__(self, window: "MainWindow", steps: Iterable[Step], at_end: Callable[[], object] | None = None) -> None:
        super().__init__(window)
        self._window = window
        self._steps = iter(steps)
        self._at_end = at_end

    def go_on(self) -> None:
        step = next(self._steps, None)
        if step is None:
            if self._at_end is not None:
                self._at_end()
            return
        what, pause_ms = step
        if what == "clear":
            self._window.search_view.clear()
        elif what == "page":
            bar = self._window.grid.verticalScrollBar()
            bar.setValue(bar.value() + bar.pageStep())
        elif what != "answer":
            for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
                event = QKeyEvent(kind, 0, Qt.KeyboardModifier.NoModifier, what)
                QApplication.postEvent(self._window.search_view.line, event)
        QTimer.singleShot(pause_ms, self, self.go_on)
