"""Towers that meet a lack of memory, a card that cannot, and numbers that are too large."""

import numpy as np
import pytest
import torch

from photo_clip.adapters import torch_towers
from photo_clip.adapters.torch_towers import Mode, TorchTowers, devices, modes
from photo_clip.core.errors import ModelError
from tests.fakes import FakeNotes

PROCESSOR = torch.device("cpu")
SQUARES = np.random.default_rng(0).integers(0, 256, (40, 8, 8, 3), dtype=np.uint8)


class Model(torch.nn.Module):
    """Gives the mean colour of a picture, and counts how many it was given at once."""

    def __init__(self, factor: float = 1.0) -> None:
        super().__init__()
        self.weight = torch.nn.Parameter(torch.eye(3) * factor)
        self.register_buffer("offset", torch.zeros(3))
        self.given: list[int] = []

    def encode_image(self, pictures: torch.Tensor) -> torch.Tensor:
        self.given.append(len(pictures))
        self.check(len(pictures))
        return pictures.mean(dim=(2, 3)) @ self.weight + self.offset

    def encode_text(self, tokens: torch.Tensor) -> torch.Tensor:
        self.given.append(len(tokens))
        self.check(len(tokens))
        return tokens.float() @ self.weight

    def check(self, count: int) -> None:
        """Raise what the device would."""


class Narrow(Model):
    """Has memory for `room` at once."""

    room = 5

    def check(self, count: int) -> None:
        if count > self.room:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 MiB")


def towers(model: torch.nn.Module, notes: FakeNotes | None = None, cards: int = 0, **options) -> TorchTowers:
    """Build towers, after `cards` devices that stand in for graphics cards."""
    return TorchTowers(
        model,
        mean=(0.5, 0.5, 0.5),
        std=(0.5, 0.5, 0.5),
        side_px=8,
        name="a model",
        notes=notes or FakeNotes(),
        allowed=[PROCESSOR] * (cards + 1),
        **options,
    )


EXPECTED = (SQUARES.astype(np.float64).mean(axis=(1, 2)) / 255 - 0.5) / 0.5
CLOSE = 5e-3
"""What bfloat16 leaves of them, where that is the fastest kind of number just now."""


def test_pictures_are_normalised_as_the_model_was_trained() -> None:
    assert np.allclose(towers(Model(), mode=Mode()).of_images(SQUARES), EXPECTED, atol=1e-5)


def test_where_memory_runs_short_fewer_are_taken_at_once_and_nothing_is_lost() -> None:
    notes, model = FakeNotes(), Narrow()
    looking = towers(model, notes)
    model.given.clear()  # of the trial which kind of number is fastest here
    assert np.allclose(looking.of_images(SQUARES), EXPECTED, atol=CLOSE)
    assert model.given[:4] == [32, 16, 8, 4]
    assert len(notes.told) == 3
    assert "4 at a time" in notes.told[-1]
    model.given.clear()
    looking.of_images(SQUARES)
    assert set(model.given) == {4}  # it is remembered


def test_memory_may_run_short_for_texts_too() -> None:
    tokens = torch.ones((20, 3), dtype=torch.long)
    assert towers(Narrow()).of_texts(tokens).shape == (20, 3)


def test_a_card_without_memory_for_a_single_picture_gives_way_to_the_processor() -> None:
    class Card(Narrow):
        room = 0
        places = 0

        def __deepcopy__(self, memo: dict) -> Model:
            copied = Model()
            copied.weight, copied.offset = memo[id(self.weight)], memo[id(self.offset)]
            return copied

    notes = FakeNotes()
    looking = towers(Card(), notes, cards=1)
    assert np.allclose(looking.of_images(SQUARES), EXPECTED, atol=CLOSE)
    assert "too little memory" in notes.told[-1]
    assert "processor is used" in notes.told[-1]


def test_the_move_to_the_processor_leaves_the_model_to_those_still_using_it() -> None:
    model = Model()
    copied = torch_towers._copied_to_processor(model)
    assert copied.weight is not model.weight
    assert copied.offset is not model.offset
    assert torch.equal(copied.weight, model.weight)
    assert not copied.weight.requires_grad


def test_a_lack_of_memory_everywhere_is_told_with_an_advice() -> None:
    class Hopeless(Narrow):
        room = 0

    with pytest.raises(ModelError) as told:
        towers(Hopeless()).of_images(SQUARES)
    assert "smaller model" in told.value.advice


def test_the_processors_own_lack_of_memory_is_recognised() -> None:
    class Full(Narrow):
        def check(self, count: int) -> None:
            if count > 5:
                raise RuntimeError("[enforce fail at alloc_cpu.cpp:117] DefaultCPUAllocator: can't allocate memory")

    assert np.allclose(towers(Full()).of_images(SQUARES), EXPECTED, atol=CLOSE)


