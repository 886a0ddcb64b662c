"""Sidecars that come, change and go after their photos were indexed; what others change in those written here."""

import errno
import os
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

import pytest

from photo_clip.adapters.xmp_sidecars import XmpSidecars, sidecar_of
from photo_clip.core.errors import StoreError
from photo_clip.core.photo import Photo, PhotoFacts
from photo_clip.core.progress import Report
from photo_clip.core.sidecars import SidecarChange, Written, is_sidecar_name, mark_of, sidecar_names
from photo_clip.core.small_files import content_of
from photo_clip.services.library import Library
from tests.fakes import open_fake_library, write_photo
from tests.indexing import run

XMP = """<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/" {rating}>
<dc:subject><rdf:Bag>{items}</rdf:Bag></dc:subject></rdf:Description></rdf:RDF></x:xmpmeta>"""


def write_xmp(file: Path, *words: str, stars: int | None = None) -> None:
    rating = "" if stars is None else f'xmp:Rating="{stars}"'
    file.write_text(XMP.format(rating=rating, items="".join(f"<rdf:li>{word}</rdf:li>" for word in words)), "utf-8")


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = Path(os.path.realpath(tmp_path)) / "photos"
    for name in ("one", "two"):
        write_photo(folder / "trip" / f"{name}.jpg", f"red {name}")
    return folder


@pytest.fixture
def library(tmp_path: Path, photos: Path) -> Iterator[Library]:
    library = open_fake_library(tmp_path / "library", XmpSidecars())
    library.folders.add(photos)
    yield library
    library.close()


def look(library: Library) -> Report:
    return run(library.keep_up())


def photo_of(library: Library, name: str) -> Photo:
    photos = library.catalog.photos(library.catalog.newest_photo_ids().tolist())
    (photo,) = (photo for photo in photos if photo.path.name == name)
    return photo


def tagged_beside(library: Library, label: str) -> Photo:
    """Accept a label for a photo whose sidecar follows, and return the photo as it was before."""
    look(library)
    photo = photo_of(library, "one.jpg")
    library.sidecars.follows = True
    library.tagger.decide([photo.id], label, True)
    return photo


def keywords_of(library: Library, name: str = "one.jpg") -> tuple[str, ...]:
    facts = photo_of(library, name).facts
    assert facts is not None
    return facts.keywords


def test_a_sidecar_dated_centuries_away_is_read_once(library: Library, photos: Path) -> None:
    file = photos / "trip" / "one.jpg.xmp"
    write_xmp(file, "later")
    os.utime(file, (13_569_465_600,) * 2)
    assert look(library).sidecars_read == 1
    assert library.sidecar_reader is not None
    library.sidecar_reader.look_at([photo_of(library, "one.jpg")])
    assert look(library).sidecars_read == 0


@pytest.mark.parametrize("name", ["one.xmp", "one.jpg.xmp"])
def test_a_sidecar_that_comes_changes_and_goes_is_read_each_time(library: Library, photos: Path, name: str) -> None:
    look(library)
    library.reader.files_read.clear()  # type: ignore[attr-defined]
    file = photos / "trip" / name
    write_xmp(file, "harbour", stars=4)
    assert look(library).sidecars_read == 1
    assert keywords_of(library) == ("harbour",)
    assert photo_of(library, "one.jpg").rating == 4
    assert library.catalog.tags.counts() == {"harbour": 1}
    assert library.catalog.photos_saying(["harbour"], 5) == [photo_of(library, "one.jpg").id]
    (tags,) = library.catalog.tags.tags_of([photo_of(library, "one.jpg").id]).values()
    assert [(tag.name, tag.place) for tag in tags] == [("harbour", "in its sidecar")]
    assert look(library).sidecars_read == 0
    write_xmp(file, "sea", "harbours")
    assert look(library).sidecars_read == 1
    assert keywords_of(library) == ("sea", "harbours")
    assert photo_of(library, "one.jpg").rating is None
    file.unlink()
    assert look(library).sidecars_read == 1
    assert keywords_of(library) == ()
    assert library.catalog.photos_saying(["sea"], 5) == []
    assert library.catalog.sidecars.known([photo_of(library, "one.jpg").id]) == {}
    assert library.reader.files_read == []  # type: ignore[attr-defined]  # no photo was read for it
    assert library.catalog.sidecars.conflicts() == []


