"""The functions of Windows that Python has no words for."""

import ctypes
import subprocess
import sys
from typing import Any

_ANY_PROCESS = 0xFFFFFFFF
_NO_CONSOLE = 0x08000000
"""CREATE_NO_WINDOW; what has windows of its own shows them all the same."""
_FLAGS_AT, _LONG_PATHS = 3, 0x80
"""Where in what Windows keeps of a process (PEB.BitField) it says that this one takes long paths."""
_TELL_PROGRAM = 1
"""SEM_FAILCRITICALERRORS."""


def kernel32() -> Any:
    """Return the system's own library. Raises OSError on other systems."""
    if sys.platform == "win32":
        return ctypes.WinDLL("kernel32")
    raise OSError("this is not Windows")


def settle_in() -> None:
    """Let this process open paths of more than 260 letters, and hear itself of a card reader without a card, of which
    Windows would tell in a dialog.

    Python says of itself that it takes long paths; Windows listens only where its registry tells it to. The flag that
    comes of both is set here, as Go's runtime does (initLongPathSupport in os_windows.go).
    """
    if sys.platform == "win32":
        kernel, nt = kernel32(), ctypes.WinDLL("ntdll")
        kernel.SetErrorMode(kernel.GetErrorMode() | _TELL_PROGRAM)
        nt.RtlGetCurrentPeb.restype = ctypes.c_void_p
        flags = ctypes.c_uint8.from_address(nt.RtlGetCurrentPeb() + _FLAGS_AT)
        flags.value |= _LONG_PATHS


def name_program(name: str) -> None:
    """Tell the taskbar which program this is: without a name, all that Python runs has one button, with its icon."""
    if sys.platform == "win32":
        ctypes.WinDLL("shell32").SetCurrentProcessExplicitAppUserModelID(ctypes.c_wchar_p(name))


def let_others_come_forward() -> None:
    """Let another program's window come before all others, as that of the program may that was just started."""
    if sys.platform == "win32":
        ctypes.WinDLL("user32").AllowSetForegroundWindow(ctypes.c_uint32(_ANY_PROCESS))


def show_no_consoles() -> None:
    """Let nothing that libraries start in this process show a console, which would flash up before a window.

    `platform`, which many libraries ask as they are loaded, has Windows' command line tell the version.
    """
    if sys.platform == "win32":
        subprocess.Popen = _Unseen  # type: ignore[misc]


class _Unseen(subprocess.Popen[Any]):
    def __init__(self, *arguments: Any, creationflags: int = 0, **more: Any) -> None:
        super().__init__(*arguments, creationflags=creationflags | _NO_CONSOLE, **more)
