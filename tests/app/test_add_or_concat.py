"""Add or concatenate: the six cases, at every network."""

from __future__ import annotations

import pytest

from lesson import prose
from tests.harness.lesson_app import NETWORKS, open_page, texts


@pytest.mark.parametrize("network", NETWORKS.values(), ids=NETWORKS)
@pytest.mark.parametrize("units", [1, 16])
def test_the_page_at_the_extremes(network: dict[str, object], units: int) -> None:
    app = open_page("add-or-concat", units=units, **network)
    assert "**identical**, to the last bit" in texts(app)
    assert "grad_a2 = grad_joined\n" in app.code[0].value
    app = open_page("add-or-concat", "experiment", units=units, **network)
    assert "Runs that fail: add **" in texts(app)
    assert "root mean square" in texts(open_page("add-or-concat", "residual", units=units, **network))


def test_the_six_cases() -> None:
    app = open_page("add-or-concat", "experiment")
    assert "**Here it matters.**" in texts(app)
    app.toggle(key="shared").set_value(False).run()
    assert "**Here no difference shows.**" in texts(app)
    app.radio(key="target").set_value(prose.say("en", "add-or-concat", "target-alike")).run()
    assert "**Here no difference shows.**" in texts(app)
    app.toggle(key="shared").set_value(True).run()
    assert not app.exception
    assert "**Here no difference shows.**" in texts(app)


def test_a_cell_of_a_branch_comes_through_all_of_w2_or_through_its_own_half() -> None:
    app = open_page("add-or-concat", cell="grad_a2[3,2]")
    sums = [shown.value.splitlines()[0] for shown in app.code if shown.value.startswith("grad_a2[3,2]")]
    assert sums == ["grad_a2[3,2] = grad_out[3,1]·w2[2,1]", "grad_a2[3,2] = grad_out[3,1]·w2_a2[2,1]"]
