"""A backward pass as text: lines of `name = expression`, of `name[mask] = value`, of `name -= expression`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from lesson.numeric.network import Activation, Params, Trace, forward, loss
from lesson.numeric.program.interpreter import Run, Value
from lesson.numeric.program.lines import Line, act, changes_given, with_ends, without_idle
from lesson.numeric.program.meter import Meter
from lesson.numeric.program.names import in_our_names
from lesson.numeric.program.price import Price, Sizes, estimated, limits_on, network
from lesson.numeric.program.tape import Tape
from lesson.numeric.program.whitelist import ProgramError, read

__all__ = ["Line", "Price", "Program", "ProgramError", "RecordedProgram", "parse"]


@dataclass(frozen=True, eq=False)
class Program:
    """A program whose every node has passed the whitelist."""

    text: str
    lines: tuple[Line, ...]
    needed: tuple[Line, ...]
    """Those without which the gradients would not be the same."""

    changes_given: bool
    """Whether some line may change in place what the network gave it."""

    called: Mapping[str, str]
    """What the program calls a gradient, where that is not the lesson's name."""

    def price(self, sizes: Sizes, *, bias: bool, activation: Activation, dtype: torch.dtype) -> Price:
        """What one step of a training costs; sizes: (batch, inputs, hidden, outputs).

        Raises ProgramError where the program cannot run, or is too dear for a network of these sizes.
        """
        tensors = network(sizes, bias, dtype)
        return estimated(
            self.needed, tensors, activation, limits_on(sizes, dtype), self.bytes_copied(tensors)
        )

    def bytes_copied(self, tensors: Mapping[str, Tensor]) -> int:
        """What copies of the network's tensors take, where the program needs some."""
        return sum(tensor.nbytes for tensor in tensors.values()) if self.changes_given else 0

    def start(self, x: Tensor, y: Tensor, params: Params, activation: Activation) -> Run:
        """A run for the lines to act on, on copies: x (batch, inputs), y (batch, outputs)."""
        tensors = given(x, y, params, forward(x, params, activation))
        return self.run({name: tensor.clone() for name, tensor in tensors.items()}, activation)

    def run(self, tensors: Mapping[str, Tensor], activation: Activation, tape: Tape | None = None) -> Run:
        """A run on a network's tensors, which stops where the program costs too much for it."""
        (batch, inputs), (hidden, outputs) = tensors["x"].shape, tensors["w2"].shape
        limits = limits_on((batch, inputs, hidden, outputs), tensors["h"].dtype)
        meter = Meter(limits, tensors.values(), self.bytes_copied(tensors))
        return Run(tensors, activation, meter, tape)

    def gradients(self, x: Tensor, y: Tensor, params: Params, activation: Activation) -> Params:
        """The program's gradients, each in its parameter's shape and dtype.

        Raises ProgramError where one is missing or has another shape; a bias's may come without its
        first dimension of 1.
        """
        run = self.start(x, y, params, activation)
        act(self.lines, run)
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
            own = self.called.get(name, name)
            raise ProgramError(self.last_line(name).number, 1, "misfit", name=own, shape=shape, needed=needed)
        if gradient.dtype != parameter.dtype:
            gradient = gradient.to(parameter.dtype)
        return gradient if shape == needed else gradient.view(needed)

    def last_line(self, name: str) -> Line:
        """The last line that defines or changes a name."""
        return [line for line in self.lines if line.target == name][-1]


class RecordedProgram:
    """A program as the backward pass of a training: it is checked and recorded once, then repeated.

    All calls get tensors of the same shapes and dtypes.
    """

    def __init__(self, program: Program) -> None:
        self.program = program
        self.repeatable = True
        self.tape: Tape | None = None
        self.slots: list[int] = []

    def __call__(self, x: Tensor, y: Tensor, params: Params, activation: Activation) -> tuple[Tensor, Params]:
        """The loss and its gradients. Raises ProgramError."""
        trace = forward(x, params, activation)
        tensors = given(x, y, params, trace)
        if self.program.changes_given:
            tensors = {name: tensor.clone() for name, tensor in tensors.items()}
        if self.tape:
            values: Sequence[Value] = self.tape.repeat(list(tensors.values()), self.slots)
        else:
            values = self.checked(tensors, activation, gradient_names(params))
        return loss(trace.out, y), self.program.params_of(values, params)

    def checked(self, tensors: Mapping[str, Tensor], activation: Activation, names: list[str]) -> list[Value]:
        """The values of these names after the program's lines, which are recorded if they can be repeated."""
        tape = Tape(tensors.values()) if self.repeatable else None
        run = self.program.run(tensors, activation, tape)
        act(self.program.needed, run)
        values = [run.names.get(name) for name in names]
        self.repeatable = bool(tape and tape.repeatable) and all(isinstance(v, Tensor) for v in values)
        if tape and self.repeatable:
            self.slots = [tape.slot(value) for value in values]
            self.tape = tape.sealed(self.slots)
        return values


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
    called = in_our_names(statements)
    lines = [Line.of(line) for line in statements]
    return Program(text, with_ends(lines), without_idle(lines), changes_given(statements), called)
