"""Errors planted in the lesson, one at a time: which of them do its tests see?

    python benchmarks/mutants.py [modules or folders] [--most N] [--seed N]

A mutant is a module with one error. In a copy of the house, the tests that mirror the module run on it, then
those of its chapter, until one fails: killed. Where all pass it lived, and either a test is missing or the
error is none. Prints a letter for each, what was changed in those that lived, and how many there are in each
room. Without modules: all but chapters and prose. --most takes so many, spread over the rooms; --seed others.
What was found is kept in .mutants/, and a mutant runs again only when its module or one of its tests changed.
"""

from __future__ import annotations

import argparse
import ast
import gc
import hashlib
import os
import re
import resource
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from compileall import compile_dir
from contextlib import contextmanager, redirect_stdout, suppress
from difflib import unified_diff
from functools import cache
from importlib import import_module
from io import StringIO
from itertools import accumulate, islice, pairwise, zip_longest
from pathlib import Path
from py_compile import PycInvalidationMode
from random import Random
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, Phase, settings

HOUSE = Path(__file__).parents[1]
KEPT = HOUSE / ".mutants"
AT_ONCE = 2
MEMORY = 8 * 2**30
"""Bytes that the tests of a mutant may take: a wrong size must not take the whole machine."""

OPTIONS = ["-x", "-q", "-n0", "-p", "no:cacheprovider", "--hypothesis-profile=mutants"]
PAIRS = (
    "+:-  *:/  +=:-=  *=:/=  &:|  >:>=  >:<  <:<=  ==:!=  is:is not  in:not in  and:or  min:max  "
    "argmin:argmax  minimum:maximum  any:all  mean:median  mean:sum  row:column  rows:columns  "
    "by_hand:autograd  float32:float64"
)
SWAPS = defaultdict[str, list[str]](list, {"@": ["*"], "//": ["/"]})
"""What is put in the place of an operator or a name."""
for one, two in (pair.split(":") for pair in PAIRS.split("  ")):
    SWAPS[one].append(two)
    SWAPS[two].append(one)

DROPPED = {"clamp", "clip", "abs", "sqrt", "log"}
AXES = {"dim", "axis", "keepdim", "keepdims"}
SYMMETRIC = {"min", "max", "minimum", "maximum", "equal", "array_equal", "isclose", "allclose"}
TYPES = {"isinstance", "TypeVar", "ParamSpec"}
LOOKS = {"height", "size", "opacity", "strokeWidth", "strokeDash", "fontSize", "labelAngle", "labelLimit"}
CACHES = {"lru_cache", "maxsize", "max_entries"}
UNTOUCHED = TYPES | LOOKS | CACHES | {"strict"}
NUMBERS = {"int", "float", "Tensor", "np.ndarray"}


