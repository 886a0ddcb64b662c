"""Turns photo files into pixels: upright, in sRGB, at the sizes that are wanted."""

import errno
import io
import math
import os
import stat
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import IO, Any

import numpy as np
import pillow_heif
from PIL import ExifTags, Image, ImageCms, IptcImagePlugin

from photo_clip.adapters import exif
from photo_clip.adapters.content_hash import content_hash
from photo_clip.adapters.raw_previews import NoCameraFileError, RawPreview, developed, raw_preview
from photo_clip.adapters.reading_trouble import DAMAGE, explained
from photo_clip.adapters.size_limits import refuse_too_large
from photo_clip.adapters.xmp import caption_of, keywords_of, said_in_xmp
from photo_clip.core.cloud_files import ONLY_IN_CLOUD, is_only_in_cloud
from photo_clip.core.errors import PhotoGoneError, UnreadablePhotoError
from photo_clip.core.formats import HEAD_BYTES, RAW, RAW_SUFFIXES, TIFF, kind_of
from photo_clip.core.greyscale import eight_bit
from photo_clip.core.likeness import HASH_HEIGHT, HASH_WIDTH, fingerprint, sharpness
from photo_clip.core.photo import PhotoFacts
from photo_clip.core.ports import ReadPhoto, ReadTiles, Resampling, RgbImage, SquareSpec
from photo_clip.core.sidecars import Said
from photo_clip.core.squares import placement
from photo_clip.core.tiles import TILE_SIDE, tile_boxes

THUMBNAIL_SIDE_PX = 400
_THUMBNAIL_QUALITY = 82
_SPARE = 1.9
"""So many times the pixels a side that a square needs are left when a photo is first made smaller the quick way.

With twice, the embeddings are those of the whole photo (cosines of 0.999); a little below, photos of 24 megapixels are
decoded at an eighth of their size for most models.
"""
_SMALLEST_PREVIEW_PX = 320
"""A RAW file's preview of this size shows enough; a smaller one is for want of anything better."""
_SMALLEST_STAMP_PX = 64
_GROUND = (128, 128, 128)
"""What shows through transparent pixels."""

_BAND_PIXELS = 2_000_000
_QUICK_SPARE = 2
"""Made smaller by whole numbers first, a photo keeps so many times the pixels a side that are wanted."""

_XMP_TAG = 700
"""In a TIFF file."""
_IPTC_CAPTION, _IPTC_KEYWORDS = ((2, 5), (2, 105), (2, 120)), ((2, 25),)
"""Title, headline and caption; keywords (IPTC Information Interchange Model 4.2)."""

_FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "TIFF", "BMP", "DIB", "AVIF", "HEIF", "JPEG2000", "JXL")
"""No others: some of Pillow's decoders start other programs, or find pictures in anything."""
_FILTERS = {Resampling.BILINEAR: Image.Resampling.BILINEAR, Resampling.BICUBIC: Image.Resampling.BICUBIC}
_DEEP_MODES = frozenset(("I", "F", "I;16", "I;16B", "I;16L", "I;16N"))
_CLEAR_MODES = frozenset(("1", "L", "P", "RGB"))
"""Modes in which one value may stand for transparency."""
_LYING = frozenset((5, 6, 7, 8))
"""EXIF orientations in which width and height change places."""
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

pillow_heif.register_heif_opener(thumbnails=False, depth_images=False, aux_images=False)
Image.MAX_IMAGE_PIXELS = None  # the size is checked here, with a reason, before anything is decoded


def read_photo(path: Path, square: SquareSpec) -> ReadPhoto:
    """Read a photo once, for everything that is wanted of it. Raises UnreadablePhotoError."""
    with explained(path):
        _refuse_to_download(path)
        image, facts = _upright(path, math.ceil(_SPARE * square.side_px), THUMBNAIL_SIDE_PX)
        thumbnail = _thumbnail(image)
        facts = _with_looks(facts, thumbnail)
        return ReadPhoto(content_hash(path), make_square(image, square), _jpeg(thumbnail), facts)


