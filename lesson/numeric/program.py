"""A backward pass as text: read, judged node by node, and interpreted, never handed to Python.

A program is lines of `name = expression`, masked assignments `name[mask] = value` and updates in place
`name -= expression`. Every syntax node, name, attribute and call comes from a list in this file, and the
size of every result is known to be small enough before it is made.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from dataclasses import dataclass
from math import prod
from typing import Any

import torch
from torch import Tensor

from lesson.numeric.network import Activation, Params, forward

MOST_CHARACTERS = 4000
MOST_LINES = 80
MOST_NODES = 1200
DEEPEST = 25
"""Levels of nesting in one line."""

ROOM = 8
"""A result may have this many times as many entries as the network's largest tensor."""

LEAST_ROOM = 2**12
WORK = 64
"""All results together may have this many times as many entries as one may have."""

GIVEN = ("x", "y", "w1", "b1", "h", "a", "w2", "b2", "out", "slope")
DTYPES = {
    "float": torch.float32,
    "float32": torch.float32,
    "double": torch.float64,
    "float64": torch.float64,
    "bool": torch.bool,
}

Value = Tensor | float | int | bool | torch.dtype | tuple[int, ...] | None


class ProgramError(ValueError):
    """What a program does wrong and where: line and column count from 1."""

    def __init__(self, line: int, column: int, sentence: str) -> None:
        super().__init__(f"line {line}, column {column}: {sentence}")
        self.line, self.column, self.sentence = line, column, sentence


