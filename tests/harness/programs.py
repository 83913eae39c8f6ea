"""Backward passes as learners write them: right in many ways, hostile, and absurd."""

from __future__ import annotations

from lesson.numeric.program.whitelist import MOST_CHARACTERS
from lesson.numeric.source import seven_lines

NOTEBOOK_FORWARD = """
learning_rate = 1e-4
for t in range(1001):
    # Forward pass: compute predicted y
    #TODO
    h_1 = x.mm(w1) + b1
    h_relu = h_1.clamp(min=0)
    out = h_relu.mm(w2) + b2

    # Compute and print loss
    loss = (out - y).pow(2).sum().item()
"""

NOTEBOOK_AS_IT_STANDS = (
    NOTEBOOK_FORWARD
    + """
    # Backward pass:
    dloss_dout = 2 * (out - y)

    grad_w2 = h_relu.t().mm(dloss_dout)

    grad_h_relu = dloss_dout.mm(w2.t())
    grad_h_relu[h_1 < 0] = 0

    grad_w1 = x.t().mm(grad_h_relu)
    grad_w2 = h_relu.t().mm(dloss_dout)

    grad_b2 = dloss_dout

    grad_h_1 = dloss_dout.mm(w2.t())
    grad_h_1[h_1 < 0] = 0
    grad_b1 = grad_h_1

    w1 -= learning_rate * grad_w1
    w2 -= learning_rate * grad_w2
    b1 -= learning_rate * grad_b1.sum()
    b2 -= learning_rate * grad_b2.sum()
    if t % 100 == 0:
        print('Loss on iteration {} = {}'.format(t, loss))
"""
)
"""The training loop of the seminar notebook. Two of its sums are missing."""

NOTEBOOK = """
h_1 = x.mm(w1) + b1
h_relu = h_1.clamp(min=0)
out = h_relu.mm(w2) + b2
loss = (out - y).pow(2).sum().item()

# Backward pass:
dloss_dout = 2 * (out - y)
grad_w2 = h_relu.t().mm(dloss_dout)
grad_h_relu = dloss_dout.mm(w2.t())
grad_h_relu[h_1 < 0] = 0
grad_w1 = x.t().mm(grad_h_relu)
grad_b2 = dloss_dout.sum(0)
grad_b1 = grad_h_relu.sum(dim=0, keepdim=True)
"""
"""The same with both sums, and each line once."""

PYTORCH_EXAMPLE = """
    # Forward pass: compute predicted y
    h = x.mm(w1)
    h_relu = h.clamp(min=0)
    y_pred = h_relu.mm(w2)

    # Compute and print loss
    loss = (y_pred - y).pow(2).sum().item()
    if t % 100 == 99:
        print(t, loss)

    # Backprop to compute gradients of w1 and w2 with respect to loss
    grad_y_pred = 2.0 * (y_pred - y)
    grad_w2 = h_relu.t().mm(grad_y_pred)
    grad_h_relu = grad_y_pred.mm(w2.t())
    grad_h = grad_h_relu.clone()
    grad_h[h < 0] = 0
    grad_w1 = x.t().mm(grad_h)

    # Update weights using gradient descent
    w1 -= learning_rate * grad_w1
    w2 -= learning_rate * grad_w2
"""
"""The step of PyTorch's example of a network trained by hand, without bias."""

NUMPY_COURSE = """
h = np.maximum(0, np.dot(X, W1) + b1)
out = np.dot(h, W2) + b2
dout = 2 * (out - y)
dW2 = np.dot(h.T, dout)
db2 = np.sum(dout, axis=0, keepdims=True)
dh = np.dot(dout, W2.T)
dh[h <= 0] = 0
dW1 = np.dot(X.T, dh)
db1 = np.sum(dh, axis=0, keepdims=True)
W1 += -lr * dW1
"""
"""As a course that uses NumPy writes it, where h is what the activation made."""

MANUAL_BACKPROP = """
dlogits = 2 * (out - y)
dw2 = a.T @ dlogits
db2 = dlogits.sum(0)
da = dlogits @ w2.T
dh = (h > 0) * da
dw1 = x.T @ dh
db1 = dh.sum(0)
"""
"""As an exercise in manual backpropagation writes it: only the backward pass."""

DIALECTS = {
    "notebook": NOTEBOOK,
    "pytorch-example": PYTORCH_EXAMPLE,
    "numpy-course": NUMPY_COURSE,
    "manual-backprop": MANUAL_BACKPROP,
}
"""Right backward passes as they stand in public; that of the PyTorch example is for networks without bias."""

PARTS = {
    "grad_out": ["2 * (out - y)", "(out - y) * 2.0", "2 * torch.add(out, -y)", "(out - y).mul(2)"],
    "grad_w2": [
        "a.T @ grad_out",
        "a.t().mm(grad_out)",
        "torch.matmul(a.T, grad_out)",
        "a.T.matmul(grad_out)",
        "np.dot(a.T, grad_out)",
        "a.T.dot(grad_out)",
        "torch.einsum('bh,bo->ho', a, grad_out)",
        "np.einsum('bo,bh->ho', grad_out, a)",
    ],
    "grad_b2": [
        "grad_out.sum(0)",
        "grad_out.sum(dim=0, keepdim=True)",
        "torch.sum(grad_out, 0)",
        "grad_out.mean(0) * len(x)",
        "grad_out.mean(axis=0) * x.shape[0]",
        "np.sum(grad_out, axis=0, keepdims=True)",
        "torch.ones(1, len(x)) @ grad_out",
        "np.ones((1, x.shape[0])) @ grad_out",
        "torch.einsum('bo->o', grad_out)",
        "grad_out.sum(axis=0)[None, :]",
    ],
    "grad_a": [
        "grad_out @ w2.T",
        "(w2 @ grad_out.T).T",
        "grad_out.mm(w2.transpose(0, 1))",
        "grad_out.dot(W2.T)",
    ],
    "grad_h": [
        "grad_a * activation.derivative(h)",
        "torch.where(h > 0, grad_a, slope * grad_a)",
        "grad_a * ((h > 0).to(h.dtype) + slope * (h <= 0).to(h.dtype))",
        "grad_a.clone()\ngrad_h[h <= 0] = slope * grad_h[h <= 0]",
        "np.where(h > 0, grad_a, np.multiply(slope, grad_a))",
        "grad_a * ((h > 0).astype(float) + slope * torch.le(h, 0).float())",
        "grad_a * torch.where(h > 0, torch.ones_like(h), torch.full_like(h, slope))",
    ],
    "grad_w1": ["x.T @ grad_h", "x.t() @ grad_h  # the input, transposed"],
    "grad_b1": ["grad_h.sum(0, keepdim=True)", "grad_h.sum(0).view(1, -1)"],
}
"""Each of the seven lines, rightly written in several ways."""

