"""Other ways to write the same: numpy's functions, einsum, a loop around one step. Free of torch.

All becomes what the whitelist knows, before it is checked; what is unknown stays and is refused there.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TypeVar

NUMPY = ("np", "numpy")
OTHER_NAMES = {
    "dot": "matmul",
    "absolute": "abs",
    "power": "pow",
    "subtract": "sub",
    "multiply": "mul",
    "divide": "div",
    "negative": "neg",
    "copy": "clone",
    "clip": "clamp",
}
IN_F = ("relu", "sigmoid", "softplus", "tanh")
"""What is called as F.name, where F is torch.nn.functional."""

SAME = ("detach", "cpu", "contiguous")
"""What gives back the same numbers."""

COMPARISONS = {"gt": ast.Gt, "ge": ast.GtE, "lt": ast.Lt, "le": ast.LtE, "eq": ast.Eq, "ne": ast.NotEq}
OPERATIONS = {"add": ast.Add, "sub": ast.Sub, "mul": ast.Mult, "div": ast.Div, "pow": ast.Pow}
OTHER_KEYWORDS = {"keepdims": "keepdim", "a_min": "min", "a_max": "max"}
WITHOUT_MEANING = ("device", "requires_grad")
"""Keywords without which the numbers are the same."""

Node = TypeVar("Node", bound=ast.AST)


def steps(statements: list[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements of one step: those inside a loop over range and under no_grad; nothing is printed."""
    for line in statements:
        match line:
            case ast.For(target=ast.Name(), iter=ast.Call(func=ast.Name(id="range")), body=body, orelse=[]):
                yield from steps(body)
            case ast.With(
                items=[ast.withitem(ast.Call(func=ast.Attribute(ast.Name(id="torch"), "no_grad")))], body=body
            ):
                yield from steps(body)
            case _ if not only_prints(line):
                yield line


def only_prints(line: ast.stmt) -> bool:
    match line:
        case ast.Expr(ast.Call(func=ast.Name(id="print")) | ast.Constant(value=str())):
            return True
        case ast.If(body=body, orelse=[]):
            return all(map(only_prints, body))
    return False


class Spelling(ast.NodeTransformer):
    """Rewrites expressions, the innermost first. Each keeps the place at which it was written."""

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        self.generic_visit(node)
        match node.value:
            case ast.Name(id=name) if name in NUMPY and node.attr == "newaxis":
                return at(node, ast.Constant(None))
            case ast.Name(id=name) if name in NUMPY:
                return at(node, ast.Attribute(torch(), node.attr, ast.Load()))
            case ast.Attribute(value=ast.Name(id="torch"), attr="nn"):
                return at(node, torch()) if node.attr == "functional" else node
        return node

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        self.generic_visit(node)
        match node.slice:
            case ast.Constant(value=None) | ast.Tuple(elts=[ast.Constant(value=None), ast.Slice(None, None)]):
                return at(node, method(node.value, "unsqueeze", ast.Constant(0)))
            case ast.Tuple(elts=[ast.Slice(None, None), ast.Constant(value=None)]):
                return at(node, method(node.value, "unsqueeze", ast.Constant(1)))
        return node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        if not isinstance(node.func, ast.Attribute):
            return node
        owner, name = node.func.value, OTHER_NAMES.get(node.func.attr, node.func.attr)
        if isinstance(owner, ast.Name) and owner.id == "F" and name in IN_F:
            owner = torch()
        node.keywords = [in_torch(keyword) for keyword in node.keywords if keyword.arg not in WITHOUT_MEANING]
        in_module = isinstance(owner, ast.Name) and owner.id == "torch"
        values = node.args if in_module else [owner, *node.args]
        simpler = of_numbers(name, node) if in_module else of_tensor(name, owner, node)
        simpler = simpler or of_both(name, values, node.keywords)
        if simpler is not None:
            return at(node, simpler)
        node.func = at(node.func, ast.Attribute(owner, name, ast.Load()))
        return node


