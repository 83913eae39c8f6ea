"""A configuration as tensors: the data, the activation and the weights from which a training starts."""

from __future__ import annotations

import torch
from torch import Tensor

from lesson.numeric.config import Config
from lesson.numeric.data import Data
from lesson.numeric.network import Activation, Params, Task, init_params


def task_of(config: Config, dtype: torch.dtype, device: str = "cpu") -> Task:
    """The data and the start of a configured training. Raises DataError where there is no data."""
    x, y = tensors_of(config.source.load(), dtype, device)
    return Task(x, y, start_of(config, dtype, device), activation_of(config))


def tensors_of(data: Data, dtype: torch.dtype, device: str = "cpu") -> tuple[Tensor, Tensor]:
    """x (rows, inputs) and y (rows, outputs) of the data, the same numbers in every dtype."""
    x, y = (torch.from_numpy(array).to(dtype=dtype, device=device) for array in (data.x, data.y))
    return x, y


def activation_of(config: Config) -> Activation:
    """The configured activation."""
    return Activation.relu() if config.activation == "relu" else Activation.leaky_relu(config.slope)


def start_of(config: Config, dtype: torch.dtype, device: str = "cpu") -> Params:
    """The weights from which a configured training starts, the same numbers in every lane."""
    _, inputs, hidden, outputs = config.sizes
    return init_params(
        inputs, hidden, outputs, bias=config.bias, seed=config.seed, dtype=dtype, device=device
    )
