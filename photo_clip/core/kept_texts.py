"""Reads lists of texts that the program keeps in the settings of a library."""

import json


def texts_in(kept: str | None) -> list[str] | None:
    """Return the texts of a JSON list, none where nothing is kept; None for what is no such list, as it is damaged."""
    try:
        texts = json.loads(kept or "[]")
    except (ValueError, RecursionError):
        return None
    is_whole = isinstance(texts, list) and all(isinstance(each, str) for each in texts)
    return texts if is_whole else None
