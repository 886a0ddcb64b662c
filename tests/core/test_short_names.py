"""Short names of folders."""

from pathlib import PurePosixPath

from hypothesis import given
from hypothesis import strategies as st

from photo_clip.core.short_names import short_names

_PARTS = st.lists(st.sampled_from("abc"), min_size=0, max_size=4)


def paths(*names: str) -> list[PurePosixPath]:
    return [PurePosixPath(name) for name in names]


def test_a_name_of_its_own_is_enough() -> None:
    assert short_names(paths("/home/anna/Pictures", "/mnt/nas/holidays")) == ["Pictures", "holidays"]
    assert short_names(paths("/")) == ["/"]
    assert short_names([]) == []


def test_those_of_one_name_are_told_apart_by_what_is_around_them() -> None:
    named = short_names(paths("/a/flickr/images", "/a/flowers/images", "/a/Pictures", "/images"))
    assert named == ["flickr/images", "flowers/images", "Pictures", "/images"]


@given(st.lists(_PARTS.map(lambda parts: PurePosixPath("/", *parts)), unique=True))
def test_no_two_folders_have_one_name(folders: list[PurePosixPath]) -> None:
    named = short_names(folders)
    assert len(set(named)) == len(folders)
    assert all(str(folder).endswith(name) for folder, name in zip(folders, named, strict=True))
