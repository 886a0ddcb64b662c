"""Processes that crash, hang or fill up are replaced, and nothing else suffers."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from photo_clip.adapters import guarded_pool
from photo_clip.adapters.guarded_pool import GuardedPool, LeavableProcess
from photo_clip.adapters.memory_limit import limit_by_looking
from photo_clip.adapters.reading_process import prepare
from photo_clip.core.errors import PhotoClipError, PhotoClosedError, PhotoGoneError, UnreadablePhotoError
from tests import nasty_readings

ROOT = Path(__file__).parents[2]
PoolMaker = Callable[..., GuardedPool]


@pytest.fixture
def pool_of() -> Iterator[PoolMaker]:
    pools: list[GuardedPool] = []

    def make(processes: int = 2, **settings: Any) -> GuardedPool:
        settings = {"time_limit_s": 20.0, "prepare": nasty_readings.prepare, "preparation": ()} | settings
        pools.append(GuardedPool(processes, **settings))
        return pools[-1]

    yield make
    for pool in pools:
        pool.close()


def workers() -> list[psutil.Process]:
    """The processes that work now; Python's own resource tracker is not one."""
    return [child for child in psutil.Process().children() if "resource_tracker" not in " ".join(child.cmdline())]


def outcome(result: str | UnreadablePhotoError) -> str:
    return result.reason if isinstance(result, UnreadablePhotoError) else result.split()[0]


def outcomes(pool: GuardedPool, *names: str) -> list[str]:
    return [outcome(result) for _, result in pool.each(nasty_readings.read, map(Path, names))]


def test_results_come_in_the_order_of_the_files(pool_of: PoolMaker) -> None:
    names = [f"fine-{number}" for number in range(200)]

    results = list(pool_of().each(nasty_readings.read, map(Path, names)))

    assert [path.name for path, _ in results] == names
    assert [outcome(result) for _, result in results] == names


@pytest.mark.parametrize("end", ["crash", "exit"])
def test_a_file_that_crashes_its_process_is_skipped_and_the_others_are_read(pool_of: PoolMaker, end: str) -> None:
    names = ["fine-1", "fine-2", f"{end}-1", "fine-3", "fine-4", f"{end}-2", "fine-5"]

    read = outcomes(pool_of(), *names)

    assert read == [name if name.startswith("fine") else "reading it crashed the reader" for name in names]


def test_a_file_that_crashes_the_only_process_is_skipped_and_the_others_are_read(pool_of: PoolMaker) -> None:
    assert outcomes(pool_of(1), "exit-1", "fine-1", "exit-2", "fine-2") == [
        "reading it crashed the reader",
        "fine-1",
        "reading it crashed the reader",
        "fine-2",
    ]


def test_a_file_that_hangs_is_skipped_after_its_time(pool_of: PoolMaker) -> None:
    read = outcomes(pool_of(time_limit_s=1.5), "fine-1", "hang-1", "fine-2", "fine-3")

    assert read == ["fine-1", "it took longer than 1.5 s to read", "fine-2", "fine-3"]


def ask_politely(process: LeavableProcess) -> None:
    """What stands for killing one that does not die of it."""
    assert process.pid is not None
    os.kill(process.pid, signal.SIGTERM)


@pytest.fixture
def stuck(tmp_path: Path) -> Iterator[Path]:
    """A file that hangs so that its process does not end."""
    file = tmp_path / "stuck-1"
    yield file
    psutil.Process(int(file.read_text(encoding="ascii"))).kill()


@pytest.mark.skipif(os.name == "nt", reason="no process stays there when it is ended")
def test_a_process_that_does_not_die_is_left_behind_and_nothing_waits_for_it(
    pool_of: PoolMaker, monkeypatch: pytest.MonkeyPatch, stuck: Path
) -> None:
    monkeypatch.setattr(LeavableProcess, "kill", ask_politely)
    monkeypatch.setattr(guarded_pool, "_DIES_WITHIN_S", 0.2)
    pool = pool_of(1, time_limit_s=0.5)

    read = dict(pool.each(nasty_readings.read, [stuck, Path("fine-1")]))
    begun_s = time.monotonic()
    pool.close()

    assert isinstance(read[stuck], PhotoClosedError)
    assert (outcome(read[stuck]), outcome(read[Path("fine-1")])) == ("it took longer than 0.5 s to read", "fine-1")
    assert time.monotonic() - begun_s < 5
    assert int(stuck.read_text(encoding="ascii")) in [process.pid for process in workers()]


STUCK_PROGRAM = """
import sys
from pathlib import Path
from photo_clip.adapters.guarded_pool import GuardedPool, LeavableProcess
from tests import nasty_readings
from tests.adapters.test_guarded_pool import ask_politely
LeavableProcess.kill = ask_politely
pool = GuardedPool(1, time_limit_s=0.5, prepare=nasty_readings.prepare, preparation=())
list(pool.each(nasty_readings.read, [Path(sys.argv[1])]))
"""


