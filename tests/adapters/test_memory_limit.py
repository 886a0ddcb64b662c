"""A process gets the memory it is allowed, on each system in its own way."""

import ctypes
import sys
from types import SimpleNamespace
from typing import Any

import pytest

from photo_clip.adapters import memory_limit

MB = 1024 * 1024
CALLS = ["CreateJobObjectW", "K32GetProcessMemoryInfo", "SetInformationJobObject", "AssignProcessToJobObject"]
THIS_PROCESS, JOB = 2**64 - 1, 0x1234


class FakeWindows(SimpleNamespace):
    """Does what Windows says it does, for a process that has 100 MB; `refused` is the function that fails."""

    def __init__(self, refused: str = "") -> None:
        super().__init__(limit_bytes=0, is_limited=False, GetCurrentProcess=lambda: THIS_PROCESS)
        for name in CALLS:
            act = getattr(self, f"_{name}")
            setattr(self, name, (lambda *_: 0) if name == refused else lambda *given, act=act: act(*given))

    def _CreateJobObjectW(self, rights: None, name: None) -> int:  # noqa: N802
        return JOB

    def _K32GetProcessMemoryInfo(self, process: ctypes.c_void_p, counters: Any, size: ctypes.c_uint32) -> int:  # noqa: N802
        assert (process.value, size.value) == (THIS_PROCESS, 72)
        counters._obj.committed = 100 * MB
        return 1

    def _SetInformationJobObject(self, job: ctypes.c_void_p, what: int, limits: Any, size: ctypes.c_uint32) -> int:  # noqa: N802
        assert (job.value, what, size.value) == (JOB, 9, 144)
        assert limits._obj.flags == 0x100
        self.limit_bytes = limits._obj.process_memory
        return 1

    def _AssignProcessToJobObject(self, job: ctypes.c_void_p, process: ctypes.c_void_p) -> int:  # noqa: N802
        assert (job.value, process.value) == (JOB, THIS_PROCESS)
        self.is_limited = True
        return 1


@pytest.fixture
def on_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")


def test_windows_limits_what_comes_on_top_of_what_the_process_has(
    on_windows: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    windows = FakeWindows()
    monkeypatch.setattr(memory_limit, "kernel32", lambda: windows)

    memory_limit.limit_memory(300)

    assert windows.is_limited
    assert windows.limit_bytes == 400 * MB


@pytest.mark.parametrize("refused", CALLS)
def test_a_limit_that_windows_refuses_keeps_no_photo_from_being_read(
    on_windows: None, monkeypatch: pytest.MonkeyPatch, refused: str
) -> None:
    windows = FakeWindows(refused)
    monkeypatch.setattr(memory_limit, "kernel32", lambda: windows)

    memory_limit.limit_memory(300)

    assert not windows.is_limited


@pytest.mark.parametrize(("field", "offset"), [("flags", 16), ("process_memory", 112)])
def test_fields_lie_where_windows_has_them(field: str, offset: int) -> None:
    assert getattr(memory_limit._ExtendedLimits, field).offset == offset
    assert memory_limit._MemoryCounters.committed.offset == 56


@pytest.mark.skipif(sys.platform != "linux", reason="tells of Linux")
def test_a_lower_limit_that_is_there_already_keeps_no_photo_from_being_read(monkeypatch: pytest.MonkeyPatch) -> None:
    import resource

    set_limits: list[int] = []

    def refuse(what: int, limits: tuple[int, int]) -> None:
        set_limits.append(what)
        if what == resource.RLIMIT_DATA:
            raise ValueError("not allowed to raise maximum limit")

    monkeypatch.setattr(resource, "setrlimit", refuse)

    memory_limit.limit_memory(300)

    assert set_limits == [resource.RLIMIT_CORE, resource.RLIMIT_DATA]
