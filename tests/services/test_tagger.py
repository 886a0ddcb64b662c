"""Labels suggested, decided and undone over a real catalogue, and written beside photos."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from photo_clip.adapters.xmp import said_in_xmp
from photo_clip.adapters.xmp_sidecars import XmpSidecars, sidecar_of
from photo_clip.core.errors import StoreError, UsageError
from photo_clip.core.labels import Label, LabelList
from photo_clip.core.ports import Vectors
from photo_clip.core.tags import Tag
from photo_clip.services.background import Background
from photo_clip.services.label_judge import LabelJudge
from photo_clip.services.label_lists import all_lists, is_shipped, labels_on
from photo_clip.services.labelled_photos import LabelledPhotos
from photo_clip.services.library import Library
from photo_clip.services.query_embeddings import QueryEmbeddings
from photo_clip.services.searcher import Searcher
from photo_clip.services.sidecar_writer import SidecarWriter
from photo_clip.services.tagger import Tagger
from tests.fakes import FakeEncoder, open_fake_library, write_photo
from tests.indexing import run

PHRASES = ["red green", "green blue", "red blue", "red", "green", "blue", "white", "black", "red green blue"]


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = Path(os.path.realpath(tmp_path)) / "photos"
    for colour in ("red", "green", "blue"):
        for number in range(8):
            write_photo(folder / f"{colour} {number}.jpg", f"{colour} {number}")
    return folder


@pytest.fixture
def library(tmp_path: Path, photos: Path) -> Iterator[Library]:
    library = open_fake_library(tmp_path / "library")
    library.folders.add(photos)
    run(library.keep_up())
    yield library
    library.close()


@pytest.fixture
def writer(library: Library) -> SidecarWriter:
    return SidecarWriter(library.catalog, XmpSidecars())


@pytest.fixture
def tagger(library: Library, writer: SidecarWriter) -> Tagger:
    return Tagger(library.catalog, library.models, lambda: 1e9, writer.follow)


@pytest.fixture
def judge(library: Library, tmp_path: Path) -> LabelJudge:
    background = Background(library.catalog, PHRASES, tmp_path / "background")
    return LabelJudge(library.catalog, library.neighbours, library.models, background)


@pytest.fixture
def labelled(library: Library, judge: LabelJudge) -> LabelledPhotos:
    return LabelledPhotos(library.catalog, library.models, judge)


def ids_of(library: Library, beginning: str) -> list[int]:
    photos = library.catalog.photos(library.catalog.newest_photo_ids().tolist())
    return sorted(photo.id for photo in photos if photo.path.name.startswith(beginning))


def test_a_label_is_suggested_for_the_photos_that_show_it(library: Library, judge: LabelJudge) -> None:
    judged = judge.judge(Label("colours/red"))
    assert len(judged.photo_ids) == len(judged.probabilities) == 24
    order = judged.photo_ids[(-judged.probabilities).argsort(kind="stable")]
    assert sorted(order[:8].tolist()) == ids_of(library, "red")
    assert not judged.has_learned


def test_what_is_decided_is_not_suggested_again_and_teaches(
    library: Library, tagger: Tagger, judge: LabelJudge
) -> None:
    red, green = ids_of(library, "red"), ids_of(library, "green")
    tagger.decide(green[:3], "red", True, is_suggested=True)
    tagger.decide(red[:3], "red", False)
    judged = judge.judge(Label("red"))
    assert judged.has_learned
    assert judged.decided == {**dict.fromkeys(green[:3], True), **dict.fromkeys(red[:3], False)}
    assert not {*red[:3], *green[:3]} & set(judged.photo_ids[judged.suggested].tolist())
    assert judged.suggested is judged.suggested  # found once, and not in the window's thread
    chance = dict(zip(judged.photo_ids.tolist(), judged.probabilities.tolist(), strict=True))
    assert min(chance[each] for each in green) > max(chance[each] for each in red)
    assert set(judged.chance_of) == {*red[:3], *green[:3]}


def test_decisions_are_undone_one_step_at_a_time(library: Library, tagger: Tagger, judge: LabelJudge) -> None:
    red = ids_of(library, "red")
    tagger.decide(red[:2], "red", True)
    tagger.accept({"red": red[1:], "warm": red[:1]})
    tagger.decide(red[:1], "red", None)
    assert judge.judge(Label("red")).decided == dict.fromkeys(red[1:], True)
    undone = tagger.undo()
    assert undone is not None
    assert (undone.labels, undone.photo_ids) == (("red",), (red[0],))
    undone = tagger.undo()
    assert undone is not None
    assert set(undone.labels) == {"red", "warm"}
    assert library.catalog.tags.decided("red") == dict.fromkeys(red[:2], True)
    assert library.catalog.tags.decided("warm") == {}
    library.catalog.tags.rename("red", "Red")
    assert tagger.undo() is not None
    assert tagger.undo() is None
    assert library.catalog.tags.counts() == {}


def test_marks_are_undone_in_turn_with_decisions(library: Library, tagger: Tagger) -> None:
    marks, (one, two, *_) = library.catalog.marks, ids_of(library, "red")

    def marked() -> list[tuple[bool, int | None]]:
        return [(photo.is_favourite, photo.rating) for photo in library.catalog.photos([one, two])]

    marks.set_favourite([one], True)
    marks.rate([one, two], 5)
    tagger.decide([one], "red", True)
    marks.rate([one, two, 999], 0)
    assert marked() == [(True, 0), (False, 0)]
    told = []
    while (undone := tagger.undo()) is not None:
        told.append((undone.told, marked()))
    rated = [(True, 5), (False, 5)]
    assert told == [
        ("Taken back: stars or favourites for 2 photos", rated),
        ("Taken back: red for 1 photo", rated),
        ("Taken back: stars or favourites for 2 photos", [(True, None), (False, None)]),
        ("Taken back: stars or favourites for 1 photo", [(False, None), (False, None)]),
    ]


def test_tags_say_where_they_come_from(library: Library, tagger: Tagger) -> None:
    red = ids_of(library, "red")
    tagger.decide(red[:1], "by hand", True)
    tagger.accept({"suggested": red[:1]})
    (tags,) = library.catalog.tags.tags_of(red[:2]).values()
    key = library.models.active_key()
    assert [(tag.name, tag.model_key) for tag in tags] == [("by hand", ""), ("suggested", key)]
    assert isinstance(tags[0], Tag)
    assert library.catalog.tags.counts() == {"by hand": 1, "suggested": 1}


def test_a_tag_given_by_hand_decides_on_the_label_whatever_its_capitals(
    library: Library, tagger: Tagger, judge: LabelJudge
) -> None:
    red = ids_of(library, "red")
    library.catalog.tags.set_line("RED", 0.9)
    tagger.decide(red[:2], "Red", True)
    tagger.decide(red[2:4], "red", True)
    judged = judge.judge(Label("red"))
    assert judged.decided == dict.fromkeys(red[:4], True)
    assert judged.line == 0.9
    assert list(library.catalog.tags.counts().values()) == [4]


def test_those_that_teach_most_are_asked_for_and_copies_once(
    library: Library, tagger: Tagger, photos: Path, judge: LabelJudge
) -> None:
    write_photo(photos / "red 0 copy.jpg", "red 0")
    run(library.keep_up())
    judged = judge.judge(Label("red"))
    likely = judge.to_judge(judged, 9, doubtful_first=False)
    assert len(set(likely)) == 9
    copies = ids_of(library, "red 0")
    assert len(set(likely) & set(copies)) == 1
    doubtful = judge.to_judge(judged, 4)
    assert len(set(doubtful)) == 4
    tagger.decide(doubtful, "red", False)
    assert not set(judge.to_judge(judge.judge(Label("red")), 25)) & set(doubtful)


@pytest.mark.parametrize("doubtful_first", [True, False])
def test_photos_to_be_asked_about_later_come_after_all_others(
    library: Library, tagger: Tagger, photos: Path, judge: LabelJudge, doubtful_first: bool
) -> None:
    write_photo(photos / "red 0 copy.jpg", "red 0")
    run(library.keep_up())
    judged = judge.judge(Label("red"))
    copies = ids_of(library, "red 0")
    later = [*ids_of(library, "green")[::-1], copies[0], 999]
    asked = judge.to_judge(judged, 10, doubtful_first=doubtful_first, later=later)
    assert len(set(asked)) == 10
    assert not set(asked) & {*later, *copies}
    asked = judge.to_judge(judged, 20, doubtful_first=doubtful_first, later=later)
    assert asked[15:] == later[:5]
    tagger.decide(later[:2], "red", False)
    asked = judge.to_judge(judge.judge(Label("red")), 100, doubtful_first=doubtful_first, later=later)
    assert asked[15:] == later[2:9]


def test_of_photos_in_some_folders_alone_each_is_asked_about(library: Library, photos: Path, judge: LabelJudge) -> None:
    folder = photos / "trip"
    for number in range(6):
        write_photo(folder / f"red away {number}.jpg", f"red away {number}")
    write_photo(photos / "green 0 copy.jpg", "green 0")
    write_photo(folder / "copy.jpg", "red away 1")
    run(library.keep_up())
    library.catalog.tags.save_list(LabelList("trip", "red", folder=str(folder)))
    asked = judge.to_judge(judge.judge(Label("red")), 10)
    assert len(asked) == 6
    assert set(asked) < {*ids_of(library, "red away"), *ids_of(library, "copy")}, "a copy is not asked about"
    (folder / "red away 0.jpg").unlink()
    judged = judge.judge(Label("red"))
    run(library.keep_up())
    assert len(judge.to_judge(judged, 10)) == 5


def test_new_photos_get_suggestions_as_they_arrive(library: Library, photos: Path, judge: LabelJudge) -> None:
    before = judge.judge(Label("red"))
    write_photo(photos / "red 9.jpg", "red 9")
    run(library.keep_up())
    after = judge.judge(Label("red"))
    assert len(after.photo_ids) == len(before.photo_ids) + 1
    assert set(ids_of(library, "red 9")) <= set(after.photo_ids.tolist())


def test_labels_come_from_the_lists_that_are_on(library: Library, judge: LabelJudge) -> None:
    tags = library.catalog.tags
    assert judge.labels() == []
    tags.save_list(LabelList("one", "red\nwarm = fire"))
    tags.save_list(LabelList("two", "RED\nblue"))
    tags.save_list(LabelList("off", "green", is_on=False))
    assert [label.name for label in judge.labels()] == ["red", "warm", "blue"]
    tags.save_list(LabelList("one", "= nothing"))
    assert [label.name for label in judge.labels()] == ["RED", "blue"]
    tags.remove_list("one")
    assert [label.name for label in judge.labels()] == ["RED", "blue"]
    assert [each.name for each in tags.lists()] == ["off", "two"]


def test_a_list_that_cannot_be_read_keeps_no_other_from_being_judged(
    library: Library, tagger: Tagger, judge: LabelJudge, labelled: LabelledPhotos
) -> None:
    red, tags = ids_of(library, "red"), library.catalog.tags
    tags.save_list(LabelList("broken", "blue\ngreen\nBlue"))
    tags.save_list(LabelList("off", "= nothing", is_on=False))
    tags.save_list(LabelList("whole", "red\nsensitive/green"))
    tagger.decide(red[:1], "blue", True)
    (judged, _) = run(judge.judge_all(judge.labels()))
    assert sorted(judged.photo_ids[judged.suggested].tolist()) == labelled.photos_fitting("red") == red
    assert labelled.sensitive({each: [] for each in ids_of(library, "")}) == set(ids_of(library, "green"))
    assert labelled.choices(red[0])[0][0] == "red"
    with pytest.raises(UsageError) as trouble:
        labelled.photos_fitting("blue")
    assert trouble.value.advice.endswith("Line 3 of “broken”, “Blue”, was there before, on line 1.")
    (told,) = labels_on(tags.lists()).unreadable
    assert told.advice.startswith("Remove one of the two. Until then nothing of this list is suggested")
    assert tags.decided("blue") == {red[0]: True}


def test_a_file_of_the_program_that_makes_no_list_hides_no_other(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "resources" / "labels"
    folder.mkdir(parents=True)
    (folder / "by-night.txt").write_bytes(b"moon\xff\n")
    (folder / "in-the-garden.txt").write_text("rose\n", encoding="utf-8")
    monkeypatch.setattr("photo_clip.services.label_lists.resources_folder", lambda: folder.parent)
    library.catalog.tags.save_list(LabelList("mine", "red\n"))
    lists, unreadable = all_lists(library.catalog.tags)
    assert [(each.name, each.is_on) for each in lists] == [("in the garden", False), ("mine", True)]
    assert [each.sentence for each in unreadable] == ["“by-night.txt” cannot be read: it is no text in UTF-8."]
    assert is_shipped("By Night")
    library.catalog.tags.save_list(LabelList("by night", "moon\n"))
    assert all_lists(library.catalog.tags)[1] == []


def asked_of_models(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return a list to which the first of the texts is added whenever a model embeds some."""
    asked: list[str] = []
    embed = FakeEncoder.embed_texts

    def told(encoder: FakeEncoder, texts: Sequence[str]) -> Vectors:
        asked.append(texts[0])
        return embed(encoder, texts)

    monkeypatch.setattr(FakeEncoder, "embed_texts", told)
    return asked


