"""What is not on the list is refused before anything runs, with a reason that the page can say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from lesson import prose
from lesson.numeric.program import ProgramError, parse, whitelist
from tests.harness.fuzzing import walls
from tests.harness.programs import ESCAPES


def test_every_reason_has_its_sentence() -> None:
    """What the modules raise, the page can say."""
    folder = Path(whitelist.__file__).parent
    sources = (folder / name for name in ("whitelist.py", "interpreter.py", "program.py"))
    said = r"(?:refuse\(\w+|ProgramError\((?:[^()]|\([^()]*\))*?), \"([a-z-]+)\"(?:\)|, \w+=)"
    raised = {reason for source in sources for reason in re.findall(said, source.read_text(encoding="utf-8"))}
    assert len(raised) > 25
    assert (
        {"missing", "misfit", "undefined", "no-python"}
        <= raised
        <= {name.removeprefix("error-") for name in prose.sections("en", "words")}
    )


@pytest.mark.parametrize("text", ESCAPES)
def test_known_ways_out_are_refused_before_anything_runs(text: str) -> None:
    with walls(), pytest.raises(ProgramError):
        parse(text)
