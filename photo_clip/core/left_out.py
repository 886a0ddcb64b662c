"""Which subfolders and files people want to be left out of their watched folders."""

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import translate
from functools import cached_property
from pathlib import Path, PurePath
from unicodedata import normalize

from photo_clip.core.linked_paths import as_compared, paths_to
from photo_clip.core.there import is_there
from photo_clip.core.typed_paths import from_home


@dataclass(frozen=True)
class LeftOut:
    """Patterns, each of which leaves out folders with all that is in them, or files.

    A path, such as `/home/me/Pictures/private`, is that folder or file, in any spelling that the system takes for it. A
    name, such as `Previews` or `*_small.jpg`, is every folder or file of that name; `*`, `?` and `[ab]` stand for other
    characters, and capitals for small letters too. A name with a slash, such as `2019/scans`, is looked for below each
    watched folder.
    """

    patterns: tuple[str, ...] = ()

    @classmethod
    def of(cls, patterns: Iterable[str]) -> "LeftOut":
        """Take patterns as people write them; empty ones, slashes at their ends and repeated ones are dropped.

        Blanks around them are dropped, too, but for those at the end of a path, which are part of a name.
        """
        cleaned = (pattern.lstrip().replace("\\", "/") for pattern in patterns)
        ended = ((each if _is_path(each) else each.rstrip()).rstrip("/") for each in cleaned)
        return cls(tuple(dict.fromkeys(each for each in ended if each)))

    def __bool__(self) -> bool:
        return bool(self.patterns)

    def has(self, root: Path, relative: str) -> bool:
        """Whether the file or folder at `relative` below the watched folder `root` is left out, or lies in one that
        is."""
        parts = normalize("NFC", relative).split("/")
        if any(self._names.fullmatch(part) for part in parts):
            return True
        if not self._below and not self._paths:
            return False
        places = ["/".join(parts[: count + 1]) for count in range(len(parts))]
        if any(self._below_pattern.fullmatch(place) for place in places):
            return True
        return any(_as_compared(PurePath(root, place).as_posix()) in self._paths for place in places)

    @cached_property
    def _paths(self) -> frozenset[str]:
        return frozenset(_as_compared(each) for each in self.patterns if _is_path(each))

    @cached_property
    def _below(self) -> tuple[str, ...]:
        return tuple(each for each in self.patterns if "/" in each and not _is_path(each))

    @cached_property
    def _below_pattern(self) -> re.Pattern[str]:
        return _any_of(self._below)

    @cached_property
    def _names(self) -> re.Pattern[str]:
        return _any_of(each for each in self.patterns if "/" not in each)


def paths_or_name(typed: str) -> tuple[str, ...]:
    """Return what a person typed in a shell, or chose, as patterns: a path as it is from the root on.

    One that leads through symbolic links is more than one pattern, so that whatever is there is left out by whichever
    path it is found.
    """
    path = from_home(typed)
    has_parts = not {"/", os.sep}.isdisjoint(typed)
    if path.anchor or typed.startswith((".", "~")) or (has_parts and is_there(path)):
        spellings = (each.as_posix() for each in paths_to(path))
        return tuple({as_compared(each): each for each in spellings}.values())  # the last one is the true one
    return LeftOut.of([re.sub(r"^\s|\s$", r"[\g<0>]", typed.rstrip("/"))]).patterns  # else its blanks would be dropped


def _is_path(pattern: str) -> bool:
    return pattern.startswith("/") or re.match("[A-Za-z]:/", pattern) is not None


def _as_compared(path: str) -> str:
    """Return a path as the system compares it, and its accents in one of the two ways to write them: names that come
    from a Mac have them in the other."""
    return as_compared(normalize("NFC", path))


def _any_of(patterns: Iterable[str]) -> re.Pattern[str]:
    """Return what matches any of the patterns; nothing where there is none."""
    wanted = (translate(normalize("NFC", each)) for each in patterns)
    return re.compile("|".join(wanted) or "(?!)", re.IGNORECASE)
