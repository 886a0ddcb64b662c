"""A drive that takes questions and answers none, as one on a server does that went away."""

import os
import threading
from collections.abc import Callable
from pathlib import Path
from queue import Empty, Queue
from typing import Any

import pytest

from photo_clip.services.asking import Asker


def join_askers() -> None:
    """Wait for what was asked."""
    for thread in threading.enumerate():
        if thread.name.startswith("photo-clip asks"):
            thread.join(5)


class KnowingAsker(Asker):
    """Gives up where a question hangs, and only there, however slow the machine is."""

    def __init__(self) -> None:
        super().__init__()
        self.hanging: set[threading.Thread] = set()

    def _told(self, asking: threading.Thread, told: "Queue[tuple[str, Any]]") -> tuple[str, Any]:
        while True:
            try:
                return told.get(timeout=0.01)
            except Empty:
                if asking in self.hanging:
                    raise


class SilentDrive:
    """Lets what the system is asked about a folder, or what is below it, hang until it is `back`."""

    def __init__(self, root: Path, asker: KnowingAsker, monkeypatch: pytest.MonkeyPatch) -> None:
        self._root = os.fspath(root)
        self._asker = asker
        self.when_asked: Callable[[], object] | None = None
        """What happens in place of giving up."""
        self._answers = threading.Event()
        self._answers.set()
        self.asked = 0
        """How often it was asked while it was silent."""
        for name in ("stat", "lstat", "scandir"):
            monkeypatch.setattr(os, name, self._waiting(getattr(os, name)))

    def hang(self) -> None:
        self._answers.clear()

    def back(self) -> None:
        """Answer what was asked, and all else from now on."""
        self._answers.set()
        join_askers()

    def _waiting(self, question: Callable[..., Any]) -> Callable[..., Any]:
        def ask(path: Any, *arguments: Any, **more: Any) -> Any:
            if not isinstance(path, int) and os.fsdecode(path).startswith(self._root) and not self._answers.is_set():
                self.asked += 1
                if self.when_asked is None:
                    self._asker.hanging.add(threading.current_thread())
                else:
                    self.when_asked()
                self._answers.wait()
            return question(path, *arguments, **more)

        return ask
