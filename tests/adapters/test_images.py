"""Photo files of every kind become pixels that look right."""

import io
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageCms

from photo_clip.adapters.images import hash_photo, make_square, read_photo, read_thumbnail, read_tiles, read_view
from photo_clip.core.errors import PhotoGoneError, UnreadablePhotoError
from photo_clip.core.ports import Fit, Resampling, SquareSpec
from photo_clip.core.tiles import tile_boxes
from tests.cloud import Cloud
from tests.made_pictures import LYING_HEIC, RED, SQUARE, TO_LIE, assert_quarters, corners, exif_data, quarters, scenery


def thumbnail_of(path: Path) -> Image.Image:
    return Image.open(io.BytesIO(read_photo(path, SQUARE).thumbnail_jpeg))


# kinds of files


@pytest.mark.parametrize(
    ("suffix", "options"),
    [
        ("jpg", {"quality": 95}),
        ("png", {}),
        ("webp", {"lossless": True}),
        ("gif", {}),
        ("tif", {}),
        ("tiff", {"compression": "tiff_lzw"}),
        ("bmp", {}),
        ("avif", {"quality": 90}),
        ("jp2", {}),
        ("mpo", {"quality": 95}),
    ],
)
def test_every_kind_of_picture_is_read(tmp_path: Path, suffix: str, options: dict[str, Any]) -> None:
    path = tmp_path / f"photo.{suffix}"
    quarters().save(path, **options)

    photo = read_photo(path, SQUARE)

    assert_quarters(photo.square)
    assert_quarters(np.asarray(Image.open(io.BytesIO(photo.thumbnail_jpeg))))
    assert_quarters(read_view(path, 100))
    assert (photo.facts.width_px, photo.facts.height_px, photo.facts.orientation) == (120, 80, 1)


def test_only_who_asks_to_see_a_photo_has_it_downloaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "photo.png"
    quarters().save(path)
    Cloud(monkeypatch).take(path)
    reads: list[Callable[[], object]] = [
        *(lambda: read_photo(path, SQUARE), lambda: read_tiles(path, SQUARE), lambda: read_thumbnail(path)),
        lambda: hash_photo(path),
    ]
    for read in reads:
        with pytest.raises(PhotoGoneError, match="only in the cloud"):
            read()
    assert_quarters(read_view(path, 100))


def test_heic_is_read_and_stands_upright() -> None:
    photo = read_photo(LYING_HEIC, SQUARE)

    assert_quarters(photo.square)
    assert (photo.facts.width_px, photo.facts.height_px) == (96, 64)
    assert photo.facts.exif_taken_at == datetime(2021, 7, 4, 12, 34, 56)
    assert photo.facts.camera == "Made for tests"


@pytest.mark.parametrize("name", ["photo.png", "photo.heic", "photo.dng", "photo.cr3", "photo.tif", "photo"])
def test_a_photo_under_a_wrong_name_is_read_all_the_same(tmp_path: Path, name: str) -> None:
    quarters().save(tmp_path / name, "JPEG", quality=95)

    assert_quarters(read_photo(tmp_path / name, SQUARE).square)


def test_a_tiff_named_like_a_camera_file_is_read(tmp_path: Path) -> None:
    quarters().save(tmp_path / "photo.nef", "TIFF")

    assert_quarters(read_photo(tmp_path / "photo.nef", SQUARE).square)


