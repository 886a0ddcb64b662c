"""Keeps the files of downloaded models, each in a folder of its own that is there whole or not at all."""

import hashlib
import json
import os
import re
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from photo_clip.adapters.model_folder import (
    CONFIG,
    MOST_CONFIG_BYTES,
    PICKLES,
    TEXT_TOWER,
    TOKENIZER,
    WEIGHTS,
    read_config,
)
from photo_clip.adapters.remote_file import RemoteFile
from photo_clip.core.errors import DownloadError, ModelError, PhotoClipError, UsageError
from photo_clip.core.models import Kind, ModelSource, parse_source
from photo_clip.core.progress import Phase, Progress, Task
from photo_clip.core.there import is_file
from photo_clip.core.whole_files import put_in_place

if TYPE_CHECKING:  # with httpx, which takes a sixth of a second to import, and few runs fetch a model
    from photo_clip.adapters.hub_download import HubDownload

_NAME = "model.json"
"""Says which model a folder holds."""
_UNFINISHED = ".unfinished"
_SPARE_BYTES = 200 * 1024 * 1024
"""What stays free on the disk beside a download."""
_COPIED_BYTES = 8 * 1024 * 1024
_MOST_TOKENIZER_BYTES = 100_000_000
"""The largest that are known, of 250,000 words and more, have 20 to 40 million."""


