"""The program is ended in the middle of its work, by the system or by a session that ends."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from photo_clip.__main__ import main
from tests.made_pictures import quarters

if sys.platform == "win32":
    ENDS = [signal.CTRL_BREAK_EVENT]  # Ctrl+C, which is SIGINT there too, comes to no group alone
    IN_A_GROUP = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
    end_group = os.kill
else:
    ENDS = [signal.SIGTERM, signal.SIGINT]
    IN_A_GROUP = {"start_new_session": True}
    end_group = os.killpg


@pytest.mark.parametrize("number", ENDS)
def test_what_was_done_is_kept_when_the_session_ends_while_photos_are_indexed(tmp_path: Path, number: int) -> None:
    photos, library = tmp_path / "photos", tmp_path / "library"
    photos.mkdir()
    for count in range(100):
        file = photos / f"{count}.png"
        quarters(20 + count, 20).save(file)
        os.utime(file, (1e9, 1e9))
    program = [sys.executable, "-m", "photo_clip", "--library", str(library)]
    process = subprocess.Popen([*program, "index", str(photos)], stderr=subprocess.PIPE, encoding="utf-8", **IN_A_GROUP)
    assert process.stderr is not None
    for line in process.stderr:
        if line.startswith("Embedding"):
            break
    end_group(process.pid, number)  # the processes it started hear of it, too
    told = process.stderr.read()
    process.stderr.close()
    assert process.wait(60) == 130, told
    assert "What was done is kept" in told
    assert "Traceback" not in told
    assert not (library / "index" / "in-use").exists()
    done = subprocess.run([*program, "index"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def made_of(error: BaseException) -> ImportError:
    """What a library in C++ raises where another error comes as it is loaded."""
    made = ImportError("initialization failed")
    made.__cause__ = error
    return made


@pytest.mark.parametrize(
    ("error", "code"), [(KeyboardInterrupt(), 130), (made_of(KeyboardInterrupt()), 130), (made_of(OSError()), 3)]
)
def test_ctrl_c_ends_the_program_quietly_while_it_is_loaded_and_a_mistake_is_told(
    error: BaseException, code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def run_command() -> int:
        raise error

    monkeypatch.setattr("photo_clip.cli.run_command", run_command)
    monkeypatch.setattr(sys, "argv", ["photo-clip", "status"])
    with pytest.raises(SystemExit) as end:
        main()
    assert end.value.code == code
    assert ("Traceback" in capsys.readouterr().err) == (code == 3)
