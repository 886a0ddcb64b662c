"""A library to do harm to, in processes, and what must be true of it afterwards."""

import json
import os
import random
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from tests.benchmarks.faults.ending import KILLED, kill_all

ROOT = Path(__file__).resolve().parents[3]
PROGRAM = [sys.executable, "-m", "photo_clip"]
CHILD = [sys.executable, "-m", "tests.benchmarks.faults.child"]
LONGEST_S = 300
Held = tuple[str, str, str]
"""A model, a content's id, and the signs of its vector, which no rounding changes."""
DONE, NOTHING_FOUND, TROUBLE = 0, 1, 3


class FaultError(AssertionError):
    """Something that must be true is not: what, in words."""


class SkippedError(Exception):
    """A fault that cannot be made on this computer, and why."""


@dataclass(frozen=True)
class Row:
    """A line of the table."""

    fault: str
    tried: int
    what_happened: str
    lost: str = "nothing"


class Bench:
    """A library, its photos, and what was acknowledged of it."""

    def __init__(self, root: Path, seed: int) -> None:
        root.mkdir(parents=True)
        self.root = root
        self.library = root / "library"
        self.photos = root / "photos"
        self.random = random.Random(seed)
        self._numbers = np.random.default_rng(seed)
        self._made = 0
        self._embeddings: dict[tuple[str, str], bytes] = {}
        self.acknowledged: set[tuple[int, str]] = set()
        """Photo ids and tags that the program said it had stored."""

    # what is done

    def environment(self) -> dict[str, str]:
        home = self.root / "home"
        return {
            **os.environ,
            "HOME": str(home),
            "XDG_CONFIG_HOME": str(home / "config"),
            "XDG_DATA_HOME": str(home / "data"),
            "XDG_CACHE_HOME": str(home / "cache"),
            "PHOTO_CLIP_HOME": str(self.library),
            "PYTHONPATH": str(ROOT),
            "QT_QPA_PLATFORM": "offscreen",
            "HF_HUB_OFFLINE": "1",
        }

    def start(self, *arguments: str, faults: Sequence[str] = (), **options: Any) -> "subprocess.Popen[str]":
        """Start the program, in a group of its own."""
        command = [*CHILD, *faults, "--", *arguments] if faults else [*PROGRAM, *arguments]
        return subprocess.Popen(
            command,
            env=self.environment(),
            cwd=ROOT,
            text=True,
            errors="replace",
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
            **options,
        )

    def run(
        self, *arguments: str, faults: Sequence[str] = (), ends: int | None = DONE, **options: Any
    ) -> "subprocess.CompletedProcess[str]":
        """Run the program to its end; FaultError where its exit code is another one than `ends`, or where it hangs."""
        process = self.start(*arguments, faults=faults, **options)
        try:
            out, err = process.communicate(timeout=LONGEST_S)
        except subprocess.TimeoutExpired:
            kill_all(process)
            process.communicate()
            raise FaultError(f"photo-clip {' '.join(arguments)} hung") from None
        if "Traceback" in err and process.returncode != KILLED:  # whom a killed one just started complains
            raise FaultError(f"photo-clip {' '.join(arguments)} ended with a mistake of the program:\n{err}")
        if ends is not None and process.returncode != ends:
            raise FaultError(f"photo-clip {' '.join(arguments)} ended with {process.returncode}: {err}")
        return subprocess.CompletedProcess(arguments, process.returncode, out, err)

    def add_photos(self, count: int, folder: Path | None = None) -> list[Path]:
        """Write photos that are like no other one, with times in the past."""
        made = []
        for _ in range(count):
            self._made += 1
            file = (folder or self.photos) / f"{self._made:05}.jpg"
            file.parent.mkdir(parents=True, exist_ok=True)
            cells = self._numbers.integers(0, 256, (6, 8, 3), dtype=np.uint8)
            Image.fromarray(cells).resize((160, 120), Image.Resampling.BICUBIC).save(file)
            os.utime(file, (1.5e9 + self._made,) * 2)
            made.append(file)
        return made

    def index(self) -> "subprocess.CompletedProcess[str]":
        return self.run("index", str(self.photos))

    def status(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.run("status", "--json").stdout)
        return found

    # what must be true

    @property
    def catalogue(self) -> Path:
        return self.library / "catalog.db"

    @contextmanager
    def rows(self) -> Iterator[Callable[[str], list[Any]]]:
        """Read the catalogue's file with nothing of the program."""
        with closing(sqlite3.connect(f"file:{self.catalogue}?mode=ro", uri=True)) as connection:
            yield lambda statement: connection.execute(statement).fetchall()

    def check(self, *, opens: bool = True) -> None:
        """FaultError where anything that was committed or acknowledged is lost or doubled, or the file is not sound."""
        if not self.catalogue.exists():
            demand(not self._embeddings, "the catalogue is gone")
            return
        with self.rows() as rows:
            demand(rows("PRAGMA integrity_check") == [("ok",)], "the catalogue is damaged")
            demand(rows("PRAGMA foreign_key_check") == [], "rows refer to nothing")
            if rows("PRAGMA user_version") == [(0,)]:  # killed before its first table
                return
            now = {
                (model, content): vector
                for model, content, vector in rows(
                    """SELECT m.key, c.content_hash, e.vector FROM embeddings e JOIN models m ON m.id = e.model_id
                       JOIN contents c ON c.id = e.content_id"""
                )
            }
            kept = {
                (photo_id, name)
                for photo_id, name in rows(
                    "SELECT d.photo_id, l.name FROM decisions d JOIN labels l ON l.id = d.label_id"
                )
            }
            last = rows("SELECT seq FROM sqlite_sequence WHERE name = 'embeddings'")
        for key, vector in self._embeddings.items():
            demand(now.get(key) == vector, f"an embedding was lost or changed: {key}")
        demand(not last or last[0][0] <= len(now), "something was embedded twice")
        demand(self.acknowledged <= kept, f"{len(self.acknowledged - kept)} acknowledged tags were lost")
        self._embeddings = now
        if opens:
            counts = self.status()["photos"]
            parts = sum(counts[each] for each in ("embedded", "skipped", "waiting", "missing"))
            demand(parts == counts["photos"], f"the counts do not add up: {counts}")

    def check_index_agrees(self, faults: Sequence[str] = ()) -> None:
        """Let the program finish, then compare what Chroma and the catalogue hold; both must know the same."""
        self.run("index", str(self.photos), faults=faults)
        self.check()
        wanted, found = self.in_catalogue(), self.in_chroma()
        demand(found == wanted, f"the index holds {len(found)} vectors, the catalogue {len(wanted)}")

    def check_index_holds(self) -> None:
        """FaultError where the index lacks a vector of the catalogue; others may be left over."""
        lacking = self.in_catalogue() - self.in_chroma()
        demand(not lacking, f"the index lacks {len(lacking)} vectors")

    def in_catalogue(self) -> set[Held]:
        """Return what the catalogue has embeddings of."""
        with self.rows() as rows:
            found = rows("SELECT m.key, e.content_id, e.vector FROM embeddings e JOIN models m ON m.id = e.model_id")
        return {
            (key, str(content_id), np.packbits(np.frombuffer(vector, "<f2") > 0).tobytes().hex())
            for key, content_id, vector in found
        }

    def in_chroma(self, port: int = 0) -> set[Held]:
        """Return what the index holds, or a server does, asked for in a process of its own."""
        holdings = self.library / "index" / "holdings.json"
        name = "" if port else json.loads(holdings.read_text(encoding="utf-8"))["database"]
        code = (
            "import chromadb, json, numpy, sys\n"
            "from chromadb.config import Settings\n"
            "settings = Settings(anonymized_telemetry=False)\n"
            "at = int(sys.argv[2])\n"
            "client = chromadb.HttpClient('127.0.0.1', at, settings=settings) if at else"
            " chromadb.PersistentClient(sys.argv[1], settings)\n"
            "held = []\n"
            "for each in client.list_collections():\n"
            "    found = each.get(include=['embeddings'])\n"
            "    signs = [numpy.packbits(numpy.array(row) > 0).tobytes().hex() for row in found['embeddings']]\n"
            "    held += [[each.metadata['model'], *row] for row in zip(found['ids'], signs)]\n"
            "print(json.dumps(held))"
        )
        done = subprocess.run(
            [sys.executable, "-c", code, str(self.library / "index" / name), str(port)],
            capture_output=True,
            text=True,
            timeout=LONGEST_S,
        )
        demand(done.returncode == 0, f"Chroma cannot open the index: {done.stderr[-300:]}")
        held: list[Held] = json.loads(done.stdout)
        return {(model, content_id, signs) for model, content_id, signs in held}

    def photo_ids(self) -> dict[str, int]:
        """Return the ids of all photos by their paths below their folder."""
        with self.rows() as rows:
            return {os.fsdecode(path): photo_id for path, photo_id in rows("SELECT relative_path, id FROM photos")}

    def tag(self, name: str, *photos: Path) -> None:
        """Give photos a tag, which counts as acknowledged from then on."""
        self.run("tags", "add", name, *map(str, photos))
        ids = self.photo_ids()
        self.acknowledged |= {(ids[photo.relative_to(self.photos).as_posix()], name) for photo in photos}

    def embedded(self) -> int:
        """Return how many embeddings were ever stored."""
        with self.rows() as rows:
            return int(rows("SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'embeddings'")[0][0])


def demand(is_true: object, otherwise: str) -> None:
    """Raise FaultError where something is not true."""
    if not is_true:
        raise FaultError(otherwise)


def told(text: str, *words: str) -> None:
    """FaultError where the program did not say all of this."""
    for word in words:
        demand(word in text, f"“{word}” was not said, but: {text.strip()}")
