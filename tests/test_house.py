"""The habits of the house: lint, types, one room per library, and nothing heavy before the first paint."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from itertools import chain
from pathlib import Path

import pytest

from lesson.chapters import PARTS

HOUSE = Path(__file__).parents[1]
DOCUMENTS = [HOUSE / "README.md", HOUSE / "CONTRIBUTING.md", *(HOUSE / "docs").glob("*.md")]


def run(*command: str, house: Path = HOUSE) -> None:
    done = subprocess.run(command, cwd=house, capture_output=True, text=True, check=False)
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


def test_every_path_that_a_document_names_exists() -> None:
    """In backquotes, in a link, or first in an indented line."""
    path = re.compile(r"(?:`|\(|^ {4})((?!\.venv)[\w.-]+/[\w./-]*|\w+\.(?:md|py|toml))[`) ]", re.MULTILINE)
    named = {name for document in DOCUMENTS for name in path.findall(document.read_text(encoding="utf-8"))}
    assert len(named) > 50
    assert [name for name in sorted(named) if not (HOUSE / name).exists()] == []


def test_the_chapter_that_contributors_read_works(tmp_path: Path) -> None:
    """Its files from CONTRIBUTING.md, in a copy of the lesson."""
    for folder in ("assets", "lesson", "tests"):
        shutil.copytree(HOUSE / folder, tmp_path / folder)
    for file in ("pyproject.toml", "streamlit_app.py"):
        shutil.copy(HOUSE / file, tmp_path)
    text = (HOUSE / "CONTRIBUTING.md").read_text(encoding="utf-8")
    for name, lines in re.findall(r'^```\w+ title="([^"]+)"\n(.+?)^```$', text, re.MULTILINE | re.DOTALL):
        with (tmp_path / name).open("a", encoding="utf-8") as file:
            file.write(lines)
    parts = tmp_path / "lesson" / "chapters" / "__init__.py"
    python = parts.read_text(encoding="utf-8")
    parts.write_text(python.replace('"part-why": (', '"part-why": ("sum-order", '), encoding="utf-8")
    run(sys.executable, "-m", "ruff", "check", "--no-cache", "lesson", house=tmp_path)
    tests = ("tests/app/test_sum_order.py", "tests/unit/test_prose.py")
    run(sys.executable, "-m", "pytest", "-q", "-n0", *tests, house=tmp_path)
