"""Lists that the program keeps for itself: read whole, or not at all."""

import pytest

from photo_clip.core.kept_texts import texts_in


@pytest.mark.parametrize(
    ("kept", "texts"), [(None, []), ("", []), ("[]", []), ('["a", "/b c"]', ["a", "/b c"]), ('["\\udcff"]', ["\udcff"])]
)
def test_a_list_is_read_as_it_was_kept(kept: str | None, texts: list[str]) -> None:
    assert texts_in(kept) == texts


@pytest.mark.parametrize("kept", ["{", "null", "5", '[["a"]]', '{"a": 1}', '"a"', '["a", null]', "[" * 100_000])
def test_what_is_no_list_of_texts_is_told_apart_from_an_empty_one(kept: str) -> None:
    assert texts_in(kept) is None
