"""The window: what stands where, and who hears whom."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QByteArray, QPoint, QSettings, Qt
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QGuiApplication,
    QKeySequence,
    QShortcut,
)
from PySide6.QtWidgets import (
    QCheckBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QMainWindow,
    QMenu,
    QSlider,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from photo_clip import APP_NAME
from photo_clip.core.errors import PhotoClipError
from photo_clip.core.photo import Photo
from photo_clip.core.ports import FolderWatcher
from photo_clip.core.progress import Report
from photo_clip.core.settings import Settings
from photo_clip.gui.activity_bar import ActivityBar
from photo_clip.gui.buttons import push_button
from photo_clip.gui.first_run import FirstRunPage
from photo_clip.gui.folder_panel import FolderPanel
from photo_clip.gui.help_overlay import HelpOverlay
from photo_clip.gui.index_keeper import IndexKeeper
from photo_clip.gui.jobs import Jobs, Lane
from photo_clip.gui.photo_grid import LARGEST_PX, SMALLEST_PX, USUAL_PX, PhotoGrid
from photo_clip.gui.photo_list_model import PhotoListModel, files_of
from photo_clip.gui.photo_viewer import PhotoViewer
from photo_clip.gui.problems import ProblemBar
from photo_clip.gui.reveal import open_with_system, reveal
from photo_clip.gui.search_view import Answer, SearchView
from photo_clip.gui.settings_dialog import SettingsDialog
from photo_clip.gui.skipped_list import SkippedList
from photo_clip.gui.thumbnail_loader import ThumbnailLoader
from photo_clip.services.library import Library, LibraryStatus


@dataclass(frozen=True, slots=True)
class OpenedLibrary:
    """What is ready once the library is open."""

    library: Library
    watcher: FolderWatcher


class MainWindow(QMainWindow):
    """Is shown at once; comes to life when the library was opened, beside it."""

    def __init__(
        self,
        open_library: Callable[[], OpenedLibrary],
        settings: Settings,
        save_settings: Callable[[Settings], None],
    ) -> None:
        super().__init__()
        self.setWindowTitle(APP_NAME)
        self.setMinimumSize(720, 480)
        self.setAcceptDrops(True)
        self._open_library = open_library
        self._settings = settings
        self._save_settings = save_settings
        self._opened: OpenedLibrary | None = None
        self._jobs = Jobs(self)
        self.problems = ProblemBar()
        self._thumbnails = ThumbnailLoader(self._jobs, self)
        self.photos = PhotoListModel(self._thumbnails, self)
        self.grid = PhotoGrid(self.photos, self._thumbnails)
        self.search_view = SearchView(self._jobs)
        self.folder_panel = FolderPanel()
        self.activity = ActivityBar()
        self.first_run = FirstRunPage()
        self.viewer = PhotoViewer(self.photos, self._jobs)
        self.keeper = IndexKeeper(self._jobs, self)
        self._size = QSlider(Qt.Orientation.Horizontal)
        self._cosines = QCheckBox("Cosines")
        self._pages = QStackedWidget()
        self._inner = QStackedWidget()
        self._arrange()
        self._connect()
        self._add_shortcuts()
        self._restore_geometry()
        self._set_usable(False)
        self._jobs.start(Lane.INDEX, open_library, on_done=self._use, on_failed=self._stay_closed)

    # what stands where

    def _arrange(self) -> None:
        self._size.setRange(SMALLEST_PX, LARGEST_PX)
        self._size.setValue(USUAL_PX)
        self._size.setFixedWidth(140)
        self._size.setAccessibleName("Size of the thumbnails")
        self._size.setToolTip("Size of the thumbnails (Ctrl+wheel)")
        self._cosines.setToolTip("Write each photo's cosine similarity with the search on it")
        top = QHBoxLayout()
        top.setSpacing(16)
        top.addWidget(self.search_view, 1)
        tools = QHBoxLayout()
        tools.setSpacing(12)
        tools.addWidget(self._cosines)
        tools.addWidget(self._size)
        tools_column = QVBoxLayout()
        tools_column.setContentsMargins(0, 8, 0, 0)
        tools_column.addLayout(tools)
        tools_column.addStretch()
        top.addLayout(tools_column)
        browser = QWidget()
        column = QVBoxLayout(browser)
        column.setContentsMargins(16, 14, 16, 0)
        column.setSpacing(8)
        column.addLayout(top)
        self._inner.addWidget(self.grid)
        self._inner.addWidget(self.first_run)
        column.addWidget(self._inner, 1)
        self._splitter = QSplitter(Qt.Orientation.Horizontal)
        self._splitter.addWidget(self.folder_panel)
        self._splitter.addWidget(browser)
        self._splitter.setStretchFactor(1, 1)
        self._splitter.setSizes([210, 900])
        self._splitter.setHandleWidth(1)
        self._splitter.setChildrenCollapsible(False)
        self._pages.addWidget(self._splitter)
        self._pages.addWidget(self.viewer)
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
        self.search_view.answered.connect(self._show_answer)
        self.search_view.failed.connect(self.problems.show_problem)
        self.grid.opened.connect(self._show_photo)
        self.grid.customContextMenuRequested.connect(self._show_menu)
        self.grid.zoomed.connect(self._size.setValue)
        self._size.valueChanged.connect(self.grid.set_side)
        self._cosines.toggled.connect(self.grid.show_cosines)
        self.viewer.closed.connect(self._show_grid)
        self.viewer.row_shown.connect(self._follow_viewer)
        self.first_run.folder_wanted.connect(self._choose_folder)
        self.folder_panel.add_wanted.connect(self._choose_folder)
        self.folder_panel.remove_wanted.connect(self.keeper.remove_folder)
        self.folder_panel.losses_accepted.connect(lambda folder_id: self.keeper.look([folder_id], [folder_id]))
        self.activity.pause_wanted.connect(lambda paused: self.keeper.pause() if paused else self.keeper.resume())
        self.activity.skipped_wanted.connect(self._show_skipped)
        self.keeper.progressed.connect(self.activity.show_progress)
        self.keeper.paused_changed.connect(self.activity.show_paused)
        self.keeper.finished.connect(self._tell_of_run)
        self.keeper.folders_changed.connect(self._refresh_status)
        self.keeper.photos_arrived.connect(self.search_view.search)
        self.keeper.failed.connect(self._tell_of_failure)

    def _add_shortcuts(self) -> None:
        for keys, wanted in (
            (QKeySequence.StandardKey.Find, self._go_to_search),
            (QKeySequence("Ctrl+O"), self._choose_folder),
            (QKeySequence("Ctrl+R"), self._reveal),
            (QKeySequence("Ctrl+,"), self._show_settings),
            (QKeySequence("F1"), self._show_help),
            (QKeySequence("F11"), self._toggle_full_screen),
            (QKeySequence("Ctrl+Q"), self.close),
        ):
            QShortcut(keys, self).activated.connect(wanted)
        for key, wanted in (
            ("/", self._go_to_search),
            ("?", self._show_help),
            ("S", self._show_similar),
            ("Ctrl+C", self._copy),
            ("Esc", self._clear_search),
        ):
            # Letters are words in the search line, and commands in the grid.
            shortcut = QShortcut(QKeySequence(key), self.grid)
            shortcut.setContext(Qt.ShortcutContext.WidgetShortcut)
            shortcut.activated.connect(wanted)
        down = QShortcut(QKeySequence(Qt.Key.Key_Down), self.search_view.line)
        down.setContext(Qt.ShortcutContext.WidgetShortcut)
        down.activated.connect(self._go_to_grid)

    # the library comes and goes

    def _set_usable(self, enabled: bool) -> None:
        """Let people use what needs an open library, or not."""
        for part in (self.search_view, self.grid, self.folder_panel, self.first_run):
            part.setEnabled(enabled)

    def _use(self, opened: OpenedLibrary) -> None:
        self._opened = opened
        library = opened.library
        self._thumbnails.use(library.catalog, library.thumbnails)
        self.viewer.use(library.reader)
        self.search_view.use(library)
        self._set_usable(True)
        self.search_view.line.setFocus()
        self._refresh_status()
        self.search_view.search()
        self.keeper.use(library, opened.watcher)

    def _stay_closed(self, error: Exception) -> None:
        self.problems.show_problem(error)
        page = QWidget()
        sentence = QLabel(error.sentence if isinstance(error, PhotoClipError) else "The library could not be opened.")
        sentence.setWordWrap(True)
        sentence.setAlignment(Qt.AlignmentFlag.AlignCenter)
        buttons = QHBoxLayout()
        buttons.addStretch()
        buttons.addWidget(push_button("Try again", lambda: self._try_again(page), primary=True))
        buttons.addWidget(push_button("Quit", self.close))
        buttons.addStretch()
        column = QVBoxLayout(page)
        column.addStretch()
        column.addWidget(sentence)
        column.addLayout(buttons)
        column.addStretch()
        self._pages.addWidget(page)
        self._pages.setCurrentWidget(page)
        self.activity.hide()

    def _try_again(self, page: QWidget) -> None:
        self._pages.removeWidget(page)
        page.deleteLater()
        self._pages.setCurrentWidget(self._splitter)
        self.problems.hide()
        self.activity.show()
        self._jobs.start(Lane.INDEX, self._open_library, on_done=self._use, on_failed=self._stay_closed)

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802
        store = QSettings()
        store.setValue("geometry", self.saveGeometry())
        store.setValue("splitter", self._splitter.saveState())
        store.setValue("thumbnail_side_px", self._size.value())
        self.keeper.close()
        self._jobs.close()
        if self._opened is not None:
            self._opened.watcher.close()
            self._opened.library.close()
            self._opened = None
        super().closeEvent(event)

    def _restore_geometry(self) -> None:
        store = QSettings()
        self.resize(1180, 780)
        geometry, splitter = store.value("geometry"), store.value("splitter")
        if isinstance(geometry, QByteArray):
            self.restoreGeometry(geometry)
        if isinstance(splitter, QByteArray):
            self._splitter.restoreState(splitter)
        side = store.value("thumbnail_side_px")
        if isinstance(side, int | str) and str(side).isdigit():
            self._size.setValue(int(side))

    # what is shown

    def _refresh_status(self) -> None:
        if self._opened is not None:
            self._jobs.start(
                Lane.SEARCH,
                self._opened.library.status,
                on_done=self._show_status,
                on_failed=self.problems.show_problem,
            )

    def _show_status(self, status: LibraryStatus) -> None:
        self.folder_panel.show_folders(status.folders)
        self.folder_panel.setVisible(bool(status.folders))
        self._inner.setCurrentWidget(self.grid if status.folders else self.first_run)
        self.search_view.setEnabled(bool(status.folders))
        if self.keeper.is_idle:
            self.activity.show_rest(status.counts)
        else:
            self.activity.show_skipped(status.counts.skipped)

    def _show_answer(self, answer: Answer) -> None:
        self._cosines.setEnabled(answer.cosines is not None)
        self.photos.show(answer.photo_ids, answer.cosines)

    def _show_photo(self, row: int) -> None:
        self._pages.setCurrentWidget(self.viewer)
        self.viewer.setFocus()
        self.viewer.show_row(row)

    def _show_grid(self) -> None:
        self._pages.setCurrentWidget(self._splitter)
        self.grid.setFocus()

    def _follow_viewer(self, row: int) -> None:
        self.grid.setCurrentIndex(self.photos.index(row))

    def _tell_of_run(self, report: Report) -> None:
        if report.moved or report.changed or report.offline:
            self._thumbnails.forget()  # what is known of photos is not true any more
            self.grid.ask_again()
        for path, reason in report.offline.items():
            self.problems.tell(
                f"The folder “{path.name}” is offline: {reason}.",
                "Its photos can still be found. Connect its drive, and it goes on by itself.",
            )

    def _tell_of_failure(self, error: Exception) -> None:
        self.problems.show_problem(error)
        self._refresh_status()

    def _show_skipped(self) -> None:
        if self._opened is not None:
            self._jobs.start(
                Lane.SEARCH,
                self._opened.library.catalog.skipped_photos,
                on_done=self._open_skipped,
                on_failed=self.problems.show_problem,
            )

    def _open_skipped(self, photos: list[Photo]) -> None:
        dialog = SkippedList(photos, self)
        dialog.try_again_wanted.connect(self.keeper.try_skipped_again)
        dialog.open()

    def _show_help(self) -> None:
        HelpOverlay(self).open()

    def _show_settings(self) -> None:
        dialog = SettingsDialog(self._settings, self)
        dialog.changed.connect(self._change_settings)
        dialog.open()

    def _change_settings(self, settings: Settings) -> None:
        self._settings = settings
        self._jobs.start(Lane.SEARCH, self._save_settings, settings, on_failed=self.problems.show_problem)

    def _toggle_full_screen(self) -> None:
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    # what people want of photos

    def _chosen_photos(self) -> list[Photo]:
        if self._pages.currentWidget() is self.viewer:
            return [self.viewer.photo] if self.viewer.photo is not None else []
        return self.grid.selected_photos()

    def _show_menu(self, place: QPoint) -> None:
        photos = self._chosen_photos()
        if not photos:
            return
        menu = QMenu(self)
        menu.addAction("Show large\tEnter", lambda: self._show_photo(self.grid.currentIndex().row()))
        menu.addAction("Find similar photos\tS", self._show_similar)
        menu.addSeparator()
        menu.addAction("Open with the usual program", lambda: open_with_system(photos[0].path))
        menu.addAction("Show in the file manager\tCtrl+R", self._reveal)
        menu.addAction("Copy files\tCtrl+C", self._copy)
        menu.exec(self.grid.viewport().mapToGlobal(place))

    def _show_similar(self) -> None:
        photos = self._chosen_photos()
        if photos:
            self.search_view.show_similar(photos[0])

    def _reveal(self) -> None:
        photos = self._chosen_photos()
        if photos:
            reveal(photos[0].path)

    def _copy(self) -> None:
        photos = self._chosen_photos()
        if photos:
            QGuiApplication.clipboard().setMimeData(files_of(photos))

    def _go_to_search(self) -> None:
        self._pages.setCurrentWidget(self._splitter)
        self.search_view.line.setFocus()
        self.search_view.line.selectAll()

    def _go_to_grid(self) -> None:
        self.grid.setFocus()
        if not self.grid.currentIndex().isValid() and self.photos.rowCount():
            self.grid.setCurrentIndex(self.photos.index(0))

    def _clear_search(self) -> None:
        self.search_view.line.clear()
        self.search_view.line.setFocus()

    # folders come in

    def _choose_folder(self) -> None:
        if self._opened is None:
            return
        chosen = QFileDialog.getExistingDirectory(self, "Choose a folder of photos")
        if chosen:
            self._add_folders([Path(chosen)])

    def _add_folders(self, paths: list[Path]) -> None:
        self.problems.hide()
        self.keeper.add_folders(paths)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802
        from_here = event.source() is not None
        if self._opened is not None and not from_here and any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()
            self.first_run.show_drop(True)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:  # noqa: N802
        self.first_run.show_drop(False)
        super().dragLeaveEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802
        self.first_run.show_drop(False)
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        if paths:
            event.acceptProposedAction()
            self._add_folders(paths)
