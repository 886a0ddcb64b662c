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


_MEETS_TROUBLE = """
import logging, sys
from pathlib import Path
from PySide6.QtWidgets import QApplication
from photo_clip.app import _log_to
from photo_clip.core.errors import StoreError
from photo_clip.core.places import Places
from photo_clip.gui.problems import ProblemBar

application = QApplication(["test"])
places = Places(Path(sys.argv[1]), Path(sys.argv[1]))
_log_to(places)
bar = ProblemBar()
bar.show_problem(StoreError("The sidecar “secret.jpg.xmp” is damaged.", advice="Move it away."))
try:
    try:
        open("/nowhere/secret.jpg")
    except OSError as error:
        raise ValueError("secret.jpg\\nsecret.jpg: secret.jpg") from error
except ValueError as error:
    bar.show_problem(error)
logging.getLogger("watchdog").warning("Cannot look at secret.jpg")
print(places.log_file.read_text(encoding="utf-8"))
"""


def test_the_log_names_no_photo(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _MEETS_TROUBLE, str(tmp_path)], capture_output=True, text=True, encoding="utf-8"
    )
    assert done.returncode == 0, done.stderr
    for told in ("StoreError", "Something unexpected happened", ", in <module>", "ValueError"):
        assert told in done.stdout
    assert "secret" not in done.stdout


def test_no_module_unpickles_what_comes_from_outside() -> None:
    """Weights of a person's own that are a pickle are read as numbers alone; the program's processes are its own."""
    for module in sorted(Path("photo_clip").rglob("*.py")):
        text = module.read_text(encoding="utf-8")
        for word in ("pickle.load", "torch.load(", "weights_only=False", "allow_pickle=True", "marshal.", "shelve"):
            assert word not in text, (module, word)
