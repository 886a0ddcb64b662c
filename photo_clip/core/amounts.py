"""Amounts as people read them."""


def photos_in_words(count: int) -> str:
    """Return “1 photo”, “1,200 photos”."""
    return "1 photo" if count == 1 else f"{count:,} photos"


def size_in_words(size_bytes: float) -> str:
    """Return a size as people and shops name it: 12 KB, 605 MB, 1.5 GB."""
    if size_bytes >= 999.5e6:
        return f"{size_bytes / 1e9:.1f} GB"
    if size_bytes >= 9.95e6:
        return f"{size_bytes / 1e6:.0f} MB"
    if size_bytes >= 0.95e6:
        return f"{size_bytes / 1e6:.1f} MB"
    return f"{size_bytes / 1e3:.0f} KB"