class Planter:
    """Plants every error in a source; found holds the texts with one error each."""

    def __init__(self, source: str) -> None:
        # Python counts columns in bytes: here every byte is a letter.
        self.source = source.encode().decode("latin-1")
        self.starts = [0, *accumulate(len(line) + 1 for line in self.source.split("\n"))]
        self.found: dict[str, None] = {}
        self.visit(ast.parse(source))
        self.found.pop(source, None)

    def visit(self, node: ast.AST) -> None:
        if not is_harmless(node):
            for rule in (self.operators, self.values, self.swaps, self.drops, self.opposites):
                rule(node)
            for child in children(node):
                self.visit(child)

    def span(self, node: ast.expr | ast.stmt | ast.keyword) -> tuple[int, int]:
        line, column = node.end_lineno or 0, node.end_col_offset or 0
        return self.starts[node.lineno - 1] + node.col_offset, self.starts[line - 1] + column

    def text(self, node: ast.expr) -> str:
        return self.source[slice(*self.span(node))]

    def closed(self, node: ast.expr) -> str:
        """Its text, in parentheses where an operator beside it could tear it apart."""
        atom = isinstance(node, ast.Name | ast.Attribute | ast.Call | ast.Subscript | ast.Constant)
        return self.text(node) if atom else f"({self.text(node)})"

    def plant(self, start: int, end: int, text: str) -> None:
        mutant = self.source[:start] + text + self.source[end:]
        self.found[mutant.encode("latin-1").decode()] = None

    def replace(self, node: ast.expr | ast.stmt, text: str) -> None:
        self.plant(*self.span(node), text)

    def operators(self, node: ast.AST) -> None:
        """Another operator between two operands, or one operand of a sum or a product alone."""
        for left, right in operands(node):
            after, before = self.span(left)[1], self.span(right)[0]
            token = self.source[after:before].strip("() \n")
            start = self.source.index(token, after)
            end = start + len(token)
            for other in SWAPS[token]:
                self.plant(start, end, other)
            if isinstance(node, ast.BinOp) and token in "+-*/":
                self.replace(node, self.source[self.span(node)[0] : start].rstrip())
            if isinstance(node, ast.BinOp) and token in "+*":
                self.replace(node, self.source[end : self.span(node)[1]].lstrip())

    def values(self, node: ast.AST) -> None:
        """A number one larger, no sign before a value, and the name of what is alike."""
        match node:
            case ast.Constant(value=bool(value)):
                self.replace(node, str(not value))
            case ast.Constant(value=int(number) | float(number)) if number + 1 != number:
                self.replace(node, repr(number + 1))
            case ast.Slice(lower=lower, upper=upper):
                for bound in (lower, upper):
                    if bound and not isinstance(bound, ast.Constant | ast.UnaryOp):
                        self.replace(bound, f"{self.closed(bound)} + 1")
            case ast.UnaryOp():
                self.replace(node, re.sub(r"^(not|-|~)\s*", "", self.text(node)))
            case ast.Name(id=name, ctx=ast.Load()) | ast.Attribute(attr=name, ctx=ast.Load()):
                for other in SWAPS[name]:
                    self.replace(node, self.text(node).removesuffix(name) + other)

    def swaps(self, node: ast.AST) -> None:
        """Two neighbours of one kind in each other's place."""
        neighbours: list[ast.expr] = []
        match node:
            case ast.Dict(values=values) | ast.Tuple(elts=values) | ast.List(elts=values):
                neighbours = values
            case ast.Call(args=arguments, keywords=keywords):
                neighbours = [keyword.value for keyword in keywords if keyword.arg not in {None, *UNTOUCHED}]
                if len(arguments) > 1 and called(node) not in SYMMETRIC:
                    self.swap(arguments[0], arguments[1])
        for one, two in pairwise(neighbours):
            if kind(one) == kind(two):
                self.swap(one, two)

    def swap(self, one: ast.expr, two: ast.expr) -> None:
        (start, after), (before, end) = self.span(one), self.span(two)
        self.plant(start, end, self.text(two) + self.source[after:before] + self.text(one))

    def drops(self, node: ast.AST) -> None:
        """A transpose, a call around a value, a keyword or a whole statement left out."""
        match node:
            case ast.Attribute(attr="T"):
                self.replace(node, self.text(node).removesuffix(".T"))
            case ast.Call(func=function, args=arguments) if called(node) in DROPPED:
                owner = getattr(function, "value", ast.Name("math"))
                of = arguments[0] if getattr(owner, "id", "") in ("torch", "np", "math") else owner
                self.replace(node, self.closed(of))
            case ast.keyword(arg=name) if name in AXES:
                start, end = self.span(node)
                before = self.source[:start].rstrip().removesuffix(",")
                comma = re.compile(r"\s*,\s*").match(self.source, end)
                self.plant(*((start, comma.end()) if comma else (len(before), end)), "")
            case (
                ast.Expr(value=ast.Call())
                | ast.Assign(targets=[ast.Attribute() | ast.Subscript()])
                | ast.AugAssign(target=ast.Attribute() | ast.Subscript())
            ):
                self.replace(node, "pass")

    def opposites(self, node: ast.AST) -> None:
        """A condition or an answer negated, unless an operator in it is; a number with another sign."""
        tests: list[ast.expr] = []
        match node:
            case ast.If(test=test) | ast.IfExp(test=test):
                tests = [test]
            case ast.comprehension(ifs=ifs):
                tests = ifs
            case ast.FunctionDef(returns=ast.Name(id="bool")):
                tests = returned(node)
            case ast.FunctionDef(returns=ast.expr() as hint) if ast.unparse(hint) in NUMBERS:
                for value in returned(node):
                    if not isinstance(value, ast.UnaryOp):
                        self.replace(value, f"-{self.closed(value)}")
        for test in tests:
            if not isinstance(test, ast.Compare | ast.UnaryOp | ast.Constant):
                self.replace(test, f"not {self.closed(test)}")


