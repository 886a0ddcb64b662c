"""What a photo says of itself, without the nonsense."""

import os
import warnings
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photo_clip.adapters import exif
from photo_clip.adapters.images import read_photo
from tests.made_pictures import SQUARE, assert_quarters, exif_data, quarters


def test_facts_are_read(tmp_path: Path) -> None:
    gps = {1: "S", 2: (22.0, 54.0, 36.0), 3: "W", 4: (43.0, 12.0, 0.0)}
    data = exif_data(6, make="Canon", model="Canon EOS R6", taken="2021:07:04 12:34:56", gps=gps)
    quarters(80, 120).save(tmp_path / "photo.jpg", exif=data)

    facts = read_photo(tmp_path / "photo.jpg", SQUARE).facts

    assert (facts.width_px, facts.height_px, facts.orientation) == (120, 80, 6)
    assert facts.exif_taken_at == datetime(2021, 7, 4, 12, 34, 56)
    assert facts.camera == "Canon EOS R6"
    assert facts.latitude == pytest.approx(-22.91)
    assert facts.longitude == pytest.approx(-43.2)


def test_a_time_in_the_future_is_not_believed(tmp_path: Path) -> None:
    soon = datetime.now() + timedelta(days=30)
    quarters().save(tmp_path / "photo.jpg", exif=exif_data(taken=soon.strftime("%Y:%m:%d %H:%M:%S")))

    assert read_photo(tmp_path / "photo.jpg", SQUARE).facts.exif_taken_at is None


@pytest.mark.parametrize(
    "damaged",
    [
        b"Exif\0\0",
        b"Exif\0\0II*\0\xff\xff\xff\xff",
        b"Exif\0\0MM\0*\0\0\0\x08\xff\xff" + b"\x01\x12\0\x03" * 40,
        b"Exif\0\0" + os.urandom(200),
        b"Exif\0\0II*\0\x08\0\0\0\x01\0\x69\x87\x04\0\x01\0\0\0\xff\xff\xff\x7f\0\0\0\0",
    ],
)
def test_damaged_exif_data_costs_the_facts_and_not_the_photo(tmp_path: Path, damaged: bytes) -> None:
    quarters().save(tmp_path / "photo.jpg", exif=damaged, quality=95)

    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        photo = read_photo(tmp_path / "photo.jpg", SQUARE)

    assert_quarters(photo.square)
    assert photo.facts.exif_taken_at is None
    assert told == []


LATER = datetime(2030, 1, 1)


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2021:07:04 12:34:56", datetime(2021, 7, 4, 12, 34, 56)),
        ("2021-07-04T12:34:56", datetime(2021, 7, 4, 12, 34, 56)),
        ("2021:07:04 12:34:56\0", datetime(2021, 7, 4, 12, 34, 56)),
        ("2016:02:29 23:59:60", datetime(2016, 2, 29, 23, 59, 59)),
        ("1826:07:04 12:00:00", datetime(1826, 7, 4, 12)),
        ("0000:00:00 00:00:00", None),
        ("    :  :     :  :  ", None),
        ("2199:12:31 23:59:59", None),
        ("2021:02:30 12:00:00", None),
        ("not a date", None),
        ("", None),
        (b"2021:07:04 12:34:56", datetime(2021, 7, 4, 12, 34, 56)),
        (7, None),
    ],
)
def test_only_times_that_make_sense_are_taken(text: object, time: datetime | None) -> None:
    assert exif.taken_at({}, {0x9003: text}, latest=LATER) == time


def test_the_next_best_time_is_taken_where_the_first_is_nonsense() -> None:
    details = {0x9003: "0000:00:00 00:00:00", 0x9004: "2021:07:04 12:34:56"}

    assert exif.taken_at({0x0132: "2022:01:01 00:00:00"}, details, latest=LATER) == datetime(2021, 7, 4, 12, 34, 56)


@pytest.mark.parametrize(
    ("make", "model", "camera"),
    [
        ("Canon", "Canon EOS R6", "Canon EOS R6"),
        ("NIKON CORPORATION", "NIKON D70", "NIKON D70"),
        ("Apple", "iPhone 15 Pro", "Apple iPhone 15 Pro"),
        ("", "Pixel 8", "Pixel 8"),
        ("Leica", "", "Leica"),
        ("  SONY\0\0", " DSC-RX100 ", "SONY DSC-RX100"),
        (None, 5, ""),
    ],
)
def test_a_camera_is_called_by_maker_and_model_without_saying_the_maker_twice(
    make: object, model: object, camera: str
) -> None:
    assert exif.camera({0x010F: make, 0x0110: model}) == camera


@pytest.mark.parametrize(
    ("gps", "position"),
    [
        ({1: "N", 2: (52.0, 30.0, 0.0), 3: "E", 4: (13.0, 24.0, 36.0)}, (52.5, 13.41)),
        ({1: "S", 2: (16.0, 30.0, 0.0), 3: "W", 4: (179.0, 30.0, 0.0)}, (-16.5, -179.5)),
        ({1: b"N\0", 2: (52.5,), 3: b"E\0", 4: (13.41,)}, (52.5, 13.41)),
        ({1: "N", 2: (95.0, 0.0, 0.0), 3: "E", 4: (13.0, 0.0, 0.0)}, None),
        ({1: "N", 2: (50.0, 0.0, 0.0), 3: "E", 4: (181.0, 0.0, 0.0)}, None),
        ({1: "N", 2: (0.0, 0.0, 0.0), 3: "E", 4: (0.0, 0.0, 0.0)}, None),
        ({1: "N", 2: (float("nan"), 0.0, 0.0), 3: "E", 4: (13.0, 0.0, 0.0)}, None),
        ({1: "N", 2: "52.5", 3: "E", 4: (13.0, 0.0, 0.0)}, None),
        ({2: (52.0, 30.0, 0.0)}, None),
        ({}, None),
    ],
)
def test_only_places_on_earth_are_taken(gps: dict[int, Any], position: tuple[float, float] | None) -> None:
    assert exif.position(gps) == (position if position is None else pytest.approx(position))


@given(
    st.dictionaries(
        st.sampled_from([1, 2, 3, 4, 0x0112, 0x0132, 0x010F, 0x0110, 0x9003, 0x9004]),
        st.none() | st.text() | st.binary() | st.integers() | st.floats() | st.tuples(st.floats(), st.floats()),
    )
)
def test_no_data_raises(data: dict[int, Any]) -> None:
    exif.taken_at(data, data, latest=LATER)
    place = exif.position(data)

    assert 1 <= exif.orientation(data) <= 8
    assert len(exif.camera(data)) <= 201
    assert place is None or (abs(place[0]) <= 90 and abs(place[1]) <= 180)
