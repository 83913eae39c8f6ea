"""What an operation of a program costs, known from the kinds of its tensors before it is done."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache, reduce
from math import prod
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from lesson.numeric.program.whitelist import ANOTHER_LOOK, LIKE, PRODUCTS

Shape = tuple[int, ...]

WEIGHTS = {
    **dict.fromkeys(("div", "truediv"), 100),
    "pow": 500,
    "exp": 450,
    "log": 600,
    "sqrt": 550,
    **dict.fromkeys(("cos", "sin"), 1400),
    **dict.fromkeys(("cosh", "sinh", "tanh"), 250),
    "sigmoid": 100,
    "softplus": 350,
    "derivative": 60,
    **dict.fromkeys(("eq", "ge", "gt", "le", "lt", "ne"), 50),
    **dict.fromkeys(("where", "masked_fill_"), 200),
    "getitem": 400,
    "setitem": 700,
}
"""What an operation costs for each entry of its largest tensor, in multiplications of a large product.

Measured with torch 2.13 on one core of an AMD EPYC, on float32 matrices of 64 and of 1024 rows and columns:
the median time of an operation, divided by its entries and by the 0.031 ns that a multiplication takes where
1024 x 512 meets 512 x 512. The dearest of all numbers (random, zero, negative, infinite, nan), rounded up. So
are the other weights here.
"""

USUAL = 30
"""An entry of what is not in the table: a sum, a product entry by entry, a copy, a sign."""

CHEAP_POWERS = (-1, 2, 3)
"""torch multiplies or divides instead."""

TURNED = 300
"""An entry where the rows of a tensor do not lie one after the other in memory, as after .T."""

CAST = 50
"""An entry that is first copied into another dtype, as two dtypes meet."""

ROW = 500
"""A loop over a few entries: a row of a product, of a sum, of what another tensor is spread over."""

WHOLE = 100
"""How many times as long powers and products of whole numbers take, for which there is nothing fast."""

LARGE, FRESH = 2**25, 40
"""Bytes of a tensor that is fetched from the system each time it is made, and what each of them costs."""

CALL = 10**5
"""Calling torch at all, in the coin of config.STEP_OVERHEAD."""

LOOKS = frozenset(("dim", "item", "len", "numel", "size", *ANOTHER_LOOK)) - {"reshape"}
"""What neither reads nor copies more than an entry."""

CONVERSIONS = ("copy_", "double", "float", "to", *LIKE)
SUMS = ("mean", "sum")
MASKS = {"where": 0, "getitem": 1, "masked_fill_": 1, "setitem": 1}
"""Where among the arguments the mask is."""

MODEL = (2, 3, 5)
"""Sizes by which a dimension is known again."""


class Kind(NamedTuple):
    """What is known of a tensor without its numbers.

    order: its dimensions from the one that memory goes through last to that which it goes through first;
    None where its rows lie one after the other.
    """

    shape: Shape
    dtype: torch.dtype
    order: tuple[int, ...] | None = None

    @property
    def entries(self) -> int:
        return prod(self.shape)

    @property
    def bytes(self) -> int:
        return self.entries * self.dtype.itemsize


def kind_of(value: Any) -> Any:  # noqa: ANN401
    """The kind of a tensor; any other value itself."""
    if not isinstance(value, Tensor):
        return value
    return Kind(value.shape, value.dtype, order_of(value))


def order_of(tensor: Tensor) -> tuple[int, ...] | None:
    """In which order its dimensions lie in memory, None where that is their own."""
    if tensor.is_contiguous():
        return None
    return tuple(sorted(range(tensor.dim()), key=tensor.stride, reverse=True))


def laid_out(make: Callable[[Shape], Tensor], shape: Shape, order: tuple[int, ...] | None) -> Tensor:
    """A tensor made in this shape, whose dimensions lie in memory in this order."""
    if order is None:
        return make(shape)
    made = make(tuple(shape[dimension] for dimension in order))
    return made.permute(*(order.index(dimension) for dimension in range(len(shape))))


class Cost(NamedTuple):
    """result: the tensor that is made, None where it is one that is there already.

    work: in multiplications of a large float32 product. bytes: of the result and of what is gone when the
    call returns.
    """

    result: Kind | None
    work: int
    bytes: int = 0


@lru_cache(maxsize=2**12, typed=True)
def cost(make: Callable[..., Any], *arguments: Any, **keywords: Any) -> Cost:  # noqa: ANN401
    """What it costs to call a function with these arguments, of which tensors are given as their kinds.

    Raises what torch has to say against it, but for sizes that do not fit.
    """
    call = Call(make, arguments, keywords)
    if call.name in LOOKS:
        return Cost(None, CALL)
    return Cost(call.result, call.work, call.bytes)


@dataclass(frozen=True)
class Call:
    """A function and its arguments, of which tensors are given as their kinds."""

    make: Callable[..., Any]
    arguments: tuple[Any, ...]
    keywords: Mapping[str, Any]

    @property
    def name(self) -> str:
        return self.make.__name__

    @cached_property
    def kinds(self) -> list[Kind]:
        """Those of all tensors among the arguments."""
        return [value for value in (*self.arguments, *self.keywords.values()) if isinstance(value, Kind)]

    @cached_property
    def result(self) -> Kind | None:
        """The tensor that will be made, None where it is one of the arguments."""
        match self.name, self.kinds:
            case "copy_" | "masked_fill_" | "setitem", _:
                return None
            case "getitem", (whole, mask):
                return Kind((mask.entries, *whole.shape[len(mask.shape) :]), whole.dtype)
            case "reshape", (whole, *_):
                return Kind((whole.entries,), whole.dtype)
            case "new_ones" | "new_zeros", (network, *_):
                return Kind(self.arguments[1], network.dtype)
        models = [self.model(value) for value in self.arguments]
        made = self.make(*models, **{name: self.model(value) for name, value in self.keywords.items()})
        if any(made is model for model in models):
            return None
        return Kind(self.shape_like(made), made.dtype, order_of(made))

    def model(self, value: Any) -> Any:  # noqa: ANN401
        """A small tensor in the place of one of any size, on which torch shows what it makes of its kind."""
        if not isinstance(value, Kind):
            return value
        if self.name in PRODUCTS:
            return small((1, 1), value.dtype, None)
        sizes = zip(MODEL[len(MODEL) - len(value.shape) :], value.shape, strict=True)
        # What is spread over others has no say in how the result lies in memory.
        return small(tuple(1 if size == 1 else known for known, size in sizes), value.dtype, value.order)

    def shape_like(self, made: Tensor) -> Shape:
        """The shape of the result, of whose model this was made."""
        shapes = [kind.shape for kind in self.kinds]
        if self.name in PRODUCTS:
            return shapes[0][0], shapes[1][1]
        if self.name in SUMS:
            sizes = dict(zip(reversed(MODEL), reversed(shapes[0]), strict=False))
            return tuple(sizes.get(size, 1) for size in made.shape)
        return shapes[0] if self.name in CONVERSIONS else np.broadcast_shapes(*shapes)

    @property
    def turned(self) -> bool:
        return any(kind.order for kind in self.kinds)

    @property
    def work(self) -> int:
        """In multiplications of a large float32 product."""
        entries = max(kind.entries for kind in (*self.kinds, *self.made))
        inner = self.multiplications + self.weight * entries + ROW * self.rows
        inner += CAST * sum(kind.entries for kind in self.cast)
        fetched = sum(size for size in (self.result_bytes, self.copied_bytes) if size >= LARGE)
        return CALL + self.slowness * inner + FRESH * fetched

    @property
    def bytes(self) -> int:
        """Of the result and of what is gone when the call returns."""
        places = 0
        if self.name in ("getitem", "setitem"):
            # torch makes a list of the places that the mask means.
            mask = self.arguments[1]
            places = len(mask.shape) * mask.entries * torch.int64.itemsize
        return self.result_bytes + self.copied_bytes + places

    @property
    def result_bytes(self) -> int:
        return self.result.bytes if self.result else 0

    @property
    def copied_bytes(self) -> int:
        """Of what torch makes beside the result."""
        # The derivative is made in two steps, and so is a number divided by a tensor.
        reciprocal = self.name == "truediv" and not isinstance(self.arguments[0], Kind)
        twice = reciprocal or self.name == "derivative"
        cast = sum(kind.entries for kind in self.cast) * torch.float64.itemsize
        return cast + (self.result_bytes if twice else 0)

    @property
    def made(self) -> list[Kind]:
        return [self.result] if self.result else []

    @property
    def slowness(self) -> int:
        """How many times as long an entry takes as one of float32."""
        wide = any(kind.dtype.itemsize > torch.float32.itemsize for kind in (*self.kinds, *self.made))
        whole = self.name in ("pow", *PRODUCTS) and not any(k.dtype.is_floating_point for k in self.kinds)
        return (2 if wide else 1) * (WHOLE if whole else 1)

    @property
    def multiplications(self) -> int:
        return self.kinds[0].entries * self.kinds[1].shape[1] if self.name in PRODUCTS else 0

    @property
    def weight(self) -> int:
        """Of each entry."""
        if self.name in PRODUCTS or (self.name == "pow" and self.arguments[1] in CHEAP_POWERS):
            return USUAL
        return max(WEIGHTS.get(self.name, USUAL), TURNED if self.turned else 0)

    @property
    def rows(self) -> int:
        """How many loops there are beside that along the entries."""
        if self.name in PRODUCTS:
            return self.kinds[0].shape[0]
        if not self.result or not self.result.shape:
            return 1
        if self.name in SUMS:
            return self.result.entries
        spread = len({kind.shape for kind in self.kinds if kind.shape}) > 1
        return self.result.entries // self.result.shape[-1] if spread else 1

    @property
    def cast(self) -> list[Kind]:
        """The tensors that torch copies into another dtype before it computes."""
        if self.name in CONVERSIONS:
            return []
        mask = self.arguments[MASKS[self.name]] if self.name in MASKS else None
        read = [kind for kind in self.kinds if kind is not mask and kind.shape] or self.kinds
        if self.name in SUMS and self.result:
            return [kind for kind in read if kind.dtype != self.result.dtype]
        common = reduce(torch.promote_types, (kind.dtype for kind in (*read, *self.made)))
        return [kind for kind in read if kind.dtype != common]


@lru_cache(maxsize=64)
def small(shape: Shape, dtype: torch.dtype, order: tuple[int, ...] | None) -> Tensor:
    return laid_out(lambda sizes: torch.ones(sizes, dtype=dtype), shape, order)
