"""Polynomials are differentiated as SymPy differentiates expressions."""

from __future__ import annotations

from lesson.symbolic.derivation import phi, slope_of
from lesson.symbolic.tensors import network


def test_the_derivative_in_the_ring_is_sympys_own() -> None:
    """The chain rule that is added for the atoms, against SymPy's diff through a function phi(h)."""
    n = network(2, 2, 2, 2)
    atoms = dict(zip((a.as_expr() for a in n.a.flat), (phi(h.as_expr()) for h in n.h.flat), strict=True))
    slopes = zip(n.activation.derivatives.flat, n.h.flat, strict=True)
    atoms |= {slope.as_expr(): slope_of(h.as_expr()) for slope, h in slopes}
    loss = n.loss.as_expr().xreplace(atoms)
    assert n.b1 is not None
    for entry in (n.w1[0, 1], n.b1[0, 0], n.w2[1, 0]):
        found = n.derivative(n.loss, entry).as_expr().xreplace(atoms)
        assert (loss.diff(entry.as_expr()) - found).expand() == 0
