"""Which files are looked at as photos, by the end of their name; what they really are, by their first bytes."""

RAW_SUFFIXES = frozenset((".arw", ".cr2", ".cr3", ".dng", ".nef", ".orf", ".raf", ".rw2"))
"""Camera files, read by their embedded preview."""

PHOTO_SUFFIXES = RAW_SUFFIXES | frozenset(
    (
        *(".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".apng", ".webp", ".gif", ".tif", ".tiff", ".bmp", ".dib"),
        *(".heic", ".heif", ".hif", ".avif", ".jxl", ".jp2", ".j2k", ".jpx"),
    )
)

HEAD_BYTES = 32
"""So many of a file's first bytes tell what it is."""

RAW = "camera RAW"
TIFF = "TIFF"
"""May be a camera file too, as most of those are TIFF inside."""

_READ = {
    b"\xff\xd8\xff": "JPEG",
    b"\x89PNG\r\n\x1a\n": "PNG",
    b"GIF8": "GIF",
    b"BM": "BMP",
    b"II*\0": TIFF,
    b"MM\0*": TIFF,
    b"II+\0": TIFF,
    b"MM\0+": TIFF,
    b"\0\0\0\x0cjP  ": "JPEG 2000",
    b"\xff\x4f\xff\x51": "JPEG 2000",
    b"FUJIFILMCCD-RAW": RAW,
    b"IIRO": RAW,
    b"IIRS": RAW,
    b"MMOR": RAW,
    b"IIU\0": RAW,
}
_OTHER_PICTURES = {
    b"\xff\x0a": "JPEG XL",
    b"\0\0\0\x0cJXL ": "JPEG XL",
    b"\xff\xd8\xff\xf7": "JPEG-LS",
    b"8BPS": "Photoshop",
    b"\0\0\1\0": "icon",
    b"DDS ": "DirectDraw surface",
    b"v/1\1": "OpenEXR",
    b"FOVb": "Sigma X3F",
    b"<svg": "SVG",
    b"%!PS": "PostScript",
    b"gimp xcf": "GIMP",
    **{b"P%d%c" % (number, space): "Netpbm" for number in range(1, 8) for space in b"\n\r\t #"},
}
_OTHER_FILES = {
    b"%PDF": "a PDF document",
    b"PK\3\4": "an archive",
    b"\x1aE\xdf\xa3": "a video",
    b"<!DOCTYPE": "a web page",
    b"<!doctype": "a web page",
    b"<html": "a web page",
}


def is_photo_name(name: str) -> bool:
    """Whether a file of this name is looked at; what it really holds is seen when it is read."""
    dot = name.rfind(".")
    return dot > 0 and name[dot:].lower() in PHOTO_SUFFIXES


def kind_of(head: bytes) -> str:
    """Return what a file that begins with `head` is, if it is of a kind that is read; else empty."""
    if head[4:8] == b"ftyp":
        return {b"crx ": RAW, b"avif": "AVIF", b"avis": "AVIF"}.get(head[8:12], "HEIF" if _is_heif(head) else "")
    if head[:4] == b"RIFF":
        return "WebP" if head[8:12] == b"WEBP" else ""
    if head[8:11] == b"CR\2" and head[:4] == b"II*\0":
        return RAW
    return "" if _named(head, _OTHER_PICTURES) else _named(head, _READ)


def why_unreadable(head: bytes) -> str:
    """Return the reason, a clause for people, why a file that begins with `head` is not of a kind that is read."""
    if picture := _named(head, _OTHER_PICTURES):
        return f"this program cannot read this kind of picture ({picture})"
    is_video = head[4:8] == b"ftyp" or (head[:4] == b"RIFF" and head[8:12] == b"AVI ")
    if other := "a video" if is_video else _named(head, _OTHER_FILES):
        return f"it is not a picture but {other}"
    return "it is not a picture that this program can read"


def _is_heif(head: bytes) -> bool:
    return head[8:11] in (b"hei", b"hev") or head[8:12] in (b"mif1", b"mif2", b"msf1")


def _named(head: bytes, names: dict[bytes, str]) -> str:
    return next((name for signature, name in names.items() if head.startswith(signature)), "")
