"""What is known of one model, and what can be done with it."""

from dataclasses import dataclass
from enum import Enum
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QVBoxLayout, QWidget

from photo_clip.core.amounts import size_in_words
from photo_clip.core.models import Kind
from photo_clip.core.printable import printable
from photo_clip.core.stores import Counts
from photo_clip.gui.buttons import push_button
from photo_clip.gui.download_pace import DownloadPace
from photo_clip.gui.plain import plain_label
from photo_clip.services.model_trial import Trial
from photo_clip.services.models import ModelEntry

_OF_UNUSABLE = "It needs the full edition of photo-clip, which opens this library as it is."
_OF_LABELS = "With it, labels are suggested anew, from the same decisions; tags already given stay."
_OF_STARTER = "Small and quick, and here without a download. It reads English."


class Action(Enum):
    """What people can do with a model; the value is what the button says."""

    DOWNLOAD = "Download"
    RESUME = "Resume the download"
    PAUSE = "Pause"
    CANCEL = "Cancel the download"
    USE = "Use this model"
    CHANGE_NOW = "Change over now"
    STAY = "Stay with the former model"
    TRY = "Try its speed"
    TAKE_FILE = "I have the file …"
    TAKE_FOLDER = "I have the folder …"
    REMOVE = "Remove …"


@dataclass(slots=True)
class Known:
    """A model, and all that the page knows of it."""

    entry: ModelEntry
    preparation: Counts | None = None
    """How far it is, while it is being prepared."""
    pace: DownloadPace | None = None
    """While it is being downloaded."""
    trial: Trial | None = None
    is_tried: bool = False
    licence: str = ""

    @property
    def state(self) -> str:
        """What it is just now, in a few words; empty for a model that could be downloaded."""
        entry = self.entry
        if not entry.is_usable:
            return "in use, but needs the full edition" if entry.is_active else "needs the full edition"
        if self.pace is not None:
            return "downloading" if self.pace.percent is None else f"downloading, {self.pace.percent} %"
        if entry.is_active:
            return "in use" if entry.is_here else "in use, but its files are gone"
        if entry.is_wanted:
            if self.preparation is None:
                return "being prepared"
            return f"being prepared: {self.preparation.embedded:,} of {in_all(self.preparation):,}"
        if entry.begun_bytes and not entry.is_here:
            return f"paused at {size_in_words(entry.begun_bytes)}"
        if not entry.is_here:
            return "" if entry.source.is_on_hub else "not there"
        return {Kind.STARTER: "comes with photo-clip", Kind.FOLDER: "yours", Kind.FILE: "yours"}.get(
            entry.source.kind, "downloaded"
        )

    @property
    def size(self) -> str:
        """What it takes or will take on the disk; empty when that is not known."""
        if self.entry.size_bytes:
            return size_in_words(self.entry.size_bytes)
        return f"about {size_in_words(self.entry.offer.download_bytes)}" if self.entry.offer is not None else ""

    @property
    def actions(self) -> list[Action]:
        """What can be done now, the most likely first."""
        entry = self.entry
        if not entry.is_usable:
            is_kept = entry.size_bytes or entry.begun_bytes or entry.embedded
            return [Action.REMOVE] if is_kept and not entry.is_active else []
        if self.pace is not None:
            return [Action.PAUSE, Action.CANCEL]
        if entry.is_wanted:
            return [Action.CHANGE_NOW, Action.STAY, Action.TRY]
        if not entry.is_here and entry.source.is_on_hub:
            begun = [Action.RESUME, Action.CANCEL] if entry.begun_bytes else [Action.DOWNLOAD]
            tried = [Action.TRY] if entry.source.kind is Kind.TAG else []
            return [*begun, *tried, Action.TAKE_FILE, Action.TAKE_FOLDER, *([Action.REMOVE] if entry.embedded else [])]
        use = [] if entry.is_active or not entry.is_here else [Action.USE]
        is_kept = entry.source.kind is not Kind.STARTER or entry.embedded
        remove = [Action.REMOVE] if is_kept and not entry.is_active else []
        return [*use, *([Action.TRY] if entry.is_here else []), *remove]