def is_harmless(node: ast.AST) -> bool:
    """Whether nothing in a node can be wrong: it tells or asks types, or is a matter of taste or of speed."""
    match node:
        case ast.Assert() | ast.If(test=ast.Name(id="TYPE_CHECKING")):
            return True
        case ast.Subscript(value=ast.Name(id="Literal" | "Callable" | "dict" | "tuple")):
            return True
        case ast.Call():
            return called(node) in UNTOUCHED
        case ast.keyword():
            return node.arg in UNTOUCHED
    return False


def children(node: ast.AST) -> Iterable[ast.AST]:
    """What of a node may hold errors: no types, no decorators, no formats."""
    match node:
        case ast.FunctionDef(args=arguments, body=body):
            return [*arguments.defaults, *filter(None, arguments.kw_defaults), *body]
        case ast.ClassDef(body=body):
            return body
        case ast.AnnAssign(value=value) | ast.FormattedValue(value=value):
            return [value] if value else []
        case ast.keyword(arg="keepdim" | "keepdims"):
            # Without it is as if it were false.
            return []
        case ast.Compare(left=left, ops=[ast.In() | ast.NotIn()], comparators=[ast.Tuple(elts=places)]):
            # The order in which places are looked through does not matter.
            return [left, *places]
    return ast.iter_child_nodes(node)


def operands(node: ast.AST) -> Iterable[tuple[ast.expr, ast.expr]]:
    match node:
        case ast.BinOp(left=left, right=right) | ast.AugAssign(target=left, value=right):
            return [(left, right)]
        case ast.BoolOp(values=values):
            return pairwise(values)
        case ast.Compare(left=left, comparators=others):
            return pairwise([left, *others])
    return []


def called(node: ast.Call) -> str:
    return ast.unparse(node.func).rpartition(".")[2]


def kind(node: ast.expr) -> tuple[type, type]:
    return type(node), type(getattr(node, "value", None))


def returned(function: ast.FunctionDef) -> list[ast.expr]:
    return [node.value for node in ast.walk(function) if isinstance(node, ast.Return) and node.value]


class Mutant(NamedTuple):
    """A module, from lesson/ on, its source without and with an error, and the tests that should see it."""

    module: Path
    source: str
    text: str
    tests: tuple[Path, ...]

    @property
    def room(self) -> str:
        return self.module.with_suffix("").parts[1]

    @property
    def key(self) -> str:
        """A short name of all that is tried."""
        parts = [str(self.module), self.text, *(f"{test}\n{read(test)}" for test in self.tests)]
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:20]

    @property
    def line(self) -> int:
        lines = zip(self.source.split("\n"), self.text.split("\n"), strict=False)
        return next(number for number, (before, after) in enumerate(lines, 1) if before != after)

    @property
    def change(self) -> str:
        """Its place, and the lines that differ."""
        changed = list(unified_diff(self.source.split("\n"), self.text.split("\n"), n=0, lineterm=""))
        return "\n    ".join([f"{self.module}:{self.line}", *changed[3:]])


@cache
def read(path: Path) -> str:
    return (HOUSE / path).read_text(encoding="utf-8")


def files(folder: str) -> list[Path]:
    """The Python files in a folder, by their paths in the house."""
    return sorted(path.relative_to(HOUSE) for path in (HOUSE / folder).rglob("*.py"))