def read_tiles(path: Path, square: SquareSpec) -> ReadTiles:
    """Read a photo once, for its tiles. Raises UnreadablePhotoError.

    Tiles are square already, so that it does not matter how the model fits other shapes in.
    """
    with explained(path):
        _refuse_to_download(path)
        image, facts = _upright(path, math.ceil(square.side_px / TILE_SIDE), 1)
        size = (square.side_px, square.side_px)
        tiles = [
            image.resize(
                size,
                _FILTERS[square.resampling],
                box=(
                    box.left * image.width,
                    box.top * image.height,
                    (box.left + box.width) * image.width,
                    (box.top + box.height) * image.height,
                ),
            )
            for box in tile_boxes(facts.width_px, facts.height_px)
        ]
        return ReadTiles(content_hash(path), np.stack([np.asarray(tile) for tile in tiles]))


def hash_photo(path: Path) -> str:
    """Return the content hash of a file. Raises UnreadablePhotoError."""
    with explained(path):
        _refuse_to_download(path)
        _refuse_special(path)
        return content_hash(path)


def read_thumbnail(path: Path) -> bytes:
    """Return the photo's thumbnail, a JPEG. Raises UnreadablePhotoError."""
    with explained(path):
        _refuse_to_download(path)
        image, _ = _upright(path, 1, THUMBNAIL_SIDE_PX)
        return _jpeg(_thumbnail(image))


def read_view(path: Path, max_side_px: int) -> RgbImage:
    """Return the photo with no side longer than `max_side_px`, never enlarged; it is downloaded where it has to be.

    Raises UnreadablePhotoError.
    """
    with explained(path):
        image, _ = _upright(path, 1, max_side_px)
        image.thumbnail((max_side_px, max_side_px), Image.Resampling.LANCZOS, reducing_gap=2.0)
        return np.array(image)


def make_square(image: Image.Image, square: SquareSpec) -> RgbImage:
    """Return `image`, which is RGB, as the square that a model wants, shape (side, side, 3)."""
    place = placement(*image.size, square)
    part = image.resize((place.width_px, place.height_px), _FILTERS[square.resampling], box=place.box)
    if part.size == (square.side_px, square.side_px):
        return np.array(part)
    ground = Image.new("RGB", (square.side_px, square.side_px))
    ground.paste(part, (place.left_px, place.top_px))
    return np.array(ground)


def _upright(path: Path, short_px: int, long_px: int) -> tuple[Image.Image, PhotoFacts]:
    """Return the photo as RGB, upright, and its facts.

    A large one is made smaller while it is decoded, its shorter side to no less than `short_px`
    and its longer side to no less than `long_px`.
    """
    _refuse_special(path)
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    if not head:
        if path.stat().st_size:  # a server that is busy may give nothing
            raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))
        raise UnreadablePhotoError("the file is empty")
    kind = kind_of(head)
    if kind == RAW:
        return _decode_raw(path, short_px, long_px)
    if kind == TIFF and path.suffix.lower() in RAW_SUFFIXES:
        with suppress(NoCameraFileError):  # then it is a TIFF under a wrong name
            return _decode_raw(path, short_px, long_px)
    return _decode(path, short_px, long_px)


def _refuse_special(path: Path) -> None:
    if not stat.S_ISREG(path.stat().st_mode):  # opening a pipe would wait for ever
        raise UnreadablePhotoError("it is a folder" if path.is_dir() else "it is not a file")


def _refuse_to_download(path: Path) -> None:
    if is_only_in_cloud(path.stat()):
        raise PhotoGoneError(ONLY_IN_CLOUD)


def _decode(
    source: Path | IO[bytes], short_px: int, long_px: int, *, raw: RawPreview | None = None
) -> tuple[Image.Image, PhotoFacts]:
    """Do as `_upright` for a file that Pillow reads; it may be the preview of `raw`."""
    with Image.open(source, formats=_formats()) as image:
        width, height = image.size
        refuse_too_large(width, height, image.format or "", image.mode, is_progressive="progressive" in image.info)
        image.draft(None, _reduced_size(width, height, short_px, long_px))
        facts: PhotoFacts | None = None
        if image.format == "TIFF":  # Pillow turns it upright while loading, and then forgets how it lay
            facts = _facts(image, width, height)
        image.load()
        facts = facts or _facts(image, width, height)
        orientation = 1 if image.format == "TIFF" else facts.orientation
        if raw is not None:
            orientation = _orientation_of_preview(raw, orientation, width, height)
        if orientation in _LYING:
            facts = replace(facts, width_px=height, height_px=width)
        small = _plain(image, short_px, long_px)
        return _turned(_srgb(small, image.info.get("icc_profile")), orientation), facts


