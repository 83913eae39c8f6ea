"""The autograd chapter: presses add up, zero takes them back, and the clone has its price."""

from __future__ import annotations

import re

from lesson.chapters.autograd import MOST_PRESSES
from tests.harness.lesson_app import open_page, texts


def test_presses_add_up_to_a_bound_and_are_zeroed() -> None:
    app = open_page("autograd")
    for presses in range(2, MOST_PRESSES + 3):
        app.button(key="press").click().run()
        assert f"called **{min(presses, MOST_PRESSES)}** times" in texts(app)
    assert "tensor([16., -8.,  4.])" in "\n".join(code.value for code in app.code)
    app.button(key="zero").click().run()
    assert "called **0** times" in texts(app)
    assert not app.exception


def test_both_errors_are_shown_in_torchs_words() -> None:
    errors = [error.value for error in open_page("autograd").error]
    assert len(errors) == 2
    assert "Trying to backward through the graph a second time" in errors[0]
    assert "a leaf Variable that requires grad is being used in an in-place operation" in errors[1]


def test_more_steps_keep_more_nodes() -> None:
    app = open_page("autograd")

    def nodes() -> int:
        found = re.search(r"\*\*([\d,]+) nodes\*\*", texts(app))
        assert found
        return int(found[1].replace(",", ""))

    few = nodes()
    app.slider(key="price-steps").set_value(400).run()
    assert nodes() == 2 * few - 8
