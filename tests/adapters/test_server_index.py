"""The index on a Chroma server: what only a server brings; the contract is in test_vector_index.py."""

import contextlib
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

from photo_clip.adapters.index_process import IndexServer
from photo_clip.adapters.server_index import ServerIndex
from photo_clip.core.errors import StoreError
from tests.adapters.test_vector_index import MODEL, clustered, stored
from tests.chroma_server import CAN_CERTIFY, Door, behind_a_door, chroma_server, free_port


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    with chroma_server(tmp_path / "server", free_port()) as url:
        yield url


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    port, folder = free_port(), tmp_path_factory.mktemp("behind a door")
    with chroma_server(folder / "server", port), behind_a_door(port, folder / "door", "secret") as door:
        yield door


def test_what_a_server_holds_is_known_to_the_next_program(url: str) -> None:
    vectors = clustered(50)
    first, second = (ServerIndex(IndexServer(url, "library")) for _ in range(2))
    first.add(MODEL, stored(vectors, last_row=123), "a mark")
    first.close()

    assert (second.level(MODEL), second.mark(MODEL), second.size(MODEL)) == (123, "a mark", 50)
    assert second.nearest(MODEL, vectors[7], 1)[0].tolist() == [8]
    second.close()


def test_libraries_on_one_server_do_not_mix(url: str) -> None:
    mine, yours = (ServerIndex(IndexServer(url, library)) for library in ("mine", "yours"))
    mine.add(MODEL, stored(clustered(10)))

    assert (yours.level(MODEL), yours.size(MODEL)) == (0, 0)
    yours.remove_model(MODEL)
    assert mine.size(MODEL) == 10
    mine.close()
    yours.close()


def test_a_server_that_goes_is_told_and_one_that_comes_back_holds_what_it_kept(tmp_path: Path) -> None:
    port, vectors = free_port(), clustered(20)
    with chroma_server(tmp_path / "server", port) as url:
        index = ServerIndex(IndexServer(url, "library"))
        index.add(MODEL, stored(vectors, last_row=20))
    with pytest.raises(StoreError, match=f"search server “{url}” cannot be used"):
        index.nearest(MODEL, vectors[0], 1)
    with pytest.raises(StoreError):
        index.level(MODEL)
    with chroma_server(tmp_path / "server", port):
        assert (index.level(MODEL), index.size(MODEL)) == (20, 20)
        assert index.nearest(MODEL, vectors[0], 1)[0].tolist() == [1]
        index.close()


def test_a_server_that_lost_everything_is_known_to_be_empty(tmp_path: Path) -> None:
    port = free_port()
    with chroma_server(tmp_path / "server", port) as url:
        index = ServerIndex(IndexServer(url, "library"))
        index.add(MODEL, stored(clustered(20)))
    with pytest.raises(StoreError):
        index.open()
    with chroma_server(tmp_path / "another", port):
        assert (index.level(MODEL), index.size(MODEL)) == (0, 0)
        index.close()


def test_what_a_server_would_have_embeddings_made_with_is_not_made(url: str, tmp_path: Path) -> None:
    made = tmp_path / "made"
    harmful = {"type": "known", "name": "open_clip", "config": {"model_name": "x", "checkpoint": "y", "device": "cpu"}}
    code = (
        "import sys, pathlib, numpy\n"
        "from chromadb.utils.embedding_functions import open_clip_embedding_function as theirs\n"
        "from photo_clip.adapters.chroma_collections import ChromaCollections\n"
        "from photo_clip.adapters.index_process import IndexServer\n"
        "theirs.OpenCLIPEmbeddingFunction.build_from_config = lambda _: pathlib.Path(sys.argv[2]).touch()\n"
        "collections = ChromaCollections(IndexServer(sys.argv[1], 'library'))\n"
        "name = collections._name('a model')\n"
        "configuration = {'hnsw': {'space': 'cosine'}, 'embedding_function': " + repr(harmful) + "}\n"
        "base = sys.argv[1] + '/api/v2/tenants/default_tenant/databases/default_database/collections'\n"
        "import httpx\n"
        "httpx.post(base, json={'name': name, 'configuration': configuration}, trust_env=False).raise_for_status()\n"
        "collections.add('a model', numpy.arange(1, 3), numpy.eye(2, 8, dtype=numpy.float16))\n"
        "collections.note_level('a model', 2, 'a mark')\n"
        "print(collections.nearest('a model', numpy.eye(1, 8, dtype=numpy.float32)[0], 1, 2)[0].tolist())\n"
        "collections.close()\n"
    )
    done = subprocess.run([sys.executable, "-c", code, url, made], capture_output=True, text=True)

    assert (done.returncode, done.stdout, done.stderr) == (0, "[1]\n", "")
    assert not made.exists()


