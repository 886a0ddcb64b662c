"""What is typed into the search line."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photo_clip.core.query import MAX_CHARACTERS, Condition, Description, Query, Will, parse

TODAY = date(2026, 11, 23)
PIECES = st.sampled_from(
    (
        *("a", "black", "cat", "or", "OR", "no", "not", "without", "and", "with", "the", "photos", "from", "in"),
        *("2023", "july", "last", "yesterday", "christmas", "between", "-", "+", "-x", "+x", "2:x", "-2:x", ".5:x"),
        *("99:", "x:y", "date:2023", "camera:fuji", "-tag:x", "similar:/a", "must:x", "is:", "near:a,5", "http://x"),
        *("5:30", "beach,", '"', '"july 2023"', 'camera:"a b"', '+"a b"', "“", "”", "--", "+-", ":", "::", "é", "🐈"),
        *("\u0301", "\u200d", "\x00"),
    )
)


def described(text: str) -> list[tuple[str, str, float]]:
    return [(each.words or each.photo, each.will.name, each.weight) for each in parse(text, TODAY).descriptions]


def conditions(text: str) -> list[list[str]]:
    groups = parse(text, TODAY).conditions
    return [[f"{'-' if each.is_excluded else ''}{each.key}:{each.value}" for each in group] for group in groups]


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("a cup of coffee", "a cup of coffee"),
        ("  two\n lines ", "two lines"),
        ("cat or dog", "cat or dog"),
        ("black-and-white photo", "black-and-white photo"),
        ("do not enter sign", "do not enter sign"),
        ("at 5:30 pm", "at 5:30 pm"),
        ("may in the fall", "may in the fall"),
        ("march", "march"),
    ],
)
def test_free_words_are_one_description(typed: str, words: str) -> None:
    query = parse(typed, TODAY)
    assert query == Query((Description(words),))
    assert str(query) == words


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("\t", []),
        ("- +", []),
        ('cat "red sofa"', [("cat", "MORE", 1), ("red sofa", "MORE", 1)]),
        ("cat +sofa -dog", [("cat", "MORE", 1), ("sofa", "MORE", 1), ("dog", "LESS", 1)]),
        ("cat + red sofa - dog", [("cat", "MORE", 1), ("red sofa", "MORE", 1), ("dog", "LESS", 1)]),
        ('2:cat -0.5:"big dog"', [("cat", "MORE", 2), ("big dog", "LESS", 0.5)]),
        ("0:cat", [("cat", "MORE", 0.1)]),
        ("beach must:boat", [("beach", "MORE", 1), ("boat", "MUST", 1)]),
        ("similar:/a/b.jpg at night", [("at night", "MORE", 1), ("/a/b.jpg", "MORE", 1)]),
        ('-2:similar:"/a b/c.jpg"', [("/a b/c.jpg", "LESS", 2)]),
        ("beach without people", [("beach", "MORE", 1), ("people", "LESS", 1)]),
        ("beach without any people at sunset", [("beach at sunset", "MORE", 1), ("people", "LESS", 1)]),
        ("street, no cars and bicycles", [("street", "MORE", 1), ("cars", "LESS", 1), ("bicycles", "LESS", 1)]),
        ("no people but a dog", [("but a dog", "MORE", 1), ("people", "LESS", 1)]),
        ('"no smoking" sign', [("sign", "MORE", 1), ("no smoking", "MORE", 1)]),
    ],
)
def test_words_are_descriptions_to_be_more_or_less_like(typed: str, found: list[tuple[str, str, float]]) -> None:
    assert described(typed) == found


@pytest.mark.parametrize(
    ("typed", "words", "found"),
    [
        ("birthday july 2023", ["birthday"], [["date:july 2023"]]),
        ("my photos from last christmas", [], [["date:last christmas"]]),
        ("summer 2019 or winter 2020", [], [["date:summer 2019", "date:winter 2020"]]),
        ('"july 2023"', ["july 2023"], []),
        ("cat date:2021-06..2021-09", ["cat"], [["date:2021-06..2021-09"]]),
        ("camera:fuji or nikon -folder:trash", [], [["camera:fuji", "camera:nikon"], ["-folder:trash"]]),
        ("is:favourite or rating:>=3 cat", ["cat"], [["is:favourite", "rating:>=3"]]),
        ("cat in july 2023 or is:favourite", ["cat"], [["date:july 2023", "is:favourite"]]),
        ("is:favourite or in july 2023 or 2019", [], [["is:favourite", "date:july 2023", "date:2019"]]),
        ("tag:2018 or 2019", [], [["tag:2018", "tag:2019"]]),
        ("is:favourite or 2019", [], [["is:favourite", "date:2019"]]),
        ("tag:a may 2020 tag:b or june 2021", [], [["tag:a"], ["date:may 2020"], ["tag:b", "date:june 2021"]]),
        ("may 2020 tag:a june 2020 or tag:b", [], [["date:may 2020", "date:june 2020", "tag:b"], ["tag:a"]]),
        ("a cat or is:favourite", ["a cat"], [["is:favourite"]]),
        ("a cat in july 2022 and july 2023", ["a cat"], [["date:july 2022", "date:july 2023"]]),
        ('folder:"summer house"', [], [["folder:summer house"]]),
        ("http://a.b", ["http://a.b"], []),
    ],
)
def test_times_and_filters_are_conditions(typed: str, words: list[str], found: list[list[str]]) -> None:
    assert [each.words for each in parse(typed, TODAY).descriptions] == words
    assert conditions(typed) == found


def test_a_filter_that_does_not_exist_is_kept_and_the_nearest_is_named() -> None:
    (trouble,) = parse("cat kamera:fuji", TODAY).troubles(TODAY)
    assert "Did you mean “camera:”" in trouble.sentence
    (trouble,) = parse("date:whenever", TODAY).troubles(TODAY)
    assert "date:2023" in trouble.advice
    assert parse("cat camera:fuji", TODAY).troubles(TODAY) == []


def test_an_empty_query_is_false() -> None:
    assert not parse("", TODAY)
    assert parse("cat", TODAY)
    assert parse("is:favourite", TODAY)


def test_changed_chips_become_text_that_means_them() -> None:
    query = Query(
        (Description("july 2023"), Description("cat", will=Will.MUST, weight=2), Description(photo="/a b")),
        ((Condition("date", "last christmas", is_excluded=True),),),
    )
    assert str(query) == '"july 2023" 2:must:cat similar:"/a b" -date:"last christmas"'
    assert parse(str(query), TODAY) == query


@given(st.text(st.characters()) | st.lists(PIECES, max_size=12).map(" ".join) | st.lists(PIECES).map("".join))
def test_nothing_that_can_be_typed_is_wrong(text: str) -> None:
    query = parse(text, TODAY)
    assert parse(str(query), TODAY) == query
    query.troubles(TODAY)


@given(st.text('a \u0301\u200d"-', min_size=MAX_CHARACTERS - 2, max_size=MAX_CHARACTERS + 4))
def test_a_query_that_was_cut_off_is_stable_too(text: str) -> None:
    query = parse(text, TODAY)
    assert len(str(query)) <= MAX_CHARACTERS
    assert parse(str(query), TODAY) == query


def test_a_pasted_book_is_cut_off() -> None:
    assert len(str(parse("word " * 1_000_000, TODAY))) <= MAX_CHARACTERS
