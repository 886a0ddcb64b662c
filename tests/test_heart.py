"""What measures the window's stalls notices them, and does not take the system's other work for them."""

import sys
import time

import pytest
from PySide6.QtCore import QObject, QTimer
from pytestqt.qtbot import QtBot

from tests.benchmarks.beside import Beside
from tests.benchmarks.heart import LONG_MS, Beat, Heart


def be_busy() -> None:
    until_s = time.thread_time() + 0.2
    while time.thread_time() < until_s:
        pass


def test_a_thread_that_is_busy_is_late_by_itself_and_it_is_told_with_what(qtbot: QtBot) -> None:
    parent, beats = QObject(), list[Beat]()
    heart = Heart(parent, beats.append)
    qtbot.waitUntil(lambda: len(beats) > 3)
    beats.clear()
    QTimer.singleShot(0, parent, be_busy)
    qtbot.waitUntil(lambda: any(beat.late_ms > LONG_MS for beat in beats))
    heart.stop()
    late = max(beats, key=lambda beat: beat.own_ms)
    assert late.own_ms > 80
    assert "be_busy" in late.doing


@pytest.mark.skipif(sys.platform != "linux", reason="Linux tells of threads")
def test_time_given_to_other_programs_is_not_its_own(qtbot: QtBot) -> None:
    parent, beats = QObject(), list[Beat]()
    heart = Heart(parent, beats.append)
    qtbot.waitUntil(lambda: len(beats) > 20)
    heart.stop()
    assert all(beat.waited_ms >= 0 for beat in beats)
    assert min(beat.own_ms for beat in beats) > -5


WINDOW = 7
LATE = Beat(late_ms=95, waited_ms=0, at_s=10.1)


def notes(stolen_ms: float = 0, **threads: tuple[int, int]) -> Beside:
    """Return notes of before and after the late beat; of each thread how many ms it ran and waited meanwhile."""
    before = {name[1:]: (5_000_000, 3_000_000) for name in threads}
    after = {name[1:]: (int(5e6 + ran * 1e6), int(3e6 + waited * 1e6)) for name, (ran, waited) in threads.items()}
    return Beside([(9.0, {}, []), (9.99, before, [20, 700]), (10.11, after, [20, 700 + stolen_ms]), (11.0, {}, [])])


def test_a_thread_that_kept_python_and_was_not_let_run_is_the_systems_doing() -> None:
    assert notes(t7=(0, 0), t8=(15, 80), t9=(1, 2)).waited_ms(LATE, WINDOW) == 80


def test_a_thread_that_kept_python_and_ran_is_the_programs_doing() -> None:
    assert notes(t7=(0, 0), t8=(95, 1), t9=(0, 30)).waited_ms(LATE, WINDOW) == 1


def test_a_core_that_the_host_of_a_virtual_computer_took_away_is_not_the_programs_doing() -> None:
    assert notes(60, t7=(0, 0), t8=(15, 10)).waited_ms(LATE, WINDOW) == 70
    assert notes(600, t7=(90, 0), t8=(0, 0)).waited_ms(LATE, WINDOW) == LATE.own_ms


def test_what_the_windows_thread_did_itself_stays_its_own() -> None:
    assert notes(t7=(90, 0), t8=(0, 80)).waited_ms(LATE, WINDOW) == 5


def test_where_all_threads_stand_still_nobody_else_is_to_blame() -> None:
    assert notes(t7=(0, 0), t8=(0, 0)).waited_ms(LATE, WINDOW) == 0
    assert Beside().waited_ms(LATE, WINDOW) == 0
