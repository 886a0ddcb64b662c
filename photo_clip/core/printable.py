"""File names, which can be any bytes, as text that can be shown and printed anywhere."""


def printable(text: str) -> str:
    """Return `text` on one line: what is no character, ends a line or steers a terminal is escaped."""
    escaped = text.encode("utf-8", "backslashreplace").decode("utf-8")
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in escaped)