class HubFiles:
    """Keeps the `ModelFiles` contract. Half a download lies in a folder beside, to be taken up again."""

    def __init__(
        self,
        folder: Path,
        repository_of: Callable[[ModelSource], str],
        config_of: Callable[[ModelSource], str],
        *,
        hub_url: str = "",
        proxy_url: str = "",
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        """`repository_of` names the hub's repository of a model, `config_of` gives the text of a configuration where
        the files have none; both may raise ModelError. For the rest see HubDownload."""
        self._folder = folder
        self._repository_of = repository_of
        self._config_of = config_of
        self._connection = hub_url, proxy_url, wait

    def place_of(self, source: ModelSource) -> Path:
        """Return the folder, or for `Kind.FILE` the file, from which a model is loaded, whether it is there or not."""
        if not source.is_on_hub:
            return Path(source.place)
        name = str(source)
        digest = hashlib.sha256(name.encode()).hexdigest()[:8]
        return self._folder / f"{re.sub('[^A-Za-z0-9._-]+', '--', name)[:100]}-{digest}"

    def is_here(self, source: ModelSource) -> bool:
        place = self.place_of(source)
        match source.kind:
            case Kind.STARTER:
                return True
            case Kind.FOLDER:
                return is_file(place / CONFIG)
            case Kind.FILE:
                return is_file(place)
            case _:
                return is_file(place / _NAME)

    def size_bytes(self, source: ModelSource) -> int:
        if not source.is_on_hub:
            return 0
        return sum(file.stat().st_size for file in self.place_of(source).rglob("*") if file.is_file())

    def begun_bytes(self, source: ModelSource) -> int:
        if not source.is_on_hub:
            return 0
        return sum(file.stat().st_size for file in _unfinished(self.place_of(source)).rglob("*") if file.is_file())

    def held(self) -> list[ModelSource]:
        found = []
        for file in self._folder.glob(f"*/{_NAME}"):
            try:
                source = parse_source(json.loads(file.read_text(encoding="utf-8"))["model"], [])
            except (OSError, ValueError, KeyError, TypeError, AttributeError, UsageError):
                continue  # a folder that is not of our making
            if self.place_of(source) == file.parent:
                found.append(source)
        return sorted(found, key=str)

    def remove(self, source: ModelSource) -> None:
        if not source.is_on_hub:
            return
        place = self.place_of(source)
        try:
            (place / _NAME).unlink(missing_ok=True)  # first: what is half removed must not look whole
            for folder in (place, _unfinished(place)):
                if folder.exists():
                    shutil.rmtree(folder)
        except OSError as error:
            raise ModelError(
                f"“{place}” could not be deleted ({error.strerror}).", advice="Close other programs and try again."
            ) from error

    def download(self, source: ModelSource) -> Task[None]:
        """Fetch the model's configuration and weights and, where it needs them, tokenizer and text tower.

        Only safetensors are fetched. May be closed at any yield; the next call goes on from there.
        """
        from photo_clip.adapters.hub_download import HubDownload

        place = self.place_of(source)
        if self.is_here(source):
            return
        repository = self._repository_of(source)
        with self._stored_in(place) as folder, HubDownload(*self._connection) as hub:
            files = [(yield from self._config(hub, source, repository, folder))]
            files += self._others(hub, repository, folder)
            _refuse_if_too_large(files, folder)
            sizes = [file.size_bytes for file in files]
            total = None if None in sizes else sum(size or 0 for size in sizes)
            done = 0
            for file in files:
                have = 0
                for have in hub.fetch(file, folder, _most_bytes(file.name, folder)):
                    yield Progress(Phase.DOWNLOADING, done + have, total, file.name)
                done += have
            self._finish(source, folder)

    def take(self, source: ModelSource, path: Path) -> Task[None]:
        """Take the files in a folder, or one file of weights; they are linked where the disk is the same, else copied.

        Whether they fit the model is seen when it is loaded.
        """
        weights, others = _own_files(path)
        place = self.place_of(source)
        with self._stored_in(place) as folder:
            target = WEIGHTS[0] if weights.suffix == ".safetensors" else PICKLES[0]
            for file in folder.iterdir():
                if file.is_file():
                    file.unlink()  # what a download began is not mixed with what is taken
            yield from _linked_or_copied(weights, folder / target)
            for name in others:
                (folder / name).parent.mkdir(exist_ok=True)
                shutil.copyfile(path / name, folder / name)
            if CONFIG not in others:
                (folder / CONFIG).write_text(self._config_of(source), encoding="utf-8")
            self._finish(source, folder)

    @contextmanager
    def _stored_in(self, place: Path) -> Iterator[Path]:
        """Give the folder in which a model is gathered, and explain what the disk says."""
        folder = _unfinished(place)
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            yield folder
        except PhotoClipError:
            if not any(file.suffix in (".part", ".safetensors") for file in folder.iterdir()):
                shutil.rmtree(folder)  # nothing in it is worth to be gone on with
            raise
        except OSError as error:
            raise DownloadError(
                f"The model could not be stored in “{self._folder}” ({error.strerror or error}).",
                advice="Make room there, then start again: it goes on where it stopped.",
            ) from error

    def _config(self, hub: "HubDownload", source: ModelSource, repository: str, folder: Path) -> Task[RemoteFile]:
        file = hub.look_up(repository, CONFIG)
        if file is None and source.kind is Kind.TAG:
            text = self._config_of(source)
            (folder / CONFIG).write_text(text, encoding="utf-8")
            return RemoteFile("", CONFIG, len(text.encode()), "")
        if file is None:
            raise DownloadError(
                f"In “{repository}” is no open_clip model, or there is no such place.",
                advice=f"Name a repository of the model hub that holds {CONFIG}.",
            )
        for have in hub.fetch(file, folder, MOST_CONFIG_BYTES):
            yield Progress(Phase.DOWNLOADING, have, None, CONFIG)
        return file

    def _others(self, hub: "HubDownload", repository: str, folder: Path) -> list[RemoteFile]:
        """Return the files that the configuration, which is in `folder`, asks for."""
        text_tower = read_config(folder)["model_cfg"]["text_cfg"]
        weights = next((file for name in WEIGHTS if (file := hub.look_up(repository, name))), None)
        if weights is None:
            raise DownloadError(
                f"“{repository}” offers its weights only as a pickle file, which could hold anything.",
                advice="If you trust who made it, fetch the file yourself and name it: file:ARCHITECTURE:FILE",
            )
        found = []
        if tokenizer := text_tower.get("hf_tokenizer_name"):
            home = repository if hub.look_up(repository, TOKENIZER[0]) else _repository(tokenizer)
            names = TOKENIZER if home == repository else (*TOKENIZER, "config.json")  # says which tokenizer it is
            found += [file for name in names if (file := hub.look_up(home, name))]
        if tower := text_tower.get("hf_model_name"):
            config = hub.look_up(_repository(tower), "config.json")
            if config is not None:
                found.append(RemoteFile(config.url, f"{TEXT_TOWER}/config.json", config.size_bytes, config.digest))
        return [*found, weights]  # last: what is wrong with the others is found out before the many bytes come

    def _finish(self, source: ModelSource, folder: Path) -> None:
        """Put a gathered folder where it belongs, all at once."""
        place = self.place_of(source)
        for part in folder.glob("*.part"):
            part.unlink()  # of a file that was another one when it was begun
        with (folder / _NAME).open("w", encoding="utf-8") as stream:
            json.dump({"model": str(source)}, stream)
            stream.flush()
            os.fsync(stream.fileno())
        if place.exists():
            (place / _NAME).unlink(missing_ok=True)
            shutil.rmtree(place)
        put_in_place(folder, place)


def _unfinished(place: Path) -> Path:
    return place.with_name(place.name + _UNFINISHED)


def _refuse_if_too_large(files: list[RemoteFile], folder: Path) -> None:
    needed = sum(file.size_bytes or 0 for file in files) - _bytes_in(folder)
    free = shutil.disk_usage(folder).free
    if needed > 0 and needed + _SPARE_BYTES > free:
        raise DownloadError(
            f"The model needs {needed / 1e6:,.0f} MB more, and “{folder.parent}” has {free / 1e6:,.0f} MB free.",
            advice="Make room, then start it again.",
        )


def _most_bytes(name: str, folder: Path) -> int:
    """Return how large a file may be, whatever the hub says of it; for weights, what the disk holds sets the limit."""
    if name in WEIGHTS:
        return max(0, shutil.disk_usage(folder).free + _bytes_in(folder) - _SPARE_BYTES)
    return _MOST_TOKENIZER_BYTES if name in TOKENIZER else MOST_CONFIG_BYTES


def _bytes_in(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.iterdir() if file.is_file())


def _repository(name: str) -> str:
    """Return the name of a repository that a configuration names. Raises DownloadError where it cannot be one."""
    if not re.fullmatch(r"[\w.-]{1,100}(/[\w.-]{1,100})?", name, re.ASCII):
        raise DownloadError(
            f"The model asks for files of “{name[:100]}”, which is no place on the model hub.",
            advice="Use another model.",
        )
    return name


def _own_files(path: Path) -> tuple[Path, list[str]]:
    """Return the weights that a person has, and the names of the other files that lie with them in a folder."""
    if is_file(path) and path.suffix in (".safetensors", ".bin", ".pt", ".pth"):
        return path.resolve(), []
    names = [name for name in (*WEIGHTS, *PICKLES) if is_file(path / name)]
    if not names:
        raise DownloadError(
            f"“{path}” is no file of weights and no folder with one.",
            advice=f"Choose {WEIGHTS[0]}, or the folder it lies in.",
        )
    others = [name for name in (CONFIG, *TOKENIZER, f"{TEXT_TOWER}/config.json") if is_file(path / name)]
    return (path / names[0]).resolve(), others  # the hub's own cache holds links


def _linked_or_copied(file: Path, target: Path) -> Task[None]:
    total = file.stat().st_size
    try:
        os.link(file, target)
    except OSError:
        with file.open("rb") as source, target.open("wb") as stream:
            while piece := source.read(_COPIED_BYTES):
                stream.write(piece)
                yield Progress(Phase.DOWNLOADING, stream.tell(), total, file.name)
    yield Progress(Phase.DOWNLOADING, total, total, file.name)
