"""What may stand in a backward pass that a learner wrote: every syntax node, name, attribute and call.

Free of torch: a program is judged here before anything of it is evaluated.
"""

from __future__ import annotations

import ast
import textwrap
from functools import partial
from typing import Literal

from lesson.numeric.program.spelling import NUMPY, Spelling, steps

MOST_CHARACTERS = 4000
MOST_LINES = 80
MOST_NODES = 1200
DEEPEST = 25
"""Levels of nesting in one line."""

LARGEST_NUMBER = 1e30

OPERATORS = {
    ast.Add: "add",
    ast.Sub: "sub",
    ast.Mult: "mul",
    ast.Div: "truediv",
    ast.MatMult: "matmul",
    ast.Pow: "pow",
    ast.BitAnd: "and_",
    ast.BitOr: "or_",
    ast.USub: "neg",
    ast.UAdd: "pos",
    ast.Invert: "invert",
    ast.Lt: "lt",
    ast.LtE: "le",
    ast.Gt: "gt",
    ast.GtE: "ge",
    ast.Eq: "eq",
    ast.NotEq: "ne",
}
"""By their names in Python's module operator."""

PRODUCTS = ("mm", "matmul")
ELEMENTWISE = ("mul", "add", "sub", "div", "maximum", "minimum")
CURVES = ("exp", "log", "sqrt", "sin", "cos", "sinh", "cosh", "tanh", "sigmoid")
"""Functions of one variable, entry by entry."""

SAME_SIZE = (
    *CURVES,
    "abs",
    "astype",
    "clamp",
    "clone",
    "float",
    "double",
    "neg",
    "pow",
    "relu",
    "sign",
    "square",
    "to",
)
SMALLER = ("mean", "sum", "item", "size", "dim", "numel")
ANOTHER_LOOK = ("t", "view", "reshape", "unsqueeze", "squeeze", "transpose")
LIKE = ("full_like", "ones_like", "zeros_like")
NEW = ("ones", "zeros")
"""Functions of sizes; what they make has the network's dtype."""

METHODS = frozenset(PRODUCTS + ELEMENTWISE + SAME_SIZE + SMALLER + ANOTHER_LOOK)
FUNCTIONS = frozenset(
    PRODUCTS
    + ELEMENTWISE
    + LIKE
    + NEW
    + CURVES
    + ("softplus",)
    + ("abs", "clamp", "clone", "mean", "neg", "pow", "relu", "reshape", "sign", "square", "squeeze", "sum")
    + ("t", "transpose", "unsqueeze", "where")
)
DTYPES = ("float", "float32", "double", "float64", "bool")
ATTRIBUTES = ("T", "shape", "dtype")
KEYWORDS = ("dim", "axis", "keepdim", "min", "max", "dtype")


Reason = Literal[
    "too-long",
    "too-many-lines",
    "no-python",
    "too-deep",
    "cannot-define",
    "one-name",
    "no-assignment",
    "import",
    "backward",
    "autograds-gradient",
    "einsum",
    "slice",
    "unknown-keyword",
    "unknown-call",
    "unknown-attribute",
    "and-or",
    "not-here",
    "no-number",
    "too-large-number",
    "undefined",
    "undefined-nearest",
    "no-bias",
    "needs-tensor",
    "needs-whole",
    "needs-mask",
    "no-parts",
    "no-matrix",
    "sign",
    "invert",
    "two-sides",
    "two-masks",
    "two-matrices",
    "inner-sizes",
    "entry-by-entry",
    "too-many-dimensions",
    "too-much-work",
    "too-much-memory",
    "update-shape",
    "derivative-argument",
    "where-arguments",
    "view-dtype",
    "complex",
    "torch-says",
    "missing",
    "misfit",
]
"""Why a program is refused; the page has a sentence for each, under `error-` and its name."""


class ProgramError(ValueError):
    """What a program does wrong and where: line and column count from 1.

    reason chooses the sentence on the page, facts fill it in.
    """

    def __init__(self, line: int, column: int, reason: Reason, **facts: object) -> None:
        super().__init__(f"line {line}, column {column}: {reason} {facts or ''}".rstrip())
        self.line, self.column, self.reason, self.facts = line, column, reason, facts

    def __reduce__(self) -> tuple[object, ...]:
        """How it travels between processes."""
        return partial(ProgramError, self.line, self.column, self.reason, **self.facts), ()


def refuse(node: ast.AST, reason: Reason, **facts: object) -> ProgramError:
    """The error of a node, at the line and column where it is written."""
    return ProgramError(getattr(node, "lineno", 1), getattr(node, "col_offset", 0) + 1, reason, **facts)


def read(text: str) -> list[ast.stmt]:
    """The statements of a program, every node of them on the list. Raises ProgramError."""
    if len(text) > MOST_CHARACTERS:
        raise ProgramError(1, 1, "too-long", limit=MOST_CHARACTERS)
    if "\0" in text or text.count("\n") >= MOST_LINES:
        raise ProgramError(1, 1, "too-many-lines", limit=MOST_LINES)
    tree = parsed(text)
    check_size(tree)
    lines = [Spelling().visit(line) for line in steps(tree.body)]
    for line in lines:
        check_statement(line)
    return lines


