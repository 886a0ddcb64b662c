"""Where the cells of a grid lie, for any number of photos and sections, by arithmetic alone."""

from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, pairwise

from PySide6.QtCore import QPoint, QRect

_MARGIN_PX = 16
_GAP_PX = 10
_HEIGHT_SHARE = 0.8
"""Of a cell's width: most photos are wider than high."""
HEADING_PX = 38
"""The height of the strip above a section's cells."""


@dataclass(frozen=True)
class GridGeometry:
    """Cells of about `side_px`, spread over a width; points and rectangles count from the top of the first row.

    `starts` are the numbers of the photos that sections begin with, ascending from 0; each begins a row of its own,
    below a heading. Without any there is one section, without a heading.
    """

    count: int
    width_px: int
    side_px: int
    starts: tuple[int, ...] = ()

    @cached_property
    def columns(self) -> int:
        """How many cells a row has, at least one."""
        return max(1, (self.width_px - 2 * _MARGIN_PX + _GAP_PX) // (self.side_px + _GAP_PX))

    @cached_property
    def rows(self) -> int:
        """How many rows there are; 0 without photos."""
        return self._rows_before[-1]

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
        if not self.count:
            return 0
        headings_px = len(self._firsts) * self._heading_px
        return self.rows * self.row_height_px + headings_px - _GAP_PX + 2 * _MARGIN_PX

    def rect(self, number: int) -> QRect:
        """Return the cell of a photo, by its number from 0."""
        section = self._section_of(number)
        row, column = divmod(number - self._firsts[section], self.columns)
        left = _MARGIN_PX + column * (self.cell_width_px + _GAP_PX)
        top = self._cells_top_px(section) + row * self.row_height_px
        return QRect(left, top, self.cell_width_px, self.cell_height_px)

    def at(self, point: QPoint) -> int | None:
        """Return the photo whose cell is at a point, None between cells."""
        number = self.nearest(point)
        return number if number is not None and self.rect(number).contains(point) else None

    def nearest(self, point: QPoint) -> int | None:
        """Return the photo in whose row and column a point lies, or that is closest to it; None without photos."""
        if not self.count:
            return None
        column = (point.x() - _MARGIN_PX) // (self.cell_width_px + _GAP_PX)
        section = self._section_at(point.y())
        row = (point.y() - self._cells_top_px(section)) // self.row_height_px
        row = max(0, min(row, self._rows_in(section) - 1))
        last = self._firsts[section + 1] if section + 1 < len(self._firsts) else self.count
        return min(last - 1, self._firsts[section] + row * self.columns + max(0, min(column, self.columns - 1)))

    def between(self, top_px: int, bottom_px: int) -> range:
        """Return the photos whose rows touch the strip between two heights."""
        if not self.count:
            return range(0)
        return range(self._first_of_row_at(top_px, is_end=False), self._first_of_row_at(bottom_px, is_end=True))

    def headings_between(self, top_px: int, bottom_px: int) -> list[tuple[int, QRect]]:
        """Return the sections, by their numbers, whose headings touch the strip between two heights, and where."""
        if not self.starts or not self.count:
            return []
        width_px = self.width_px - 2 * _MARGIN_PX
        sections = range(self._section_at(top_px), self._section_at(bottom_px) + 1)
        return [
            (section, QRect(_MARGIN_PX, self._cells_top_px(section) - HEADING_PX, width_px, HEADING_PX))
            for section in sections
        ]

    def runs_within(self, area: QRect) -> list[tuple[int, int]]:
        """Return the photos whose cells touch an area, as first and last of each row."""
        runs: list[tuple[int, int]] = []
        row_top_px = -1
        for number in self.between(area.top(), area.bottom() + 1):
            cell = self.rect(number)
            if not cell.intersects(area):
                continue
            if runs and cell.top() == row_top_px:
                runs[-1] = (runs[-1][0], number)
            else:
                runs.append((number, number))
            row_top_px = cell.top()
        return runs

    def neighbour(self, number: int, *, across: int = 0, down: int = 0) -> int:
        """Return the photo so many cells across, in reading order, and rows down from one; never beyond the ends.

        There must be photos. Where a row is short, its last photo is below those beside it.
        """
        number = max(0, min(number + across, self.count - 1))
        if not down:
            return number
        section = self._section_of(number)
        row, column = divmod(number - self._firsts[section], self.columns)
        row = max(0, min(self._rows_before[section] + row + down, self.rows - 1))
        section = bisect_right(self._rows_before, row) - 1
        last = self._firsts[section + 1] if section + 1 < len(self._firsts) else self.count
        return min(last - 1, self._firsts[section] + (row - self._rows_before[section]) * self.columns + column)

    @property
    def _heading_px(self) -> int:
        return HEADING_PX if self.starts else 0

    @cached_property
    def _firsts(self) -> tuple[int, ...]:
        return self.starts or (0,)

    @cached_property
    def _rows_before(self) -> list[int]:
        """How many rows lie above each section, and above the end."""
        sizes = (last - first for first, last in pairwise((*self._firsts, self.count)))
        return list(accumulate((-(-size // self.columns) for size in sizes), initial=0))

    def _rows_in(self, section: int) -> int:
        return self._rows_before[section + 1] - self._rows_before[section]

    def _cells_top_px(self, section: int) -> int:
        headings_px = (section + 1) * self._heading_px
        return _MARGIN_PX + headings_px + self._rows_before[section] * self.row_height_px

    def _section_of(self, number: int) -> int:
        return bisect_right(self._firsts, number) - 1

    def _section_at(self, y_px: int) -> int:
        """Return the section in which a height lies, its heading included; the first or last one beyond the ends."""
        below = bisect_right(
            range(len(self._firsts)), y_px, key=lambda each: self._cells_top_px(each) - self._heading_px
        )
        return max(0, below - 1)

    def _first_of_row_at(self, y_px: int, *, is_end: bool) -> int:
        """Return the first photo of the row at a height; as an end, of the first row that begins there or below."""
        section = self._section_at(y_px)
        into_px = y_px - self._cells_top_px(section)
        row = -(-into_px // self.row_height_px) if is_end else into_px // self.row_height_px
        row = max(0, min(row, self._rows_in(section)))
        last = self._firsts[section + 1] if section + 1 < len(self._firsts) else self.count
        return min(last, self._firsts[section] + row * self.columns)
