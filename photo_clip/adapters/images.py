"""Turns photo files into pixels: upright, in sRGB, at the sizes that are wanted."""

import errno
import io
import math
import struct
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import numpy as np
import pi_heif
from PIL import Image, ImageCms, ImageFile, UnidentifiedImageError

from photo_clip.adapters import exif
from photo_clip.adapters.content_hash import content_hash
from photo_clip.adapters.raw_previews import raw_picture
from photo_clip.core.errors import PhotoGoneError, UnreadablePhotoError
from photo_clip.core.formats import RAW_SUFFIXES
from photo_clip.core.photo import PhotoFacts
from photo_clip.core.ports import Fit, ReadPhoto, Resampling, RgbImage, SquareSpec

THUMBNAIL_SIDE_PX = 400
_THUMBNAIL_QUALITY = 82
_SPARE = 1.5
"""A JPEG is decoded at a reduced size with at least so many times the pixels a side that are wanted."""
_MAX_MEGAPIXELS = 250
_MAX_JPEG_MEGAPIXELS = 1000
"""JPEGs are decoded at a reduced size, so that even large ones fit into memory."""
_GROUND = (128, 128, 128)
"""What shows through transparent pixels."""

_FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "TIFF", "BMP", "DIB", "HEIF", "AVIF", "JPEG2000")
_FILTERS = {Resampling.BILINEAR: Image.Resampling.BILINEAR, Resampling.BICUBIC: Image.Resampling.BICUBIC}
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_DRIVE_TROUBLE = frozenset(
    (errno.EIO, errno.ENODEV, errno.ENXIO, errno.ETIMEDOUT, errno.ENOTCONN, getattr(errno, "ESTALE", errno.EIO))
)
_DAMAGE = (
    *(OSError, SyntaxError, ValueError, TypeError, KeyError, IndexError, AttributeError, ArithmeticError, EOFError),
    *(RuntimeError, struct.error, zlib.error),
)
"""What Pillow and its plugins raise on damaged files."""

pi_heif.register_heif_opener()
Image.MAX_IMAGE_PIXELS = None  # the size is checked here, with a reason, before anything is decoded


def read_photo(path: Path, square: SquareSpec) -> ReadPhoto:
    """Read a photo once, for everything that is wanted of it. Raises UnreadablePhotoError."""
    with _explained():
        digest = content_hash(path)
        image, facts = _upright(path, max(square.side_px, 1), THUMBNAIL_SIDE_PX)
        return ReadPhoto(digest, make_square(image, square), _thumbnail_jpeg(image), facts)


def hash_photo(path: Path) -> str:
    """Return the content hash of a file. Raises UnreadablePhotoError."""
    with _explained():
        return content_hash(path)


def read_thumbnail(path: Path) -> bytes:
    """Return the photo's thumbnail, a JPEG. Raises UnreadablePhotoError."""
    with _explained():
        image, _ = _upright(path, 1, THUMBNAIL_SIDE_PX)
        return _thumbnail_jpeg(image)


def read_view(path: Path, max_side_px: int) -> RgbImage:
    """Return the photo with no side longer than `max_side_px`, never enlarged. Raises UnreadablePhotoError."""
    with _explained():
        image, _ = _upright(path, 1, max_side_px)
        image.thumbnail((max_side_px, max_side_px), Image.Resampling.LANCZOS, reducing_gap=2.0)
        return np.array(image)