def parsed(text: str) -> ast.Module:
    """The syntax tree of lines that may be indented, as those are that were copied out of a loop."""
    flush = textwrap.dedent(text)
    indented = len(text.lstrip("\n").partition("\n")[0]) - len(flush.lstrip("\n").partition("\n")[0])
    try:
        tree = ast.parse(flush)
    except SyntaxError as error:
        column = (error.offset or 1) + indented
        raise ProgramError(error.lineno or 1, column, "no-python", said=error.msg) from None
    except (ValueError, RecursionError, MemoryError):
        raise ProgramError(1, 1, "too-deep") from None
    for node in ast.walk(tree):
        if isinstance(node, ast.expr | ast.stmt):
            node.col_offset += indented
    return tree


def check_size(tree: ast.AST) -> None:
    """Refuse what is deeply nested or has too many parts, before anything walks it recursively."""
    waiting: list[tuple[ast.AST, int]] = [(tree, 0)]
    seen = 0
    while waiting:
        node, depth = waiting.pop()
        seen += 1
        if depth > DEEPEST or seen > MOST_NODES:
            raise refuse(node, "too-deep")
        waiting += [(child, depth + 1) for child in ast.iter_child_nodes(node)]


def check_statement(line: ast.stmt) -> None:
    match line:
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            if not free(name):
                raise refuse(line, "cannot-define", name=name)
            check(value)
        case ast.Assign(targets=[ast.Subscript(value=ast.Name(id=name), slice=mask)], value=value) if free(
            name
        ):
            check(mask)
            check(value)
        case ast.AugAssign(target=ast.Name(id=name), op=op, value=value) if type(op) in OPERATORS and free(
            name
        ):
            check(value)
        case ast.Assign():
            raise refuse(line, "one-name")
        case ast.Import() | ast.ImportFrom():
            raise refuse(line, "import")
        case ast.Expr(ast.Call(func=ast.Attribute(attr="backward"))):
            raise refuse(line, "backward")
        case _:
            raise refuse(line, "no-assignment")


def free(name: str) -> bool:
    """Whether a name is the learner's to use."""
    return not name.startswith("_") and name not in ("torch", "activation", *NUMPY)


def check(node: ast.AST) -> None:
    """Refuse every node that is not on the list, and every name, attribute and call in it."""
    match node:
        case ast.BinOp(left=left, op=op, right=right) if type(op) in OPERATORS:
            check_all(left, right)
        case ast.UnaryOp(op=op, operand=operand) if type(op) in OPERATORS:
            check(operand)
        case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in OPERATORS:
            check_all(left, right)
        case ast.Constant(value=bool() | int() | float() | None as value):
            if value is not None and not abs(value) <= LARGEST_NUMBER:
                raise refuse(node, "too-large-number")
        case ast.Name(id=name) if free(name):
            pass
        case ast.Attribute(value=ast.Name(id="torch"), attr=attribute) if attribute in DTYPES:
            pass
        case ast.Attribute(value=value, attr=attribute) if attribute in ATTRIBUTES:
            check(value)
        case ast.Subscript(value=value, slice=index):
            check_all(value, index)
        case ast.Tuple(elts=parts) | ast.List(elts=parts):
            check_all(*parts)
        case ast.Call(func=ast.Attribute(value=value, attr=name), args=arguments, keywords=keywords):
            check_call(node, value, name)
            check_keywords(node, name, keywords)
            check_all(*arguments, *(keyword.value for keyword in keywords))
        case ast.Call(func=ast.Name(id="len"), args=[argument], keywords=[]):
            check(argument)
        case _:
            raise not_on_the_list(node)


def check_all(*nodes: ast.AST) -> None:
    for node in nodes:
        check(node)


def not_on_the_list(node: ast.AST) -> ProgramError:
    """The error of a node that is not on the list, by what its writer may have meant."""
    match node:
        case ast.Call(func=ast.Name(id=name)):
            return refuse(node, "unknown-call", name=name)
        case ast.BoolOp():
            return refuse(node, "and-or")
        case ast.Attribute(attr="grad"):
            return refuse(node, "autograds-gradient")
        case ast.Slice():
            return refuse(node, "slice")
        case ast.Attribute(attr=name):
            return refuse(node, "unknown-attribute", name=name)
        case ast.Constant():
            return refuse(node, "no-number")
    return refuse(node, "not-here", kind=type(node).__name__)


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
        raise refuse(node, "einsum") if name == "einsum" else refuse(node, "unknown-call", name=name)


def check_keywords(node: ast.AST, name: str, keywords: list[ast.keyword]) -> None:
    for keyword in keywords:
        if keyword.arg not in KEYWORDS:
            raise refuse(node, "unknown-keyword", name=name, keyword=keyword.arg or "**")
