"""By hand: the seven lines. Nothing here knows that autograd exists."""

from __future__ import annotations

from torch import Tensor

from lesson.numeric.network import Activation, Params, Trace, forward, loss


def backward(x: Tensor, y: Tensor, params: Params, activation: Activation, trace: Trace) -> Params:
    """The gradient of the loss by every parameter, each of its parameter's shape and dtype.

    The equations of back-propagation (Rumelhart, Hinton and Williams, 1986; Goodfellow, Bengio and
    Courville, Deep Learning, section 6.5) for two layers, a row per observation.
    """
    w2 = params.w2
    h, a, out = trace

    grad_out = 2 * (out - y)
    grad_w2 = a.T @ grad_out
    grad_b2 = grad_out.sum(0, keepdim=True)
    grad_a = grad_out @ w2.T
    grad_h = grad_a * activation.derivative(h)
    grad_w1 = x.T @ grad_h
    grad_b1 = grad_h.sum(0, keepdim=True)

    if params.b1 is None:
        return Params(grad_w1, None, grad_w2, None)
    return Params(grad_w1, grad_b1, grad_w2, grad_b2)


def loss_and_gradients(x: Tensor, y: Tensor, params: Params, activation: Activation) -> tuple[Tensor, Params]:
    """One forward and one backward pass: the scalar loss and its gradients."""
    trace = forward(x, params, activation)
    return loss(trace.out, y), backward(x, y, params, activation, trace)


def gradients(x: Tensor, y: Tensor, params: Params, activation: Activation) -> Params:
    """The gradients alone: x (batch, inputs), y (batch, outputs), all of one dtype and device."""
    return loss_and_gradients(x, y, params, activation)[1]
