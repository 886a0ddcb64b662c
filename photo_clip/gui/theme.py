"""How the window looks, in light and in dark, as the system says."""

from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QGuiApplication, QPalette

from photo_clip.core.places import resources_folder


@dataclass(frozen=True, slots=True)
class Colours:
    """The colours of one scheme, as they are written in a style sheet."""

    window: str
    """Behind controls: the panel at the left, the bar at the bottom."""
    base: str
    """Behind photos and lists."""
    card: str
    """Where a photo will be, on `base`."""
    control: str
    hover: str
    line: str
    text: str
    quiet: str
    accent: str
    """What is chosen, with white words on it."""
    ring: str
    """Around what has the keyboard's focus."""
    warning_ground: str
    warning_line: str
    warning: str


LIGHT = Colours(
    window="#F4F5F7",
    base="#FFFFFF",
    card="#F0F1F4",
    control="#FFFFFF",
    hover="#E7E9EE",
    line="#D9DCE3",
    text="#1B1D22",
    quiet="#5F6572",
    accent="#3465DD",
    ring="#3465DD",
    warning_ground="#FFF5DC",
    warning_line="#EACF8C",
    warning="#8A5A00",
)
DARK = Colours(
    window="#1C1D21",
    base="#141518",
    card="#1F2125",
    control="#292B31",
    hover="#2F3138",
    line="#373A42",
    text="#E9EAED",
    quiet="#A3A8B4",
    accent="#3D6FE6",
    ring="#7AA3FF",
    warning_ground="#352B17",
    warning_line="#6A5223",
    warning="#F0BE5A",
)


def is_dark() -> bool:
    """Whether the system asks for dark windows."""
    return QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark


def colours() -> Colours:
    """Return the colours that the application wears, for what is painted by hand."""
    # A widget's own palette does not tell: a style sheet may have made its ground transparent.
    ground = QGuiApplication.palette().color(QPalette.ColorRole.Window)
    return DARK if ground.lightness() < 128 else LIGHT


def palette(*, dark: bool) -> QPalette:
    """Return the window's colours."""
    c = DARK if dark else LIGHT
    made = QPalette()
    role = QPalette.ColorRole
    for target, colour in (
        (role.Window, c.window),
        (role.Base, c.base),
        (role.AlternateBase, c.window),
        (role.WindowText, c.text),
        (role.Text, c.text),
        (role.ButtonText, c.text),
        (role.ToolTipText, c.text),
        (role.ToolTipBase, c.control),
        (role.Button, c.control),
        (role.PlaceholderText, c.quiet),
        (role.Mid, c.line),
        (role.Dark, c.line),
        (role.Light, c.control),
        (role.Midlight, c.line),
        (role.Shadow, c.line),
        (role.Highlight, c.accent),
        (role.Accent, c.accent),
        (role.HighlightedText, "#FFFFFF"),
        (role.Link, c.ring),
    ):
        made.setColor(target, QColor(colour))
    for target in (role.WindowText, role.Text, role.ButtonText):
        made.setColor(QPalette.ColorGroup.Disabled, target, QColor(c.quiet))
    return made


