"""A process beside the program, whatever becomes of it."""

import pytest

from photo_clip.adapters import process_beside
from photo_clip.adapters.process_beside import ProcessBeside


class Shouting:
    """The work."""

    def prepare(self) -> None:
        pass

    def make(self) -> object:
        return "word"

    def explained(self, error: Exception) -> Exception:
        return error


def test_a_process_that_ends_as_it_starts_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process_beside, "_LONGEST_START_S", 5.0)
    process = ProcessBeside(Shouting(), "word")
    process._process.kill()
    with pytest.raises((EOFError, OSError)) as raised:
        process.call("upper")
    assert not isinstance(raised.value, TimeoutError)
    process.end()
