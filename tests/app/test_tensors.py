"""The tensors chapter: what is typed is answered where it is typed."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from lesson.numeric.experiments.tensors import OPERATIONS, product_times
from lesson.page.compute import computed
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


def test_view_in_the_seven_lines_is_judged_at_the_learners_sizes() -> None:
    app = open_page("tensors")
    assert "grad_w1 = x.view(3, 64) @ grad_h" in outputs(app)
    assert "Yet `grad_w1`, `grad_w2` came out wrong" in texts(app)
    assert "Right all the same: `grad_b1`, `grad_b2`" in texts(app)
    app = open_page("tensors", outputs=2)
    assert "Yet `grad_w1`, `grad_b1`, `grad_w2` came out wrong" in texts(app)
    app = open_page("tensors", batch=1)
    assert "every gradient came out right" in texts(app)
    assert "came out wrong" not in texts(app)


@pytest.mark.parametrize(("bias", "refuses"), [("true", "refuses 1 for"), ("false", "refuses none")])
def test_it_is_counted_what_shapes_tell(bias: str, refuses: str) -> None:
    said = texts(open_page("tensors", bias=bias))
    assert "Of the 11 mistakes" in said
    assert refuses in said


@pytest.mark.parametrize(("quick", "slow"), [("numpy", "torch, cpu"), ("torch, cpu", "numpy")])
def test_what_is_said_of_times_follows_from_them(
    quick: str, slow: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    times = {quick: [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 960.0], slow: [3.0, 6.0, 7.0, 8.0, 16.0, 32.0, 240.0]}

    def measured(function: Callable[..., object], *args: object) -> object:
        return times if function is product_times else computed(function, *args)

    monkeypatch.setattr("lesson.chapters.tensors.computed", measured)
    said = texts(open_page("tensors"))
    assert f"At 8 × 8 the shortest time was that of **{quick}**" in said
    assert f"at 512 × 512 that of **{slow}**" in said
    of_the_call, of_the_work = (2.0, 7.5) if slow == "torch, cpu" else (2.0, 30.0)
    assert f"grew by a factor of {of_the_call}, and from 256 to 512 by a factor of {of_the_work}" in said
