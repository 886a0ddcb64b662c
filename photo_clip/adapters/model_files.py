"""Fetches models from a model hub, when a person asked for it, and keeps their files."""

import hashlib
import json
import os
import re
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx

from photo_clip.core.errors import DownloadError
from photo_clip.core.models import Kind, ModelSource
from photo_clip.core.progress import Phase, Progress, Task

HUB_URL = "https://huggingface.co"
CONFIG = "open_clip_config.json"
WEIGHTS = ("open_clip_model.safetensors", "open_clip_pytorch_model.bin")
"""In the order they are tried: the first kind can hold nothing but numbers."""
_TOKENIZER = ("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json")
_COMPLETE = "complete.json"
_UNFINISHED = ".unfinished"
_CHUNK_BYTES = 256 * 1024
_SPARE_BYTES = 200 * 1024 * 1024
"""What stays free on the disk beside a download."""
_TRIES = 4
_SECONDS_BETWEEN_TELLING = 0.1


class HubFiles:
    """Keeps the `ModelFiles` contract: one folder a model, in which a marker lies once all of it is there."""

    def __init__(
        self,
        folder: Path,
        repository_of: Callable[[ModelSource], str],
        *,
        hub_url: str = "",
        proxy_url: str = "",
    ) -> None:
        """`repository_of` names the hub's repository of a model; it may raise ModelError.

        The hub is `hub_url`, else HF_ENDPOINT, else the usual one; the proxy is the system's unless one is named.
        """
        self._folder = folder
        self._repository_of = repository_of
        self._hub_url = (hub_url or os.environ.get("HF_ENDPOINT") or HUB_URL).rstrip("/")
        self._proxy_url = proxy_url

    def folder_of(self, source: ModelSource) -> Path:
        """Return where a downloaded model lies, whether it is there or not."""
        return self._folder / re.sub(r"[^A-Za-z0-9._-]+", "--", str(source))

    def is_here(self, source: ModelSource) -> bool:
        match source.kind:
            case Kind.STARTER:
                return True
            case Kind.FOLDER:
                return Path(source.place, CONFIG).is_file()
            case Kind.FILE:
                return Path(source.place).is_file()
            case _:
                return (self.folder_of(source) / _COMPLETE).is_file()

    def size_bytes(self, source: ModelSource) -> int:
        if not source.is_on_hub or not self.is_here(source):
            return 0
        return sum(file.stat().st_size for file in self.folder_of(source).iterdir() if file.is_file())

    def remove(self, source: ModelSource) -> None:
        if source.is_on_hub:
            folder = self.folder_of(source)
            (folder / _COMPLETE).unlink(missing_ok=True)  # first: what is half removed must not look whole
            shutil.rmtree(folder, ignore_errors=True)

    def download(self, source: ModelSource) -> Task[None]:
        """Fetch the model's files; what was fetched before a stop is kept beside them, and the next call goes on there.

        Each file's size and, where the hub tells it, SHA-256 are checked. Raises DownloadError.
        """
        repository = self._repository_of(source)
        folder = self.folder_of(source)
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            with httpx.Client(
                proxy=self._proxy_url or None, follow_redirects=True, timeout=httpx.Timeout(30, connect=15)
            ) as client:
                hashes = yield from self._fetch_all(client, repository, folder)
            _write_synced(folder / _COMPLETE, json.dumps({"model": str(source), "sha256": hashes}, indent=2))
        except httpx.HTTPError as error:
            raise DownloadError(
                f"The model could not be downloaded from {self._hub_url} ({_told(error)}).",
                advice="See that the computer is online, then start it again: it goes on where it stopped.",
            ) from error
        except OSError as error:
            raise DownloadError(
                f"The model could not be stored in “{folder}” ({error.strerror}).",
                advice="Make room, then start it again: it goes on where it stopped.",
            ) from error

    def import_folder(self, source: ModelSource, folder: Path) -> None:
        """Take the files of a model that a person has already. Raises DownloadError where some are missing."""
        weights = next((folder / name for name in WEIGHTS if (folder / name).is_file()), None)
        if weights is None or not (folder / CONFIG).is_file():
            raise DownloadError(
                f"In “{folder}” is no open_clip model.",
                advice=f"Choose the folder that holds {CONFIG} and {WEIGHTS[0]}.",
            )
        target = self.folder_of(source)
        target.mkdir(parents=True, exist_ok=True, mode=0o700)
        names = [CONFIG, weights.name, *(name for name in _TOKENIZER if (folder / name).is_file())]
        hashes = {}
        for name in names:
            unfinished = target / (name + _UNFINISHED)
            shutil.copyfile(folder / name, unfinished)
            unfinished.replace(target / name)
            hashes[name] = _sha256(target / name)
        _write_synced(target / _COMPLETE, json.dumps({"model": str(source), "sha256": hashes}, indent=2))

    def _fetch_all(self, client: httpx.Client, repository: str, folder: Path) -> Task[dict[str, str]]:
        hashes = {CONFIG: (yield from self._fetch(client, repository, CONFIG, folder))}
        config: dict[str, Any] = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
        for name in WEIGHTS:
            if name == WEIGHTS[-1] or self._is_offered(client, repository, name):
                hashes[name] = yield from self._fetch(client, repository, name, folder)
                break
        tokenizer = config.get("model_cfg", {}).get("text_cfg", {}).get("hf_tokenizer_name")
        if tokenizer:
            home = repository if self._is_offered(client, repository, _TOKENIZER[0]) else str(tokenizer)
            for name in _TOKENIZER:
                if self._is_offered(client, home, name):
                    hashes[name] = yield from self._fetch(client, home, name, folder)
        return hashes

    def _url(self, repository: str, name: str) -> str:
        return f"{self._hub_url}/{repository}/resolve/main/{name}"

    def _is_offered(self, client: httpx.Client, repository: str, name: str) -> bool:
        found = client.head(self._url(repository, name), headers={"Accept-Encoding": "identity"})
        return found.status_code == httpx.codes.OK

    def _fetch(self, client: httpx.Client, repository: str, name: str, folder: Path) -> Task[str]:
        """Fetch one file, whole and checked, and return its SHA-256."""
        size, sha256 = self._promised(client, repository, name)
        finished = folder / name
        if finished.is_file() and size == finished.stat().st_size and (not sha256 or _sha256(finished) == sha256):
            return sha256 or _sha256(finished)
        unfinished = folder / (name + _UNFINISHED)
        have = unfinished.stat().st_size if unfinished.is_file() else 0
        if size is not None and size - have + _SPARE_BYTES > shutil.disk_usage(folder).free:
            raise DownloadError(
                f"The model needs {(size - have) / 1e6:,.0f} MB, and there is not so much room in “{folder}”.",
                advice="Make room, then start it again.",
            )
        yield from self._receive(client, self._url(repository, name), unfinished, size, name)
        digest = _sha256(unfinished)
        if (size is not None and unfinished.stat().st_size != size) or (sha256 and digest != sha256):
            unfinished.unlink()
            raise DownloadError(
                f"What was received as “{name}” is not what the hub promised.",
                advice="Start the download again; if this happens twice, the hub or the network changes files.",
            )
        unfinished.replace(finished)
        return digest

    def _promised(self, client: httpx.Client, repository: str, name: str) -> tuple[int | None, str]:
        """Return the size and SHA-256 that the hub tells of a file; None and "" where it does not."""
        # The hub answers for large files itself, with their digest, before it sends the asker elsewhere.
        found = client.head(
            self._url(repository, name), headers={"Accept-Encoding": "identity"}, follow_redirects=False
        )
        if found.is_error:
            raise httpx.HTTPStatusError(f"{found.status_code}", request=found.request, response=found)
        size = found.headers.get("X-Linked-Size") or (
            None if found.is_redirect else found.headers.get("Content-Length")
        )
        tag = (found.headers.get("X-Linked-Etag") or "").strip('"')
        return (int(size) if size and size.isdigit() else None), (tag if re.fullmatch(r"[0-9a-f]{64}", tag) else "")

    def _receive(self, client: httpx.Client, url: str, unfinished: Path, size: int | None, name: str) -> Task[None]:
        """Append to what is there until the file is whole; broken connections are taken up again a few times."""
        for attempt in range(_TRIES):
            try:
                yield from _stream(client, url, unfinished, size, name)
            except httpx.TransportError:
                if attempt == _TRIES - 1:
                    raise
            else:
                if size is None or unfinished.stat().st_size >= size:
                    return


