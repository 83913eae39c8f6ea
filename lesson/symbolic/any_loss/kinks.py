"""Where the derivative of a loss may jump, and what it is there."""

from __future__ import annotations

from dataclasses import dataclass

from sympy import Abs, Expr, Float, Integer, nan, preorder_traversal, sign, zoo
from sympy.core.relational import Relational

from lesson.symbolic.any_loss.functions import o, where, y
from lesson.symbolic.any_loss.refusal import Stopwatch
from lesson.symbolic.any_loss.rules import Differentiation, tidy


@dataclass(frozen=True)
class Kink:
    """A seam of the loss: seam is zero there.

    at: the predictions o where that is, in y, if the seam is linear in o. left, right: the derivatives
    beside the first of them, for smaller and for larger o, and taken: the one that the derivative's line
    has there. None where they are not known.
    """

    seam: Expr
    at: tuple[Expr, ...] = ()
    left: Expr | None = None
    right: Expr | None = None
    taken: Expr | None = None

    def place(self, target: float) -> float | None:
        """The first prediction at the kink for a target, None where it is not known."""
        return float(self.at[0].xreplace({y: Float(target)})) if self.at else None

    @property
    def jumps(self) -> bool:
        """Whether the derivative differs on both sides; also where that is not known."""
        return self.left is None or self.left != self.right


def kinks(loss: Expr, slope: Expr, watch: Stopwatch) -> tuple[Kink, ...]:
    """The seams of a loss at which its derivative may jump, each once."""
    found: dict[Expr, Kink] = {}
    for seam in seams(loss):
        watch.check()
        if seam in found or tidy(-seam) in found:
            continue
        kink = kink_at(seam, slope, watch)
        if kink.jumps:
            found[seam] = kink
    return tuple(found.values())


def seams(loss: Expr) -> list[Expr]:
    """What is zero where the loss changes from one expression to another."""
    parts = list(preorder_traversal(loss))
    inner = [part.args[0] for part in parts if isinstance(part, Abs | sign)]
    inner += [part.lhs - part.rhs for part in parts if isinstance(part, Relational)]
    return [tidy(seam) for seam in inner if o in seam.free_symbols]


def kink_at(seam: Expr, slope: Expr, watch: Stopwatch) -> Kink:
    """The kink of a seam, with both sides where its place is known."""
    places = zeros(seam, watch)
    if not places:
        return Kink(seam)
    try:
        left, taken, right = (Beside(places[0], side, watch).value(slope) for side in (-1, 0, 1))
    except Unknown:
        return Kink(seam, places)
    return Kink(seam, places, left, right, taken)


def zeros(seam: Expr, watch: Stopwatch) -> tuple[Expr, ...]:
    """The values of o at which a seam is zero: of a + b o, and of |a + b o| - c with a number c."""
    if (at := zero(seam, watch)) is not None:
        return (at,)
    for part in seam.atoms(Abs):
        size = zero(seam.xreplace({part: o}), watch)
        if size is not None and size.is_number and size > 0:
            ends = (zero(part.args[0] - end, watch) for end in (size, -size))
            return tuple(end for end in ends if end is not None)
    return ()


def zero(seam: Expr, watch: Stopwatch) -> Expr | None:
    """Where an expression is zero that is linear in o, with a number before it."""
    rise = rise_of(seam, watch)
    return None if rise in (None, 0) else -seam.xreplace({o: 0 * o}) / rise


def rise_of(seam: Expr, watch: Stopwatch) -> Expr | None:
    """How much an expression grows with o, if that is a number, the same everywhere."""
    rise = Differentiation(watch).of(seam)
    return rise if rise.is_number and not seam.has(where, sign) else None


class Unknown(Exception):
    """On which side of a seam a place lies cannot be told."""


@dataclass(frozen=True)
class Beside:
    """What expressions are beside a place: just below it, above it, or there (side -1, 1, 0)."""

    place: Expr
    side: int
    watch: Stopwatch

    def value(self, expression: Expr) -> Expr:
        """The limit of an expression. Raises Unknown."""
        limit = tidy(self.smooth(expression).xreplace({o: self.place}))
        if limit.has(zoo, nan):
            raise Unknown
        return limit

    def smooth(self, expression: Expr) -> Expr:
        """An expression without the seams that it has here."""
        self.watch.check()
        match expression:
            case where(args=(test, value, otherwise)):
                return self.smooth(value if self.holds(test) else otherwise)
            case Abs(args=(inner,)):
                return self.sign(inner) * self.smooth(inner)
            case sign(args=(inner,)):
                return self.sign(inner)
        return expression.func(*map(self.smooth, expression.args)) if expression.args else expression

    def holds(self, test: Expr) -> bool:
        return bool(test.func(self.sign(test.lhs - test.rhs), 0))

    def sign(self, expression: Expr) -> Expr:
        """1, 0 or -1."""
        smooth = self.smooth(expression)
        here = tidy(smooth.xreplace({o: self.place}))
        if not here.is_number or here.has(zoo, nan):
            raise Unknown
        if here != 0 or self.side == 0:
            return known(sign(here))
        rise = rise_of(smooth, self.watch)
        if rise is None:
            raise Unknown
        return known(sign(rise)) * self.side


def known(direction: Expr) -> Expr:
    """A sign that is a number. Raises Unknown."""
    if not isinstance(direction, Integer):
        raise Unknown
    return direction
