"""Says in words what came of adding folders, what went offline, and where tags are kept."""

from pathlib import Path

from photo_clip.core.printable import printable
from photo_clip.gui.index_keeper import AddedFolders
from photo_clip.gui.problems import ProblemBar


class News:
    """Tells people, in the bar at the top of the window."""

    def __init__(self, bar: ProblemBar) -> None:
        self._bar = bar

    def tell_of_added(self, added: AddedFolders, is_paused: bool) -> None:
        """Say what of the things dropped is no folder or cannot be read, and that new photos wait where they do."""
        if added.problem is not None:
            self._bar.show_problem(added.problem)
        elif added.files:
            is_one = len(added.files) == 1
            name = f"“{printable(added.files[0].name)}” is not a folder"
            what = name if is_one else f"{len(added.files):,} of these are not folders"
            folders = "the folder was" if added.count == 1 else f"{added.count:,} folders were"
            self._bar.tell(
                f"{what} and {'was' if is_one else 'were'} left out; {folders} added."
                if added.count
                else f"{what}, so nothing was added.",
                "Drop the folder that holds your photos: photo-clip looks after whole folders, and sees new photos in"
                " them by itself.",
            )
        else:
            self._bar.hide()
        if is_paused and added.count:
            self._bar.tell("Indexing is paused, so new photos wait.", "Resume it at the bottom right.")

    def tell_of_offline(self, path: Path, reason: str) -> None:
        """Say that a folder went offline, why, and that nothing is lost."""
        self._bar.tell(
            f"The folder “{printable(path.name)}” is offline: {reason.rstrip('?.')}.",
            "Its photos can still be found. When it is back, all goes on by itself.",
        )

    def tell_of_sidecars(self) -> None:
        """Say where tags are kept, and how other programs come to see them."""
        self._bar.tell(
            "Tags are kept in the library, and the photos stay as they are.",
            "Other programs see them when they are written beside the photos, in XMP sidecars: see the settings.",
        )
