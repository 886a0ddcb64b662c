"""A model hub on this computer, that can be told to misbehave."""

import contextlib
import hashlib
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


class Hub:
    """Serves repositories as the real hub does: small files itself, large ones from elsewhere, with their digests."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        """By path: repository/name."""
        self.large: set[str] = set()
        self.renamed: dict[str, str] = {}
        """Repositories that have another name now."""
        self.url = ""
        self.asked: list[tuple[str, str, str]] = []
        """Method, path and Range of every request."""
        # how it misbehaves
        self.breaks_after: list[int] = []
        """For the next answers with a body of a large file: after how many bytes the connection breaks off."""
        self.tells_size: int | str | None = None
        self.tells_digest: str | None = None
        self.tells_nothing = False
        self.tells_no_length: set[str] = set()
        """Small files that are sent in chunks, as by a hub that does not know how much will come."""
        self.sends_to: str | None = None
        """Where every request is sent on to, to nowhere if empty."""
        self.ignores_range = False
        self.starts_elsewhere = False
        self.sends_more = 0
        self.errors: Counter[int] = Counter()
        """How often it answers with an error code before it does what it should."""

    def add(self, repository: str, folder: Path) -> None:
        """Offer the files of a folder; weights count as large."""
        for file in folder.rglob("*"):
            if file.is_file():
                path = f"{repository}/{file.relative_to(folder).as_posix()}"
                self.files[path] = file.read_bytes()
                if file.suffix in (".safetensors", ".bin"):
                    self.large.add(path)

    def bytes_sent(self, name: str) -> int:
        """Return how often the bytes of a file were asked for from the beginning."""
        return sum(method == "GET" and path.endswith(name) and not span for method, path, span in self.asked)


class _Answer(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    hub: Hub

    def do_HEAD(self) -> None:
        self._answer(with_body=False)

    def do_GET(self) -> None:
        self._answer(with_body=True)

    def log_message(self, *arguments: object) -> None:
        """Say nothing."""

    def _answer(self, *, with_body: bool) -> None:
        hub = self.hub
        hub.asked.append((self.command, self.path, self.headers.get("Range", "")))
        if hub.sends_to is not None:
            self._say(302, **({"Location": hub.sends_to} if hub.sends_to else {}))
            return
        error = next((code for code, count in hub.errors.items() if count > 0), None)
        if error is not None:
            hub.errors[error] -= 1
            self._say(error)
            return
        elsewhere = self.path.startswith("/elsewhere/")
        path = self.path.removeprefix("/elsewhere").removeprefix("/").replace("/resolve/main/", "/")
        for old, new in hub.renamed.items():
            if path.startswith(f"{old}/"):
                self._say(307, Location=f"/{new}/resolve/main/{path.removeprefix(f'{old}/')}")
                return
        content = hub.files.get(path)
        if content is None:
            self._say(404)
        elif path in hub.large and not elsewhere:
            told = {} if hub.tells_nothing else self._told(content)
            self._say(302, Location=f"{hub.url}/elsewhere/{path}", **told)
        elif elsewhere:
            self._send(content, with_body)
        elif path in hub.tells_no_length:
            self._send_in_chunks(content, with_body)
        else:
            blob = hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()
            self._send(content, with_body, ETag=f'"{blob}"')

    def _told(self, content: bytes) -> dict[str, str]:
        size = len(content) if self.hub.tells_size is None else self.hub.tells_size
        digest = self.hub.tells_digest or hashlib.sha256(content).hexdigest()
        return {"X-Linked-Size": str(size), "X-Linked-Etag": f'"{digest}"'}

    def _send(self, content: bytes, with_body: bool, **headers: str) -> None:
        hub = self.hub
        asked = self.headers.get("Range")
        start = 0 if asked is None or hub.ignores_range else int(asked.removeprefix("bytes=").rstrip("-"))
        if start >= len(content) > 0:
            self._say(416)
            return
        body = content[start:] + b"x" * hub.sends_more
        if asked is not None and not hub.ignores_range:
            told = start + (7 if hub.starts_elsewhere else 0)
            headers["Content-Range"] = f"bytes {told}-{len(content) - 1}/{len(content)}"
            self.send_response(206)
        else:
            self.send_response(200)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        if not with_body:
            return
        if self.path.startswith("/elsewhere/") and hub.breaks_after:
            self.wfile.write(body[: hub.breaks_after.pop(0)])
            self.close_connection = True
        else:
            self.wfile.write(body)

    def _send_in_chunks(self, content: bytes, with_body: bool) -> None:
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        if with_body:
            with contextlib.suppress(OSError):  # whoever asked has heard enough
                for start in range(0, len(content), 100_000):
                    piece = content[start : start + 100_000]
                    self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
                self.wfile.write(b"0\r\n\r\n")

    def _say(self, code: int, **headers: str) -> None:
        self.send_response(code)
        for name, value in {"Content-Length": "0", **headers}.items():
            self.send_header(name, value)
        self.end_headers()


@contextmanager
def open_hub() -> Iterator[Hub]:
    """Run a hub for the length of a `with` block."""
    hub = Hub()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Answer", (_Answer,), {"hub": hub}))
    server.daemon_threads = False
    hub.url = f"http://127.0.0.1:{server.server_address[1]}"
    serving = threading.Thread(target=server.serve_forever, args=(0.01,))
    serving.start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
        serving.join()
