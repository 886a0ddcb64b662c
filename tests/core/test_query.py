"""What is typed into the search line."""

from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from photo_clip.core.query import LONGEST_LINE, MAX_CHARACTERS, Condition, Description, Query, Will, parse
from photo_clip.core.typed_text import one_line
from tests.core.test_exact_text import ANY_NAME

TODAY = date(2026, 11, 23)
PIECES = st.sampled_from(
    (
        *("a", "black", "cat", "or", "OR", "no", "not", "without", "and", "with", "the", "photos", "from", "in"),
        *("2023", "july", "last", "yesterday", "christmas", "between", "-", "+", "-x", "+x", "2:x", "-2:x", ".5:x"),
        *("99:", "x:y", "date:2023", "camera:fuji", "-tag:x", "similar:/a", "must:x", "is:", "near:a,5", "http://x"),
        *("5:30", "beach,", '"', '"july 2023"', 'camera:"a b"', '+"a b"', "“", "”", "--", "+-", ":", "::", "é", "🐈"),
        *(
            "\u0301",
            "\u200d",
            "\x00",
            "\\",
            '\\"',
            'folder:\\"a  b\\" \\u000a"',
            '-similar:\\"\\udce9"',
            'tag:\\"\\udce9x"',
        ),
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
        ("name:%_'\";--", [], [["name:%_'"]]),
        ("cat rating:? tag:! :)", ["cat :)"], [["tag:!"]]),
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


@pytest.mark.parametrize("page", ["word ", "語", 'a"', "x:y ", 'x:\\"a', "folder:a/b/c.jpg "])
def test_a_pasted_book_is_cut_off(page: str) -> None:
    query = parse(page * 1_000_000, TODAY)
    assert 400 <= len(str(query)) <= MAX_CHARACTERS
    assert parse(str(query), TODAY) == query


@given(st.lists(st.tuples(st.sampled_from(("similar", "folder", "name", "label")), ANY_NAME.filter(bool)), min_size=1))
@example([("folder", "/photos/two  blanks")])
@example([("similar", '/home/U\u0308bung/“a” "b"\n\udce9.jpg')])
@example([("name", "...")])
@example([("folder", "//server/")])
def test_names_of_files_and_labels_are_the_same_after_they_were_text(names: list[tuple[str, str]]) -> None:
    conditions = tuple(
        (Condition(key, one_line(name) if key == "label" else name),)
        for key, name in dict.fromkeys(names)
        if key != "similar" and (key != "label" or one_line(name))
    )
    query = Query(tuple(Description(photo=name) for key, name in names if key == "similar"), conditions)
    assert parse(str(query), TODAY) == query


def test_paths_as_long_as_they_can_be_are_not_cut_off() -> None:
    for name in ("\udce9", "two words, many letters "):
        paths = [f"/{number}/" + name * (4000 // len(name.encode("utf-8", "surrogateescape"))) for number in range(8)]
        query = Query(
            (Description("a black cat on a red sofa"), *(Description(photo=path) for path in paths)),
            ((Condition("folder", paths[0]),),),
        )
        assert len(str(query)) <= LONGEST_LINE
        assert parse(str(query), TODAY) == query


def test_backslashes_of_windows_mean_themselves_in_plain_quotes() -> None:
    typed = 'folder:"C:\\new photos\\u0041\\"'
    assert conditions(typed) == [["folder:C:\\new photos\\u0041\\"]]
    assert str(parse(typed, TODAY)) == typed
