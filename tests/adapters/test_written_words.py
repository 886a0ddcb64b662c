"""What people wrote about a photo into its file: rating, caption, keywords, in XMP, IPTC and EXIF."""

import shutil
import struct
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from photo_clip.adapters.images import read_photo
from photo_clip.adapters.xmp import said_in_xmp
from photo_clip.core.photo import PhotoFacts
from photo_clip.core.sidecars import Said
from tests.made_pictures import SQUARE, quarters, scenery

XMP = """<?xpacket begin='\ufeff' id='W5M0MpCehiHzreSzNTczkc9d'?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmp:Rating="4">
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">Grandma’s garden</rdf:li></rdf:Alt></dc:title>
<dc:description><rdf:Alt><rdf:li xml:lang="x-default">Tea
 under the apple tree</rdf:li></rdf:Alt></dc:description>
<dc:subject><rdf:Bag><rdf:li>garden</rdf:li><rdf:li>Grandma</rdf:li><rdf:li>garden</rdf:li></rdf:Bag></dc:subject>
</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end='w'?>"""
XMP_OF_KEYWORDS = """<x:xmpmeta xmlns:x="adobe:ns:meta/">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:lr="http://ns.adobe.com/lightroom/1.0/"
    xmlns:digiKam="http://www.digikam.org/ns/1.0/">
   <dc:subject><rdf:Bag>{plain}</rdf:Bag></dc:subject>
   <lr:hierarchicalSubject><rdf:Bag>{lightroom}</rdf:Bag></lr:hierarchicalSubject>
   <digiKam:TagsList><rdf:Seq>{digikam}</rdf:Seq></digiKam:TagsList>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>"""
WRITTEN = Said(4, "Grandma’s garden · Tea under the apple tree", ("garden", "Grandma"))


def iptc_segment(*fields: tuple[int, bytes]) -> bytes:
    """Return a JPEG segment with IPTC fields of record 2, as Photoshop writes it."""
    records = b"".join(b"\x1c\x02" + bytes([number]) + struct.pack(">H", len(text)) + text for number, text in fields)
    block = b"8BIM\x04\x04\x00\x00" + struct.pack(">I", len(records)) + records + b"\0" * (len(records) % 2)
    content = b"Photoshop 3.0\0" + block
    return b"\xff\xed" + struct.pack(">H", len(content) + 2) + content


def said_of(facts: PhotoFacts) -> Said:
    return Said(facts.rating, facts.caption, facts.keywords)


def test_xmp_is_understood() -> None:
    assert said_in_xmp(XMP.encode()) == WRITTEN


@pytest.mark.parametrize(
    ("packet", "said"),
    [
        (b"", Said()),
        (b"no xml", Said()),
        (XMP[: len(XMP) // 2].encode(), Said()),
        (XMP.replace('"4"', '"-1"').encode(), Said(None, WRITTEN.caption, WRITTEN.keywords)),
        (XMP.replace('"4"', '"many"').encode(), Said(None, WRITTEN.caption, WRITTEN.keywords)),
        (XMP.replace('"4"', '"5.0"').encode(), Said(5, WRITTEN.caption, WRITTEN.keywords)),
        (b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>', Said()),
    ],
)
def test_xmp_that_is_damaged_or_silly_says_less(packet: bytes, said: Said) -> None:
    assert said_in_xmp(packet) == said


@given(st.binary(max_size=300))
def test_any_bytes_can_stand_where_xmp_belongs(packet: bytes) -> None:
    said_in_xmp(packet)


@pytest.mark.parametrize("suffix", ["jpg", "png", "webp", "tif"])
def test_the_words_in_a_photo_are_read(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"photo.{suffix}"
    if suffix == "tif":
        quarters().save(path, tiffinfo={700: XMP.encode()})
    elif suffix == "png":
        from PIL.PngImagePlugin import PngInfo

        words = PngInfo()
        words.add_itxt("XML:com.adobe.xmp", XMP)
        quarters().save(path, pnginfo=words)
    else:
        quarters().save(path, xmp=XMP.encode())
    assert said_of(read_photo(path, SQUARE).facts) == WRITTEN


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1"])
def test_iptc_fills_in_where_xmp_is_silent(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "photo.jpg"
    quarters().save(path)
    fields = ((5, "Früh am Morgen"), (120, "Ein See"), (25, "See"), (25, "Nebel"))
    whole = path.read_bytes()
    path.write_bytes(whole[:2] + iptc_segment(*((tag, text.encode(encoding)) for tag, text in fields)) + whole[2:])
    assert said_of(read_photo(path, SQUARE).facts) == Said(None, "Früh am Morgen · Ein See", ("See", "Nebel"))


def test_a_keyword_with_parents_is_told_once_and_whole() -> None:
    packet = XMP_OF_KEYWORDS.format(
        plain="<rdf:li>dog</rdf:li><rdf:li>animals</rdf:li><rdf:li>日本</rdf:li><rdf:li>old</rdf:li>",
        lightroom="<rdf:li>animals|dog</rdf:li><rdf:li>places|日本</rdf:li>",
        digikam="<rdf:li>animals / dog</rdf:li><rdf:li>people/🐈/Ä</rdf:li>",
    )
    said = said_in_xmp(packet.encode())
    assert said.keywords == ("animals/dog", "places/日本", "old", "people/🐈/Ä")


@pytest.mark.skipif(shutil.which("exiftool") is None, reason="exiftool is not installed")
def test_keywords_that_exiftool_wrote_into_a_jpeg_are_read(tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    for block, keywords in (("IPTC", ("Köln", "日本", "🐈")), ("XMP-dc", ("theirs",))):
        quarters().save(path)
        field = "Keywords" if block == "IPTC" else "Subject"
        words = [f"-{block}:{field}={word}" for word in keywords]
        coded = ["-charset", "iptc=UTF8", "-IPTC:CodedCharacterSet=UTF8"] if block == "IPTC" else []
        subprocess.run(["exiftool", "-q", "-overwrite_original", *coded, *words, path], check=True)
        assert read_photo(path, SQUARE).facts.keywords == keywords


@pytest.mark.parametrize(("written", "caption"), [("A lake", "A lake"), ("OLYMPUS DIGITAL CAMERA", "")])
def test_a_description_in_exif_is_a_caption_unless_the_camera_wrote_it(
    tmp_path: Path, written: str, caption: str
) -> None:
    path = tmp_path / "photo.jpg"
    data = Image.Exif()
    data[0x010E] = written
    quarters().save(path, exif=data)
    assert read_photo(path, SQUARE).facts.caption == caption


def test_photos_of_one_scene_have_fingerprints_and_the_sharper_one_is_told(tmp_path: Path) -> None:
    sharp, small, blurred = tmp_path / "sharp.jpg", tmp_path / "small.png", tmp_path / "blurred.jpg"
    whole = scenery(1200, 800)
    whole.save(sharp, quality=95)
    whole.resize((600, 400)).save(small)
    whole.resize((60, 40)).resize((1200, 800)).save(blurred, quality=95)
    facts = {path: read_photo(path, SQUARE).facts for path in (sharp, small, blurred)}
    prints = {path: fact.fingerprint for path, fact in facts.items()}
    assert None not in prints.values()
    assert all(((prints[sharp] or 0) ^ (prints[other] or 0)).bit_count() <= 4 for other in (small, blurred))
    assert (facts[sharp].sharpness or 0) > 2 * (facts[blurred].sharpness or 0)
