"""The tensors chapter: what is typed is answered where it is typed."""

from __future__ import annotations

import pytest

from lesson.numeric.experiments.tensors import OPERATIONS
from tests.harness.lesson_app import open_page, texts


def outputs(app: object) -> str:
    return "\n".join(code.value for code in app.code)  # type: ignore[attr-defined]


def test_the_notebooks_product() -> None:
    app = open_page("tensors")
    assert "tensor([[31., 19.],\n        [85., 55.]])" in outputs(app)
    # The one error on the page is there to be explained.
    (error,) = app.error
    assert "view size is not compatible" in error.value


@pytest.mark.parametrize("operation", OPERATIONS)
def test_shapes_that_do_not_fit_are_explained(operation: str) -> None:
    app = open_page("tensors", **{"matrix-a": "1 2 3\n4 5 6", "matrix-b": "1 2\n3 4"})
    app.segmented_control(key="operation").set_value(operation).run()
    assert not app.exception
    if operation == "ones":
        assert "**Why?**" not in texts(app)
    else:
        assert "**Why?**" in texts(app)
        assert len(app.error) == 3


def test_broadcasting_is_pointed_out() -> None:
    app = open_page("tensors", **{"matrix-a": "1 2 3\n4 5 6", "matrix-b": "10 20 30"})
    app.segmented_control(key="operation").set_value("add").run()
    assert "**broadcast**" in texts(app)
    assert "tensor([[11., 22., 33.],\n        [14., 25., 36.]])" in outputs(app)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("1 2\n3 four", "Row 2, column 2: `four` is no number"),
        ("", "There is nothing here yet"),
        ("1 2\n3", "The length of row 2 is 1, that of the first row 2"),
        ("`<b>` 1", "Row 1, column 1: `'<b>'` is no number"),
    ],
)
def test_what_is_no_matrix_is_said_and_kept(typed: str, sentence: str) -> None:
    app = open_page("tensors")
    app.text_area(key="matrix-a").set_value(typed).run()
    assert not app.exception
    assert sentence in texts(app)
    assert app.text_area(key="matrix-a").value == typed


def test_one_row_viewed_is_its_transpose() -> None:
    app = open_page("tensors")
    app.slider(key="rows").set_value(1).run()
    assert "the two agree" in texts(app)


@pytest.mark.parametrize(
    ("dtype", "third"),
    [
        ("float16", "0.333251953125"),
        ("bfloat16", "0.333984375"),
        ("float64", "0.3333333333333333"),
        ("int32", "0"),
        ("bool", "True"),
    ],
)
def test_every_dtype(dtype: str, third: str) -> None:
    app = open_page("tensors")
    app.segmented_control(key="shown-dtype").set_value(dtype).run()
    assert not app.exception
    assert f"a third: {third}" in outputs(app).splitlines()


def test_the_written_value_turns_up_in_both() -> None:
    app = open_page("tensors")
    app.slider(key="value").set_value(-3.5).run()
    assert outputs(app).count("-3.5000") == 3
