"""Runs the two towers of a model on the best device there is, as fast as it goes and as far as memory allows."""

import copy
import math
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from photo_clip.core.errors import ModelError
from photo_clip.core.ports import Notes, Squares

_ON_PROCESSOR, _ON_GRAPHICS_CARD = 32, 256
"""How many pictures or texts are given to a tower at once, until memory runs short."""
_STEP_S = 0.3
_ROUNDS = 3
_CLEARLY_FASTER = 0.95
"""A mode that is less plain must take less than this share of the time."""
_NAMES = {"cuda": "graphics card", "mps": "graphics processor", "cpu": "processor"}


@dataclass(frozen=True, slots=True)
class Mode:
    """How a model computes."""

    dtype: torch.dtype = torch.float32
    """Of multiplications; sums that need it are kept in float32 (autocast)."""
    channels_last: bool = False

    def __str__(self) -> str:
        return f"{str(self.dtype).removeprefix('torch.')}{' channels-last' if self.channels_last else ''}"


@dataclass(frozen=True, slots=True, eq=False)
class _Placed:
    """A model on a device; never changed, so that a thread that uses it may end with it."""

    model: Any
    device: torch.device
    mode: Mode
    at_once: int


def devices() -> list[torch.device]:
    """Return the devices to try, best first; the last is the processor."""
    there = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    return [torch.device(name) for name, is_there in there.items() if is_there]


def modes(device: torch.device, model: torch.nn.Module) -> list[Mode]:
    """Return the modes worth measuring for a model on a device, plainest first."""
    if device.type == "cuda":
        dtypes = [torch.bfloat16 if torch.cuda.is_bf16_supported(including_emulation=False) else torch.float16]
    elif device.type == "mps":
        dtypes = [torch.float16]
    else:
        dtypes = [torch.float32]
        onednn = torch.backends.mkldnn
        if onednn.is_available() and torch.ops.mkldnn._is_mkldnn_bf16_supported():  # type: ignore[no-untyped-call]
            dtypes.append(torch.bfloat16)
    # A vision transformer has one convolution, a small one; only networks full of them gain by another order.
    convolutions = sum(isinstance(module, torch.nn.Conv2d) for module in model.modules())
    return [Mode(dtype, order) for order in ((False, True) if convolutions > 1 else (False,)) for dtype in dtypes]


def numbers_in(build: Callable[[str], Any]) -> int:
    """Return how many numbers the model has that `build` makes on the device it is given, without memory for them."""
    with torch.device("meta"):
        return sum(parameter.numel() for parameter in build("meta").parameters())


