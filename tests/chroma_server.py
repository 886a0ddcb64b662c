"""A Chroma server of this computer, as people start one: `chroma run`."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

_LONGEST_START_S = 60.0


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
