"""Which files are only in the cloud."""

import os
from types import SimpleNamespace

import pytest

from photo_clip.core.cloud_files import is_only_in_cloud


@pytest.mark.parametrize(
    ("told", "only_in_cloud"),
    [
        ({"st_file_attributes": 0x501620}, True),  # OneDrive, as programs of Windows see it
        ({"st_file_attributes": 0x500020}, True),  # the same, as all others see it
        ({"st_file_attributes": 0x1020}, True),
        ({"st_file_attributes": 0x80420}, False),  # “always keep on this device”
        ({"st_file_attributes": 0x20}, False),
        ({"st_flags": 0x40000060}, True),
        ({"st_flags": 0x60}, False),
        ({}, False),
    ],
)
def test_what_a_system_says_of_a_file_tells_where_its_content_is(told: dict[str, int], only_in_cloud: bool) -> None:
    found: os.stat_result = SimpleNamespace(**told)  # type: ignore[assignment]
    assert is_only_in_cloud(found) is only_in_cloud
