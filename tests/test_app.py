"""How the program is put together."""

import runpy
import sys

import pytest

from photo_clip import app


@pytest.mark.parametrize("system", ["linux", "darwin", "win32"])
def test_a_thread_that_waits_for_python_sleeps_meanwhile(monkeypatch: pytest.MonkeyPatch, system: str) -> None:
    monkeypatch.setattr(sys, "platform", system)

    turn_s = runpy.run_path(app.__file__)["_TURN_S"]

    assert turn_s <= 0.001, "painting the window waits for it a hundred times"
    assert round(turn_s * 1e6) // (1000 if system == "win32" else 1) >= 1, "the system counts it as no time at all"
