"""Relevance: matches stand out from phrases and library; everything else does not."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from photo_clip.core.relevance import BEST_HITS, LINE, relevances, rivals
from photo_clip.core.scoring import unit_rows

NUMBERS = np.random.default_rng(2)
PHRASES, SAMPLE = unit_rows(NUMBERS.normal(size=(200, 64))), unit_rows(NUMBERS.normal(size=(500, 64)))
QUERY = unit_rows(NUMBERS.normal(size=(1, 64)))[0]


def near(direction: np.ndarray, noise: float, count: int) -> np.ndarray:
    return unit_rows(direction + noise * unit_rows(NUMBERS.normal(size=(count, 64))))


def test_photos_of_what_was_asked_for_are_matches_and_others_are_not() -> None:
    hits = np.concatenate([near(QUERY, 0.8, 10), SAMPLE[:50]])
    told = relevances(QUERY, hits, PHRASES, np.concatenate([SAMPLE, hits]))
    assert (told[:10] >= LINE).all()
    assert (told[10:] < LINE).all()


def test_nothing_matches_where_nothing_stands_out() -> None:
    assert (relevances(QUERY, SAMPLE, PHRASES, SAMPLE) < LINE).sum() >= 0.97 * len(SAMPLE)


def test_a_photo_that_another_phrase_fits_better_is_less_of_a_match() -> None:
    (hit,) = near(QUERY, 0.8, 1)
    rival = near(hit, 0.3, 3)
    alone, beside = (
        relevances(QUERY, hit[None], phrases, SAMPLE)[0] for phrases in (PHRASES, np.concatenate([PHRASES, rival]))
    )
    assert beside < alone


def test_a_phrase_that_means_the_query_takes_nothing_from_it() -> None:
    hits = near(QUERY, 0.8, 5)
    alone, beside = (relevances(QUERY, hits, phrases, SAMPLE) for phrases in (PHRASES, np.array([*PHRASES, QUERY])))
    assert np.allclose(alone, beside, atol=0.05)


def test_rivals_are_the_phrases_that_fit_best_without_those_that_say_what_was_asked_for() -> None:
    photo = near(QUERY, 1.5, 1)[0]
    close = [near(photo, noise, 1)[0] for noise in (0.3, 0.2)]
    others = np.array([close[0], *PHRASES, close[1], QUERY])
    same = rivals(photo, QUERY[None], others)
    assert same[:2].tolist() == [201, 0]
    assert len(same) == 3
    assert 202 not in same.tolist()
    assert rivals(photo, np.array([QUERY, close[1]]), others[-2:]).tolist() == []


def test_when_most_photos_match_they_are_still_told_from_the_rest() -> None:
    matches = near(QUERY, 0.8, 300)
    library = np.concatenate([matches, SAMPLE[:200]])
    told = relevances(QUERY, library, PHRASES, library)
    assert np.median(told[:300]) > 2 * np.median(told[300:])


def test_very_many_hits_take_no_memory_for_all_their_phrases_at_once() -> None:
    hits = near(QUERY, 3, 20_000)
    cosines = hits @ QUERY
    best = hits[np.argsort(-cosines)[:BEST_HITS]]
    tracemalloc.start()
    told = relevances(QUERY, hits, PHRASES, SAMPLE)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < hits[:, 0].size * len(PHRASES) * hits.itemsize
    some = relevances(QUERY, np.concatenate([hits[-50:], best]), PHRASES, SAMPLE)[:50]
    assert np.allclose(told[-50:], some, atol=1e-5)


def test_no_hit_gives_nothing() -> None:
    assert relevances(QUERY, np.empty((0, 64), np.float32), PHRASES, SAMPLE).shape == (0,)


@given(st.integers(1, 5), st.integers(1, 5), st.integers(1, 5), st.booleans())
def test_whatever_there_is_every_hit_gets_a_probability(hits: int, phrases: int, sample: int, same: bool) -> None:
    rows = np.ones((max(hits, phrases, sample), 8), np.float32) / np.sqrt(8)
    if not same:
        rows = unit_rows(np.random.default_rng(hits).normal(size=rows.shape))
    told = relevances(rows[0], rows[:hits], rows[:phrases], rows[:sample])
    assert told.shape == (hits,)
    assert ((told >= 0) & (told <= 1)).all()


@pytest.mark.parametrize("scale", [0.2, 1.0])
def test_the_line_does_not_depend_on_how_wide_a_models_cosines_spread(scale: float) -> None:
    """Squeeze all cosines with the query, as models with a narrow range do: the same photos match."""
    hits = np.concatenate([near(QUERY, 0.8, 10), SAMPLE[:50]])
    shift = np.sqrt(1 - scale**2)

    def squeezed(rows: np.ndarray) -> np.ndarray:
        return np.concatenate([scale * rows, np.full((len(rows), 1), shift)], axis=1).astype(np.float32)

    texts = np.concatenate([QUERY[None], PHRASES])
    flat = np.concatenate([texts, np.zeros((len(texts), 1))], axis=1).astype(np.float32)
    told = relevances(flat[0], squeezed(hits), flat[1:], squeezed(np.concatenate([SAMPLE, hits])))
    assert (told[:10] >= LINE).all()
    assert (told[10:] < LINE).all()
