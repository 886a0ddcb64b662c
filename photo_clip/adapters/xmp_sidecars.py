"""Tags in XMP sidecars, beside photos, where other programs read them. A photo's own bytes are never touched."""

import errno
import hashlib
import os
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

from lxml import etree

from photo_clip.adapters.xmp import LONGEST_PACKET_BYTES, parsed, said_below
from photo_clip.core.errors import SidecarChangedError, SidecarClosedError, SilentDriveError, StoreError
from photo_clip.core.file_systems import CLOSED, OF_THE_FILE
from photo_clip.core.formats import PHOTO_SUFFIXES, RAW_SUFFIXES
from photo_clip.core.photo import FileStamp
from photo_clip.core.sidecars import Said, Written, mark_of, sidecar_names
from photo_clip.core.small_files import content_of
from photo_clip.core.there import is_there
from photo_clip.core.whole_files import put_in_place

_SPACES = {
    "x": "adobe:ns:meta/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "dc": "http://purl.org/dc/elements/1.1/",
    "xmp": "http://ns.adobe.com/xap/1.0/",
    "lr": "http://ns.adobe.com/lightroom/1.0/",
    "digiKam": "http://www.digikam.org/ns/1.0/",
    "photoclip": "https://photo-clip.invalid/ns/1.0/",
}
_FIELDS: tuple[tuple[str, str, Callable[[str], str]], ...] = (
    ("dc:subject", "rdf:Bag", lambda tag: tag.rpartition("/")[2]),
    ("lr:hierarchicalSubject", "rdf:Bag", lambda tag: tag.replace("/", "|")),
    ("digiKam:TagsList", "rdf:Seq", str),
)
"""The fields that hold tags, the kind of list each is, and how it writes a tag."""
_WHOLE_NAMES = "digiKam:TagsList"
"""The one that writes a tag as it is."""
_NO_FILE = frozenset((errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG))
"""What the system says where there is no file, or none can have such a name."""
_OF_THE_SIDECAR = OF_THE_FILE | {errno.EINVAL}
"""What says nothing of its drive."""
_MADE = "photoclip:Made"
"""Says that this program made the file."""


def _both(photo: Path) -> list[Path]:
    return [photo.with_name(name) for name in sidecar_names(photo.name)]


def sidecar_of(photo: Path) -> Path:
    """Return a photo's sidecar: “photo.jpg.xmp”, as digiKam and darktable name it, or “photo.xmp” where that exists
    and is this photo's alone."""
    full, short = _both(photo)
    return short if not is_there(full) and is_there(short) and _has_short_name_alone(photo) else full


def _has_short_name_alone(photo: Path) -> bool:
    """Whether no other photo has the same name but for its end; among others, a camera's file has the sidecar."""
    own = photo.suffix.lower()
    rivals = (RAW_SUFFIXES if own in RAW_SUFFIXES else PHOTO_SUFFIXES) - {own}
    return not any(is_there(photo.with_suffix(end)) for rival in rivals for end in (rival, rival.upper()))


