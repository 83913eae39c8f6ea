"""One step of a training, seen whole: its lines, their values, and what each cell is made of.

lines   what is computed from what, and what is kept meanwhile; free of torch
values  the tensors at a recorded step, and the sum behind one cell
witness what five witnesses say of one cell of a gradient
ledger  what torch keeps between forward and backward
paths   the same gradient path by path, counted and timed
"""
