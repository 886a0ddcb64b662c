"""What is nobody else's business stays on this computer."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.made_pictures import quarters

_HEARS = """
import os, sys
def hear(event, arguments):
    if event == "socket.__new__" and arguments[1] not in (1, -1) or event == "socket.getaddrinfo":
        with open({told!r}, "a") as told:
            told.write(f"{{event}} {{arguments[1:]}} {{sys.argv}}\\n")
sys.addaudithook(hear)
open({asked!r}, "a").write(f"{{os.getpid()}}\\n")
"""
"""Python runs this at the start of each process, Chroma's and the readers' too; family 1 is of this computer."""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows connects its own processes by the network")
def test_no_process_opens_a_socket_and_everything_is_for_this_user_alone(tmp_path: Path) -> None:
    photos, library = tmp_path / "photos", tmp_path / "library"
    photos.mkdir()
    for number in range(3):
        file = photos / f"secret {number}.png"
        quarters(40 + number, 20).save(file)
        os.utime(file, (1e9, 1e9))
    told, asked = tmp_path / "told", tmp_path / "asked"
    (tmp_path / "start").mkdir()
    start = tmp_path / "start" / "sitecustomize.py"
    start.write_text(_HEARS.format(told=str(told), asked=str(asked)), encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join((str(start.parent), str(Path.cwd())))}
    environment.pop("HF_HUB_OFFLINE", None)
    home = Path(environment["HOME"])
    before = set(home.rglob("*"))
    for words in (
        ("index", str(photos)),
        ("search", "red and green"),
        ("tag", "--labels", "nature", "--dry-run"),
        ("tags", "add", "mine", str(photos / "secret 0.png")),
        ("duplicates",),
        ("models", "list"),
        ("status",),
    ):
        done = subprocess.run(
            [sys.executable, "-m", "photo_clip", "--library", str(library), *words],
            env=environment,
            capture_output=True,
            text=True,
        )
        assert done.returncode in (0, 1), (words, done.stderr)
    assert len(asked.read_text().splitlines()) >= 9, "its processes were not listened to"
    assert not told.exists(), told.read_text()
    left = {place for place in home.rglob("*") if place not in before}
    assert not left, "ONNX Runtime writes there whom it tells, without Python hearing of it"
    for place in (library, *library.rglob("*")):
        assert stat.S_IMODE(place.stat().st_mode) & 0o077 == 0, place


def test_no_module_unpickles_what_comes_from_outside() -> None:
    """Weights of a person's own that are a pickle are read as numbers alone; the program's processes are its own."""
    for module in sorted(Path("photo_clip").rglob("*.py")):
        text = module.read_text(encoding="utf-8")
        for word in ("pickle.load", "torch.load(", "weights_only=False", "allow_pickle=True", "marshal.", "shelve"):
            assert word not in text, (module, word)
