"""The data sets of the lesson: each a small frozen description that loads the same arrays every time.

Arrays are float32, so that they mean the same numbers in a float32 and in a float64 network.
"""

from __future__ import annotations

import io
import math
from csv import Error, reader
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from pathlib import Path
from typing import Protocol

import numpy as np

ASSETS = Path(__file__).parents[2] / "assets"
MAX_CSV_BYTES = 1_000_000
MAX_CSV_INPUTS = 256
MAX_HEADER = 20_000
GAPS = {"", "?", "-", "na", "n/a", "nan", "null", "none"}
"""What people write where a number is missing."""


@dataclass(frozen=True, eq=False)
class Data:
    """x (rows, inputs) and y (rows, outputs), float32, with the names of their columns.

    available counts the complete rows of which these were taken, dropped those with gaps. left_out names the
    columns that hold no numbers.
    """

    x: np.ndarray
    y: np.ndarray
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    available: int
    dropped: int = 0
    left_out: tuple[str, ...] = ()


class DataError(ValueError):
    """A table that cannot be trained on: the reason's name and the facts that a sentence needs."""

    def __init__(self, reason: str, **facts: object) -> None:
        super().__init__(f"{reason}: {facts}")
        self.reason = reason
        self.facts = facts

    def __reduce__(self) -> tuple[object, ...]:
        """How pickle makes it anew in another process."""
        return partial(DataError, self.reason, **self.facts), ()


class Source(Protocol):
    """A description of data, hashable, that loads the same arrays every time."""

    @property
    def sizes(self) -> tuple[int, int, int]:
        """(rows, inputs, outputs)."""

    def load(self) -> Data: ...


def draws(seed: int) -> np.random.Generator:
    """The data's source of random numbers, independent of the weights' with the same seed."""
    return np.random.default_rng((seed, 1))


def numbered(name: str, count: int) -> tuple[str, ...]:
    return tuple(f"{name}{i + 1}" for i in range(count))


@dataclass(frozen=True)
class Normal:
    """Standard normal x and y, as in the notebook: there is nothing to learn but the noise."""

    batch: int = 64
    inputs: int = 3
    outputs: int = 1
    seed: int = 0

    @property
    def sizes(self) -> tuple[int, int, int]:
        return self.batch, self.inputs, self.outputs

    def load(self) -> Data:
        random = draws(self.seed)
        x = random.standard_normal((self.batch, self.inputs), dtype=np.float32)
        y = random.standard_normal((self.batch, self.outputs), dtype=np.float32)
        return Data(x, y, numbered("x", self.inputs), numbered("y", self.outputs), self.batch)


@dataclass(frozen=True)
class Sparse(Normal):
    """Normal data in which a share of the inputs, drawn independently, is exactly zero."""

    zeros: float = 0.8

    def load(self) -> Data:
        dense = super().load()
        kept = np.random.default_rng((self.seed, 2)).random(dense.x.shape) >= self.zeros
        return replace(dense, x=dense.x * kept)


@dataclass(frozen=True)
class Sine:
    """y = sin x + noise of standard deviation 0.1, x uniform in [-3, 3]: a curve one can draw."""

    batch: int = 64
    seed: int = 0

    @property
    def sizes(self) -> tuple[int, int, int]:
        return self.batch, 1, 1

    def load(self) -> Data:
        random = draws(self.seed)
        x = random.uniform(-3, 3, (self.batch, 1))
        y = np.sin(x) + 0.1 * random.standard_normal((self.batch, 1))
        return Data(x.astype(np.float32), y.astype(np.float32), ("x",), ("y",), self.batch)


@dataclass(frozen=True)
class Table:
    """A learner's CSV: one numeric column is the target, the others the inputs, all standardised.

    Rows with gaps are dropped and counted, a random batch is taken of the rest. target None means
    the last numeric column; header, that the first row names the columns. Loading raises DataError with one
    of the reasons csv-too-large, csv-not-text, csv-empty, csv-long-header, csv-header-alone,
    csv-not-a-table, csv-too-few-columns, csv-too-many-columns, csv-too-few-rows, csv-constant-column,
    csv-too-big-numbers, csv-no-such-target.
    """

    csv: bytes
    target: str | None = None
    batch: int = 64
    seed: int = 0
    header: bool = True

    @property
    def sizes(self) -> tuple[int, int, int]:
        return (*self.load().x.shape, 1)

    def load(self) -> Data:
        return load_table(self)


def rows_of(text: str) -> list[list[str]]:
    """The rows of a table, each as long as the first. Raises DataError where there is no table."""
    first = text.lstrip("\n").partition("\n")[0]
    if not first.strip():
        raise DataError("csv-empty")
    if len(first) > MAX_HEADER:
        raise DataError("csv-long-header", found=len(first), limit=MAX_HEADER)
    # Spreadsheets of different countries separate by different marks.
    lines = reader(io.StringIO(text), delimiter=max(",;\t", key=first.count))
    rows: list[list[str]] = []
    try:
        for row in filter(None, lines):
            rows.append(row)
            check_row(row, rows[0], lines.line_num)
    except Error as error:
        raise DataError("csv-not-a-table", line=lines.line_num) from error
    return rows


