"""What is seen in a picture: its marks, layer by layer, and what each shows on each channel."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any

from lesson.charts.picture import Picture
from tests.unit.charts.expressions import evaluate, written

Row = Mapping[str, Any]


class Words(dict[str, str]):
    """A word for every key, and none that could be taken for another."""

    def __missing__(self, key: str) -> str:
        return f"word for {key}"


WORDS = Words()


@dataclass(frozen=True)
class Marks:
    """The marks of one layer, one for each row that it draws; table: all rows of the picture; selected: what
    each selection holds."""

    kind: str
    style: Mapping[str, Any]
    encoding: Mapping[str, Any]
    rows: list[Row]
    table: list[Row]
    selected: Row

    def see(self, *channels: str) -> list[tuple[Any, ...]]:
        """For each mark what it shows on these channels, None for a gap."""
        return list(zip(*(self.each(channel) for channel in channels), strict=True))

    def each(self, channel: str) -> list[Any]:
        """For each mark what it shows on this channel: a number, a word, a colour."""
        return [self.shown(self.encoding.get(channel), channel, row) for row in self.rows]

    def shown(self, definition: Any, channel: str, row: Row) -> Any:
        if definition is None:
            return self.style.get(channel)
        met = definition.get("condition")
        if met and evaluate(met["test"], datum=row, **self.selected):
            return self.shown(met, channel, row)
        if "value" in definition or "datum" in definition:
            constant = definition.get("value", definition.get("datum"))
            return evaluate(constant["expr"], datum=row) if isinstance(constant, dict) else constant
        value = row.get(definition["field"])
        if "format" in definition:
            return written(value, definition["format"])
        scale = definition.get("scale") or {}
        return scale["range"][scale["domain"].index(value)] if named(scale) else value

    def tooltips(self) -> list[dict[str, Any]]:
        """For each mark what stands beside a pointer that comes near, by title."""
        definitions = self.encoding["tooltip"]
        assert isinstance(definitions, list), "of one field that is in no list Vega shows no title"
        titles = [title_of(definition) for definition in definitions]
        assert len(set(titles)) == len(titles), "of two fields with one title Vega shows the first alone"
        return [
            {title_of(definition): self.shown(definition, "tooltip", row) for definition in definitions}
            for row in self.rows
        ]

    def title(self, channel: str) -> Any:
        return title_of(self.encoding[channel])

    def scale(self, channel: str) -> Mapping[str, Any]:
        return self.encoding[channel].get("scale") or {}

    def domain(self, channel: str) -> list[Any]:
        """Where the axis or legend begins and ends, or all that it names."""
        return [
            evaluate(end["expr"], data=lambda _: self.table) if isinstance(end, dict) else end
            for end in self.scale(channel)["domain"]
        ]

    def labels(self, channel: str, *values: float, domain: tuple[float, float] = (0, 1)) -> list[str]:
        """What is written at these places of the axis, which reaches over the domain."""
        said, reach = self.encoding[channel]["axis"]["labelExpr"], {channel: domain}.__getitem__
        return [evaluate(said, datum={"value": value}, domain=reach) for value in values]


def named(scale: Mapping[str, Any]) -> bool:
    """Whether a scale gives each name its own look."""
    return "range" in scale and isinstance(scale["domain"][0], str)


def title_of(definition: Mapping[str, Any]) -> Any:
    return definition.get("title", definition["field"])


def drawn(picture: Picture, **selected: object) -> list[Marks]:
    """The layers of a picture, the lowest first; selected: what each selection holds, by field,
    and the value of each other parameter."""
    nothing: Row = {}
    parameters = picture.drawing.get("params", [])
    known = {parameter["name"]: parameter.get("value", nothing) for parameter in parameters}
    return list(layers(picture.drawing, {}, [], picture.table.to_pylist(), known | selected))


def layers(
    specification: Mapping[str, Any], encoding: Row, transforms: list[Row], table: list[Row], selected: Row
) -> Iterator[Marks]:
    """An inner layer has what is around it too: its encoding and its transforms."""
    encoding = {**encoding, **specification.get("encoding", {})}
    transforms = [*transforms, *specification.get("transform", [])]
    inner = [specification[kind] for kind in ("layer", "hconcat", "vconcat") if kind in specification]
    for layer in chain.from_iterable(inner):
        yield from layers(layer, encoding, transforms, table, selected)
    if inner:
        return
    mark = specification["mark"]
    yield Marks(mark["type"], mark, encoding, transformed(table, transforms, selected), table, selected)


def transformed(table: list[Row], transforms: list[Row], selected: Row) -> list[Row]:
    rows = table
    for transform in transforms:
        if "filter" in transform:
            rows = [
                row
                for row in rows
                if evaluate(transform["filter"], datum=row, data=lambda _: table, **selected)
            ]
        else:
            made, expression = transform["as"], transform["calculate"]
            rows = [{**row, made: evaluate(expression, datum=row)} for row in rows]
    return rows
