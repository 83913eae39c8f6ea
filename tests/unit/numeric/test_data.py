"""The data sets, and what is wrong with a table that cannot be one."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from lesson.numeric.data import (
    ASSETS,
    DataError,
    Normal,
    Sine,
    Source,
    Sparse,
    Table,
    begins_with_data,
    cars,
    numeric_columns,
)
from tests.harness.costs import cost


@pytest.mark.parametrize(
    "source",
    [Normal(20, 4, 2, 5), Sparse(20, 4, 2, 5, 0.5), Sine(20, 5), cars(20, 5)],
    ids=lambda s: type(s).__name__,
)
def test_a_source_loads_what_it_promises_and_always_the_same(source: Source) -> None:
    one, two = source.load(), source.load()
    assert (len(one.x), one.x.shape[1], one.y.shape[1]) == source.sizes
    assert (len(one.inputs), len(one.outputs)) == source.sizes[1:]
    assert one.x.dtype == one.y.dtype == np.float32
    np.testing.assert_array_equal(one.x, two.x)
    np.testing.assert_array_equal(one.y, two.y)
    assert np.isfinite(one.x).all()


def test_seeds_and_shares() -> None:
    assert not np.array_equal(Normal(seed=1).load().x, Normal(seed=2).load().x)
    assert not Sparse(zeros=1.0).load().x.any()
    np.testing.assert_array_equal(Sparse(zeros=0.0).load().x, Normal().load().x)
    assert np.mean(Sparse(5000, 3, zeros=0.8).load().x == 0) == pytest.approx(0.8, abs=0.02)
    sine = Sine(5000).load()
    assert np.std(sine.y - np.sin(sine.x)) == pytest.approx(0.1, abs=0.01)


def test_the_cars() -> None:
    data = cars(8192, 0).load()
    assert data.x.shape == (392, 6)
    assert (data.available, data.dropped, data.outputs) == (392, 6, ("mpg",))
    np.testing.assert_allclose(data.x.mean(0), 0, atol=1e-5)
    np.testing.assert_allclose(data.x.std(0), 1, atol=1e-5)
    # Heavier cars go less far on a gallon: the columns are what they say.
    weight = data.x[:, data.inputs.index("weight")]
    assert np.corrcoef(weight, data.y[:, 0])[0, 1] == pytest.approx(-0.832, abs=0.001)
    assert len(pd.read_csv(ASSETS / "auto-mpg.csv")) == 398


def test_a_learners_table() -> None:
    table = Table(b"\xef\xbb\xbfname;a;b;c\nx;1;2;3\ny;4;;6\nz;7;8;10\nw;0;1;1\n", "a", batch=64)
    data = table.load()
    assert (data.inputs, data.outputs, data.dropped) == (("b", "c"), ("a",), 1)
    assert data.x.shape == (3, 2)
    assert Table(table.csv, batch=2).load().outputs == ("c",)
    assert len(Table(table.csv, batch=2).load().x) == 2


@pytest.mark.parametrize(
    ("csv", "reason"),
    [
        (b"", "csv-empty"),
        (b"\xef\xbb\xbf \r\n\t\n", "csv-empty"),
        (b"a,b\n", "csv-header-alone"),
        (b"\n\na,b\r\n\r\n", "csv-header-alone"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "csv-not-text"),
        (b"a,b\n1,2\n3\x00,4\n", "csv-not-text"),
        (b"a,b\nx,y\nz,w\n", "csv-too-few-columns"),
        (b"a\n1\n2\n", "csv-too-few-columns"),
        (b"a,b\n1,2\n", "csv-too-few-rows"),
        (b"a,b\n1,\n,2\n3,\n", "csv-too-few-rows"),
        (b"a,b\n1,2\n1,3\n", "csv-constant-column"),
        (b"a,b\n1,2\n1e300,3\n", "csv-too-big-numbers"),
        (b"a,b\n1,2\ninf,3\n", "csv-too-big-numbers"),
        (b"a,b\n" + b"1,2\n" * 300_000, "csv-too-large"),
        (b",".join(b"c%d" % i for i in range(300)) + b"\n" + b"1," * 299 + b"2\n", "csv-too-many-columns"),
        (b"a,b\n1,2,3,4\n1,2\n1,2,3,4,5,6\n", "csv-not-a-table"),
        (b"a,b,c\n1,2,3,\n4,5,7,\n", "csv-not-a-table"),
        (b"a," * 40_000 + b"\n1\n", "csv-long-header"),
        (b"a" * 20_001 + b",b\n1,2\n3,4\n", "csv-long-header"),
        (b"a," * 5_000 + b"\n1\n", "csv-too-many-columns"),
        (b"a,b\n1,1e-200\n2,2e-200\n3,3e-200\n", "csv-constant-column"),
        (b'a,b\n"1,2\n', "csv-not-a-table"),
    ],
)
def test_a_table_that_cannot_be_trained_on_says_why(csv: bytes, reason: str) -> None:
    with pytest.raises(DataError) as caught:
        Table(csv).load()
    assert caught.value.reason == reason


@pytest.mark.parametrize(
    "hostile",
    [b"a," * 500_000, b",'a" * 300_000, b'"' * 900_000, b"a\n" * 400_000, b"1,2\n" * 240_000],
    ids=["wide", "apostrophes", "quotes", "one-column", "constant"],
)
def test_a_hostile_table_is_refused_as_quickly_as_an_honest_one_is_read(hostile: bytes) -> None:
    tenth = b"a,b\n" + b"".join(b"%d,%d\n" % (n % 10, n % 7) for n in range(24_000))

    def refuse() -> None:
        with pytest.raises(DataError):
            Table(hostile).load()

    # Ten times the tenth, when this was written.
    assert cost(refuse) < 100 * cost(lambda: numeric_columns.__wrapped__(tenth))


def test_names_that_occur_twice_are_told_apart() -> None:
    data = Table(b"a,a,\n1,2,5\n3,4,9\n2,7,1\n").load()
    assert (data.inputs, data.outputs) == (("a", "a#2"), ("#3",))


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"], ids=["LF", "CRLF", "CR"])
def test_the_line_ends_of_every_system_are_read(end: bytes) -> None:
    data = Table(end.join([b"a,b", b"1,2", b"3,4", b"2,7", b""])).load()
    assert (data.inputs, data.outputs, data.available) == (("a",), ("b",), 3)


def test_columns_without_numbers_are_named() -> None:
    data = Table(b"name,a,b,\nx,1,2,?\ny,3,5,?\n").load()
    assert data.left_out == ("name", "#4")
    assert data.inputs + data.outputs == ("a", "b")
    assert Table(b"a,b\n1,2\n3,4\n").load().left_out == ()


def test_a_first_row_of_data_is_not_lost() -> None:
    csv = b"1,2\n3,4\n2,7\n"
    assert begins_with_data(csv)
    data = Table(csv, header=False).load()
    assert (data.available, data.inputs, data.outputs) == (3, ("#1",), ("#2",))
    assert Table(csv).load().available == 2


@pytest.mark.parametrize(
    ("first_row", "data"),
    [
        (b"a,b,c", False),
        (b"a,b,?", False),
        (b"?,,na", False),
        (b"ford,1,2", True),
        (b"1;2;", True),
        (b"\r-1e3\tx\r", True),
    ],
)
def test_a_header_is_told_from_data_by_its_numbers(first_row: bytes, data: bool) -> None:
    assert begins_with_data(first_row + b"\n") == data


@pytest.mark.parametrize(
    ("csv", "line"),
    [(b"a,b\n1,2\n\n3\n", 4), (b'a,b\n"1\n",2\n3\n', 4), (b"a,b\n1,2\n" + b"9" * 140_000 + b",1\n", 3)],
    ids=["behind an empty line", "behind a cell of two lines", "a cell too large"],
)
def test_the_line_that_does_not_fit_is_named(csv: bytes, line: int) -> None:
    with pytest.raises(DataError) as caught:
        Table(csv).load()
    assert caught.value.facts == {"line": line}


def test_a_target_that_is_not_there() -> None:
    with pytest.raises(DataError, match="csv-no-such-target"):
        Table(b"a,b\n1,2\n3,4\n", "c").load()
