"""Evaluates what passed the whitelist: each node becomes a closure, once, and Python never sees the text.

The size of every result is known to be small enough before it is made, at every evaluation.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Iterable, Mapping
from math import prod
from typing import Any

import numpy as np
import torch
from torch import Tensor

from lesson.numeric.network import Activation
from lesson.numeric.program.whitelist import ANOTHER_LOOK, ELEMENTWISE, OPERATORS, PRODUCTS, Reason, refuse

ROOM = 8
"""A result may have this many times as many entries as the network's largest tensor."""

LEAST_ROOM = 2**12
WORK = 64
"""All results together, and the multiplications of all products, may come to this many times ROOM."""

LEARNING_RATE = 1e-4
"""What a program finds under this name: the notebook's."""

Value = Tensor | float | int | bool | torch.dtype | tuple[int, ...] | None
Shape = tuple[int, ...]


class Tape:
    """The operations of one run, to be repeated on other numbers of the same shapes.

    What fitted once fits again, so that repeating asks no questions and costs next to nothing.
    """

    def __init__(self, given: Iterable[Tensor]) -> None:
        self.slots: list[Any] = []
        self.slot_of: dict[int, int] = {}
        self.operations: list[tuple[Callable[..., Any], list[int], dict[str, Any], int]] = []
        self.repeatable = True
        for tensor in given:
            self.keep(tensor)
        self.inputs = len(self.slots)

    def keep(self, value: Any) -> int:  # noqa: ANN401
        """Keep a value, which thereby stays alive and keeps its identity, and tell its slot."""
        self.slots.append(value)
        self.slot_of[id(value)] = len(self.slots) - 1
        return len(self.slots) - 1

    def slot(self, value: Any) -> int:  # noqa: ANN401
        """The slot in which a value is, or a new one."""
        found = self.slot_of.get(id(value)) if isinstance(value, Tensor) else None
        return self.keep(value) if found is None else found

    def record(
        self,
        function: Callable[..., Any],
        arguments: tuple[Any, ...],
        keywords: dict[str, Any],
        result: Any,  # noqa: ANN401
    ) -> None:
        """Write down what was done. Where the numbers decide about sizes, nothing can be repeated."""
        by_numbers = function is operator.getitem or (function is Tensor.item)
        if by_numbers or any(isinstance(value, Tensor) for value in keywords.values()):
            self.repeatable = False
        elif isinstance(result, Tensor) or function is operator.setitem:
            slots = [self.slot(argument) for argument in arguments]
            self.operations.append((function, slots, keywords, self.keep(result)))

    def sealed(self) -> Tape:
        """The same without the tensors of its run, whose memory is better used for others."""
        self.slots = [None if isinstance(value, Tensor) else value for value in self.slots]
        self.slot_of.clear()
        return self

    def repeat(self, given: Iterable[Tensor], wanted: Iterable[int]) -> list[Tensor]:
        """The tensors in the wanted slots, for other tensors given of the same shapes and dtypes."""
        slots = self.slots.copy()
        slots[: self.inputs] = given
        for function, arguments, keywords, result in self.operations:
            slots[result] = function(*[slots[slot] for slot in arguments], **keywords)
        return [slots[slot] for slot in wanted]


class Run:
    """One evaluation of a program: its names, how much room is left, and what was done.

    given: the network's tensors by name.
    """

    def __init__(self, given: Mapping[str, Tensor], activation: Activation) -> None:
        self.names: dict[str, Value] = {
            **given,
            "slope": activation.slope,
            "learning_rate": LEARNING_RATE,
        }
        self.activation = activation
        self.room = ROOM * max(LEAST_ROOM, *(tensor.numel() for tensor in given.values()))
        self.left = WORK * self.room
        self.tape = Tape(given.values())

    def made(
        self,
        node: ast.AST,
        shape: Shape,
        make: Callable[..., Any],
        *arguments: Any,  # noqa: ANN401
        **keywords: Any,  # noqa: ANN401
    ) -> Any:  # noqa: ANN401
        """The result of an operation, made only if there is room for its shape."""
        entries = prod(shape)
        if entries > self.room:
            raise refuse(node, "too-large", shape=shape)
        self.spend(node, entries)
        return self.done(node, make, *arguments, **keywords)

    def spend(self, node: ast.AST, work: int) -> None:
        self.left -= work
        if self.left < 0:
            raise refuse(node, "too-much-work")

    def done(self, node: ast.AST, make: Callable[..., Any], *arguments: Any, **keywords: Any) -> Any:  # noqa: ANN401
        """Do it; what torch or Python have to say against it becomes an error at its place."""
        try:
            value = make(*arguments, **keywords)
        except (RuntimeError, TypeError, ValueError, IndexError, ArithmeticError) as error:
            said = str(error).strip().splitlines() or [type(error).__name__]
            raise refuse(node, "torch-says", said=said[0][:200]) from None
        if isinstance(value, complex):
            raise refuse(node, "complex")
        if any(isinstance(argument, Tensor) for argument in arguments):
            self.tape.record(make, arguments, keywords, value)
        return value


