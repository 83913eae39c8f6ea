"""The network: which weight joins which units, and through which the loss depends on the chosen one."""

from __future__ import annotations

import pytest

from lesson.charts import theme
from lesson.charts.network import SHOWN, network_chart
from lesson.charts.picture import Picture
from lesson.numeric.config import Entry, entries
from tests.unit.charts.drawn import Marks, drawn

SIZES = (2, 3, 4)
PLACE = tuple[float, float]


def picture(chosen: Entry, sizes: tuple[int, int, int] = SIZES, bias: bool = True) -> Picture:
    return network_chart(sizes, bias, chosen, "weight")


def layers(picture: Picture) -> tuple[Marks, Marks, Marks, Marks]:
    lines, targets, circles, names = drawn(picture)
    return lines, targets, circles, names


def columns(picture: Picture) -> list[list[str]]:
    """The names of the units, layer by layer, from top to bottom."""
    *_, names = layers(picture)
    seen = sorted(names.see("x", "y", "text"), key=lambda unit: (unit[0], -unit[1]))
    return [[text for x, _, text in seen if x == layer] for layer in range(4)]


def ends(picture: Picture) -> dict[str, tuple[tuple[int, str], tuple[int, str]]]:
    """For each weight the layers and names of the units that it joins, as the picture shows them."""
    lines, _, _, names = layers(picture)
    units = {(x, y): (int(x), text) for x, y, text in names.see("x", "y", "text")}
    return {
        row["entry"]: (units[x, y], units[x2, y2])
        for row, (x, y, x2, y2) in zip(lines.rows, lines.see("x", "y", "x2", "y2"), strict=True)
        if row["entry"]
    }


def lit(picture: Picture) -> list[str]:
    """The weights that are drawn in the colour of the error; ends of the way to the loss by their unit."""
    lines, _, _, names = layers(picture)
    units = {(x, y): text for x, y, text in names.see("x", "y", "text")}
    return [
        row["entry"] or f"{units[place]} to {units[end]}"
        for row, place, end, color in zip(
            lines.rows, lines.see("x", "y"), lines.see("x2", "y2"), lines.each("color"), strict=True
        )
        if color == theme.ERROR
    ]


ANY = Entry("w1", 0, 0)


def test_units_stand_layer_by_layer_from_top_to_bottom() -> None:
    assert columns(picture(ANY)) == [
        ["x1", "x2", "1"],
        ["h1", "h2", "h3", "1"],
        ["o1", "o2", "o3", "o4"],
        ["L"],
    ]
    assert columns(picture(ANY, bias=False)) == [
        ["x1", "x2"],
        ["h1", "h2", "h3"],
        ["o1", "o2", "o3", "o4"],
        ["L"],
    ]


def test_of_a_large_layer_the_first_units_and_dots_are_drawn() -> None:
    assert columns(picture(ANY, sizes=(5, 9, 6)))[:3] == [
        ["x1", "x2", "x3", "x4", "⋯", "1"],
        ["h1", "h2", "h3", "h4", "⋯", "1"],
        ["o1", "o2", "o3", "o4", "⋯"],
    ]
    assert columns(picture(ANY, sizes=(4, 4, 4)))[2] == ["o1", "o2", "o3", "o4"]


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("sizes", [SIZES, (5, 1, 7), (1, 6, 2)])
def test_a_weight_joins_the_unit_of_its_row_to_that_of_its_column(
    sizes: tuple[int, int, int], bias: bool
) -> None:
    inputs, hidden, outputs = (range(1, min(size, SHOWN) + 1) for size in sizes)
    expected = {f"w1[{i},{j}]": ((0, f"x{i}"), (1, f"h{j}")) for i in inputs for j in hidden}
    expected |= {f"w2[{j},{k}]": ((1, f"h{j}"), (2, f"o{k}")) for j in hidden for k in outputs}
    if bias:
        expected |= {f"b1[1,{j}]": ((0, "1"), (1, f"h{j}")) for j in hidden}
        expected |= {f"b2[1,{k}]": ((1, "1"), (2, f"o{k}")) for k in outputs}
    assert ends(picture(ANY, sizes, bias)) == expected


def test_every_output_is_joined_to_the_loss() -> None:
    lines, _, _, names = layers(picture(ANY))
    units = {(x, y): text for x, y, text in names.see("x", "y", "text")}
    last = [(units[x, y], units[x2, y2]) for x, y, x2, y2 in lines.see("x", "y", "x2", "y2") if x2 == 3]
    assert last == [(f"o{k}", "L") for k in range(1, 5)]


