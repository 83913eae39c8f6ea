"""Evaluates what passed the whitelist: each node becomes a closure, once, and Python never sees the text.

What an operation costs is known, and not too much, before it is done.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import softplus

from lesson.numeric.network import Activation
from lesson.numeric.program.cost import Cost, cost, kind_of
from lesson.numeric.program.meter import Meter
from lesson.numeric.program.tape import Tape
from lesson.numeric.program.whitelist import (
    ANOTHER_LOOK,
    ELEMENTWISE,
    OPERATORS,
    PRODUCTS,
    SMALLER,
    ProgramError,
    Reason,
    refuse,
)

LEARNING_RATE = 1e-4
"""What a program finds under this name: the notebook's."""

MOST_DIMENSIONS = 3

Value = Tensor | float | int | bool | torch.dtype | tuple[int, ...] | None


class Run:
    """One evaluation of a program: its names, what it costs, and what was done.

    given: the network's tensors by name. meter: what stops it where it is too dear. tape: where it is
    written down.
    """

    def __init__(
        self,
        given: Mapping[str, Tensor],
        activation: Activation,
        meter: Meter,
        tape: Tape | None = None,
    ) -> None:
        self.names: dict[str, Value] = {
            **given,
            "slope": activation.slope,
            "learning_rate": LEARNING_RATE,
        }
        self.like = given["x"]
        """A tensor of the network's dtype."""

        self.activation = activation
        self.meter = meter
        self.tape = tape

    def forget(self, names: Iterable[str]) -> None:
        """Let go of what nothing uses any more."""
        for name in names:
            self.names.pop(name, None)

    def made(
        self,
        node: ast.AST,
        make: Callable[..., Any],
        *arguments: Any,  # noqa: ANN401
        **keywords: Any,  # noqa: ANN401
    ) -> Any:  # noqa: ANN401
        """The result of an operation, done only if it is not too dear."""
        if not any(isinstance(value, Tensor) for value in arguments):
            return self.attempt(node, make, *arguments, **keywords)
        line = getattr(node, "lineno", 1)
        kinds = {name: kind_of(value) for name, value in keywords.items()} if keywords else {}
        foreseen = self.attempt(node, cost, make, *map(kind_of, arguments), **kinds)
        self.meter.charge(line, foreseen)
        value = self.done(node, foreseen, make, *arguments, **keywords)
        if isinstance(value, Tensor) and value.dim() > MOST_DIMENSIONS:
            raise refuse(node, "too-many-dimensions", limit=MOST_DIMENSIONS)
        self.meter.hold(line, value)
        return value

    def done(
        self,
        node: ast.AST,
        foreseen: Cost,  # noqa: ARG002
        make: Callable[..., Any],
        *arguments: Any,  # noqa: ANN401
        **keywords: Any,  # noqa: ANN401
    ) -> Any:  # noqa: ANN401
        """Do it, and write it down."""
        value = self.attempt(node, make, *arguments, **keywords)
        if self.tape:
            self.tape.record(make, arguments, keywords, value)
        return value

    def attempt(self, node: ast.AST, make: Callable[..., Any], *arguments: Any, **keywords: Any) -> Any:  # noqa: ANN401
        """Call a function; what torch or Python have to say against it becomes the error of its node."""
        try:
            value = make(*arguments, **keywords)
        except (RuntimeError, TypeError, ValueError, IndexError, ArithmeticError) as error:
            said = str(error).strip().splitlines() or [type(error).__name__]
            raise refuse(node, "torch-says", said=said[0][:200]) from None
        if isinstance(value, complex):
            raise refuse(node, "complex")
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
        check_mask(line, tensor, where)
        if isinstance(new, float | int) and where.shape == tensor.shape:
            # The same, and faster, as nothing has to be counted first.
            run.made(line, Tensor.masked_fill_, tensor, where, new)
        else:
            run.made(line, operator.setitem, tensor, where, new)

    return act


def update(line: ast.stmt, target: Act, result: Act) -> Act:
    def act(run: Run) -> None:
        old, new = target(run), result(run)
        if not isinstance(new, Tensor) or new.shape != old.shape:
            raise refuse(line, "update-shape")
        # In place, as torch does it: other names of the same tensor see it.
        run.made(line, Tensor.copy_, old, new)

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
        case ast.Call():
            return called(node)
    raise refuse(node, "not-here", kind=type(node).__name__)


