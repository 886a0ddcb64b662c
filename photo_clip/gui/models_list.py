"""The models in a list, each with what helps to choose."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHeaderView, QTreeWidget, QTreeWidgetItem, QWidget

from photo_clip.core.models import ModelSource
from photo_clip.core.printable import printable
from photo_clip.gui.model_details import Known
from photo_clip.gui.plain import plain_tip

_TITLES = ("Model", "State", "Size", "Languages", "Licence", "Accuracy")
_ACCURACY = (
    "ImageNet: of 100 pictures, how many it puts under the right one of 1,000 names.\n"
    "COCO: for how many of 100 descriptions it finds the very photo first, among 5,000."
)
_SOURCE = Qt.ItemDataRole.UserRole


class ModelsList(QTreeWidget):
    """Shows models; which one is chosen goes out by `chosen_changed`."""

    chosen_changed = Signal()
    first_wanted = Signal()
    """Enter, or a double click: what is most likely wanted of the chosen model."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Models")
        self.setHeaderLabels(list(_TITLES))
        self.headerItem().setToolTip(_TITLES.index("Accuracy"), plain_tip(_ACCURACY))
        self.setRootIsDecorated(False)
        self.setUniformRowHeights(True)
        self.setAlternatingRowColors(True)
        self.header().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.header().setStretchLastSection(True)
        self.currentItemChanged.connect(lambda *_: self.chosen_changed.emit())
        self.itemActivated.connect(lambda *_: self.first_wanted.emit())

    @property
    def chosen(self) -> ModelSource | None:
        """The model that was clicked; None where there is none."""
        item = self.currentItem()
        source = None if item is None else item.data(0, _SOURCE)
        return source if isinstance(source, ModelSource) else None

    def choose(self, source: ModelSource) -> None:
        """Take a model of the list as if it was clicked."""
        for item in self._items():
            if item.data(0, _SOURCE) == source:
                self.setCurrentItem(item)

    def show_models(self, models: Sequence[Known]) -> None:
        """Show these, in this order; the chosen one stays chosen, else the one in use is."""
        if [item.data(0, _SOURCE) for item in self._items()] != [known.entry.source for known in models]:
            self._begin_anew(models)
        for item, known in zip(self._items(), models, strict=True):
            _write(item, known)

    def _begin_anew(self, models: Sequence[Known]) -> None:
        sources = [known.entry.source for known in models]
        active = [known.entry.source for known in models if known.entry.is_active]
        chosen = self.chosen if self.chosen in sources else next(iter([*active, *sources]), None)
        self.blockSignals(True)
        self.clear()
        for source in sources:
            item = QTreeWidgetItem()
            item.setData(0, _SOURCE, source)
            self.addTopLevelItem(item)
        self.blockSignals(False)
        if chosen is not None:
            self.choose(chosen)

    def _items(self) -> list[QTreeWidgetItem]:
        items = [self.topLevelItem(row) for row in range(self.topLevelItemCount())]
        return [item for item in items if item is not None]


def _write(item: QTreeWidgetItem, known: Known) -> None:
    offer = known.entry.offer
    told = ("", "", "") if offer is None else (offer.languages, offer.licence, offer.figures)
    texts = (printable(known.entry.name), known.state, known.size, *told)
    for column, text in enumerate(texts):
        if item.text(column) != text:
            item.setText(column, text)
    item.setToolTip(0, plain_tip(texts[0]))
    item.setData(0, Qt.ItemDataRole.AccessibleTextRole, ", ".join(text for text in texts if text))