@pytest.mark.skipif(os.name == "nt", reason="no process stays there when it is ended")
def test_a_program_ends_whose_processes_do_not(stuck: Path) -> None:
    program = subprocess.run([sys.executable, "-c", STUCK_PROGRAM, str(stuck)], cwd=ROOT, timeout=60)

    assert program.returncode == 0
    assert psutil.pid_exists(int(stuck.read_text(encoding="ascii")))


@pytest.mark.skipif(sys.platform == "darwin", reason="macOS does not limit the memory of a process")
def test_a_file_that_fills_the_memory_is_skipped(pool_of: PoolMaker) -> None:
    pool = pool_of(1, prepare=prepare, preparation=(300, False))

    assert outcomes(pool, "fill-1", "damaged-1") == ["reading it needs more memory than allowed", "the file is damaged"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has a limit of its own")
def test_a_file_that_fills_the_memory_is_skipped_where_the_system_has_no_limit(pool_of: PoolMaker) -> None:
    pool = pool_of(1, prepare=limit_by_looking, preparation=(300 * 1024 * 1024,))

    assert outcomes(pool, "fine-1", "fill-1", "damaged-1") == [  # each is tried in a fresh process, too
        "fine-1",
        "reading it needs more memory than allowed",
        "the file is damaged",
    ]


def test_a_mistake_of_the_program_costs_one_photo_and_is_logged(
    pool_of: PoolMaker, caplog: pytest.LogCaptureFixture
) -> None:
    assert outcomes(pool_of(), "mistake-1", "fine-1") == ["a mistake in this program kept it from being read", "fine-1"]
    assert "a mistake of ours" in caplog.text


def test_files_are_drawn_a_bounded_number_ahead(pool_of: PoolMaker) -> None:
    drawn: list[Path] = []

    def paths() -> Iterator[Path]:
        for number in range(10_000):
            drawn.append(Path(f"fine-{number}"))
            yield drawn[-1]

    results = pool_of().each(nasty_readings.read, paths())
    first = next(results)
    results.close()  # type: ignore[attr-defined]

    assert outcome(first[1]) == "fine-0"
    assert 2 < len(drawn) < 100


def test_after_closing_early_the_processes_are_free_for_other_files(pool_of: PoolMaker) -> None:
    pool = pool_of(1)
    results = pool.each(nasty_readings.read, (Path(f"fine-{number}") for number in range(10_000)))
    _, first = next(results)
    results.close()  # type: ignore[attr-defined]

    _, later = next(iter(pool.each(nasty_readings.read, [Path("fine-later")])))

    assert outcome(later) == "fine-later"
    assert later.split()[1] == first.split()[1], "the process was ended, though nothing was wrong with it"


def test_a_process_that_is_ended_while_it_waits_is_replaced(pool_of: PoolMaker) -> None:
    pool = pool_of()
    assert outcomes(pool, "fine-1") == ["fine-1"]
    victims = workers()
    assert len(victims) == 2
    for victim in victims:
        victim.kill()

    assert outcomes(pool, "fine-2", "fine-3") == ["fine-2", "fine-3"]
    assert pool.one(nasty_readings.read, Path("fine-4")).startswith("fine-4")


def test_a_file_is_read_after_all_if_its_process_was_ended_by_something_else(
    pool_of: PoolMaker, tmp_path: Path
) -> None:
    pool = pool_of()
    names = ["1", "2", "3"]

    results = list(pool.each(nasty_readings.read_at_the_second_try, [tmp_path / name for name in names]))

    assert [result for _, result in results] == names
    assert pool.one(nasty_readings.read_at_the_second_try, tmp_path / "4") == "4"


def test_processes_that_cannot_start_are_the_users_trouble_not_the_photos(
    pool_of: PoolMaker, capfd: pytest.CaptureFixture[str]
) -> None:
    pool = pool_of(1, prepare=nasty_readings.prepare_in_vain)

    with pytest.raises(PhotoClipError, match="cannot be started"):
        pool.one(nasty_readings.read, Path("fine-1"))
    capfd.readouterr()


def test_closing_leaves_no_process_behind_whatever_they_do(pool_of: PoolMaker) -> None:
    pool = pool_of()
    results = pool.each(nasty_readings.read, [Path("fine-1"), Path("hang-1"), Path("hang-2"), Path("fine-2")])
    assert outcome(next(results)[1]) == "fine-1"
    assert workers()

    pool.close()
    pool.close()

    assert workers() == []
    assert all(isinstance(result, PhotoGoneError) for _, result in results)


def test_the_processes_end_when_the_program_is_killed() -> None:
    program = subprocess.Popen(
        [sys.executable, "-m", "tests.nasty_readings"], cwd=ROOT, stdout=subprocess.PIPE, start_new_session=True
    )
    try:
        assert program.stdout is not None
        first = program.stdout.readline().split()
        children = psutil.Process(program.pid).children(recursive=True)
        assert int(first[1]) in [child.pid for child in children]
    finally:
        program.kill()
        program.wait()
        if program.stdout is not None:
            program.stdout.close()

    _, alive = psutil.wait_procs(children, timeout=20)

    assert alive == []
