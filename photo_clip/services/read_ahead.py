"""Ends what reads ahead together with the block that wanted it."""

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import TypeVar

Result = TypeVar("Result")


@contextmanager
def reading(results: Iterator[Result]) -> Iterator[Iterator[Result]]:
    """Give `results` to a `with` block; a generator is closed after it, not whenever it is collected."""
    try:
        yield results
    finally:
        if isinstance(results, Generator):
            results.close()