def check_row(row: list[str], first: list[str], line: int) -> None:
    """Raises DataError where a row has too many columns, or not those of the first."""
    if len(row) > MAX_CSV_INPUTS + 1:
        raise DataError("csv-too-many-columns", found=len(row), limit=MAX_CSV_INPUTS + 1)
    if len(row) != len(first):
        raise DataError("csv-not-a-table", line=line)


def numbers_of(cells: list[str]) -> np.ndarray | None:
    """A column as numbers with nan for gaps; None where a cell is neither, or where all are gaps."""
    try:
        numbers = [math.nan if cell.strip().lower() in GAPS else float(cell) for cell in cells]
    except ValueError:
        return None
    return None if all(map(math.isnan, numbers)) else np.array(numbers)


def text_of(csv: bytes) -> str:
    """The text of a CSV in UTF-8. Raises DataError where it is too large or no text."""
    if len(csv) > MAX_CSV_BYTES:
        raise DataError("csv-too-large", kilobytes=len(csv) // 1000, limit=MAX_CSV_BYTES // 1000)
    try:
        text = csv.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError("csv-not-text", position=error.start) from error
    if "\0" in text:
        raise DataError("csv-not-text", position=text.index("\0"))
    # Every system's line ends; old spreadsheets of the Macintosh write CR alone.
    return text.replace("\r\n", "\n").replace("\r", "\n")


def check_column(name: str, values: np.ndarray) -> None:
    """Raises DataError where a column cannot be standardised."""
    if not np.isfinite(values).all() or np.abs(values).max() > 1e30:
        raise DataError("csv-too-big-numbers", column=name)
    if values.std() <= 1e-30:
        raise DataError("csv-constant-column", column=name)


@dataclass(frozen=True, eq=False)
class Columns:
    """The numeric columns of a table, values (rows, columns) float64; dropped counts the rows with gaps,
    left_out names the other columns."""

    names: tuple[str, ...]
    values: np.ndarray
    dropped: int
    left_out: tuple[str, ...]


@lru_cache(maxsize=4)
def begins_with_data(csv: bytes) -> bool:
    """Whether the first row of a CSV holds a number, and not names alone. Raises DataError as Table does."""
    first = rows_of(text_of(csv))[0]
    return any(numbers_of([cell]) is not None for cell in first)


@lru_cache(maxsize=4)
def numeric_columns(csv: bytes, header: bool = True) -> Columns:
    """The numeric columns of a CSV, named by its first row or by number. Raises DataError as Table does."""
    rows = rows_of(text_of(csv))
    names = rows.pop(0) if header else [""] * len(rows[0])
    if not rows:
        raise DataError("csv-header-alone")
    numeric, left_out = numbers_and_others(told_apart(names), rows)
    if len(numeric) < 2:
        raise DataError("csv-too-few-columns", found=len(numeric), columns=len(names))
    table = np.column_stack(list(numeric.values()))
    complete = table[~np.isnan(table).any(1)]
    dropped = len(table) - len(complete)
    if len(complete) < 2:
        raise DataError("csv-too-few-rows", rows=len(complete), dropped=dropped)
    for name, values in zip(numeric, complete.T, strict=True):
        check_column(name, values)
    return Columns(tuple(numeric), complete, dropped, left_out)


def told_apart(names: list[str]) -> list[str]:
    """Names of columns; where one occurs twice, or is empty, the number of the column tells them apart."""
    return [
        name if name and name not in names[:place] else f"{name}#{place + 1}"
        for place, name in enumerate(names)
    ]


def numbers_and_others(
    names: list[str], rows: list[list[str]]
) -> tuple[dict[str, np.ndarray], tuple[str, ...]]:
    """The columns that hold numbers, by name, and the names of the others."""
    columns = {name: numbers_of(list(cells)) for name, *cells in zip(names, *rows, strict=True)}
    numeric = {name: numbers for name, numbers in columns.items() if numbers is not None}
    return numeric, tuple(name for name in columns if name not in numeric)


@lru_cache(maxsize=8)
def load_table(table: Table) -> Data:
    numeric = numeric_columns(table.csv, table.header)
    names, values = numeric.names, numeric.values
    target = table.target or names[-1]
    if target not in names:
        raise DataError("csv-no-such-target", column=target)
    scaled = (values - values.mean(0)) / values.std(0)
    available = len(scaled)
    rows = draws(table.seed).choice(available, min(table.batch, available), replace=False)
    batch = scaled[rows].astype(np.float32)
    column = names.index(target)
    x, y = np.delete(batch, column, axis=1), batch[:, [column]]
    inputs = tuple(name for name in names if name != target)
    return Data(x, y, inputs, (target,), available, numeric.dropped, numeric.left_out)


def cars(batch: int, seed: int) -> Table:
    """The fuel consumption of cars (Auto MPG): six numeric inputs, miles per gallon as the target.

    Quinlan (1993), Auto MPG, UCI Machine Learning Repository, doi:10.24432/C5859H; collected by
    E. Ramos and D. Donoho for the 1983 exposition of the American Statistical Association.
    """
    return Table((ASSETS / "auto-mpg.csv").read_bytes(), "mpg", batch, seed)
