"""Encoders in processes of their own."""

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import NoReturn

import numpy as np
import pytest

from photo_clip.adapters import encoder_process
from photo_clip.adapters.encoder_process import EncoderProcess, called_beside
from photo_clip.core.errors import ModelError
from photo_clip.core.ports import Encoder, Notes, Squares, Vectors
from tests.fakes import FakeEncoder, FakeNotes

SOON_S = 30
RED = np.full((1, 4, 4, 3), (255, 0, 0), np.uint8)


class OddError(ValueError):
    """An error that pickle cannot send."""


class Moody(FakeEncoder):
    """Does for texts what they say, and photos when a file is there."""

    def __init__(self, notes: Notes, folder: Path) -> None:
        super().__init__((folder / "name").read_text())
        self.notes, self.folder = notes, folder
        notes.remember("process", str(os.getpid()))

    def embed_images(self, squares: Squares) -> Vectors:
        (self.folder / "looks").touch()
        while not (self.folder / "go on").exists():
            threading.Event().wait(0.01)
        return super().embed_images(squares)

    def embed_texts(self, texts: list[str]) -> Vectors:
        match texts:
            case ["note"]:
                self.notes.tell(f"It was {self.notes.recall('weather')}.")
            case ["end"]:
                os._exit(1)
            case ["fail"]:
                raise ModelError("There is no memory.", advice="Buy some.")
            case ["odd"]:
                raise OddError(threading.Lock())
            case ["err"]:
                raise KeyError("a mistake")
        return super().embed_texts(texts)


def load(folder: Path, notes: Notes) -> Encoder:
    return Moody(notes, folder)


def load_nothing(_notes: Notes) -> Encoder:
    raise ModelError("There is no model.", advice="Fetch one.")


def shout(word: str) -> str:
    if word == "end":
        os._exit(1)
    return word.upper()


def popen_name() -> str:
    return subprocess.Popen.__name__


def models_at_work() -> list[str]:
    return [each.name for each in multiprocessing.active_children() if each.name == "photo-clip model"]


def wait_until(is_so: Callable[[], object]) -> None:
    for _ in range(SOON_S * 100):
        if is_so():
            return
        threading.Event().wait(0.01)
    raise AssertionError("it never came to that")


@pytest.fixture
def notes() -> FakeNotes:
    return FakeNotes()


@pytest.fixture
def encoder(tmp_path: Path, notes: FakeNotes) -> Iterator[EncoderProcess]:
    (tmp_path / "name").write_text("colours")
    (tmp_path / "go on").touch()
    encoder = EncoderProcess(partial(load, tmp_path), notes)
    yield encoder
    encoder.close()


def test_what_a_model_notes_is_noted_by_the_program(encoder: EncoderProcess, notes: FakeNotes) -> None:
    notes.known["weather"] = "fine"
    encoder.embed_texts(["note"])
    assert notes.told == ["It was fine."]
    assert int(notes.known["process"]) != os.getpid()


def test_a_model_that_cannot_be_loaded_is_told_in_its_own_words_and_leaves_no_process(notes: FakeNotes) -> None:
    with pytest.raises(ModelError, match="There is no model") as told:
        EncoderProcess(load_nothing, notes)
    assert told.value.advice == "Fetch one."
    assert models_at_work() == []


def test_a_process_that_ended_is_told_and_the_next_use_begins_another(
    encoder: EncoderProcess, notes: FakeNotes
) -> None:
    first = notes.known["process"]

    with pytest.raises(ModelError, match="process that computes with the model ended"):
        encoder.embed_texts(["end"])

    np.testing.assert_array_equal(encoder.embed_images(RED), FakeEncoder().embed_images(RED))
    assert notes.known["process"] != first
    assert len(models_at_work()) == 1


def test_a_process_that_was_ended_while_it_had_nothing_to_do_is_begun_anew_unnoticed(encoder: EncoderProcess) -> None:
    for process in multiprocessing.active_children():
        process.kill()
    wait_until(lambda: not models_at_work())
    assert len(encoder.embed_texts(["red"])) == 1


def test_a_model_whose_files_changed_is_not_taken_for_the_former_one(encoder: EncoderProcess, tmp_path: Path) -> None:
    (tmp_path / "name").write_text("other colours")
    with pytest.raises(ModelError, match="ended"):
        encoder.embed_texts(["end"])

    with pytest.raises(ModelError, match="files were changed"):
        encoder.embed_images(RED)
    with pytest.raises(ModelError, match="files were changed"):
        encoder.embed_images(RED)