def called(node: ast.Call) -> Act:
    """What a call is worth in a run."""
    match node:
        case ast.Call(func=ast.Name(id="len"), args=[argument]):
            owner = tensor(argument)
            return lambda run: run.made(node, len, owner(run))
        case ast.Call(func=ast.Attribute(value=ast.Name(id="activation")), args=[argument], keywords=[]):
            return derivative(node, tensor(argument))
        case ast.Call(func=ast.Attribute(value=ast.Name(id="activation"))):
            raise refuse(node, "derivative-argument")
        case ast.Call(func=ast.Attribute(value=owner, attr="astype")):
            return in_networks_dtype(node, tensor(owner))
        case ast.Call(
            func=ast.Attribute(value=ast.Name(id="torch"), attr="ones" | "zeros" as name), args=sizes
        ):
            return new(node, getattr(Tensor, f"new_{name}"), [expression(size) for size in sizes])
        case ast.Call(func=ast.Attribute(value=owner, attr=name), args=arguments, keywords=keywords):
            values = [expression(argument) for argument in arguments]
            if isinstance(owner, ast.Name) and owner.id == "torch":
                function = softplus if name == "softplus" else getattr(torch, name)
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
            if name in ("b1", "b2"):
                raise refuse(node, "no-bias", name=name) from None
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
        worth = value(run)
        if not fits(worth):
            raise refuse(node, reason)
        return worth

    return act


def part(node: ast.AST, owner: Act, index: Act, mask: Act) -> Act:
    """A size out of a shape, or the entries under a mask."""

    def act(run: Run) -> Value:
        whole = owner(run)
        if isinstance(whole, tuple):
            return run.made(node, operator.getitem, whole, index(run))
        if not isinstance(whole, Tensor):
            raise refuse(node, "no-parts")
        where = mask(run)
        check_mask(node, whole, where)
        return run.made(node, operator.getitem, whole, where)

    return act


def attribute(node: ast.AST, owner: Act, name: str) -> Act:
    def act(run: Run) -> Value:
        tensor = owner(run)
        if name == "shape":
            return tuple(tensor.shape)
        if name == "dtype":
            return tensor.dtype
        if tensor.dim() != 2:
            raise refuse(node, "no-matrix")
        return run.made(node, Tensor.t, tensor)

    return act


def signed(node: ast.AST, op: ast.AST, operand: Act) -> Act:
    operation = getattr(operator, OPERATORS[type(op)])

    def act(run: Run) -> Value:
        value = operand(run)
        if not isinstance(value, Tensor | float | int):
            raise refuse(node, "sign")
        if isinstance(op, ast.Invert) and not isinstance(value, Tensor):
            raise refuse(node, "invert")
        return run.made(node, operation, value)

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
            check_product(node, a, b)
            return run.made(node, operation, a, b)
        if not isinstance(a, Tensor) and not isinstance(b, Tensor):
            if joins_masks:
                raise refuse(node, "two-masks")
            # Whole numbers of Python grow without bound, floating point ones do not.
            a, b = float(a), float(b)
        check_sizes(node, a, b)
        return run.made(node, operation, a, b)

    return act


def derivative(node: ast.AST, h: Act) -> Act:
    def act(run: Run) -> Tensor:
        at = h(run)
        return run.made(node, run.activation.derivative, at)

    return act


def in_networks_dtype(node: ast.AST, owner: Act) -> Act:
    return lambda run: run.made(node, Tensor.to, owner(run), run.like.dtype, copy=True)


def new(node: ast.AST, make: Callable[..., Any], sizes: list[Act]) -> Act:
    """A tensor of these sizes, or of those in a single tuple."""

    def act(run: Run) -> Tensor:
        values = [size(run) for size in sizes]
        shape = tuple(values[0]) if len(values) == 1 and isinstance(values[0], tuple) else tuple(values)
        if not all(type(size) is int and size >= 0 for size in shape):
            raise refuse(node, "needs-whole")
        return run.made(node, make, run.like, shape)

    return act


