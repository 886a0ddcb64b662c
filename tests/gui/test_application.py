"""The Qt application."""

from pathlib import Path

import pytest

from photo_clip import APP_ID
from photo_clip.gui import application


def test_the_taskbar_knows_the_program_before_there_is_a_window(monkeypatch: pytest.MonkeyPatch) -> None:
    class MadeError(Exception):
        """The application would be there now."""

    def make(_arguments: list[str]) -> None:
        raise MadeError

    named: list[str] = []
    monkeypatch.setattr(application, "name_program", named.append)
    monkeypatch.setattr(application, "QApplication", make)
    with pytest.raises(MadeError):
        application.make_application(["photo-clip"], Path("icon.svg"))
    assert named == [APP_ID]