def test_errors_of_a_model_are_raised_in_the_program(encoder: EncoderProcess) -> None:
    with pytest.raises(ModelError, match="There is no memory") as told:
        encoder.embed_texts(["fail"])
    assert told.value.advice == "Buy some."
    with pytest.raises(RuntimeError, match=r"(?s)OddError: <unlocked"):
        encoder.embed_texts(["odd"])
    with pytest.raises(RuntimeError, match=r"(?s)test_encoder_process.*KeyError: 'a mistake'"):
        encoder.embed_texts(["err"])
    assert len(encoder.embed_texts(["red"])) == 1


def test_words_are_answered_while_photos_are_embedded_and_closing_ends_that(
    encoder: EncoderProcess, tmp_path: Path
) -> None:
    (tmp_path / "go on").unlink()
    told: list[Exception] = []

    def embed() -> None:
        try:
            encoder.embed_images(RED)
        except ModelError as error:
            told.append(error)

    embedding = threading.Thread(target=embed)
    embedding.start()
    wait_until((tmp_path / "looks").exists)
    assert len(encoder.embed_texts(["red", "green"])) == 2
    encoder.close()
    embedding.join(SOON_S)

    assert len(told) == 1
    assert models_at_work() == []
    with pytest.raises(RuntimeError, match="after it was closed"):
        encoder.embed_texts(["red"])


def test_more_calls_than_there_are_lines_wait_for_one(encoder: EncoderProcess) -> None:
    answers: list[int] = []
    callers = [threading.Thread(target=lambda: answers.append(len(encoder.embed_texts(["red"])))) for _ in range(12)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join(SOON_S)
    assert answers == [1] * 12


def test_a_model_that_nobody_knows_any_more_gives_its_memory_back(tmp_path: Path, notes: FakeNotes) -> None:
    (tmp_path / "name").write_text("colours")
    EncoderProcess(partial(load, tmp_path), notes)
    wait_until(lambda: not models_at_work())


def test_a_function_is_called_beside() -> None:
    assert called_beside(shout, "word") == "WORD"
    with pytest.raises(ModelError, match="ended"):
        called_beside(shout, "end")
    assert models_at_work() == []


def test_a_process_that_the_system_does_not_begin_is_told(
    encoder: EncoderProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_work: object, **_more: object) -> NoReturn:
        raise OSError("the paging file is too small")

    monkeypatch.setattr(encoder_process, "ProcessBeside", refuse)
    with pytest.raises(ModelError, match="memory runs out"):
        called_beside(shout, "word")
    with pytest.raises(ModelError, match="ended"):
        encoder.embed_texts(["end"])
    with pytest.raises(ModelError, match="memory runs out"):
        encoder.embed_texts(["red"])


def test_what_is_started_beside_shows_no_console() -> None:
    is_changed = called_beside(popen_name) != "Popen"
    assert is_changed == (sys.platform == "win32")


def test_a_program_that_ends_without_closing_its_processes_ends(tmp_path: Path) -> None:
    (tmp_path / "name").write_text("colours")
    code = (
        "import pathlib, sys\n"
        "from functools import partial\n"
        "from photo_clip.adapters.encoder_process import EncoderProcess\n"
        "from tests.adapters.test_encoder_process import load\n"
        "from tests.fakes import FakeNotes\n"
        "if __name__ == '__main__':\n"
        "    kept = EncoderProcess(partial(load, pathlib.Path(sys.argv[1])), FakeNotes())\n"
        "    print(len(kept.embed_texts(['red'])))\n"
    )
    script = tmp_path / "program.py"
    script.write_text(code)
    done = subprocess.run(
        [sys.executable, script, tmp_path],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        text=True,
        timeout=SOON_S,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "1\n", "")


@pytest.mark.skipif(sys.platform == "win32", reason="nobody sends signals there")
def test_the_end_of_a_session_is_left_to_the_program(encoder: EncoderProcess, notes: FakeNotes) -> None:
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        os.kill(int(notes.known["process"]), each)
    assert len(encoder.embed_texts(["red"])) == 1


def test_an_answer_to_a_program_that_is_gone_is_dropped_quietly() -> None:
    code = """
from multiprocessing import Pipe
from photo_clip.adapters.process_beside import _Answering

program, beside = Pipe()

class Work:
    def make(self):
        return self
    def take_long(self):
        program.close()

program.send(("take_long", ()))
_Answering(Work()).answer(beside)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=SOON_S)
    assert (done.returncode, done.stderr) == (0, "")
