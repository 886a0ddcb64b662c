"""Writes what Windows shows of a program file: its name, version and licence."""

import re
from pathlib import Path

from photo_clip import APP_NAME, __version__

_TEXT = """VSVersionInfo(
  ffi=FixedFileInfo(filevers={numbers}, prodvers={numbers}, mask=0x3F, OS=0x40004, fileType=1),
  kids=[
    StringFileInfo([StringTable("080904B0", [
      StringStruct("FileDescription", "{name}"),
      StringStruct("FileVersion", "{version}"),
      StringStruct("LegalCopyright", "MIT licence"),
      StringStruct("ProductName", "{name}"),
      StringStruct("ProductVersion", "{version}"),
    ])]),
    VarFileInfo([VarStruct("Translation", [0x0809, 0x04B0])]),
  ],
)
"""


def write_version(file: Path) -> Path:
    """Write PyInstaller's version resource; return the file."""
    numbers = tuple([*map(int, re.findall(r"\d+", __version__)), 0, 0, 0, 0][:4])
    file.write_text(_TEXT.format(numbers=numbers, name=APP_NAME, version=__version__), encoding="utf-8")
    return file
