"""A limit for the memory of this process."""

import ctypes
import os
import sys
import threading
import time
from contextlib import suppress
from typing import Any

from photo_clip.core.windows_calls import kernel32

_EXTENDED_LIMITS = 9
_PROCESS_MEMORY = 0x100
_LOOK_EVERY_S = 0.02

TOO_MUCH_MEMORY = "reading it needs more memory than allowed"
TOOK_TOO_MUCH = 70
"""The exit code of a process that took more memory than it was allowed, where the system itself sets no limit."""


def limit_memory(more_mb: int) -> None:
    """Let this process take so much more memory than it has now.

    What goes beyond that raises MemoryError, or ends the process; on macOS, which has no such limit, a thread ends it,
    with `TOOK_TOO_MUCH`.
    """
    more_bytes = more_mb * 1024 * 1024
    if sys.platform == "linux":
        _limit_on_linux(more_bytes)
    elif sys.platform == "win32":
        _limit_on_windows(kernel32(), more_bytes)
    else:
        limit_by_looking(more_bytes)


def _limit_on_linux(more_bytes: int) -> None:
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a crash leaves no picture of private photos behind
    with open("/proc/self/statm", encoding="ascii") as statm:  # noqa: PTH123
        data_pages = int(statm.read().split()[5])
    limit = data_pages * resource.getpagesize() + more_bytes
    # Not the address space (RLIMIT_AS), of which libraries reserve more than they use.
    with suppress(ValueError):  # there is a lower one already, which may not be raised
        resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))


def _limit_on_windows(windows: Any, more_bytes: int) -> None:
    """Put this process into a job of its own, which it may leave as little as those it is in already.

    Where Windows refuses a step there is no limit: photos can be read all the same.
    """
    windows.GetCurrentProcess.restype = windows.CreateJobObjectW.restype = ctypes.c_void_p
    process = ctypes.c_void_p(windows.GetCurrentProcess())
    job = ctypes.c_void_p(windows.CreateJobObjectW(None, None))  # never closed: it is to last as long as the process
    has, limits = _MemoryCounters(), _ExtendedLimits()
    if job and windows.K32GetProcessMemoryInfo(process, ctypes.byref(has), _size_of(has)):
        limits.flags = _PROCESS_MEMORY
        limits.process_memory = has.committed + more_bytes
        if windows.SetInformationJobObject(job, _EXTENDED_LIMITS, ctypes.byref(limits), _size_of(limits)):
            windows.AssignProcessToJobObject(job, process)


def limit_by_looking(more_bytes: int) -> None:
    """End this process from a thread of it once it has had so much more memory than until now."""
    most_bytes = _most_so_far_bytes() + more_bytes

    def look() -> None:
        while _most_so_far_bytes() <= most_bytes:
            time.sleep(_LOOK_EVERY_S)
        os._exit(TOOK_TOO_MUCH)

    threading.Thread(target=look, name="photo-clip looks at memory", daemon=True).start()


def _most_so_far_bytes() -> int:
    import resource

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024


def _size_of(structure: ctypes.Structure) -> ctypes.c_uint32:
    return ctypes.c_uint32(ctypes.sizeof(structure))


class _MemoryCounters(ctypes.Structure):
    """PROCESS_MEMORY_COUNTERS."""

    _fields_ = (
        ("size", ctypes.c_uint32),
        ("page_faults", ctypes.c_uint32),
        ("sets_and_pools", ctypes.c_size_t * 6),
        ("committed", ctypes.c_size_t),
        ("peak_committed", ctypes.c_size_t),
    )


class _ExtendedLimits(ctypes.Structure):
    """JOBOBJECT_EXTENDED_LIMIT_INFORMATION."""

    _fields_ = (
        ("times", ctypes.c_int64 * 2),
        ("flags", ctypes.c_uint32),
        ("working_set", ctypes.c_size_t * 2),
        ("active_processes", ctypes.c_uint32),
        ("affinity", ctypes.c_size_t),
        ("priority", ctypes.c_uint32 * 2),
        ("transfers", ctypes.c_uint64 * 6),
        ("process_memory", ctypes.c_size_t),
        ("job_memory", ctypes.c_size_t),
        ("peaks", ctypes.c_size_t * 2),
    )
