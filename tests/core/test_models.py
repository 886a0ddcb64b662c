"""The list of models on offer, and the names that people may give."""

from pathlib import Path

import pytest

from photo_clip.core.errors import UsageError
from photo_clip.core.models import (
    STARTER,
    Kind,
    ModelSource,
    parse_offers,
    parse_source,
    word_on_licence,
)
from photo_clip.core.places import resources_folder

ENTRY = """
[[model]]
name = "Small"
architecture = "ViT-B-32"
tag = "good_tag"
repository = "some/where"
licence = "MIT"
languages = "English"
parameters = 1_000_000
figures = "ImageNet 70 %"
source = "a paper"
"""
OFFERS = parse_offers(ENTRY)


def shipped_offers() -> list:
    return parse_offers((resources_folder() / "models.toml").read_text(encoding="utf-8"))


def test_the_list_that_is_shipped_can_be_read_and_begins_with_the_default() -> None:
    offers = shipped_offers()
    assert (offers[0].architecture, offers[0].tag) == ("ViT-B-32-256", "datacomp_s34b_b86k")
    assert {"ViT-B-16-SigLIP2-256", "PE-Core-S-16-384", "PE-Core-L-14-336", "ViT-SO400M-16-SigLIP2-384"} <= {
        offer.architecture for offer in offers
    }


def test_everything_on_offer_has_a_free_licence() -> None:
    assert {offer.licence for offer in shipped_offers()} <= {"MIT", "Apache-2.0"}
    restricted = ("mobileclip", "dfn", "metaclip", "worldwide", "nllb")
    names = " ".join(f"{offer.architecture} {offer.tag} {offer.repository}".lower() for offer in shipped_offers())
    assert [word for word in restricted if word in names] == []


def test_a_download_takes_about_four_bytes_for_each_number() -> None:
    assert OFFERS[0].download_bytes == 4_000_000


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("this is no list", "no list"),
        ("x = 1", "no list"),
        (ENTRY.replace('licence = "MIT"\n', ""), "entry 1 (Small) has no “licence”"),
        (ENTRY + 'colour = "red"', "entry 1 (Small) has an unknown line “colour”"),
        (ENTRY.replace("1_000_000", '"many"'), "entry 1 (Small) has a wrong “parameters”"),
        (ENTRY.replace('"MIT"', '""'), "entry 1 (Small) has an empty “licence”"),
        (ENTRY + ENTRY, "entry 2 (Small) is there twice"),
    ],
)
def test_a_wrong_list_is_refused_by_naming_the_entry(text: str, told: str) -> None:
    with pytest.raises(UsageError) as refused:
        parse_offers(text)
    assert told in refused.value.sentence


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("starter", ModelSource(Kind.STARTER)),
        (" Starter ", ModelSource(Kind.STARTER)),
        ("small", ModelSource(Kind.TAG, "ViT-B-32", "good_tag")),
        ("ViT-L-14/openai", ModelSource(Kind.TAG, "ViT-L-14", "openai")),
        ("hf-hub:timm/ViT-B-16-SigLIP2", ModelSource(Kind.HUB, "", "timm/ViT-B-16-SigLIP2")),
        ("local-dir:/models/mine", ModelSource(Kind.FOLDER, "", str(Path("/models/mine").absolute()))),
        (
            "file:ViT-B-32:/a b/x.safetensors",
            ModelSource(Kind.FILE, "ViT-B-32", str(Path("/a b/x.safetensors").absolute())),
        ),
    ],
)
def test_a_model_can_be_named_in_each_way(text: str, source: ModelSource) -> None:
    assert parse_source(text, OFFERS) == source


@pytest.mark.parametrize(
    "text",
    [
        *(STARTER, "ViT-L-14/openai", "hf-hub:a/b"),
        *(f"local-dir:{Path('/m').absolute()}", f"file:ViT-B-32:{Path('/m/x.bin').absolute()}"),
    ],
)
def test_a_name_survives_being_written_down_and_read_again(text: str) -> None:
    assert str(parse_source(text, OFFERS)) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nothing",
        "/",
        "a/b/c",
        "hf-hub:",
        "hf-hub:name",
        "hf-hub:../x/y",
        "hf-hub:a/\udcff",
        "ViT-B-32/\udcff",
        "local-dir:",
        "file:x",
        "file::/x",
        "a\\b/c",
    ],
)
def test_what_names_no_model_is_refused_with_the_ways_to_name_one(text: str) -> None:
    with pytest.raises(UsageError) as refused:
        parse_source(text, OFFERS)
    assert "local-dir:FOLDER" in refused.value.advice


@pytest.mark.parametrize("text", ["/home/me/weights.safetensors", "weights.pt", "file:/home/me/weights.bin"])
def test_a_weights_file_without_its_architecture_is_answered_by_how_to_name_it(text: str) -> None:
    with pytest.raises(UsageError) as refused:
        parse_source(text, OFFERS)
    assert "file:ViT-B-32:" in refused.value.advice
    assert "file:ViT-B-32:file:" not in refused.value.advice


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("Small", "MIT"),
        ("MobileCLIP2-S0/dfndr2b", "research only"),
        ("ViT-L-14/dfn2b", "research only"),
        ("ViT-B-32/metaclip_400m", "non-commercial"),
        ("hf-hub:visheratin/nllb-clip-base", "NLLB"),
        ("hf-hub:somebody/something", "does not know"),
    ],
)
def test_a_word_is_said_on_every_licence(name: str, told: str) -> None:
    assert told in word_on_licence(parse_source(name, OFFERS), OFFERS)
