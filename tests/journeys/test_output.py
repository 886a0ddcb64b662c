"""What the command line says goes wherever it is sent, or it is told why not."""

import errno
import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from photo_clip.cli import run_command
from photo_clip.core.errors import PhotoClipError
from photo_clip.terminal import ready_streams, say, say_trouble

PROGRAM = f'"{sys.executable}" -m photo_clip'
needs_posix = pytest.mark.skipif(os.name == "nt", reason="is about POSIX shells")


def in_shell(command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/bin/sh", "-c", command], env={**os.environ, **environment}, capture_output=True, text=True, timeout=60
    )


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_full_disk_is_told_in_a_sentence(unbuffered: str) -> None:
    done = in_shell(f"{PROGRAM} --version >/dev/full", PYTHONUNBUFFERED=unbuffered)
    assert done.returncode == 3
    assert len(done.stderr.splitlines()) == 2
    assert "No space left" in done.stderr
    done = in_shell(f"{PROGRAM} status 2>/dev/full", PYTHONUNBUFFERED=unbuffered)
    assert done.returncode == 3  # there is no library yet


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_nothing_is_told_where_nobody_reads_on(unbuffered: str) -> None:
    command = [sys.executable, "-m", "photo_clip", "--version"]
    environment = {**os.environ, "PYTHONUNBUFFERED": unbuffered}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        told = process.stderr.read()
    assert (process.returncode, told) == (1, b"")


@pytest.mark.parametrize(("system", "code", "lines"), [("win32", 1, 0), ("linux", 3, 2)])
def test_windows_says_of_a_pipe_that_nobody_reads_that_it_were_an_invalid_argument(
    system: str, code: int, lines: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Unread(io.BytesIO):
        def write(self, _: object) -> int:
            monkeypatch.setattr(Unread, "write", io.BytesIO.write)  # as it is closed
            raise OSError(errno.EINVAL, "Invalid argument")

    monkeypatch.setattr(sys, "platform", system)
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(Unread()))
    assert run_command(["--version"]) == code
    sys.stdout.close()  # what is in its place now
    assert len(capsys.readouterr().err.splitlines()) == lines


@needs_posix
def test_closed_streams_are_no_trouble() -> None:
    done = in_shell(f"{PROGRAM} --version >&- 2>&- <&-")
    assert done.returncode == 0
    done = in_shell(f"{PROGRAM} folders list >&-")
    assert (done.returncode, len(done.stderr.splitlines())) == (3, 2)


@needs_posix
def test_what_the_system_refuses_is_told_in_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["--library", f"/{'x' * 300}", "status"]) == 3
    told = capsys.readouterr().err
    assert "File name too long" in told
    assert "another folder" in told
    assert len(told.splitlines()) == 2


@pytest.mark.parametrize(
    ("encoding", "written"),
    [
        ("utf-8", os.fsencode("b\udcffad 日本.jpg")),  # what scripts read is the file's name
        ("latin-1", rb"b\udcffad \u65e5\u672c.jpg"),
        ("ascii", rb"b\udcffad \u65e5\u672c.jpg"),
    ],
)
def test_names_come_out_in_every_encoding(encoding: str, written: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    bytes_out = io.BytesIO()
    out = io.TextIOWrapper(bytes_out, encoding=encoding, newline="\n")
    monkeypatch.setattr(sys, "stdout", out)
    monkeypatch.setenv("PYTHONIOENCODING", encoding)  # or Windows' pipes would be in UTF-8
    assert run_command(["--version"]) == 0
    say("b\udcffad 日本.jpg")
    out.flush()
    assert bytes_out.getvalue().splitlines()[1] == written


def test_files_and_pipes_of_windows_are_written_in_utf_8(monkeypatch: pytest.MonkeyPatch) -> None:
    bytes_out, bytes_err = io.BytesIO(), io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(bytes_out, encoding="cp1252", newline="\r\n"))
    monkeypatch.setattr(sys, "stderr", io.TextIOWrapper(bytes_err, encoding="cp1252", newline="\r\n"))
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.delenv("PYTHONIOENCODING", raising=False)
    ready_streams()
    say("日本.jpg")
    say_trouble(PhotoClipError("Ä\udcff日.", advice="Ü."))
    sys.stdout.flush()
    sys.stderr.flush()
    assert bytes_out.getvalue() == "日本.jpg\r\n".encode()
    assert bytes_err.getvalue() == "Ä\\udcff日.\r\nÜ.\r\n".encode()  # in one file with the other, often