@pytest.mark.parametrize("url", ["host:8000", "ftp://host", "https://", "http://[::1", "http://host:port"])
def test_what_is_no_address_is_told(url: str) -> None:
    index = ServerIndex(IndexServer(url, "library"))
    with pytest.raises(StoreError, match="it is no address such as https://host:8000"):
        index.open()


def test_the_token_is_sent_and_a_refusal_is_told() -> None:
    heard = []

    class Refusing(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            heard.append(dict(self.headers))
            self.send_error(401)

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Refusing)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    index = ServerIndex(IndexServer(f"http://127.0.0.1:{server.server_port}", "library", token="secret"))  # noqa: S106
    with pytest.raises(StoreError, match="cannot be used") as raised:
        index.open()
    server.shutdown()
    thread.join()
    server.server_close()

    assert heard[0]["Authorization"] == "Bearer secret"
    assert heard[0]["x-chroma-token"] == "secret"
    assert "secret" not in raised.value.sentence


@pytest.mark.skipif(not CAN_CERTIFY, reason="openssl is not installed")
def test_a_server_behind_tls_is_used_with_its_certificate_and_token(door: Door) -> None:
    vectors = clustered(20)
    index = ServerIndex(IndexServer(door.url, "library", door.token, str(door.certificate)))
    index.add(MODEL, stored(vectors, last_row=20))
    assert (index.level(MODEL), index.size(MODEL)) == (20, 20)
    assert index.nearest(MODEL, vectors[7], 1)[0].tolist() == [8]
    index.close()


@pytest.mark.skipif(not CAN_CERTIFY, reason="openssl is not installed")
@pytest.mark.parametrize(
    ("token", "certificate", "reason"),
    [
        ("secret", "", "its certificate is not trusted: self-signed certificate"),
        ("wrong", None, "it does not let this program in; the token may be wrong"),
        ("", None, "it does not let this program in; the token may be wrong"),
        ("secret", "nowhere.pem", "“nowhere.pem” is no file with a certificate that can be read"),
        ("secret", __file__, "is no file with a certificate that can be read"),
    ],
)
def test_why_a_server_behind_tls_is_not_used_is_told(
    door: Door, token: str, certificate: str | None, reason: str
) -> None:
    trusted = str(door.certificate) if certificate is None else certificate
    index = ServerIndex(IndexServer(door.url, "library", token, trusted))
    with pytest.raises(StoreError, match=reason) as raised:
        index.open()
    assert "token and certificate are in the settings" in raised.value.advice
    index.close()


@pytest.mark.skipif(not CAN_CERTIFY, reason="openssl is not installed")
def test_a_certificate_of_another_name_is_not_trusted(door: Door) -> None:
    url = door.url.replace("127.0.0.1", "localhost")
    index = ServerIndex(IndexServer(url, "library", door.token, str(door.certificate)))
    with pytest.raises(StoreError, match="not trusted: Hostname mismatch"):
        index.open()
    index.close()


@pytest.mark.parametrize("status", [502, 302])
def test_a_page_of_a_proxy_is_not_taken_for_the_reason(status: int) -> None:
    class Proxy(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if status >= 400:
                self.send_error(status)
            else:  # no page, but that there is one elsewhere
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Proxy) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        index = ServerIndex(IndexServer(f"http://127.0.0.1:{server.server_port}", "library"))
        with pytest.raises(StoreError, match=f"it answers with a page and {status}, as a proxy does"):
            index.open()
        server.shutdown()
        thread.join()


@pytest.mark.skipif(sys.platform == "darwin", reason="macOS does not limit the memory of a process")
def test_a_server_that_answers_without_end_is_not_listened_to_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("photo_clip.adapters.server_index._LONGEST_ANSWER_S", 100.0)

    class Endless(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            with contextlib.suppress(ConnectionError):
                while True:
                    self.wfile.write(b"[" * 2_000_000)

        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Endless) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        index = ServerIndex(IndexServer(f"http://127.0.0.1:{server.server_port}", "library"))
        try:
            with pytest.raises(StoreError, match="what it tells does not fit in memory"):
                index.open()
        finally:
            server.shutdown()
            thread.join()


def test_where_nobody_listens_is_told() -> None:
    index = ServerIndex(IndexServer(f"http://127.0.0.1:{free_port()}", "library"))
    with pytest.raises(StoreError, match="it cannot be reached"):
        index.open()


def test_a_silent_server_is_not_waited_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("photo_clip.adapters.server_index._LONGEST_ANSWER_S", 0.3)
    server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)  # it listens, and answers nobody
    index = ServerIndex(IndexServer(f"http://127.0.0.1:{server.server_port}", "library"))
    with pytest.raises(StoreError, match="it does not answer"):
        index.nearest(MODEL, np.ones(4, np.float32), 1)
    server.server_close()
