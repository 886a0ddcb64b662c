"""The picture in a camera's RAW file."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import rawpy

from photo_clip.adapters.reading_trouble import check_readable
from photo_clip.core.errors import UnreadablePhotoError
from photo_clip.core.ports import RgbImage

_ORIENTATION_OF_FLIP = {0: 1, 3: 3, 5: 8, 6: 6}
"""LibRaw's `sizes.flip` as an EXIF orientation."""
_LEAST_BITS_A_PIXEL = 1
"""No camera packs its sensor's data tighter."""


class NoCameraFileError(UnreadablePhotoError):
    """The file is not from a camera, or from one that LibRaw does not know."""


@dataclass(frozen=True, slots=True)
class RawPreview:
    """A RAW file's own picture of itself."""

    jpeg: bytes
    """The largest one in the file, as the camera made it; empty when there is none."""
    orientation: int
    """The EXIF orientation of the photo, 1 to 8."""
    width_px: int
    height_px: int
    """The size of the photo itself, before it is turned upright."""


def raw_preview(path: Path) -> RawPreview:
    """Return what a RAW file holds for a quick look. Raises UnreadablePhotoError, a NoCameraFileError among them."""
    with _opened(path) as raw:
        sizes = raw.sizes
        orientation = _ORIENTATION_OF_FLIP.get(sizes.flip, 1)
        try:
            preview = raw.extract_thumb()
        except rawpy.LibRawError:
            return RawPreview(b"", orientation, sizes.width, sizes.height)
        jpeg = bytes(preview.data) if preview.format is rawpy.ThumbFormat.JPEG else b""
        return RawPreview(jpeg, orientation, sizes.width, sizes.height)


def developed(path: Path) -> RgbImage:
    """Return the photo of a RAW file from its sensor's data, upright, at half its size.

    Takes a second or more. Raises UnreadablePhotoError.
    """
    with _opened(path) as raw:
        if path.stat().st_size * 8 < _LEAST_BITS_A_PIXEL * raw.sizes.raw_width * raw.sizes.raw_height:
            raise UnreadablePhotoError("the file is cut off")  # LibRaw would make up what is not there
        pixels: RgbImage = raw.postprocess(half_size=True, use_camera_wb=True)
        return pixels


@contextmanager
def _opened(path: Path) -> Iterator[rawpy.RawPy]:
    try:
        with rawpy.imread(str(path)) as raw:
            yield raw
    except (rawpy.LibRawFileUnsupportedError, rawpy.NotSupportedError) as error:
        raise NoCameraFileError("this program cannot read this kind of camera file") from error
    except rawpy.LibRawIOError as error:
        check_readable(path)  # it says no more of its drive's trouble
        raise UnreadablePhotoError("the file is cut off") from error
    except rawpy.LibRawUnsufficientMemoryError as error:
        raise MemoryError from error
    except rawpy.LibRawError as error:
        raise UnreadablePhotoError("the file is damaged") from error