class XmpSidecars:
    """Keeps the `Sidecars` contract."""

    def mark(self, photo: Path) -> str:
        stamps: list[FileStamp | None] = []
        for file in _both(photo):
            with _reading(file):
                stamps.append(_stamp_of(file))
        return mark_of(stamps)

    def read(self, photo: Path) -> Said:
        return _said_of(photo, _read)

    def write(
        self, photo: Path, tags: Sequence[str], rating: int | None = None, seen: str | None = None
    ) -> Written | None:
        seen = self.mark(photo) if seen is None else seen
        file = sidecar_of(photo)
        before = _read(file)
        if before is None and not tags and rating is None:
            return None
        tree = _parsed(before, file) if before is not None else _new()
        former = None if before is None else _content_of(tree, before)  # others write the same in other ways
        try:
            _put(tree, tags, rating)
        except ValueError as error:
            raise StoreError(
                f"The tags of “{photo}” hold a character that no sidecar can.",
                advice="Rename the tag; the sidecar was not changed.",
            ) from error
        content = _content_of(tree, before)
        return None if content == former else self._change(photo, seen, file, before, content)

    def clean(self, photo: Path, seen: str | None = None) -> Written | None:
        seen = self.mark(photo) if seen is None else seen
        last: Written | None = None
        for file in dict.fromkeys(_both(photo)):  # which of them is written to may have changed since
            cleaned = self._clean(photo, seen if last is None else last.mark, file)
            last = cleaned or last
        return last

    def _clean(self, photo: Path, seen: str, file: Path) -> Written | None:
        before = _read(file)
        with _writing(file):
            _aside(file).unlink(missing_ok=True)
        if before is None:
            return None
        tree = _parsed(before, file)
        if not _has_any(tree):
            return None
        made = _attribute(tree, _MADE) is not None
        _put(tree, (), None)
        for description in _descriptions(tree):
            description.attrib.pop(_name(_MADE), None)
        is_empty = made and not _says_more(tree)
        return self._change(photo, seen, file, before, None if is_empty else _content_of(tree, before))

    def _change(self, photo: Path, seen: str, file: Path, before: bytes | None, content: bytes | None) -> Written:
        """Let a sidecar hold this in place of what it held, whole or not at all; with None, take it away.

        Where its drive lets it, a new one may be read by whoever may read the photo. What others write between the
        last look at it and the act that follows, some microseconds, is lost; there is no lock that all of them heed.
        """
        aside = _aside(file)
        with _writing(file):
            if before is not None and not _is_writable(file):
                raise StoreError(
                    f"The sidecar “{file}” is protected from being written to, so it was left as it is.",
                    advice="If it is to follow the library, take the protection away, and try it once more.",
                )
            try:
                if content is not None:
                    _write_aside(aside, content, photo, None if before is None else file)
                mine = _stamp_of(aside)
                said = _said_of(photo, lambda each: content if each == file else _read(each), or_else=Said())
                stamps = [_stamp_of(each) for each in _both(photo)]
                if mark_of(stamps) != seen or _read(file) != before:
                    raise SidecarChangedError(
                        f"The sidecar “{file}” was changed by another program just now, so it was left as it is.",
                        advice="Try it once more.",
                    )
                if content is None:
                    file.unlink()
                else:
                    put_in_place(aside, file)
            finally:
                aside.unlink(missing_ok=True)
        now = [mine if each == file else stamp for each, stamp in zip(_both(photo), stamps, strict=True)]
        return Written(mark_of(now), said)


def _said_of(photo: Path, content_of: Callable[[Path], bytes | None], or_else: Said | None = None) -> Said:
    """Return what both sidecars of a photo say, where they hold what `content_of` returns.

    Where there are some and none of them can be read, that is `or_else`; without it, StoreError is raised.
    """
    found: list[Said] = []
    trouble: StoreError | None = None
    for file in dict.fromkeys(_both(photo)):
        try:
            content = content_of(file)
            if content is not None:
                found.append(_said(_parsed(content, file)))
        except (SilentDriveError, SidecarClosedError):
            raise
        except StoreError as error:
            trouble = error
    if trouble is not None and not found:
        if or_else is None:
            raise trouble
        return or_else
    ratings = [said.rating for said in found if said.rating is not None]
    captions = [said.caption for said in found if said.caption]
    return Said(
        ratings[0] if ratings else None,
        captions[0] if captions else "",
        tuple(dict.fromkeys(word for said in found for word in said.keywords)),
        tuple(dict.fromkeys(word for said in found for word in said.taken_away)),
    )