def in_all(counts: Counts) -> int:
    """Return how many photos a model is prepared for."""
    return counts.embedded + counts.waiting


class ModelDetails(QWidget):
    """Shows one model; what is to be done with it goes out as a wish."""

    wanted = Signal(object)
    """An Action."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = plain_label()
        self._name.setProperty("title", True)
        self._words = plain_label(wordWrap=True)
        self._words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._quiet = plain_label(wordWrap=True)
        self._quiet.setProperty("quiet", True)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar_words = plain_label()
        self._bar_words.setProperty("quiet", True)
        progress = QHBoxLayout()
        progress.addWidget(self._bar, 1)
        progress.addWidget(self._bar_words)
        self.buttons: dict[Action, QPushButton] = {}
        row = QHBoxLayout()
        row.setSpacing(8)
        for action in Action:
            button = push_button(action.value, partial(self.wanted.emit, action))
            button.hide()
            self.buttons[action] = button
            row.addWidget(button)
        row.addStretch()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        for part in (self._name, self._words, self._quiet):
            column.addWidget(part)
        column.addLayout(progress)
        column.addStretch()
        column.addLayout(row)
        self.setMinimumHeight(230)

    @property
    def words(self) -> str:
        """All that is said of the model."""
        labels = [self._name, self._words, self._quiet, self._bar_words]
        return "\n".join(label.text() for label in labels if not label.isHidden() and label.text())

    def show_model(self, known: Known) -> None:
        """Show a model as it is now."""
        entry, offer = known.entry, known.entry.offer
        self._name.setText(printable(entry.name))
        words = [] if offer is None else [offer.note]
        words += [] if entry.is_usable else [_OF_UNUSABLE]
        words += [_OF_STARTER] if entry.source.kind is Kind.STARTER else []
        words += [_said_of_trial(known.trial)] if known.trial is not None else []
        words += ["Trying its speed, for about ten seconds …"] if known.is_tried else []
        words += [_said_of_preparation(known.preparation)] if known.preparation is not None else []
        words += [_OF_LABELS] if Action.USE in known.actions else []
        self._words.setText("\n".join(word for word in words if word))
        self._words.setVisible(bool(self._words.text()))
        quiet = [] if offer is None else [f"{offer.figures}   ({offer.source})"]
        self._quiet.setText("\n".join([*quiet, known.licence]))
        self._show_progress(known)
        actions = known.actions
        for action, button in self.buttons.items():
            button.setVisible(action in actions)
            is_primary = action in actions and action in (Action.DOWNLOAD, Action.RESUME, Action.USE)
            if button.property("primary") != is_primary:
                button.setProperty("primary", is_primary)
                button.style().polish(button)
            button.setAccessibleDescription(known.entry.name)
        self.buttons[Action.TRY].setEnabled(not known.is_tried)

    def _show_progress(self, known: Known) -> None:
        words, done, total = "", 0, 0
        if known.pace is not None:
            words, done, total = known.pace.words, known.pace.percent or 0, 100 if known.pace.percent is not None else 0
        elif known.preparation is not None:
            done, total = known.preparation.embedded, max(1, in_all(known.preparation))
        self._bar.setVisible(known.pace is not None or known.preparation is not None)
        self._bar.setRange(0, total)
        self._bar.setValue(done)
        self._bar.setAccessibleName(known.state)
        self._bar_words.setText(words)
        self._bar_words.setVisible(bool(words))


def _said_of_trial(trial: Trial) -> str:
    rate = f"{trial.photos_per_s:.0f}" if trial.photos_per_s >= 10 else f"{trial.photos_per_s:.1f}"
    stand_in = " Random weights stood in for its own; they take just as long." if trial.untrained else ""
    return f"On this computer it looks at about {rate} photos a second.{stand_in}"


def _said_of_preparation(counts: Counts) -> str:
    return (
        f"It has looked at {counts.embedded:,} of {in_all(counts):,} photos. Until it has seen all, the former model"
        " answers; if you change over now, only those are found at first."
    )
