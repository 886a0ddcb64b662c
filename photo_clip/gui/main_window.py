"""The window: what stands where, and who hears whom."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QModelIndex, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QMainWindow, QMenu, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from photo_clip import APP_NAME
from photo_clip.core.errors import PhotoClipError, StoreError
from photo_clip.core.formats import is_photo_name
from photo_clip.core.labels import Label
from photo_clip.core.photo import Folder, Photo, SavedSearch
from photo_clip.core.ports import FolderWatcher
from photo_clip.core.query import Condition, Description, Query
from photo_clip.core.settings import Settings
from photo_clip.core.stores import Catalog
from photo_clip.core.tags import Undone
from photo_clip.core.there import is_file
from photo_clip.gui.activity_bar import ActivityBar
from photo_clip.gui.answering import Answer
from photo_clip.gui.browser import Browser
from photo_clip.gui.closed_page import ClosedPage
from photo_clip.gui.dialogs import Dialogs
from photo_clip.gui.drop_veil import DropVeil
from photo_clip.gui.folder_panel import FolderPanel
from photo_clip.gui.index_keeper import IndexKeeper
from photo_clip.gui.jobs import Jobs, Lane
from photo_clip.gui.labels_page import LabelsPage
from photo_clip.gui.news import News
from photo_clip.gui.photo_actions import PhotoActions
from photo_clip.gui.photo_grid import PhotoGrid
from photo_clip.gui.photo_intake import MOST_PHOTOS, PhotoIntake
from photo_clip.gui.photo_list_model import PhotoListModel, Role
from photo_clip.gui.photo_viewer import PhotoViewer
from photo_clip.gui.problems import ProblemBar
from photo_clip.gui.review_deck import ReviewDeck
from photo_clip.gui.search_counts import SearchCounts
from photo_clip.gui.search_view import SearchView
from photo_clip.gui.thumbnail_loader import ThumbnailLoader
from photo_clip.gui.why_panel import WhyPanel, where_in
from photo_clip.gui.window_commands import add_window_commands
from photo_clip.gui.window_place import WindowPlace
from photo_clip.services.library import Library, LibraryStatus
from photo_clip.services.saved_searches import keep_search, rename_search

_WARMED_UP_AFTER_MS = 700
"""The first photos are shown by then: as long as a model is being loaded, the window's thread waits for Python."""


@dataclass(frozen=True, slots=True)
class OpenedLibrary:
    """What is ready once the library is open."""

    library: Library
    watcher: FolderWatcher
    crash: str = ""
    """Where the program was when it crashed, if it did the last time."""


