"""The program, with a fault that happens to it at a chosen moment: it is killed in the middle, or its clock is wrong.

python -m tests.benchmarks.faults.child kill:MOMENT:NTH:DELAY_MS clock:SECONDS models -- ARGUMENTS OF photo-clip
python -m tests.benchmarks.faults.child heart:FILE hands -- open

In place of the arguments, `decide` tags photos without end, and prints each decision that was acknowledged;
`settings` saves settings. `heart` writes down where the window's thread comes late, and `hands` use the window.
The processes that Chroma and the readers have are started from this module too, and find the same moment.
"""

import itertools
import multiprocessing
import os
import sys
import threading
import time
import types
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tests.benchmarks.faults.ending import kill

IS_PROGRAM = __name__ == "__main__"
"""Or else one of its processes."""
IS_OF_CHROMA = multiprocessing.current_process().name == "photo-clip index"


@dataclass
class Moment:
    """Counts how often it came, and kills the program at the n-th time, at once or so much later."""

    nth: int
    delay_ms: float
    count: int = 0

    def comes(self) -> None:
        self.count += 1
        if self.count != self.nth:
            return
        if self.delay_ms:
            timer = threading.Timer(self.delay_ms / 1000, die)
            timer.daemon = True
            timer.start()
        else:
            die()


def die() -> None:
    """End the program, and the process that this happens in, as a power cut would: nothing is tidied up."""
    if not IS_PROGRAM:
        kill(os.getppid())
    kill(os.getpid())


def before(owner: Any, name: str, what: Callable[..., object]) -> None:
    """Have `what` called, with its arguments, before a function is."""
    original = getattr(owner, name)

    def patched(*arguments: Any, **options: Any) -> Any:
        what(*arguments, **options)
        return original(*arguments, **options)

    setattr(owner, name, patched)


def at_commit(moment: Moment) -> None:
    """All of a transaction is written, and nothing is committed; with a delay, while it is."""
    from photo_clip.adapters.catalog_connections import Connections

    original = Connections.writing

    @contextmanager
    def writing(self: Connections) -> Iterator[Any]:
        with original(self) as connection:
            yield connection
            moment.comes()

    Connections.writing = writing  # type: ignore[method-assign, assignment]


def at_setting(moment: Moment) -> None:
    """Between the settings that a change of model consists of."""
    from photo_clip.adapters.catalog import SqliteCatalog

    before(SqliteCatalog, "set_setting", lambda *_: moment.comes())


def at_migration(moment: Moment) -> None:
    """All tables of a version are changed, and nothing is committed."""
    from photo_clip.adapters import catalog_schema

    def halted(migration: Callable[[Any], None]) -> Callable[[Any], None]:
        def run(connection: Any) -> None:
            migration(connection)
            moment.comes()

        return run

    catalog_schema.MIGRATIONS = tuple(map(halted, catalog_schema.MIGRATIONS))


def at_index_add(moment: Moment) -> None:
    """While Chroma takes vectors."""
    from photo_clip.adapters.chroma_collections import ChromaCollections

    before(ChromaCollections, "add", lambda *_: moment.comes())


def at_index_close(moment: Moment) -> None:
    """While Chroma writes what it holds."""
    from photo_clip.adapters.chroma_collections import ChromaCollections

    before(ChromaCollections, "close", lambda *_: moment.comes())


