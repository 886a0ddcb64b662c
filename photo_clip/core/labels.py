"""Label lists: one label a line, in plain text that people can share."""

import io

from photo_clip.core.errors import UsageError
from photo_clip.core.typed_text import one_line

MAX_CHARACTERS = 200


def parse_labels(text: str) -> list[str]:
    """Return the labels of a list, in order; lines that are empty or begin with `#` are left out.

    Raises UsageError, naming the line, for a label that is there twice (whatever its case) or too long.
    """
    labels: list[str] = []
    lines: dict[str, int] = {}
    for number, line in enumerate(io.StringIO(text, newline=None), start=1):  # lines as text editors count them
        label = one_line(line)
        if not label or label.startswith("#"):
            continue
        if len(label) > MAX_CHARACTERS:
            raise UsageError(
                f"Line {number} of the labels is {len(label)} characters long.",
                advice=f"A label has at most {MAX_CHARACTERS}; put one label on each line.",
            )
        if label.casefold() in lines:
            raise UsageError(
                f"Line {number} of the labels, “{label}”, was there before, on line {lines[label.casefold()]}.",
                advice="Remove one of the two.",
            )
        lines[label.casefold()] = number
        labels.append(label)
    return labels
