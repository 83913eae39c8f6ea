"""The lines of a program: what each does, which names it needs, and which it needs last."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from lesson.numeric.network import Params
from lesson.numeric.program.interpreter import Act, Run, statement
from lesson.numeric.program.whitelist import ANOTHER_LOOK

GRADIENTS = frozenset(f"grad_{name}" for name in Params._fields)
NO_COPY = frozenset((*ANOTHER_LOOK, "to", "float", "double"))
"""Calls whose result may share memory with what they are called on."""


@dataclass(frozen=True, eq=False)
class Line:
    """One statement: where it stands, the name that it defines or changes, the names that it uses.

    masked: whether it changes some cells alone. over: the names that no later line uses, and that are no
    gradients.
    """

    number: int
    target: str
    defines: bool
    masked: bool
    uses: frozenset[str]
    act: Act
    over: frozenset[str] = frozenset()

    @classmethod
    def of(cls, line: ast.stmt) -> Line:
        """A line of what has passed the whitelist."""
        target = line.targets[0] if isinstance(line, ast.Assign) else getattr(line, "target", line)
        masked = isinstance(target, ast.Subscript)
        name = target.value if isinstance(target, ast.Subscript) else target
        assert isinstance(name, ast.Name)
        defines = isinstance(line, ast.Assign) and not masked
        used = [node for node in ast.walk(line) if isinstance(node, ast.Name)]
        uses = frozenset(node.id for node in used if node is not name or not defines)
        return cls(line.lineno, name.id, defines, masked, uses, statement(line))


def with_ends(lines: Iterable[Line]) -> tuple[Line, ...]:
    """The same lines, each with the names that it needs last."""
    needed, ended = set(GRADIENTS), list[Line]()
    for line in reversed(tuple(lines)):
        ended.append(replace(line, over=frozenset({line.target, *line.uses} - needed)))
        needed = (needed - {line.target} if line.defines else needed) | line.uses
    return tuple(reversed(ended))


def without_idle(lines: Iterable[Line]) -> tuple[Line, ...]:
    """The lines without those that define what nothing uses and what is no gradient."""
    wanted, kept = set(GRADIENTS), list[Line]()
    for line in reversed(tuple(lines)):
        if line.defines and line.target not in wanted:
            continue
        wanted = (wanted - {line.target} if line.defines else wanted) | line.uses
        kept.append(line)
    return with_ends(reversed(kept))


def act(lines: Sequence[Line], run: Run) -> None:
    """Let lines act on a run, which forgets each name after the line that needs it last."""
    for line in lines:
        line.act(run)
        run.forget(line.over)


def changes_given(statements: list[ast.stmt]) -> bool:
    """Whether a line may change a tensor in place that the program did not make itself."""
    own: set[str] = set()
    for line in statements:
        match line:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                own.discard(name)
                if is_new(value):
                    own.add(name)
            case (
                ast.Assign(targets=[ast.Subscript(value=ast.Name(id=name))])
                | ast.AugAssign(target=ast.Name(id=name))
            ):
                if name not in own:
                    return True
    return False


def is_new(value: ast.expr) -> bool:
    """Whether an expression surely makes a tensor of its own."""
    match value:
        case ast.BinOp() | ast.Compare():
            return True
        case ast.Call(func=ast.Attribute(attr=name)):
            return name not in NO_COPY
    return False
