"""When a photo was taken: EXIF data first, then its name, then its file's time."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photo_clip.core.photo import PhotoFacts, TakenSource
from photo_clip.core.taken import taken_at, time_in_name

MTIME = datetime(2022, 2, 3, 4, 5, 6)
MTIME_NS = int(MTIME.timestamp() * 1_000_000_000)
NOTHING = PhotoFacts(10, 10)


@pytest.mark.parametrize(
    "name",
    [
        "IMG_20210704_123456.jpg",
        "PXL_20210704_123456789.jpg",
        "PXL_20210704_123456789.MP.jpg",
        "VID_20210704_123456.gif",
        "20210704_123456.heic",
        "20210704123456.jpg",
        "2021-07-04 12.34.56.jpg",
        "2021-07-04 12.34.56-2.jpg",
        "2021-07-04T12:34:56.png",
        "Screenshot_2021-07-04-12-34-56.png",
        "Screenshot 2021-07-04 at 12.34.56.png",
        "Screenshot_20210704-123456_Chrome.jpg",
        "WhatsApp Image 2021-07-04 at 12.34.56.jpeg",
        "signal-2021-07-04-123456.jpg",
        "signal-2021-07-04-12-34-56-789.jpg",
        "MVIMG_20210704_123456.jpg",
        "photo_2021-07-04_12-34-56.jpg",
    ],
)
def test_cameras_and_messengers_write_the_time_into_the_name(name: str) -> None:
    assert taken_at(NOTHING, name, MTIME_NS) == (datetime(2021, 7, 4, 12, 34, 56), TakenSource.FILE_NAME)


@pytest.mark.parametrize("name", ["IMG-20210704-WA0001.jpg", "2021-07-04.jpg", "2021_07_04 beach.jpg", "20210704.jpg"])
def test_a_date_alone_is_midnight(name: str) -> None:
    assert taken_at(NOTHING, name, MTIME_NS) == (datetime(2021, 7, 4), TakenSource.FILE_NAME)


@pytest.mark.parametrize(
    "name",
    [
        "DSC_0042.jpg",
        "IMG_1234.JPG",
        "20211304_123456.jpg",
        "20210230.jpg",
        "17000704.jpg",
        "21500704.jpg",
        "1625402096000.jpg",
        "received_20210704123456789012.jpg",
        "120210704.jpg",
        "202107041.jpg",
        "2021-0704.jpg",
        "",
    ],
)
def test_other_numbers_are_no_dates(name: str) -> None:
    assert taken_at(NOTHING, name, MTIME_NS) == (MTIME, TakenSource.MTIME)


def test_exif_data_is_believed_before_the_name() -> None:
    facts = PhotoFacts(10, 10, exif_taken_at=datetime(2019, 1, 2, 3, 4, 5))

    assert taken_at(facts, "IMG_20210704_123456.jpg", MTIME_NS) == (datetime(2019, 1, 2, 3, 4, 5), TakenSource.EXIF)


@pytest.mark.parametrize("junk", [datetime(1, 1, 1), datetime(1825, 12, 31), datetime(2199, 12, 31)])
def test_an_impossible_time_in_exif_data_is_not_believed(junk: datetime) -> None:
    facts = PhotoFacts(10, 10, exif_taken_at=junk)

    assert taken_at(facts, "IMG_20210704_123456.jpg", MTIME_NS)[1] is TakenSource.FILE_NAME


@given(st.text(), st.integers(min_value=-(2**63), max_value=2**63 - 1))
def test_no_name_and_no_file_time_raises(name: str, mtime_ns: int) -> None:
    time, source = taken_at(NOTHING, name, mtime_ns)

    assert isinstance(time, datetime)
    assert source in TakenSource


@given(
    st.datetimes(min_value=datetime(1826, 1, 1), max_value=datetime(2100, 12, 31)),
    st.sampled_from(["%Y%m%d_%H%M%S", "%Y-%m-%d %H.%M.%S", "%Y%m%d%H%M%S", "%Y_%m_%d-%H-%M-%S"]),
    st.sampled_from(["", "IMG_", "Screenshot ", "été-"]),
    st.sampled_from([".jpg", "_HDR.jpg", "(1).jpeg", " 2.png"]),
)
def test_every_plausible_time_is_read_back(time: datetime, form: str, before: str, after: str) -> None:
    assert time_in_name(before + time.strftime(form) + after) == time.replace(microsecond=0)
