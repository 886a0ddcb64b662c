"""A Chroma server of this computer, as people start one: `chroma run`, and behind a door with TLS and a token."""

import http.client
import shutil
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx

_LONGEST_START_S = 60.0
CAN_CERTIFY = shutil.which("openssl") is not None


@dataclass(frozen=True)
class Door:
    """Where a server is reached, and what it takes to be let in."""

    url: str
    token: str
    certificate: Path
    """Signed by itself, so that no system trusts it."""


def free_port() -> int:
    """Return a port of this computer where nobody listens."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
    return port


@contextmanager
def chroma_server(folder: Path, port: int) -> Iterator[str]:
    """Run a server that keeps its vectors in `folder`; yield its address."""
    command = Path(sys.executable).with_name("chroma")
    arguments = [command, "run", "--path", folder, "--host", "127.0.0.1", "--port", str(port)]
    url = f"http://127.0.0.1:{port}"
    with subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            _wait_for(url, process)
            yield url
        finally:
            process.terminate()


def _wait_for(url: str, process: "subprocess.Popen[bytes]") -> None:
    latest_s = time.monotonic() + _LONGEST_START_S
    while time.monotonic() < latest_s and process.poll() is None:
        try:
            httpx.get(f"{url}/api/v2/heartbeat", trust_env=False).raise_for_status()
        except httpx.HTTPError:
            time.sleep(0.02)
        else:
            return
    raise AssertionError("the Chroma server did not start")


@contextmanager
def behind_a_door(port: int, folder: Path, token: str) -> Iterator[Door]:
    """Let the server at `port` be reached over TLS by those who know the token, as people put a proxy before it."""
    folder.mkdir()
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"),
            *("-keyout", key, "-out", certificate, "-days", "2", "-subj", "/CN=photo-clip test"),
            *("-addext", "subjectAltName=IP:127.0.0.1"),
        ],
        check=True,
        capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)

    class Keeper(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def hand_on(self) -> None:
            asked = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            if self.headers.get("Authorization") != f"Bearer {token}":
                self.send_error(401)
                return
            behind = http.client.HTTPConnection("127.0.0.1", port)
            behind.request(self.command, self.path, asked, {"Content-Type": "application/json"})
            answer = behind.getresponse()
            content = answer.read()
            behind.close()
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.headers.get("Content-Type", "application/json"))
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def __getattr__(self, name: str) -> Callable[[], None]:
            if name.startswith("do_"):
                return self.hand_on
            raise AttributeError(name)

        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Keeper) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield Door(f"https://127.0.0.1:{server.server_port}", token, certificate)
        finally:
            server.shutdown()
            thread.join()
