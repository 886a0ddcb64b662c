"""Ends processes as a power cut would: they hear nothing of it."""

import os
import signal
import subprocess
import sys

KILLS = signal.SIGTERM if sys.platform == "win32" else signal.SIGKILL
"""On Windows, to send any signal is to end a process."""
KILLED = KILLS if sys.platform == "win32" else -KILLS
"""The exit code of a process that was sent it."""


def kill(process_id: int) -> None:
    """Kill a process."""
    os.kill(process_id, KILLS)


def kill_all(process: "subprocess.Popen[str]") -> None:
    """Kill a process and those of its group; on Windows, where they end by themselves, it alone."""
    if sys.platform == "win32":
        process.kill()
    else:
        os.killpg(process.pid, KILLS)
