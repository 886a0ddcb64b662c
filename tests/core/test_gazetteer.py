"""Towns by their names."""

from pathlib import Path

import pytest

from photo_clip.core.gazetteer import Gazetteer

PLACES = Path(__file__).parents[2] / "resources" / "places.tsv"


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return Gazetteer(PLACES.read_text(encoding="utf-8").splitlines())


@pytest.mark.parametrize(
    ("name", "latitude", "longitude"),
    [
        ("Paris", 48.9, 2.3),
        ("münchen", 48.1, 11.6),
        ("Munich", 48.1, 11.6),
        ("Zurich", 47.4, 8.5),
        ("zürich", 47.4, 8.5),
        ("Lisboa", 38.7, -9.1),
        ("san  josé, Costa Rica", 9.9, -84.1),
        ("Wellington, New Zealand", -41.3, 174.8),
    ],
)
def test_a_town_is_where_it_is(gazetteer: Gazetteer, name: str, latitude: float, longitude: float) -> None:
    assert gazetteer.place_of(name) == pytest.approx((latitude, longitude), abs=0.1)


@pytest.mark.parametrize("name", ["Mordor", "", ",", "Paris, Mordor"])
def test_a_town_that_is_not_there_is_not_known(gazetteer: Gazetteer, name: str) -> None:
    assert gazetteer.place_of(name) is None
