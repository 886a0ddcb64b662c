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


def is_passed_over(name: str) -> bool:
    """Whether a folder or file of this name is never looked at: hidden, a shadow of macOS, a cache or a bin."""
    return name.startswith(".") or name.lower() in _OF_SYSTEMS
