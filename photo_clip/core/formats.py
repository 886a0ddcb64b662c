"""Which files are looked at as photos, by the end of their name."""

RAW_SUFFIXES = frozenset((".arw", ".cr2", ".cr3", ".dng", ".nef", ".orf", ".raf", ".rw2"))
"""Camera files, read by their embedded preview."""

PHOTO_SUFFIXES = RAW_SUFFIXES | frozenset(
    (
        *(".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".apng", ".webp", ".gif", ".tif", ".tiff", ".bmp", ".dib"),
        *(".heic", ".heif", ".hif", ".avif", ".jxl", ".jp2", ".j2k", ".jpx"),
    )
)


def is_photo_name(name: str) -> bool:
    """Whether a file of this name is looked at; what it really holds is seen when it is read."""
    dot = name.rfind(".")
    return dot > 0 and name[dot:].lower() in PHOTO_SUFFIXES
