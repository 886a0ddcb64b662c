"""Buttons as they all look, with a name for those who do not see them."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QPushButton, QToolButton

from photo_clip.gui import icons, theme
from photo_clip.gui.plain import plain_tip
from photo_clip.gui.theme import Colours


class IconButton(QToolButton):
    """A small flat button that shows a sign, and says its name to screen readers and as a tip."""

    def __init__(
        self, sign: str, name: str, clicked: Callable[[], object] | None = None, *, colours: Colours | None = None
    ) -> None:
        """`colours` are those of a page that is dark, or light, whatever the system says."""
        super().__init__()
        self._sign = sign
        self._colours = colours
        self._drawn = ("", "")
        """The sign and its colour: the system tells of a new palette many times when a window is made."""
        self.setAutoRaise(True)
        self.setIconSize(QSize(icons.SIDE_PX, icons.SIDE_PX))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.rename(name)
        self._draw()
        if clicked is not None:
            self.clicked.connect(lambda _checked: clicked())

    def rename(self, name: str, *, sign: str | None = None) -> None:
        """Do something else from now on, and say so."""
        self.setToolTip(plain_tip(name))
        self.setAccessibleName(name)
        if sign is not None:
            self._sign = sign
            self._draw()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802
        if event.type() is QEvent.Type.PaletteChange:
            self._draw()
        super().changeEvent(event)

    def _draw(self) -> None:
        colours = theme.colours() if self._colours is None else self._colours
        wanted = self._sign, colours.text
        if wanted != self._drawn:
            self._drawn = wanted
            self.setIcon(icons.icon(self._sign, QColor(colours.text)))


def push_button(text: str, clicked: Callable[[], object], *, primary: bool = False, flat: bool = False) -> QPushButton:
    """Return a button with words; the primary one of a page stands out, a flat one keeps back."""
    button = QPushButton(text)
    button.setProperty("primary", primary)
    button.setProperty("flat", flat)
    button.setCursor(Qt.CursorShape.PointingHandCursor)
    button.clicked.connect(lambda _checked: clicked())
    return button
