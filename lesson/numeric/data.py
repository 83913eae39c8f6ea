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

    available counts the complete rows of which these were taken, dropped those with gaps.
    """

    x: np.ndarray
    y: np.ndarray
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    available: int
    dropped: int = 0


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
    the last numeric column. Loading raises DataError with one of the reasons csv-too-large,
    csv-not-text, csv-not-a-table, csv-too-few-columns, csv-too-many-columns, csv-too-few-rows,
    csv-constant-column, csv-too-big-numbers, csv-no-such-target.
    """

    csv: bytes
    target: str | None = None
    batch: int = 64
    seed: int = 0

    @property
    def sizes(self) -> tuple[int, int, int]:
        return (*self.load().x.shape, 1)

    def load(self) -> Data:
        return load_table(self)


def rows_of(text: str) -> list[list[str]]:
    """The rows of a table, each as long as the header. Raises DataError where there is no table."""
    header = text.partition("\n")[0]
    if len(header) > MAX_HEADER or not header.strip():
        raise DataError("csv-not-a-table", line=1)
    try:
        # Spreadsheets of different countries separate by different marks.
        rows = list(reader(io.StringIO(text), delimiter=max(",;\t", key=header.count)))
    except Error as error:
        raise DataError("csv-not-a-table", line=1) from error
    if len(rows[0]) > MAX_CSV_INPUTS + 1:
        raise DataError("csv-too-many-columns", found=len(rows[0]), limit=MAX_CSV_INPUTS + 1)
    for line, row in enumerate(rows, start=1):
        if row and len(row) != len(rows[0]):
            raise DataError("csv-not-a-table", line=line)
    return [row for row in rows if row]


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
    return text


def check_column(name: str, values: np.ndarray) -> None:
    """Raises DataError where a column cannot be standardised."""
    if not np.isfinite(values).all() or np.abs(values).max() > 1e30:
        raise DataError("csv-too-big-numbers", column=name)
    if values.std() <= 1e-30:
        raise DataError("csv-constant-column", column=name)


@dataclass(frozen=True, eq=False)
class Columns:
    """The numeric columns of a table, values (rows, columns) float64; dropped counts the rows with gaps."""

    names: tuple[str, ...]
    values: np.ndarray
    dropped: int


@lru_cache(maxsize=4)
def numeric_columns(csv: bytes) -> Columns:
    """The numeric columns of a CSV. Raises DataError as Table does."""
    header, *rows = rows_of(text_of(csv))
    columns: dict[str, np.ndarray] = {}
    for name, *cells in zip(header, *rows, strict=True):
        numbers = numbers_of(cells)
        if numbers is not None:
            # Names may occur twice, or be empty; the number of the column tells them apart.
            columns[name if name and name not in columns else f"{name}#{len(columns) + 1}"] = numbers
    if len(columns) < 2:
        raise DataError("csv-too-few-columns", found=len(columns), columns=len(header))
    table = np.column_stack(list(columns.values()))
    complete = table[~np.isnan(table).any(1)]
    dropped = len(table) - len(complete)
    if len(complete) < 2:
        raise DataError("csv-too-few-rows", rows=len(complete), dropped=dropped)
    for name, values in zip(columns, complete.T, strict=True):
        check_column(name, values)
    return Columns(tuple(columns), complete, dropped)


@lru_cache(maxsize=8)
def load_table(table: Table) -> Data:
    numeric = numeric_columns(table.csv)
    names, values = numeric.names, numeric.values
    target = table.target or names[-1]
    if target not in names:
        raise DataError("csv-no-such-target", column=target)
    scaled = (values - values.mean(0)) / values.std(0)
    available = len(scaled)
    rows = draws(table.seed).choice(available, min(table.batch, available), replace=False)
    batch = scaled[rows].astype(np.float32)
    column = names.index(target)
    inputs = tuple(name for name in names if name != target)
    return Data(
        np.delete(batch, column, axis=1), batch[:, [column]], inputs, (target,), available, numeric.dropped
    )


def cars(batch: int, seed: int) -> Table:
    """The fuel consumption of cars (Auto MPG): six numeric inputs, miles per gallon as the target.

    Quinlan (1993), Auto MPG, UCI Machine Learning Repository, doi:10.24432/C5859H; collected by
    E. Ramos and D. Donoho for the 1983 exposition of the American Statistical Association.
    """
    return Table((ASSETS / "auto-mpg.csv").read_bytes(), "mpg", batch, seed)
