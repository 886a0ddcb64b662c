"""Prints what an edition is installed from, a requirement a line: the program's dependencies, less torch's world."""

import re
import sys
import tomllib
from pathlib import Path

_FULL_ONLY = {"open_clip_torch", "torch", "transformers"}


def requirements(edition: str) -> list[str]:
    """Return the requirements of pyproject.toml for `standard` or `full`, and PyInstaller's own."""
    project = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    builder = [line for line in project["optional-dependencies"]["dev"] if name_of(line) == "pyinstaller"]
    kept = [line for line in project["dependencies"] if edition == "full" or name_of(line) not in _FULL_ONLY]
    return [*kept, *builder]


def name_of(requirement: str) -> str:
    """Return the name of the package that a requirement asks for."""
    return re.split(r"[<>=!~ ;\[]", requirement, maxsplit=1)[0]


if __name__ == "__main__":
    print("\n".join(requirements(sys.argv[1])))
