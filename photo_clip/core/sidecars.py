"""What stands in the sidecars of photos, and what other programs changed in those that this one wrote."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from photo_clip.core.photo import FileStamp

SIDECAR_SUFFIX = ".xmp"


def is_sidecar_name(name: str) -> bool:
    """Whether a file of this name is looked at as a sidecar."""
    return name[-len(SIDECAR_SUFFIX) :].lower() == SIDECAR_SUFFIX


def sidecar_names(photo: str) -> tuple[str, str]:
    """Return what a photo's sidecar may be called: “photo.jpg.xmp”, as digiKam and darktable do, and “photo.xmp”."""
    dot = photo.rfind(".")
    return f"{photo}{SIDECAR_SUFFIX}", f"{photo[:dot] if dot > photo.rfind('/') + 1 else photo}{SIDECAR_SUFFIX}"


def mark_of(stamps: Sequence[FileStamp | None]) -> str:
    """Return a text that is another one whenever a photo's sidecars, of both names, are others; empty for none."""
    told = ["" if each is None else f"{each.size_bytes}:{each.mtime_ns}" for each in stamps]
    return "|".join(told) if any(told) else ""


@dataclass(frozen=True, slots=True)
class Said:
    """What a photo's file, or its sidecars, say in words."""

    rating: int | None = None
    """Stars, 0 to 5; None where nobody rated it, or rejected it."""
    caption: str = ""
    """Title and description, one line."""
    keywords: tuple[str, ...] = ()
    """With “/” between parents and children; of a sidecar, those that this program did not write."""
    taken_away: tuple[str, ...] = ()
    """Of a sidecar, tags that this program wrote and somebody else took out."""


@dataclass(frozen=True, slots=True)
class Written:
    """What became of a photo's sidecars as this program wrote to them, whatever others did a moment later."""

    mark: str
    """See `mark_of`; empty where it took away the only one."""
    said: Said


@dataclass(frozen=True, slots=True)
class KnownSidecar:
    """A photo's sidecars as the catalogue remembers them."""

    photo_id: int
    path: Path
    """The photo's."""
    seen: str
    """Their mark at the last look; see `mark_of`."""
    written: str | None
    """Their mark after this program wrote to them last; None where it never did."""
    said: Said
    """What they said when they were read last."""
    read: str | None = ""
    """Their mark then; None where they never were."""


@dataclass(frozen=True, slots=True)
class ReadSidecar:
    """What reading a photo's sidecars gave, ready to be remembered."""

    photo_id: int
    mark: str
    """As it was when they were read; empty where they are gone."""
    said: Said
    written: str | None = None
    """As in `KnownSidecar`."""
    change: "SidecarChange | None" = None
    """What somebody else changed of tags and stars since this program wrote to them; None where nobody did."""


@dataclass(frozen=True, slots=True)
class SidecarChange:
    """What another program changed of tags and stars in a sidecar since this one wrote to it."""

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    """Keywords of other programs that are gone."""
    taken_away: tuple[str, ...] = ()
    """Tags that this program had written; they stay in the library, and are written again with the next change."""
    rating: tuple[int | None, int | None] | None = None
    """The stars before and after; None where they are the same."""
    is_gone: bool = False
    """Whether the sidecar itself is gone."""

    def joined(self, later: "SidecarChange") -> "SidecarChange":
        """Return both changes as one."""
        added = dict.fromkeys([*self.added, *later.added])
        removed = dict.fromkeys([*self.removed, *later.removed])
        before = later.rating if self.rating is None else self.rating
        after = self.rating if later.rating is None else later.rating
        return SidecarChange(
            tuple(word for word in added if word not in later.removed),
            tuple(word for word in removed if word not in later.added),
            tuple(dict.fromkeys([*self.taken_away, *later.taken_away])),
            None if before is None or after is None else (before[0], after[1]),
            later.is_gone,
        )

    def in_words(self) -> str:
        """Return the change as sentences for people."""
        told = ["The sidecar is gone; the tags are still in the library."] if self.is_gone else []
        if self.added:
            told.append(f"Added: {', '.join(self.added)}.")
        if self.removed:
            told.append(f"Removed: {', '.join(self.removed)}.")
        if self.taken_away:
            told.append(f"Taken away there, still a tag here: {', '.join(self.taken_away)}.")
        if self.rating is not None:
            before, after = ("none" if stars is None else str(stars) for stars in self.rating)
            told.append(f"Stars: {before} before, {after} now.")
        return " ".join(told)

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.taken_away or self.rating is not None or self.is_gone)


@dataclass(frozen=True, slots=True)
class SidecarConflict:
    """A photo whose sidecar was changed by another program since this one wrote to it, until somebody has seen it."""

    photo_id: int
    path: Path
    """The photo's."""
    noticed_at: datetime
    change: SidecarChange


def change_of(before: Said, after: Said, *, is_gone: bool) -> SidecarChange:
    """Return what differs between what sidecars said and what they say now."""
    return SidecarChange(
        tuple(word for word in after.keywords if word not in before.keywords),
        tuple(word for word in before.keywords if word not in after.keywords),
        after.taken_away,
        None if before.rating == after.rating else (before.rating, after.rating),
        is_gone,
    )