def test_a_sidecar_that_is_there_with_a_new_photo_is_read(library: Library, photos: Path) -> None:
    write_xmp(photos / "trip" / "one.jpg.xmp", "harbour")
    write_xmp(photos / "trip" / "one.xmp", "sea")
    library.reader.facts_of = lambda _: PhotoFacts(16, 16, keywords=("in file",))  # type: ignore[attr-defined]
    assert look(library).sidecars_read == 1
    assert keywords_of(library) == ("in file", "harbour", "sea")
    assert keywords_of(library, "two.jpg") == ("in file",)
    assert library.catalog.tags.counts() == {"in file": 2, "harbour": 1, "sea": 1}
    assert library.catalog.vocabulary("tag") == ["in file", "harbour", "sea"]


def test_a_sidecar_moves_with_its_photo(library: Library, photos: Path) -> None:
    write_xmp(photos / "trip" / "one.jpg.xmp", "harbour")
    look(library)
    (photos / "trip").rename(photos / "journey")
    look(library)
    assert keywords_of(library) == ("harbour",)
    (photos / "journey" / "one.jpg").rename(photos / "alone.jpg")
    look(library)
    look(library)
    assert keywords_of(library, "alone.jpg") == ()


def test_a_sidecar_that_may_be_growing_is_left_for_the_next_look(library: Library, photos: Path) -> None:
    look(library)
    file = photos / "trip" / "one.xmp"
    write_xmp(file, "harbour")
    os.utime(file, (2_000_000_000, 2_000_000_000))
    report = look(library)
    assert report.look_again_soon
    assert report.sidecars_read == 0
    os.utime(file, (1_999_999_000, 1_999_999_000))
    assert look(library).sidecars_read == 1


def test_a_damaged_sidecar_says_what_it_said_before(library: Library, photos: Path) -> None:
    file = photos / "trip" / "one.xmp"
    write_xmp(file, "harbour")
    look(library)
    file.write_bytes(b"<half")
    assert look(library).sidecars_read == 1
    assert keywords_of(library) == ("harbour",)
    assert look(library).sidecars_read == 0


def test_what_is_written_here_is_no_change_by_others(library: Library) -> None:
    photo = tagged_beside(library, "animals/dog")
    assert sidecar_of(photo.path).exists()
    assert look(library).sidecars_read == 0
    library.tagger.decide([photo.id], "animals/dog", None)
    assert run(library.sidecars.clean([photo.id])).changed == 1
    assert look(library).sidecars_read == 0
    assert library.catalog.sidecars.conflicts() == []
    write_xmp(sidecar_of(photo.path), "theirs")
    look(library)
    assert library.catalog.sidecars.conflicts() == []  # nothing of ours was in it


def change_by_others(photo: Photo, before: str, after: str) -> None:
    file = sidecar_of(photo.path)
    text = file.read_text("utf-8")
    assert before in text
    file.write_text(text.replace(before, after, 1), "utf-8")


