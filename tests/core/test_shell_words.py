"""Queries typed into a shell."""

import pytest

from photo_clip.core.shell_words import shielded, typed


@pytest.mark.parametrize(
    ("arguments", "query"),
    [
        (["a", "black", "cat"], "a black cat"),
        (["beach", "-people", "-no clouds"], 'beach -people -"no clouds"'),
        (["beach -people"], "beach -people"),
        (["black cat", "2:red sofa", "folder:my pictures"], '"black cat" 2:"red sofa" folder:"my pictures"'),
        (["-snow"], "-snow"),
        (["-2:snow", "dog"], "-2:snow dog"),
    ],
)
def test_quotes_and_minus_signs_come_back(arguments: list[str], query: str) -> None:
    assert typed(shielded(arguments)) == query


@pytest.mark.parametrize("option", ["--json", "-n", "-n5", "-h", "-"])
def test_options_stay_options(option: str) -> None:
    assert shielded([option]) == [option]
