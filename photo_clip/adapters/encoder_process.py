"""What needs torch in a process of its own, beside a window: importing it keeps Python to itself for half a second.

What computes there may also run out of memory, or end in a way of its own, without the window.
"""

import threading
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from photo_clip.adapters.process_beside import ProcessBeside, ask
from photo_clip.core.errors import ModelError, PhotoClipError
from photo_clip.core.ports import Encoder, ModelIdentity, Notes, Squares, SquareSpec, Vectors

_AT_ONCE = 3
"""Photos are embedded while two searches are answered."""
_SENT_AS_THEY_ARE = (ValueError, RuntimeError)
"""And nothing that libraries made of them, of which pickle may know nothing."""

Load = Callable[[Notes], Encoder]
"""Pickle sends it to the process."""
Result = TypeVar("Result")


def called_beside(function: Callable[..., Result], *arguments: object) -> Result:
    """Return what a function returns that is called in a process of its own; pickle sends all of it there and back."""
    process = _begun(partial(partial, function))
    try:
        result: Result = process.call("__call__", *arguments)
    except (EOFError, OSError) as error:
        raise _ended() from error
    finally:
        process.end(0)
    return result


class EncoderProcess:
    """Keeps the `Encoder` contract. Any thread may use it; where its process ended, the next use begins another."""

    def __init__(self, load: Load, notes: Notes) -> None:
        """Load the model there. Raises ModelError."""
        self._load = load
        self._notes = notes
        self._lock = threading.Lock()
        self._process: ProcessBeside | None = None
        self._expected: ModelIdentity | None = None
        self._is_closed = False
        try:
            self.identity, self.square, self.dimensions, self.logit_scale = self._call("facts")
        except BaseException:
            self.close()
            raise
        self._expected = self.identity

    def embed_images(self, squares: Squares) -> Vectors:
        """Raises ModelError where memory runs out, and where the process ended for whatever reason."""
        rows: Vectors = self._call("embed_images", squares)
        return rows

    def embed_texts(self, texts: Sequence[str]) -> Vectors:
        """Raises ModelError where the process ended for whatever reason."""
        rows: Vectors = self._call("embed_texts", list(texts))
        return rows

    def close(self) -> None:
        """Give back memory at once: what is being computed ends with ModelError. Twice is once."""
        with self._lock:
            self._is_closed = True
            process, self._process = self._process, None
        if process is not None:
            process.end(0)

    def _call(self, method: str, *arguments: Any) -> Any:
        with self._lock:
            if self._is_closed:
                raise RuntimeError("the encoder was used after it was closed")
            if self._process is not None and self._process.has_ended:  # in peace, such as to give memory to others
                self._process.end(0)
                self._process = None
            if self._process is None:
                make = partial(_Loaded, self._load, self._expected)
                self._process = _begun(make, lines=_AT_ONCE, listener=self._notes)
            process = self._process
        try:
            return process.call(method, *arguments)
        except (EOFError, OSError) as error:
            with self._lock:
                if self._process is process:
                    self._process = None
            process.end(0)
            raise _ended() from error


@dataclass(frozen=True, slots=True)
class _Work:
    """The work of a process."""

    make: Callable[[], object]

    def prepare(self) -> None:
        """What is made imports what it needs."""

    def explained(self, error: Exception) -> Exception:
        if isinstance(error, PhotoClipError) or type(error) in _SENT_AS_THEY_ARE:
            return error
        return RuntimeError("".join(traceback.format_exception(error)))


class _Loaded:
    """The encoder, in its process."""

    def __init__(self, load: Load, expected: ModelIdentity | None) -> None:
        self._encoder = load(_Notes())
        self.embed_images, self.embed_texts = self._encoder.embed_images, self._encoder.embed_texts
        if expected not in (None, self._encoder.identity):
            raise ModelError(
                "The model’s files were changed while it was in use.", advice="Close photo-clip and open it again."
            )

    def facts(self) -> tuple[ModelIdentity, SquareSpec, int, float]:
        made = self._encoder
        return made.identity, made.square, made.dimensions, made.logit_scale


class _Notes:
    """The program's notes, in the process."""

    def recall(self, name: str) -> str | None:
        value: str | None = ask("recall", name)
        return value

    def remember(self, name: str, value: str) -> None:
        ask("remember", name, value)

    def tell(self, sentence: str) -> None:
        ask("tell", sentence)


def _begun(make: Callable[[], object], *, lines: int = 1, listener: object = None) -> ProcessBeside:
    """Begin a process. Raises ModelError where the system has no room for one, or it ends at once."""
    try:
        return ProcessBeside(_Work(make), "model", lines=lines, listener=listener)
    except OSError as error:
        raise _ended() from error


def _ended() -> ModelError:
    return ModelError(
        "The process that computes with the model ended, as happens where memory runs out.",
        advice="Close other programs and try again; if it goes on like that, use a smaller model.",
    )
