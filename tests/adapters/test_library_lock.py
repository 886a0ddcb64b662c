"""One program at a time writes to a library."""

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from photo_clip.adapters.library_lock import LibraryLock
from photo_clip.core.errors import LibraryInUseError

HOLDING = """
import sys
from pathlib import Path
from photo_clip.adapters.library_lock import LibraryLock
lock = LibraryLock(Path(sys.argv[1]), "the window")
print("held", flush=True)
sys.stdin.read()
"""


def test_a_second_program_is_told_who_holds_the_library_until_that_ends(tmp_path: Path) -> None:
    file = tmp_path / "library.lock"
    with subprocess.Popen(
        [sys.executable, "-c", HOLDING, str(file)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(LibraryInUseError, match=f"the window \\(process {other.pid}\\)"):
            LibraryLock(file, "the command line")
        other.kill()
    LibraryLock(file, "the command line").release()


def test_a_lock_taken_in_one_thread_is_released_in_another(tmp_path: Path) -> None:
    locks: list[LibraryLock] = []
    taking = threading.Thread(target=lambda: locks.append(LibraryLock(tmp_path / "library.lock", "one")))
    taking.start()
    taking.join()
    locks[0].release()
    locks[0].release()
    LibraryLock(tmp_path / "library.lock", "two").release()
    assert not (tmp_path / "library.holder").exists()