class TorchTowers:
    """The towers of an open_clip model. Any thread may use them.

    Where memory runs out they go on with half as many at once, down to one, then on the next device. What
    gives numbers that are not finite in 16 bits is computed in 32. Both are told through the notes.
    """

    def __init__(
        self,
        model: torch.nn.Module,
        *,
        mean: Sequence[float],
        std: Sequence[float],
        side_px: int,
        name: str,
        notes: Notes,
        allowed: Sequence[torch.device] | None = None,
        mode: Mode | None = None,
    ) -> None:
        """`mean` and `std` are per channel, for values from 0 to 1. `name` is what the measured mode is remembered by.

        `allowed` are the devices to try, best first, all there are where it is not given; `mode` is measured
        where it is not given. Raises ModelError where the model does not run.
        """
        self._mean, self._std = [255 * value for value in mean], [255 * value for value in std]
        self._side_px = side_px
        self._name = name
        self._notes = notes
        self._next = list(devices() if allowed is None else allowed)
        self._mode = mode
        self._moving = threading.Lock()
        self._placed: _Placed | None = self._place_anew(model.eval().requires_grad_(False))

    @property
    def where(self) -> str:
        """Where and how it computes, for people."""
        placed = self._in_use()
        return f"{_name(placed.device)}, {placed.mode}"

    def of_images(self, squares: Squares) -> NDArray[np.float32]:
        """Return the image tower's rows, shape (n, dimensions), for `squares` of shape (n, side, side, 3), n above 0.

        Raises ModelError if memory runs out everywhere.
        """
        return self._in_parts(torch.from_numpy(np.ascontiguousarray(squares)), self._see)

    def of_texts(self, tokens: torch.Tensor) -> NDArray[np.float32]:
        """Return the text tower's rows, shape (n, dimensions), for tokens of shape (n, context), n above 0."""
        return self._in_parts(tokens, _read)

    def close(self) -> None:
        """Give back memory. Twice is once."""
        placed, self._placed = self._placed, None
        if placed is not None and placed.device.type == "cuda":
            del placed
            torch.cuda.empty_cache()

    def _in_use(self) -> _Placed:
        if self._placed is None:
            raise RuntimeError("the model was used after it was closed")
        return self._placed

    def _see(self, placed: _Placed, squares: torch.Tensor) -> torch.Tensor:
        mean = torch.tensor(self._mean, device=placed.device).view(3, 1, 1)
        std = torch.tensor(self._std, device=placed.device).view(3, 1, 1)
        pictures = (squares.to(placed.device).permute(0, 3, 1, 2).float() - mean) / std
        order = torch.channels_last if placed.mode.channels_last else torch.contiguous_format
        result: torch.Tensor = placed.model.encode_image(pictures.contiguous(memory_format=order))
        return result

    def _in_parts(
        self, rows: torch.Tensor, tower: Callable[[_Placed, torch.Tensor], torch.Tensor]
    ) -> NDArray[np.float32]:
        placed = self._in_use()
        done: list[torch.Tensor] = []
        start = 0
        while start < len(rows):
            try:
                with _computing(placed):
                    done.append(tower(placed, rows[start : start + placed.at_once]).float())
            except (RuntimeError, MemoryError) as error:
                placed = self._with_less(placed, error)
            else:
                start += placed.at_once
        result: NDArray[np.float32] = torch.cat([part.cpu() for part in done]).numpy()
        if np.isfinite(result).all():
            return result
        if placed.mode.dtype is torch.float32:
            raise ModelError(
                "The model gives no usable numbers.", advice="Its weights are damaged; remove it and fetch it again."
            )
        self._notes.tell("The model gives no usable numbers in 16 bits, so it computes in 32, which takes longer.")
        self._placed = replace(placed, mode=replace(placed.mode, dtype=torch.float32))
        return self._in_parts(rows, tower)

    def _with_less(self, placed: _Placed, error: Exception) -> _Placed:
        """Return the model as it may go on after trouble, and keep it so. Raises ModelError at the end of all ways."""
        with self._moving:
            if self._placed is not None and self._placed is not placed:
                return self._placed  # another thread met the same trouble
            self._placed = self._lighter(placed, error)
            _free(placed.device)
            return self._placed

    def _lighter(self, placed: _Placed, error: Exception) -> _Placed:
        out_of_memory = _is_out_of_memory(error)
        if out_of_memory and placed.at_once > 1:
            at_once = placed.at_once // 2
            self._notes.tell(
                f"Memory ran short on the {_name(placed.device)}; the model goes on with {at_once} at a time."
            )
            return replace(placed, at_once=at_once)
        if self._next:
            self._tell_of_leaving(placed.device, error)
            return self._place_anew(_copied_to_processor(placed.model))
        if out_of_memory:
            raise ModelError(
                "There is not enough memory for the model.", advice="Close other programs, or use a smaller model."
            ) from error
        raise error

    def _tell_of_leaving(self, device: torch.device, error: Exception) -> None:
        why = "has too little memory for the model" if _is_out_of_memory(error) else "cannot run the model"
        self._notes.tell(f"The {_name(device)} {why}; the {_name(self._next[0])} is used, which is slower.")

    def _place_anew(self, model: torch.nn.Module) -> _Placed:
        """Return the model, which no other thread uses yet, on the best device that is left and that can run it."""
        while True:
            device = self._next.pop(0)
            at_once = _ON_PROCESSOR if device.type == "cpu" else _ON_GRAPHICS_CARD
            try:
                model.to(device)
                mode = self._mode or self._best_mode(model, device)
                placed = _Placed(_ordered(model, mode), device, mode, at_once)
                if device.type != "cpu":  # a card that is there may still be too old, or in use by others
                    self._time(placed, 1)
            except (RuntimeError, MemoryError) as error:
                if not self._next:
                    raise ModelError("The model cannot run on this computer.", advice="Use a smaller model.") from error
                self._tell_of_leaving(device, error)
                model.to("cpu")
                _free(device)
            else:
                return placed

    def _best_mode(self, model: torch.nn.Module, device: torch.device) -> Mode:
        candidates = modes(device, model)
        setting = f"fastest mode:{self._name}:{_describe(device)}"
        remembered = self._notes.recall(setting) if len(candidates) > 1 else str(candidates[0])
        for mode in candidates:
            if str(mode) == remembered:
                return mode
        best = self._fastest(model, device, candidates)
        self._notes.remember(setting, str(best))
        return best

    def _fastest(self, model: torch.nn.Module, device: torch.device, candidates: Sequence[Mode]) -> Mode:
        """Time the modes by turns, in about a second each, and return the fastest; the plainest unless clearly so.

        One that cannot be timed is the slowest; whether the plainest can run is seen when it is used.
        """
        times: dict[Mode, float] = {}
        count = 1
        for turn in range(1 + _ROUNDS):
            for mode in candidates:
                try:
                    taken_s = self._time(_Placed(_ordered(model, mode), device, mode, count), count)
                except (RuntimeError, MemoryError):
                    taken_s = math.inf
                if turn:  # the first makes ready
                    times[mode] = min(taken_s, times.get(mode, taken_s))
            if not turn:
                count = max(1, min(8, int(_STEP_S / max(taken_s, 1e-3))))
        best = candidates[0]
        for mode in candidates[1:]:
            if times[mode] < _CLEARLY_FASTER * times[best]:
                best = mode
        return best

    def _time(self, placed: _Placed, count: int) -> float:
        """Return how many seconds the image tower takes for `count` squares."""
        squares = torch.zeros((count, self._side_px, self._side_px, 3), dtype=torch.uint8)
        before_s = time.perf_counter()
        with _computing(placed):
            self._see(placed, squares).float().cpu()
        return time.perf_counter() - before_s