def test_what_others_changed_is_kept_and_listed_until_it_was_seen(library: Library) -> None:
    look(library)
    photo = photo_of(library, "one.jpg")
    library.tagger.decide([photo.id], "animals/dog", True)
    library.catalog.marks.rate([photo.id], 3)
    run(library.sidecars.write([photo.id]))
    change_by_others(photo, "<dc:subject><rdf:Bag>", "<dc:subject><rdf:Bag><rdf:li>theirs</rdf:li>")
    change_by_others(photo, 'xmp:Rating="3"', 'xmp:Rating="5"')
    assert look(library).sidecars_changed == 1
    (conflict,) = library.catalog.sidecars.conflicts()
    assert (conflict.photo_id, conflict.path) == (photo.id, photo.path)
    assert conflict.change == SidecarChange(("theirs",), rating=(3, 5))
    assert conflict.change.in_words() == "Added: theirs. Stars: 3 before, 5 now."
    change_by_others(photo, "<rdf:li>animals|dog</rdf:li>", "")
    look(library)
    (conflict,) = library.catalog.sidecars.conflicts()
    assert conflict.change == SidecarChange(("theirs",), (), ("animals/dog",), (3, 5))
    assert set(library.catalog.tags.counts()) == {"animals/dog", "theirs"}
    run(library.sidecars.write([photo.id]))
    text = sidecar_of(photo.path).read_text("utf-8")
    assert "theirs" in text
    assert "animals|dog" in text
    assert look(library).sidecars_read == 0
    assert len(library.catalog.sidecars.conflicts()) == 1
    library.catalog.sidecars.acknowledge([photo.id])
    assert library.catalog.sidecars.conflicts() == []
    assert look(library).sidecars_changed == 0
    sidecar_of(photo.path).unlink()
    assert look(library).sidecars_changed == 1
    (conflict,) = library.catalog.sidecars.conflicts()
    assert conflict.change.is_gone
    library.catalog.sidecars.acknowledge([photo.id])
    assert library.catalog.sidecars.known([photo.id]) == {}


def test_a_change_by_others_just_before_a_write_is_listed_too(library: Library) -> None:
    photo = tagged_beside(library, "dog")
    change_by_others(photo, "<dc:subject><rdf:Bag>", "<dc:subject><rdf:Bag><rdf:li>theirs</rdf:li>")
    library.tagger.decide([photo.id], "cat", True)
    (conflict,) = library.catalog.sidecars.conflicts()
    assert conflict.change == SidecarChange(("theirs",))
    assert keywords_of(library) == ("theirs",)
    assert look(library).sidecars_read == 0


class SidecarsAmongOthers(XmpSidecars):
    """Lets another program act once a photo's sidecar was written."""

    def __init__(self) -> None:
        self.then: dict[str, Callable[[], object]] = {}

    def write(
        self, photo: Path, tags: Sequence[str], rating: int | None = None, seen: str | None = None
    ) -> Written | None:
        written = super().write(photo, tags, rating, seen)
        self.then.pop(photo.name, bool)()
        return written


@pytest.mark.parametrize(
    ("moment", "changed"),
    [("as the first is written", "one.jpg"), ("after the first", "two.jpg"), ("after the first", "one.jpg")],
)
def test_what_others_change_while_sidecars_are_written_is_listed(
    tmp_path: Path, photos: Path, monkeypatch: pytest.MonkeyPatch, moment: str, changed: str
) -> None:
    sidecars = SidecarsAmongOthers()
    library = open_fake_library(tmp_path / "library", sidecars)
    library.folders.add(photos)
    look(library)
    ids = [photo_of(library, name).id for name in ("one.jpg", "two.jpg")]
    library.sidecars.follows = True
    library.tagger.decide(ids, "dog", True)
    act = partial(change_by_others, photo_of(library, changed), "<rdf:li>dog</rdf:li>", "<rdf:li>theirs</rdf:li>")
    if moment == "after the first":
        sidecars.then["one.jpg"] = act
    else:
        waiting = [act]
        monkeypatch.setattr(os, "fsync", lambda _file: waiting.pop()() if waiting else None)
    library.tagger.decide(ids, "cat", True)
    look(library)
    (conflict,) = library.catalog.sidecars.conflicts()
    assert conflict.path.name == changed
    assert conflict.change == SidecarChange(("theirs",), taken_away=("dog",))
    assert keywords_of(library, changed) == ("theirs",)
    library.close()