def test_what_was_done_of_many_labels_is_not_lost_where_judging_is_closed(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = asked_of_models(monkeypatch)
    labels = [Label(f"label {number}") for number in range(40)]
    background = Background(library.catalog, PHRASES, tmp_path / "background")

    def new_judge() -> LabelJudge:
        return LabelJudge(library.catalog, library.neighbours, library.models, background)

    judging = new_judge().judge_all(labels)
    for _ in range(3):
        next(judging)
    judging.close()
    assert "label 31" in asked
    asked.clear()
    judge = new_judge()
    assert len(run(judge.judge_all(labels))) == 40
    assert asked == [f"label {number}" for number in range(32, 40)]
    judge.forget(library.models.active_key())
    asked.clear()
    new_judge().judge(labels[0])
    assert asked == ["label 0"]


def test_what_a_single_label_means_is_kept_as_a_library_is_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = asked_of_models(monkeypatch)
    for _ in range(2):
        library = open_fake_library(tmp_path / "library")
        background = Background(library.catalog, PHRASES, tmp_path / "background")
        library.label_judge = LabelJudge(library.catalog, library.neighbours, library.models, background)
        library.label_judge.judge(Label("warm"))
        library.close()
    assert asked.count("warm") == 1


def test_a_line_is_kept_and_a_renamed_label_keeps_its_decisions(
    library: Library, tagger: Tagger, judge: LabelJudge
) -> None:
    red, tags = ids_of(library, "red"), library.catalog.tags
    tags.set_line("red", 0.9)
    assert judge.judge(Label("red")).line == 0.9
    tagger.decide(red[:2], "red", True)
    tagger.decide(red[1:3], "crimson", False)
    tags.rename("red", "crimson")
    assert tags.decided("crimson") == {red[0]: True, red[1]: False, red[2]: False}
    assert tags.decided("red") == {}
    assert tags.lines() == {"crimson": 0.9}
    tags.set_line("crimson", None)
    assert tags.lines() == {}


def test_sidecars_follow_what_is_decided(library: Library, tagger: Tagger, writer: SidecarWriter) -> None:
    red = ids_of(library, "red")
    paths = {photo.id: photo.path for photo in library.catalog.photos(red)}
    tagger.decide(red[:2], "colours/red", True)
    library.catalog.marks.rate(red[:1], 4)
    assert run(writer.write(red)).changed == 2
    said = said_in_xmp(sidecar_of(paths[red[0]]).read_bytes())
    assert (said.keywords, said.rating) == (("colours/red",), 4)
    tagger.decide(red[1:2], "colours/red", False)
    sidecar_of(paths[red[2]]).write_bytes(b"damaged")
    written = run(writer.write(red))
    assert written.changed == 1
    assert len(written.troubles) == 1
    assert run(writer.clean(red)).changed >= 1
    assert not sidecar_of(paths[red[1]]).exists()


@pytest.mark.skipif(os.name == "nt", reason="Windows counts the whole path")
def test_a_photo_whose_name_is_too_long_for_a_sidecar_keeps_none_from_the_others(
    library: Library, tagger: Tagger, photos: Path, writer: SidecarWriter
) -> None:
    write_photo(photos / f"{'x' * 248}.jpg", "red long")
    run(library.keep_up())
    (long,) = ids_of(library, "x" * 248)
    others = ids_of(library, "red")
    tagger.decide([long, *others], "red", True)
    written = run(writer.write([long, *others]))
    assert (written.changed, len(written.troubles)) == (len(others), 1)
    cleaned = run(writer.clean([long, *others]))
    assert (cleaned.changed, cleaned.troubles) == (len(others), ())


def test_without_phrases_nothing_is_judged_and_nameless_tags_are_refused(library: Library, judge: LabelJudge) -> None:
    with pytest.raises(UsageError, match="no phrases"):
        library.label_judge.judge(Label("red"))
    with pytest.raises(UsageError, match="no name"):
        library.tagger.decide([1], " ", True)


def test_sidecars_follow_at_once_where_that_is_wanted(library: Library, tagger: Tagger, writer: SidecarWriter) -> None:
    red = ids_of(library, "red")
    paths = {photo.id: photo.path for photo in library.catalog.photos(red)}
    tagger.decide(red[:1], "before", True)
    assert not sidecar_of(paths[red[0]]).exists()
    writer.follows = True
    tagger.accept({"red": red[:2]})
    assert said_in_xmp(sidecar_of(paths[red[0]]).read_bytes()).keywords == ("before", "red")
    assert sidecar_of(paths[red[1]]).exists()
    tagger.undo()
    assert said_in_xmp(sidecar_of(paths[red[0]]).read_bytes()).keywords == ("before",)
    sidecar_of(paths[red[2]]).write_bytes(b"damaged")
    with pytest.raises(StoreError, match=r"damaged[^.]*\. The library has the change all the same") as told:
        tagger.decide(red[2:4], "red", True)
    assert told.value.advice.endswith("tags sidecars")
    assert library.catalog.tags.decided("red") == dict.fromkeys(red[2:4], True)
    assert sidecar_of(paths[red[3]]).exists()
    sidecar_of(paths[red[3]]).write_bytes(b"damaged")
    with pytest.raises(StoreError, match=r"damaged.* 1 other could not be written either\. The library has"):
        tagger.decide(red[2:4], "warm", True)


def test_photos_that_no_label_fits_are_grouped_and_named(
    library: Library, tagger: Tagger, photos: Path, judge: LabelJudge, labelled: LabelledPhotos
) -> None:
    for number in range(8, 80):
        write_photo(photos / f"blue {number}.jpg", f"blue {number}")
        (photos / f"blue {number} copy.jpg").write_bytes((photos / f"blue {number}.jpg").read_bytes())
    run(library.keep_up())
    tagger.decide(ids_of(library, "blue 1.jpg"), "red", True)
    gaps, count = labelled.gaps([judge.judge(Label("red")), judge.judge(Label("green"))])
    assert gaps[0].name == "blue"
    assert set(gaps[0].photo_ids) <= set(ids_of(library, "blue")) - set(ids_of(library, "blue 1.jpg"))
    names = [photo.path.stem.removesuffix(" copy") for photo in library.catalog.photos(gaps[0].photo_ids)]
    assert len(set(names[:60])) == 60
    assert count >= len(gaps[0].photo_ids) >= 60
    assert labelled.gaps([])[1] == 168
    deep = [judge.judge(Label(name, (), ("red",))) for name in ("a/b/c/d/Blue", "other/blue")]
    assert labelled.gaps(deep)[0][0].name != "blue"


def test_photos_are_found_by_labels_and_by_parts_of_tags(
    library: Library, tagger: Tagger, tmp_path: Path, judge: LabelJudge, labelled: LabelledPhotos
) -> None:
    library.catalog.tags.save_list(LabelList("colours", "colours/red\ncolours/blue"))
    red, green = ids_of(library, "red"), ids_of(library, "green")
    searcher = Searcher(
        library.catalog,
        library.neighbours,
        library.models,
        QueryEmbeddings(library.catalog, library.reader),
        labelled=labelled.photos_fitting,
    )

    def found(text: str) -> set[int]:
        return {hit.photo.id for hit in searcher.search(text)}

    suggested = judge.judge(Label("colours/red"))
    assert found("label:red") == found("label:Colours/Red") == set(suggested.photo_ids[suggested.suggested].tolist())
    tagger.decide(red[:1], "colours/red", False)
    tagger.decide(green[:1], "colours/red", True)
    assert green[0] in found("label:red")
    assert red[0] not in found("label:red")
    assert found("label:red -tag:red") == found("label:red") - {green[0]}
    for text in ("tag:colours/red", "tag:colours", "tag:red", "tag:RED"):
        assert found(text) == {green[0]}
    assert found("tag:re") == set()
    library.catalog.tags.save_list(LabelList("more", "a/b/c/d/red\nred"))
    assert red[0] in found("label:red")
    assert green[0] not in found("label:red")
    assert green[0] not in found("label:a/b/c/d/red")
    assert green[0] in found("label:colours/red")
    library.catalog.tags.save_list(LabelList("more", "leaves/green\nsky/green = blue"))
    assert found("label:green") == found("label:leaves/green") | found("label:sky/green") > found("label:leaves/green")
    library.catalog.tags.remove_list("more")
    with pytest.raises(UsageError, match="No label “green” is on"):
        searcher.search("label:green")


def test_a_label_is_renamed_in_its_list_and_on_its_photos(library: Library, tagger: Tagger) -> None:
    text = "# red is not here\n  red | crimson = red; fire ! blue\nblue\n"
    library.catalog.tags.save_list(LabelList("colours", text))
    red = ids_of(library, "red")
    tagger.decide(red[:2], "red", True)
    tagger.rename("red", "warm / red")
    (kept,) = library.catalog.tags.lists()
    assert kept.text == "# red is not here\n  warm/red | crimson = red; fire ! blue\nblue\n"
    assert library.catalog.tags.counts() == {"warm/red": 2}
    with pytest.raises(UsageError, match="was there before"):
        tagger.rename("warm/red", "blue")
    assert library.catalog.tags.counts() == {"warm/red": 2}
    with pytest.raises(UsageError, match="no name"):
        tagger.rename("warm/red", " / ")


@pytest.mark.parametrize("name", ["# cat", "/# cat", "plane ! bird", "dog | hound", "dog = a dog", "x" * 300])
def test_a_label_is_not_given_a_name_that_its_line_cannot_hold(library: Library, tagger: Tagger, name: str) -> None:
    library.catalog.tags.save_list(LabelList("colours", "red\nblue\n"))
    tagger.decide(ids_of(library, "red")[:2], "red", True)
    with pytest.raises(UsageError) as trouble:
        tagger.rename("red", name)
    assert trouble.value.advice
    assert [each.text for each in library.catalog.tags.lists()] == ["red\nblue\n"]
    assert library.catalog.tags.counts() == {"red": 2}


def test_a_list_may_be_for_one_folder_alone(library: Library, photos: Path, judge: LabelJudge) -> None:
    for number in range(8):
        write_photo(photos / "trip" / f"red trip {number}.jpg", f"red trip {number}")
    run(library.keep_up())
    trip = str(photos / "trip")
    library.catalog.tags.save_list(LabelList("trip", "red\nblue", folder=trip))
    library.catalog.tags.save_list(LabelList("all", "blue"))
    assert sorted(judge.judge(Label("red")).photo_ids.tolist()) == ids_of(library, "red trip")
    assert len(judge.judge(Label("blue")).photo_ids) == 32
    assert library.catalog.tags.lists()[1].folder == trip
    library.catalog.tags.save_list(LabelList("trip", "red", is_on=False, folder=trip))
    assert len(judge.judge(Label("red")).photo_ids) == 32
