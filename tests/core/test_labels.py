"""Lists of labels, as people write and share them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photo_clip.core.errors import UsageError
from photo_clip.core.labels import MAX_CHARACTERS, MAX_LABELS, LabelList, label_name, parse_labels


def test_a_list_has_one_label_a_line_with_comments_and_blank_lines_between() -> None:
    assert parse_labels("# animals\ncat\n\n  polar   bear \n#dog\n") == ["cat", "polar bear"]


def test_a_file_saved_by_a_windows_editor_reads_the_same() -> None:
    assert parse_labels("\ufeffcat\r\ndog\r\n") == ["cat", "dog"]


def test_an_empty_list_has_no_labels() -> None:
    assert parse_labels("") == []
    assert parse_labels("# nothing yet\n") == []


def test_a_label_that_is_there_twice_is_named_with_both_its_lines() -> None:
    with pytest.raises(UsageError) as trouble:
        parse_labels("cat\n# more\ndog\nCAT\n")
    assert "Line 4" in trouble.value.sentence
    assert "line 1" in trouble.value.sentence
    assert trouble.value.advice


def test_an_overlong_line_is_named_with_what_to_do() -> None:
    with pytest.raises(UsageError) as trouble:
        parse_labels("cat\n" + "x" * (MAX_CHARACTERS + 1))
    assert "Line 2" in trouble.value.sentence
    assert str(MAX_CHARACTERS) in trouble.value.advice


def test_a_list_of_far_too_many_labels_is_refused_before_it_is_read_to_its_end() -> None:
    lines = [*map(str, range(MAX_LABELS + 1)), "x" * (MAX_CHARACTERS + 1)]
    with pytest.raises(UsageError, match="more than 10,000 labels"):
        parse_labels("\n".join(lines))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("dog\n= a dog", "Line 2 of “pets”, “= a dog”, has no name."),
        ("dog\ncat\nDOG", "Line 3 of “pets”, “DOG”, was there before, on line 1."),
        ("dog\n\ndog = a dog", "Line 3 of “pets”, “dog”, was there before, on line 1."),
        ("my long words " + "x" * 300, f"Line 1 of “pets”, “my long words {'x' * 26} …”, is 314 characters long."),
        ("\n".join(map(str, range(MAX_LABELS + 1))), "There are more than 10,000 labels in “pets”."),
    ],
)
def test_what_is_wrong_with_a_list_names_the_list(text: str, told: str) -> None:
    with pytest.raises(UsageError) as trouble:
        LabelList("pets", text).labels()
    assert trouble.value.sentence == told


def test_a_name_that_is_too_long_for_a_label_is_no_line_of_a_list() -> None:
    assert label_name("x" * MAX_CHARACTERS) == "x" * MAX_CHARACTERS
    with pytest.raises(UsageError, match="A label cannot be 201 characters long"):
        label_name("x" * (MAX_CHARACTERS + 1))


def test_lines_are_counted_as_text_editors_count_them() -> None:
    with pytest.raises(UsageError, match="Line 3"):
        parse_labels("form\x0cfeed\nnext\u0085line\nNEXT LINE")


@given(st.text(st.characters()))
def test_any_text_is_a_list_or_wrong_in_a_sentence(text: str) -> None:
    said = ""
    labels: list[str] = []
    try:
        labels = parse_labels(text)
    except UsageError as trouble:
        said = f"{trouble.sentence} {trouble.advice}"
    assert said.startswith("Line ") or parse_labels("\n".join(labels)) == labels


@given(st.lists(st.text(st.characters(), max_size=MAX_CHARACTERS // 3)))
def test_every_label_comes_back_in_order(texts: list[str]) -> None:
    try:
        labels = parse_labels("\n".join(texts))
    except UsageError:
        return
    assert all(label and not label.startswith("#") and len(label) <= MAX_CHARACTERS for label in labels)
    assert len({label.casefold() for label in labels}) == len(labels)