def at_sync(moment: Moment) -> None:
    """A small file is half written: the index's marker and holdings, the settings, a sidecar."""
    fsync = os.fsync

    def halved(descriptor: int) -> None:
        if moment.count + 1 == moment.nth:
            os.ftruncate(descriptor, os.fstat(descriptor).st_size // 2)
        moment.comes()
        fsync(descriptor)

    os.fsync = halved


def at_replace(moment: Moment) -> None:
    """A file or a folder is whole, and about to take its place, or to be set aside."""
    before(Path, "replace", lambda *_: moment.comes())


def at_thumbnail(moment: Moment) -> None:
    """A thumbnail is half written."""
    write = Path.write_bytes

    def halved(self: Path, data: Any) -> int:
        if self.suffix != ".new":
            return write(self, data)
        if moment.count + 1 == moment.nth:
            write(self, data[: len(data) // 2])
        moment.comes()
        return write(self, data)

    Path.write_bytes = halved  # type: ignore[method-assign, assignment]


OF_CHROMA = {"index-add": at_index_add, "index-close": at_index_close}
MOMENTS: dict[str, Callable[[Moment], None]] = {
    "commit": at_commit,
    "setting": at_setting,
    "migration": at_migration,
    "sync": at_sync,
    "replace": at_replace,
    "thumbnail": at_thumbnail,
    **OF_CHROMA,
}


def set_clock(ahead_s: float) -> None:
    """Let the clock be so many seconds ahead, or behind."""
    now = time.time
    time.time = lambda: now() + ahead_s


def stand_for_models() -> None:
    """Let the bundled model stand for whatever open_clip model a folder holds, without torch."""
    stand_in = types.ModuleType("photo_clip.adapters.clip_model")

    def load_clip_model(source: Any, place: Path, notes: Any) -> Any:
        from photo_clip.adapters.starter_model import StarterModel
        from photo_clip.core.places import resources_folder

        model = StarterModel(resources_folder() / "models" / "starter")
        model.identity = replace(model.identity, weights=place.name)
        return model

    stand_in.load_clip_model = load_clip_model  # type: ignore[attr-defined]
    sys.modules[stand_in.__name__] = stand_in


def beat(file: Path) -> None:
    """Let the window's thread have a heart, which counts as long as the window is to be seen."""
    from photo_clip.gui import application
    from tests.benchmarks.heart import Diary, Heart

    make = application.make_application

    def with_heart(*arguments: Any) -> Any:
        made = make(*arguments)
        diary = Diary(file, lambda: any(each.isVisible() for each in made.topLevelWidgets()))
        Heart(made, diary.hear)
        return made

    application.make_application = with_heart


def use() -> None:
    """Let the window be used without end, once its library is open."""
    from photo_clip.gui import main_window
    from tests.benchmarks.hands import Hands, steps

    class UsedWindow(main_window.MainWindow):
        def __init__(self, *arguments: Any) -> None:
            super().__init__(*arguments)
            hands = Hands(self, itertools.chain.from_iterable(steps() for _ in itertools.count()))
            self.library_opened.connect(hands.go_on)

    main_window.MainWindow = UsedWindow  # type: ignore[misc]


def install(words: list[str]) -> list[str]:
    """Arrange for the faults named before `--`; return the arguments after it."""
    end = words.index("--")
    for word in words[:end]:
        kind, *values = word.split(":")
        if kind == "kill" and (IS_OF_CHROMA if values[0] in OF_CHROMA else IS_PROGRAM):
            MOMENTS[values[0]](Moment(int(values[1]), float(values[2])))
        elif kind == "clock" and IS_PROGRAM:
            set_clock(float(values[0]))
        elif kind == "models" and IS_PROGRAM:
            stand_for_models()
        elif kind == "heart" and IS_PROGRAM:
            beat(Path(values[0]))
        elif kind == "hands" and IS_PROGRAM:
            use()
    return words[end + 1 :]


def decide() -> None:
    """Tag photos, one after another, and tell of each that was acknowledged."""
    from photo_clip.opening import opened_library, places_for

    with opened_library(places_for(Path(os.environ["PHOTO_CLIP_HOME"]))) as library:
        photo_ids = library.catalog.newest_photo_ids().tolist()
        for number in range(1, 100_000):
            photo_id = photo_ids[number % len(photo_ids)]
            library.tagger.decide([photo_id], f"tag {os.getpid()} {number}", True)
            sys.stdout.write(f"{photo_id} tag {os.getpid()} {number}\n")
            sys.stdout.flush()


def save_other_settings() -> None:
    """Save settings that differ from the former ones by a process more."""
    from photo_clip.core.settings import load_settings, save_settings
    from photo_clip.opening import places_for

    file = places_for(Path(os.environ["PHOTO_CLIP_HOME"])).settings_file
    former = load_settings(file).settings
    save_settings(file, replace(former, reader_processes=former.reader_processes + 1))


ARGUMENTS = install(sys.argv[1:]) if "--" in sys.argv else []

if IS_PROGRAM:
    if ARGUMENTS == ["decide"]:
        decide()
    elif ARGUMENTS == ["settings"]:
        save_other_settings()
    else:
        from photo_clip.cli import run_command

        sys.exit(run_command(ARGUMENTS))
