"""The window's dialogs, each opened with what it shows, fetched in the background where that may take a while."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from photo_clip.core.amounts import photos_in_words
from photo_clip.core.left_out import LeftOut
from photo_clip.core.photo import Photo
from photo_clip.core.settings import Settings
from photo_clip.gui.about_box import AboutBox
from photo_clip.gui.confirming import ConfirmDialog
from photo_clip.gui.duplicates_dialog import DuplicatesDialog
from photo_clip.gui.help_overlay import HelpOverlay
from photo_clip.gui.jobs import Jobs, Lane
from photo_clip.gui.left_out_dialog import LeftOutDialog
from photo_clip.gui.models_dialog import ModelsDialog
from photo_clip.gui.settings_dialog import SettingsDialog
from photo_clip.gui.skipped_list import SkippedList
from photo_clip.gui.tag_dialog import TagDialog
from photo_clip.services.library import Library


class Dialogs(QObject):
    """Opens dialogs over a window; none of them blocks it for good."""

    folder_chosen = Signal(str)
    try_again_wanted = Signal()
    tags_changed = Signal(str)
    """A sentence on the tags that were given or taken away."""
    tags_failed = Signal(object)
    """An Exception; the tags may be stored all the same, where a sidecar alone was missed."""
    told = Signal(str)
    """A sentence on what was done."""
    files_went = Signal()
    """Photos were moved to the bin."""
    reveal_wanted = Signal(object)
    """A Path."""
    change_wanted = Signal(object, object)
    """Something that writes to the library, and who hears what it returned; for `IndexKeeper.interrupt`."""

    def __init__(
        self, window: QWidget, jobs: Jobs, settings: Settings, save_settings: Callable[[Settings], None]
    ) -> None:
        super().__init__(window)
        self._window = window
        self._jobs = jobs
        self._settings = settings
        self._save_settings = save_settings
        self._library: Library | None = None
        self._model = ""
        self._models: ModelsDialog | None = None

    def use(self, library: Library) -> None:
        """Show what this library holds from now on."""
        self._library = library

    def name_model(self, name: str) -> None:
        """Say in the about box that this model answers."""
        self._model = name

    def choose_folder(self) -> None:
        """Ask for a folder to be added."""
        if self._library is not None:
            chosen = QFileDialog.getExistingDirectory(self._window, "Choose a folder of photos")
            if chosen:
                self.folder_chosen.emit(chosen)

    def show_skipped(self) -> None:
        """Show which photos could not be used."""
        if self._library is not None:
            self._jobs.start(Lane.SEARCH, self._library.catalog.skipped_photos, on_done=self._open_skipped)

    def show_left_out(self) -> None:
        """Show what is left out of the watched folders, and change it."""
        if self._library is not None:
            self._jobs.start(Lane.SEARCH, self._library.folders.kept_left_out, on_done=self._open_left_out)

    def forget_missing(self) -> None:
        """Ask whether photos whose files are gone are to be forgotten."""
        if self._library is not None:
            self._jobs.start(Lane.SEARCH, self._library.folders.missing, on_done=self._ask_to_forget)

    def _open_left_out(self, left_out: LeftOut | None) -> None:
        """Let people edit it; or say it anew where it is damaged, which was told as the folders were looked at."""
        if self._library is not None:
            leave_out = self._library.folders.leave_out
            dialog = LeftOutDialog(left_out.patterns if left_out else (), self._window)
            dialog.changed.connect(lambda wanted: self.change_wanted.emit(lambda: leave_out(wanted), None))
            dialog.open()

    def _ask_to_forget(self, missing: list[int]) -> None:
        if self._library is None:
            return
        count, forget = len(missing), self._library.forget_missing
        if not count:
            self.told.emit("No photo is missing")
            return
        ConfirmDialog(
            f"Forget {photos_in_words(count)} whose files are gone?",
            "They were deleted or moved out of the watched folders. What you decided about them is forgotten for good."
            " Photos on drives that are away stay, and no file is touched.",
            "Forget",
            lambda: self.change_wanted.emit(forget, lambda gone: self.told.emit(f"Forgotten: {photos_in_words(gone)}")),
            self._window,
        ).open()

    def show_models(self) -> None:
        """Show the models; downloads go on while it is hidden."""
        if self._library is not None and self._models is None:
            self._models = ModelsDialog(self._library, self._jobs, self._window)
            self._models.change_wanted.connect(self.change_wanted)
        if self._models is not None:
            self._models.show()
            self._models.raise_()

    def show_tags(self, photo_ids: Sequence[int]) -> None:
        """Give tags to photos, or take them away."""
        if self._library is not None and len(photo_ids):
            dialog = TagDialog(self._library, self._jobs, photo_ids, self._window)
            dialog.decided.connect(lambda wanted: self._tag(photo_ids, wanted))
            dialog.open()

    def _tag(self, photo_ids: Sequence[int], wanted: dict[str, bool]) -> None:
        if self._library is None:
            return
        decide = self._library.tagger.decide_all
        told = ", ".join(f"{'+' if accepted else '−'} {name}" for name, accepted in wanted.items())
        told = f"{told}: {photos_in_words(len(photo_ids))}"
        self._jobs.start(
            Lane.DECISIONS,
            decide,
            photo_ids,
            wanted,
            on_done=lambda _: self.tags_changed.emit(told),
            on_failed=self.tags_failed.emit,
        )

    def show_duplicates(self) -> None:
        """Look for copies and near-duplicates, and show them."""
        if self._library is not None:
            dialog = DuplicatesDialog(self._library, self._jobs, self._window)
            dialog.discarded.connect(self.files_went)
            dialog.open()

    def show_help(self) -> None:
        """Show what the keys do."""
        HelpOverlay(self._window).open()

    def show_about(self) -> None:
        """Show what the program is."""
        AboutBox(self._model, self._window).open()

    def show_settings(self) -> None:
        """Show the settings, and save those that were changed."""
        dialog = SettingsDialog(self._settings, self._window)
        dialog.changed.connect(self._change_settings)
        dialog.open()

    def _open_skipped(self, photos: list[Photo]) -> None:
        dialog = SkippedList(photos, self._window)
        dialog.try_again_wanted.connect(self.try_again_wanted)
        dialog.reveal_wanted.connect(self.reveal_wanted)
        dialog.open()

    def _change_settings(self, settings: Settings) -> None:
        self._settings = settings
        self._jobs.start(Lane.SEARCH, self._save_settings, settings)
