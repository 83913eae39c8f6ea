"""Backward passes as learners write them: right in many ways, hostile, and absurd."""

from __future__ import annotations

from lesson.numeric.program.whitelist import MOST_CHARACTERS
from lesson.numeric.source import seven_lines

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
"""The backward pass of the seminar notebook, with its forward pass."""

PARTS = {
    "grad_out": ["2 * (out - y)", "(out - y) * 2.0", "2 * torch.add(out, -y)", "(out - y).mul(2)"],
    "grad_w2": [
        "a.T @ grad_out",
        "a.t().mm(grad_out)",
        "torch.matmul(a.T, grad_out)",
        "a.T.matmul(grad_out)",
    ],
    "grad_b2": [
        "grad_out.sum(0)",
        "grad_out.sum(dim=0, keepdim=True)",
        "torch.sum(grad_out, 0)",
        "grad_out.mean(0) * len(x)",
        "grad_out.mean(axis=0) * x.shape[0]",
    ],
    "grad_a": ["grad_out @ w2.T", "(w2 @ grad_out.T).T", "grad_out.mm(w2.transpose(0, 1))"],
    "grad_h": [
        "grad_a * activation.derivative(h)",
        "torch.where(h > 0, grad_a, slope * grad_a)",
        "grad_a * ((h > 0).to(h.dtype) + slope * (h <= 0).to(h.dtype))",
        "grad_a.clone()\ngrad_h[h <= 0] = slope * grad_h[h <= 0]",
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