def call(
    node: ast.AST, name: str, function: Callable[..., Any], values: list[Act], by_name: dict[str, Act]
) -> Act:
    def act(run: Run) -> Value:
        arguments = [value(run) for value in values]
        keywords = {key: value(run) for key, value in by_name.items()}
        check_call(node, name, arguments, keywords)
        return run.made(node, function, *arguments, **keywords)

    return act


def check_call(node: ast.AST, name: str, arguments: list[Value], keywords: dict[str, Value]) -> None:
    """Refuse arguments of a kind or size that does not fit, where torch would say it in other words."""
    if not arguments or (name != "where" and not isinstance(arguments[0], Tensor)):
        raise refuse(node, "needs-tensor")
    if name in PRODUCTS:
        check_product(node, arguments[0], arguments[1] if len(arguments) == 2 else None)
    if name == "where" and len(arguments) != 3:
        raise refuse(node, "where-arguments")
    if name in ANOTHER_LOOK and any(isinstance(value, torch.dtype) for value in arguments):
        raise refuse(node, "view-dtype", name=name)
    if name in (*ELEMENTWISE, "where", "pow", "clamp"):
        check_sizes(node, *arguments, *keywords.values())
    # torch takes a tensor of one whole number for a dimension, so that numbers would decide about sizes.
    further = (*arguments[1:], *keywords.values())
    if name in (*ANOTHER_LOOK, *SMALLER) and any(isinstance(value, Tensor) for value in further):
        raise refuse(node, "needs-whole")


def check_product(node: ast.AST, left: Value, right: Value) -> None:
    if not (isinstance(left, Tensor) and isinstance(right, Tensor) and left.dim() == right.dim() == 2):
        raise refuse(node, "two-matrices", sizes=with_sizes(node, left, right))
    if left.shape[1] != right.shape[0]:
        raise misfit(node, "inner-sizes", left, right)


def check_mask(node: ast.AST, tensor: Tensor, mask: Tensor) -> None:
    if tensor.shape[: mask.dim()] != mask.shape:
        raise refuse(node, "entry-by-entry", left=tuple(tensor.shape), right=tuple(mask.shape))


def check_sizes(node: ast.AST, *values: Value) -> None:
    """Refuse tensors that do not fit, entry by entry."""
    tensors = [value for value in values if isinstance(value, Tensor)]
    shapes = [tuple(tensor.shape) for tensor in tensors]
    try:
        if len(set(shapes)) > 1:
            # torch's own function loads half a compiler first.
            np.broadcast_shapes(*shapes)
    except ValueError:
        raise misfit(node, "entry-by-entry", *tensors) from None


def misfit(node: ast.AST, reason: Reason, left: Tensor, right: Tensor, *more: Tensor) -> ProgramError:
    sizes = with_sizes(node, left, right, *more)
    return refuse(node, reason, left=tuple(left.shape), right=tuple(right.shape), sizes=sizes)


def with_sizes(node: ast.AST, *values: Value) -> str:
    """An operation as it is written, with sizes in the place of its tensors: 5×3 @ 5×2."""
    filled = [ast.Name(size_of(value)) for value in values]
    match node:
        case ast.BinOp(op=op) | ast.AugAssign(op=op):
            return ast.unparse(ast.BinOp(filled[0], op, filled[1]))
        case ast.Compare(ops=ops):
            return ast.unparse(ast.Compare(filled[0], ops, [filled[1]]))
        case ast.Call(func=ast.Attribute(attr=name)) if name in PRODUCTS and len(filled) == 2:
            return ast.unparse(ast.BinOp(filled[0], ast.MatMult(), filled[1]))
        case ast.Call(func=ast.Attribute(value=ast.Name(id="torch") as owner, attr=name)):
            return ast.unparse(ast.Call(ast.Attribute(owner, name), [*filled], []))
        case ast.Call(func=ast.Attribute(attr=name)):
            return ast.unparse(ast.Call(ast.Attribute(filled[0], name), [*filled[1:]], []))
    return ", ".join(name.id for name in filled)


def size_of(value: Value) -> str:
    if isinstance(value, Tensor):
        return "×".join(map(str, value.shape)) or "number"
    return str(value)
