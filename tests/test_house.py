"""The habits of the house: lint, types, one room per library, and nothing heavy before the first paint."""

from __future__ import annotations

import re
import subprocess
import sys
from itertools import chain
from pathlib import Path

import pytest

from lesson.chapters import PARTS

HOUSE = Path(__file__).parents[1]


def run(*command: str) -> None:
    done = subprocess.run(command, cwd=HOUSE, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    "command",
    [("ruff", "check", "."), ("ruff", "format", "--check", "."), ("mypy",), ("lint-imports", "--no-logo")],
    ids=" ".join,
)
def test_the_tools_have_nothing_to_say(command: tuple[str, ...]) -> None:
    program = Path(sys.executable).with_name(command[0])
    run(str(program), *command[1:])


def test_nothing_heavy_is_imported_before_the_first_paint() -> None:
    lesson = HOUSE / "lesson"
    rooms = (lesson.glob(f"{room}/*.py") for room in ("chapters", "charts", "page"))
    numeric = [
        "compare",
        "config",
        "data",
        "source",
        "training/curves",
        "program/whitelist",
        "program/mistakes",
    ]
    files = [*chain(*rooms), lesson / "settings.py", *(lesson / "numeric" / f"{name}.py" for name in numeric)]
    modules = [".".join(file.relative_to(HOUSE).with_suffix("").parts) for file in files]
    loads = "; ".join(f"import {module}" for module in modules)
    run(sys.executable, "-c", f"{loads}; import sys; assert not {{'torch', 'sympy'}} & set(sys.modules)")


def test_the_map_of_the_notebook_leads_somewhere() -> None:
    rows = (HOUSE / "docs" / "notebook.md").read_text(encoding="utf-8").splitlines()
    places = [re.findall(r"`([^`]*)`", row)[-2:] for row in rows if row.startswith("| ")][1:]
    chapters = {name for names in PARTS.values() for name in names}
    assert len(places) > 20
    for chapter, test in places:
        assert chapter in chapters
        assert (HOUSE / test).is_file()


def test_a_deployment_installs_what_the_short_list_says() -> None:
    lock = (HOUSE / "deploy" / "requirements.lock").read_text(encoding="utf-8")
    wanted = (HOUSE / "requirements.txt").read_text(encoding="utf-8").split()
    assert "torch==" in " ".join(wanted)
    for pin in wanted:
        assert pin.startswith("torch==") or f"\n{pin} \\\n    --hash=sha256:" in lock
