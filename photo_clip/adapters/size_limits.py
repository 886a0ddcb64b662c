"""How large a photo may be to be opened: what needs more memory than a reading process should take is refused."""

from photo_clip.core.errors import UnreadablePhotoError

_MOST_BYTES = 1_300_000_000
_BYTES_A_PIXEL = {"HEIF": 10, "WEBP": 16, "AVIF": 12, "JPEG2000": 20}
"""What a decoder and Pillow hold at the same time, for those that decode a photo as a whole first; measured."""
_BYTES_A_PIXEL_PROGRESSIVE_JPEG = 6
_BYTES_A_PIXEL_JPEG = 1.2
"""It is decoded at a reduced size; what limits it is time, not memory."""
_BYTES_A_PIXEL_BY_MODE = {"1": 1, "L": 1, "P": 1, "I": 16, "F": 16}
_BYTES_A_PIXEL_16_BIT = 12
_BYTES_A_PIXEL_COLOUR = 4


def refuse_too_large(width_px: int, height_px: int, file_format: str, mode: str, *, is_progressive: bool) -> None:
    """Raise UnreadablePhotoError for a photo that is too large; format and mode are called as Pillow calls them.

    A small file can hold a picture of thousands of megapixels, by mistake or to do harm.
    """
    if file_format in ("JPEG", "MPO"):
        needed = _BYTES_A_PIXEL_PROGRESSIVE_JPEG if is_progressive else _BYTES_A_PIXEL_JPEG
    elif mode.startswith("I;16"):
        needed = _BYTES_A_PIXEL_16_BIT
    else:
        needed = _BYTES_A_PIXEL.get(file_format) or _BYTES_A_PIXEL_BY_MODE.get(mode, _BYTES_A_PIXEL_COLOUR)
    most = int(_MOST_BYTES / needed / 1e6)
    megapixels = width_px * height_px / 1e6
    if megapixels > most:
        raise UnreadablePhotoError(
            f"it would be {megapixels:,.0f} megapixels, more than the {most:,} this program opens"
        )
