"""The names of drives, told by paths."""

from pathlib import PurePath, PurePosixPath, PureWindowsPath

import pytest

from photo_clip.core.drive_names import drive_name, offline_in_words


@pytest.mark.parametrize(
    ("path", "name"),
    [
        (PurePosixPath("/media/anna/HOLIDAYS/2019/a.jpg"), "HOLIDAYS"),
        (PurePosixPath("/run/media/anna/HOLIDAYS"), "HOLIDAYS"),
        (PurePosixPath("/Volumes/Old photos/a.jpg"), "Old photos"),
        (PurePosixPath("/mnt/nas/photos"), "nas"),
        (PurePosixPath("/mnt/line\nbreak/photos"), "line\\nbreak"),
        (PureWindowsPath("E:/photos/a.jpg"), "E:"),
        (PureWindowsPath(r"\\nas\photos\2019\a.jpg"), r"\\nas\photos"),
        (PurePosixPath("/home/anna/Pictures/a.jpg"), ""),
        (PurePosixPath("/run/user/1000/gvfs/a.jpg"), ""),
        (PurePosixPath("/media/anna"), ""),
        (PurePosixPath("/run"), ""),
        (PurePosixPath("/"), ""),
    ],
)
def test_a_drive_has_the_name_that_its_place_tells(path: PurePath, name: str) -> None:
    assert drive_name(path) == name


def test_what_is_offline_is_said_with_its_drive_where_that_is_known() -> None:
    assert offline_in_words(PurePosixPath("/Volumes/HOLIDAYS/a.jpg")) == "offline: HOLIDAYS"
    assert offline_in_words(PurePosixPath("/home/anna/a.jpg")) == "offline"
