"""The functions of Windows that Python has no words for."""

import ctypes
import sys
from typing import Any


def kernel32() -> Any:
    """Return the system's own library. Raises OSError on other systems."""
    if sys.platform == "win32":
        return ctypes.WinDLL("kernel32")
    raise OSError("this is not Windows")
