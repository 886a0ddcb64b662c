"""In which order photos are shown, and under which headings."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photo_clip.core.arranging import Bearings, Grouping, Section, Sorting, arranged, name_key

PHOTOS = [
    Bearings(datetime(2021, 7, 4, 12), "/b", "IMG_10.jpg"),
    Bearings(datetime(2021, 7, 20, 8), "/a", "img_9.jpg"),
    Bearings(datetime(2021, 7, 4, 18), "/a", "z.jpg"),
    Bearings(None, "/b", "a.jpg"),
]


@pytest.mark.parametrize(
    ("sorting", "grouping", "order", "sections"),
    [
        (Sorting.RELEVANCE, Grouping.NONE, [0, 1, 2, 3], ()),
        (Sorting.DATE, Grouping.NONE, [1, 2, 0, 3], ()),
        (Sorting.NAME, Grouping.NONE, [3, 1, 0, 2], ()),
        (
            Sorting.RELEVANCE,
            Grouping.DAY,
            [1, 0, 2, 3],
            (Section(0, "Tuesday, 20 July 2021"), Section(1, "Sunday, 4 July 2021"), Section(3, "No date")),
        ),
        (Sorting.DATE, Grouping.MONTH, [1, 2, 0, 3], (Section(0, "July 2021"), Section(3, "No date"))),
        (Sorting.NAME, Grouping.FOLDER, [1, 2, 3, 0], (Section(0, "/a"), Section(2, "/b"))),
    ],
)
def test_photos_are_arranged(
    sorting: Sorting, grouping: Grouping, order: list[int], sections: tuple[Section, ...]
) -> None:
    assert arranged(PHOTOS, sorting, grouping) == (order, sections)


def test_no_photos_need_no_headings() -> None:
    assert arranged([], Sorting.DATE, Grouping.DAY) == ([], ())


@given(st.text(), st.text())
def test_any_names_can_be_compared(one: str, other: str) -> None:
    assert (name_key(one) < name_key(other)) or (name_key(other) <= name_key(one))
