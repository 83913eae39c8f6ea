"""What every chapter of the derivation has to show: its proofs, and the lines that it earns."""

from __future__ import annotations

import re

from streamlit.testing.v1 import AppTest

from lesson.page.show import EARNED
from tests.harness.lesson_app import open_page, texts


def open_proved(chapter: str, network: dict[str, object], *parameters: str) -> AppTest:
    """A chapter opened on a network, after asserting that it proves the gradients of these parameters entry
    by entry, says which lines it earns, ticks none before it has asked, and complains of nothing."""
    app = open_page(chapter, **network)
    for parameter in parameters:
        count = entries(network)[parameter]
        assert f"`grad_{parameter}`: **{count} of {count} entries proved**" in texts(app)
    new = re.findall(r"`(\w+) = [^`]*` \*\*earned here", texts(app))
    assert ":material/check_circle: `grad" not in texts(app)
    assert sorted(new) == sorted(EARNED[chapter])
    assert not app.error
    return app


def entries(network: dict[str, object]) -> dict[str, int]:
    """How many entries each parameter has at the sizes of a proof, which are no larger than 4."""
    defaults = {"inputs": 3, "hidden": 2, "outputs": 1}
    inputs, hidden, outputs = (min(int(str(network.get(name, size))), 4) for name, size in defaults.items())
    return {"w1": inputs * hidden, "b1": hidden, "w2": hidden * outputs, "b2": outputs}
