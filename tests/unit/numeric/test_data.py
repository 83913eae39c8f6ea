"""The data sets, and what is wrong with a table that cannot be one."""

from __future__ import annotations

import pickle
from collections.abc import Mapping

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


def test_who_asks_for_nothing_gets_the_notebooks_data() -> None:
    assert Normal() == Normal(batch=64, inputs=3, outputs=1, seed=0)
    assert Sparse() == Sparse(batch=64, inputs=3, outputs=1, seed=0, zeros=0.8)
    assert Sine() == Sine(batch=64, seed=0)
    assert Table(b"") == Table(b"", target=None, batch=64, seed=0)


def test_columns_have_names_and_all_rows_are_there() -> None:
    for source in (Normal(5, 3, 2), Sparse(5, 3, 2)):
        data = source.load()
        assert (data.inputs, data.outputs) == (("x1", "x2", "x3"), ("y1", "y2"))
        assert (data.available, data.dropped) == (5, 0)
    sine = Sine(5).load()
    assert (sine.inputs, sine.outputs, sine.available) == (("x",), ("y",), 5)


def test_distributions_are_what_they_say() -> None:
    normal = Normal(20_000, 2, 1).load()
    for values in (normal.x, normal.y):
        assert values.mean() == pytest.approx(0, abs=0.03)
        assert values.std() == pytest.approx(1, abs=0.03)
    sparse, dense = Sparse(100, 3, 2, 4).load(), Normal(100, 3, 2, 4).load()
    np.testing.assert_array_equal(sparse.x[sparse.x != 0], dense.x[sparse.x != 0])
    np.testing.assert_array_equal(sparse.y, dense.y)
    sine = Sine(20_000).load()
    assert (sine.x.min(), sine.x.max()) == pytest.approx((-3, 3), abs=0.01)
    assert (sine.y - np.sin(sine.x)).mean() == pytest.approx(0, abs=0.01)


def test_a_table_is_standardised_column_by_column_and_its_rows_stay_together() -> None:
    """a is 1, 2, 3; b is 40, 10, 10, of mean 20; c is 5, 7, 9: the target, unless one says b."""
    csv = b"a,b,c\n1,40,5\n2,10,7\n3,10,9\n"
    a, b = np.array([-1, 0, 1]) * 1.5**0.5, np.array([2, -1, -1]) / 2**0.5
    data = Table(csv).load()
    order = np.argsort(data.x[:, 0])
    np.testing.assert_allclose(data.x[order], np.stack([a, b], 1), atol=1e-6)
    np.testing.assert_allclose(data.y[order, 0], a, atol=1e-6)
    assert (data.inputs, data.outputs, data.available, data.dropped) == (("a", "b"), ("c",), 3, 0)
    other = Table(csv, "b", batch=2, seed=3).load()
    assert (other.inputs, other.outputs, other.available) == (("a", "c"), ("b",), 3)
    assert Table(csv, "b", batch=2).sizes == (2, 2, 1)
    assert len({tuple(row) for row in other.x}) == 2
    drawn = {tuple(Table(csv, batch=1, seed=seed).load().x[0]) for seed in range(20)}
    assert len(drawn) == 3


@pytest.mark.parametrize("mark", [b",", b";", b"\t"])
def test_tables_of_different_countries_are_read(mark: bytes) -> None:
    csv = b"a,b\n1,2\n\n3,5\n4,9\n".replace(b",", mark)
    assert numeric_columns(csv).values.tolist() == [[1, 2], [3, 5], [4, 9]]


@pytest.mark.parametrize("gap", ["", "?", "-", "na", "N/A", " NaN ", "null", "None"])
def test_gaps_are_known_however_they_are_written(gap: str) -> None:
    found = numeric_columns(f"a,b\n1,2\n{gap},3\n3,5\n4,9\n".encode())
    assert found.dropped == 1
    assert found.names == ("a", "b")
    assert found.values.tolist() == [[1, 2], [3, 5], [4, 9]]


def test_what_is_no_number_is_no_column_and_neither_is_what_is_missing_everywhere() -> None:
    found = numeric_columns(b"name,a,empty,b\nx,1,,2\ny,2,,3\n")
    assert (found.names, found.dropped) == (("a", "b"), 0)


@pytest.mark.parametrize(
    ("csv", "facts"),
    [
        (b"a,b\n1,2\n3,4,5\n", {"line": 3}),
        (b"\n1,2\n", {}),
        (b"a,b\n1,\xff\n", {"position": 6}),
        (b"a,b\n1,\0\n", {"position": 6}),
        (b"a,b\n1," + b"2" * 1_002_000, {"kilobytes": 1002, "limit": 1000}),
        (b"," * 257, {"found": 258, "limit": 257}),
        (b"a,b,c\nx,1,y\nz,2,w\n", {"found": 1, "columns": 3}),
        (b"a,b\n1,2\n,3\n4,\n", {"rows": 1, "dropped": 2}),
        (b"a,b\n1,2\n1e31,3\n", {"column": "a"}),
        (b"a,b\n1,2\n3,2\n", {"column": "b"}),
    ],
    ids=["width", "header", "bytes", "zero", "large", "columns", "words", "rows", "big", "constant"],
)
def test_a_refusal_knows_the_facts_and_keeps_them_on_its_way_between_processes(
    csv: bytes, facts: Mapping[str, object]
) -> None:
    with pytest.raises(DataError) as caught:
        Table(csv).load()
    assert caught.value.facts == facts
    arrived = pickle.loads(pickle.dumps(caught.value))
    assert (arrived.reason, arrived.facts) == (caught.value.reason, facts)
    assert str(arrived) == str(caught.value) == f"{caught.value.reason}: {facts}"


def test_a_table_at_its_limits_is_read() -> None:
    header = b",".join(b"c%d" % i for i in range(257))
    rows = [b",".join([digit] * 257) for digit in (b"1", b"2")]
    assert Table(b"\n".join([header, *rows])).sizes == (2, 256, 1)
    whole = b"a,b\n1,2\n1e30,3\n-1e30,0\n".ljust(1_000_000, b"\n")
    assert numeric_columns(whole).values.tolist() == [[1, 2], [1e30, 3], [-1e30, 0]]
    long = b"a" * 19_998 + b",b\n1,2\n2,3\n"
    assert len(numeric_columns(long).names[0]) == 19_998
    with pytest.raises(DataError, match="csv-long-header"):
        numeric_columns(b"a" + long)


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
