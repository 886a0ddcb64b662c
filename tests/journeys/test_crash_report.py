"""What a crash leaves for the next start to tell."""

import subprocess
import sys
from pathlib import Path

CODE = """
import faulthandler, sys
from pathlib import Path
from photo_clip.app import _crash_of_last_time, _forget_crash
from photo_clip.core.places import Places

folder = Path(sys.argv[1])
places = Places(folder, folder / "cache")
print(_crash_of_last_time(places))
if sys.argv[2] == "crash":
    faulthandler._sigsegv()
if sys.argv[2] == "end":
    _forget_crash(places)
"""


def start(folder: Path, then: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", CODE, str(folder), then], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode == 0) is (then != "crash")
    return done.stdout.strip()


def test_a_crash_is_told_once_and_a_proper_end_is_none(tmp_path: Path) -> None:
    assert start(tmp_path, "crash") == ""
    assert "most recent call first" in (tmp_path / "crash.txt").read_text(encoding="utf-8")
    assert "most recent call first" in start(tmp_path, "go on")
    assert start(tmp_path, "end") == ""
    assert not (tmp_path / "crash.txt").exists()