Act = Callable[[Run], Any]
"""What a node does in a run: an expression gives a Value, a statement nothing."""


def statement(line: ast.stmt) -> Act:
    """A line of a program: what it does to the names of a run."""
    match line:
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            return assignment(name, expression(value))
        case ast.Assign(targets=[ast.Subscript(value=target, slice=index)], value=value):
            return masked_assignment(line, tensor(target), mask(index), expression(value))
        case ast.AugAssign(target=ast.Name() as target, op=op, value=value):
            return update(line, tensor(target), combination(line, op, tensor(target), expression(value)))
    raise refuse(line, "no-assignment")


def assignment(name: str, value: Act) -> Act:
    def act(run: Run) -> None:
        run.names[name] = value(run)

    return act


def masked_assignment(line: ast.stmt, target: Act, mask: Act, value: Act) -> Act:
    def act(run: Run) -> None:
        tensor, where, new = target(run), mask(run), value(run)
        if isinstance(new, float | int) and where.shape == tensor.shape:
            # The same, and faster, as nothing has to be counted first.
            run.done(line, Tensor.masked_fill_, tensor, where, new)
        else:
            run.done(line, operator.setitem, tensor, where, new)

    return act


def update(line: ast.stmt, target: Act, result: Act) -> Act:
    def act(run: Run) -> None:
        old, new = target(run), result(run)
        if not isinstance(new, Tensor) or new.shape != old.shape:
            raise refuse(line, "update-shape")
        # In place, as torch does it: other names of the same tensor see it.
        run.done(line, Tensor.copy_, old, new)

    return act


def expression(node: ast.AST) -> Act:
    """What a node of an expression is worth in a run."""
    match node:
        case ast.Constant(value=number):
            return constant(number)
        case ast.Name(id=name):
            return named(node, name)
        case ast.BinOp(left=left, op=op, right=right):
            return combination(node, op, expression(left), expression(right))
        case ast.Compare(left=left, ops=[op], comparators=[right]):
            return combination(node, op, expression(left), expression(right))
        case ast.UnaryOp(op=op, operand=operand):
            return signed(node, op, expression(operand))
        case ast.Tuple(elts=parts) | ast.List(elts=parts):
            wholes = [whole(part) for part in parts]
            return lambda run: tuple(part(run) for part in wholes)
        case ast.Attribute(value=ast.Name(id="torch"), attr=name):
            return constant(getattr(torch, name))
        case ast.Attribute(value=value, attr=name):
            return attribute(node, tensor(value), name)
        case ast.Subscript(value=value, slice=index):
            return part(node, expression(value), whole(index), mask(index))
        case ast.Call(func=ast.Name(id="len"), args=[argument]):
            owner = tensor(argument)
            return lambda run: run.done(node, len, owner(run))
        case ast.Call(func=ast.Attribute(value=ast.Name(id="activation")), args=[argument], keywords=[]):
            return derivative(node, tensor(argument))
        case ast.Call(func=ast.Attribute(value=ast.Name(id="activation"))):
            raise refuse(node, "derivative-argument")
        case ast.Call(func=ast.Attribute(value=owner, attr=name), args=arguments, keywords=keywords):
            values = [expression(argument) for argument in arguments]
            if isinstance(owner, ast.Name) and owner.id == "torch":
                function = getattr(torch, name)
            else:
                values.insert(0, tensor(owner))
                function = getattr(Tensor, name)
            by_name = {str(keyword.arg): expression(keyword.value) for keyword in keywords}
            return call(node, name, function, values, by_name)
    raise refuse(node, "not-here", kind=type(node).__name__)


def constant(value: Any) -> Act:  # noqa: ANN401
    def act(_: Run) -> Value:
        return value

    return act


def named(node: ast.AST, name: str) -> Act:
    def act(run: Run) -> Value:
        try:
            return run.names[name]
        except KeyError:
            raise refuse(node, "undefined", name=name) from None

    return act


def tensor(node: ast.AST) -> Act:
    """An expression that has to be a tensor."""
    return demanded(node, lambda value: isinstance(value, Tensor), "needs-tensor")


def whole(node: ast.AST) -> Act:
    """An expression that has to be a whole number."""
    return demanded(node, lambda value: isinstance(value, int), "needs-whole")


def mask(node: ast.AST) -> Act:
    """An expression that has to be a mask."""
    return demanded(node, lambda value: isinstance(value, Tensor) and value.dtype == torch.bool, "needs-mask")


def demanded(node: ast.AST, fits: Callable[[Value], bool], reason: Reason) -> Act:
    """An expression whose value has to fit; the reason says what is needed where it does not."""
    value = expression(node)

    def act(run: Run) -> Value:
        found = value(run)
        if not fits(found):
            raise refuse(node, reason)
        return found

    return act


