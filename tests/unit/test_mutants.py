"""Planted errors: each kind is planted, what is no error is left alone, and what lived is told."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.mutants import Planter

TOOL = Path(__file__).parents[2] / "benchmarks" / "mutants.py"
EXPRESSIONS = {
    "a @ b": {"a * b"},
    "(a - b) ** c": {"(a + b) ** c", "(a) ** c"},
    "a * (b - c)": {"a / (b - c)", "a", "(b - c)", "a * (b + c)", "a * (b)"},
    "a > b": {"a >= b", "a < b"},
    "a <= b": {"a < b"},
    "a == b": {"a != b"},
    "a and b": {"a or b"},
    "not a": {"a"},
    "-a": {"a"},
    "2": {"3"},
    "0.5": {"1.5"},
    "True": {"False"},
    "max(a, b)": {"min(a, b)"},
    "a.argmax()": {"a.argmin()"},
    "any(a)": {"all(a)"},
    "a.mean()": {"a.median()", "a.sum()"},
    "a.T": {"a"},
    "f(a, b)": {"f(b, a)"},
    "f(p=a, q=b, r=1)": {"f(p=b, q=a, r=1)", "f(p=a, q=b, r=2)"},
    '{"p": a, "q": b}': {'{"p": b, "q": a}'},
    "a, b, c()": {"b, a, c()"},
    "a.row": {"a.column"},
    "by_hand": {"autograd"},
    "np.float32": {"np.float64"},
    "a.clamp(b)": {"a"},
    "np.sqrt(a / b) / c": {
        "np.sqrt(a / b) * c",
        "np.sqrt(a / b)",
        "np.sqrt(a * b) / c",
        "np.sqrt(a) / c",
        "(a / b) / c",
    },
    "a[n:]": {"a[n + 1:]"},
    "f(a, dim=d, keepdim=g())": {"f(a, keepdim=g())", "f(a, dim=d)"},
    "a if c else b": {"a if not c else b"},
    "[a for a in b if a or c]": {"[a for a in b if a and c]", "[a for a in b if not (a or c)]"},
    'f"{a + 1}"': {'f"{a - 1}"', 'f"{a + 2}"', 'f"{a}"', 'f"{1}"'},
    '"φ 1", a - b  # a - b': {'"φ 1", a + b  # a - b', '"φ 1", a  # a - b'},
}
STATEMENTS = {
    "if c:\n    f()": {"if not c:\n    f()", "if c:\n    pass"},
    "a.b = c": {"pass"},
    "a[b] += c": {"a[b] -= c", "pass"},
    "def f() -> bool:\n    return a(b)": {"def f() -> bool:\n    return not a(b)"},
    "def f() -> bool:\n    return True": {"def f() -> bool:\n    return False"},
    "def f() -> float:\n    return a": {"def f() -> float:\n    return -a"},
    "def f() -> Tensor:\n    return -a": {"def f() -> Tensor:\n    return a"},
    "def f(a: int = 1) -> None: ...": {"def f(a: int = 2) -> None: ..."},
}
HARMLESS = [
    '"""Says 1."""',
    "import max, min",
    "assert a is not None",
    "@lru_cache(maxsize=8)\ndef f(a: Literal[1, 2]) -> tuple[B, C]: ...",
    "if TYPE_CHECKING:\n    f()",
    'T = TypeVar("T", bound=max)',
    "z = zip(*a, strict=True)",
    "z = mark(size=1, opacity=2)",
    "Side = Literal[1, 2]",
    "z = f(a, a)",
    "z = 1e30",
]


@pytest.mark.parametrize(("source", "mutants"), EXPRESSIONS.items(), ids=EXPRESSIONS)
def test_an_expression_has_just_these_mutants(source: str, mutants: set[str]) -> None:
    assert set(Planter(f"z = {source}").found) == {f"z = {mutant}" for mutant in mutants}


@pytest.mark.parametrize(("source", "mutants"), STATEMENTS.items(), ids=STATEMENTS)
def test_a_statement_has_just_these_mutants(source: str, mutants: set[str]) -> None:
    assert set(Planter(source).found) == mutants


@pytest.mark.parametrize("source", HARMLESS)
def test_what_cannot_be_wrong_is_left_alone(source: str) -> None:
    assert not Planter(source).found


def test_every_mutant_compiles() -> None:
    module = (TOOL.parents[1] / "lesson" / "numeric" / "compare.py").read_text(encoding="utf-8")
    for source in (module, *(f"z = {source}" for source in EXPRESSIONS), *STATEMENTS):
        for mutant in Planter(source).found:
            assert compile(mutant, "mutant", "exec")


def survey(house: Path) -> list[str]:
    """What the tool prints in a house of its own."""
    command = [sys.executable, str(house / "benchmarks" / "mutants.py")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return (done.stdout + done.stderr).splitlines()


def test_the_lived_are_shown_until_a_test_sees_them(tmp_path: Path) -> None:
    for folder in ("benchmarks", "lesson", "tests/unit"):
        (tmp_path / folder).mkdir(parents=True)
    shutil.copy(TOOL, tmp_path / "benchmarks")
    (tmp_path / "lesson" / "sums.py").write_text("def total(a: int, b: int) -> int:\n    return a + b\n")
    test = tmp_path / "tests" / "unit" / "test_sums.py"
    test.write_text("import lesson.sums\n\ndef test_total():\n    assert lesson.sums.total(2, 0) == 2\n")
    (tmp_path / "pyproject.toml").write_text('[tool.pytest.ini_options]\npythonpath = ["."]\n')

    letters, *rest = survey(tmp_path)
    assert sorted(letters) == ["k", "k", "l", "l"]
    shown = [line.strip() for line in rest if line.startswith("    +")]
    assert shown == ["+    return a", "+    return a - b"]
    assert rest[-1].split() == ["all", "2", "0", "2"]
    assert survey(tmp_path) == rest

    test.write_text(test.read_text().replace("(2, 0) == 2", "(2, 1) == 3"))
    assert survey(tmp_path)[-1].split() == ["all", "4", "0", "0"]
    test.write_text(test.read_text().replace("== 3", "== 4"))
    assert survey(tmp_path)[-1] == "tests/unit/test_sums.py fails with no error planted: see .mutants/"
