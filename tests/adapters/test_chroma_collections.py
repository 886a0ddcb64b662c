"""What a Chroma server tells is checked: it may be broken, another program, or of somebody who means harm."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from photo_clip.adapters import chroma_collections
from photo_clip.adapters.chroma_collections import ChromaCollections, reason_of
from photo_clip.adapters.index_process import Holding, IndexServer

MODEL = "a model"
QUERY = np.eye(1, 4, dtype=np.float32)[0]


class Collection:
    """One on a server that tells what it is given, and keeps nothing."""

    def __init__(self, count: Any = 3, metadata: Any = None, ids: Any = (), distances: Any = ()) -> None:
        self.metadata = metadata
        self._count, self._found = count, {"ids": ids, "distances": distances}

    def count(self) -> Any:
        return self._count

    def query(self, n_results: int, **_: object) -> dict[str, Any]:
        self.asked = n_results
        return self._found

    def upsert(self, **_: object) -> None: ...


def why_not(ask: Callable[[], object]) -> str:
    """Return the reason why something cannot be done, empty if it can."""
    try:
        ask()
    except Exception as error:  # noqa: BLE001 - Chroma raises whatever it likes, and the index's process takes it
        return reason_of(error)
    return ""


@pytest.fixture
def told_by(monkeypatch: pytest.MonkeyPatch) -> Any:
    class Client:
        collection: Collection

        def get_or_create_collection(self, *_: object, **__: object) -> Collection:
            return self.collection

    def told_by(collection: Collection) -> ChromaCollections:
        client = Client()
        client.collection = collection
        monkeypatch.setattr(chroma_collections, "_connected", lambda server: client)
        return ChromaCollections(IndexServer("http://host", "library"))

    return told_by


def test_what_makes_sense_is_taken(told_by: Any) -> None:
    told = told_by(Collection(3, {"level": 7, "mark": "a mark"}, [["3", "1", "2"]], [[-1e-7, 0.5, 2.0000001]]))

    assert told.holding(MODEL) == Holding(7, 3, "a mark")
    ids, cosines = told.nearest(MODEL, QUERY, 3, 3)
    assert (ids.tolist(), cosines.tolist()) == ([3, 1, 2], [1, 0.5, -1])
    assert told.nearest(MODEL, QUERY, 2, 3)[0].tolist() == [3, 1]


@pytest.mark.parametrize("count", ["abc", None, [1], 1e308, 10**30, -5])
def test_a_number_of_vectors_that_cannot_be_is_no_number(told_by: Any, count: Any) -> None:
    told = told_by(Collection(count, None, [["1"]], [[0.5]]))
    for asked in (
        lambda: told.holding(MODEL),
        lambda: told.add(MODEL, np.arange(1, 3), np.eye(2, 4, dtype=np.float16)),
    ):
        assert why_not(asked) == "what it tells makes no sense"


@pytest.mark.parametrize("metadata", [{"level": 10**30}, {"level": -(10**30)}, {"level": "x"}, {"level": None}, [5]])
def test_a_level_that_cannot_be_is_no_level(told_by: Any, metadata: Any) -> None:
    told = told_by(Collection(3, metadata))
    assert why_not(lambda: told.holding(MODEL)) == "what it tells makes no sense"


@pytest.mark.parametrize(
    ("ids", "distances"),
    [
        (["1", "2"], [0.1]),
        (["1", "2"], [0.1] * 6),
        (["1", "2"], [None, None]),
        (["1", "2"], None),
        (["1", "2"], [[1, 2], [1, 2]]),
        (["1", "2"], [[1, 2], 3]),
        (["1", "2"], [0.1, float("nan")]),
        (["1", "2"], [0.1, float("inf")]),
        (["1", "2"], [0.1, 2.5]),
        (["1", "2"], [-0.5, 0.1]),
        (["1", "-1"], [0.1, 0.2]),
        (["1", "9" * 30], [0.1, 0.2]),
        (["1", "two"], [0.1, 0.2]),
        (["1", "1"], [0.1, 0.2]),
        ([None, "1"], [0.1, 0.2]),
        (None, None),
    ],
)
def test_neighbours_that_cannot_be_are_none(told_by: Any, ids: Any, distances: Any) -> None:
    told = told_by(Collection(2, None, [ids], [distances]))
    assert why_not(lambda: told.nearest(MODEL, QUERY, 2, 2)) == "what it tells makes no sense"


@pytest.mark.parametrize(
    ("count", "found", "reason"),
    [
        (0, 0, "it has lost some of what it held"),
        (9, 9, "it has lost some of what it held"),
        (10, 4, "it finds too few of what it holds"),
        (10, 0, "it finds too few of what it holds"),
        (10, 9, ""),
    ],
)
def test_fewer_neighbours_than_there_must_be_are_told(told_by: Any, count: int, found: int, reason: str) -> None:
    told = told_by(Collection(count, None, [[str(each + 1) for each in range(found)]], [[0.5] * found]))
    assert why_not(lambda: told.nearest(MODEL, QUERY, 10, 10)) == reason


@pytest.mark.parametrize(
    ("size", "wanted", "asked"), [(3, 3, 3), (10_000, 100, 300), (10_000, 500, 550), (1_000_000, 500, 2500)]
)
def test_more_is_asked_for_than_is_wanted_as_a_graph_search_misses_some(
    told_by: Any, size: int, wanted: int, asked: int
) -> None:
    ids = [str(each) for each in range(1, wanted + 1)]
    collection = Collection(size, None, [ids], [[0.1] * wanted])
    assert len(told_by(collection).nearest(MODEL, QUERY, wanted, size)[0]) == wanted
    assert collection.asked == asked