def in_torch(keyword: ast.keyword) -> ast.keyword:
    return at(keyword, ast.keyword(OTHER_KEYWORDS.get(keyword.arg or "", keyword.arg), keyword.value))


def of_numbers(name: str, node: ast.Call) -> ast.expr | None:
    """What a module makes of numbers, in fewer words."""
    match name, node.args:
        case "tensor" | "array", [ast.Constant() as number]:
            return number
        case "ones" | "zeros", _:
            # They are made in the network's dtype.
            node.keywords = [keyword for keyword in node.keywords if keyword.arg != "dtype"]
        case "einsum", [ast.Constant(value=str(indices)), *tensors] if not node.keywords:
            return without_einsum(indices, tensors)
        case "addmm", [added, left, right] if not node.keywords:
            return ast.BinOp(ast.BinOp(left, ast.MatMult(), right), ast.Add(), added)
    return None


def of_tensor(name: str, owner: ast.expr, node: ast.Call) -> ast.expr | None:
    """What is called on a tensor, in fewer or other words."""
    match name, node.args:
        case "astype", [_]:
            # Of a mask, mostly, whose numbers are then of the network's dtype.
            return method(owner, "astype")
        case _, [] if name in SAME:
            return owner
    return None


def of_both(name: str, values: list[ast.expr], keywords: list[ast.keyword]) -> ast.expr | None:
    """What can be called on a tensor and in a module."""
    match name, values, keywords:
        case "transpose", [tensor], []:
            return method(tensor, "t")
        case "maximum" | "minimum", [ast.Constant() as number, tensor] | [
            tensor,
            ast.Constant() as number,
        ], []:
            bound = ast.keyword("min" if name == "maximum" else "max", number)
            return ast.Call(ast.Attribute(tensor, "clamp", ast.Load()), [], [bound])
        case _, [left, right], [] if name in COMPARISONS:
            return ast.Compare(left, [COMPARISONS[name]()], [right])
        case _, [left, right], [] if name in OPERATIONS:
            # Of which either may be a number.
            return ast.BinOp(left, OPERATIONS[name](), right)
    return None


def without_einsum(indices: str, tensors: list[ast.expr]) -> ast.expr | None:
    """An einsum of one or two matrices as products, transposes and sums; None where it is something else."""
    left, arrow, result = indices.replace(" ", "").partition("->")
    if not arrow:
        # Without, the result's indices follow from the alphabet.
        return None
    match left.split(","), tensors:
        case [one], [tensor] if matrix(one):
            return summed(tensor, one, result)
        case [one, two], [tensor, other] if matrix(one) and one == two:
            return summed(ast.BinOp(tensor, ast.Mult(), other), one, result)
        case [one, two], [tensor, other] if matrix(one) and matrix(two) and len({*one, *two}) == 3:
            (inner,) = {*one} & {*two}
            rows, columns = one.replace(inner, ""), two.replace(inner, "")
            first = tensor if one[1] == inner else method(tensor, "t")
            second = other if two[0] == inner else method(other, "t")
            return summed(ast.BinOp(first, ast.MatMult(), second), rows + columns, result)
    return None


def matrix(indices: str) -> bool:
    return len(indices) == len({*indices}) == 2 and indices.isalpha()


def summed(tensor: ast.expr, indices: str, result: str) -> ast.expr | None:
    """A matrix with these two indices, summed over those that the result lacks."""
    if result == indices:
        return tensor
    if result == indices[::-1]:
        return method(tensor, "t")
    if result == "":
        return method(tensor, "sum")
    return method(tensor, "sum", ast.Constant(1 - indices.index(result))) if result in [*indices] else None


def torch() -> ast.Name:
    return ast.Name("torch", ast.Load())


def method(owner: ast.expr, name: str, *arguments: ast.expr) -> ast.Call:
    call = ast.Call(ast.Attribute(owner, name, ast.Load()), list(arguments), [])
    return at(owner, call)


def at(place: ast.AST, node: Node) -> Node:
    """The node, and what is new in it, at the place of another."""
    return ast.fix_missing_locations(ast.copy_location(node, place))
