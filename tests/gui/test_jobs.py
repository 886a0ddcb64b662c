"""Jobs: exactly one of done and failed, nothing after a cancel, everything joined at the end."""

import threading
from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from photo_clip.core.progress import Phase, Progress, Task
from photo_clip.gui.jobs import _LEFT_BEHIND_AFTER_S, Jobs, Lane


@pytest.fixture
def jobs(qtbot: QtBot) -> Iterator[Jobs]:
    jobs = Jobs()
    yield jobs
    jobs.close()


def counting(steps: int, gate: threading.Event | None = None) -> Task[str]:
    for number in range(steps):
        if gate is not None:
            assert gate.wait(5)
        yield Progress(Phase.EMBEDDING, number, steps)
    return "counted"


def test_a_result_arrives_in_the_windows_thread(jobs: Jobs, qtbot: QtBot) -> None:
    heard: list[tuple[int, threading.Thread]] = []
    jobs.start(Lane.SEARCH, lambda: 42, on_done=lambda result: heard.append((result, threading.current_thread())))
    qtbot.waitUntil(lambda: bool(heard))
    assert heard == [(42, threading.main_thread())]


def test_what_is_raised_arrives_as_a_failure(jobs: Jobs, qtbot: QtBot) -> None:
    heard: list[object] = []

    def fail() -> None:
        raise ValueError("no")

    jobs.start(Lane.SEARCH, fail, on_done=lambda _: heard.append("done"), on_failed=heard.append)
    qtbot.waitUntil(lambda: bool(heard))
    assert isinstance(heard[0], ValueError)


def test_a_task_is_run_to_its_end_with_progress(jobs: Jobs, qtbot: QtBot) -> None:
    done: list[str] = []
    progress: list[Progress] = []
    jobs.start(Lane.INDEX, counting, 1000, on_done=done.append, on_progress=progress.append)
    qtbot.waitUntil(lambda: bool(done))
    assert done == ["counted"]
    assert progress[0].done == 0
    assert len(progress) < 500


def test_nothing_arrives_after_a_cancel(jobs: Jobs, qtbot: QtBot) -> None:
    gate = threading.Event()
    heard: list[object] = []
    job = jobs.start(
        Lane.INDEX, counting, 5, gate, on_done=heard.append, on_failed=heard.append, on_progress=heard.append
    )
    job.cancel()
    gate.set()
    after: list[object] = []
    jobs.start(Lane.INDEX, lambda: "next", on_done=after.append)
    qtbot.waitUntil(lambda: bool(after))
    assert heard == []


def test_a_task_is_closed_when_it_is_cancelled(jobs: Jobs, qtbot: QtBot) -> None:
    closed = threading.Event()
    begun = threading.Event()

    def endless() -> Task[None]:
        try:
            while True:
                begun.set()
                yield Progress(Phase.LOOKING, 0, None)
        finally:
            closed.set()

    job = jobs.start(Lane.INDEX, endless)
    assert begun.wait(5)
    job.cancel()
    assert closed.wait(5)


def test_a_paused_task_waits_and_goes_on(jobs: Jobs, qtbot: QtBot) -> None:
    done: list[str] = []
    gate = threading.Event()
    job = jobs.start(Lane.INDEX, counting, 3, gate, on_done=done.append)
    job.pause()
    gate.set()
    other: list[int] = []
    jobs.start(Lane.SEARCH, lambda: 1, on_done=other.append)
    qtbot.waitUntil(lambda: bool(other))
    assert done == []
    job.resume()
    qtbot.waitUntil(lambda: bool(done))


def test_closing_ends_paused_running_and_waiting_jobs(qtbot: QtBot) -> None:
    jobs = Jobs()
    heard: list[object] = []
    paused = jobs.start(Lane.INDEX, counting, 10**9, on_done=heard.append)
    paused.pause()
    for _ in range(20):
        jobs.start(Lane.SEARCH, counting, 10**9, on_done=heard.append)
    jobs.close()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("photo-clip")]
    assert jobs.start(Lane.SEARCH, lambda: 1, on_done=heard.append).is_cancelled
    assert heard == []


def test_closing_leaves_a_connection_behind_that_is_still_being_made(qtbot: QtBot) -> None:
    jobs = Jobs()
    connecting, answered, begun = threading.Event(), threading.Event(), threading.Event()

    def connect() -> None:
        connecting.set()
        assert answered.wait(20)

    jobs.start(Lane.DOWNLOADS, connect)
    jobs.start(Lane.DOWNLOADS, begun.set)
    assert connecting.wait(5)
    assert jobs.close(wait_s=5)
    answered.set()
    for thread, _ in jobs._threads:
        thread.join(5)
        assert not thread.is_alive()
    assert not begun.is_set()


def test_closing_waits_for_nobody_who_waits_for_a_drive(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(_LEFT_BEHIND_AFTER_S, Lane.PRESENCE, 0.01)
    jobs, asked, answers = Jobs(), threading.Event(), threading.Event()
    jobs.start(Lane.PRESENCE, lambda: (asked.set(), answers.wait(30)))
    assert asked.wait(5)
    assert jobs.close(wait_s=20)
    assert [thread.name for thread, _ in jobs._threads if thread.is_alive()] == ["photo-clip presence"]
    answers.set()
    assert jobs.close()
    for thread, _ in jobs._threads:
        thread.join(5)