def _decode_raw(path: Path, short_px: int, long_px: int) -> tuple[Image.Image, PhotoFacts]:
    """Return the preview in a camera's file; the photo developed from the sensor's data where it is a stamp or none."""
    preview = raw_preview(path)
    shown, described = _decode_preview(preview, short_px, long_px)
    width, height = preview.width_px, preview.height_px
    if preview.orientation in _LYING:
        width, height = height, width
    facts = _facts_in_raw(path, width, height)
    if not facts.camera and described is not None:  # the file's own facts are not written as in a TIFF
        facts = replace(described, width_px=width, height_px=height)
    facts = replace(facts, orientation=preview.orientation)
    if described is None or max(described.width_px, described.height_px) < _SMALLEST_PREVIEW_PX:
        try:
            shown = Image.fromarray(developed(path))
        except UnreadablePhotoError:
            if shown is None:
                raise
    assert shown is not None  # noqa: S101
    return shown, facts


def _decode_preview(
    preview: RawPreview, short_px: int, long_px: int
) -> tuple[Image.Image, PhotoFacts] | tuple[None, None]:
    if not preview.jpeg:
        return None, None
    try:
        image, facts = _decode(io.BytesIO(preview.jpeg), short_px, long_px, raw=preview)
    except DAMAGE:
        return None, None
    return (image, facts) if max(facts.width_px, facts.height_px) >= _SMALLEST_STAMP_PX else (None, None)


def _orientation_of_preview(raw: RawPreview, orientation: int, width_px: int, height_px: int) -> int:
    """Return how a preview of this size is to be turned, which says `orientation` of itself: cameras differ."""
    if orientation == 1:
        orientation = raw.orientation
    is_turned_already = (width_px > height_px) != (raw.width_px > raw.height_px)
    return 1 if orientation in _LYING and is_turned_already else orientation


def _reduced_size(width: int, height: int, short_px: int, long_px: int) -> tuple[int, int]:
    scale = min(1.0, max(short_px / min(width, height), long_px / max(width, height)))
    return math.ceil(width * scale), math.ceil(height * scale)


def _turned(image: Image.Image, orientation: int) -> Image.Image:
    return image.transpose(_UPRIGHT[orientation]) if orientation in _UPRIGHT else image


def _facts(image: Image.Image, width_px: int, height_px: int) -> PhotoFacts:
    try:
        data = image.getexif()
    except DAMAGE:  # a photo with damaged EXIF data is still a photo
        data = Image.Exif()
    facts, said = _facts_in(data, width_px, height_px), _said(image)
    caption = said.caption or caption_of([exif.description(data)])
    return replace(facts, rating=said.rating, caption=caption, keywords=said.keywords)


def _said(image: Image.Image) -> Said:
    """Return what was written about the photo into its file, in XMP, and where that is silent in IPTC."""
    packet = image.info.get("xmp") or image.info.get("XML:com.adobe.xmp") or b""
    if not packet and image.format == "TIFF":
        packet = image.tag_v2.get(_XMP_TAG, b"")  # type: ignore[attr-defined]
    said = said_in_xmp(packet.encode() if isinstance(packet, str) else packet) if packet else Said()
    if said.caption and said.keywords:
        return said
    try:
        fields = IptcImagePlugin.getiptcinfo(image) or {}  # type: ignore[arg-type]  # what was opened is a file's
    except DAMAGE:
        fields = {}
    captions, keywords = (_iptc(fields, *_IPTC_CAPTION), _iptc(fields, *_IPTC_KEYWORDS))
    return replace(said, caption=said.caption or caption_of(captions), keywords=said.keywords or keywords_of(keywords))


def _iptc(fields: Mapping[Any, Any], *names: tuple[int, int]) -> list[str]:
    """Return the texts of IPTC fields; UTF-8 is tried first, as nearly all files of this century hold it."""
    values = [fields[name] for name in names if name in fields]
    texts = [text for value in values for text in (value if isinstance(value, list) else [value])]
    return [_decoded(text) for text in texts if isinstance(text, bytes)]


def _decoded(text: bytes) -> str:
    try:
        return text.decode("utf-8")
    except UnicodeDecodeError:
        return text.decode("latin-1")


def _facts_in_raw(path: Path, width_px: int, height_px: int) -> PhotoFacts:
    """Return what a camera's file says of itself, as far as it is built like a TIFF."""
    data = Image.Exif()
    with path.open("rb") as file:
        head = file.read(8)
        if head[:2] in (b"II", b"MM"):
            data.endian = "<" if head[:2] == b"II" else ">"
            try:
                data.load_from_fp(file, int.from_bytes(head[4:], "little" if data.endian == "<" else "big"))
            except DAMAGE:
                data = Image.Exif()
        return _facts_in(data, width_px, height_px)


