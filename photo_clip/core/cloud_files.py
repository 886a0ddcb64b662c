"""Tells files whose content is not on this computer: who reads one has it downloaded."""

import os
from stat import FILE_ATTRIBUTE_OFFLINE

_ATTRIBUTES = FILE_ATTRIBUTE_OFFLINE | 0x400000
"""On Windows; the second is FILE_ATTRIBUTE_RECALL_ON_DATA_ACCESS, and the one that is shown to every program."""
_FLAGS = 0x40000000
"""On macOS: SF_DATALESS."""

ONLY_IN_CLOUD = "it is only in the cloud; make it available on this computer"


def is_only_in_cloud(found: os.stat_result) -> bool:
    """Whether OneDrive, iCloud, Dropbox or another keeps the content elsewhere; asking this does not bring it."""
    attributes: int = getattr(found, "st_file_attributes", 0)
    flags: int = getattr(found, "st_flags", 0)
    return bool(attributes & _ATTRIBUTES or flags & _FLAGS)
