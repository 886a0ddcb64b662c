"""The page with the search line and the photos, or with the words for those who have none yet."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QMenu, QSlider, QStackedWidget, QToolButton, QVBoxLayout, QWidget

from photo_clip.gui.arrange_menu import ArrangeMenu
from photo_clip.gui.buttons import IconButton
from photo_clip.gui.commands import key_name
from photo_clip.gui.first_run import FirstRunPage
from photo_clip.gui.photo_grid import LARGEST_PX, SMALLEST_PX, USUAL_PX, PhotoGrid
from photo_clip.gui.plain import plain_tip
from photo_clip.gui.search_view import SearchView


class Browser(QWidget):
    """Puts the search line, a few tools, and the grid in their places."""

    veil_toggled = Signal(bool)
    """Whether sensitive photos are to be veiled."""

    def __init__(self, search_view: SearchView, grid: PhotoGrid, menu: QMenu, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("browser")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.first_run = FirstRunPage()
        self._search_view = search_view
        self._grid = grid
        self.cosines = IconButton("cosine", "Show how well each photo fits: the cosine of its embedding with the words")
        self.cosines.setCheckable(True)
        self.cosines.toggled.connect(grid.show_cosines)
        self.arrange = IconButton("arrange", "Sort and group the photos, show their tags")
        looks = ArrangeMenu(search_view.arrange, self.arrange)
        looks.tags.toggled.connect(grid.show_tags)
        looks.veil.toggled.connect(grid.veil_sensitive)
        looks.veil.toggled.connect(self.veil_toggled)
        self.arrange.setMenu(looks)
        self.arrange.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.size_slider = QSlider(Qt.Orientation.Horizontal)
        self.size_slider.setRange(SMALLEST_PX, LARGEST_PX)
        self.size_slider.setSingleStep(10)
        self.size_slider.setPageStep(40)
        self.size_slider.setValue(USUAL_PX)
        self.size_slider.setFixedWidth(110)
        self.size_slider.setAccessibleName("Size of the thumbnails")
        self.size_slider.setToolTip(plain_tip(f"Size of the thumbnails ({key_name('Ctrl+0').replace('0', 'wheel')})"))
        self.size_slider.valueChanged.connect(grid.set_side)
        grid.zoomed.connect(self.size_slider.setValue)
        self.menu_button = IconButton("menu", "Menu")
        self.menu_button.setMenu(menu)
        self.menu_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._pages = QStackedWidget()
        self._pages.addWidget(grid)
        self._pages.addWidget(self.first_run)
        self._arrange()

    def _arrange(self) -> None:
        tools = self._search_view.top
        for tool in (self.arrange, self.cosines, self.size_slider, self.menu_button):
            tools.addWidget(tool)
        top = QVBoxLayout()
        top.setContentsMargins(16, 14, 16, 0)
        top.addWidget(self._search_view)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addLayout(top)
        column.addWidget(self._pages, 1)

    def show_first_run(self, first: bool) -> None:
        """Show what to do first, or the photos."""
        self._pages.setCurrentWidget(self.first_run if first else self._grid)
        self._search_view.line.setEnabled(not first)
        for tool in (self.arrange, self.cosines, self.size_slider):
            tool.setVisible(not first)
        if first:
            self.first_run.choose_button.setFocus()

    @property
    def is_first_run(self) -> bool:
        """Whether what to do first is shown."""
        return self._pages.currentWidget() is self.first_run

    def show_scale(self, has_cosines: bool) -> None:
        """Let the cosines be shown where there are any."""
        self.cosines.setEnabled(has_cosines)
