"""Which folders and files are passed over in the search for photos, by their names."""

NO_MEDIA = ".nomedia"
"""A file of this name says that its folder is not to be looked into."""

_OF_SYSTEMS = frozenset(
    (
        *("@eadir", "#recycle", "@recycle", "#snapshot", "@recently-snapshot"),  # network storage
        *("$recycle.bin", "recycler", "system volume information", "found.000"),  # Windows
        *("lost+found", "lost.dir", "__macosx"),
    )
)
_OF_PROGRAMS = (
    *(".photoslibrary", ".migratedphotolibrary", ".photolibrary"),  # Photos, and iPhoto before it
    *(".aplibrary", ".migratedaplibrary", ".lrdata"),  # Aperture; Lightroom's previews
)
"""So folders end that a program keeps to itself; macOS shows them as files. What is in them is not to be changed."""


def is_passed_over(name: str) -> bool:
    """Whether a folder or file of this name is never looked at: hidden, a shadow of macOS, a cache, a bin, or a
    library of another program."""
    small = name.lower()
    return small.startswith(".") or small in _OF_SYSTEMS or small.endswith(_OF_PROGRAMS)
