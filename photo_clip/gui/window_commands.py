"""What the window's menu and keys do."""

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from photo_clip import APP_NAME
from photo_clip.gui.commands import FULL_SCREEN_KEYS, SEPARATOR, Command, add_commands, add_keys

if TYPE_CHECKING:
    from photo_clip.gui.main_window import MainWindow


def add_window_commands(window: "MainWindow", menu: QMenu) -> None:
    """Fill the menu, and let the keys work where they belong."""
    role, actions, dialogs = QAction.MenuRole, window.photo_actions, window.dialogs
    commands = (
        Command("Add a folder …", dialogs.choose_folder, ("Ctrl+O",)),
        Command("Look for new photos now", window.keeper.look, ("F5",)),
        Command("Labels …", window.show_labels, ("Ctrl+L",)),
        Command("Duplicates …", dialogs.show_duplicates, ("Ctrl+Shift+D",)),
        Command("Skipped photos …", dialogs.show_skipped),
        Command("Models …", dialogs.show_models, ("Ctrl+Shift+M",)),
        Command("Leave out subfolders …", dialogs.show_left_out),
        Command("Forget missing photos …", dialogs.forget_missing),
        SEPARATOR,
        Command("Full screen", window.toggle_full_screen, (FULL_SCREEN_KEYS,)),
        Command("Settings …", dialogs.show_settings, ("Ctrl+,",), role.PreferencesRole),
        SEPARATOR,
        Command("Keys and hints", dialogs.show_help, ("F1",)),
        Command(f"About {APP_NAME}", dialogs.show_about, (), role.AboutRole),
        SEPARATOR,
        Command("Quit", window.close, ("Ctrl+Q",), role.QuitRole),
    )
    add_commands(window, menu, commands)
    everywhere = (
        ("Ctrl+F", window.go_to_search),
        ("Ctrl+S", window.search_view.keep),
        ("Ctrl+Shift+V", window.intake.paste),
        ("Ctrl+R", actions.reveal_current),
        ("Ctrl+E", actions.open_current),
        ("Ctrl++", lambda: window.zoom(1)),
        ("Ctrl+=", lambda: window.zoom(1)),
        ("Ctrl+-", lambda: window.zoom(-1)),
    )
    add_keys(window, everywhere, below=True)
    # Letters are words in the search line, and commands elsewhere.
    commands_by_letter = (("/", window.go_to_search), ("?", dialogs.show_help))
    on_photos = (*commands_by_letter, ("S", actions.find_similar), ("Ctrl+C", actions.copy_files))
    for place in (window.viewer, window.grid):
        add_keys(place, [(str(number), partial(actions.rate, number)) for number in range(6)])
        add_keys(place, (("F", actions.toggle_favourite), ("T", window.tag), ("W", window.show_why)))
        add_keys(place, (("Ctrl+Z", window.undo),))
    add_keys(window.viewer, on_photos)
    add_keys(
        window.grid,
        (*on_photos, ("D", window.unfold), ("Esc", window.search_view.clear), ("Ctrl+V", window.intake.paste)),
    )
    add_keys(window.grid, (("Ctrl+D", window.grid.clearSelection), ("Ctrl+I", window.grid.invert_selection)))
    add_keys(window.folder_panel, commands_by_letter, below=True)
    add_keys(window.search_view.line, (("Down", window.grid.begin), ("Esc", window.search_view.clear)))