def test_a_sidecar_that_others_go_on_changing_is_left_to_them_and_told(
    library: Library, photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    look(library)
    file = photos / "trip" / "one.jpg.xmp"
    times: list[int] = []

    def change(_file: int) -> None:
        times.append(len(times))
        write_xmp(file, "theirs" * len(times))

    monkeypatch.setattr(os, "fsync", change)
    library.sidecars.follows = True
    with pytest.raises(StoreError, match="changed by another program"):
        library.tagger.decide([photo_of(library, "one.jpg").id], "dog", True)
    assert len(times) == 3
    assert "dog" not in file.read_text("utf-8")
    assert [each.name for each in file.parent.iterdir() if "part" in each.name] == []
    assert library.catalog.tags.counts()["dog"] == 1


@pytest.mark.parametrize("closed", ["one.jpg.xmp", "one.xmp"])
def test_a_sidecar_that_may_not_be_read_for_a_time_is_read_later(
    library: Library, photos: Path, monkeypatch: pytest.MonkeyPatch, closed: str
) -> None:
    for name in ("one.jpg.xmp", "one.xmp"):
        write_xmp(photos / "trip" / name, name)
    photo = tagged_beside(library, "dog")
    write_xmp(photos / "trip" / closed, "changed")

    def refuse(file: Path, most_bytes: int) -> bytes:
        if file.name == closed:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        return content_of(file, most_bytes)

    with monkeypatch.context() as refusing:
        refusing.setattr("photo_clip.adapters.xmp_sidecars.content_of", refuse)
        for _ in range(2):
            assert look(library).sidecars_read == 0
        assert set(keywords_of(library)) == {"one.jpg.xmp", "one.xmp"}
        with pytest.raises(StoreError, match="cannot be read"):
            library.tagger.decide([photo.id], "cat", True)
    assert look(library).sidecars_read == 1
    assert "changed" in keywords_of(library)
    (conflict,) = library.catalog.sidecars.conflicts()
    assert conflict.change.added == ("changed",)


def test_what_others_change_by_making_a_sidecar_anew_is_listed_though_a_look_found_it_gone(library: Library) -> None:
    photo = tagged_beside(library, "dog")
    file = sidecar_of(photo.path)
    text = file.read_text("utf-8")
    file.unlink()
    look(library)
    file.write_text(text.replace("<rdf:li>dog</rdf:li>", "<rdf:li>theirs</rdf:li>", 1), "utf-8")
    look(library)
    (conflict,) = library.catalog.sidecars.conflicts()
    assert conflict.change == SidecarChange(("theirs",), taken_away=("dog",))


def test_a_change_that_a_look_noted_and_nobody_read_yet_is_listed_after_a_write(library: Library) -> None:
    photo = tagged_beside(library, "dog")
    change_by_others(photo, "<rdf:li>dog</rdf:li>", "<rdf:li>theirs</rdf:li>")
    run(library.indexer.follow())
    library.tagger.decide([photo.id], "cat", True)
    (conflict,) = library.catalog.sidecars.conflicts()
    assert conflict.change == SidecarChange(("theirs",), taken_away=("dog",))


def test_what_others_change_that_is_neither_tags_nor_stars_is_no_conflict(library: Library) -> None:
    look(library)
    photo = photo_of(library, "one.jpg")
    library.tagger.decide([photo.id], "dog", True)
    run(library.sidecars.write([photo.id]))
    change_by_others(photo, "</rdf:RDF>", "<!-- developed --></rdf:RDF>")
    report = look(library)
    assert (report.sidecars_read, report.sidecars_changed) == (1, 0)
    assert library.catalog.sidecars.conflicts() == []


def test_changes_come_together_as_one() -> None:
    one = SidecarChange(("a", "b"), ("c",), ("x",), (1, 2))
    other = SidecarChange(("c",), ("a",), ("y",), (2, 4), is_gone=True)
    assert one.joined(other) == SidecarChange(("b", "c"), ("a",), ("x", "y"), (1, 4), is_gone=True)
    assert one.joined(SidecarChange()).rating == SidecarChange().joined(one).rating == (1, 2)
    assert not SidecarChange()
    assert "is gone" in other.in_words()


def test_sidecars_are_known_by_their_names() -> None:
    assert sidecar_names("a.b/photo.jpg") == ("a.b/photo.jpg.xmp", "a.b/photo.xmp")
    assert sidecar_names("a.b/photo") == ("a.b/photo.xmp", "a.b/photo.xmp")
    assert is_sidecar_name("photo.XMP")
    assert not is_sidecar_name("photo.jpg")
    assert mark_of([None, None]) == ""
