"""A picture: a drawing that stands, and one table of numbers that a browser exchanges in it.

Making a chart in Altair takes 15 to 70 ms and drawing it anew in the browser as long again, filling one
takes next to nothing, if the table is one of Arrow's, as it travels: out of pandas it takes 3 ms more.
So a drawing is made once for the words and choices that shape it, it takes its axes from the table when
that arrives, and all its layers share that table, each its own part of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple, ParamSpec, cast

import altair as alt
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

Chart = alt.LayerChart | alt.FacetChart | alt.VConcatChart
Drawing = Mapping[str, Any]
Column = Sequence[object] | np.ndarray | str | float
Choices = ParamSpec("Choices")


class Picture(NamedTuple):
    """A Vega-Lite specification without data, and the table that belongs in it."""

    drawing: Drawing
    table: pa.Table


def drawing(make: Callable[Choices, Chart]) -> Callable[Choices, Drawing]:
    """The specification of a chart that depends on no number, made once for the same arguments."""

    def made(*args: Choices.args, **kwargs: Choices.kwargs) -> Drawing:
        chart = make(*args, **kwargs)
        # A name for the table, or Altair gives each layer an empty one of its own.
        chart.data = alt.NamedData("source")
        specification = chart.to_dict()
        del specification["data"]
        return specification

    return cast("Callable[Choices, Drawing]", lru_cache(maxsize=128)(made))


def part(base: alt.Chart, name: str) -> alt.Chart:
    """The rows of the table whose column `part` has this name."""
    return base.transform_filter(f"datum.part == '{name}'")


def step_shown(first: int) -> alt.Parameter:
    """The step that a film stands at, at first this one; the player writes into its hidden input."""
    return alt.param(name="shown", value=first, bind=alt.BindInput(input="hidden", name=" "))


UNLABELLED = False
"""The `aria` of marks that come in hundreds. A label for each would help nobody who listens; that is what the
picture's words are for, and the labels took the browser longer than the marks."""


def tooltips(fields: Mapping[str, str | tuple[str, str]]) -> list[alt.Tooltip]:
    """What a pointer is told: under each title a field of the table, a number's with its format.

    A title of blanks shows the value alone; of two fields with one title Vega shows the first alone.
    """
    return [
        alt.Tooltip(field, title=title)
        if isinstance(field, str)
        else alt.Tooltip(field[0], title=title, format=field[1])
        for title, field in fields.items()
    ]


def hover_points(base: alt.Chart, tooltip: list[alt.Tooltip]) -> alt.Chart:
    """The numbers of a curve, for a pointer that comes near."""
    return base.mark_point(opacity=0, size=80, filled=True, aria=UNLABELLED).encode(tooltip=tooltip)


def table(**columns: Column) -> pa.Table:
    """Columns of one length; a single word or number stands in every row. Vega does without what is nan,
    and what is infinite becomes nan, as it would stretch an axis without end."""
    length = next(len(column) for column in columns.values() if not isinstance(column, str | float | int))
    return pa.table({name: drawable(column, length) for name, column in columns.items()})


def drawable(column: Column, length: int) -> pa.Array:
    values = pa.array(
        [column] * length if isinstance(column, str | float | int) else column, from_pandas=True
    )
    return pc.if_else(pc.is_finite(values), values, None) if pa.types.is_floating(values.type) else values


def below(tables: Iterable[pa.Table]) -> pa.Table:
    """Tables one below the other; where one lacks a column it is empty."""
    return pa.concat_tables(tables, promote_options="permissive").combine_chunks()


def records(rows: Iterable[Any]) -> pa.Table:
    """A table of named tuples, a row each."""
    return pa.Table.from_pylist([row._asdict() for row in rows])


def parts(**tables: pa.Table) -> pa.Table:
    """Tables one below the other, with their names in a column `part`."""
    return below(
        whole.append_column("part", pa.array([name] * len(whole), pa.string()))
        for name, whole in tables.items()
    )


def span(field: str, empty: tuple[float, float] = (0, 1)) -> list[alt.ExprRef]:
    """The domain of an axis, from a field's least to its greatest value in the table.

    Vega's own way complains in the console, as at first the table is empty.
    """
    table = "data('source')"
    return [
        alt.ExprRef(expr=f"length({table}) ? extent(pluck({table}, '{field}'))[{end}] : {empty[end]}")
        for end in (0, 1)
    ]


def span_ends(low: str, high: str) -> list[alt.ExprRef]:
    """The domain of an axis, from the least value of one field to the greatest of another."""
    return [span(low)[0], span(high)[1]]


def span_with(low: float, high: float, field: str) -> list[alt.ExprRef]:
    """The same, and wide enough for what has to be on the axis in any case."""
    least, greatest = span(field)
    return [alt.ExprRef(expr=f"min({low}, {least.expr})"), alt.ExprRef(expr=f"max({high}, {greatest.expr})")]