ESCAPES = [
    "q = __import__('os').system('true')",
    "q = ().__class__.__bases__[0].__subclasses__()",
    "q = x.__class__",
    "q = x.__reduce_ex__(2)",
    "q = x.T.__init__.__globals__",
    "q = getattr(x, 'data')",
    "q = torch.load('/etc/passwd')",
    "q = torch.ops.aten",
    "q = torch.utils",
    "q = torch.os",
    "q = torch.from_file('/etc/passwd')",
    "q = torch.float.__class__",
    "q = x.apply_(print)",
    "q = x.map_(y, print)",
    "q = x.storage()",
    "q = x.numpy().tofile('/tmp/x')",
    "q = open('/etc/passwd').read()",
    "q = eval('1')",
    "q = exec('import os')",
    "q = (lambda: 0)()",
    "q = [i for i in range(9)]",
    "q = {**globals()}",
    "q = f'{x.__class__}'",
    "q = (yield)",
    "q = (z := x)",
    "q = x if y else h",
    "q = slope.real",
    "q = slope.__class__",
    "q = activation.__class__",
    "q = activation.derivative.__globals__",
    "activation.slope = 1",
    "x.data = y",
    "torch.add = x",
    "import os",
    "from os import system",
    "for i in range(9):\n    import os",
    "for i in x: print(i)",
    "for i in range(9):\n    pass\nelse:\n    q = open('x')",
    "with torch.no_grad():\n    q = open('x')",
    "with open('x') as f: q = x",
    "if print(1): q = x",
    "q = np.load('x')",
    "q = np.os",
    "q = np.fromfile('x')",
    "q = torch.nn.Module",
    "q = torch.einsum(x, y)",
    "q = x.detach().__class__",
    "q = x.astype(open('x')).__class__",
    "np = x",
    "def f(): pass",
    "class A: pass",
    "for i in x: pass",
    "while True: pass",
    "with x: pass",
    "del x",
    "global x",
    "assert x",
    "raise x",
    "lambda: 0",
    "q: int = 1",
    "*q, r = x",
    "q = x @ y; import os",
    "_ = x",
    "q = x.sum(**{})",
    "q = x.sum(*[0])",
    "q = x.clamp(out=x)",
    "q = torch.add(x, x, out=y)",
]
"""Known ways out of an interpreter."""

ABSURD = {
    "long": "q = x\n" * MOST_CHARACTERS,
    "deep": "q = " + "(" * 300 + "x" + ")" * 300,
    "minus": "q = " + "-" * 3000 + "x",
    "dots": "q = x" + ".T" * 1500,
    "power": "q = 10**10**10**10",
    "digits": "q = " + "9" * 3500,
    "product": "q = x @ x.T\n" + "q = q @ q\n" * 60,
    "outer": "q = x.view(-1, 1) @ x.view(1, -1)\nq = q.view(-1, 1) @ q.view(1, -1)",
    "broadcast": "q = x.view(-1, 1) + x.view(1, -1)\nr = q.view(-1, 1) * q.view(1, -1)",
    "clamp": "q = x.view(-1, 1) + x.view(1, -1)\nr = q.view(-1, 1).clamp(min=q.view(1, -1))",
    "where": "q = x.view(-1, 1) + x.view(1, -1)\nr = torch.where(q.view(-1, 1) > 0, q.view(1, -1), 0)",
    "bits": "q = x.to(torch.float64).view(torch.bool)",
    "nothing": "\0",
    "ones": "q = torch.ones(1000000, 1000000)",
    "many ones": "q = torch.ones(1000, 1000, 1000, 1000)",
    "huge ones": "q = np.zeros(" + "9" * 30 + ")",
    "brackets": "[" * 199 + "]" * 199,
}
"""What no network has room or time for, by what is absurd about it."""


def using(lines: str, name: str = "q") -> str:
    """The seven lines after others, of which one gradient needs this name."""
    return f"{lines}\n{seven_lines()}\ngrad_w1 = grad_w1 + 0 * {name}.sum()"


WIDE = using(
    "t0 = h.double().unsqueeze(2) * y.unsqueeze(1)\n" + "\n".join(f"t{n + 1} = t{n} + 0.0" for n in range(4)),
    "t4",
)
"""On a large network, tensors of half a gigabyte."""

POWERS = using(
    "o = (x @ x.T).double().abs() + 1.5\n"
    "e = x.view(8, 24).sum(1).double().view(8, 1, 1) * 0 + 1\n"
    "q = o * e\n" + "q = q ** 1.0001\n" * 50
)
"""On any network, 17 ms of a step."""
