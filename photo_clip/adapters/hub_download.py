"""Fetches files from a model hub over the network: in pieces, taken up again where they broke off, and checked."""

import hashlib
import os
import re
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from photo_clip import APP_NAME, __version__
from photo_clip.adapters.remote_file import RemoteFile
from photo_clip.core.errors import DownloadError
from photo_clip.core.whole_files import put_in_place

HUB_URL = "https://huggingface.co"
_CHECKED_BYTES = 16 * 1024 * 1024
_TRIES = 5
"""Without a single byte more."""
_REDIRECTS = 5
_BUSY = (429, 500, 502, 503, 504)
"""Answers that may be another one a moment later."""
_GO_ON = "start the download again: it goes on where it stopped"


class HubDownload:
    """A connection to a model hub, for as long as one download takes. Raises DownloadError for all its trouble."""

    def __init__(self, hub_url: str, proxy_url: str, wait: Callable[[float], None] = time.sleep) -> None:
        """The hub is `hub_url`, else HF_ENDPOINT, else the usual one; the proxy is the system's unless one is named.

        `wait` is called with the seconds between tries.
        """
        self._hub_url = (hub_url or os.environ.get("HF_ENDPOINT") or HUB_URL).rstrip("/")
        self._wait = wait
        try:
            self._client = httpx.Client(
                proxy=proxy_url or None,
                timeout=httpx.Timeout(30, connect=15),
                headers={"User-Agent": f"{APP_NAME}/{__version__}", "Accept-Encoding": "identity"},
            )
        except (ValueError, ImportError, httpx.InvalidURL) as error:
            raise DownloadError(
                f"The proxy “{proxy_url}” cannot be used.",
                advice="Correct it in the settings, such as http://host:3128",
            ) from error

    def __enter__(self) -> "HubDownload":
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def look_up(self, repository: str, name: str) -> RemoteFile | None:
        """Ask what the hub says of a file; None when it is not there."""
        url = f"{self._hub_url}/{repository}/resolve/main/{name}"
        with self._explained():
            answer = self._head(url)
            for _ in range(_REDIRECTS):
                # A repository that was renamed is told by a relative address. Large files are kept elsewhere, but
                # the hub tells their size and digest itself, in the answer that sends us there.
                if not answer.has_redirect_location or httpx.URL(answer.headers["Location"]).host:
                    break
                url = str(httpx.URL(url).join(answer.headers["Location"]))
                answer = self._head(url)
            if answer.status_code == httpx.codes.NOT_FOUND:
                return None
            if not answer.is_success and not answer.has_redirect_location:
                raise _refusal(answer)
            size, tag = answer.headers.get("X-Linked-Size"), answer.headers.get("X-Linked-Etag")
            if answer.is_redirect and not size:
                size = self._client.head(url, follow_redirects=True).headers.get("Content-Length")
            elif not answer.is_redirect:
                size, tag = size or answer.headers.get("Content-Length"), tag or answer.headers.get("ETag")
        digest = (tag or "").removeprefix("W/").strip('"')
        return RemoteFile(
            url,
            name,
            int(size) if re.fullmatch("[0-9]{1,18}", size or "") else None,
            digest if re.fullmatch(r"[0-9a-f]{64}|[0-9a-f]{40}", digest) else "",
        )

    def fetch(self, file: RemoteFile, folder: Path, most_bytes: int) -> Iterator[int]:
        """Bring a file into `folder`, yielding how many bytes of it are there; what is there already is not fetched.

        May be closed at any yield: the next call goes on there. A file that is not what the hub promised is
        deleted and refused, and so is one of more than `most_bytes`.
        """
        target, part = folder / file.name, file.part_of(folder)
        if _size(target) == file.size_bytes and (yield from _is_as_promised(target, file.digest)):
            yield _size(target)
            return
        with self._explained():
            if file.size_bytes is None or file.size_bytes <= most_bytes:
                yield from self._receive(file, part, most_bytes)
        size = _size(part)
        if max(size, file.size_bytes or 0) > most_bytes:
            part.unlink(missing_ok=True)
            raise DownloadError(
                f"“{file.name}” on the hub is larger than {most_bytes / 1e6:,.0f} MB, so it was not fetched.",
                advice="Use another model, or make room on the disk if weights may be so large.",
            )
        as_long = file.size_bytes in (None, size)
        if not as_long or not (yield from _is_as_promised(part, file.digest)):
            part.unlink()
            raise DownloadError(
                f"What came as “{file.name}” is not what the hub promised, so it was thrown away.",
                advice="Start the download again. If this happens twice, something on the way changes files.",
            )
        target.parent.mkdir(parents=True, exist_ok=True)
        put_in_place(part, target)
        yield size

    def _head(self, url: str) -> httpx.Response:
        for turn in range(_TRIES):
            try:
                answer = self._client.head(url)
            except httpx.TransportError:
                if turn == _TRIES - 1:
                    raise
            else:
                if answer.status_code not in _BUSY or turn == _TRIES - 1:
                    return answer
            self._wait(turn + 1)
        raise AssertionError("unreachable")

    def _receive(self, file: RemoteFile, part: Path, most_bytes: int) -> Iterator[int]:
        """Append to `part` until it is whole; a connection that breaks off is made again."""
        failures, most = 0, _size(part)
        while file.size_bytes is None or _size(part) < file.size_bytes:
            trouble: httpx.HTTPError | None = None
            try:
                if (yield from self._stream(file, part, most_bytes)):
                    return
            except httpx.TransportError as error:
                trouble = error
            except httpx.HTTPStatusError as error:
                if error.response.status_code not in _BUSY:
                    raise
                trouble = error
            failures = failures + 1 if _size(part) <= most else 0
            most = max(most, _size(part))
            if failures == _TRIES:
                if trouble is not None:
                    raise trouble
                return  # it ends before its promised size, again and again
            self._wait(max(failures, 0.2))

    def _stream(self, file: RemoteFile, part: Path, most_bytes: int) -> Generator[int, None, bool]:
        """Append one answer to `part`; return whether there is no more to come, whatever was promised."""
        have = _size(part)
        headers = {"Range": f"bytes={have}-"} if have else {}
        with self._client.stream("GET", file.url, headers=headers, follow_redirects=True) as answer:
            if answer.status_code == httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE:
                return True
            if not answer.is_success:
                raise httpx.HTTPStatusError("refused", request=answer.request, response=answer)
            goes_on = answer.headers.get("Content-Range", "").startswith(f"bytes {have}-")
            if answer.status_code != httpx.codes.PARTIAL_CONTENT or not goes_on:
                have = 0
                if answer.status_code == httpx.codes.PARTIAL_CONTENT:
                    part.unlink()  # another part than was asked for
                    return False
            with part.open("ab" if have else "wb") as stream:
                for chunk in answer.iter_raw():
                    stream.write(chunk)
                    have += len(chunk)
                    if have > (most_bytes if file.size_bytes is None else file.size_bytes):
                        return True  # more than was promised or may be; refused when it is checked
                    yield have
        return file.size_bytes is None

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except (httpx.UnsupportedProtocol, httpx.InvalidURL, UnicodeError) as error:
            raise DownloadError(
                f"“{self._hub_url}” is no address of a model hub.",
                advice=f"Correct it in the settings, or leave it empty for {HUB_URL}.",
            ) from error
        except httpx.HTTPStatusError as error:
            raise _refusal(error.response) from error
        except httpx.HTTPError as error:
            raise DownloadError(
                f"The connection to {self._hub_url} could not be made, or broke off.",
                advice=f"See that the computer is online, then {_GO_ON}. Where the hub cannot be reached, name a mirror"
                " of it in the settings.",
            ) from error


def _refusal(answer: httpx.Response) -> DownloadError:
    host, code = answer.url.host, answer.status_code
    if code in (401, 403):
        return DownloadError(
            f"{host} gives this model only to people who have agreed to its terms.",
            advice="Fetch its files in a browser, then give them to photo-clip (“I have the file”).",
        )
    if code == httpx.codes.NOT_FOUND:
        return DownloadError(f"{host} does not have this file.", advice="See that the model's name is right.")
    return DownloadError(f"{host} answered with the error {code}.", advice=f"Wait a while, then {_GO_ON}.")


def _is_as_promised(file: Path, digest: str) -> Generator[int, None, bool]:
    """Return whether a file has the digest; it may be stopped while it looks, and yields the file's size."""
    size = _size(file)
    content = hashlib.sha256()
    if len(digest) == 40:
        content = hashlib.sha1(b"blob %d\0" % size, usedforsecurity=False)
    with file.open("rb") as stream:
        while digest and (piece := stream.read(_CHECKED_BYTES)):
            content.update(piece)
            yield size
    return digest in ("", content.hexdigest())


def _size(file: Path) -> int:
    return file.stat().st_size if file.is_file() else 0
