"""Where the cells of a grid lie, with sections and without."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QRect

from photo_clip.gui.grid_geometry import HEADING_PX, GridGeometry


@st.composite
def geometries(draw: st.DrawFn) -> GridGeometry:
    count = draw(st.integers(0, 60))
    starts = draw(st.sets(st.integers(1, max(1, count - 1)), max_size=6)) if count > 1 else set()
    with_sections = count > 0 and draw(st.booleans())
    width_px, side_px = draw(st.integers(1, 900)), draw(st.integers(90, 400))
    return GridGeometry(count, width_px, side_px, (0, *sorted(starts)) if with_sections else ())


@given(geometries())
def test_cells_do_not_overlap_and_lie_within_the_whole(grid: GridGeometry) -> None:
    cells = [grid.rect(number) for number in range(grid.count)]
    for one, other in pairwise(cells):
        assert other.top() > one.bottom() or (other.top() == one.top() and other.left() > one.right())
    assert all(cell.top() >= 0 and cell.bottom() < grid.height_px for cell in cells)
    headings = [place for _, place in grid.headings_between(0, grid.height_px)]
    assert len(headings) == len(grid.starts)
    assert not any(heading.intersects(cell) for heading in headings for cell in cells)


@given(geometries())
def test_a_photo_is_found_where_it_lies(grid: GridGeometry) -> None:
    for number in range(grid.count):
        assert grid.at(grid.rect(number).center()) == number
        assert grid.at(grid.rect(number).topLeft()) == number
        assert grid.at(grid.rect(number).topLeft() - QPoint(0, 5)) is None


@given(geometries(), st.integers(-500, 9000), st.integers(0, 900))
def test_what_is_in_view_is_given_out_and_little_else(grid: GridGeometry, top_px: int, seen_px: int) -> None:
    shown = grid.between(top_px, top_px + seen_px)
    touched = {
        number
        for number in range(grid.count)
        if grid.rect(number).bottom() >= top_px and grid.rect(number).top() < top_px + seen_px
    }
    assert touched <= set(shown)
    assert len(shown) <= len(touched) + 2 * grid.columns


@given(geometries(), st.integers(0, 900), st.integers(0, 3000), st.integers(1, 900), st.integers(1, 3000))
def test_a_rubber_band_takes_what_it_touches(grid: GridGeometry, x: int, y: int, width: int, height: int) -> None:
    area = QRect(x, y, width, height)
    taken = {number for first, last in grid.runs_within(area) for number in range(first, last + 1)}
    assert taken == {number for number in range(grid.count) if grid.rect(number).intersects(area)}


@given(geometries(), st.data())
def test_keys_go_to_the_neighbours_and_never_beyond_the_ends(grid: GridGeometry, data: st.DataObject) -> None:
    if not grid.count:
        return
    number = data.draw(st.integers(0, grid.count - 1))
    assert grid.neighbour(number, across=1) == min(number + 1, grid.count - 1)
    below, above = grid.neighbour(number, down=1), grid.neighbour(number, down=-1)
    assert 0 <= above <= number <= below < grid.count
    if grid.rect(below).top() > grid.rect(number).top():
        assert grid.rect(below).left() <= grid.rect(number).left()
    assert grid.neighbour(number, down=999) >= below


def test_a_heading_stands_above_its_section() -> None:
    grid = GridGeometry(5, 400, 100, (0, 2))
    (_, first), (section, second) = grid.headings_between(0, 1000)
    assert section == 1
    assert grid.rect(0).top() - first.top() == HEADING_PX
    assert grid.rect(2).left() == grid.rect(0).left()
    assert second.top() > grid.rect(1).bottom()
    assert [number for number, _ in grid.headings_between(second.top(), second.top())] == [1]
