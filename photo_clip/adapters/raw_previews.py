"""The picture in a camera's RAW file."""

from pathlib import Path

import numpy as np
import rawpy

from photo_clip.core.errors import UnreadablePhotoError
from photo_clip.core.ports import RgbImage

_ORIENTATION_OF_FLIP = {0: 1, 3: 3, 5: 8, 6: 6}
"""LibRaw's `sizes.flip` as an EXIF orientation."""


def raw_picture(path: Path) -> tuple[bytes | RgbImage, int]:
    """Return the preview that the camera put into a RAW file, and the EXIF orientation to show it in.

    The preview is a JPEG, or pixels. Where there is none, the photo is developed at half its size.
    Raises UnreadablePhotoError where neither is possible.
    """
    try:
        with rawpy.imread(str(path)) as raw:
            orientation = _ORIENTATION_OF_FLIP.get(raw.sizes.flip, 1)
            try:
                preview = raw.extract_thumb()
            except (rawpy.LibRawNoThumbnailError, rawpy.LibRawUnsupportedThumbnailError):
                return raw.postprocess(half_size=True, use_camera_wb=True), 1
            return (
                bytes(preview.data) if preview.format is rawpy.ThumbFormat.JPEG else np.asarray(preview.data, np.uint8)
            ), orientation
    except rawpy.LibRawError as error:
        raise UnreadablePhotoError("it is not a camera file that can be read") from error