def _stream(client: httpx.Client, url: str, unfinished: Path, size: int | None, name: str) -> Iterator[Progress]:
    have = unfinished.stat().st_size if unfinished.is_file() else 0
    if size is not None and have >= size:
        return
    headers = {"Accept-Encoding": "identity", **({"Range": f"bytes={have}-"} if have else {})}
    with client.stream("GET", url, headers=headers) as answer:
        if answer.is_error:
            raise httpx.HTTPStatusError(f"{answer.status_code}", request=answer.request, response=answer)
        if answer.status_code != httpx.codes.PARTIAL_CONTENT:
            have = 0  # the server begins anew, so this does too
        told_s = 0.0
        with unfinished.open("ab" if have else "wb") as stream:
            for chunk in answer.iter_bytes(_CHUNK_BYTES):
                stream.write(chunk)
                have += len(chunk)
                if size is not None and have > size:
                    break  # more than was promised: refused when it is checked
                if time.monotonic() - told_s >= _SECONDS_BETWEEN_TELLING:
                    told_s = time.monotonic()
                    yield Progress(Phase.DOWNLOADING, have, size, name)
    yield Progress(Phase.DOWNLOADING, have, size, name)


def _told(error: httpx.HTTPError) -> str:
    if isinstance(error, httpx.HTTPStatusError):
        code = error.response.status_code
        return "it is not there" if code == httpx.codes.NOT_FOUND else f"the server answered {code}"
    return "the connection could not be made or broke off"


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _write_synced(file: Path, text: str) -> None:
    with file.open("w", encoding="utf-8") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
