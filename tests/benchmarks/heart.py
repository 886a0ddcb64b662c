"""Tells how late the window's thread comes, and how much of that the system took for other programs."""

import itertools
import json
import sys
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from types import FrameType

from PySide6.QtCore import QObject, Qt, QTimer

BEAT_MS = 5
LONG_MS = 50
_LOOK_S = 0.01
_ident = threading.get_ident


@dataclass(frozen=True)
class Beat:
    """A beat that came late."""

    late_ms: float
    waited_ms: float = 0.0
    """So long the thread was ready to go on, and the system let others do so; 0 where it does not tell."""
    at_s: float = 0.0
    """When it came, by the clock that all processes share."""
    doing: str = ""
    """Where the thread was while it was late, and where the others were, which may have kept Python."""

    @property
    def own_ms(self) -> float:
        """What the program took, its other threads among it, and the system's from those."""
        return self.late_ms - self.waited_ms


class Heart(QObject):
    """Beats in the thread it is made in, as long as its event loop runs, and tells of each beat."""

    def __init__(self, parent: QObject, beats: Callable[[Beat], object]) -> None:
        super().__init__(parent)
        self._beats = beats
        self._thread = _ident()
        self._last: tuple[float, float] | None = None
        self._doing = ""
        self._is_over = threading.Event()
        self._timer = QTimer(self, interval=BEAT_MS, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._beat)
        self._timer.start()
        self._looking = threading.Thread(target=self._look, name="heart", daemon=True)
        self._looking.start()

    def stop(self) -> None:
        self._timer.stop()
        self._is_over.set()
        self._looking.join()

    def _beat(self) -> None:
        now, waited_ms = time.monotonic(), _waited_ms()
        if self._last is not None:
            before, waited_before_ms = self._last
            self._beats(Beat(1000 * (now - before) - BEAT_MS, waited_ms - waited_before_ms, now, self._doing))
        self._doing = ""
        self._last = time.monotonic(), _waited_ms()

    def _look(self) -> None:
        """Note where the thread is while it is late."""
        while not self._is_over.wait(_LOOK_S):
            last = self._last
            if last is not None and not self._doing and 1000 * (time.monotonic() - last[0]) > LONG_MS:
                frames = sys._current_frames()
                own = _stack(frames.pop(self._thread, None), 12)
                others = (_stack(each, 2) for key, each in frames.items() if key != _ident())
                self._doing = "".join([*own, "beside:\n", *itertools.chain(*others)])


class Diary:
    """Writes each second how many beats there were and the late ones, to a file that outlives the process."""

    def __init__(self, file: Path, is_seen: Callable[[], bool] = lambda: True) -> None:
        """Beats while nobody sees the window are not written down."""
        self._is_seen = is_seen
        self._stream = file.open("a", encoding="utf-8")
        self._count = 0
        self._written_s = time.monotonic()

    def hear(self, beat: Beat) -> None:
        self._count += 1
        if beat.late_ms > LONG_MS and self._is_seen():
            self._write(asdict(beat))
        if time.monotonic() - self._written_s > 1:
            self._written_s = time.monotonic()
            self._write({"beats": self._count})
            self._count = 0

    def _write(self, told: dict[str, object]) -> None:
        self._stream.write(json.dumps(told) + "\n")
        self._stream.flush()


def read_diary(file: Path) -> tuple[int, list[Beat]]:
    """Return how many beats there were, and those that came more than `LONG_MS` late."""
    told = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.endswith("}")]
    count = sum(each.get("beats", 0) for each in told)
    return count, [Beat(**each) for each in told if "late_ms" in each]


def _stack(frame: FrameType | None, limit: int) -> list[str]:
    """Return the innermost lines first, without their source: to read it, the late thread would have to let us."""
    lines = itertools.islice(traceback.walk_stack(frame), limit) if frame else ()
    return [f"{each.f_code.co_filename}:{line} {each.f_code.co_name}\n" for each, line in lines]


def _waited_ms() -> float:
    try:
        return int(Path("/proc/thread-self/schedstat").read_text(encoding="ascii").split()[1]) / 1e6
    except OSError:  # no Linux
        return 0.0