def _read(placed: _Placed, tokens: torch.Tensor) -> torch.Tensor:
    result: torch.Tensor = placed.model.encode_text(tokens.to(placed.device))
    return result


@contextmanager
def _computing(placed: _Placed) -> Iterator[None]:
    reduced = placed.mode.dtype is not torch.float32
    with (
        torch.inference_mode(),
        torch.autocast(placed.device.type, dtype=placed.mode.dtype if reduced else None, enabled=reduced),
    ):
        yield


def _ordered(model: torch.nn.Module, mode: Mode) -> torch.nn.Module:
    return model.to(memory_format=torch.channels_last if mode.channels_last else torch.contiguous_format)


def _copied_to_processor(model: torch.nn.Module) -> torch.nn.Module:
    """Return a copy, without any memory of the former device, that leaves the original to threads still using it."""
    copies: dict[int, Any] = {id(old): old.detach().cpu() for old in model.buffers()}
    for old in model.parameters():
        copies[id(old)] = torch.nn.Parameter(old.detach().cpu(), requires_grad=False)
    return copy.deepcopy(model, copies)


def _is_out_of_memory(error: Exception) -> bool:
    words = str(error).lower()
    return isinstance(error, torch.OutOfMemoryError | MemoryError) or any(
        part in words for part in ("out of memory", "can't allocate memory", "not enough memory")
    )


def _name(device: torch.device) -> str:
    return _NAMES.get(device.type, device.type)


def _free(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.empty_cache()
    elif device.type == "mps":
        torch.mps.empty_cache()


def _describe(device: torch.device) -> str:
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    return (
        f"{device.type} {torch.backends.cpu.get_cpu_capability()} {torch.get_num_threads()} threads {torch.__version__}"
    )
