"""The bench: each number is that of its place and position, each factor lights its edge."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import NamedTuple

import pytest

from lesson.charts import theme
from lesson.charts.bench import CURVE, HEIGHT, NETWORK, WHOLE, bench_chart, height_of
from lesson.charts.network import SHOWN
from lesson.charts.picture import Picture
from lesson.numeric.config import Config, Entry, entries
from lesson.numeric.data import Normal
from lesson.numeric.experiments.chain_rule import Sweep, held_at, sweep
from lesson.numeric.source import line_of
from tests.unit.charts.drawn import WORDS, Marks, Row, drawn
from tests.unit.charts.expressions import written

SIZES = (3, 2, 2)
KEPT = [0, 23, 40, 55, 80]
"""Positions in the pictures of these tests: some of all, which would take long to read."""

START, LAST = 2, len(KEPT) - 1
HIDDEN = Entry("w1", 1, 1)
ENTRIES = [HIDDEN, Entry("w1", 2, 0), Entry("b1", 0, 1), Entry("w2", 1, 0), Entry("b2", 0, 1)]


@cache
def swept(entry: Entry, sizes: tuple[int, int, int] = SIZES, bias: bool = True) -> Sweep:
    inputs, hidden, outputs = sizes
    whole = sweep(Config(Normal(3, inputs, outputs, 0), hidden=hidden, bias=bias), entry, SHOWN)
    moving = ("weights", "losses", "gradients", "h", "a", "out")
    return replace(
        whole,
        **{name: getattr(whole, name)[KEPT] for name in moving},
        paths=tuple(tuple(f._replace(values=f.values[KEPT]) for f in factors) for factors in whole.paths),
        cells=tuple(cell._replace(values=cell.values[KEPT]) for cell in whole.cells),
    )


def picture(
    entry: Entry, sizes: tuple[int, int, int] = SIZES, bias: bool = True, start: int = START
) -> Picture:
    return bench_chart(swept(entry, sizes, bias), entry, sizes, start, WORDS, "light")


class Drawn(NamedTuple):
    """The layers of the bench by what they show."""

    edges: Marks
    lit: Marks
    targets: Marks
    circles: Marks
    names: Marks
    numbers: Marks
    turn: Marks
    turn_name: Marks
    curve: Marks
    tangent: Marks
    dot: Marks
    grips: Marks
    grounds: Marks
    factor_names: Marks
    signs: Marks
    sums: Marks
    code: Marks
    terms: Marks
    cells: Marks
    frames: Marks


def bench(shown: Picture, **selected: object) -> Drawn:
    return Drawn(*drawn(shown, **selected))


def dragged(at: int, start: int = START) -> Mapping[str, list[int]]:
    return {"at": [at], "start": [start]}


def short(value: float) -> str:
    return written(value, ".3~g")


def held(found: Drawn) -> dict[str, str]:
    """What stands below each unit."""
    said = {place: text for *place_, text in found.numbers.see("x", "y", "text") if (place := tuple(place_))}
    return {name: said[x, y + 20] for x, y, name in found.names.see("x", "y", "text") if (x, y + 20) in said}


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
@pytest.mark.parametrize("at", range(len(KEPT)))
def test_each_unit_has_the_number_that_it_holds_at_the_position(entry: Entry, at: int) -> None:
    found = held(bench(picture(entry), pos=dragged(at)))
    now = held_at(swept(entry), at)
    assert set(found) == {"x1", "x2", "x3", "h1", "h2", "a1", "a2", "o1", "o2", "L"}
    assert found == {name: short(now[name]) for name in found}


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_the_chosen_weight_has_its_number_by_its_name(entry: Entry) -> None:
    for at in (0, 1, LAST):
        texts = bench(picture(entry), pos=dragged(at)).numbers.each("text")
        assert f"{entry.name} = {short(swept(entry).weights[at])}" in texts


def position_shown(found: Drawn, entry: Entry) -> int:
    ((weight, _),) = found.dot.see("x", "y")
    return list(swept(entry).weights).index(weight)


def test_a_drag_shows_its_position_until_the_page_goes_to_another() -> None:
    assert position_shown(bench(picture(HIDDEN, start=1)), HIDDEN) == 1
    assert position_shown(bench(picture(HIDDEN, start=1), pos=dragged(4, start=1)), HIDDEN) == 4
    assert position_shown(bench(picture(HIDDEN, start=3), pos=dragged(4, start=1)), HIDDEN) == 3


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
@pytest.mark.parametrize("at", [0, START, LAST])
def test_the_chain_reads_as_factors_products_and_their_sum(entry: Entry, at: int) -> None:
    found, all_paths = bench(picture(entry), pos=dragged(at)), swept(entry).paths
    rows: dict[float, list[str]] = {}
    for _, y, text in sorted(found.terms.see("x", "y", "text"), key=lambda term: term[0]):
        rows.setdefault(y, []).append(text)
    *paths, total = rows.values() if len(rows) > 1 else ([], [])
    products = []
    for said, factors in zip(paths, all_paths, strict=True):
        numbers = [f.values[at] for f in factors]
        products.append(
            2 * float(numbers[0]) * float(numbers[1]) * float(numbers[2] * numbers[3] if numbers[2:] else 1)
        )
        assert said[:-1] == [f"2 · {short(numbers[0])}", *(short(number) for number in numbers[1:])]
        assert said[-1] == f"= {short(products[-1])}"
    assert total == [f"= {short(sum(products))}"]
    assert sum(products) == pytest.approx(swept(entry).gradients[at])


def test_of_many_paths_the_rest_stand_together() -> None:
    entry, sizes = Entry("w1", 0, 1), (2, 3, 7)
    many = swept(entry, sizes)
    found = bench(picture(entry, sizes))
    last_two = [text for _, text in sorted(found.terms.see("y", "text"))][-2:]
    at = START
    rest = sum(
        2 * f[0].values[at] * f[1].values[at] * f[2].values[at] * f[3].values[at] for f in many.paths[4:]
    )
    assert last_two == [f"= {short(rest)}", f"= {short(many.gradients[at])}"]
    assert found.sums.each("text") == [WORDS["rest"], WORDS["sum"]]
    assert len(found.frames.rows) == 4 * SHOWN


def joined(found: Drawn, rows: list[Row]) -> list[tuple[str, str]]:
    units = {(x, y): text for x, y, text in found.names.see("x", "y", "text")}
    return [(units[row["x"], row["y"]], units[row["x2"], row["y2"]]) for row in rows]


def way_of(name: str, entry: Entry) -> tuple[str, str]:
    """The units between which a factor stands, by what it is called."""
    if wrong := re.fullmatch(r"2\(o(\d) − y\1\)", name):
        return f"o{wrong[1]}", "L"
    if carries := re.fullmatch(r"w2\[(\d),(\d)\]", name):
        return f"a{carries[1]}", f"o{carries[2]}"
    if slope := re.fullmatch(r"φ′\(h(\d)\)", name):
        return f"h{slope[1]}", f"a{slope[1]}"
    return name, f"{'h' if entry.parameter in ('w1', 'b1') else 'o'}{entry.column + 1}"


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_a_factor_lights_its_edge_its_line_and_its_cell(entry: Entry) -> None:
    shown, at = picture(entry), START
    still = bench(shown)
    assert still.lit.rows == []
    places = {(x, y): text for x, y, text in still.factor_names.see("x", "y", "text")}
    values = {cell.name: cell.values[at] for cell in swept(entry).cells}
    for box in still.frames.rows:
        (name,) = (t for (x, y), t in places.items() if box["x"] < x < box["x2"] and box["y"] < y < box["y2"])
        found = bench(shown, pointed={field: [box[field]] for field in ("edge", "line", "cell")})
        assert joined(found, found.lit.rows) == [way_of(name, entry)]
        red = theme.TEXT["light"]["error"]
        assert [text for text, color in found.code.see("text", "color") if color == red] == [
            line_of(box["line"])
        ]
        lit = [text for text, color in found.cells.see("text", "color") if color == red]
        assert lit == [f"{box['cell']} = {short(values[box['cell']])}"]
        framed = [
            row
            for row, color in zip(found.frames.rows, found.frames.each("stroke"), strict=True)
            if color == theme.ERROR
        ]
        assert box in framed
        assert {row["cell"] for row in framed} == {box["cell"]}


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("sizes", [SIZES, (5, 1, 7), (1, 6, 2), (9, 9, 9)])
def test_a_weight_joins_its_units(sizes: tuple[int, int, int], bias: bool) -> None:
    found = bench(picture(Entry("w1", 0, 0), sizes, bias))
    ways = dict(
        zip((row["entry"] for row in found.targets.rows), joined(found, found.targets.rows), strict=True)
    )
    expected = {}
    for entry in entries(*sizes, bias, SHOWN).values():
        left, right = ("x", "h") if entry.parameter in ("w1", "b1") else ("a", "o")
        start = f"{left}{entry.row + 1}" if entry.parameter[0] == "w" else "1"
        expected[entry.name] = (start, f"{right}{entry.column + 1}")
    assert ways == expected


@pytest.mark.parametrize(
    ("entry", "way"),
    [
        (HIDDEN, {("x2", "h2"), ("h2", "a2"), ("a2", "o1"), ("a2", "o2"), ("o1", "L"), ("o2", "L")}),
        (
            Entry("b1", 0, 0),
            {("1", "h1"), ("h1", "a1"), ("a1", "o1"), ("a1", "o2"), ("o1", "L"), ("o2", "L")},
        ),
        (Entry("w2", 1, 0), {("a2", "o1"), ("o1", "L")}),
        (Entry("b2", 0, 1), {("1", "o2"), ("o2", "L")}),
    ],
    ids=lambda value: value.name if isinstance(value, Entry) else "",
)
def test_what_carries_the_effect_on_is_coloured_and_wider(entry: Entry, way: set[tuple[str, str]]) -> None:
    found = bench(picture(entry))
    looks = found.edges.see("color", "strokeWidth", "opacity")
    on_the_way = [
        row for row, look in zip(found.edges.rows, looks, strict=True) if look == (theme.ERROR, 3, 1)
    ]
    assert set(joined(found, on_the_way)) == way
    assert set(looks) == {(theme.ERROR, 3, 1), ("#888888", 1, 0.5)}


def test_the_tangent_goes_through_the_dot_with_the_slope_by_hand() -> None:
    for at in (0, 1, LAST):
        found = bench(picture(HIDDEN), pos=dragged(at))
        ((x, y, x2, y2),) = found.tangent.see("x", "y", "x2", "y2")
        ((weight, loss),) = found.dot.see("x", "y")
        assert ((x + x2) / 2, (y + y2) / 2) == pytest.approx((weight, loss))
        assert (y2 - y) / (x2 - x) == pytest.approx(swept(HIDDEN).gradients[at])
    # All grips at one height: the nearest is the one above or below the pointer, however steep the curve is.
    assert found.curve.each("x") == found.grips.each("x")
    assert len(set(found.grips.each("y"))) == 1
    assert found.curve.domain("y") == [min(found.curve.each("y")), max(found.curve.each("y"))]


def test_the_turn_of_the_gate_stands_where_its_h_is_zero() -> None:
    assert bench(picture(HIDDEN)).turn_name.see("x", "text") == [(swept(HIDDEN).bend, "h2 = 0")]
    assert bench(picture(Entry("w2", 0, 0))).turn.rows == []


def test_everything_is_inside_its_view() -> None:
    for sizes in (SIZES, (9, 9, 9), (1, 1, 1)):
        entry = Entry("w1", 0, 0)
        found = bench(picture(entry, sizes))
        height = height_of(swept(entry, sizes))
        views = {
            (NETWORK, HEIGHT): (found.circles, found.names, found.numbers),
            (WHOLE, height): (found.frames, found.terms, found.code, found.cells, found.factor_names),
        }
        for (wide, high), layers in views.items():
            for x, y in (place for marks in layers for place in marks.see("x", "y")):
                assert 0 <= x <= wide
                assert 0 <= y <= high


def test_a_drag_stays_in_the_browser_and_its_end_and_a_click_are_selections() -> None:
    named = {parameter["name"]: parameter["select"] for parameter in picture(HIDDEN).drawing["params"]}
    assert set(named) == {"entry", "pos", "released", "pointed"}
    assert "[pointerdown, window:pointerup] > pointermove" in named["pos"]["on"]
    assert named["pos"]["fields"] == ["at", "start"]
    assert (named["released"]["on"], named["released"]["fields"]) == ("pointerup", ["at"])
    assert (named["entry"]["on"], named["entry"]["fields"]) == ("click", ["entry"])


def test_it_is_not_wider_than_the_page() -> None:
    upper, lower = picture(HIDDEN).drawing["vconcat"]
    assert [view["width"] for view in upper["hconcat"]] == [NETWORK, CURVE]
    assert lower["width"] == WHOLE <= 704
