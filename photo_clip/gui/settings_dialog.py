"""The settings, each with what it does."""

import sys
from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from photo_clip.core.addresses import is_address
from photo_clip.core.printable import printable
from photo_clip.core.settings import BOUNDS, Settings
from photo_clip.gui.buttons import push_button
from photo_clip.gui.plain import plain_label

_LEFT_MARGIN_PX = 9
_WEB = ("http", "https")


class SettingsDialog(QDialog):
    """Shows settings for a change; the changed ones go out by `changed`."""

    changed = Signal(object)

    def __init__(self, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Settings")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._settings = settings
        self._processes = _number(settings, "reader_processes", "")
        self._processes.setSpecialValueText("as many as there are cores")
        self._time_limit = _number(settings, "photo_time_limit_s", " s")
        self._memory = _number(settings, "reader_memory_mb", " MB")
        self._memory.setToolTip("A photo that takes more to read is skipped. macOS has no such limit.")
        self._memory.setEnabled(sys.platform != "darwin")
        self._hub = QLineEdit(settings.model_hub_url)
        self._hub.setPlaceholderText("the usual one")
        self._proxy = QLineEdit(settings.proxy_url)
        self._proxy.setPlaceholderText("the system's")
        self._sidecars = QCheckBox("as soon as they are given, in XMP sidecars")
        self._sidecars.setChecked(settings.writes_sidecars)
        self._sidecars.setToolTip("Files beside the photos that other programs read. The photos are never changed.")
        self._index_server = QLineEdit(settings.index_server_url)
        self._index_server.setPlaceholderText("none: in this program")
        self._index_server.setToolTip(
            "A Chroma server, such as https://host:8000. The embeddings of your photos and of what you search for are"
            " sent there; no photo and no name of one."
        )
        self._index_token = QLineEdit(settings.index_server_token)
        self._index_token.setEchoMode(QLineEdit.EchoMode.PasswordEchoOnEdit)
        self._index_token.setPlaceholderText("none")
        self._index_certificate = QLineEdit(settings.index_server_certificate)
        self._index_certificate.setPlaceholderText("those the system trusts")
        form = QFormLayout()
        form.setVerticalSpacing(10)
        form.addRow("Processes that read photos", self._processes)
        form.addRow("Longest time for one photo", self._time_limit)
        form.addRow("Most memory for each process", self._memory)
        form.addRow("Write tags beside the photos", self._sidecars)
        form.addRow("Address models are downloaded from", self._hub)
        form.addRow("Proxy for downloads", self._proxy)
        form.addRow("Chroma server for the search index", self._index_server)
        form.addRow("Its token", self._index_token)
        form.addRow("File with its certificate", self._index_certificate)
        self.trouble = plain_label(wordWrap=True)
        self.trouble.hide()
        note = plain_label("Changes hold from the next start.")
        note.setProperty("quiet", True)
        buttons = QHBoxLayout()
        buttons.addStretch()
        buttons.addWidget(push_button("Cancel", self.reject))
        save = push_button("Save", self._save, primary=True)
        save.setDefault(True)
        buttons.addWidget(save)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 20)
        column.setSpacing(14)
        column.addLayout(form)
        column.addWidget(self.trouble)
        column.addWidget(note)
        column.addLayout(buttons)
        self.setMinimumWidth(520)

    def _is_refused(self) -> bool:
        """Whether something that should be an address is none; says so, and lets it be corrected."""
        for line, schemes, example in (
            (self._hub, _WEB, "https://huggingface.co"),
            (self._proxy, (*_WEB, "socks5", "socks5h"), "http://host:3128"),
            (self._index_server, _WEB, "https://host:8000"),
        ):
            text = line.text().strip()
            if text and not is_address(text, schemes):
                self.trouble.setText(
                    f"“{printable(text)}” is no address. Write one such as {example}, or leave the line empty."
                )
                self.trouble.show()
                line.setFocus()
                return True
        return False

    def _save(self) -> None:
        if self._is_refused():
            return
        wanted = replace(
            self._settings,
            reader_processes=self._processes.value(),
            photo_time_limit_s=float(self._time_limit.value()),
            reader_memory_mb=self._memory.value(),
            writes_sidecars=self._sidecars.isChecked(),
            model_hub_url=self._hub.text().strip(),
            proxy_url=self._proxy.text().strip(),
            index_server_url=self._index_server.text().strip(),
            index_server_token=self._index_token.text().strip(),
            index_server_certificate=self._index_certificate.text().strip(),
        )
        if wanted != self._settings:
            self.changed.emit(wanted)
        self.accept()


def _number(settings: Settings, name: str, unit: str) -> QSpinBox:
    box = QSpinBox()
    box.setRange(*BOUNDS[name])
    box.setValue(round(getattr(settings, name)))
    box.setSuffix(unit)
    box.lineEdit().setTextMargins(_LEFT_MARGIN_PX, 0, 0, 0)  # the style sheet does not reach in there
    return box
