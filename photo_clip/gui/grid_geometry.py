"""Where the cells of a grid lie, for any number of photos, by arithmetic alone."""

from dataclasses import dataclass
from functools import cached_property

from PySide6.QtCore import QPoint, QRect

_MARGIN_PX = 16
_GAP_PX = 10
_HEIGHT_SHARE = 0.8
"""Of a cell's width: most photos are wider than high."""


@dataclass(frozen=True)
class GridGeometry:
    """Cells of about `side_px`, spread over a width; points and rectangles count from the top of the first row."""

    count: int
    width_px: int
    side_px: int

    @cached_property
    def columns(self) -> int:
        """How many cells a row has, at least one."""
        return max(1, (self.width_px - 2 * _MARGIN_PX + _GAP_PX) // (self.side_px + _GAP_PX))

    @cached_property
    def rows(self) -> int:
        """How many rows there are; 0 without photos."""
        return -(-self.count // self.columns)

    @cached_property
    def cell_width_px(self) -> int:
        """The width of a cell, so that no strip stays empty at the right."""
        columns = self.columns
        return max(1, (self.width_px - 2 * _MARGIN_PX - (columns - 1) * _GAP_PX) // columns)

    @cached_property
    def cell_height_px(self) -> int:
        """The height of a cell."""
        return max(1, round(self.cell_width_px * _HEIGHT_SHARE))

    @cached_property
    def row_height_px(self) -> int:
        """From one row's top to the next one's."""
        return self.cell_height_px + _GAP_PX

    @cached_property
    def height_px(self) -> int:
        """The height of everything; 0 without photos."""
        return self.rows * self.row_height_px - _GAP_PX + 2 * _MARGIN_PX if self.count else 0

    def rect(self, number: int) -> QRect:
        """Return the cell of a photo, by its number from 0."""
        row, column = divmod(number, self.columns)
        left = _MARGIN_PX + column * (self.cell_width_px + _GAP_PX)
        return QRect(left, _MARGIN_PX + row * self.row_height_px, self.cell_width_px, self.cell_height_px)

    def at(self, point: QPoint) -> int | None:
        """Return the photo whose cell is at a point, None between cells."""
        number = self.nearest(point)
        return number if number is not None and self.rect(number).contains(point) else None

    def nearest(self, point: QPoint) -> int | None:
        """Return the photo in whose row and column a point lies, or that is closest to it; None without photos."""
        if not self.count:
            return None
        column = (point.x() - _MARGIN_PX) // (self.cell_width_px + _GAP_PX)
        row = (point.y() - _MARGIN_PX) // self.row_height_px
        row = max(0, min(row, self.rows - 1))
        return min(self.count - 1, row * self.columns + max(0, min(column, self.columns - 1)))

    def between(self, top_px: int, bottom_px: int) -> range:
        """Return the photos whose rows touch the strip between two heights."""
        first = max(0, (top_px - _MARGIN_PX) // self.row_height_px)
        last = max(first, -(-(bottom_px - _MARGIN_PX) // self.row_height_px))
        return range(min(self.count, first * self.columns), min(self.count, last * self.columns))

    def runs_within(self, area: QRect) -> list[tuple[int, int]]:
        """Return the photos whose cells touch an area, as first and last of each row."""
        runs = []
        photos = self.between(area.top(), area.bottom() + 1)
        for row_start in range(photos.start, photos.stop, self.columns):
            row = range(row_start, min(self.count, row_start + self.columns))
            touched = [number for number in row if self.rect(number).intersects(area)]
            if touched:
                runs.append((touched[0], touched[-1]))
        return runs

    def neighbour(self, number: int, *, across: int = 0, down: int = 0) -> int:
        """Return the photo so many cells across, in reading order, and rows down from one; never beyond the ends.

        There must be photos. Where the last row is short, its last photo is below those beside it.
        """
        row, column = divmod(number, self.columns)
        target = max(0, min(row + down, self.rows - 1)) * self.columns + column + across
        return max(0, min(target, self.count - 1))
