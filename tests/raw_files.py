"""Camera files made for the tests: DNGs as small as LibRaw takes them."""

import io
import struct
from pathlib import Path

import numpy as np
from PIL import Image

_FORMATS = {1: "B", 2: "s", 3: "H", 4: "I", 5: "II", 10: "ii"}
_BYTE, _TEXT, _SHORT, _LONG, _SIGNED_RATIONAL = 1, 2, 3, 4, 10
_Tags = dict[int, tuple[int, list[int] | bytes]]


def write_dng(
    path: Path,
    picture: Image.Image,
    *,
    orientation: int = 1,
    preview: Image.Image | None = None,
    sensor_bytes: int | None = None,
) -> Path:
    """Write a DNG whose sensor saw `picture`, RGB with even sides, and that holds `preview` as its JPEG.

    With `sensor_bytes`, no more of the sensor's data is there.
    """
    width, height = picture.size
    seen = np.asarray(picture, dtype=np.uint16) * 200
    sensor = np.empty((height, width), dtype="<u2")
    sensor[0::2, 0::2], sensor[0::2, 1::2] = seen[0::2, 0::2, 0], seen[0::2, 1::2, 1]
    sensor[1::2, 0::2], sensor[1::2, 1::2] = seen[1::2, 0::2, 1], seen[1::2, 1::2, 2]
    stream = io.BytesIO()
    if preview is not None:
        preview.save(stream, "JPEG", quality=90)
    jpeg = stream.getvalue()

    data = bytearray(b"II*\0\0\0\0\0")
    sensor_at = _append(data, sensor.tobytes()[:sensor_bytes])
    raw: _Tags = {
        254: (_LONG, [0]),
        256: (_LONG, [width]),
        257: (_LONG, [height]),
        258: (_SHORT, [16]),
        259: (_SHORT, [1]),
        262: (_SHORT, [32803]),
        273: (_LONG, [sensor_at]),
        277: (_SHORT, [1]),
        278: (_LONG, [height]),
        279: (_LONG, [sensor.nbytes]),
        33421: (_SHORT, [2, 2]),
        33422: (_BYTE, [0, 1, 1, 2]),
        50714: (_SHORT, [0]),
        50717: (_SHORT, [51_000]),
    }
    about: _Tags = {
        271: (_TEXT, b"Made\0"),
        272: (_TEXT, b"for tests\0"),
        274: (_SHORT, [orientation]),
        34665: (_LONG, [_append_directory(data, {0x9003: (_TEXT, b"2021:07:04 12:34:56\0")})]),
        50706: (_BYTE, [1, 4, 0, 0]),
        50708: (_TEXT, b"Made for tests\0"),
        50721: (_SIGNED_RATIONAL, [n for entry in (1, 0, 0, 0, 1, 0, 0, 0, 1) for n in (entry, 1)]),
        50728: (5, [1, 1, 1, 1, 1, 1]),
    }
    if jpeg:
        assert preview is not None
        about |= {
            254: (_LONG, [1]),
            256: (_LONG, [preview.width]),
            257: (_LONG, [preview.height]),
            258: (_SHORT, [8, 8, 8]),
            259: (_SHORT, [7]),
            262: (_SHORT, [6]),
            273: (_LONG, [_append(data, jpeg)]),
            277: (_SHORT, [3]),
            278: (_LONG, [preview.height]),
            279: (_LONG, [len(jpeg)]),
            330: (_LONG, [_append_directory(data, raw)]),
        }
    else:
        about |= raw
    data[4:8] = struct.pack("<I", _append_directory(data, about))
    path.write_bytes(data)
    return path


def _append(data: bytearray, piece: bytes) -> int:
    if len(data) % 2:
        data += b"\0"
    at = len(data)
    data += piece
    return at


def _append_directory(data: bytearray, tags: _Tags) -> int:
    entries = b""
    for tag, (kind, values) in sorted(tags.items()):
        letters = _FORMATS[kind]
        if isinstance(values, bytes):
            packed, count = values, len(values)
        else:
            count = len(values) // len(letters)
            packed = struct.pack("<" + letters * count, *values)
        if len(packed) > 4:
            packed = struct.pack("<I", _append(data, packed))
        entries += struct.pack("<HHI", tag, kind, count) + packed.ljust(4, b"\0")
    return _append(data, struct.pack("<H", len(tags)) + entries + b"\0\0\0\0")