@dataclass(frozen=True)
class Program:
    """A program whose every node has passed the whitelist."""

    text: str
    lines: tuple[ast.stmt, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The names that the program defines, in the order of their first definition."""
        targets = (line.targets[0] for line in self.lines if isinstance(line, ast.Assign))
        return tuple(dict.fromkeys(target.id for target in targets if isinstance(target, ast.Name)))

    def values(self, x: Tensor, y: Tensor, params: Params, activation: Activation) -> dict[str, Tensor]:
        """Every tensor that the program defines, after its last line.

        x (batch, inputs), y (batch, outputs); they and params stay as they are. Raises ProgramError.
        """
        trace = forward(x, params, activation)
        given = {"x": x, "y": y, **params._asdict(), **trace._asdict()}
        run = Interpreter(
            {name: tensor.detach().clone() for name, tensor in given.items() if tensor is not None},
            activation,
        )
        for line in self.lines:
            run.execute(line)
        defined = ((name, run.names[name]) for name in self.names)
        return {name: value for name, value in defined if isinstance(value, Tensor)}

    def gradients(self, x: Tensor, y: Tensor, params: Params, activation: Activation) -> Params:
        """The program's gradients, each in its parameter's shape. Raises ProgramError where one is
        missing or has another shape; a bias's may come without its first dimension of 1."""
        found = self.values(x, y, params, activation)
        last = self.lines[-1].lineno if self.lines else 1

        def gradient(name: str, parameter: Tensor | None) -> Tensor | None:
            if parameter is None:
                return None
            if name not in found:
                raise ProgramError(last, 1, f"{name} is never defined.")
            value = found[name]
            if value.shape != parameter.shape and (1, *value.shape) != parameter.shape:
                raise ProgramError(
                    self.line_of(name),
                    1,
                    f"{name} is {sides(value.shape)}, and its parameter {sides(parameter.shape)}.",
                )
            return value.reshape(parameter.shape)

        named = {f"grad_{name}": parameter for name, parameter in params._asdict().items()}
        w1, b1, w2, b2 = (gradient(name, parameter) for name, parameter in named.items())
        assert w1 is not None
        assert w2 is not None
        return Params(w1, b1, w2, b2)

    def line_of(self, name: str) -> int:
        """The line on which a name is defined for the last time."""
        return max(
            line.lineno
            for line in self.lines
            if isinstance(line, ast.Assign)
            and isinstance(line.targets[0], ast.Name)
            and line.targets[0].id == name
        )


def sides(shape: tuple[int, ...]) -> str:
    return " × ".join(map(str, shape)) or "a single number"


def refuse(node: ast.AST, sentence: str) -> ProgramError:
    return ProgramError(getattr(node, "lineno", 1), getattr(node, "col_offset", 0) + 1, sentence)


def parse(text: str) -> Program:
    """Read a program. Raises ProgramError for whatever is not on the whitelist, or too long."""
    if len(text) > MOST_CHARACTERS:
        raise ProgramError(1, 1, f"That is longer than {MOST_CHARACTERS:,} characters.")
    if "\0" in text or text.count("\n") >= MOST_LINES:
        raise ProgramError(1, 1, f"That is more than {MOST_LINES} lines of text.")
    try:
        tree = ast.parse(text)
    except SyntaxError as error:
        raise ProgramError(error.lineno or 1, error.offset or 1, f"This is no Python: {error.msg}.") from None
    except (ValueError, RecursionError, MemoryError):
        raise ProgramError(1, 1, "This is nested too deeply.") from None
    check_size(tree)
    for line in tree.body:
        check_statement(line)
    return Program(text, tuple(tree.body))


def check_size(tree: ast.AST) -> None:
    """Refuse what is deeply nested or has too many parts, before anything walks it recursively."""
    waiting: list[tuple[ast.AST, int]] = [(tree, 0)]
    seen = 0
    while waiting:
        node, depth = waiting.pop()
        seen += 1
        if depth > DEEPEST or seen > MOST_NODES:
            raise refuse(node, "This is too long or nested too deeply.")
        waiting += [(child, depth + 1) for child in ast.iter_child_nodes(node)]


OPERATORS: dict[type[ast.AST], Callable[..., Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.MatMult: operator.matmul,
    ast.Pow: operator.pow,
    ast.BitAnd: operator.and_,
    ast.BitOr: operator.or_,
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
    ast.Invert: operator.invert,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}

PRODUCTS = ("mm", "matmul")
ELEMENTWISE = ("mul", "add", "sub", "div", "maximum", "minimum")
SAME_SIZE = ("abs", "clamp", "clone", "float", "double", "neg", "pow", "relu", "sign", "square", "to")
SMALLER = ("mean", "sum", "item", "size", "dim", "numel")
ANOTHER_LOOK = ("t", "view", "reshape", "unsqueeze", "squeeze", "transpose")
LIKE = ("full_like", "ones_like", "zeros_like")

METHODS = frozenset(PRODUCTS + ELEMENTWISE + SAME_SIZE + SMALLER + ANOTHER_LOOK)
FUNCTIONS = frozenset(
    PRODUCTS
    + ELEMENTWISE
    + LIKE
    + ("abs", "clamp", "mean", "pow", "relu", "sign", "square", "sum", "t", "transpose", "where")
)
ATTRIBUTES = ("T", "shape", "dtype")
KEYWORDS = ("dim", "axis", "keepdim", "min", "max", "dtype")


def check_statement(line: ast.stmt) -> None:
    match line:
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            check_name(line, name)
            check(value)
        case ast.Assign(targets=[ast.Subscript(value=ast.Name(), slice=mask)], value=value):
            check(mask)
            check(value)
        case ast.AugAssign(target=ast.Name(), op=op, value=value) if type(op) in OPERATORS:
            check(value)
        case ast.Assign():
            raise refuse(line, "One name on the left of each =, please.")
        case _:
            raise refuse(line, "Only lines of the form `name = expression` belong here.")


def check_name(node: ast.AST, name: str) -> None:
    if name.startswith("_") or name in ("torch", "activation"):
        raise refuse(node, f"{name} cannot be defined here.")


def check(node: ast.AST) -> None:
    """Refuse every node that is not on the list, and every name, attribute and call in it."""
    match node:
        case ast.BinOp(left=left, op=op, right=right) if type(op) in OPERATORS:
            check(left)
            check(right)
        case ast.UnaryOp(op=op, operand=operand) if type(op) in OPERATORS:
            check(operand)
        case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in OPERATORS:
            check(left)
            check(right)
        case ast.Constant(value=bool() | int() | float() | None):
            pass
        case ast.Name(id=name) if not name.startswith("_") and name not in ("torch", "activation"):
            pass
        case ast.Attribute(value=ast.Name(id="torch"), attr=attribute) if attribute in DTYPES:
            pass
        case ast.Attribute(value=value, attr=attribute) if attribute in ATTRIBUTES:
            check(value)
        case ast.Subscript(value=value, slice=index):
            check(value)
            check(index)
        case ast.Tuple(elts=parts) | ast.List(elts=parts):
            for part in parts:
                check(part)
        case ast.Call(func=ast.Attribute(value=value, attr=name), args=arguments, keywords=keywords):
            check_call(node, value, name)
            for keyword in keywords:
                if keyword.arg not in KEYWORDS:
                    raise refuse(node, f"{name} does not take {keyword.arg or '**'} here.")
            for argument in (*arguments, *(keyword.value for keyword in keywords)):
                check(argument)
        case ast.Call(func=ast.Name(id="len"), args=[argument], keywords=[]):
            check(argument)
        case ast.Call(func=ast.Name(id=name)):
            raise refuse(node, f"{name}() is not known here.")
        case ast.BoolOp():
            raise refuse(node, "Masks are joined by & and |, not by `and` and `or`.")
        case ast.Attribute(attr=name):
            raise refuse(node, f".{name} is not known here.")
        case _:
            raise refuse(node, f"{type(node).__name__} does not belong in a backward pass.")


def check_call(node: ast.AST, owner: ast.expr, name: str) -> None:
    match owner:
        case ast.Name(id="torch"):
            known = name in FUNCTIONS
        case ast.Name(id="activation"):
            known = name == "derivative"
        case _:
            known = name in METHODS
            check(owner)
    if not known:
        raise refuse(node, f"{name}() is not known here.")


class Interpreter:
    """Evaluates checked lines on copies of a network's tensors."""

    def __init__(self, given: dict[str, Tensor], activation: Activation) -> None:
        self.names: dict[str, Value] = {**given, "slope": activation.slope}
        self.activation = activation
        largest = max(tensor.numel() for tensor in given.values())
        self.room = ROOM * max(largest, LEAST_ROOM)
        self.left = WORK * self.room

    def execute(self, line: ast.stmt) -> None:
        match line:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                self.names[name] = self.evaluate(value)
            case ast.Assign(targets=[ast.Subscript(value=target, slice=index)], value=value):
                tensor, mask, new = self.tensor(target), self.mask(index), self.evaluate(value)
                self.guarded(line, lambda: tensor.__setitem__(mask, new))  # type: ignore[assignment]
            case ast.AugAssign(target=ast.Name() as target, op=op, value=value):
                old, new = self.tensor(target), self.evaluate(value)
                result = self.combine(line, op, old, new)
                if not isinstance(result, Tensor) or result.shape != old.shape:
                    raise refuse(line, "What is updated has to keep its shape.")
                # In place, as torch does it: other names of the same tensor see it.
                self.guarded(line, lambda: old.copy_(result))

    def tensor(self, node: ast.AST) -> Tensor:
        value = self.evaluate(node)
        if not isinstance(value, Tensor):
            raise refuse(node, "Here a tensor is needed.")
        return value

    def evaluate(self, node: ast.AST) -> Value:
        match node:
            case ast.Constant(value=number):
                return self.constant(node, number)
            case ast.Name(id=name):
                if name not in self.names:
                    raise refuse(node, f"{name} is not defined at this point.")
                return self.names[name]
            case ast.BinOp(left=left, op=op, right=right):
                return self.combine(node, op, self.evaluate(left), self.evaluate(right))
            case ast.Compare(left=left, ops=[op], comparators=[right]):
                return self.combine(node, op, self.evaluate(left), self.evaluate(right))
            case ast.UnaryOp(op=op, operand=operand):
                value = self.evaluate(operand)
                if not isinstance(value, Tensor | float | int):
                    raise refuse(node, "This sign needs a number or a tensor behind it.")
                if isinstance(op, ast.Invert) and not isinstance(value, Tensor):
                    raise refuse(node, "~ needs a mask behind it.")
                return self.made(node, shape_of(value), lambda: OPERATORS[type(op)](value))
            case ast.Tuple(elts=parts) | ast.List(elts=parts):
                return tuple(self.whole(part) for part in parts)
            case ast.Attribute(value=ast.Name(id="torch"), attr=name):
                return DTYPES[name]
            case ast.Attribute(value=value, attr=name):
                return self.attribute(node, self.tensor(value), name)
            case ast.Subscript(value=value, slice=index):
                return self.part(node, self.evaluate(value), index)
            case ast.Call(func=ast.Name(id="len"), args=[argument]):
                tensor = self.tensor(argument)
                return self.guarded(node, lambda: len(tensor))
            case ast.Call():
                return self.call(node)
        raise refuse(node, "This does not belong in a backward pass.")

    def mask(self, node: ast.AST) -> Tensor:
        value = self.evaluate(node)
        if not isinstance(value, Tensor) or value.dtype != torch.bool:
            raise refuse(node, "In the brackets there has to be a mask, such as h < 0.")
        return value

    def part(self, node: ast.AST, value: Value, index: ast.AST) -> Value:
        """A size out of a shape, or the entries under a mask."""
        if isinstance(value, tuple):
            place = self.whole(index)
            return self.guarded(node, lambda: value[place])
        if not isinstance(value, Tensor):
            raise refuse(node, "Only a tensor or a shape has parts.")
        mask = self.mask(index)
        return self.made(node, tuple(value.shape), lambda: value[mask])

    def constant(self, node: ast.AST, value: Any) -> Value:  # noqa: ANN401
        if isinstance(value, int | float) and not abs(value) <= 1e30:
            raise refuse(node, "This number is too large.")
        return value

    def whole(self, node: ast.AST) -> int:
        value = self.evaluate(node)
        if not isinstance(value, int):
            raise refuse(node, "Here a whole number is needed.")
        return value

    def attribute(self, node: ast.AST, tensor: Tensor, name: str) -> Value:
        if name == "shape":
            return tuple(tensor.shape)
        if name == "dtype":
            return tensor.dtype
        if tensor.dim() != 2:
            raise refuse(node, "Only a matrix can be transposed.")
        return tensor.T

    def combine(self, node: ast.AST, op: ast.AST, left: Value, right: Value) -> Value:
        """A binary operation or a comparison of two numbers or tensors."""
        if not (isinstance(left, Tensor | float | int) and isinstance(right, Tensor | float | int)):
            raise refuse(node, "Both sides have to be numbers or tensors.")
        if isinstance(op, ast.MatMult):
            return self.made(node, self.product_shape(node, left, right), lambda: torch.mm(left, right))  # type: ignore[arg-type]
        if not isinstance(left, Tensor) and not isinstance(right, Tensor):
            # Whole numbers of Python grow without bound, floating point ones do not.
            left, right = float(left), float(right)
            if isinstance(op, ast.BitAnd | ast.BitOr):
                raise refuse(node, "& and | join masks.")
        shape = self.broadcast(node, left, right)
        return self.made(node, shape, lambda: OPERATORS[type(op)](left, right))

    def product_shape(self, node: ast.AST, left: Value, right: Value) -> tuple[int, ...]:
        if not (isinstance(left, Tensor) and isinstance(right, Tensor) and left.dim() == right.dim() == 2):
            raise refuse(node, "A matrix product needs a matrix on either side.")
        if left.shape[1] != right.shape[0]:
            raise refuse(node, f"{sides(left.shape)} times {sides(right.shape)}: the inner sizes do not fit.")
        if prod(left.shape) * right.shape[1] > WORK * self.room:
            raise refuse(node, "This product is too much work.")
        return left.shape[0], right.shape[1]

    def broadcast(self, node: ast.AST, *values: Value) -> tuple[int, ...]:
        try:
            return tuple(torch.broadcast_shapes(*(shape_of(value) for value in values)))
        except RuntimeError:
            shapes = " and ".join(sides(shape_of(value)) for value in values)
            raise refuse(node, f"{shapes} do not fit, entry by entry.") from None

    def call(self, node: ast.Call) -> Value:
        assert isinstance(node.func, ast.Attribute)
        owner, name = node.func.value, node.func.attr
        arguments = [self.evaluate(argument) for argument in node.args]
        keywords = {str(k.arg): self.evaluate(k.value) for k in node.keywords}
        if isinstance(owner, ast.Name) and owner.id == "activation":
            if len(arguments) != 1 or keywords or not isinstance(arguments[0], Tensor):
                raise refuse(node, "activation.derivative takes one tensor.")
            h = arguments[0]
            return self.made(node, tuple(h.shape), lambda: self.activation.derivative(h))
        if isinstance(owner, ast.Name) and owner.id == "torch":
            function = getattr(torch, name)
        else:
            arguments.insert(0, self.tensor(owner))
            function = getattr(torch.Tensor, name)
        shape = self.shape_after(
            node, name, arguments, [v for v in keywords.values() if isinstance(v, Tensor)]
        )
        return self.made(node, shape, lambda: function(*arguments, **keywords))

    def shape_after(
        self, node: ast.AST, name: str, arguments: list[Value], limits: list[Tensor]
    ) -> tuple[int, ...]:
        """A shape at least as large as that of what a call makes. limits: tensors given by keyword."""
        if not arguments or (name != "where" and not isinstance(arguments[0], Tensor)):
            raise refuse(node, f"{name} needs a tensor.")
        if name in PRODUCTS:
            return self.product_shape(node, arguments[0], arguments[1] if len(arguments) == 2 else None)
        if name == "where" and len(arguments) != 3:
            raise refuse(node, "where needs a mask and two values.")
        if name in ANOTHER_LOOK and any(isinstance(v, torch.dtype) for v in arguments):
            raise refuse(node, f"{name} takes sizes, and to() takes a dtype.")
        if name in (*ELEMENTWISE, "where", "pow", "clamp"):
            return self.broadcast(node, *arguments, *limits)
        return shape_of(arguments[0])

    def made(self, node: ast.AST, shape: tuple[int, ...], make: Callable[[], Any]) -> Value:
        """The result of an operation, made only if there is room for its shape."""
        entries = prod(shape)
        self.left -= entries
        if entries > self.room or self.left < 0:
            raise refuse(node, f"A result of {sides(shape)} is too large for this network.")
        return self.guarded(node, make)

    def guarded(self, node: ast.AST, make: Callable[[], Any]) -> Value:
        """Do it; what torch or Python have to say against it becomes a sentence at its place."""
        try:
            value = make()
        except (RuntimeError, TypeError, ValueError, IndexError, ArithmeticError) as error:
            said = str(error).strip().splitlines() or [type(error).__name__]
            raise refuse(node, f"torch says: {said[0][:200]}") from None
        if isinstance(value, complex):
            raise refuse(node, "The result is no real number.")
        return value


def shape_of(value: Value) -> tuple[int, ...]:
    return tuple(value.shape) if isinstance(value, Tensor) else ()
