"""Linked tensors on a page: one cell is chosen, by click, keyboard or address, and written as its sum."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from lesson.numeric.operands import Cell, Operation, Shape
from lesson.page.show import code, picture, table
from lesson.page.words import chapter, figure, keep_in_address, phrase, sides

if TYPE_CHECKING:
    from lesson.charts.linked import Tensor
    from lesson.numeric.corners import Corner, Sum


def choice() -> str:
    """The name under which the session keeps the chosen cell of the chapter on the screen."""
    return f"{chapter()}-cell"


def chosen_cell(shapes: Mapping[str, Shape], default: Cell) -> Cell:
    """The cell that was chosen or stands in the address, if one of these tensors has it, else the default."""
    state = st.session_state
    state.setdefault(choice(), st.query_params.get("cell", ""))
    cell = cell_of(state[choice()], shapes) or default
    keep_in_address("cell", cell.name, default.name)
    return cell


def cell_of(name: str, shapes: Mapping[str, Shape]) -> Cell | None:
    """The cell of this name, such as w1[2,1], if one of these tensors has it."""
    found = re.fullmatch(r"(.+)\[(\d{1,5}),(\d{1,5})\]", name)
    if not found or found[1] not in shapes:
        return None
    row, column = int(found[2]) - 1, int(found[3]) - 1
    rows, columns = shapes[found[1]]
    return Cell(found[1], row, column) if 0 <= row < rows and 0 <= column < columns else None


def placed(
    corners: Mapping[str, Corner],
    places: Mapping[str, tuple[int, int]],
    kinds: Mapping[str, str],
    later: Iterable[str] = (),
) -> list[Tensor]:
    """Those tensors that have a place, as error signals where no kind is said; empty frames of later ones."""
    from lesson.charts.linked import Tensor

    later = set(later)
    return [
        Tensor(
            name,
            kinds.get(name, "error"),
            part.values,
            places[name],
            part.shape,
            part.first,
            made=name not in later,
        )
        for name, part in corners.items()
        if name in places
    ]


def linked(
    tensors: Sequence[Tensor],
    operations: Sequence[Operation],
    cell: Cell,
    alt: str,
    key: str = "",
    choices: Iterable[str] = (),
    hint: str = "",
) -> None:
    """Tensors on one plane, those cells lit that a cell is made of; key: of the widget in which a click on
    a cell of one of the choices chooses it. hint: what stands below until one points at a cell."""
    from lesson.charts.linked import linked_chart

    hint = hint or phrase("cell-hint-choose" if key else "cell-hint")
    chart = linked_chart(
        tensors, operations, cell, {"hint": hint, "more": phrase("cell-more", count="{count}")}
    )
    if key:
        picture(chart, alt, on_pick=(key, partial(pick, key, tuple(choices))), selects="picked")
    else:
        picture(chart, alt)


def pick(key: str, choices: tuple[str, ...]) -> None:
    picked = st.session_state[key]["selection"]["picked"]
    if picked and picked[0]["tensor"] in choices:
        st.session_state[choice()] = Cell(*(picked[0][field] for field in ("tensor", "row", "col"))).name


def the_sum(written: Sum) -> None:
    """A cell in names, in numbers, and its value."""
    lead = written.cell.name
    rows = (joined(written.names), joined(written.numbers), figure(written.value).replace("-", "−"))
    code("\n".join(f"{lead if number == 0 else ' ' * len(lead)} = {row}" for number, row in enumerate(rows)))


def joined(summands: tuple[str | None, ...]) -> str:
    return " + ".join("…" if one is None else one for one in summands)


def choose_cell(cell: Cell, shapes: Mapping[str, Shape]) -> None:
    """The same choice as by a click, by keyboard."""
    keys = [f"{chapter()}-{part}" for part in ("tensor", "row", "column")]
    values = (cell.tensor, cell.row + 1, cell.column + 1)
    st.session_state.update(dict(zip(keys, values, strict=True)))
    rows, columns = shapes[cell.tensor]
    *beside, one, two = st.columns(3 if len(shapes) > 1 else 2)
    for column in beside:
        column.selectbox(phrase("cell-tensor"), list(shapes), key=keys[0], on_change=typed, args=(keys,))
    one.number_input(phrase("cell-row"), 1, rows, key=keys[1], on_change=typed, args=(keys,))
    two.number_input(phrase("cell-column"), 1, columns, key=keys[2], on_change=typed, args=(keys,))


def typed(keys: list[str]) -> None:
    """What was chosen by keyboard; another tensor begins with its first cell if it has no such one."""
    if all(key in st.session_state for key in keys):  # else another page has been drawn meanwhile
        tensor, row, column = (st.session_state[key] for key in keys)
        st.session_state[choice()] = Cell(tensor, row - 1, column - 1).name


def tables(corners: Mapping[str, Corner]) -> None:
    """The drawn numbers of each tensor as a table, for those who do not see the picture."""
    with st.expander(phrase("cell-tables")):
        for name, corner in corners.items():
            top, left = (first + 1 for first in corner.first)
            st.markdown(phrase("cell-table", name=name, shape=sides(corner.shape), row=top, column=left))
            table(rows_of(corner), phrase("cell-table-alt"))


def rows_of(corner: Corner) -> list[dict[str, object]]:
    """A row for each of a corner, by its columns' numbers from 1."""
    top, left = (first + 1 for first in corner.first)
    return [
        {phrase("row"): top + index}
        | {str(left + column): figure(float(value)) for column, value in enumerate(row)}
        for index, row in enumerate(corner.values)
    ]
