"""A backward pass as text: lines of `name = expression`, of `name[mask] = value`, of `name -= expression`."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from torch import Tensor

from lesson.numeric.network import Activation, Params, Trace, forward, loss
from lesson.numeric.program.interpreter import Act, Run, Tape, Value, statement
from lesson.numeric.program.whitelist import ANOTHER_LOOK, ProgramError, read

__all__ = ["Line", "Program", "ProgramError", "RecordedProgram", "parse"]

NO_COPY = frozenset((*ANOTHER_LOOK, "to", "float", "double"))
"""Calls whose result may share memory with what they are called on."""


@dataclass(frozen=True, eq=False)
class Line:
    """One statement: where it stands, the name that it defines or changes, the names that it uses."""

    number: int
    target: str
    defines: bool
    uses: frozenset[str]
    act: Act

    @classmethod
    def of(cls, line: ast.stmt) -> Line:
        """A line of what has passed the whitelist."""
        target = line.targets[0] if isinstance(line, ast.Assign) else getattr(line, "target", line)
        defines = isinstance(line, ast.Assign) and isinstance(target, ast.Name)
        names = [node.id for node in ast.walk(line) if isinstance(node, ast.Name)]
        # The first name is that on the left.
        return cls(
            line.lineno, names[0], defines, frozenset(names[1:] if defines else names), statement(line)
        )


@dataclass(frozen=True, eq=False)
class Program:
    """A program whose every node has passed the whitelist."""

    text: str
    lines: tuple[Line, ...]
    changes_given: bool
    """Whether some line may change in place what the network gave it."""

    def start(self, x: Tensor, y: Tensor, params: Params, activation: Activation) -> Run:
        """A run for the lines to act on, on copies: x (batch, inputs), y (batch, outputs)."""
        tensors = given(x, y, params, forward(x, params, activation))
        return Run({name: tensor.clone() for name, tensor in tensors.items()}, activation)

    def gradients(self, x: Tensor, y: Tensor, params: Params, activation: Activation) -> Params:
        """The program's gradients, each in its parameter's shape and dtype.

        Raises ProgramError where one is missing or has another shape; a bias's may come without its
        first dimension of 1.
        """
        run = self.start(x, y, params, activation)
        for line in self.lines:
            line.act(run)
        return self.params_of([run.names.get(name) for name in gradient_names(params)], params)

    def params_of(self, values: Iterable[Value], params: Params) -> Params:
        """The values of the gradients, in the order of the parameters that there are."""
        fitted = map(self.fitted, gradient_names(params), values, (p for p in params if p is not None))
        return params.map(lambda _: next(fitted))

    def fitted(self, name: str, gradient: Value, parameter: Tensor) -> Tensor:
        """A gradient in the shape and dtype of its parameter. Raises ProgramError where it is none."""
        if not isinstance(gradient, Tensor):
            raise ProgramError(self.lines[-1].number if self.lines else 1, 1, "missing", name=name)
        shape, needed = tuple(gradient.shape), tuple(parameter.shape)
        if shape != needed and (1, *shape) != needed:
            raise ProgramError(
                self.last_line(name).number, 1, "misfit", name=name, shape=shape, needed=needed
            )
        if gradient.dtype != parameter.dtype:
            gradient = gradient.to(parameter.dtype)
        return gradient if shape == needed else gradient.view(needed)

    def last_line(self, name: str) -> Line:
        """The last line that defines or changes a name."""
        return [line for line in self.lines if line.target == name][-1]

    @property
    def needed(self) -> list[Line]:
        """The lines without those that define what nothing uses and what is no gradient."""
        wanted, kept = {f"grad_{name}" for name in Params._fields}, []
        for line in reversed(self.lines):
            if line.defines and line.target not in wanted:
                continue
            wanted = (wanted - {line.target} if line.defines else wanted) | line.uses
            kept.append(line)
        return kept[::-1]


class RecordedProgram:
    """A program as the backward pass of a training: it is checked and recorded once, then repeated.

    All calls get tensors of the same shapes and dtypes.
    """

    def __init__(self, program: Program) -> None:
        self.program = program
        self.tape: Tape | None = None
        self.slots: list[int] = []

    def __call__(self, x: Tensor, y: Tensor, params: Params, activation: Activation) -> tuple[Tensor, Params]:
        """The loss and its gradients. Raises ProgramError."""
        trace = forward(x, params, activation)
        tensors = given(x, y, params, trace)
        if self.program.changes_given:
            tensors = {name: tensor.clone() for name, tensor in tensors.items()}
        if self.tape:
            values: Sequence[Value] = self.tape.repeat(tensors.values(), self.slots)
        else:
            values = self.checked(Run(tensors, activation), gradient_names(params))
        return loss(trace.out, y), self.program.params_of(values, params)

    def checked(self, run: Run, names: list[str]) -> list[Value]:
        """The values of these names after the program's lines, which are kept for repetition."""
        for line in self.program.needed:
            line.act(run)
        found = [run.names.get(name) for name in names]
        if run.tape.repeatable and all(isinstance(value, Tensor) for value in found):
            self.slots = [run.tape.slot(value) for value in found]
            self.tape = run.tape.sealed()
        return found


def gradient_names(params: Params) -> list[str]:
    """What a program has to call the gradients of the parameters that there are."""
    return [f"grad_{name}" for name, parameter in params._asdict().items() if parameter is not None]


def given(x: Tensor, y: Tensor, params: Params, trace: Trace) -> dict[str, Tensor]:
    """What a program may use, by name."""
    named = {"x": x, "y": y, **params._asdict(), **trace._asdict()}
    return {name: tensor for name, tensor in named.items() if tensor is not None}


def parse(text: str) -> Program:
    """Read a program. Raises ProgramError for whatever is not on the whitelist, or too long."""
    statements = read(text)
    return Program(text, tuple(Line.of(line) for line in statements), changes_given(statements))


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