def part(node: ast.AST, value: Act, place: Act, mask: Act) -> Act:
    """A size out of a shape, or the entries under a mask."""

    def act(run: Run) -> Value:
        found = value(run)
        if isinstance(found, tuple):
            return run.done(node, operator.getitem, found, place(run))
        if not isinstance(found, Tensor):
            raise refuse(node, "no-parts")
        return run.made(node, found.shape, operator.getitem, found, mask(run))

    return act


def attribute(node: ast.AST, owner: Act, name: str) -> Act:
    def act(run: Run) -> Value:
        found = owner(run)
        if name == "shape":
            return tuple(found.shape)
        if name == "dtype":
            return found.dtype
        if found.dim() != 2:
            raise refuse(node, "no-matrix")
        return run.done(node, Tensor.t, found)

    return act


def signed(node: ast.AST, op: ast.AST, operand: Act) -> Act:
    operation = getattr(operator, OPERATORS[type(op)])

    def act(run: Run) -> Value:
        value = operand(run)
        if not isinstance(value, Tensor | float | int):
            raise refuse(node, "sign")
        if isinstance(op, ast.Invert) and not isinstance(value, Tensor):
            raise refuse(node, "invert")
        return run.made(node, shape_of(value), operation, value)

    return act


def combination(node: ast.AST, op: ast.AST, left: Act, right: Act) -> Act:
    """A binary operation or a comparison of two numbers or tensors."""
    operation = getattr(operator, OPERATORS[type(op)])
    product, joins_masks = isinstance(op, ast.MatMult), isinstance(op, ast.BitAnd | ast.BitOr)

    def act(run: Run) -> Value:
        a, b = left(run), right(run)
        if not (isinstance(a, Tensor | float | int) and isinstance(b, Tensor | float | int)):
            raise refuse(node, "two-sides")
        if product:
            return run.made(node, product_shape(run, node, a, b), operation, a, b)
        if not isinstance(a, Tensor) and not isinstance(b, Tensor):
            if joins_masks:
                raise refuse(node, "two-masks")
            # Whole numbers of Python grow without bound, floating point ones do not.
            a, b = float(a), float(b)
        return run.made(node, broadcast(node, a, b), operation, a, b)

    return act


def derivative(node: ast.AST, h: Act) -> Act:
    def act(run: Run) -> Tensor:
        found = h(run)
        return run.made(node, found.shape, run.activation.derivative, found)

    return act


def call(
    node: ast.AST, name: str, function: Callable[..., Any], values: list[Act], by_name: dict[str, Act]
) -> Act:
    def act(run: Run) -> Value:
        arguments = [value(run) for value in values]
        keywords = {key: value(run) for key, value in by_name.items()}
        limits = [value for value in keywords.values() if isinstance(value, Tensor)]
        shape = shape_after(run, node, name, arguments, limits)
        return run.made(node, shape, function, *arguments, **keywords)

    return act


def shape_after(run: Run, node: ast.AST, name: str, arguments: list[Value], limits: list[Tensor]) -> Shape:
    """A shape at least as large as that of what a call makes. limits: tensors given by keyword."""
    if not arguments or (name != "where" and not isinstance(arguments[0], Tensor)):
        raise refuse(node, "needs-tensor")
    if name in PRODUCTS:
        return product_shape(run, node, arguments[0], arguments[1] if len(arguments) == 2 else None)
    if name == "where" and len(arguments) != 3:
        raise refuse(node, "where-arguments")
    if name in ANOTHER_LOOK and any(isinstance(value, torch.dtype) for value in arguments):
        raise refuse(node, "view-dtype", name=name)
    if name in (*ELEMENTWISE, "where", "pow", "clamp"):
        return broadcast(node, *arguments, *limits)
    return shape_of(arguments[0])


def product_shape(run: Run, node: ast.AST, left: Value, right: Value) -> Shape:
    if not (isinstance(left, Tensor) and isinstance(right, Tensor) and left.dim() == right.dim() == 2):
        raise refuse(node, "two-matrices")
    (rows, inner), (others, columns) = left.shape, right.shape
    if inner != others:
        raise refuse(node, "inner-sizes", left=tuple(left.shape), right=tuple(right.shape))
    run.spend(node, rows * inner * columns)
    return rows, columns


def broadcast(node: ast.AST, *values: Value) -> Shape:
    shapes = {value.shape for value in values if isinstance(value, Tensor)}
    if len(shapes) == 1:
        return shapes.pop()
    try:
        # torch's own function loads half a compiler first.
        return np.broadcast_shapes(*shapes)
    except ValueError:
        left, right = ([tuple(value.shape) for value in values if isinstance(value, Tensor)] * 2)[:2]
        raise refuse(node, "entry-by-entry", left=left, right=right) from None


def shape_of(value: Value) -> Shape:
    return tuple(value.shape) if isinstance(value, Tensor) else ()
