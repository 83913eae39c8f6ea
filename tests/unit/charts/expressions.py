"""Vega's expressions, as far as the drawings use them: numbers, words, comparisons, choices and calls."""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache, partial
from typing import Any

Names = Mapping[str, Any]
Meaning = Callable[[Names], Any]
"""An expression that has been read: what it gives where names have these values."""

TOKEN = re.compile(r"\s*(\d+(?:\.\d+)?(?:e[+-]?\d+)?|'[^']*'|\w+|&&|\|\||[<>=!]=|[-+*/<>().,?:!\[\]])")


def number(value: Any) -> float:
    """A number as JavaScript takes it, for which null is zero."""
    return 0 if value is None else value


def numbers(act: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    return lambda left, right: act(number(left), number(right))


def add(left: Any, right: Any) -> Any:
    if isinstance(left, str) or isinstance(right, str):
        return "".join(side if isinstance(side, str) else f"{side:g}" for side in (left, right))
    return number(left) + number(right)


LEVELS: tuple[dict[str, Callable[[Any, Any], Any]], ...] = (
    {"||": operator.or_},
    {"&&": operator.and_},
    {"==": operator.eq, "!=": operator.ne},
    {sign: numbers(act) for sign, act in {"<": operator.lt, ">": operator.gt}.items()}
    | {sign: numbers(act) for sign, act in {"<=": operator.le, ">=": operator.ge}.items()},
    {"+": add, "-": numbers(operator.sub)},
    {"*": numbers(operator.mul), "/": numbers(operator.truediv)},
)
"""What stands between two values; what binds loosest comes first."""

PREFIXES = "fpnµm kMGTP"
"""A thousand between each and the next."""


def written(value: float | None, form: str) -> str:
    """A number in those of d3's forms that the drawings use; minus is the hyphen, as tests have it, and
    powers of ten stand below 1e-4, where d3 writes them below 1e-6."""
    if value is None:
        return "null"
    if form == "~s":
        thousands = math.floor(math.log10(abs(value) or 1) / 3)
        return f"{value / 1000**thousands:g}{PREFIXES[thousands + PREFIXES.index(' ')].strip()}"
    if form == "~e":
        digits, power = f"{value:e}".split("e")
        return f"{float(digits):g}e{int(power):+d}"
    # Python leaves zeros at the end out unless asked to keep them, d3 keeps them unless asked not to.
    keeps = "#" * (form[-1] == "g" and "~" not in form)
    digits = f"{round(value) if form[-1] == 'd' else value:{keeps}{form.replace('~', '')}}"
    return re.sub(r"\.(?=$|e)", "", re.sub(r"e([+-])0", r"e\1", digits))


def extent(values: Iterable[float | None]) -> tuple[float | None, float | None]:
    there = [value for value in values if value is not None]
    return min(there, default=None), max(there, default=None)


KNOWN: Names = {
    "null": None,
    "LN10": math.log(10),
    "PI": math.pi,
    "width": 650,
    "atan2": math.atan2,
    "abs": lambda value: abs(number(value)),
    "clamp": lambda value, low, high: min(max(value, low), high),
    "extent": extent,
    "floor": math.floor,
    "format": written,
    "indexof": lambda text, part: text.find(part),
    "isValid": lambda value: value is not None,
    "length": len,
    "log": math.log,
    "max": max,
    "min": min,
    "pluck": lambda rows, field: [row.get(field) for row in rows],
    "slice": lambda text, start, end: text[start:end],
}


def evaluate(expression: str, **names: Any) -> Any:
    """The value of an expression; names: what it knows beside Vega's own functions, such as datum."""
    return read(expression)({**KNOWN, **names})


@lru_cache
def read(expression: str) -> Meaning:
    tokens = TOKEN.findall(expression)
    assert "".join(tokens) == "".join(re.findall(r"'[^']*'|\S", expression)), expression
    reader = Reader(tokens)
    meaning = reader.choice()
    assert not reader.tokens, f"{expression} goes on with {reader.tokens}"
    return meaning


class Reader:
    """Reads tokens from left to right, what binds loosest first."""

    def __init__(self, tokens: list[str]) -> None:
        self.tokens = tokens

    def take(self, *expected: str) -> str:
        """The next token if it is one of these, else nothing."""
        return self.tokens.pop(0) if self.tokens and self.tokens[0] in expected else ""

    def choice(self) -> Meaning:
        test = self.level(0)
        if not self.take("?"):
            return test
        then = self.choice()
        assert self.take(":")
        other = self.choice()
        return lambda names: then(names) if test(names) else other(names)

    def level(self, depth: int) -> Meaning:
        if depth == len(LEVELS):
            return self.sign()
        value = self.level(depth + 1)
        while found := self.take(*LEVELS[depth]):
            join = LAZY.get(found) or partial(joined, LEVELS[depth][found])
            value = join(value, self.level(depth + 1))
        return value

    def sign(self) -> Meaning:
        if self.take("!"):
            denied = self.sign()
            return lambda names: not denied(names)
        if not self.take("-"):
            return self.follow(self.single())
        value = self.sign()
        return lambda names: -value(names)

    def single(self) -> Meaning:
        token = self.tokens.pop(0)
        if token == "(":
            return self.closed(")")
        if token[0] == "'":
            return lambda _: token[1:-1]
        if token[0].isdigit():
            return lambda _: int(token) if token.isdigit() else float(token)
        return lambda names: names[token]

    def follow(self, value: Meaning) -> Meaning:
        """What stands behind a value: a part of it, or what it is called with."""
        while mark := self.take(".", "[", "("):
            if mark == ".":
                value = part_of(value, self.tokens.pop(0))
            elif mark == "[":
                value = joined(operator.getitem, value, self.closed("]"))
            else:
                value = called(value, self.arguments())
        return value

    def arguments(self) -> list[Meaning]:
        found = [self.choice()]
        while self.take(","):
            found.append(self.choice())
        assert self.take(")")
        return found

    def closed(self, end: str) -> Meaning:
        value = self.choice()
        assert self.take(end)
        return value


def joined(act: Callable[[Any, Any], Any], left: Meaning, right: Meaning) -> Meaning:
    return lambda names: act(left(names), right(names))


def either(left: Meaning, right: Meaning) -> Meaning:
    return lambda names: left(names) or right(names)


def both(left: Meaning, right: Meaning) -> Meaning:
    return lambda names: left(names) and right(names)


LAZY = {"||": either, "&&": both}
"""What looks at its right side only if the left one leaves that open."""


def part_of(value: Meaning, name: str) -> Meaning:
    return lambda names: value(names).get(name)


def called(function: Meaning, arguments: list[Meaning]) -> Meaning:
    return lambda names: function(names)(*(argument(names) for argument in arguments))
