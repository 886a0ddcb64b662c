"""Sidecars: written, merged with what others wrote, cleaned, and read by other programs."""

import errno
import json
import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from PIL import Image

from photo_clip.adapters.xmp import said_in_xmp
from photo_clip.adapters.xmp_sidecars import XmpSidecars, _aside, sidecar_of
from photo_clip.core.errors import SidecarChangedError, SilentDriveError, StoreError
from photo_clip.core.labels import tag_name
from photo_clip.core.sidecars import Said, Written

OTHERS = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="Somebody">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <!-- kept -->
  <rdf:Description rdf:about="" xmlns:crs="http://ns.adobe.com/camera-raw-settings/1.0/" crs:Exposure2012="+0.35"
    xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:Rating="2">
   <dc:subject><rdf:Bag><rdf:li>holiday</rdf:li><rdf:li>dog</rdf:li></rdf:Bag></dc:subject>
   <dc:title><rdf:Alt><rdf:li xml:lang="x-default">Am Meer</rdf:li></rdf:Alt></dc:title>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>"""

needs_long_names = pytest.mark.skipif(os.name == "nt", reason="Windows counts the whole path")


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    file = tmp_path / "photo.jpg"
    file.write_bytes(b"a photo")
    return file


def test_tags_are_written_where_other_programs_look(photo: Path) -> None:
    assert XmpSidecars().write(photo, ["animals/dog", "日本", "🐈 cat"], 4)
    file = photo.with_name("photo.jpg.xmp")
    said = said_in_xmp(file.read_bytes())
    assert said.keywords == ("animals/dog", "日本", "🐈 cat")
    assert said.rating == 4
    text = file.read_text(encoding="utf-8")
    assert "animals|dog" in text
    assert "animals/dog" in text
    assert photo.read_bytes() == b"a photo"
    assert not XmpSidecars().write(photo, ["animals/dog", "日本", "🐈 cat"], 4)


def test_what_others_wrote_stays(photo: Path) -> None:
    file = photo.with_suffix(".xmp")
    file.write_text(OTHERS, encoding="utf-8")
    assert sidecar_of(photo) == file
    XmpSidecars().write(photo, ["dog", "animals/cat"])
    text = file.read_text(encoding="utf-8")
    assert said_in_xmp(text.encode()).keywords == ("holiday", "dog", "animals/cat")
    assert said_in_xmp(text.encode()).rating == 2
    for kept in (
        'crs:Exposure2012="+0.35"',
        "<!-- kept -->",
        "Am Meer",
        "W5M0MpCehiHzreSzNTczkc9d",
        'x:xmptk="Somebody"',
    ):
        assert kept in text
    XmpSidecars().write(photo, [])
    assert said_in_xmp(file.read_bytes()).keywords == ("holiday", "dog")  # “dog” was theirs
    assert XmpSidecars().write(photo, ["new"])
    assert XmpSidecars().clean(photo)
    assert said_in_xmp(file.read_bytes()).keywords == ("holiday", "dog")
    XmpSidecars().write(photo, ["animals/dog"])  # the flat word is theirs already
    assert XmpSidecars().clean(photo)
    assert said_in_xmp(file.read_bytes()).keywords == ("holiday", "dog")
    assert "photoclip:subject" not in file.read_text(encoding="utf-8")


def test_a_file_of_ours_goes_when_nothing_is_left_in_it(photo: Path) -> None:
    sidecars = XmpSidecars()
    assert not sidecars.write(photo, [])
    assert not sidecars.clean(photo)
    sidecars.write(photo, ["dog"])
    assert sidecars.clean(photo)
    assert [file.name for file in photo.parent.iterdir()] == ["photo.jpg"]
    sidecars.write(photo, ["animals/dog"])
    file = sidecar_of(photo)
    file.write_text(file.read_text("utf-8").replace("<rdf:li>animals|dog</rdf:li>", "", 1), "utf-8")  # by others
    assert sidecars.clean(photo)
    assert not file.exists()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no xml",
        b"<a/>",
        OTHERS.encode()[:300],
        b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><x xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        b"<rdf:RDF>&b;</rdf:RDF></x>",
        b"<x>" * 100_000,
        b" " * 5_000_000,
    ],
)
def test_what_is_damaged_or_hostile_is_left_as_it_is(photo: Path, content: bytes) -> None:
    file = photo.with_name("photo.jpg.xmp")
    file.write_bytes(content)
    with pytest.raises(StoreError, match="sidecar"):
        XmpSidecars().write(photo, ["dog"])
    assert file.read_bytes() == content
    assert sorted(each.name for each in photo.parent.iterdir()) == ["photo.jpg", "photo.jpg.xmp"]


@pytest.mark.skipif(os.name == "nt", reason="Windows lets hardly anybody make links")
@pytest.mark.parametrize("act", ["write", "clean"])
def test_what_a_link_leads_to_is_not_overwritten(
    photo: Path, tmp_path_factory: pytest.TempPathFactory, act: str
) -> None:
    mine = tmp_path_factory.mktemp("elsewhere") / "diary.txt"
    mine.write_bytes(b"dear diary")
    mine.chmod(0o640)
    sidecar = sidecar_of(photo)
    _aside(sidecar).symlink_to(mine)
    if act == "write":
        sidecar.symlink_to(mine.with_name("none yet"))
        assert XmpSidecars().write(photo, ["dog"])
        assert said_in_xmp(sidecar.read_bytes()).keywords == ("dog",)
        assert not sidecar.is_symlink()
        sidecar.unlink()
    else:
        assert not XmpSidecars().clean(photo)
    assert (mine.read_bytes(), mine.stat().st_mode & 0o777) == (b"dear diary", 0o640)
    assert list(mine.parent.iterdir()) == [mine]
    assert list(photo.parent.iterdir()) == [photo]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_who_may_read_a_photo_may_read_its_sidecar(photo: Path) -> None:
    former = os.umask(0o077)
    try:
        for mode, expected in ((0o444, 0o644), (0o640, 0o640), (0o755, 0o644), (0o400, 0o600)):
            photo.chmod(mode)
            XmpSidecars().write(photo, ["dog"])
            assert sidecar_of(photo).stat().st_mode & 0o777 == expected
            sidecar_of(photo).unlink()
        XmpSidecars().write(photo, ["dog"])
        sidecar_of(photo).chmod(0o664)
        XmpSidecars().write(photo, ["cat"])
        assert sidecar_of(photo).stat().st_mode & 0o777 == 0o664
    finally:
        os.umask(former)


def test_sidecars_are_written_where_no_modes_are_taken(photo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path, mode: int) -> None:
        raise OSError(errno.ENOTSUP, os.strerror(errno.ENOTSUP), str(path))

    monkeypatch.setattr(Path, "chmod", refuse)
    for tag in ("dog", "cat"):
        assert XmpSidecars().write(photo, [tag])
        assert said_in_xmp(sidecar_of(photo).read_bytes()).keywords == (tag,)


@pytest.mark.parametrize("mode", [0o644, 0o444])
def test_a_sidecar_of_others_to_which_nothing_is_to_be_added_stays_as_they_wrote_it(photo: Path, mode: int) -> None:
    others = OTHERS.replace('"', "'").replace("\n", "\r\n").encode()
    file = photo.with_suffix(".xmp")
    file.write_bytes(others)
    file.chmod(mode)
    for rating in (None, 2):
        assert XmpSidecars().write(photo, (), rating) is None
    assert file.read_bytes() == others


@pytest.mark.parametrize("mode", [0o444, 0o400])
def test_a_sidecar_that_somebody_protected_is_left_and_told(photo: Path, mode: int) -> None:
    sidecars, file = XmpSidecars(), sidecar_of(photo)
    assert sidecars.write(photo, ["dog"])
    before = file.read_bytes()
    file.chmod(mode)
    for act in (lambda: sidecars.write(photo, ["cat"]), lambda: sidecars.clean(photo)):
        with pytest.raises(StoreError, match="protected"):
            act()
    assert sidecars.write(photo, ["dog"]) is None, "nothing is to be written"
    assert file.read_bytes() == before
    assert sorted(photo.parent.iterdir()) == [photo, file]
    file.chmod(0o644)
    assert sidecars.write(photo, ["cat"])


@pytest.mark.skipif(os.name == "nt", reason="Windows has neither")
@pytest.mark.parametrize("kind", ["a pipe", "a device", "a folder"])
def test_what_is_no_file_is_not_read_as_a_sidecar(photo: Path, kind: str) -> None:
    file = sidecar_of(photo)
    if kind == "a pipe":
        os.mkfifo(file)
    elif kind == "a device":
        file.symlink_to("/dev/zero")
    else:
        file.mkdir()
    for act in (XmpSidecars().read, XmpSidecars().clean, lambda photo: XmpSidecars().write(photo, ["dog"])):
        with pytest.raises(StoreError, match="it is not a file"):
            act(photo)


def one_with(inside: str) -> str:
    return (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:digiKam="http://www.digikam.org/ns/1.0/"'
        ' xmlns:photoclip="https://photo-clip.invalid/ns/1.0/" photoclip:Made="True">'
        f"{inside}</rdf:Description></rdf:RDF></x:xmpmeta>"
    )


def listed(field: str, *words: str) -> str:
    items = "".join(f"<rdf:li>{word}</rdf:li>" for word in words)
    return f"<{field}><rdf:Bag>{items}</rdf:Bag></{field}>"


def within(element: str, times: int, inside: str) -> str:
    return f"<{element}>" * times + inside + f"</{element}>" * times


LONG = "a" + "\u0301\u0323" * 50_000
"""Marks that are in no order: to bring them into one takes the square of their number."""
TO_TAKE_LONG = {
    "a list in many fields": within("dc:subject", 200, listed("rdf:value", *["a"] * 10_000)),
    "many parents of one word": listed("dc:subject", *["a"] * 3_000)
    + listed("digiKam:TagsList", *(f"{number}/a" for number in range(3_000))),
    "many of ours taken out": listed("dc:subject", *map(str, range(5_000)))
    + listed("photoclip:subject", *(f"our {number}" for number in range(5_000))),
    "a long title": listed("dc:title", LONG),
    "a long keyword": listed("dc:subject", LONG),
    "a long name": listed("digiKam:TagsList", LONG),
    "many descriptions in each other": within("rdf:Description", 200, "<a/>" * 20_000),
}


@pytest.mark.parametrize("inside", TO_TAKE_LONG.values(), ids=TO_TAKE_LONG)
def test_a_sidecar_made_to_take_long_does_not(photo: Path, inside: str) -> None:
    sidecar_of(photo).write_text(one_with(inside), encoding="utf-8")
    began_s = time.process_time()
    XmpSidecars().read(photo)
    XmpSidecars().write(photo, ["dog"])
    XmpSidecars().clean(photo)
    assert time.process_time() - began_s < 2


def test_a_sidecar_that_is_too_large_is_left_and_the_other_one_read(
    photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("photo_clip.adapters.xmp_sidecars.LONGEST_PACKET_BYTES", len(OTHERS.encode()))
    photo.with_name(f"{photo.name}.xmp").write_bytes(f"{OTHERS} ".encode())
    with pytest.raises(StoreError, match="too large") as told:
        XmpSidecars().read(photo)
    assert not isinstance(told.value, SilentDriveError), "its drive is well, and it is not read again and again"
    photo.with_suffix(".xmp").write_bytes(OTHERS.encode())
    assert XmpSidecars().read(photo).rating == 2


def test_of_a_list_in_another_the_words_are_not_those_of_the_field(photo: Path) -> None:
    inside = listed("dc:subject", "outer", listed("rdf:value", "inner"))
    sidecar_of(photo).write_text(one_with(inside), encoding="utf-8")
    assert XmpSidecars().read(photo).keywords == ("outer",)


def test_what_is_ours_is_taken_out_of_one_sidecar_though_the_other_is_damaged(photo: Path) -> None:
    sidecars = XmpSidecars()
    assert sidecars.write(photo, ["mine"])
    photo.with_suffix(".xmp").write_bytes(b"damaged")
    with pytest.raises(StoreError, match=r"photo\.xmp.* is damaged"):
        sidecars.clean(photo)
    assert sorted(photo.parent.iterdir()) == [photo, photo.with_suffix(".xmp")]


def test_a_sidecar_that_cannot_be_written_is_told(photo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreError, match=os.strerror(28)):
        XmpSidecars().write(photo, ["dog"])
    assert [file.name for file in photo.parent.iterdir()] == ["photo.jpg"]


@pytest.mark.parametrize(
    ("ends", "own"),
    [(("jpg", "CR2"), "CR2"), (("jpg", "png", "nef"), "nef"), (("jpg", "png"), None), (("cr2", "dng"), None)],
)
def test_photos_that_share_a_sidecar_do_not_take_each_others_tags_out(
    tmp_path: Path, ends: tuple[str, ...], own: str | None
) -> None:
    shared, sidecars = tmp_path / "photo.xmp", XmpSidecars()
    shared.write_text(OTHERS, encoding="utf-8")
    photos = {end: tmp_path / f"photo.{end}" for end in ends}
    for photo in photos.values():
        photo.touch()
    for _ in range(2):
        for end, photo in photos.items():
            sidecars.write(photo, [f"tag of {end}"])
    for end, photo in photos.items():
        file = shared if end == own else tmp_path / f"photo.{end}.xmp"
        assert said_in_xmp(file.read_bytes()).keywords[-1:] == (f"tag of {end}",)
        assert sidecars.write(photo, [f"tag of {end}"]) is None
        assert sidecars.read(photo).keywords == ("holiday", "dog")
    for photo in photos.values():
        sidecars.clean(photo)
    assert sorted(tmp_path.iterdir()) == sorted([*photos.values(), shared])
    assert said_in_xmp(shared.read_bytes()).keywords == ("holiday", "dog")


def test_what_is_ours_is_taken_out_of_sidecars_of_both_names(photo: Path) -> None:
    sidecars = XmpSidecars()
    for file in (photo.with_suffix(".xmp"), photo.with_name("photo.jpg.xmp")):
        file.write_text(OTHERS, encoding="utf-8")
        assert sidecars.write(photo, ["mine"])
    cleaned = sidecars.clean(photo)
    assert cleaned == Written(sidecars.mark(photo), sidecars.read(photo))
    assert not any(b"mine" in file.read_bytes() for file in photo.parent.glob("*.xmp"))


@pytest.mark.parametrize("act", ["write", "clean"])
def test_a_sidecar_that_is_not_the_one_that_was_seen_is_left(photo: Path, act: str) -> None:
    sidecars = XmpSidecars()
    assert sidecars.write(photo, ["dog"])
    seen, before = sidecars.mark(photo), sidecar_of(photo).read_bytes()
    photo.with_suffix(".xmp").write_text(OTHERS, encoding="utf-8")
    with pytest.raises(SidecarChangedError):
        sidecars.clean(photo, seen) if act == "clean" else sidecars.write(photo, ["cat"], seen=seen)
    assert sidecar_of(photo).read_bytes() == before
    assert len(list(photo.parent.iterdir())) == 3


def test_a_change_within_the_same_moment_that_keeps_the_size_is_seen(
    photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = photo.with_suffix(".xmp")
    file.write_text(OTHERS, encoding="utf-8")
    at = file.stat()

    def change(_file: int) -> None:
        file.write_text(OTHERS.replace("holiday", "harbour"), encoding="utf-8")
        os.utime(file, ns=(at.st_atime_ns, at.st_mtime_ns))

    monkeypatch.setattr(os, "fsync", change)
    with pytest.raises(SidecarChangedError):
        XmpSidecars().write(photo, ["dog"])
    assert "harbour" in file.read_text("utf-8")


def test_what_was_written_is_told_as_it_was_read_later(photo: Path) -> None:
    sidecars = XmpSidecars()
    assert sidecars.write(photo, ["dog"])
    for number, of_others in enumerate((OTHERS, "<damaged")):
        photo.with_suffix(".xmp").write_text(of_others, encoding="utf-8")
        written = sidecars.write(photo, ["dog", "cat"][number:], 3 + number)
        assert written == Written(sidecars.mark(photo), sidecars.read(photo))
    photo.with_suffix(".xmp").unlink()
    cleaned = sidecars.clean(photo)
    assert cleaned == Written(sidecars.mark(photo), sidecars.read(photo))


@needs_long_names
@pytest.mark.parametrize("length", [235, 251])
def test_a_sidecar_may_have_the_longest_name_there_is(tmp_path: Path, length: int) -> None:
    photo = tmp_path / f"{'x' * (length - 4)}.jpg"
    photo.touch()
    assert XmpSidecars().write(photo, ["dog"])
    assert not XmpSidecars().write(photo, ["dog"])
    assert sidecar_of(photo).name == f"{photo.name}.xmp"
    assert XmpSidecars().clean(photo)
    assert list(tmp_path.iterdir()) == [photo]


@needs_long_names
def test_a_photo_whose_name_is_too_long_for_a_sidecar_is_told_when_there_is_something_to_write(tmp_path: Path) -> None:
    photo, sidecars = tmp_path / f"{'x' * 248}.jpg", XmpSidecars()
    photo.touch()
    with pytest.raises(StoreError, match="too long") as told:
        sidecars.write(photo, ["dog"])
    assert "shorter name" in told.value.advice
    assert not sidecars.write(photo, [])
    assert not sidecars.clean(photo)
    assert sidecars.read(photo) == Said()
    assert list(tmp_path.iterdir()) == [photo]
    photo.with_suffix(".xmp").write_text(OTHERS, encoding="utf-8")  # whose name is short enough
    assert sidecars.write(photo, ["cat"])
    assert "cat" in photo.with_suffix(".xmp").read_text(encoding="utf-8")


def test_a_sidecar_that_cannot_be_taken_away_is_told(photo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, os.strerror(13))

    XmpSidecars().write(photo, ["dog"])
    monkeypatch.setattr(Path, "unlink", refuse)
    with pytest.raises(StoreError, match=os.strerror(13)):
        XmpSidecars().clean(photo)


@given(st.lists(st.text(st.characters()), max_size=5))
@example([f"a{character}b" for character in "\0\ud800\ufffe\uffff"])
def test_whatever_a_tag_is_called_it_comes_back(tmp_path_factory: pytest.TempPathFactory, typed: list[str]) -> None:
    photo = tmp_path_factory.mktemp("any") / "photo.jpg"
    tags = [tag for tag in map(tag_name, typed) if tag]
    XmpSidecars().write(photo, tags)
    if tags:
        assert "rdf:li" in sidecar_of(photo).read_text(encoding="utf-8")
        assert not XmpSidecars().write(photo, tags)
        XmpSidecars().clean(photo)
    assert not sidecar_of(photo).exists()


def test_a_tag_that_no_sidecar_can_hold_is_told(photo: Path) -> None:
    with pytest.raises(StoreError, match="character"):
        XmpSidecars().write(photo, ["a\uffffb"])
    assert list(photo.parent.iterdir()) == [photo]


@pytest.mark.skipif(shutil.which("exiftool") is None, reason="exiftool is not installed")
def test_exiftool_reads_ours_and_we_read_its(photo: Path) -> None:
    XmpSidecars().write(photo, ["animals/dog", "日本", "🐈"], 5)
    file = sidecar_of(photo)
    (read,) = json.loads(subprocess.check_output(["exiftool", "-json", "-charset", "utf8", file]))
    assert read["Subject"] == ["dog", "日本", "🐈"]
    assert read["HierarchicalSubject"] == ["animals|dog", "日本", "🐈"]
    assert read["TagsList"] == ["animals/dog", "日本", "🐈"]
    assert read["Rating"] == 5
    subprocess.run(["exiftool", "-q", "-overwrite_original", "-XMP-dc:Subject+=theirs", file], check=True)
    XmpSidecars().write(photo, ["animals/dog"], 5)
    assert said_in_xmp(file.read_bytes()).keywords == ("theirs", "animals/dog")
    assert XmpSidecars().read(photo) == Said(5, "", ("theirs",))
    subprocess.run(["exiftool", "-q", "-overwrite_original", "-XMP-dc:Subject-=dog", file], check=True)
    assert XmpSidecars().read(photo) == Said(5, "", ("theirs",), ("animals/dog",))


@pytest.mark.skipif(shutil.which("exiftool") is None, reason="exiftool is not installed")
def test_a_sidecar_that_exiftool_made_is_read(photo: Path) -> None:
    words = (*("-XMP-dc:Subject=dog", "-XMP-dc:Subject=日本", "-XMP-dc:Subject=🐈"), "-XMP:Rating=4")
    paths = ("-XMP-lr:HierarchicalSubject=animals|dog", "-XMP-digiKam:TagsList=places/日本")
    for file in (photo.with_suffix(".xmp"), photo.with_name("photo.jpg.xmp")):
        subprocess.run(["exiftool", "-q", "-charset", "utf8", *words, *paths, file], check=True)
        assert XmpSidecars().read(photo) == Said(4, "", ("animals/dog", "places/日本", "🐈"))
        assert not said_by_us(file)
        file.unlink()


@pytest.mark.skipif(shutil.which("exiv2") is None, reason="exiv2 is not installed")
def test_a_sidecar_that_exiv2_made_is_read(photo: Path) -> None:
    Image.new("RGB", (8, 8)).save(photo)
    told = (*("set Xmp.dc.subject XmpBag dog", "set Xmp.dc.subject XmpBag 日本 🐈"), "set Xmp.xmp.Rating XmpText 2")
    paths = ("set Xmp.lr.hierarchicalSubject XmpBag animals|dog", "set Xmp.digiKam.TagsList XmpSeq places/日本 🐈")
    subprocess.run(["exiv2", *(part for each in (*told, *paths) for part in ("-M", each)), photo], check=True)
    subprocess.run(["exiv2", "-eX", photo], check=True)  # “photo.xmp”, as exiv2 names it
    assert photo.with_suffix(".xmp").exists()
    assert XmpSidecars().read(photo) == Said(2, "", ("animals/dog", "places/日本 🐈"))
    XmpSidecars().write(photo, ["mine"])
    assert XmpSidecars().read(photo).keywords == ("animals/dog", "places/日本 🐈")


@pytest.mark.skipif(shutil.which("exiv2") is None, reason="exiv2 is not installed")
def test_exiv2_reads_ours(photo: Path) -> None:
    XmpSidecars().write(photo, ["animals/dog", "日本"], 3)
    read = subprocess.check_output(["exiv2", "-PXkt", sidecar_of(photo)], text=True)
    assert "dog, 日本" in read
    assert "animals|dog, 日本" in read
    assert "animals/dog, 日本" in read


def test_what_others_say_in_sidecars_of_both_names_is_read(photo: Path) -> None:
    sidecars = XmpSidecars()
    assert sidecars.read(photo) == Said()
    assert sidecars.mark(photo) == ""
    photo.with_suffix(".xmp").write_text(OTHERS, encoding="utf-8")
    one = sidecars.mark(photo)
    sidecars.write(photo, ["mine", "holiday"])
    photo.with_name("photo.jpg.xmp").write_text(
        OTHERS.replace("holiday", "harbour").replace('Rating="2"', 'Rating="5"'), encoding="utf-8"
    )
    assert len({"", one, sidecars.mark(photo)}) == 3
    assert sidecars.read(photo) == Said(5, "Am Meer", ("harbour", "dog", "holiday"))  # “mine” is ours
    photo.with_suffix(".xmp").write_bytes(b"<damaged")
    assert sidecars.read(photo) == Said(5, "Am Meer", ("harbour", "dog"))
    photo.with_name("photo.jpg.xmp").unlink()
    with pytest.raises(StoreError, match="damaged"):
        sidecars.read(photo)


def said_by_us(file: Path) -> bool:
    return "photo-clip" in file.read_text(encoding="utf-8")
