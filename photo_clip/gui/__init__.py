"""The window: the only home of PySide6; imports core and services."""