def _said(tree: etree._ElementTree) -> Said:
    """Return what other programs say in a sidecar, and which of our tags they took out."""
    ours = {name: dict.fromkeys(_items(tree, _ours(name))) for name, *_ in _FIELDS}
    missing = {name: ours[name].keys() - set(_items(tree, name)) for name, *_ in _FIELDS}
    tags = ours[_WHOLE_NAMES] if any(missing.values()) else {}
    taken_away = [tag for tag in tags if any(written(tag) in missing[name] for name, _, written in _FIELDS)]
    return replace(said_below(tree.getroot(), ours), taken_away=tuple(taken_away))


def _name(prefixed: str) -> str:
    prefix, _, name = prefixed.partition(":")
    return f"{{{_SPACES[prefix]}}}{name}"


def _stamp_of(file: Path) -> FileStamp | None:
    try:
        return FileStamp.of(file.stat())
    except OSError as error:
        if error.errno in _NO_FILE:
            return None
        raise


def _read(file: Path) -> bytes | None:
    with _reading(file):
        try:
            return content_of(file, LONGEST_PACKET_BYTES)
        except OSError as error:
            if error.errno in _NO_FILE:
                return None
            raise


@contextmanager
def _reading(file: Path) -> Iterator[None]:
    """Raise StoreError where the system does not let a sidecar be read."""
    try:
        yield
    except OSError as error:
        kind: type[StoreError] = SilentDriveError
        if error.errno in CLOSED:
            kind = SidecarClosedError
        elif error.errno in _OF_THE_SIDECAR:
            kind = StoreError
        raise kind(
            f"The sidecar “{file}” cannot be read: {error.strerror}.",
            advice="See to its permissions, or move it away, if it is none; it was not changed.",
        ) from error


def _parsed(content: bytes, file: Path) -> etree._ElementTree:
    """Parse without entities, document types or the network."""
    trouble = StoreError(
        f"The sidecar “{file}” is damaged, so its tags are left alone.",
        advice="Open it with the program that made it, or move it away; it was not changed.",
    )
    try:
        tree = etree.ElementTree(parsed(content))
    except (etree.XMLSyntaxError, ValueError) as error:
        raise trouble from error
    if tree.docinfo.doctype or tree.getroot().find(f".//{_name('rdf:RDF')}") is None:
        raise trouble
    return tree


def _new() -> etree._ElementTree:
    root = etree.Element(_name("x:xmpmeta"), nsmap={"x": _SPACES["x"]})
    rdf = etree.SubElement(root, _name("rdf:RDF"), nsmap={"rdf": _SPACES["rdf"]})
    spaces = {prefix: space for prefix, space in _SPACES.items() if prefix not in {"x", "rdf"}}
    description = etree.SubElement(rdf, _name("rdf:Description"), nsmap=spaces)
    description.set(_name("rdf:about"), "")
    description.set(_name(_MADE), "True")
    return etree.ElementTree(root)


def _descriptions(tree: etree._ElementTree) -> list[etree._Element]:
    return list(tree.getroot().iter(_name("rdf:Description")))


def _attribute(tree: etree._ElementTree, name: str) -> str | None:
    return next((each.get(_name(name)) for each in _descriptions(tree) if each.get(_name(name)) is not None), None)


def _field(tree: etree._ElementTree, name: str) -> etree._Element | None:
    found: etree._Element | None = tree.getroot().find(f".//{_name(name)}")
    return found


def _items(tree: etree._ElementTree, name: str) -> list[str]:
    field = _field(tree, name)
    return [] if field is None else [item.text or "" for item in field.iter(_name("rdf:li"))]


