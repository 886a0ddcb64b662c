"""Camera files are shown by the picture that the camera put into them."""

from datetime import datetime
from pathlib import Path

import pytest

from photo_clip.adapters.images import read_photo
from photo_clip.core.ports import Fit, SquareSpec
from tests.made_pictures import SQUARE, TO_LIE, assert_quarters, quarters, reason_for
from tests.raw_files import write_dng


@pytest.mark.parametrize(
    ("orientation", "preview"),
    [
        *((orientation, preview) for orientation in (1, 3, 6, 8) for preview in ("lying", "a stamp", "none")),
        (6, "upright already"),
        (8, "upright already"),
    ],
)
def test_camera_files_are_shown_upright(tmp_path: Path, orientation: int, preview: str) -> None:
    upright = quarters(640, 480)
    lying = upright.transpose(TO_LIE[orientation]) if orientation in TO_LIE else upright
    pictures = {
        "lying": lying.resize((lying.width // 2 + 100, lying.height // 2 + 75)),
        "upright already": upright.resize((480, 360)),
        "a stamp": lying.resize((lying.width // 4, lying.height // 4)),
        "none": None,
    }
    path = write_dng(tmp_path / "photo.dng", lying, orientation=orientation, preview=pictures[preview])

    photo = read_photo(path, SquareSpec(64, Fit.SQUASH))

    developed = preview in ("a stamp", "none")
    assert_quarters(photo.square, tolerance=110 if developed else 12)
    assert (photo.facts.width_px, photo.facts.height_px) == (640, 480)
    assert photo.facts.orientation == orientation
    assert photo.facts.exif_taken_at == datetime(2021, 7, 4, 12, 34, 56)
    assert photo.facts.camera == "Made for tests"


def test_a_camera_file_that_is_cut_off_is_not_made_up(tmp_path: Path) -> None:
    path = write_dng(tmp_path / "photo.dng", quarters(640, 480), preview=quarters(40, 30), sensor_bytes=10_000)

    assert reason_for(path) == "the file is cut off"


def test_a_small_preview_is_shown_where_there_is_nothing_better(tmp_path: Path) -> None:
    path = write_dng(tmp_path / "photo.dng", quarters(640, 480), preview=quarters(160, 120), sensor_bytes=10_000)

    photo = read_photo(path, SQUARE)

    assert_quarters(photo.square)
    assert (photo.facts.width_px, photo.facts.height_px) == (640, 480)


def test_an_unknown_camera_file_is_called_one(tmp_path: Path) -> None:
    (tmp_path / "photo.rw2").write_bytes(b"IIU\0" + bytes(range(200)))

    assert reason_for(tmp_path / "photo.rw2") == "this program cannot read this kind of camera file"