def make_square(image: Image.Image, square: SquareSpec) -> RgbImage:
    """Return `image`, which is RGB, as the square that a model wants, shape (side, side, 3).

    Sizes are rounded as torchvision's Resize and CenterCrop and open_clip's ResizeKeepRatio and
    CenterCropOrPad do it, so that the result is the one the model was trained on.
    """
    side, resample = square.side_px, _FILTERS[square.resampling]
    width, height = image.size
    if square.fit is Fit.SQUASH:
        return np.array(image.resize((side, side), resample))
    if square.fit is Fit.PAD:
        scale = max(width, height) / side
        small = image.resize((max(1, round(width / scale)), max(1, round(height / scale))), resample)
        ground = Image.new("RGB", (side, side))
        ground.paste(small, ((side - small.width) // 2, (side - small.height) // 2))
        return np.array(ground)
    # The part that is kept is cut out while resizing, so that a very long panorama is not enlarged as a whole.
    short = min(width, height)
    new_width, new_height = (side if n == short else int(side * n / short) for n in (width, height))
    left, top = round((new_width - side) / 2), round((new_height - side) / 2)
    across, down = width / new_width, height / new_height
    box = (left * across, top * down, (left + side) * across, (top + side) * down)
    return np.array(image.resize((side, side), resample, box=box))


def _upright(path: Path, short_side_px: int, long_side_px: int) -> tuple[Image.Image, PhotoFacts]:
    """Return the photo as RGB, upright, at a size of which these sides can be made, with its facts."""
    if path.stat().st_size == 0:
        raise UnreadablePhotoError("the file is empty")
    if path.suffix.lower() not in RAW_SUFFIXES:
        return _upright_from(path, short_side_px, long_side_px, 1)
    try:
        picture, orientation = raw_picture(path)
    except UnreadablePhotoError as reason:
        try:  # it may be another kind of picture under a wrong name
            return _upright_from(path, short_side_px, long_side_px, 1)
        except (UnreadablePhotoError, *_DAMAGE):
            raise reason from None
    if isinstance(picture, bytes):
        return _upright_from(io.BytesIO(picture), short_side_px, long_side_px, orientation)
    image = _turned(Image.fromarray(picture), orientation)
    return image, PhotoFacts(image.width, image.height, orientation)


def _upright_from(
    source: Path | IO[bytes], short_side_px: int, long_side_px: int, orientation_if_none: int
) -> tuple[Image.Image, PhotoFacts]:
    with Image.open(source, formats=_FORMATS) as image:
        _refuse_bomb(image)
        facts = _facts(image, orientation_if_none)
        width, height = image.size
        scale = max(_SPARE * short_side_px / min(width, height), long_side_px / max(width, height))
        if scale < 1 and image.format in ("JPEG", "MPO") and isinstance(image, ImageFile.ImageFile):
            image.draft(None, (math.ceil(width * scale), math.ceil(height * scale)))
        image.load()
        profile = image.info.get("icc_profile")
        upright = _srgb(_eight_bit(image), profile)
    return _turned(upright, facts.orientation), facts


def _turned(image: Image.Image, orientation: int) -> Image.Image:
    return image.transpose(_UPRIGHT[orientation]) if orientation in _UPRIGHT else image


def _refuse_bomb(image: Image.Image) -> None:
    limit = _MAX_JPEG_MEGAPIXELS if image.format in ("JPEG", "MPO") else _MAX_MEGAPIXELS
    megapixels = image.width * image.height / 1e6
    if megapixels > limit:
        raise UnreadablePhotoError(f"it has {megapixels:,.0f} megapixels, more than the {limit:,} that can be opened")


def _facts(image: Image.Image, orientation_if_none: int) -> PhotoFacts:
    try:
        main = image.getexif()
        details, gps = main.get_ifd(0x8769), main.get_ifd(0x8825)
    except _DAMAGE:  # a photo with damaged EXIF data is still a photo
        main, details, gps = Image.Exif(), {}, {}
    orientation = exif.orientation(main)
    if orientation == 1:
        orientation = orientation_if_none
    place = exif.position(gps)
    width, height = image.size
    if orientation >= 5:
        width, height = height, width
    return PhotoFacts(
        width,
        height,
        orientation,
        exif.taken_at(main, details),
        exif.camera(main),
        place[0] if place else None,
        place[1] if place else None,
    )


def _eight_bit(image: Image.Image) -> Image.Image:
    """Return the image with 8 bits a channel and without transparency, as RGB, CMYK, LAB or L."""
    if image.mode.startswith("I") or image.mode == "F":
        return _scaled_grey(image)
    if image.mode in ("P", "PA", "LA", "La", "RGBa", "RGBA") or "transparency" in image.info:
        clear = image.convert("RGBA")
        ground = Image.new("RGBA", clear.size, (*_GROUND, 255))
        return Image.alpha_composite(ground, clear).convert("RGB")
    if image.mode in ("RGB", "CMYK", "LAB", "L"):
        return image.copy()
    return image.convert("L" if image.mode == "1" else "RGB")


def _scaled_grey(image: Image.Image) -> Image.Image:
    """Return a greyscale image of more than 8 bits as L; Pillow's own conversion would clip nearly all to white."""
    grey = np.asarray(image, dtype=np.float32)
    grey = np.nan_to_num(grey, posinf=0.0, neginf=0.0)
    low, high = float(grey.min()), float(grey.max())
    if image.mode.startswith("I;16") or (image.mode == "I" and low >= 0 and 255 < high <= 65535):
        low, high = 0.0, 65535.0
    elif low >= 0 and high <= 1 and image.mode == "F":
        low, high = 0.0, 1.0
    elif low >= 0 and high <= 255:
        low, high = 0.0, 255.0
    return Image.fromarray(((grey - low) * (255 / max(high - low, 1e-12))).clip(0, 255).astype(np.uint8))


def _srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Return the image as RGB, by its colour profile where it has one that can be used."""
    if profile and image.mode in ("RGB", "CMYK", "L"):
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            if "srgb" not in ImageCms.getProfileDescription(source).lower():
                converted = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
                if converted is not None:
                    return converted
        except (ImageCms.PyCMSError, *_DAMAGE):  # a damaged profile, or one for other colours
            pass
    return image if image.mode == "RGB" else image.convert("RGB")


def _thumbnail_jpeg(image: Image.Image) -> bytes:
    small = image.copy()
    small.thumbnail((THUMBNAIL_SIDE_PX, THUMBNAIL_SIDE_PX), Image.Resampling.BICUBIC, reducing_gap=2.0)
    stream = io.BytesIO()
    small.save(stream, "JPEG", quality=_THUMBNAIL_QUALITY)
    return stream.getvalue()


@contextmanager
def _explained() -> Iterator[None]:
    """Turn what reading a file raises into a reason; warnings of libraries about the file are not the user's."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except UnreadablePhotoError:
        raise
    except (FileNotFoundError, NotADirectoryError) as error:
        raise PhotoGoneError("the file is not there any more") from error
    except PermissionError as error:
        raise UnreadablePhotoError("you may not read this file") from error
    except IsADirectoryError as error:
        raise UnreadablePhotoError("it is a folder") from error
    except MemoryError as error:
        raise UnreadablePhotoError("reading it needs more memory than is allowed") from error
    except UnidentifiedImageError as error:
        raise UnreadablePhotoError("it is not a picture that can be read here") from error
    except _DAMAGE as error:
        if isinstance(error, OSError) and error.errno in _DRIVE_TROUBLE:
            raise PhotoGoneError("its drive does not answer") from error
        cut_off = any(word in str(error).lower() for word in ("truncated", "end of file", "unexpected end", "eof"))
        raise UnreadablePhotoError("the file is cut off" if cut_off else "the picture in it is damaged") from error
