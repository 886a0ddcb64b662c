"""The search index: an embedded Chroma database over the catalogue's vectors, which may be deleted at any time."""

import contextlib
import dataclasses
import json
import os
import shutil
import threading
import uuid
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from photo_clip.adapters.index_process import Holding, IndexProcess
from photo_clip.core.errors import StoreError
from photo_clip.core.stores import StoredVectors
from photo_clip.core.whole_files import put_in_place

_MARKER = "in-use"
_HOLDINGS = "holdings.json"
_REMOVED = "-removed-"


class ChromaIndex:
    """Keeps the `VectorIndex` contract, one collection a model. Any thread may use it.

    A marker lies in the folder while the database is open. If it lies there at the start, the program was
    killed, and the database may be damaged in ways that show only later (chromadb 1.5.9 did in 9 of 30 kills):
    the folder is deleted without opening it, and begins anew. The database gets another place in it then: the process
    of the killed program may be at work still, and writes to where the former one was, by its name.
    """

    is_remote = False

    def __init__(self, folder: Path) -> None:
        """Look at the folder; the database is opened at its first use.

        What is there and cannot be used is removed; where that cannot be done, the first use tells.
        """
        self._folder = folder
        self._lock = threading.RLock()
        self._process: IndexProcess | None = None
        name, self._holdings = _read_holdings(folder)
        self._database = folder / (name or f"chroma-{_new_name()}")
        with contextlib.suppress(OSError):
            if not name:
                _remove(folder)
        with contextlib.suppress(OSError):
            _remove_leftovers(folder, self._database)

    def level(self, model_key: str) -> int:
        return self._holdings.get(model_key, Holding()).level

    def size(self, model_key: str) -> int:
        return self._holdings.get(model_key, Holding()).size

    def mark(self, model_key: str) -> str:
        return self._holdings.get(model_key, Holding()).mark

    def open(self) -> None:
        with self._lock, self._errors_explained():
            self._opened().call("open")

    def add(self, model_key: str, stored: StoredVectors, mark: str = "") -> None:
        with self._lock, self._errors_explained():
            size = self._opened().call("add", model_key, stored.content_ids, stored.vectors)
            self._holdings[model_key] = Holding(stored.last_row, size, mark)

    def nearest(
        self, model_key: str, query: NDArray[np.float32], count: int
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        size = self.size(model_key)
        if not size:
            return np.empty(0, np.int64), np.empty(0, np.float32)
        with self._lock, self._errors_explained():
            found: tuple[NDArray[np.int64], NDArray[np.float32]] = self._opened().call(
                "nearest", model_key, query, count, size
            )
        return found

    def remove_model(self, model_key: str) -> None:
        with self._lock, self._errors_explained():
            if self._holdings.pop(model_key, None) is not None:
                self._opened().call("remove_model", model_key)

    def close(self) -> None:
        with self._lock:
            if self._process is None:
                return
            with self._errors_explained():
                self._process.call("close")
                self._end_process()
                # The holdings count only once the marker is gone: after a kill in between all is made anew.
                models = {key: dataclasses.asdict(holding) for key, holding in self._holdings.items()}
                written = {"database": self._database.name, "models": models}
                _write_synced(self._folder / _HOLDINGS, json.dumps(written))
                (self._folder / _MARKER).unlink()

    def _opened(self) -> IndexProcess:
        if self._process is None:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            _write_synced(self._folder / _MARKER, str(os.getpid()))
            self._process = IndexProcess(self._database)
        return self._process

    def _end_process(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.end()

    @contextlib.contextmanager
    def _errors_explained(self) -> Iterator[None]:
        try:
            yield
        except (OSError, EOFError, RuntimeError) as error:
            self._end_process()
            raise StoreError(
                f"The search index in “{self._folder}” cannot be used ({error or 'its process has ended'}).",
                advice="Search goes on without it, a little slower; it is made anew at the next start.",
            ) from error


def _read_holdings(folder: Path) -> tuple[str, dict[str, Holding]]:
    """Return the name of the database in the folder, empty where none can be used, and what it has of each model."""
    # Without its holdings nobody knows what it holds. RecursionError: too many brackets.
    with contextlib.suppress(OSError, ValueError, AttributeError, TypeError, KeyError, RecursionError):
        found = json.loads((folder / _HOLDINGS).read_text(encoding="utf-8"))
        name = Path(str(found["database"])).name
        if (folder / name).is_dir() and not (folder / _MARKER).exists():
            return name, {
                str(key): Holding(told["level"], told["size"], str(told["mark"]))
                for key, told in found["models"].items()
            }
    return "", {}


def _remove(folder: Path) -> None:
    """Remove the folder, or what is in its place; a process of a killed program that still writes to it writes to what
    is gone."""
    aside = folder.with_name(f"{folder.name}{_REMOVED}{_new_name()}")
    put_in_place(folder, aside)
    _delete(aside)


def _delete(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink()


def _remove_leftovers(folder: Path, database: Path) -> None:
    """Remove what the process of a killed program wrote while and after its folder was removed."""
    for each in folder.parent.glob(f"{folder.name}{_REMOVED}*"):
        _delete(each)
    for each in folder.iterdir() if folder.exists() else ():
        if each.is_dir() and each != database:
            shutil.rmtree(each, ignore_errors=True)


def _new_name() -> str:
    return uuid.uuid4().hex[:12]


def _write_synced(file: Path, text: str) -> None:
    with file.open("w", encoding="utf-8") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
