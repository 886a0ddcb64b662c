"""Tries a built program: whole, its self-check passes, its window comes up; in an empty home and without a network."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from photo_clip import APP_NAME

_PATIENCE_S = 120.0


def check(program: Path) -> None:
    """Raise SystemExit that says what is wrong with the built program."""
    links = [path for path in program.parent.rglob("*") if path.is_symlink() and not path.exists()]
    if links:
        raise SystemExit(f"Links that lead nowhere: {', '.join(map(str, links))}")
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        home.mkdir()
        environment = _bare(home)
        done = subprocess.run(
            [*_without_network(), str(program), "self-check"],
            env=environment,
            check=False,
            capture_output=True,
            text=True,
            timeout=600,
        )
        if done.returncode or done.stdout.strip() != "ok":
            raise SystemExit(f"The self-check failed:\n{done.stdout}{done.stderr}")
        left = [path for path in home.rglob("*") if path.is_file()]
        if left:
            raise SystemExit(f"The self-check left in an empty home: {', '.join(map(str, left))}")
        print("self-check passed, with an empty home that stayed empty, and no network", flush=True)
        _check_window(program, {**environment, "PHOTO_CLIP_HOME": str(Path(folder) / "library")})


def _check_window(program: Path, environment: dict[str, str]) -> None:
    """See that the window comes up, and that another start is heard by it."""
    note = Path(environment["PHOTO_CLIP_HOME"]) / "photo-clip.log"
    started_s = time.monotonic()
    window = subprocess.Popen([*_without_network(), str(program)], env=environment)
    try:
        while not note.exists():
            if window.poll() is not None or time.monotonic() - started_s > _PATIENCE_S:
                raise SystemExit("The window did not come up.")
            time.sleep(0.05)
        time.sleep(2)
        subprocess.run([str(program), "open", str(program.parent)], env=environment, timeout=_PATIENCE_S, check=True)
        if window.poll() is not None:
            raise SystemExit("The window went away.")
    finally:
        window.terminate()
        window.wait(30)
    print("the window came up, and heard another start", flush=True)


def _bare(home: Path) -> dict[str, str]:
    """Return an environment in which the program finds nothing of the builder's."""
    homes = dict.fromkeys(("HOME", "USERPROFILE", "APPDATA", "LOCALAPPDATA"), str(home))
    kept = {name: os.environ[name] for name in ("SYSTEMROOT", "TEMP", "TMP", "TMPDIR") if name in os.environ}
    path = os.environ.get("PATH", "") if sys.platform == "win32" else "/usr/bin:/bin"
    return {
        **kept,
        "PATH": path,
        **homes,
        "LANG": "C.UTF-8",
        "QT_QPA_PLATFORM": "offscreen",
    }


def _without_network() -> list[str]:
    """Return the command that runs another without any network, where there is one."""
    command = ["unshare", "--net", "--map-root-user"]
    if sys.platform != "linux" or shutil.which("unshare") is None:
        return []
    return command if subprocess.run([*command, "true"], capture_output=True, check=False).returncode == 0 else []


def sizes(built: Path) -> list[tuple[str, float]]:
    """Return the name and size in MB of the whole and of its largest parts."""
    parts = [(path.name, _size_mb(path)) for path in (built / "program").iterdir() if not path.is_symlink()]
    parts.sort(key=lambda part: -part[1])
    return [(f"{APP_NAME}, unpacked", _size_mb(built)), *parts[:12]]


def _size_mb(path: Path) -> float:
    files = [path] if path.is_file() else [file for file in path.rglob("*") if file.is_file()]
    return sum(file.stat().st_size for file in files if not file.is_symlink()) / 1e6