@cache
def imported(path: Path) -> set[str]:
    """What a file imports: modules, and what it takes from them."""
    found = set()
    for node in ast.walk(ast.parse(read(path))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def mirrors(module: Path) -> list[Path]:
    """The tests named after a module or its package, and those of the chapter of that name."""
    *rooms, name = parts = [part for part in module.with_suffix("").parts if part != "__init__"]
    unit = Path("tests", "unit")
    found = [unit.joinpath(*rooms[1:], f"test_{name}.py"), unit.joinpath(*parts[1:], f"test_{name}.py")]
    found += [Path("tests", "app", f"test_{part}.py") for part in parts]
    return [path for path in found if (HOUSE / path).exists()]


def tests_of(module: Path) -> tuple[Path, ...]:
    """The tests that answer for a module: its mirrors, else those that import it, else its users' mirrors."""
    name = ".".join(module.with_suffix("").parts).removesuffix(".__init__")
    tests = [path for path in (*files("tests/unit"), *files("tests/app")) if path.name.startswith("test_")]
    users = [path for path in files("lesson") if name in imported(path)]
    near = {test for user in users for test in mirrors(user)}
    return tuple(
        mirrors(module)
        or [test for test in tests if name in imported(test)]
        or [test for test in tests if test in near]
    )


def drawn(planted: Mapping[Path, Iterable[str]], most: int | None, seed: int) -> list[Mutant]:
    """Mutants of modules with these texts, of each room as many as of any other while they last."""
    rooms = defaultdict[str, list[Mutant]](list)
    for module, texts in planted.items():
        if tests := tests_of(module):
            rooms[module.parts[1]] += [Mutant(module, read(module), text, tests) for text in texts]
    for mutants in rooms.values():
        Random(seed).shuffle(mutants)
    turns = zip_longest(*rooms.values())
    return list(islice((one for turn in turns for one in turn if one), most))


@contextmanager
def copies() -> Iterator[list[Path]]:
    """The house several times over. Compiled files know their source by its text, as dates are too coarse."""
    left = shutil.ignore_patterns(".git", ".venv*", ".*_cache", ".hypothesis", ".mutants", "__pycache__")
    with tempfile.TemporaryDirectory() as folder:
        trees = [Path(folder, str(number)) for number in range(AT_ONCE)]
        for tree in trees:
            shutil.copytree(HOUSE, tree, ignore=left)
            compile_dir(tree, quiet=2, invalidation_mode=PycInvalidationMode.CHECKED_HASH)
        yield trees


def load() -> None:
    """Import what lesson and tests import, but not them: a process forked from this one has it at once."""
    os.environ.update(PYTHONDONTWRITEBYTECODE="1", OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")
    sys.dont_write_bytecode = True
    for path in (*files("lesson"), *files("tests/unit"), *files("tests/app")):
        for name in imported(path):
            if name.split(".")[0] not in ("lesson", "tests", "benchmarks"):
                with suppress(ImportError):
                    import_module(name)
    # Every mutant meets the same examples, and none is made smaller once it has failed.
    settings.register_profile(
        "mutants",
        derandomize=True,
        deadline=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
    )
    # pytest loads its plugins when it first runs.
    with tempfile.TemporaryDirectory() as empty, redirect_stdout(StringIO()):
        pytest.main(["--collect-only", empty])
    gc.freeze()


def begin(mutant: Mutant, tree: Path, seconds: int) -> int:
    """Start a process that runs the tests of a mutant, ends with 0 if they pass; tell its number."""
    (tree / mutant.module).write_text(mutant.text, encoding="utf-8")
    if process := os.fork():
        return process
    code = 1
    try:
        os.setsid()
        signal.alarm(seconds)
        resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
        os.chdir(tree)
        os.environ["PYTHONPATH"] = sys.path[0] = str(tree)
        with (KEPT / f"{tree.name}.log").open("w") as log:
            os.dup2(log.fileno(), 1)
            os.dup2(log.fileno(), 2)
        code = pytest.main([*OPTIONS, *map(str, mutant.tests)])
    finally:
        os._exit(code)


def end(process: int) -> None:
    """End a process with all that it started."""
    with suppress(ProcessLookupError):
        os.killpg(process, signal.SIGKILL)


def outcomes(
    mutants: Iterable[Mutant], trees: list[Path], seconds: Mapping[Path, float]
) -> Iterator[tuple[Mutant, str, float]]:
    """Try mutants, one in each tree at a time: which, what became of it, after how many seconds.

    seconds: what each test takes where nothing is wrong.
    """
    waiting, free = iter(mutants), list(trees)
    running: dict[int, tuple[Mutant, Path, float]] = {}
    try:
        while True:
            for mutant in islice(waiting, len(free)):
                tree, limit = free.pop(), 20 + 5 * sum(seconds.get(test, 100) for test in mutant.tests)
                running[begin(mutant, tree, int(limit))] = mutant, tree, time.monotonic()
            if not running:
                return
            process, status = os.wait()
            end(process)
            mutant, tree, began = running.pop(process)
            (tree / mutant.module).write_text(mutant.source, encoding="utf-8")
            free.append(tree)
            code = os.waitstatus_to_exitcode(status)
            outcome = {0: "lived", -signal.SIGALRM: "timed out"}.get(code, "killed")
            yield mutant, outcome, time.monotonic() - began
    finally:
        for process in running:
            end(process)


def unharmed(mutants: list[Mutant], trees: list[Path]) -> dict[Path, float]:
    """The seconds of each test in the house as it is, where all have to pass."""
    whole = {test: one._replace(text=one.source, tests=(test,)) for one in mutants for test in one.tests}
    seconds = {}
    for one, outcome, took in outcomes(whole.values(), trees, {}):
        seconds[one.tests[0]] = took
        if outcome != "lived":
            sys.exit(f"{one.tests[0]} fails with no error planted: see {KEPT.name}/")
    return seconds


def found(mutants: list[Mutant]) -> dict[str, str]:
    """The outcomes by the keys of the mutants: those kept from before, and those of the others, tried now."""
    KEPT.mkdir(exist_ok=True)
    (KEPT / ".gitignore").write_text("*\n", encoding="utf-8")
    with (KEPT / "found").open("a+", encoding="utf-8") as kept:
        kept.seek(0)
        known = dict(line.rstrip("\n").split(" ", 1) for line in kept)
        if new := [one for one in mutants if one.key not in known]:
            load()
            with copies() as trees:
                for one, outcome, _ in outcomes(new, trees, unharmed(new, trees)):
                    known[one.key] = outcome
                    print(one.key, outcome, file=kept, flush=True)
                    print(end=outcome[0], flush=True)
            print()
    return known


def tell(mutants: list[Mutant], found: Mapping[str, str]) -> None:
    for mutant in sorted(mutants, key=lambda one: (one.module, one.line)):
        if found[mutant.key] == "lived":
            print(mutant.change, end="\n\n")
    print(f"{'room':12}{'killed':>8}{'timed out':>11}{'lived':>7}")
    for room in (*sorted({one.room for one in mutants}), "all"):
        count = Counter(found[one.key] for one in mutants if room in (one.room, "all"))
        print(f"{room:12}{count['killed']:8}{count['timed out']:11}{count['lived']:7}")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("paths", nargs="*", type=Path)
    parser.add_argument("--most", type=int)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    modules = [
        module
        for module in files("lesson")
        if any(module.is_relative_to(path) for path in asked.paths)
        or not (asked.paths or {"chapters", "prose"} & set(module.parts))
    ]
    planted = {module: Planter(read(module)).found for module in modules}
    for module in modules:
        if planted[module] and not mirrors(module):
            print(f"{module} has no mirror: {len(tests_of(module))} files of tests answer for it")
    # Whoever ends this ends what it started, too.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    mutants = drawn(planted, asked.most, asked.seed)
    tell(mutants, found(mutants))


if __name__ == "__main__":
    main()
