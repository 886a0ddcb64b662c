"""How the window looks, in light and in dark, as the system says."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QGuiApplication, QPalette

ACCENT = QColor("#3B6EE0")
SPACE_PX = 12


def is_dark() -> bool:
    """Whether the system asks for dark windows."""
    return QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark


def palette(*, dark: bool) -> QPalette:
    """Return the window's colours."""
    window, base, text = ("#1E1F22", "#17181A", "#E6E7EA") if dark else ("#F5F6F8", "#FFFFFF", "#1D1F23")
    button, quiet, line = ("#2B2D31", "#9A9DA6", "#3A3C42") if dark else ("#FFFFFF", "#6A6E78", "#D5D8DE")
    colours = QPalette()
    role = QPalette.ColorRole
    for target, colour in (
        (role.Window, window),
        (role.Base, base),
        (role.AlternateBase, window),
        (role.WindowText, text),
        (role.Text, text),
        (role.ButtonText, text),
        (role.ToolTipText, text),
        (role.ToolTipBase, button),
        (role.Button, button),
        (role.PlaceholderText, quiet),
        (role.Mid, line),
        (role.Dark, line),
        (role.Light, button),
        (role.Midlight, line),
        (role.Shadow, line),
        (role.Highlight, ACCENT.name()),
        (role.Accent, ACCENT.name()),
        (role.HighlightedText, "#FFFFFF"),
        (role.Link, "#7AA2FF" if dark else ACCENT.name()),
    ):
        colours.setColor(target, QColor(colour))
    for target in (role.WindowText, role.Text, role.ButtonText):
        colours.setColor(QPalette.ColorGroup.Disabled, target, QColor(quiet))
    return colours


def style_sheet(*, dark: bool) -> str:
    """Return what the palette cannot say: spacing, rounded corners, the focus ring."""
    colours = palette(dark=dark)
    line = colours.color(QPalette.ColorRole.Mid).name()
    base = colours.color(QPalette.ColorRole.Base).name()
    quiet = colours.color(QPalette.ColorRole.PlaceholderText).name()
    button = colours.color(QPalette.ColorRole.Button).name()
    warm, warm_line = ("#3A3020", "#6B5526") if dark else ("#FFF6E0", "#E8CF93")
    accent = ACCENT.name()
    return f"""
        QLineEdit#searchLine {{
            border: 1px solid {line}; border-radius: 18px; padding: 8px 16px; background: {base}; font-size: 15px;
        }}
        QLineEdit#searchLine:focus {{ border: 2px solid {accent}; padding: 7px 15px; }}
        QPushButton {{
            border: 1px solid {line}; border-radius: 8px; padding: 7px 16px; background: {button};
        }}
        QPushButton:focus, QToolButton:focus {{ border: 2px solid {accent}; padding: 6px 15px; }}
        QToolButton:focus {{ border-radius: 6px; padding: 3px; }}
        QPushButton:hover {{ border-color: {accent}; }}
        QPushButton[primary="true"] {{ background: {accent}; color: white; border-color: {accent}; }}
        QPushButton:disabled {{ color: {quiet}; }}
        QFrame#problemBar {{ background: {warm}; border: 1px solid {warm_line}; border-radius: 10px; }}
        QLabel#problemSentence {{ font-weight: 600; }}
        QLabel[quiet="true"] {{ color: {quiet}; }}
        QLabel[title="true"] {{ font-size: 22px; font-weight: 600; }}
        QLabel[heading="true"] {{ font-weight: 600; color: {quiet}; }}
        QFrame#dropTarget {{ border: 2px dashed {line}; border-radius: 20px; }}
        QFrame#dropTarget[over="true"] {{ border-color: {accent}; }}
        QListView#photoGrid {{ border: none; background: {base}; }}
        QListView#photoGrid:focus {{ border: none; }}
        QListWidget#folders, QTableWidget {{ border: none; background: transparent; }}
        QListWidget#folders::item {{ padding: 6px 8px; border-radius: 8px; }}
        QListWidget#folders::item:selected {{ background: {line}; color: palette(text); }}
        QProgressBar {{ border: none; border-radius: 3px; background: {line}; max-height: 6px; }}
        QProgressBar::chunk {{ border-radius: 3px; background: {accent}; }}
        QSplitter::handle {{ background: {line}; }}
        QMenu {{ background: {button}; border: 1px solid {line}; padding: 4px; }}
        QMenu::item {{ padding: 6px 24px 6px 14px; border-radius: 6px; }}
        QMenu::item:selected {{ background: {accent}; color: white; }}
    """