def test_a_mistake_of_the_program_is_not_taken_for_a_lack_of_memory() -> None:
    class Wrong(Model):
        def check(self, count: int) -> None:
            raise RuntimeError("mat1 and mat2 shapes cannot be multiplied")

    with pytest.raises(RuntimeError, match="shapes"):
        towers(Wrong()).of_images(SQUARES)


def test_numbers_that_are_too_large_for_16_bits_are_computed_in_32() -> None:
    notes = FakeNotes()
    looking = towers(Model(factor=1e6), notes, mode=Mode(torch.float16))
    assert np.allclose(looking.of_images(SQUARES), 1e6 * EXPECTED, rtol=1e-4)
    assert "16 bits" in notes.told[0]
    looking.of_images(SQUARES)
    assert len(notes.told) == 1


def test_weights_without_sense_are_told() -> None:
    with pytest.raises(ModelError, match="no usable numbers"):
        towers(Model(factor=float("nan"))).of_images(SQUARES)


def test_the_fastest_mode_is_measured_once_and_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    plain, quick, slow = Mode(), Mode(torch.bfloat16), Mode(channels_last=True)
    taken_s = {plain: 1.0, quick: 0.5, slow: 2.0}
    timed: list[Mode] = []

    def time(self: TorchTowers, placed: torch_towers._Placed, count: int) -> float:
        timed.append(placed.mode)
        return taken_s[placed.mode]

    monkeypatch.setattr(torch_towers, "modes", lambda device, model: [plain, quick, slow])
    monkeypatch.setattr(TorchTowers, "_time", time)
    notes = FakeNotes()
    assert "bfloat16" in towers(Model(), notes).where
    assert set(timed) == {plain, quick, slow}
    timed.clear()
    assert "bfloat16" in towers(Model(), notes).where
    assert timed == []


def test_a_mode_that_is_hardly_faster_is_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    plain, quick = Mode(), Mode(torch.bfloat16)
    monkeypatch.setattr(torch_towers, "modes", lambda device, model: [plain, quick])
    monkeypatch.setattr(TorchTowers, "_time", lambda self, placed, count: 0.98 if placed.mode == quick else 1.0)
    assert "float32" in towers(Model()).where


def test_half_precision_is_considered_on_a_processor_that_has_it(monkeypatch: pytest.MonkeyPatch) -> None:
    for has_it in (True, False):
        monkeypatch.setattr(torch.ops.mkldnn, "_is_mkldnn_bf16_supported", lambda has_it=has_it: has_it)
        found = [mode.dtype for mode in modes(PROCESSOR, Model())]
        assert (torch.bfloat16 in found) == has_it


def test_the_order_in_memory_is_considered_for_networks_of_convolutions_alone() -> None:
    one, many = (
        torch.nn.Sequential(torch.nn.Conv2d(3, 8, 4)),
        torch.nn.Sequential(torch.nn.Conv2d(3, 8, 4), torch.nn.Conv2d(8, 8, 3)),
    )
    assert not any(mode.channels_last for mode in modes(PROCESSOR, one))
    assert any(mode.channels_last for mode in modes(PROCESSOR, many))


@pytest.mark.parametrize(("bf16", "dtype"), [(True, torch.bfloat16), (False, torch.float16)])
def test_a_graphics_card_computes_in_the_16_bits_it_is_made_for(
    bf16: bool, dtype: torch.dtype, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda including_emulation: bf16)
    assert modes(torch.device("cuda"), Model()) == [Mode(dtype)]


def test_graphics_cards_come_before_the_processor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: True)
    assert [device.type for device in devices()] == ["cuda", "mps", "cpu"]


def test_a_card_that_is_there_and_cannot_run_the_model_gives_way_to_the_processor() -> None:
    notes = FakeNotes()
    # a device that torch knows and this computer has not, as a card that is too old
    looking = TorchTowers(
        Model(),
        mean=(0.5, 0.5, 0.5),
        std=(0.5, 0.5, 0.5),
        side_px=8,
        name="a model",
        notes=notes,
        allowed=[torch.device("vulkan"), PROCESSOR],
        mode=Mode(),
    )
    assert looking.where.startswith("processor")
    assert "cannot run the model" in notes.told[0]
    assert np.allclose(looking.of_images(SQUARES), EXPECTED, atol=CLOSE)


def test_closed_towers_refuse_to_work() -> None:
    looking = towers(Model())
    looking.close()
    looking.close()
    with pytest.raises(RuntimeError, match="closed"):
        looking.of_images(SQUARES)


def test_a_mode_that_cannot_be_timed_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    plain, quick = Mode(), Mode(torch.bfloat16)
    monkeypatch.setattr(torch_towers, "modes", lambda device, model: [plain, quick])

    class Exact(Model):
        def check(self, count: int) -> None:
            if torch.is_autocast_enabled("cpu"):
                raise RuntimeError("not implemented for 'BFloat16'")

    looking = towers(Exact())
    assert "float32" in looking.where
    assert np.allclose(looking.of_images(SQUARES), EXPECTED, atol=CLOSE)