@pytest.mark.parametrize("suffix", ["gif", "png", "webp", "tif"])
def test_of_moving_pictures_the_first_is_taken(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"moving.{suffix}"
    others = [Image.new("RGB", (120, 80), "black"), Image.new("RGB", (120, 80), "white")]
    quarters().save(path, save_all=True, append_images=others, **({"lossless": True} if suffix == "webp" else {}))

    assert_quarters(read_photo(path, SQUARE).square)


# upright


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("suffix", ["jpg", "tif", "png", "webp"])
def test_photos_stand_upright(tmp_path: Path, suffix: str, orientation: int) -> None:
    path = tmp_path / f"photo.{suffix}"
    picture = quarters()
    if orientation != 1:
        picture = picture.transpose(TO_LIE[orientation])
    picture.save(path, exif=exif_data(orientation), **({"quality": 95} if suffix != "tif" else {}))

    photo = read_photo(path, SQUARE)

    assert_quarters(photo.square)
    assert_quarters(read_view(path, 1000))
    assert (photo.facts.width_px, photo.facts.height_px) == (120, 80)
    assert photo.facts.orientation == orientation


@pytest.mark.parametrize("nonsense", [0, 9, 65535])
def test_a_nonsense_orientation_is_left_aside(tmp_path: Path, nonsense: int) -> None:
    quarters().save(tmp_path / "photo.jpg", exif=exif_data(nonsense), quality=95)

    photo = read_photo(tmp_path / "photo.jpg", SQUARE)

    assert_quarters(photo.square)
    assert photo.facts.orientation == 1


# colours


@pytest.mark.parametrize("suffix", ["png", "tif"])
def test_16_bit_grey_is_not_clipped_to_white(tmp_path: Path, suffix: str) -> None:
    ramp = np.linspace(0, 65535, 128 * 128).astype(np.uint16).reshape(128, 128)
    Image.fromarray(ramp).save(tmp_path / f"ramp.{suffix}")

    square = read_photo(tmp_path / f"ramp.{suffix}", SquareSpec(128)).square

    assert abs(float(square.mean()) - 127.5) < 2
    assert square[0, 0, 0] < 3
    assert square[-1, -1, 0] > 252


def test_fractions_are_read_as_parts_of_white(tmp_path: Path) -> None:
    Image.fromarray(np.full((40, 40), 0.5, dtype=np.float32)).save(tmp_path / "half.tif")

    assert abs(float(read_photo(tmp_path / "half.tif", SQUARE).square.mean()) - 127.5) < 2


@pytest.mark.parametrize("mode", ["1", "L", "LA"])
def test_grey_and_black_and_white_pictures_become_rgb(tmp_path: Path, mode: str) -> None:
    grey = Image.new("L", (100, 100))
    grey.paste(255, (50, 0, 100, 100))
    grey.convert(mode).save(tmp_path / "grey.png")

    assert corners(read_photo(tmp_path / "grey.png", SQUARE).square) == [(0, 0, 0), (255, 255, 255)] * 2


@pytest.mark.parametrize("suffix", ["jpg", "tif"])
def test_cmyk_keeps_its_colours(tmp_path: Path, suffix: str) -> None:
    quarters().convert("CMYK").save(tmp_path / f"print.{suffix}", quality=95)

    assert_quarters(read_photo(tmp_path / f"print.{suffix}", SQUARE).square)


def test_lab_becomes_rgb(tmp_path: Path) -> None:
    quarters().convert("LAB").save(tmp_path / "lab.tif")

    assert_quarters(read_photo(tmp_path / "lab.tif", SQUARE).square)


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P", "RGB", "L"])
def test_what_is_clear_shows_a_grey_ground(tmp_path: Path, mode: str) -> None:
    picture = Image.new("RGBA", (100, 100), (0, 0, 0, 0))
    picture.paste((255, 255, 255, 255), (50, 0, 100, 100))
    path = tmp_path / "clear.png"
    if mode in ("RGBA", "LA"):
        picture.convert(mode).save(path)
    elif mode == "P":
        picture.convert("RGBA").quantize(4).save(path)
    else:
        picture.convert(mode).save(path, transparency=0 if mode == "L" else (0, 0, 0))

    square = read_photo(path, SQUARE).square

    assert corners(square) == [(128, 128, 128), (255, 255, 255)] * 2


def test_a_colour_profile_is_applied(tmp_path: Path) -> None:
    """The profile is sRGB's with red and green changed over, so the file's red is to be shown as green."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    profile = profile.replace("sRGB".encode("utf-16-be"), "test".encode("utf-16-be"))
    red, green, blue = (profile.index(name, 128) for name in (b"rXYZ", b"gXYZ", b"bXYZ"))
    assert blue > 0
    profile[red : red + 4], profile[green : green + 4] = b"gXYZ", b"rXYZ"
    Image.new("RGB", (80, 80), (255, 0, 0)).save(tmp_path / "swapped.png", icc_profile=bytes(profile))

    assert read_photo(tmp_path / "swapped.png", SQUARE).square[32, 32].tolist() == [0, 255, 0]


@pytest.mark.parametrize("profile", [b"no profile at all", b"\0" * 200, b"x"])
def test_a_damaged_colour_profile_is_ignored(tmp_path: Path, profile: bytes) -> None:
    quarters().save(tmp_path / "photo.jpg", icc_profile=profile, quality=95)

    assert_quarters(read_photo(tmp_path / "photo.jpg", SQUARE).square)


def test_a_colour_profile_for_other_colours_is_ignored(tmp_path: Path) -> None:
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    profile = srgb.replace("sRGB".encode("utf-16-be"), "test".encode("utf-16-be"))
    quarters().convert("CMYK").save(tmp_path / "print.jpg", icc_profile=profile, quality=95)

    assert_quarters(read_photo(tmp_path / "print.jpg", SQUARE).square)


# sizes


@pytest.fixture(scope="module")
def large_jpeg(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("large") / "large.jpg"
    scenery(3600, 2400).save(path, quality=90)
    return path


@pytest.mark.parametrize("fit", list(Fit))
@pytest.mark.parametrize("side", [224, 384])
def test_the_quick_way_of_decoding_makes_no_difference_to_the_square(large_jpeg: Path, fit: Fit, side: int) -> None:
    with Image.open(large_jpeg) as whole:
        exact = make_square(whole.convert("RGB"), SquareSpec(side, fit)).astype(np.float32)

    quick = read_photo(large_jpeg, SquareSpec(side, fit)).square.astype(np.float32)

    assert np.abs(quick - exact).mean() < 1.5
    left, right = (quick - quick.mean()).ravel(), (exact - exact.mean()).ravel()
    assert left @ right / np.linalg.norm(left) / np.linalg.norm(right) > 0.999


def test_large_pictures_of_other_kinds_are_gone_through_in_bands(tmp_path: Path) -> None:
    large = scenery(1800, 2100)
    clear = large.convert("RGBA")
    clear.putalpha(Image.linear_gradient("L").resize(clear.size))
    clear.save(tmp_path / "large.png", compress_level=1)
    ground = Image.new("RGBA", clear.size, (128, 128, 128, 255))
    exact = make_square(Image.alpha_composite(ground, clear).convert("RGB"), SQUARE).astype(np.int16)

    assert np.abs(read_photo(tmp_path / "large.png", SQUARE).square - exact).max() <= 4


@pytest.mark.parametrize("size", [(640, 480), (480, 640), (333, 500), (500, 333), (224, 224), (100, 37), (2000, 301)])
@pytest.mark.parametrize("fit", list(Fit))
@pytest.mark.parametrize("resampling", list(Resampling))
def test_squares_are_those_of_open_clip(size: tuple[int, int], fit: Fit, resampling: Resampling) -> None:
    from open_clip.transform import image_transform

    mode = {Fit.CROP: "shortest", Fit.SQUASH: "squash", Fit.PAD: "longest"}[fit]
    transform = image_transform(
        224, is_train=False, mean=(0, 0, 0), std=(1, 1, 1), resize_mode=mode, interpolation=resampling
    )
    picture = scenery(*size)

    theirs = (transform(picture).permute(1, 2, 0).numpy() * 255).round().astype(np.uint8)

    assert np.array_equal(make_square(picture, SquareSpec(224, fit, resampling)), theirs)


@pytest.mark.parametrize(
    ("size", "shown"),
    [((1600, 800), (400, 200)), ((300, 900), (133, 400)), ((90, 60), (90, 60)), ((1, 5000), (1, 400))],
)
def test_thumbnails_are_small_and_never_enlarged(tmp_path: Path, size: tuple[int, int], shown: tuple[int, int]) -> None:
    for suffix in ("jpg", "png"):
        path = tmp_path / f"photo.{suffix}"
        scenery(*size).save(path)

        thumbnail = thumbnail_of(path)

        assert thumbnail.format == "JPEG"
        assert thumbnail.size == shown
        assert Image.open(io.BytesIO(read_thumbnail(path))).size == shown


@pytest.mark.parametrize(("limit", "shape"), [(5000, (800, 1200, 3)), (600, (400, 600, 3)), (1, (1, 1, 3))])
def test_a_view_is_no_larger_than_the_screen_and_never_enlarged(
    tmp_path: Path, limit: int, shape: tuple[int, ...]
) -> None:
    scenery(1200, 800).save(tmp_path / "photo.jpg")

    view = read_view(tmp_path / "photo.jpg", limit)

    assert view.shape == shape
    assert view.dtype == np.uint8


@pytest.mark.parametrize("size", [(1, 1), (1, 5000), (5000, 2), (3, 3)])
@pytest.mark.parametrize("fit", list(Fit))
def test_tiny_and_thin_pictures_are_read(tmp_path: Path, size: tuple[int, int], fit: Fit) -> None:
    Image.new("RGB", size, RED).save(tmp_path / "thin.png")

    assert read_photo(tmp_path / "thin.png", SquareSpec(64, fit)).square.shape == (64, 64, 3)


def test_reading_changes_nothing_about_the_file(tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    quarters().save(path)
    before = (path.read_bytes(), path.stat().st_mtime_ns, sorted(tmp_path.iterdir()))

    read_photo(path, SQUARE)

    assert (path.read_bytes(), path.stat().st_mtime_ns, sorted(tmp_path.iterdir())) == before


def test_tiles_are_the_parts_of_the_upright_photo_in_the_order_of_their_boxes(tmp_path: Path) -> None:
    picture = Image.new("RGB", (800, 600), "white")
    picture.paste("red", (0, 450, 150, 600))  # at the upper left, once it is upright
    exif = Image.Exif()
    exif[274] = 6
    picture.save(tmp_path / "photo.png", exif=exif)
    read = read_tiles(tmp_path / "photo.png", SquareSpec(32))
    boxes = tile_boxes(600, 800)
    assert read.squares.shape == (len(boxes), 32, 32, 3)
    redness = [(square[..., 0] > 200).mean() - (square[..., 1] > 200).mean() for square in read.squares]
    assert int(np.argmax(redness)) == 0
    assert (boxes[0].left, boxes[0].top) == (0, 0)
    assert read.content_hash == read_photo(tmp_path / "photo.png", SquareSpec(32)).content_hash


def test_tiles_of_a_tiny_photo_are_enlarged(tmp_path: Path) -> None:
    Image.new("RGB", (2, 1), "blue").save(tmp_path / "photo.png")
    squares = read_tiles(tmp_path / "photo.png", SquareSpec(16)).squares
    assert squares.shape[1:] == (16, 16, 3)
    assert (squares == (0, 0, 255)).all()


def test_tiles_of_a_damaged_photo_are_told_of_as_the_photo_is(tmp_path: Path) -> None:
    (tmp_path / "photo.jpg").write_bytes(b"\xff\xd8\xff\xe0 no photo")
    with pytest.raises(UnreadablePhotoError):
        read_tiles(tmp_path / "photo.jpg", SquareSpec(16))