def _put(tree: etree._ElementTree, tags: Sequence[str], rating: int | None) -> None:
    """Let the fields hold these tags in place of those written before; what others wrote stays.

    Beside each field stands one of ours with what this program wrote, so that it takes away that and nothing else.
    """
    for name, kind, written in _FIELDS:
        ours = set(_items(tree, _ours(name)))
        kept = [item for item in _items(tree, name) if item not in ours]
        theirs = {"", *kept}
        new = [item for item in dict.fromkeys(map(written, tags)) if item not in theirs]
        _set_items(tree, name, kind, [*kept, *new])
        _set_items(tree, _ours(name), "rdf:Bag", new)
    if rating is not None:
        field = _field(tree, "xmp:Rating")
        holder = next((each for each in _descriptions(tree) if each.get(_name("xmp:Rating")) is not None), None)
        if field is not None:
            field.text = str(rating)
        else:
            (_home(tree) if holder is None else holder).set(_name("xmp:Rating"), str(rating))


def _ours(name: str) -> str:
    return f"photoclip:{name.partition(':')[2]}"


def _set_items(tree: etree._ElementTree, name: str, bag: str, items: Iterable[str]) -> None:
    wanted = list(items)
    if wanted == _items(tree, name):
        return
    field = _field(tree, name)
    if field is None:
        space = name.partition(":")[0]
        field = etree.SubElement(_home(tree), _name(name), nsmap={space: _SPACES[space]})
    else:
        field.clear(keep_tail=True)  # lxml takes long to remove an element that has many others in it
    if not wanted:
        field.getparent().remove(field)
        return
    holder = etree.SubElement(field, _name(bag))
    for item in wanted:
        etree.SubElement(holder, _name("rdf:li")).text = item


def _home(tree: etree._ElementTree) -> etree._Element:
    """Return the description that is added to."""
    found = _descriptions(tree)
    if found:
        return found[0]
    description = etree.SubElement(tree.getroot().find(f".//{_name('rdf:RDF')}"), _name("rdf:Description"))
    description.set(_name("rdf:about"), "")
    return description


def _has_any(tree: etree._ElementTree) -> bool:
    return any(_items(tree, _ours(name)) for name, *_ in _FIELDS) or _attribute(tree, _MADE) is not None


def _says_more(tree: etree._ElementTree) -> bool:
    """Whether anything is said at all; a list without items says nothing."""
    return any(
        f"{part.text or ''}{part.tail or ''}".strip() or any(name != _name("rdf:about") for name in part.attrib)
        for part in tree.getroot().iterdescendants()
    )


def _content_of(tree: etree._ElementTree, before: bytes | None) -> bytes:
    content: bytes = etree.tostring(
        tree, encoding="utf-8", xml_declaration=before is None or before.startswith(b"<?xml ")
    )
    return content


def _write_aside(aside: Path, content: bytes, photo: Path, former: Path | None) -> None:
    """Write what is to take the place of a photo's former sidecar, and may be read by the same people."""
    aside.unlink(missing_ok=True)
    with aside.open("xb") as stream:  # if a link were put there, what it leads to would be overwritten
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    with suppress(OSError):
        aside.chmod(photo.stat().st_mode & 0o444 | 0o600 if former is None else former.stat().st_mode & 0o777)


def _is_writable(file: Path) -> bool:
    """Whether nobody protected it: a folder's rights alone let its files be replaced, and root may write to all."""
    return os.access(file, os.W_OK) and bool(file.stat().st_mode & stat.S_IWRITE)


@contextmanager
def _writing(file: Path) -> Iterator[None]:
    """Raise StoreError where the system does not let a sidecar be written or removed."""
    try:
        yield
    except OSError as error:
        advice = "See to the folder's permissions and to the room on the drive"
        if error.errno == errno.ENAMETOOLONG:
            advice = "Give the photo a shorter name"
        raise StoreError(
            f"The sidecar “{file}” cannot be written: {error.strerror}.", advice=f"{advice}; it was not changed."
        ) from error


def _aside(file: Path) -> Path:
    """Return where a sidecar is written before it takes its place; what lies there, left by a crash, is removed.

    Its name is short, as a photo's name may leave room for hardly more than “.xmp”.
    """
    return file.with_name(f".{hashlib.sha256(os.fsencode(file.name)).hexdigest()[:16]}.photo-clip-part")
