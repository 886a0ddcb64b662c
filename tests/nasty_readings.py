"""What a file may do to the process that reads it; called there by name."""

import os
import signal
import sys
import threading
from pathlib import Path

from photo_clip.core.errors import UnreadablePhotoError

_held: list[bytearray] = []


def prepare(*_: object) -> None:
    """Nothing to prepare."""


def prepare_in_vain(*_: object) -> None:
    raise RuntimeError("this process cannot start")


def read(path: Path, *_: object) -> str:
    """Do what the file's name says; return the name and this process's id."""
    name = path.name.split("-")[0]
    if name == "crash":
        os.abort()  # what ctypes could do, Windows makes an error of Python
    elif name == "exit":
        os._exit(3)
    elif name == "hang":
        threading.Event().wait()
    elif name == "stuck":  # in a drive that does not answer, for what hears of no signal
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        path.write_text(str(os.getpid()), encoding="ascii")
        threading.Event().wait()
    elif name == "fill":
        _held.extend(bytearray(b"x") * 16_000_000 for _ in range(200))
    elif name == "damaged":
        raise UnreadablePhotoError("the file is damaged")
    elif name == "mistake":
        raise ZeroDivisionError("a mistake of ours")
    return f"{path.name} {os.getpid()}"


def read_at_the_second_try(path: Path) -> str:
    """Return the file's name, but end the process at the first try."""
    try:
        path.touch(exist_ok=False)
    except FileExistsError:
        return path.name
    os._exit(3)


def main() -> None:
    """Read until the end comes from outside; what test_guarded_pool kills."""
    from photo_clip.adapters.guarded_pool import GuardedPool

    pool = GuardedPool(2, time_limit_s=1, prepare=prepare, preparation=())
    paths = [Path(f"fine-{number}") for number in range(4)] + [Path("hang-1")]
    for _, result in pool.each(read, paths):
        print(result, flush=True)  # noqa: T201


if __name__ == "__main__":
    sys.exit(main())