class MainWindow(QMainWindow):
    """Is shown at once; comes to life when the library was opened, beside it."""

    library_opened = Signal()

    def __init__(
        self,
        open_library: Callable[[], OpenedLibrary],
        settings: Settings,
        save_settings: Callable[[Settings], None],
    ) -> None:
        """`open_library` and `save_settings` are called in the background; the former may raise PhotoClipError."""
        super().__init__()
        self.setWindowTitle(APP_NAME)
        self.setMinimumSize(760, 520)
        self._open_library = open_library
        self._to_close: list[OpenedLibrary] = []
        """What was opened, even if the window was closed before it heard of it."""
        self._opened: OpenedLibrary | None = None
        self._index_trouble: StoreError | None = None
        """What was last said of the search index."""
        self._leaves_out = False
        """Whether something of the folders is left out."""
        self._to_show: list[Path] = []
        """What was asked for before the library was open."""
        self._warming_up = QTimer(self, singleShot=True, interval=_WARMED_UP_AFTER_MS)
        self._warming_up.timeout.connect(self._warm_up)
        self._jobs = Jobs(self)
        self.problems = ProblemBar()
        self._news = News(self.problems)
        self._thumbnails = ThumbnailLoader(self._jobs, parent=self)
        self.photos = PhotoListModel(self._thumbnails, self)
        self.grid = PhotoGrid(self.photos, self._thumbnails)
        self.search_view = SearchView(self._jobs)
        self.folder_panel = FolderPanel()
        self._counts = SearchCounts(self._jobs, self.folder_panel.searches)
        self.activity = ActivityBar()
        self.viewer = PhotoViewer(self.photos, self._thumbnails, self._jobs)
        self.keeper = IndexKeeper(self._jobs, self)
        self.photo_actions = PhotoActions(self._jobs, self._chosen_ids, self._current_photo, self)
        self.dialogs = Dialogs(self, self._jobs, settings, save_settings)
        self._menu = QMenu(self)
        self.browser = Browser(self.search_view, self.grid, self._menu)
        self.first_run = self.browser.first_run
        self.why = WhyPanel(self._jobs)
        self.labels = LabelsPage(self._jobs)
        self.deck = ReviewDeck(self._jobs)
        self._closed_page = ClosedPage()
        self._pages = QStackedWidget()
        self._splitter = QSplitter(Qt.Orientation.Horizontal)
        self._arrange()
        self._place = WindowPlace(self, self._splitter, self.browser.size_slider)
        self.intake = PhotoIntake(self._jobs, self)
        self._veil = DropVeil(self, self.search_view.line, self.intake.take)
        self._connect()
        add_window_commands(self, self._menu)
        self._place.restore()
        self._set_usable(False)
        self._open()

    # what stands where

    def _arrange(self) -> None:
        self._splitter.addWidget(self.folder_panel)
        self._splitter.addWidget(self.browser)
        self._splitter.addWidget(self.why)
        self._splitter.setStretchFactor(1, 1)
        self._splitter.setSizes([220, 960, 260])
        self._splitter.setHandleWidth(1)
        self._splitter.setChildrenCollapsible(False)
        self.folder_panel.hide()
        for page in (self._splitter, self.viewer, self._closed_page, self.labels, self.deck):
            self._pages.addWidget(page)
        whole = QWidget()
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        margin = QVBoxLayout()
        margin.setContentsMargins(12, 0, 12, 0)
        margin.addWidget(self.problems)
        column.addLayout(margin)
        column.addWidget(self._pages, 1)
        column.addWidget(self.activity)
        self.setCentralWidget(whole)

    def _connect(self) -> None:
        trouble, actions, dialogs = self.problems.show_problem, self.photo_actions, self.dialogs
        self._jobs.failed_unheard.connect(trouble)
        self.search_view.answered.connect(self._show_answer)
        self.search_view.failed.connect(trouble)
        self.grid.opened.connect(self._show_photo)
        self.grid.chosen_changed.connect(self._hear_of_choice)
        self.grid.drag_wanted.connect(lambda: actions.drag(self.grid, self.grid.thumbnail))
        self.grid.customContextMenuRequested.connect(self._show_grid_menu)
        self.viewer.closed.connect(self._show_grid)
        self.browser.veil_toggled.connect(self.viewer.veil_sensitive)
        self.browser.veil_toggled.connect(self._veil_why)
        self.viewer.row_shown.connect(self.grid.go_to)
        self.viewer.row_shown.connect(lambda _row: actions.hear_of_choice())
        self.viewer.similar_wanted.connect(actions.find_similar)
        self.viewer.reveal_wanted.connect(actions.reveal_current)
        self.viewer.canvas.drag_wanted.connect(lambda: actions.drag(self.viewer, self.viewer.thumbnail))
        self.viewer.menu_wanted.connect(lambda place: actions.show_menu(self.viewer, place))
        actions.told.connect(self._say)
        actions.similar_wanted.connect(self._show_similar)
        actions.within_wanted.connect(self.search_view.search_within)
        actions.why_wanted.connect(self.show_why)
        self.photos.dataChanged.connect(self._hear_of_loaded)
        actions.marked.connect(self._renew)
        self._thumbnails.outdated.connect(actions.hear_of_choice)
        self.labels.closed.connect(self._show_grid)
        self.labels.failed.connect(trouble)
        self.labels.told.connect(self.search_view.say)
        for page in (self.labels, self.deck):
            page.changed.connect(self._hear_of_tags)
        self.labels.review_wanted.connect(self._review)
        self.labels.photos_wanted.connect(self._show_tagged)
        self.deck.closed.connect(self.show_labels)
        self.deck.failed.connect(trouble)
        self.intake.taken.connect(self._show_like)
        self.search_view.save_wanted.connect(self._keep_search)
        searches = self.folder_panel.searches
        searches.asked.connect(self.search_view.ask_text)
        searches.forget_wanted.connect(
            lambda name: self._change_searches(lambda known: known.marks.forget_search(name))
        )
        searches.rename_wanted.connect(self._rename_search)
        self.folder_panel.photos_wanted.connect(self._show_folder)
        actions.large_wanted.connect(lambda: self._show_photo(self.grid.currentIndex().row()))
        self._veil.dropped.connect(self.keeper.add_folders)
        dialogs.folder_chosen.connect(lambda chosen: self.keeper.add_folders([Path(chosen)]))
        dialogs.try_again_wanted.connect(self.keeper.try_skipped_again)
        dialogs.reveal_wanted.connect(actions.reveal)
        dialogs.tags_changed.connect(self._tell_of_tags)
        dialogs.tags_failed.connect(self._tell_of_tag_trouble)
        self.search_view.line.textChanged.connect(self._typing_begins)
        dialogs.told.connect(self._say)
        actions.tags_wanted.connect(self.tag)
        dialogs.files_went.connect(self.keeper.look)
        self.first_run.folder_wanted.connect(dialogs.choose_folder)
        self.folder_panel.add_wanted.connect(dialogs.choose_folder)
        self.folder_panel.remove_wanted.connect(self.keeper.remove_folder)
        self.folder_panel.small_things_wanted.connect(self.keeper.look_for_small_things)
        self.folder_panel.losses_accepted.connect(self.keeper.accept_losses)
        self.folder_panel.reveal_wanted.connect(actions.reveal)
        self.activity.pause_wanted.connect(lambda paused: self.keeper.pause() if paused else self.keeper.resume())
        self.activity.skipped_wanted.connect(dialogs.show_skipped)
        self.keeper.progressed.connect(self.activity.show_progress)
        self.keeper.paused_changed.connect(self.activity.show_paused)
        self.keeper.folders_known.connect(self._show_folders)
        self.keeper.folders_changed.connect(self._refresh_status)
        self.keeper.folders_added.connect(lambda added: self._news.tell_of_added(added, self.keeper.is_paused))
        self.keeper.finished.connect(lambda _report: self._refresh_status())
        self.keeper.photos_arrived.connect(self._refresh)
        self.keeper.photos_changed.connect(self._thumbnails.renew)
        self.keeper.went_offline.connect(self._news.tell_of_offline)
        self.keeper.noticed.connect(self.problems.tell)
        self.keeper.failed.connect(self._tell_of_failure)
        self._closed_page.try_again_wanted.connect(self._try_again)
        self._closed_page.quit_wanted.connect(self.close)
        self.dialogs.change_wanted.connect(self.keeper.interrupt)

    # the library comes and goes

    def _open(self) -> None:
        def open_library() -> OpenedLibrary:
            opened = self._open_library()
            self._to_close.append(opened)
            return opened

        self._jobs.start(Lane.INDEX, open_library, on_done=self._use, on_failed=self._stay_closed)

    def _set_usable(self, usable: bool) -> None:
        """Let people use what needs an open library, or not."""
        for part in (self.browser, self.folder_panel):
            part.setEnabled(usable)

    def _use(self, opened: OpenedLibrary) -> None:
        self._opened = opened
        library = opened.library
        self._thumbnails.use(library)
        self.viewer.use(library.reader, lambda photo: where_in(library, self.search_view.question.text, photo))
        self.photo_actions.use(library.catalog, library.sidecars.follow)
        self.intake.use(library.pasted)
        self.why.use(library)
        self.labels.use(library)
        self.deck.use(library)
        self._change_searches(lambda _: None)
        self._counts.use(library)
        self.dialogs.use(library)
        self._veil.open()
        self.search_view.use(library)
        self._set_usable(True)
        self.activity.say("Getting ready …")  # counting waits for the model, when it is new
        self.search_view.line.setFocus()
        self.search_view.search()
        self._warming_up.start()
        self.keeper.use(library, opened.watcher)
        if opened.crash:
            self.problems.show_crash(opened.crash)
        self.library_opened.emit()
        self.show_paths(self._to_show)

    def _warm_up(self) -> None:
        self._warming_up.stop()
        if self._opened is not None:
            self._jobs.start(Lane.SEARCH, self._opened.library.searcher.warm_up)

    def _typing_begins(self) -> None:
        if self._warming_up.isActive():
            self._warm_up()

    def show_paths(self, paths: Sequence[Path]) -> None:
        """Add folders, and find what looks like photos, that the system asks to be opened; wait for the library."""
        if self._opened is None:
            self._to_show = list(paths)
            return
        photos = [path for path in paths if is_photo_name(path.name) and is_file(path)]
        others = [path for path in paths if path not in photos]
        if others:
            self.keeper.add_folders(others)
        if photos:
            self._show_like([photo.absolute() for photo in photos[:MOST_PHOTOS]])

    def come_forward(self) -> None:
        """Be the window that people see."""
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.raise_()
        self.activateWindow()

    def _stay_closed(self, error: Exception) -> None:
        if not isinstance(error, PhotoClipError):
            self.problems.show_problem(error)
        self._closed_page.show_problem(error)
        self._pages.setCurrentWidget(self._closed_page)
        self.activity.hide()

    def _try_again(self) -> None:
        self._pages.setCurrentWidget(self._splitter)
        self.activity.show()
        self._open()

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802
        self._place.save()
        self.hide()  # nobody need watch the step under way come to its end
        self.keeper.close()
        self._jobs.cancel_all()
        if self._opened is not None:
            library = self._opened.library
            for each in (library.folders, library.reader, library.models):
                each.close()  # a drive, or a photo that is being read or embedded, would be waited for
            self._opened = None
        has_ended = self._jobs.close()
        while self._to_close:
            opened = self._to_close.pop()
            if has_ended:
                opened.watcher.close()
                opened.library.close()
            else:
                opened.library.leave()
        super().closeEvent(event)

    # what is shown

    def _refresh(self) -> None:
        self.search_view.refresh()
        self._counts.refresh()
        self._refresh_status()

    def _refresh_status(self) -> None:
        if self._opened is not None:
            self._jobs.start(Lane.SEARCH, self._opened.library.status, on_done=self._show_status)

    def _show_status(self, status: LibraryStatus) -> None:
        self._index_trouble = status.index_trouble
        self._leaves_out = status.leaves_out
        self.dialogs.name_model(status.model)
        self._show_folders(status.folders, status.photos_in, status.tiled)
        self._show_what_is_empty(bool(self.search_view.question.text))
        if self.keeper.is_idle:
            self.activity.show_rest(status.counts, status.index_trouble)
        else:
            self.activity.show_skipped(status.counts.skipped)

    def _show_what_is_empty(self, is_asked: bool) -> None:
        self.grid.show_when_empty(
            "Nothing to show for this search."
            if is_asked
            else "The first photos appear in a moment."
            if not self.keeper.is_idle
            else "No photos were found in these folders, apart from what you leave out."
            if self._leaves_out
            else "No photos were found in these folders."
        )

    def _show_folders(
        self, folders: list[Folder], photos_in: dict[int, int] | None = None, tiled: frozenset[int] | None = None
    ) -> None:
        self.folder_panel.show_folders(folders, photos_in, tiled)
        self.folder_panel.setVisible(bool(folders))
        if self.browser.is_first_run is bool(folders):
            self.browser.show_first_run(not folders)

    def _show_answer(self, answer: Answer, is_new: bool) -> None:
        self._show_what_is_empty(bool(answer.question.text))
        if is_new:
            self._follow_why()
        self.browser.show_scale(answer.cosines is not None)
        self.grid.show_photos(
            answer.photo_ids,
            answer.cosines,
            sections=answer.sections,
            stacks=answer.stacks,
            by_part=answer.parts,
            same_question=not is_new,
        )
        if self._opened is not None and self._opened.library.neighbours.index_trouble is not self._index_trouble:
            self._refresh_status()

    def _show_photo(self, row: int) -> None:
        if not 0 <= row < self.photos.rowCount():
            return
        self._pages.setCurrentWidget(self.viewer)
        self.activity.hide()
        self.viewer.setFocus()
        self.viewer.show_row(row)

    def _show_grid(self) -> None:
        if self._is_viewing:  # the photo may have left, and the grid has none in its place
            self.grid.go_to(min(self.viewer.row, self.photos.rowCount() - 1))
        self.viewer.leave()
        self.activity.show()
        self._pages.setCurrentWidget(self._splitter)
        self.grid.setFocus()
        self.photo_actions.hear_of_choice()
        self._follow_why()

    def _uncover_grid(self) -> None:
        """Leave the page that hides the photos and the search line, if one does."""
        if self._pages.currentWidget() in (self.viewer, self.labels, self.deck):
            self._show_grid()

    @property
    def _is_viewing(self) -> bool:
        return self._pages.currentWidget() is self.viewer

    # what is told

    def _say(self, sentence: str) -> None:
        (self.viewer if self._is_viewing else self.search_view).say(sentence)

    def _tell_of_failure(self, error: Exception) -> None:
        self.problems.show_problem(error)
        self._refresh_status()

    # what people do with photos

    def _chosen_ids(self) -> NDArray[np.int64]:
        if self._is_viewing:
            photo = self.viewer.photo
            return np.array([] if photo is None else [photo.id], dtype=np.int64)
        return self.grid.chosen_ids()

    def _current_photo(self) -> Photo | None:
        photo = self.viewer.photo if self._is_viewing else self.grid.currentIndex().data(Role.PHOTO)
        return photo if isinstance(photo, Photo) else None

    def _hear_of_choice(self) -> None:
        self.search_view.show_chosen(len(self.grid.chosen_ids()))
        self.photo_actions.hear_of_choice()
        self._follow_why()

    def _show_grid_menu(self, place: QPoint) -> None:
        self.photo_actions.show_menu(self.grid, self.grid.viewport().mapToGlobal(place))

    def _show_similar(self, photos: list[Photo]) -> None:
        self._uncover_grid()
        self.search_view.show_similar(photos)

    def unfold(self) -> None:
        """Show the photos that the current one stands for."""
        photo = self._current_photo()
        if photo is not None:
            self.search_view.unfold(photo.id)

    def tag(self) -> None:
        """Let the tags of the chosen photos be edited."""
        self.dialogs.show_tags(self._chosen_ids().tolist())

    def undo(self) -> None:
        """Take back the tags, stars or hearts that were given or taken away last."""
        if self._opened is not None:
            self._jobs.start(
                Lane.DECISIONS,
                self._opened.library.tagger.undo,
                on_done=self._tell_of_undone,
                on_failed=self._tell_of_tag_trouble,
            )

    def _tell_of_undone(self, undone: Undone | None) -> None:
        self._tell_of_tags("Nothing is left to take back" if undone is None else undone.told)

    def _tell_of_tags(self, sentence: str) -> None:
        self._say(sentence)
        self._hear_of_tags()
        self._follow_why()

    def _tell_of_tag_trouble(self, error: Exception) -> None:
        self.problems.show_problem(error)
        self._renew()  # where a sidecar alone was missed, the change is stored
        self._follow_why()

    def _hear_of_tags(self) -> None:
        self._renew()
        if self._opened is not None:
            self._jobs.start(Lane.DECISIONS, self._opened.library.sidecars.is_hint_due, on_done=self._tell_of_sidecars)

    def _renew(self) -> None:
        """Show what changed of photos, and which of them answer now."""
        self._thumbnails.renew()
        self.search_view.refresh()
        self._counts.refresh()

    def _tell_of_sidecars(self, is_due: bool) -> None:
        if is_due:
            self._news.tell_of_sidecars()

    def show_labels(self) -> None:
        """Show the label lists and what they suggest."""
        if self._opened is not None:
            self.viewer.leave()
            self._pages.setCurrentWidget(self.labels)
            self.labels.open()

    def _review(self, label: Label) -> None:
        self._pages.setCurrentWidget(self.deck)
        self.deck.begin(label)

    def _show_tagged(self, name: str) -> None:
        self._show_grid()
        self.search_view.ask(Query((), ((Condition("label", name),),)))

    def show_why(self) -> None:
        """Say why the current photo was found, or stop saying so."""
        self._uncover_grid()
        self.why.setVisible(self.why.isHidden())
        self._follow_why()

    def _follow_why(self) -> None:
        if self.why.isVisible():
            self.why.show_photo(self.search_view.question.text, self._current_photo())

    def _veil_why(self, veiled: bool) -> None:
        self.why.veil_sensitive(veiled)
        self._follow_why()

    def _hear_of_loaded(self, first: QModelIndex, last: QModelIndex) -> None:
        if self.why.waits and first.row() <= self.grid.currentIndex().row() <= last.row():
            self._follow_why()

    def _show_like(self, paths: list[Path]) -> None:
        self._uncover_grid()
        self.search_view.ask(Query(tuple(Description(photo=str(path)) for path in paths)))

    def _show_folder(self, folder: Folder) -> None:
        self.search_view.ask(Query((), ((Condition("folder", f"{folder.path}{os.sep}"),),)))

    def _keep_search(self, text: str) -> None:
        self._change_searches(lambda known: keep_search(known.marks, text), "Kept in the list at the left")

    def _rename_search(self, search: SavedSearch, name: str) -> None:
        self._change_searches(lambda known: rename_search(known.marks, search, name))

    def _change_searches(self, change: Callable[[Catalog], object], told: str = "") -> None:
        if self._opened is None:
            return
        catalog, searches = self._opened.library.catalog, self.folder_panel.searches

        def changed() -> list[SavedSearch]:
            change(catalog)
            return catalog.marks.saved_searches()

        def show(known: list[SavedSearch]) -> None:
            searches.show_searches(known)
            if told:
                self.search_view.say(told)

        def fail(error: Exception) -> None:
            searches.show_searches(searches.shown)  # a name may be written over
            self.problems.show_problem(error)

        self._jobs.start(Lane.SEARCH, changed, on_done=show, on_failed=fail)

    def go_to_search(self) -> None:
        """Let the search line be typed into."""
        self._uncover_grid()
        self.search_view.line.setFocus()
        self.search_view.line.selectAll()

    def zoom(self, steps: int) -> None:
        """Show the photo or the thumbnails larger, or smaller where `steps` is below 0."""
        if self._is_viewing:
            self.viewer.canvas.zoom(steps)
        else:
            self.grid.zoom(steps)

    def toggle_full_screen(self) -> None:
        """Fill the screen, or stop doing so."""
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)
