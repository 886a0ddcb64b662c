"""The settings of the program, kept in one small file of which people can read each line."""

import json
import os
from contextlib import suppress
from dataclasses import Field, asdict, dataclass, fields
from pathlib import Path
from typing import Any

from photo_clip.core.small_files import content_of
from photo_clip.core.whole_files import put_in_place

BOUNDS = {"photo_time_limit_s": (1, 3600), "reader_memory_mb": (100, 1_000_000), "reader_processes": (0, 64)}
"""The least and the most of every setting that is a number."""
_MOST_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class Settings:
    """Every setting with its default; only what differs is written."""

    photo_time_limit_s: float = 30.0
    """How long one photo may take to be read before it is skipped."""
    reader_memory_mb: int = 1500
    """How much memory a reading process may take."""
    reader_processes: int = 0
    """How many processes read photos; 0 lets the program choose by the processor's cores."""
    writes_sidecars: bool = False
    """Whether tags and stars are written beside the photos, in XMP sidecars, as soon as they are given."""
    model_hub_url: str = ""
    """Another address to download models from; empty for the model hub's own."""
    proxy_url: str = ""
    """A proxy for downloads; empty for the system's own."""
    index_server_url: str = ""
    """A Chroma server that holds the search index; empty for the one embedded in the program."""
    index_server_token: str = ""
    """What the server wants to be told, if anything."""
    index_server_certificate: str = ""
    """A file with the certificate of whom to trust; empty for those that the system trusts."""


@dataclass(frozen=True, slots=True)
class LoadedSettings:
    """The settings read, and a word for the user where the file had to be set aside."""

    settings: Settings
    trouble: str = ""


def load_settings(file: Path) -> LoadedSettings:
    """Read settings; a missing file gives the defaults.

    A file that cannot be understood is renamed to end in `.broken`, so that nothing is lost, and
    the defaults are used. Names this version does not know are ignored, and stay in the file, so
    that an older version can run beside a newer one.
    """
    try:
        values = _read(file)
    except FileNotFoundError:
        return LoadedSettings(Settings())
    except (OSError, ValueError):
        return _set_aside(file)
    known: dict[str, Any] = {}
    for setting in fields(Settings):
        if setting.name in values:
            value = values[setting.name]
            if not _fits(value, setting):
                return _set_aside(file)
            known[setting.name] = value
    return LoadedSettings(Settings(**known))


def save_settings(file: Path, settings: Settings) -> None:
    """Write what differs from the defaults, whole or not at all. Raises OSError."""
    defaults = asdict(Settings())
    values = {name: value for name, value in asdict(settings).items() if value != defaults[name]}
    with suppress(OSError, ValueError):
        values |= {name: value for name, value in _read(file).items() if name not in defaults}
    file.parent.mkdir(parents=True, exist_ok=True)
    unfinished = file.with_name(file.name + ".new")
    with unfinished.open("w", encoding="utf-8") as stream:
        json.dump(values, stream, indent=2, sort_keys=True)
        stream.write("\n")
        stream.flush()
        os.fsync(stream.fileno())
    put_in_place(unfinished, file)


def _read(file: Path) -> dict[str, Any]:
    """Return what the file holds. Raises OSError, and ValueError for what cannot be understood."""
    try:
        values = json.loads(content_of(file, _MOST_BYTES).decode("utf-8"))
    except RecursionError as error:
        raise ValueError("lists within lists") from error
    if not isinstance(values, dict):
        raise ValueError("no settings")
    return values


def _fits(value: object, setting: Field[Any]) -> bool:
    """Whether a setting may have that value: it is of the default's kind, and within bounds."""
    if isinstance(setting.default, bool | str):
        return isinstance(value, type(setting.default))
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    least, most = BOUNDS[setting.name]
    return least <= value <= most and (isinstance(setting.default, float) or isinstance(value, int))


def _set_aside(file: Path) -> LoadedSettings:
    broken, number = file.with_name(file.name + ".broken"), 1
    while os.path.lexists(broken):
        number += 1
        broken = file.with_name(f"{file.name}.broken-{number}")
    try:
        put_in_place(file, broken)
    except OSError:
        return LoadedSettings(Settings(), f"The settings in “{file}” cannot be read; the defaults are used.")
    return LoadedSettings(
        Settings(), f"The settings could not be understood. They were set aside as “{broken}”; the defaults are used."
    )