def style_sheet(*, dark: bool) -> str:
    """Return what the palette cannot say: spacing, rounded corners, the focus ring.

    Sizes of letters follow the system's; the properties `quiet`, `title`, `heading`, `primary` and `flat` are set by
    the widgets.
    """
    c = DARK if dark else LIGHT
    usual_pt = max(8.0, QGuiApplication.font().pointSizeF())
    signs = (resources_folder() / "icons").as_posix()
    return f"""
        QCheckBox::indicator, QListView::indicator {{
            width: 14px; height: 14px; border: 1px solid {c.quiet}; border-radius: 3px; background: {c.base};
        }}
        QCheckBox::indicator:checked, QListView::indicator:checked {{
            background: {c.accent}; border-color: {c.accent}; image: url("{signs}/check.svg");
        }}
        QListView::indicator:indeterminate {{
            background: {c.accent}; border-color: {c.accent}; image: url("{signs}/check-part.svg");
        }}
        QListWidget::item {{ min-height: 22px; padding: 0 6px; border: none; }}
        QListWidget::item:selected {{ background: {c.accent}; color: white; }}
        QCheckBox:focus {{ border: 1px solid {c.ring}; border-radius: 3px; }}
        QLabel[quiet="true"] {{ color: {c.quiet}; }}
        QLabel[title="true"] {{ font-size: {1.9 * usual_pt:.1f}pt; font-weight: 650; }}
        QLabel[question="true"] {{ font-size: {1.2 * usual_pt:.1f}pt; font-weight: 600; }}
        QLabel[heading="true"] {{ font-weight: 600; color: {c.quiet}; }}
        QLabel[key="true"] {{
            background: {c.control}; border: 1px solid {c.line}; border-bottom-width: 2px; border-radius: 5px;
            padding: 2px 7px;
        }}

        QWidget#viewer {{ background: {c.window}; }}
        QWidget#viewer QLabel {{ color: {c.text}; }}
        QWidget#viewer QLabel[quiet="true"] {{ color: {c.quiet}; }}
        QToolButton#arrow {{ background: rgba(20, 21, 24, 170); border-radius: 17px; }}
        QToolButton#arrow:hover {{ background: {c.line}; }}
        QToolButton#arrow:disabled {{ background: transparent; }}

        QLineEdit {{ border: 1px solid {c.line}; border-radius: 7px; padding: 6px 9px; background: {c.control}; }}
        QLineEdit:focus, QSpinBox:focus {{ border: 2px solid {c.ring}; padding: 5px 8px; }}
        QSpinBox {{ border: 1px solid {c.line}; border-radius: 7px; padding: 6px 9px; background: {c.control}; }}
        QSpinBox > QLineEdit, QSpinBox > QLineEdit:focus {{ border: none; padding: 0; background: transparent; }}
        QSpinBox::up-button, QSpinBox::down-button {{ width: 0; border: none; }}
        QLineEdit#searchLine {{
            border-radius: 19px; padding: 9px 14px 9px 10px; background: {c.control};
            font-size: {1.18 * usual_pt:.1f}pt;
        }}
        QLineEdit#searchLine:focus {{ padding: 8px 13px 8px 9px; }}
        QLineEdit#searchLine:disabled {{ background: {c.card}; }}

        QPushButton {{
            border: 1px solid {c.line}; border-radius: 8px; padding: 7px 16px; background: {c.control};
        }}
        QPushButton:hover {{ background: {c.hover}; }}
        QPushButton:pressed {{ background: {c.line}; }}
        QPushButton:focus {{ border: 2px solid {c.ring}; padding: 6px 15px; }}
        QPushButton:disabled {{ color: {c.quiet}; }}
        QPushButton[primary="true"] {{
            background: {c.accent}; color: white; border-color: {c.accent}; font-weight: 600;
        }}
        QPushButton[primary="true"]:hover {{ background: {c.ring}; border-color: {c.ring}; }}
        QPushButton[primary="true"]:focus {{ border: 2px solid {c.text}; }}
        QPushButton[flat="true"] {{ border: 2px solid transparent; background: transparent; padding: 3px 9px; }}
        QPushButton[flat="true"]:hover {{ background: {c.hover}; }}
        QPushButton[flat="true"]:focus {{ border-color: {c.ring}; }}

        QToolButton {{ border: 2px solid transparent; border-radius: 8px; padding: 5px; background: transparent; }}
        QToolButton:hover {{ background: {c.hover}; }}
        QToolButton:pressed {{ background: {c.line}; }}
        QToolButton:checked {{ background: {c.hover}; border-color: {c.line}; }}
        QToolButton:focus {{ border-color: {c.ring}; }}
        QToolButton::menu-indicator {{ image: none; }}

        QToolButton[chip="more"], QToolButton[chip="less"], QToolButton[chip="must"], QToolButton[chip="filter"],
        QToolButton[chip="trouble"] {{
            border: 1px solid {c.line}; border-radius: 12px; padding: 3px 10px; background: {c.card}; color: {c.text};
        }}
        QToolButton[chip]:hover {{ background: {c.hover}; }}
        QToolButton[chip]:focus {{ border: 2px solid {c.ring}; padding: 2px 9px; }}
        QToolButton[chip="less"] {{ color: {c.quiet}; border-style: dashed; }}
        QToolButton[chip="must"] {{ font-weight: 600; }}
        QToolButton[chip="filter"] {{ background: {c.control}; border-color: {c.ring}; }}
        QToolButton[chip="trouble"] {{
            background: {c.warning_ground}; border-color: {c.warning_line}; color: {c.warning};
        }}

        QSlider {{ min-height: 20px; }}
        QSlider::groove:horizontal {{ height: 4px; border-radius: 2px; background: {c.line}; }}
        QSlider::sub-page:horizontal {{ height: 4px; border-radius: 2px; background: {c.quiet}; }}
        QSlider::handle:horizontal {{
            width: 14px; height: 14px; margin: -6px 0; border-radius: 8px; background: {c.control};
            border: 1px solid {c.quiet};
        }}
        QSlider::handle:horizontal:focus {{ border: 2px solid {c.ring}; }}

        QFrame#problemBar {{
            margin-top: 10px; border-radius: 10px; background: {c.warning_ground};
            border: 1px solid {c.warning_line};
        }}
        QLabel#problemSentence {{ font-weight: 600; }}
        QFrame#dropTarget {{ border: 2px dashed {c.line}; border-radius: 24px; background: {c.base}; }}
        QFrame#dropTarget[over="true"] {{ border-color: {c.ring}; background: {c.card}; }}
        QWidget#browser {{ background: {c.base}; }}
        QWidget#why {{ background: {c.window}; border-left: 1px solid {c.line}; }}
        QWidget#why QScrollArea, QWidget#why QScrollArea > QWidget > QWidget {{ background: transparent; }}
        QWidget#activity {{ background: {c.window}; border-top: 1px solid {c.line}; }}

        QAbstractScrollArea#photoGrid {{ border: none; background: {c.base}; }}
        QListView#folders {{ border: none; padding: 0; background: transparent; outline: none; }}
        QListView#searches {{ border: none; padding: 0; background: transparent; outline: none; }}
        QListView#searches::item {{
            padding: 6px 8px; border-radius: 7px; color: {c.text}; border: 2px solid transparent;
        }}
        QListView#searches::item:selected, QListView#searches::item:hover {{ background: {c.hover}; }}
        QListView#searches:focus::item:selected {{ border-color: {c.ring}; }}
        QTreeView, QListWidget, QListView#stacks {{
            border: 1px solid {c.line}; border-radius: 8px; background: {c.base}; outline: none; padding: 1px;
            alternate-background-color: {c.card};
        }}
        QTreeView:focus, QListWidget:focus, QListView#stacks:focus {{ border: 2px solid {c.ring}; padding: 0; }}
        QTreeView::item {{ padding: 3px 6px; border: none; }}
        QTreeView::item:selected {{ background: {c.accent}; color: white; }}
        QHeaderView::section {{
            background: {c.window}; color: {c.quiet}; border: none; border-bottom: 1px solid {c.line};
            padding: 6px 8px; font-weight: 600;
        }}
        QPlainTextEdit {{ border: 1px solid {c.line}; border-radius: 8px; background: {c.base}; padding: 6px; }}
        QPlainTextEdit:focus {{ border: 2px solid {c.ring}; padding: 5px; }}

        QProgressBar {{ border: none; border-radius: 3px; background: {c.line}; max-height: 6px; min-height: 6px; }}
        QProgressBar::chunk {{ border-radius: 3px; background: {c.accent}; }}
        QSplitter::handle {{ background: {c.line}; }}
        QDialogButtonBox {{ dialogbuttonbox-buttons-have-icons: 0; }}
        QMenu {{ background: {c.control}; border: 1px solid {c.line}; border-radius: 8px; padding: 5px; }}
        QMenu::item {{ padding: 7px 28px 7px 14px; border-radius: 6px; }}
        QMenu::item:selected {{ background: {c.accent}; color: white; }}
        QMenu::item:disabled {{ color: {c.quiet}; }}
        QMenu::separator {{ height: 1px; background: {c.line}; margin: 5px 8px; }}
        QToolTip {{ background: {c.control}; color: {c.text}; border: 1px solid {c.line}; padding: 5px 8px; }}

        QScrollBar:vertical {{ background: transparent; width: 12px; margin: 2px; }}
        QScrollBar::handle:vertical {{ background: {c.line}; border-radius: 4px; min-height: 36px; }}
        QScrollBar::handle:vertical:hover {{ background: {c.quiet}; }}
        QScrollBar:horizontal {{ background: transparent; height: 12px; margin: 2px; }}
        QScrollBar::handle:horizontal {{ background: {c.line}; border-radius: 4px; min-width: 36px; }}
        QScrollBar::handle:horizontal:hover {{ background: {c.quiet}; }}
        QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
        QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
    """
