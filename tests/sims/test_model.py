"""The networks: their size, their shape, and initial weights that hang on name and seed alone."""

import pytest
import torch
from torch import nn

from sims.errors import ParamError
from sims.model import build
from sims.plan import NETWORKS


def weights(model: nn.Module) -> torch.Tensor:
    return nn.utils.parameters_to_vector(model.parameters())


@pytest.mark.parametrize(("name", "count"), [("small", 9_226), ("batchnorm", 25_978)])
def test_each_network_has_the_size_on_its_label(name: str, count: int) -> None:
    assert len(weights(build(name, 0))) == count
    assert f"({round(count / 1000)} k weights)" in NETWORKS[name]


@pytest.mark.parametrize("name", NETWORKS)
def test_images_in_logits_out(name: str) -> None:
    assert build(name, 0)(torch.zeros(3, 1, 28, 28)).shape == (3, 10)


@pytest.mark.parametrize("name", NETWORKS)
def test_one_image_is_a_batch_too(name: str) -> None:
    assert build(name, 0).train()(torch.randn(1, 1, 28, 28)).isfinite().all()


@pytest.mark.parametrize("name", NETWORKS)
def test_the_seed_decides_the_weights(name: str) -> None:
    torch.manual_seed(1)
    first = weights(build(name, 7))
    torch.manual_seed(2)
    assert torch.equal(weights(build(name, 7)), first)
    assert not torch.equal(weights(build(name, 8)), first)


def test_torchs_random_state_is_left_as_it_was() -> None:
    before = torch.get_rng_state()
    build("small", 3)
    assert torch.equal(torch.get_rng_state(), before)


def test_an_unknown_network_names_the_known_ones() -> None:
    with pytest.raises(ParamError) as caught:
        build("huge", 0)
    assert str(caught.value) == "Network must be one of small, batchnorm; 'huge' was given."