def _facts_in(data: Image.Exif, width_px: int, height_px: int) -> PhotoFacts:
    try:
        details, gps = data.get_ifd(ExifTags.IFD.Exif), data.get_ifd(ExifTags.IFD.GPSInfo)
    except DAMAGE:
        details, gps = {}, {}
    latitude, longitude = exif.position(gps) or (None, None)
    return PhotoFacts(
        width_px,
        height_px,
        exif.orientation(data),
        exif.taken_at(data, details, latest=datetime.now() + timedelta(days=1)),
        exif.camera(data),
        latitude,
        longitude,
    )


def _plain(image: Image.Image, short_px: int, long_px: int) -> Image.Image:
    """Return the image with 8 bits a channel and without transparency, as RGB, CMYK, LAB or L, smaller if it is large.

    It is gone through in bands, so that a large one is not held twice.
    """
    if image.mode in _DEEP_MODES:
        image = Image.fromarray(eight_bit(np.asarray(image)))  # Pillow's own way clips nearly all to white
    width, height = _reduced_size(*image.size, _QUICK_SPARE * short_px, _QUICK_SPARE * long_px)
    factor = max(1, min(image.width // width, image.height // height))
    if factor == 1:
        return _opaque(image)
    rows = max(1, _BAND_PIXELS // (image.width * factor)) * factor
    tops = range(0, image.height, rows)
    bands = (image.crop((0, top, image.width, min(top + rows, image.height))) for top in tops)
    small: Image.Image | None = None
    for number, band in enumerate(bands):
        part = _opaque(band).reduce(factor)
        if small is None:
            small = Image.new(part.mode, (part.width, math.ceil(image.height / factor)))
        small.paste(part, (0, number * rows // factor))
    assert small is not None  # noqa: S101
    return small


def _opaque(image: Image.Image) -> Image.Image:
    if image.mode in ("La", "LA", "PA", "RGBa", "RGBA") or (
        image.mode in _CLEAR_MODES and "transparency" in image.info
    ):
        clear = (image.convert("LA") if image.mode == "La" else image).convert("RGBA")
        ground = Image.new("RGBA", clear.size, (*_GROUND, 255))
        return Image.alpha_composite(ground, clear).convert("RGB")
    if image.mode in ("RGB", "CMYK", "LAB", "L"):
        return image
    return image.convert("L" if image.mode == "1" else "RGB")


def _srgb(image: Image.Image, profile: object) -> Image.Image:
    """Return the image as RGB, by its colour profile where it has one that can be used."""
    if isinstance(profile, bytes) and profile and image.mode in ("RGB", "CMYK", "L"):
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            if "srgb" not in ImageCms.getProfileDescription(source).lower():
                return ImageCms.profileToProfile(image, source, _srgb_profile(), outputMode="RGB") or image
        except (ImageCms.PyCMSError, *DAMAGE):  # a damaged profile, or one for other colours
            pass
    return image if image.mode == "RGB" else image.convert("RGB")


@cache
def _srgb_profile() -> ImageCms.ImageCmsProfile:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))


@cache
def _formats() -> tuple[str, ...]:
    Image.init()
    return tuple(name for name in _FORMATS if name in Image.OPEN)


def _thumbnail(image: Image.Image) -> Image.Image:
    small = image.copy()
    small.thumbnail((THUMBNAIL_SIDE_PX, THUMBNAIL_SIDE_PX), Image.Resampling.BICUBIC, reducing_gap=1.0)
    return small


def _jpeg(image: Image.Image) -> bytes:
    stream = io.BytesIO()
    image.save(stream, "JPEG", quality=_THUMBNAIL_QUALITY)
    return stream.getvalue()


def _with_looks(facts: PhotoFacts, thumbnail: Image.Image) -> PhotoFacts:
    """Return the facts with what tells near-duplicates, measured on the thumbnail."""
    grey = thumbnail.convert("L")
    tiny = grey.resize((HASH_WIDTH, HASH_HEIGHT), Image.Resampling.BOX)
    return replace(
        facts,
        fingerprint=fingerprint(np.asarray(tiny)),
        sharpness=sharpness(np.asarray(grey)),
        miniature=tiny.tobytes(),
    )