ALL_LOSSES = ["o1 to L", "o2 to L", "o3 to L", "o4 to L"]


@pytest.mark.parametrize(
    ("chosen", "way"),
    [
        (Entry("w1", 0, 2), ["w1[1,3]", "w2[3,1]", "w2[3,2]", "w2[3,3]", "w2[3,4]", *ALL_LOSSES]),
        (Entry("w1", 1, 0), ["w1[2,1]", "w2[1,1]", "w2[1,2]", "w2[1,3]", "w2[1,4]", *ALL_LOSSES]),
        (Entry("b1", 0, 1), ["b1[1,2]", "w2[2,1]", "w2[2,2]", "w2[2,3]", "w2[2,4]", *ALL_LOSSES]),
        (Entry("w2", 0, 3), ["w2[1,4]", "o4 to L"]),
        (Entry("w2", 2, 1), ["w2[3,2]", "o2 to L"]),
        (Entry("b2", 0, 2), ["b2[1,3]", "o3 to L"]),
    ],
    ids=lambda value: value.name if isinstance(value, Entry) else "",
)
def test_lit_is_what_carries_the_effect_of_the_chosen_weight(chosen: Entry, way: list[str]) -> None:
    assert lit(picture(chosen)) == way


def test_what_is_lit_is_wider_and_clearer_and_not_only_another_colour() -> None:
    lines, *_ = layers(picture(ANY))
    looks = set(lines.see("color", "strokeWidth", "opacity"))
    assert looks == {(theme.ERROR, 3.5, 1), ("#888888", 1, 0.5)}


def test_a_click_on_a_weight_picks_it_by_name() -> None:
    shown = picture(Entry("w2", 1, 1))
    lines, targets, _, _ = layers(shown)
    assert (lines.kind, targets.kind) == ("rule", "rule")
    named = [
        (row["entry"], place) for row, place in zip(lines.rows, lines.see("x", "y", "x2", "y2"), strict=True)
    ]
    assert [
        (told["weight"], place)
        for told, place in zip(targets.tooltips(), targets.see("x", "y", "x2", "y2"), strict=True)
    ] == [(entry, place) for entry, place in named if entry]
    assert targets.style["strokeWidth"] >= 10
    assert targets.style["opacity"] < 0.01
    (picked,) = shown.drawing["params"]
    assert picked["name"] == "entry"
    assert picked["select"] == {"type": "point", "fields": ["entry"], "on": "click", "clear": False}


def test_units_are_coloured_by_what_they_hold() -> None:
    *_, circles, names = layers(picture(ANY))
    assert circles.see("x", "y") == names.see("x", "y")
    colors = dict(zip(names.each("text"), circles.each("color"), strict=True))
    one = colors.pop("1")
    assert colors == {
        **dict.fromkeys(("x1", "x2"), theme.DATA),
        **dict.fromkeys(("h1", "h2", "h3", "o1", "o2", "o3", "o4"), theme.HIDDEN),
        "L": theme.ERROR,
    }
    assert one not in {theme.DATA, theme.HIDDEN, theme.ERROR}


def test_everything_is_inside_the_picture() -> None:
    for sizes in (SIZES, (9, 9, 9), (1, 1, 1)):
        for marks in drawn(picture(ANY, sizes)):
            for channel in ("x", "y"):
                low, high = marks.domain(channel)
                assert all(low < value < high for value in marks.each(channel))


def test_entries_are_all_weights_that_are_drawn() -> None:
    for sizes, bias in ((SIZES, True), (SIZES, False), ((5, 9, 6), True)):
        found = entries(*sizes, bias, SHOWN)
        assert set(found) == set(ends(picture(ANY, sizes, bias)))
        assert all(name == chosen.name for name, chosen in found.items())


def test_a_choice_counts_rows_and_columns_from_zero_and_its_name_from_one() -> None:
    found = entries(*SIZES, True, SHOWN)
    assert found["w1[2,3]"] == Entry("w1", 1, 2)
    assert found["b2[1,4]"] == Entry("b2", 0, 3)
    assert list(found)[:4] == ["w1[1,1]", "w1[1,2]", "w1[1,3]", "w1[2,1]"]
