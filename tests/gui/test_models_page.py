"""The models page, driven as people do, with fakes for models and downloads."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QMessageBox
from pytestqt.qtbot import QtBot

from photo_clip.adapters.catalog import SqliteCatalog
from photo_clip.core.amounts import size_in_words
from photo_clip.core.editions import Edition
from photo_clip.core.errors import DownloadError, ModelError
from photo_clip.core.models import Kind, ModelOffer, ModelSource
from photo_clip.core.ports import ModelIdentity
from photo_clip.core.progress import Phase, Progress, Task
from photo_clip.gui.download_pace import DownloadPace
from photo_clip.gui.jobs import Jobs, Lane
from photo_clip.gui.model_details import Action
from photo_clip.gui.models_dialog import ModelsDialog
from photo_clip.gui.models_page import ModelsPage
from photo_clip.gui.problems import ProblemBar
from photo_clip.services.library import Library
from photo_clip.services.model_notes import ModelNotes
from photo_clip.services.models import Models
from photo_clip.services.thumbnails import Thumbnails
from tests.fakes import FakeEncoder, FakeIndex, FakeModelFiles, FakeReader, bundled, write_photo

STARTER = ModelSource(Kind.STARTER)
OFFER = ModelOffer(
    "Better", "ViT-B-32", "tag", "some/where", "MIT", "English", 1_000_000, "ImageNet 99 %", "a paper", "Try it."
)
BETTER = OFFER.model
PHOTOS = 64


class SlowFiles(FakeModelFiles):
    """Downloads one step each time it is let."""

    def __init__(self) -> None:
        super().__init__()
        self.may_go_on = threading.Semaphore(0)
        self.trouble: DownloadError | None = None
        self.closed = 0

    def download(self, source: ModelSource) -> Task[None]:
        done = self.begun.get(source, 0)
        try:
            while done < 4_000_000:
                assert self.may_go_on.acquire(timeout=10)
                if self.trouble is not None:
                    raise self.trouble
                done += 1_000_000
                self.begun[source] = done
                yield Progress(Phase.DOWNLOADING, done, 4_000_000, "weights")
        finally:
            self.closed += 1
        self.begun.pop(source)
        self.here.append(source)


class Stage:
    """A page over a library of a few photos, with a stand-in for what interrupts indexing."""

    def __init__(self, folder: Path, qtbot: QtBot, edition: Edition = Edition.FULL) -> None:
        self.qtbot = qtbot
        for number in range(PHOTOS):
            write_photo(folder / "photos" / f"{number}.jpg", f"red {number}")
        catalog, reader = SqliteCatalog(folder / "catalog.db"), FakeReader()
        self.files = SlowFiles()
        self.trouble: ModelError | None = None
        self.bundled = bundled()
        self.models = Models(
            catalog,
            [OFFER],
            self.files,
            self.load,
            self.load,
            lambda: self.bundled,
            ModelNotes(catalog),
            iter(range(10**6)).__next__,
            edition,
        )
        thumbnails = Thumbnails(folder / "thumbnails", reader)
        self.library = Library(catalog, FakeIndex(), reader, thumbnails, self.models, lambda: 2e9, None)
        self.library.folders.add(folder / "photos")
        self.index()
        self.jobs = Jobs()
        self.problems = ProblemBar()
        self.page = ModelsPage(self.library, self.jobs, self.problems)
        self.page.change_wanted.connect(lambda change, on_done: self.jobs.start(Lane.INDEX, change, on_done=on_done))
        qtbot.addWidget(self.page)
        qtbot.addWidget(self.problems)
        self.page.show()
        self.wait_for(lambda: self.page.chosen is not None)

    def load(self, source: ModelSource) -> FakeEncoder:
        if self.trouble is not None:
            raise self.trouble
        return FakeEncoder(str(source))

    def index(self) -> None:
        for _ in self.library.keep_up():
            pass

    def wait_for(self, condition) -> None:
        self.qtbot.waitUntil(condition)

    def choose(self, source: ModelSource) -> None:
        self.page.list.choose(source)
        assert self.page.chosen.entry.source == source

    def click(self, action: Action) -> None:
        button = self.page.details.buttons[action]
        assert not button.isHidden()
        self.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)

    def offered(self) -> list[Action]:
        return [action for action, button in self.page.details.buttons.items() if not button.isHidden()]

    @property
    def state(self) -> str:
        return self.page.chosen.state

    def have(self, source: ModelSource) -> None:
        self.files.here.append(source)
        self.page.refresh()
        self.wait_for(lambda: self.page._known[source].entry.is_here)
        self.choose(source)


@pytest.fixture(params=[Edition.FULL])
def stage(tmp_path: Path, qtbot: QtBot, request: pytest.FixtureRequest) -> Iterator[Stage]:
    stage = Stage(tmp_path, qtbot, request.param)
    yield stage
    stage.files.may_go_on.release(100)
    stage.page.hide()
    stage.jobs.close()
    stage.library.close()


def answer(monkeypatch: pytest.MonkeyPatch, *, agree: bool) -> None:
    """Answer the next question at once."""

    def open_box(box: QMessageBox) -> None:
        wanted = QMessageBox.ButtonRole.AcceptRole if agree else QMessageBox.ButtonRole.RejectRole
        next(button for button in box.buttons() if box.buttonRole(button) is wanted).click()

    monkeypatch.setattr(QMessageBox, "open", open_box)


def test_the_model_in_use_is_shown_first_with_what_can_be_done(stage: Stage) -> None:
    assert stage.page.chosen.entry.source == STARTER
    assert stage.state == "in use"
    assert stage.offered() == [Action.TRY]


def test_an_offer_says_its_size_licence_languages_and_accuracy_with_its_source(stage: Stage) -> None:
    stage.choose(BETTER)
    row = [stage.page.list.currentItem().text(column) for column in range(6)]
    assert row == ["Better", "", "about 4.0 MB", "English", "MIT", "ImageNet 99 %"]
    for word in ("Try it.", "ImageNet 99 %", "a paper", "MIT licence"):
        assert word in stage.page.details.words
    assert stage.offered() == [Action.DOWNLOAD, Action.TRY, Action.TAKE_FILE, Action.TAKE_FOLDER]


def test_screen_readers_hear_name_and_state_of_each_model(stage: Stage) -> None:
    spoken = stage.page.list.topLevelItem(0).data(0, Qt.ItemDataRole.AccessibleTextRole)
    assert spoken == "starter, in use"
    assert stage.page.list.accessibleName() == "Models"
    assert stage.page.name_line.accessibleName()


def test_a_download_shows_how_far_it_is_and_ends_with_a_model_to_be_used(stage: Stage) -> None:
    stage.choose(BETTER)
    stage.click(Action.DOWNLOAD)
    assert stage.state == "downloading"
    stage.files.may_go_on.release()
    stage.wait_for(lambda: stage.state == "downloading, 25 %")
    assert "1.0 MB of 4.0 MB" in stage.page.details.words
    assert stage.offered() == [Action.PAUSE, Action.CANCEL]
    stage.files.may_go_on.release(3)
    stage.wait_for(lambda: stage.state == "downloaded")
    assert Action.USE in stage.offered()
    assert "labels are suggested anew, from the same decisions" in stage.page.details.words


def test_a_download_can_be_paused_and_taken_up_again(stage: Stage) -> None:
    stage.choose(BETTER)
    stage.click(Action.DOWNLOAD)
    stage.files.may_go_on.release()
    stage.wait_for(lambda: "25 %" in stage.state)
    stage.click(Action.PAUSE)
    stage.files.may_go_on.release()  # the step it waits for ends, and then it hears of the pause
    stage.wait_for(lambda: stage.state.startswith("paused at"))
    assert stage.files.closed == 1
    assert {Action.RESUME, Action.CANCEL} <= set(stage.offered())
    stage.click(Action.RESUME)
    stage.files.may_go_on.release(4)
    stage.wait_for(lambda: stage.state == "downloaded")


def test_a_cancelled_download_leaves_nothing(stage: Stage) -> None:
    stage.choose(BETTER)
    stage.click(Action.DOWNLOAD)
    stage.files.may_go_on.release()
    stage.wait_for(lambda: "25 %" in stage.state)
    stage.click(Action.CANCEL)
    stage.files.may_go_on.release()
    stage.wait_for(lambda: not stage.files.begun)
    stage.wait_for(lambda: stage.offered()[0] is Action.DOWNLOAD)
    assert stage.state == ""


def test_a_download_goes_on_while_the_page_is_hidden(stage: Stage) -> None:
    stage.choose(BETTER)
    stage.click(Action.DOWNLOAD)
    stage.page.hide()
    stage.files.may_go_on.release(4)
    stage.wait_for(lambda: stage.files.is_here(BETTER))


def test_a_download_that_fails_says_why_and_can_be_resumed(stage: Stage) -> None:
    stage.choose(BETTER)
    stage.click(Action.DOWNLOAD)
    stage.files.may_go_on.release()
    stage.wait_for(lambda: "25 %" in stage.state)
    stage.files.trouble = DownloadError("The connection broke off.", advice="Start it again.")
    stage.files.may_go_on.release()
    stage.wait_for(lambda: "The connection broke off." in stage.problems.words)
    stage.wait_for(lambda: Action.RESUME in stage.offered())


def test_a_model_is_prepared_beside_the_one_in_use_and_then_takes_over(stage: Stage) -> None:
    stage.have(BETTER)
    stage.click(Action.USE)
    stage.wait_for(lambda: stage.state == f"being prepared: 0 of {PHOTOS}")
    assert stage.models.active == STARTER
    assert stage.offered() == [Action.CHANGE_NOW, Action.STAY, Action.TRY]
    assert "the former model answers" in stage.page.details.words
    stage.index()
    stage.page.refresh()
    stage.wait_for(lambda: stage.state == "in use")


def test_people_can_change_over_early_or_stay(stage: Stage) -> None:
    stage.have(BETTER)
    stage.click(Action.USE)
    stage.wait_for(lambda: Action.STAY in stage.offered())
    stage.click(Action.STAY)
    stage.wait_for(lambda: stage.state == "downloaded")
    assert stage.models.wanted is None
    stage.click(Action.USE)
    stage.wait_for(lambda: Action.CHANGE_NOW in stage.offered())
    stage.click(Action.CHANGE_NOW)
    stage.wait_for(lambda: stage.state == "in use")
    assert stage.models.active == BETTER


def test_a_model_that_cannot_be_loaded_says_why(stage: Stage) -> None:
    stage.have(BETTER)
    stage.trouble = ModelError("Its weights are damaged.", advice="Fetch it again.")
    stage.click(Action.USE)
    stage.wait_for(lambda: "Its weights are damaged." in stage.problems.words)
    assert stage.models.wanted is None


def test_the_speed_of_a_model_can_be_tried_before_it_is_downloaded(stage: Stage) -> None:
    stage.choose(BETTER)
    stage.click(Action.TRY)
    stage.wait_for(lambda: "photos a second" in stage.page.details.words)
    assert "Random weights" in stage.page.details.words
    assert stage.page.details.buttons[Action.TRY].isEnabled()


def test_a_trial_that_fails_says_why(stage: Stage) -> None:
    stage.choose(BETTER)
    stage.trouble = ModelError("There is not enough memory.", advice="Use a smaller one.")
    stage.click(Action.TRY)
    stage.wait_for(lambda: "not enough memory" in stage.problems.words)
    assert stage.page.details.buttons[Action.TRY].isEnabled()


def test_a_model_is_removed_when_people_agree_and_only_then(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    stage.have(BETTER)
    answer(monkeypatch, agree=False)
    stage.click(Action.REMOVE)
    assert stage.files.is_here(BETTER)
    answer(monkeypatch, agree=True)
    stage.click(Action.REMOVE)
    stage.wait_for(lambda: stage.offered()[0] is Action.DOWNLOAD)
    assert not stage.files.is_here(BETTER)


def test_the_work_of_the_former_model_is_removed_when_people_agree(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = stage.models.active_key()
    stage.have(BETTER)
    stage.models.use(BETTER)
    stage.index()
    stage.page.refresh()
    stage.wait_for(lambda: stage.state == "in use")
    stage.choose(STARTER)
    assert stage.library.catalog.embeddings.count(key) == PHOTOS
    answer(monkeypatch, agree=True)
    stage.click(Action.REMOVE)
    stage.wait_for(lambda: Action.REMOVE not in stage.offered())
    assert stage.library.catalog.embeddings.count(key) == 0
    assert stage.models.active == BETTER


def test_what_a_former_version_left_can_be_removed(stage: Stage) -> None:
    stage.bundled = ModelIdentity("starter", "newer", "squash 4")
    stage.page.refresh()
    stage.wait_for(lambda: not stage.page.remove_leftovers.isHidden())
    stage.qtbot.mouseClick(stage.page.remove_leftovers, Qt.MouseButton.LeftButton)
    stage.wait_for(stage.page.remove_leftovers.isHidden)
    assert stage.library.catalog.embeddings.model_keys() == []


@pytest.mark.parametrize(
    ("action", "dialog", "chosen"),
    [
        (Action.TAKE_FILE, "getOpenFileName", ("/weights.safetensors", "")),
        (Action.TAKE_FOLDER, "getExistingDirectory", "/folder"),
    ],
)
def test_files_that_people_have_are_taken(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, action: Action, dialog: str, chosen: object
) -> None:
    monkeypatch.setattr(QFileDialog, dialog, lambda *arguments: chosen)
    stage.choose(BETTER)
    stage.click(action)
    stage.wait_for(lambda: stage.state == "downloaded")


def test_a_file_dialog_that_is_cancelled_takes_nothing(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *arguments: ("", ""))
    stage.choose(BETTER)
    stage.click(Action.TAKE_FILE)
    assert stage.offered()[0] is Action.DOWNLOAD


def type_name(stage: Stage, name: str) -> None:
    stage.page.name_line.setFocus()
    stage.qtbot.keyClicks(stage.page.name_line, name)
    stage.qtbot.keyClick(stage.page.name_line, Qt.Key.Key_Return)


def test_another_open_clip_model_is_named_by_hand_with_a_word_on_its_licence(stage: Stage) -> None:
    type_name(stage, "MobileCLIP2-S0/dfndr2b")
    assert stage.page.chosen.entry.name == "MobileCLIP2-S0/dfndr2b"
    assert "research only" in stage.page.details.words
    assert Action.DOWNLOAD in stage.offered()
    stage.page.refresh()
    stage.wait_for(lambda: stage.page._looking is None)
    assert stage.page.chosen.entry.name == "MobileCLIP2-S0/dfndr2b"


def test_a_name_that_means_nothing_is_answered_by_the_ways_to_name_a_model(stage: Stage) -> None:
    type_name(stage, "nonsense")
    assert "There is no model “nonsense”" in stage.problems.words
    assert "hf-hub:NAME" in stage.problems.words
    assert stage.page.name_line.text() == "nonsense"


def test_enter_on_a_model_does_what_is_most_likely_wanted(stage: Stage) -> None:
    stage.choose(BETTER)
    stage.page.list.itemActivated.emit(stage.page.list.currentItem(), 0)
    assert stage.state.startswith("downloading")


def test_a_page_that_is_hidden_asks_nothing(stage: Stage) -> None:
    stage.page.hide()
    assert not stage.page._refresh_timer.isActive()
    stage.page.show()
    assert stage.page._refresh_timer.isActive()


def test_the_pace_of_a_download_is_said_once_it_is_known() -> None:
    now_s = 0.0
    pace = DownloadPace(lambda: now_s)
    pace.hear(Progress(Phase.DOWNLOADING, 0, 100_000_000))
    assert "/s" not in pace.words
    now_s = 5.0
    pace.hear(Progress(Phase.DOWNLOADING, 20_000_000, 100_000_000))
    assert pace.words == "20 MB of 100 MB  ·  4.0 MB/s  ·  20 s left"
    assert pace.percent == 20
    pace.hear(Progress(Phase.DOWNLOADING, 100_000_000, 100_000_000))
    assert "being checked" in pace.words


def test_a_download_of_unknown_length_says_what_is_there() -> None:
    pace = DownloadPace(time.monotonic)
    pace.hear(Progress(Phase.DOWNLOADING, 3_000_000, None))
    assert pace.words == "3.0 MB"
    assert pace.percent is None


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (0, "0 KB"),
        (12_300, "12 KB"),
        (4e6, "4.0 MB"),
        (605_155_332, "605 MB"),
        (999_600_000, "1.0 GB"),
        (4.5e9, "4.5 GB"),
    ],
)
def test_sizes_are_said_as_shops_do(size: float, words: str) -> None:
    assert size_in_words(size) == words


def test_the_dialog_hands_on_changes_and_is_only_hidden_by_escape(stage: Stage) -> None:
    dialog = ModelsDialog(stage.library, stage.jobs)
    stage.qtbot.addWidget(dialog)
    heard: list[object] = []
    dialog.change_wanted.connect(lambda change, on_done: heard.append(change))
    dialog.show()
    stage.wait_for(lambda: dialog.page.chosen is not None)
    stage.qtbot.keyClicks(dialog.page.name_line, "nonsense")
    stage.qtbot.keyClick(dialog.page.name_line, Qt.Key.Key_Return)
    assert dialog.isVisible()
    assert "nonsense" in dialog.problems.words
    dialog.page._change(print)
    assert heard
    stage.qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()
    dialog.show()
    assert dialog.page.chosen is not None
    dialog.hide()


@pytest.mark.parametrize("stage", [Edition.STANDARD], indirect=True)
def test_the_standard_edition_says_what_the_full_one_adds_and_offers_nothing_it_cannot_do(stage: Stage) -> None:
    assert stage.page.edition_note.isVisible()
    assert "full edition" in stage.page.edition_note.text()
    assert not stage.page.name_line.isVisible()
    stage.choose(BETTER)
    assert stage.state == "needs the full edition"
    assert "needs the full edition" in stage.page.details.words
    assert stage.offered() == []
    stage.choose(STARTER)
    assert stage.offered() == [Action.TRY]


def test_the_full_edition_says_nothing_of_editions(stage: Stage) -> None:
    assert not stage.page.edition_note.isVisible()
    assert stage.page.name_line.isVisible()
