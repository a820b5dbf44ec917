"""One vector for all weights: the model, the optimiser and the norms see the same numbers."""

import math

import pytest
import torch
from torch import nn

from sims.model import build
from sims.weights import Weights, norm


def test_the_model_and_the_vector_are_the_same_numbers() -> None:
    model = build("batchnorm", 0)
    before = nn.utils.parameters_to_vector(model.parameters()).detach().clone()
    weights = Weights(model)
    assert torch.equal(weights.values[0], before)
    weights.values[0].zero_()
    assert not any(parameter.any() for parameter in model.parameters())


def test_backward_adds_to_the_vector() -> None:
    model = nn.Linear(2, 1)
    weights = Weights(model)
    for _ in range(2):
        model(torch.tensor([[3.0, 4.0]])).sum().backward()
    assert weights.gradients[0].tolist() == [6.0, 8.0, 2.0]
    assert weights.vectors[0].grad is weights.gradients[0]


def test_frozen_weights_are_left_out_and_unused_ones_have_gradient_zero() -> None:
    model = nn.ModuleList([nn.Linear(2, 1, bias=False) for _ in range(3)])
    model[0].requires_grad_(False)
    weights = Weights(model)
    model[1](torch.ones(1, 2)).sum().backward()
    assert weights.gradients[0].tolist() == [1.0, 1.0, 0.0, 0.0]


def test_other_memory_formats_and_mixed_dtypes() -> None:
    convolution = nn.Conv2d(2, 3, 3)
    convolution.weight.data = convolution.weight.data.to(memory_format=torch.channels_last)
    expected = convolution.weight.detach().clone()
    model = nn.ModuleList([convolution, nn.Linear(2, 2).double()])
    weights = Weights(model)
    assert [values.dtype for values in weights.values] == [torch.float32, torch.float64]
    assert torch.equal(convolution.weight, expected)


def test_norms_are_over_everything_and_do_not_overflow() -> None:
    assert norm([torch.tensor([3.0]), torch.tensor([4.0])]).item() == 5
    assert norm([torch.full((4,), 1e30)]).item() == pytest.approx(2e30)
    assert math.isnan(norm([torch.tensor([math.nan])]).item())
