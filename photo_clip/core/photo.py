"""Photos, folders and what is known of them."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from photo_clip.core.tiles import Box

_LAST_NS = 2**63 - 1


class FolderState(StrEnum):
    """Whether a watched folder can be looked at."""

    ONLINE = "online"
    OFFLINE = "offline"


@dataclass(frozen=True, slots=True)
class FolderIdentity:
    """What tells a folder from another one that turns up at the same path."""

    device: int
    """The file system that it is on, see services/drives.py; changes when another drive is mounted there."""
    inode: int


@dataclass(frozen=True, slots=True)
class Folder:
    """A watched folder."""

    id: int
    path: Path
    identity: FolderIdentity
    state: FolderState = FolderState.ONLINE
    offline_reason: str = ""
    """Why it is offline, a clause for people; empty when online."""

    @property
    def name(self) -> str:
        """What people call it; a drive as a whole has no name but its path."""
        return self.path.name or str(self.path)


@dataclass(frozen=True, slots=True)
class FileStamp:
    """What changes when a file is written to."""

    size_bytes: int
    mtime_ns: int
    """Of years that no 64 bits hold, before 1678 and after 2261, the nearest that they do."""
    ctime_ns: int = field(default=0, compare=False)
    """When the file was written to, renamed or given other rights last, as far as its drive and system tell: on
    Windows, and on FAT, a new name leaves no trace. It is not remembered."""

    @classmethod
    def of(cls, found: os.stat_result) -> "FileStamp":
        """Return the stamp of a file that was found."""
        return cls(found.st_size, max(-_LAST_NS, min(found.st_mtime_ns, _LAST_NS)), found.st_ctime_ns)


@dataclass(frozen=True, slots=True)
class KnownFile:
    """A file as the catalogue remembers it."""

    photo_id: int
    stamp: FileStamp
    content_hash: str | None
    """None until it was read as it is now, and for a photo that is skipped."""
    missing_since_s: float | None
    """When it was first seen to be gone; None while it is there."""
    sidecars: str = ""
    """The mark of its sidecars at the last look; see core/sidecars.py."""
    only_in_cloud: bool = False
    """Whether reading it would download it."""

    @property
    def missing(self) -> bool:
        """Whether it was gone at the last look."""
        return self.missing_since_s is not None


@dataclass(frozen=True, slots=True)
class MovedFile:
    """A photo and the place of its file, such as another one where it was found again."""

    photo_id: int
    folder_id: int
    relative_path: str
    stamp: FileStamp


@dataclass(frozen=True, slots=True)
class FolderChanges:
    """What differs between a folder and the catalogue; paths are relative to the folder, with "/" between parts."""

    new: Mapping[str, FileStamp] = field(default_factory=dict)
    changed: Mapping[int, FileStamp] = field(default_factory=dict)
    """By photo id: its content must be read again."""
    returned: tuple[int, ...] = ()
    """Photo ids that were missing and are there again, unchanged."""
    missing: tuple[int, ...] = ()
    """Photo ids whose file is gone since the last look."""
    sidecars: Mapping[str, str] = field(default_factory=dict)
    """The marks of sidecars that came, changed or went, by the paths of their photos; see core/sidecars.py."""
    in_cloud: Mapping[str, bool] = field(default_factory=dict)
    """Whether photos are only in the cloud, by their paths, where that is not as it was."""

    def __bool__(self) -> bool:
        return bool(self.new or self.changed or self.returned or self.missing or self.sidecars or self.in_cloud)


class TakenSource(StrEnum):
    """Where the time a photo was taken is known from, best first."""

    EXIF = "exif"
    FILE_NAME = "file name"
    MTIME = "file time"


@dataclass(frozen=True, slots=True)
class PhotoFacts:
    """What a photo file says of itself."""

    width_px: int
    height_px: int
    """Size as shown, that is after its orientation was applied."""
    orientation: int = 1
    """The EXIF orientation, 1 to 8; 1 when there is none."""
    exif_taken_at: datetime | None = None
    """Wall-clock time where it was taken, without a time zone."""
    camera: str = ""
    latitude: float | None = None
    """Degrees, north positive, -90 to 90."""
    longitude: float | None = None
    """Degrees, east positive, -180 to 180."""
    rating: int | None = None
    """Stars that somebody gave it in its file, 0 to 5; None for none."""
    caption: str = ""
    """What is written about it in its file, in XMP, IPTC or EXIF, one line."""
    keywords: tuple[str, ...] = ()
    """Those in its file."""
    fingerprint: int | None = None
    """Its difference hash; see core/likeness.py. None where there is none."""
    sharpness: float | None = None
    """See core/likeness.py; None where it is not known."""
    miniature: bytes = b""
    """The grey picture that the fingerprint is made of, a byte a pixel; empty where there is none."""


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo file in a watched folder, as the catalogue knows it."""

    id: int
    folder_id: int
    location: str
    """Its absolute path; `path` is made of it when asked for, which takes longer than all the rest."""
    stamp: FileStamp
    content_hash: str | None = None
    """None until it was read; of the file as it was read last."""
    facts: PhotoFacts | None = None
    """None as long as `content_hash` is."""
    taken_at: datetime | None = None
    taken_source: TakenSource | None = None
    """None until it was read as it is now."""
    skip_reason: str = ""
    missing: bool = False
    offline: bool = False
    """Whether its folder is offline: it can be found and seen small, but not opened."""
    is_favourite: bool = False
    rating: int | None = None
    """Stars that a person gave it here, else those in its file, 0 to 5; None for none."""

    @property
    def path(self) -> Path:
        """Where its file is, absolute."""
        return Path(self.location)

    @property
    def is_read_as_it_is(self) -> bool:
        """Whether its content is that of its file; else that changed, and waits to be read."""
        return self.taken_source is not None


@dataclass(frozen=True, slots=True)
class SavedSearch:
    """A search that was kept; its answer changes as photos come."""

    name: str
    query: str
    """As it is typed."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A photo found, and how well it fits."""

    photo: Photo
    cosine: float | None
    """Cosine similarity of the photo with the query, -1 to 1; None where nothing but filters was asked for.

    Of one found by a part, the part's, less what such parts have ahead.
    """
    relevance: float | None = None
    """The probability that it is a match, 0 to 1; None where nobody asked with words."""
    says_it: bool = False
    """Whether the words asked for stand in its path, its caption or its keywords."""
    part: Box | None = None
    """The part of it that found it; None where it was found as a whole."""
